"""get-repository-info: everything SWR knows about one repository."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

from swr_tools.models import Record, RepositoryInfo
from swr_tools.names import ImageReference
from swr_tools.operations.arguments import argument, named
from swr_tools.operations.operation import Command, ReadOperation

if TYPE_CHECKING:
    from swr_tools.cloud.connection import SwrCloud


@dataclass(frozen=True, slots=True, kw_only=True)
class GetRepositoryInfo(ReadOperation):
    """A call that looks one repository up, by name or by anything that could be pulled."""

    name: ClassVar[str] = "get-repository-info"
    summary: ClassVar[str] = (
        "Look up a repository: pull command, size, visibility, dates, image and download counts, who made it."
    )
    guidance: ClassVar[str] = (
        "Use it to answer questions about an image, and to see whether a repository exists before creating it."
    )
    command: ClassVar[Command] = Command(
        words="repo info",
        target=("repository",),
        label="ORG/NAME|IMAGE",
        examples=("repo info payments/api", "repo info swr.cn-north-4.myhuaweicloud.com/payments/api:1.2"),
    )
    result: ClassVar[type[Record]] = RepositoryInfo

    repository: ImageReference = field(
        metadata=argument(
            named(ImageReference),
            "ORG/NAME, or an image reference with registry, tag or digest; the region is taken from it.",
        )
    )

    async def run(self, cloud: "SwrCloud") -> RepositoryInfo:
        """Ask the region the reference names, else the configured one."""
        wanted = self.repository
        client = cloud.client(wanted.region, registry=wanted.registry)
        info = await client.show_repository(wanted.organization, wanted.repository)
        suffix = f":{wanted.tag}" if wanted.tag else ""
        suffix += f"@{wanted.digest}" if wanted.digest else ""
        return replace(info, pull_command=f"docker pull {info.address}{suffix}")
