"""What SWR's records mean, in this project's words; `cloud/wire.py` translates them from SWR's own."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, TypeVar, cast


class Category(StrEnum):
    """What a repository holds: the eight values SWR documents for `category`."""

    APP_SERVER = "app_server"
    LINUX = "linux"
    FRAMEWORK_APP = "framework_app"
    DATABASE = "database"
    LANG = "lang"
    OTHER = "other"
    WINDOWS = "windows"
    ARM = "arm"


class Access(StrEnum):
    """What this account may do in an organization (SWR's auth 7, 3 and 1)."""

    MANAGE = "manage"
    EDIT = "edit"
    READ = "read"


class Record:
    """Base of what operations return: frozen dataclasses, equal when the values are."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Any]]


SomeRecord = TypeVar("SomeRecord", bound=Record)


def plain(value: object) -> object:
    """A value as JSON has it: records as objects, tuples as arrays, times as ISO-8601 text, names as text."""
    if is_dataclass(value) and isinstance(value, Record):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [plain(item) for item in cast("tuple[object, ...]", value)]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def record_of(kind: type[SomeRecord], values: Mapping[str, object]) -> SomeRecord:
    """The record that `plain` made such an object of.

    Raises:
        ValueError: It is not one.
    """
    from pydantic import TypeAdapter

    return TypeAdapter(kind).validate_python(values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization(Record):
    """An organization as SWR shows it.

    Attributes:
        name: As SWR spells it; older ones may break today's naming rules.
        id: SWR's number for it.
        created_by: The IAM user who made it, or empty where SWR does not say.
        access: What this account may do in it, or None where SWR gives a value nobody documented.
        repositories: How many repositories it holds, or None where SWR does not say.
    """

    name: str
    id: int
    created_by: str = ""
    access: Access | None = None
    repositories: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationList(Record):
    """The organizations visible to this account, sorted by name.

    Attributes:
        organizations: Those whose name holds the text that was searched for; all, without one.
        total: How many are visible in all.
        text: What was searched for, or empty.
    """

    organizations: tuple[Organization, ...]
    total: int
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryInfo(Record):
    """A repository as SWR shows it.

    Attributes:
        organization: The organization it is in.
        name: Its name, slashes included.
        address: Where to pull it from, without a tag: `swr.REGION.myhuaweicloud.com/ORG/NAME`.
        pull_command: The command that pulls it; carries the tag or digest that was asked about, if any.
        public: Whether anybody may pull it.
        category: As SWR spells it, one of Category or something newer; empty where SWR does not say.
        description: Text from whoever made it: data, never markup.
        size_bytes: The size of all its images, in bytes.
        images: How many tags it has.
        downloads: How often it was pulled.
        created_by: The IAM user who made it, or empty.
        created_at: UTC, or None where SWR's timestamp cannot be read.
        updated_at: UTC, or None.
    """

    organization: str
    name: str
    address: str
    pull_command: str
    public: bool
    category: str = ""
    description: str = ""
    size_bytes: int = 0
    images: int = 0
    downloads: int = 0
    created_by: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
