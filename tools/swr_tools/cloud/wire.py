"""JSON in and out: the only place, next to the emulator, that knows SWR's own words for things.

What is missing, `null` or of another type than documented gets the record's default; what nobody documented is
ignored. That is done by hand: the answer to one look-up would not pay for loading a validation library.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast
from urllib.parse import quote

from swr_tools.cloud.endpoints import Endpoint
from swr_tools.errors import ArgumentInvalid
from swr_tools.models import Access, Category, Organization, RepositoryInfo
from swr_tools.wording import safe

ORGANIZATIONS = "/v2/manage/namespaces"
REPOSITORIES = "/v2/manage/repos"
_ACCESS = {7: Access.MANAGE, 3: Access.EDIT, 1: Access.READ}
_PULLABLE = re.compile(r"[a-zA-Z0-9.-]+(?::[0-9]+)?(?:/[a-z0-9._-]+){2,}")
_CONTENT_RANGE = re.compile(r"\s*[0-9]+-[0-9]+/([0-9]+)\s*")

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list of repositories.

    Attributes:
        repositories: Those of the organization that was asked for.
        count: How many the page held in all.
        total: How many all pages hold, or None where SWR does not say.
    """

    repositories: Sequence[RepositoryInfo]
    count: int
    total: int | None


def organization_path(organization: str) -> str:
    """The path of an organization."""
    return f"{ORGANIZATIONS}/{_segment(organization)}"


def repositories_path(organization: str) -> str:
    """The path that repositories of an organization are created at."""
    return f"{organization_path(organization)}/repos"


def repository_path(organization: str, repository: str) -> str:
    """The path of a repository, each slash of whose name is a dollar sign there.

    Raises:
        ArgumentInvalid: The name holds a dollar sign itself, or would change the path's meaning.
    """
    if "$" in repository:
        raise ArgumentInvalid("A repository's name holds no dollar sign.")
    return f"{repositories_path(organization)}/{_segment(repository.replace('/', '$'))}"


def repositories_target(organization: str, *, limit: int, offset: int) -> str:
    """Path and query of one page of an organization's repositories; SWR ignores a limit without an offset."""
    paging = f"limit={limit}&namespace={_segment(organization)}&offset={offset}"
    return f"{REPOSITORIES}?{paging}&order_column=name&order_type=asc"


def organization_body(organization: str) -> bytes:
    """The body that creates an organization."""
    return json.dumps({"namespace": organization}).encode()


def repository_body(repository: str, *, public: bool, category: Category | None, description: str) -> bytes:
    """The body that creates a repository: here its name keeps its slashes."""
    body: dict[str, str | bool] = {"repository": repository, "is_public": public}
    if category is not None:
        body["category"] = category.value
    if description:
        body["description"] = description
    return json.dumps(body).encode()


def confirms(content: bytes) -> bool:
    """Whether the body of a create's success is one that SWR sends: none, or JSON with nothing in it to rely on."""
    return not content.strip() or content.lstrip()[:1] == b"{" or content.strip() == b"null"


def read_organizations(content: bytes) -> list[Organization]:
    """The organizations of a list answer, as SWR orders them.

    Raises:
        ValueError: The bytes are not such an answer.
    """
    body = _object(_load(content))
    if "namespaces" not in body:
        raise ValueError("no list")
    return [_organization(row, name) for row in _rows(body["namespaces"]) if (name := _text(row, "name"))]


def read_organization(content: bytes, asked: str) -> Organization:
    """The organization of a show answer; one without a name is taken for the one that was asked for.

    Raises:
        ValueError: The bytes are not such an answer.
    """
    row = _record(content)
    return _organization(row, _text(row, "name") or asked)


def read_repository(content: bytes, endpoint: Endpoint, organization: str, repository: str) -> RepositoryInfo:
    """The repository of a show answer; one without a name is taken for the one that was asked for.

    Raises:
        ValueError: The bytes are not such an answer.
    """
    row = _record(content)
    return _repository(row, endpoint, organization, _text(row, "name") or repository)


