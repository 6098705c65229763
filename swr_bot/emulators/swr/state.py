"""What SWR remembers, in SQLite: in memory, or in a file that several processes may share.

Knows nothing of HTTP. Every write is one transaction that takes the write lock first, so a check (does it exist,
is the quota used up) and the write it allows cannot be torn apart by another process.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .database import Database, Row
from .errors import ServiceRefusal
from .seed import Account, Behaviour, Seed, SeedOrganization, SeedRepository

_FOREIGN = {404: "4040058", 403: "4037017", 401: "4011064"}

_ORGANIZATIONS = """
    SELECT o.id, o.name, o.creator_name,
           (SELECT count(*) FROM repositories r WHERE r.organization_id = o.id)
    FROM organizations o
    WHERE o.region = ? AND o.domain_id = ? AND (?3 IS NULL OR o.name = ?3)
    ORDER BY o.id
"""
_ORGANIZATION = """
    SELECT o.domain_id, o.id, o.name, o.creator_name,
           (SELECT count(*) FROM repositories r WHERE r.organization_id = o.id)
    FROM organizations o
    WHERE o.region = ? AND o.name = ?
"""
_REPOSITORY_COLUMNS = """
    SELECT r.id, r.organization_id, o.name, r.name, r.is_public, r.category, r.description, r.tags, r.size,
           r.num_download, r.creator_id, r.creator_name, r.domain_id, r.domain_name, r.created, r.updated
    FROM repositories r JOIN organizations o ON o.id = r.organization_id
"""
_REPOSITORY = _REPOSITORY_COLUMNS + "WHERE r.organization_id = ? AND r.name = ?"
_REPOSITORIES = (
    _REPOSITORY_COLUMNS + "WHERE o.region = ? AND o.domain_id = ? AND (?3 IS NULL OR o.name = ?3) ORDER BY r.id"
)
_INSERT_REPOSITORY = """
    INSERT INTO repositories (organization_id, name, is_public, category, description, tags, size, num_download,
                              creator_id, creator_name, domain_id, domain_name, created, updated)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?13, ?13)
