"""create-repository: a new image repository in an organization, private unless said otherwise."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import AfterValidator, Field

from swr_tools.errors import ArgumentInvalid, NameTaken, RepositoryMissing
from swr_tools.models import Category, Record, RepositoryInfo
from swr_tools.names import OrganizationName, RepositoryName
from swr_tools.operations.operation import Command, CreateOperation, Fact
from swr_tools.wording import first_invisible, safe

if TYPE_CHECKING:
    from swr_tools.cloud.connection import SwrCloud

# SWR publishes no limit, only an error for exceeding it; this one fits every face's confirmation in full.
DESCRIPTION_LIMIT = 1_000


def _description(text: str) -> str:
    if len(text) > DESCRIPTION_LIMIT:
        raise ArgumentInvalid(
            f"The description has {len(text):,} characters; at most {DESCRIPTION_LIMIT:,} are possible.",
            hint="Shorten it.",
        )
    at = first_invisible(text)
    if at is not None:
        raise ArgumentInvalid(
            f"The description holds a character that cannot be seen, {safe(text[at])}, at position {at + 1}.",
            hint="Leave out line breaks, control characters and direction marks.",
        )
    return text


class CreateRepository(CreateOperation):
    """A call that creates one repository."""

    name: ClassVar[str] = "create-repository"
    summary: ClassVar[str] = "Create an image repository in an organization; it is private unless public is said."
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

    organization: OrganizationName = Field(description="The organization to create it in; it must exist.")
    repository: RepositoryName = Field(description="Name of the new repository inside the organization.")
    public: bool = Field(
        default=False, strict=True, description="True lets anybody pull its images without logging in."
    )
    category: Category | None = Field(
        default=None, description="What it holds; left out, SWR decides.", examples=["lang"]
    )
    description: Annotated[str, Field(strict=True), AfterValidator(_description)] = Field(
        default="",
        description="One line about it, kept as it is.",
        examples=["Card payments"],
        json_schema_extra={"maxLength": DESCRIPTION_LIMIT},
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
            Fact("Visibility", visibility),
            Fact("Category", self.category or "not set (SWR decides)"),
            Fact("Description", safe(self.description) or "none"),
        )

    async def check(self, cloud: "SwrCloud") -> None:
        """The organization must be there and the repository must not."""
        await cloud.client().show_organization(self.organization, fresh=True)
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
        """The repository as SWR shows it, or None."""
        try:
            return await cloud.client().show_repository(self.organization, self.repository, fresh=True)
        except RepositoryMissing:
            return None