def read_page(content: bytes, content_range: str, endpoint: Endpoint, organization: str) -> Page:
    """One page of a list of repositories.

    Repositories of other organizations are left out: what SWR's filter really matches is not documented.

    Args:
        content: A JSON array, or `null`.
        content_range: The header `{offset}-{count}/{total}`, or empty.
        endpoint: Where it came from.
        organization: The one that was asked for.

    Raises:
        ValueError: The bytes are not such an answer.
    """
    rows = _rows(_load(content))
    own = [row for row in rows if _text(row, "namespace") in ("", organization) and _text(row, "name")]
    totals = (_number(row, "total_range") for row in rows if "total_range" in row)
    header = _CONTENT_RANGE.fullmatch(content_range)
    return Page(
        repositories=[_repository(row, endpoint, organization, _text(row, "name")) for row in own],
        count=len(rows),
        total=int(header[1]) if header else next(totals, None),
    )


def read_moment(text: object) -> datetime | None:
    """A timestamp with any number of fraction digits, in UTC; None where it cannot be read."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def json_object(content: bytes) -> Row:
    """The JSON object of an answer; empty where it is something else."""
    try:
        return _object(_load(content))
    except ValueError:
        return {}


def member(body: Row, name: str) -> Row:
    """An object inside that object; empty where it is something else."""
    found = body.get(name)
    return cast("Row", found) if isinstance(found, dict) else {}


def _segment(name: str) -> str:
    # Dots are left to the comparison of the whole URL. A gateway decodes %2F before it looks for the route, so an
    # escaped slash would separate like a bare one.
    if not name or "/" in name or not name.isprintable():
        raise ArgumentInvalid(f"“{safe(name, 64)}” cannot be part of an address.")
    return quote(name, safe="")


def _load(content: bytes) -> object:
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _object(body: object) -> Row:
    if not isinstance(body, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - the bytes are wrong, not the program
    return cast("Row", body)


def _record(content: bytes) -> Row:
    """The object, unless it has nothing of a record: then any JSON object would pass for one."""
    row = _object(_load(content))
    if not _text(row, "name") and not _number(row, "id"):
        raise ValueError("neither a name nor an id")
    return row


def _rows(body: object) -> Sequence[Row]:
    """The objects of an array, which SWR may send as `null` when it is empty."""
    if body is not None and not isinstance(body, list):
        raise ValueError("not a JSON array")
    return [cast("Row", row) for row in cast("list[object]", body or []) if isinstance(row, dict)]


def _organization(row: Row, name: str) -> Organization:
    # Spelled out where a helper would do: one answer may hold thousands of these.
    number, auth, count = row.get("id"), row.get("auth"), row.get("repo_count")
    return Organization(
        name=name,
        id=number if type(number) is int else 0,
        created_by=_text(row, "creator_name"),
        access=_ACCESS.get(auth) if type(auth) is int else None,
        repositories=count if type(count) is int else None,
    )


def _repository(row: Row, endpoint: Endpoint, organization: str, name: str) -> RepositoryInfo:
    name = name.replace("$", "/")
    address = _text(row, "path")
    # The command is made to be pasted into a shell, so an odd address from outside does not get into it.
    if not _PULLABLE.fullmatch(address):
        address = f"{endpoint.registry}/{organization}/{name}"
    return RepositoryInfo(
        organization=organization,
        name=name,
        address=address,
        pull_command=f"docker pull {address}",
        public=row.get("is_public") is True,
        category=_text(row, "category"),
        description=_text(row, "description"),
        size_bytes=_number(row, "size"),
        images=_number(row, "num_images"),
        downloads=_number(row, "num_download"),
        created_by=_text(row, "creator_name"),
        created_at=read_moment(row.get("created") or row.get("created_at")),
        updated_at=read_moment(row.get("updated") or row.get("updated_at")),
    )


def _text(row: Row, name: str) -> str:
    text = row.get(name)
    if not isinstance(text, str):
        return ""
    # JSON can spell half a character, which nothing that writes text could write.
    return text if text.isascii() else text.encode(errors="replace").decode()


def _number(row: Row, name: str) -> int:
    number = row.get(name)
    return number if type(number) is int else 0
