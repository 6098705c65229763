"""Who may call the emulator, how it behaves where the documents disagree, and what it holds at the start."""

from dataclasses import dataclass, field
from typing import ClassVar

_REFUSE_UNKNOWN = {"extra": "forbid"}
"""Pydantic's own setting, read when a seed file is; naming it here does not load pydantic."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account with one IAM user, one project and one permanent key pair.

    Attributes:
        project_id, domain_id, user_id: 32 hexadecimal digits.
        organization_quota: how many organizations it may own; ``None`` takes ``Behaviour.organization_quota``.
        read_only: every write answers 403 with code 4030170.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = _REFUSE_UNKNOWN

    access_key: str
    secret_key: str = field(repr=False)
    project_id: str
    domain_id: str
    domain_name: str
    user_id: str
    user_name: str
    password: str = field(repr=False)
    organization_quota: int | None = None
    read_only: bool = False


DEFAULT_ACCOUNT = Account(
    access_key="EMULATOR0ACCESS0KEY1",
    secret_key="emulator-secret-key-which-opens-nothing1",  # noqa: S106 - a public constant: it opens only emulators
    project_id="e0e0e0e0e0e0e0e0e0e0e0e0e0e00001",
    domain_id="e0e0e0e0e0e0e0e0e0e0e0e0e0e00d01",
    domain_name="emulator",
    user_id="e0e0e0e0e0e0e0e0e0e0e0e0e0e00a01",
    user_name="emulator-user",
    password="emulator-password",  # noqa: S106 - as above
)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What the real service does is not settled for these; each default is the likelier reading.

    Attributes:
        create_repository_status: 201 or 200.
        foreign_organization: the answer about an organization of another account, 404, 403 or 401.
        delete_repository_with_tags: ``cascade`` deletes the tags too, ``refuse`` answers 406.
        strict_hyphens: refuse names with ``--``.
        list_missing: listing with a filter on an unknown organization gives ``empty`` or 404 (``refuse``).
        lock_failed_keys: five failed signatures in a row lock the access key for five minutes.
        organization_quota: organizations an account may own.
        repository_quota: repositories an account may own; ``None`` is no limit, since no number is published.
        token_lifetime: seconds a token and a temporary key live.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = _REFUSE_UNKNOWN

    create_repository_status: int = 201
    foreign_organization: int = 404
    delete_repository_with_tags: str = "cascade"
    strict_hyphens: bool = False
    list_missing: str = "empty"
    lock_failed_keys: bool = True
    organization_quota: int = 5
    repository_quota: int | None = None
    token_lifetime: int = 24 * 60 * 60

    def __post_init__(self) -> None:
        _require("create_repository_status", self.create_repository_status, (200, 201))
        _require("foreign_organization", self.foreign_organization, (401, 403, 404))
        _require("delete_repository_with_tags", self.delete_repository_with_tags, ("cascade", "refuse"))
        _require("list_missing", self.list_missing, ("empty", "refuse"))


def _require(name: str, value: int | str, allowed: tuple[int | str, ...]) -> None:
    if value not in allowed:
        choices = " or ".join(str(choice) for choice in allowed)
        raise ValueError(f"{name} must be {choices}, not {value!r}.")


@dataclass(frozen=True, slots=True)
class SeedRepository:
    """A repository that exists from the start. ``size`` is in bytes; each tag counts as one image."""

    __pydantic_config__: ClassVar[dict[str, str]] = _REFUSE_UNKNOWN

    name: str
    is_public: bool = False
    category: str = "other"
    description: str = ""
    tags: tuple[str, ...] = ()
    size: int = 0
    num_download: int = 0


@dataclass(frozen=True, slots=True)
class SeedOrganization:
    """An organization that exists from the start; ``owner`` is an access key, empty for the first account's."""

    __pydantic_config__: ClassVar[dict[str, str]] = _REFUSE_UNKNOWN

    name: str
    owner: str = ""
    repositories: tuple[SeedRepository, ...] = ()


@dataclass(frozen=True, slots=True)
class Seed:
    """Accounts, behaviour and contents to start from."""

    __pydantic_config__: ClassVar[dict[str, str]] = _REFUSE_UNKNOWN

    accounts: tuple[Account, ...] = (DEFAULT_ACCOUNT,)
    organizations: tuple[SeedOrganization, ...] = ()
    behaviour: Behaviour = field(default_factory=Behaviour)

    def owner_of(self, organization: SeedOrganization) -> Account:
        """The account an organization of the seed belongs to; KeyError names an access key nobody has."""
        if not organization.owner:
            return self.accounts[0]
        return {account.access_key: account for account in self.accounts}[organization.owner]
