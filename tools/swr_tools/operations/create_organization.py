"""create-organization: a new organization in the configured region."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from swr_tools.errors import NameTaken, OrganizationMissing
from swr_tools.models import Organization, Record
from swr_tools.names import OrganizationName
from swr_tools.operations.arguments import argument, named
from swr_tools.operations.operation import Command, CreateOperation, Fact

if TYPE_CHECKING:
    from swr_tools.cloud.connection import SwrCloud


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateOrganization(CreateOperation):
    """A call that creates one organization."""

    name: ClassVar[str] = "create-organization"
    summary: ClassVar[str] = "Create an organization, the folder that repositories live in."
    guidance: ClassVar[str] = (
        "Use it when no organization fits; repositories go into an existing one with create-repository."
    )
    noun: ClassVar[str] = "organization"
    command: ClassVar[Command] = Command(
        words="org create", target=("organization",), label="NAME", examples=("org create payments",)
    )
    result: ClassVar[type[Record]] = Organization

    organization: OrganizationName = field(
        metadata=argument(
            named(OrganizationName), "Name of the new organization; unique in the region over all accounts."
        )
    )

    @property
    def subject(self) -> str:
        """The organization's name."""
        return self.organization

    @property
    def target_organization(self) -> str:
        """The organization itself."""
        return self.organization

    def facts(self) -> Sequence[Fact]:
        """The name is all that is sent."""
        return (Fact("Organization", self.organization),)

    async def check(self, cloud: "SwrCloud") -> None:
        """It must not be there yet; one that another account owns cannot be seen, and SWR refuses it later."""
        if await self.read_back(cloud):
            raise NameTaken(
                f"The organization {self.organization} exists already in {cloud.endpoint.region}.",
                hint="Create repositories in it, or choose another name.",
            )

    async def send(self, cloud: "SwrCloud") -> None:
        """One POST."""
        await cloud.client().create_organization(self.organization)

    async def read_back(self, cloud: "SwrCloud") -> Organization | None:
        """The organization as SWR shows it, or None."""
        try:
            return await cloud.client().show_organization(self.organization, fresh=True)
        except OrganizationMissing:
            return None

    def matches(self, record: Record) -> bool:
        """Always: it has nothing but its name."""
        return isinstance(record, Organization)
