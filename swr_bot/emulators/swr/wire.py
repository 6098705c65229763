"""HTTP requests and answers as plain records, and JSON in and out; every field name of the API stands here.

Fields that no document names are refused; query parameters that no document names are ignored, as the real
gateway does.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from .errors import ServiceRefusal
from .seed import SeedRepository
from .state import Organization, Repository

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
JSON_TYPE = (b"content-type", b"application/json")
CATEGORIES = frozenset({"app_server", "linux", "framework_app", "database", "lang", "other", "windows", "arm"})
# No document gives the limit behind code 4131012; this one is the emulator's own.
DESCRIPTION_LIMIT = 30_000
_REGISTRY_HOSTS = {
    "eu-west-101": "swr.eu-west-101.myhuaweicloud.eu",
    "eu-de": "swr.eu-de.otc.t-systems.com",
    "eu-nl": "swr.eu-nl.otc.t-systems.com",
}


@dataclass(slots=True)
class Request:
    """One request; header names are lower case, ``parameters`` are the decoded variable parts of the path."""

    method: str
    raw_path: bytes
    query_string: bytes
    headers: Mapping[bytes, bytes]
    body: bytes
    request_id: str
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    access_key: str = ""

    def header(self, name: bytes) -> str:
        """A header's text, empty when it is absent."""
        return self.headers.get(name, b"").decode("latin-1")

    def query(self) -> dict[str, str]:
        """The decoded query parameters; of a repeated one the last counts."""
        return dict(parse_qsl(self.query_string.decode("latin-1"), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, without the headers that every answer has."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()


def json_answer(status: int, content: object, *headers: tuple[bytes, bytes]) -> Answer:
    """An answer with a JSON body."""
    return Answer(status, _ENCODER.encode(content).encode(), (JSON_TYPE, *headers))


def empty_object(status: int) -> Answer:
    """What a successful write answers with."""
    return Answer(status, b"{}", (JSON_TYPE,))


# -- in


def read_object(request: Request, *known: str) -> dict[str, object]:
    """The JSON object in the body; any field not in ``known`` is refused with its name."""
    content_type = request.header(b"content-type").partition(";")[0].strip().lower()
    if content_type not in ("", "application/json"):
        raise ServiceRefusal("4001018", f"Content-Type must be application/json, not {content_type}")
    content = _parsed(request.body)
    for name in content:
        if name not in known:
            raise ServiceRefusal("4000014", f"unknown field {name}")
    return content


def _parsed(body: bytes) -> dict[str, object]:
    try:
        content: object = json.loads(body)
        # Lone surrogates parse but cannot be stored or sent.
        json.dumps(content, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise ServiceRefusal("4001018", "the body is not JSON") from None
    if not isinstance(content, dict):
        raise ServiceRefusal("4001018", "the body is not a JSON object")
    return content  # pyright: ignore[reportUnknownVariableType] - JSON objects have text keys


def read_repository(content: Mapping[str, object]) -> SeedRepository:
    """The body of a create; the name is checked by the caller."""
    return SeedRepository(
        name=required_text(content, "repository", "4001029"),
        is_public=read_visibility(content),
        category=read_category(content) or "other",
        description=read_description(content) or "",
    )


def required_text(content: Mapping[str, object], name: str, wrong_type: str) -> str:
    """A text field that must be there."""
    if name not in content:
        raise ServiceRefusal("4001014", name)
    value = content[name]
    if not isinstance(value, str):
        raise ServiceRefusal(wrong_type, f"{name} must be a string")
    return value


def read_visibility(content: Mapping[str, object]) -> bool:
    """``is_public``: required, and a real boolean."""
    if "is_public" not in content:
        raise ServiceRefusal("4001014", "is_public")
    value = content["is_public"]
    if not isinstance(value, bool):
        raise ServiceRefusal("4001009")
    return value


def read_category(content: Mapping[str, object]) -> str | None:
    """One of the documented categories, or nothing."""
    value = content.get("category")
    if value is None or (isinstance(value, str) and value in CATEGORIES):
        return value
    raise ServiceRefusal("4000014", "category")


def read_description(content: Mapping[str, object]) -> str | None:
    """Free text, or nothing."""
    value = content.get("description")
    if value is None:
        return None
    if not isinstance(value, str):
        raise ServiceRefusal("4000014", "description must be a string")
    if len(value) > DESCRIPTION_LIMIT:
        raise ServiceRefusal("4131012")
    return value


# -- out


def organization_json(organization: Organization) -> dict[str, object]:
    """The answer of a show; 7 is the right to manage, which the creator has."""
    return {
        "id": organization.id,
        "name": organization.name,
        "creator_name": organization.creator_name,
        "auth": 7,
    }


def organizations_json(organizations: list[Organization]) -> dict[str, object]:
    """The answer of a list, with the two counts that only lists carry."""
    items = [
        {**organization_json(each), "access_user_count": 1, "repo_count": each.repo_count} for each in organizations
    ]
    return {"namespaces": items}


def repository_json(repository: Repository, region: str) -> dict[str, object]:
    """The answer of a show."""
    path = image_path(repository, region)
    return {
        "id": repository.id,
        "ns_id": repository.organization_id,
        "name": repository.name,
        "category": repository.category,
        "description": repository.description,
        "creator_id": repository.creator_id,
        "creator_name": repository.creator_name,
        "size": repository.size,
        "is_public": repository.is_public,
        "num_images": len(repository.tags),
        "num_download": repository.num_download,
        "url": "",
        "path": path,
        "internal_path": path,
        "created": repository.created,
        "updated": repository.updated,
        "domain_id": repository.domain_id,
        "priority": 0,
    }


def repository_item_json(repository: Repository, region: str, total: int) -> dict[str, object]:
    """One item of a list, whose field names differ from those of a show."""
    path = image_path(repository, region)
    return {
        "name": repository.name,
        "category": repository.category,
        "description": repository.description,
        "size": repository.size,
        "is_public": repository.is_public,
        "num_images": len(repository.tags),
        "num_download": repository.num_download,
        "created_at": repository.created,
        "updated_at": repository.updated,
        "logo": "",
        "url": "",
        "path": path,
        "internal_path": path,
        "domain_name": repository.domain_name,
        "namespace": repository.organization,
        "tags": list(repository.tags),
        "status": False,
        "total_range": total,
    }


def image_path(repository: Repository, region: str) -> str:
    """The pull address."""
    return f"{registry_host(region)}/{repository.organization}/{repository.name}"


def registry_host(region: str) -> str:
    """The registry's host in a region."""
    return _REGISTRY_HOSTS.get(region, f"swr.{region}.myhuaweicloud.com")
