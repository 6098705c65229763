"""list-organizations: the organizations visible to this account."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from swr_tools.models import OrganizationList, Record
from swr_tools.operations.arguments import argument, line
from swr_tools.operations.operation import Command, ReadOperation

if TYPE_CHECKING:
    from swr_tools.cloud.connection import SwrCloud


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOrganizations(ReadOperation):
    """A call that lists organizations by name."""

    name: ClassVar[str] = "list-organizations"
    summary: ClassVar[str] = "List the organizations visible to this account, all or those whose name holds a text."
    guidance: ClassVar[str] = "Use it to find the organization a repository belongs in; it does not list repositories."
    command: ClassVar[Command] = Command(
        words="org list", target=("text",), label="[TEXT]", examples=("org list", "org list pay")
    )
    result: ClassVar[type[Record]] = OrganizationList

    text: str = field(
        default="",
        metadata=argument(
            line(64),
            "Only organizations whose name holds this text; capitals do not matter.",
            examples=["pay"],
            max_length=64,
        ),
    )

    async def run(self, cloud: "SwrCloud") -> OrganizationList:
        """Fetch all (SWR has no paging here), keep those that match, sort by name."""
        visible = await cloud.client().list_organizations()
        wanted = self.text.strip().lower()
        found = [o for o in visible if wanted in o.name.lower()] if wanted else visible
        return OrganizationList(
            organizations=tuple(sorted(found, key=lambda o: o.name)), total=len(visible), text=wanted
        )