"""


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization as its owner sees it."""

    id: int
    name: str
    creator_name: str
    repo_count: int


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository; times are UTC text with six fraction digits and Z."""

    id: int
    organization_id: int
    organization: str
    name: str
    is_public: bool
    category: str
    description: str
    tags: tuple[str, ...]
    size: int
    num_download: int
    creator_id: str
    creator_name: str
    domain_id: str
    domain_name: str
    created: str
    updated: str


class State:
    """Organizations and repositories of one region.

    Args:
        path: a file, created together with its folder when missing, or ``None`` for memory.
        region: a file may hold several regions; names are unique within each.
        behaviour: decides quotas and what is said about other accounts' organizations.
        now: seconds since the epoch.

    Raises:
        EmulatorStateError: here and from every method, when the file cannot be used.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        region: str = "cn-north-4",
        behaviour: Behaviour | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._region = region
        self._behaviour = behaviour or Behaviour()
        self._now = now
        self._database = Database(path)

    def close(self) -> None:
        """Closes the file; the state cannot be used afterwards."""
        self._database.close()

    def reset(self, seed: Seed | None = None) -> None:
        """Forgets everything of every region, ids too, then fills in the seed."""
        with self._database.writing():
            self._database.execute("DELETE FROM repositories")
            self._database.execute("DELETE FROM organizations")
            self._database.execute("DELETE FROM sqlite_sequence")
        if seed is not None:
            self.fill(seed)

    def fill(self, seed: Seed) -> None:
        """Adds what the seed names and what is not there yet, quotas aside."""
        with self._database.writing():
            for organization in seed.organizations:
                self._fill_organization(seed.owner_of(organization), organization)

    # -- organizations

    def create_organization(self, account: Account, name: str) -> None:
        """Takes a name, which may belong to nobody else in the region, whatever their account."""
        with self._database.writing():
            if self._find(name):
                raise ServiceRefusal("4090060")
            if self._owned(account) >= self.organization_quota(account):
                raise ServiceRefusal("4000097")
            self._insert_organization(account, name)

    def organizations(self, account: Account, name: str | None = None) -> list[Organization]:
        """The account's organizations by ascending id, or the one of this exact name."""
        rows = self._database.read(_ORGANIZATIONS, (self._region, account.domain_id, name))
        return [Organization(*row) for row in rows]

    def organization(self, account: Account, name: str) -> Organization:
        """The account's organization of this name."""
        return self._owned_by(account, self._database.read(_ORGANIZATION, (self._region, name)))

    def delete_organization(self, account: Account, name: str) -> None:
        """Removes an organization that has no repositories left."""
        with self._database.writing():
            organization = self._own(account, name)
            if organization.repo_count:
                raise ServiceRefusal("4060074")
            self._database.execute("DELETE FROM organizations WHERE id = ?", (organization.id,))

    def organization_quota(self, account: Account) -> int:
        """How many organizations the account may own."""
        if account.organization_quota is not None:
            return account.organization_quota
        return self._behaviour.organization_quota

    # -- repositories

    def create_repository(self, account: Account, organization: str, repository: SeedRepository) -> None:
        """Adds a repository to an organization of the account."""
        with self._database.writing():
            identifier = self._own(account, organization).id
            if self._database.execute(_REPOSITORY, (identifier, repository.name)):
                raise ServiceRefusal("4090006")
            self._check_repository_quota(account)
            self._insert_repository(account, identifier, repository)

    def repository(self, account: Account, organization: str, name: str) -> Repository:
        """One repository of an organization of the account."""
        identifier = self.organization(account, organization).id
        return _first(self._database.read(_REPOSITORY, (identifier, name)))

    def repositories(self, account: Account, organization: str | None = None) -> list[Repository]:
        """The account's repositories by ascending id, of one organization or of all."""
        rows = self._database.read(_REPOSITORIES, (self._region, account.domain_id, organization))
        return [_repository(row) for row in rows]

    def update_repository(
        self,
        account: Account,
        organization: str,
        name: str,
        *,
        is_public: bool,
        category: str | None,
        description: str | None,
    ) -> None:
        """Changes what is given; ``None`` leaves a field as it is."""
        update = """
            UPDATE repositories SET is_public = ?, category = coalesce(?, category),
                   description = coalesce(?, description), updated = ? WHERE id = ?
        """
        with self._database.writing():
            repository = self._existing(account, organization, name)
            values = (is_public, category, description, self._timestamp(), repository.id)
            self._database.execute(update, values)

    def delete_repository(self, account: Account, organization: str, name: str) -> None:
        """Removes a repository, with its tags unless the behaviour refuses that."""
        with self._database.writing():
            repository = self._existing(account, organization, name)
            if repository.tags and self._behaviour.delete_repository_with_tags == "refuse":
                raise ServiceRefusal("4060012")
            self._database.execute("DELETE FROM repositories WHERE id = ?", (repository.id,))

    # -- inside

    def _find(self, name: str) -> list[Row]:
        """Inside a transaction; elsewhere ``_read`` takes the lock."""
        return self._database.execute(_ORGANIZATION, (self._region, name))

    def _own(self, account: Account, name: str) -> Organization:
        return self._owned_by(account, self._find(name))

    def _owned_by(self, account: Account, rows: list[Row]) -> Organization:
        if not rows:
            raise ServiceRefusal("4040058")
        domain_id, *columns = rows[0]
        if domain_id != account.domain_id:
            raise ServiceRefusal(_FOREIGN[self._behaviour.foreign_organization])
        return Organization(*columns)

    def _existing(self, account: Account, organization: str, name: str) -> Repository:
        return _first(self._database.execute(_REPOSITORY, (self._own(account, organization).id, name)))

    def _owned(self, account: Account) -> int:
        owned = "SELECT count(*) FROM organizations WHERE region = ? AND domain_id = ?"
        return self._database.execute(owned, (self._region, account.domain_id))[0][0]

    def _check_repository_quota(self, account: Account) -> None:
        limit = self._behaviour.repository_quota
        if limit is None:
            return
        owned = "SELECT count(*) FROM repositories WHERE domain_id = ?"
        if self._database.execute(owned, (account.domain_id,))[0][0] >= limit:
            raise ServiceRefusal("4000098")

    def _insert_organization(self, account: Account, name: str) -> None:
        insert = "INSERT INTO organizations (region, name, domain_id, creator_name) VALUES (?, ?, ?, ?)"
        self._database.execute(insert, (self._region, name, account.domain_id, account.user_name))

    def _insert_repository(self, account: Account, organization_id: int, repository: SeedRepository) -> None:
        what = (repository.name, repository.is_public, repository.category, repository.description)
        contents = (json.dumps(repository.tags), repository.size, repository.num_download)
        who = (account.user_id, account.user_name, account.domain_id, account.domain_name)
        values = (organization_id, *what, *contents, *who, self._timestamp())
        self._database.execute(_INSERT_REPOSITORY, values)

    def _fill_organization(self, account: Account, organization: SeedOrganization) -> None:
        if not self._find(organization.name):
            self._insert_organization(account, organization.name)
        owner, identifier, *_ = self._find(organization.name)[0]
        if owner != account.domain_id:
            return
        for repository in organization.repositories:
            if not self._database.execute(_REPOSITORY, (identifier, repository.name)):
                self._insert_repository(account, identifier, repository)

    def _timestamp(self) -> str:
        return timestamp(self._now())


def timestamp(seconds: float) -> str:
    """Seconds since the epoch as SWR writes times: UTC, six fraction digits, Z."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _first(rows: list[Row]) -> Repository:
    if not rows:
        raise ServiceRefusal("4040113")
    return _repository(rows[0])


def _repository(row: Row) -> Repository:
    columns = list(row)
    columns[4] = bool(columns[4])
    columns[7] = tuple(json.loads(columns[7]))
    return Repository(*columns)
