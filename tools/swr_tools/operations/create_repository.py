"""create-repository: a new image repository in an organization, private unless said otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from swr_tools.errors import NameTaken, OrganizationMissing, RepositoryMissing
from swr_tools.models import Category, Record, RepositoryInfo
from swr_tools.names import OrganizationName, RepositoryName
from swr_tools.operations.arguments import argument, choice, line, named, truth
from swr_tools.operations.operation import Command, CreateOperation, Fact
from swr_tools.wording import safe

if TYPE_CHECKING:
    from swr_tools.cloud.connection import SwrCloud

# SWR publishes no limit, only an error for exceeding it; this one fits every face's confirmation in full.
DESCRIPTION_LIMIT = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRepository(CreateOperation):
    """A call that creates one repository."""

    name: ClassVar[str] = "create-repository"
    summary: ClassVar[str] = "Create an image repository in an organization; it is private unless public is said."
    guidance: ClassVar[str] = (
        "The organization must exist: list-organizations shows them, create-organization makes one."
    )
    noun: ClassVar[str] = "repository"
    command: ClassVar[Command] = Command(
        words="repo create",
        target=("organization", "repository"),
        label="ORG/NAME",
        examples=(
            "repo create payments/api",
            'repo create payments/api --category lang --description "Card payments"',
        ),
    )
    result: ClassVar[type[Record]] = RepositoryInfo

    organization: OrganizationName = field(
        metadata=argument(named(OrganizationName), "The organization to create it in; it must exist.")
    )
    repository: RepositoryName = field(
        metadata=argument(named(RepositoryName), "Name of the new repository inside the organization.")
    )
    public: bool = field(
        default=False, metadata=argument(truth, "Let anybody pull its images without logging in.", strict=True)
    )
    category: Category | None = field(
        default=None, metadata=argument(choice(Category), "What it holds; left out, SWR decides.", examples=["lang"])
    )
    description: str = field(
        default="",
        metadata=argument(
            line(DESCRIPTION_LIMIT),
            "One line about it, kept as it is.",
            examples=["Card payments"],
            max_length=DESCRIPTION_LIMIT,
        ),
    )

    @property
    def subject(self) -> str:
        """`ORG/NAME`."""
        return f"{self.organization}/{self.repository}"

    @property
    def target_organization(self) -> str:
        """The organization it will be in."""
        return self.organization

    @property
    def makes_public(self) -> bool:
        """As the caller said."""
        return self.public

    def facts(self) -> Sequence[Fact]:
        """Every value that will be sent; what is left out is said to be SWR's default."""
        visibility = "PUBLIC: anybody can pull it" if self.public else "private"
        return (
            Fact("Organization", self.organization),
            Fact("Repository", self.repository),
            Fact("Visibility", visibility, loud=self.public),
            Fact("Category", self.category or "not set (SWR decides)"),
            Fact("Description", safe(self.description) or "none"),
        )

    async def check(self, cloud: "SwrCloud") -> None:
        """The organization must be there and the repository must not."""
        try:
            await cloud.client().show_organization(self.organization, fresh=True)
        except OrganizationMissing as missing:
            missing.hint = "Check the name and the region, or create the organization first."
            raise
        if await self.read_back(cloud):
            raise NameTaken(
                f"The repository {self.subject} exists already in {cloud.endpoint.region}.",
                hint="Look it up, or choose another name.",
            )

    async def send(self, cloud: "SwrCloud") -> None:
        """One POST."""
        await cloud.client().create_repository(
            self.organization,
            self.repository,
            public=self.public,
            category=self.category,
            description=self.description,
        )

    async def read_back(self, cloud: "SwrCloud") -> RepositoryInfo | None:
        """The repository as SWR shows it, or None; without its organization it is not there either."""
        try:
            return await cloud.client().show_repository(self.organization, self.repository, fresh=True)
        except (RepositoryMissing, OrganizationMissing):
            return None

    def matches(self, record: Record) -> bool:
        """By visibility and description, and by the category where one was asked for."""
        return (
            isinstance(record, RepositoryInfo)
            and (record.public, record.description) == (self.public, self.description)
            and self.category in (None, record.category)
        )
