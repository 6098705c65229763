"""The one table of what the emulator answers to, and how a path finds its row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from . import admin, identity, organizations, repositories
from .context import Call
from .errors import GatewayRefusal
from .wire import Answer, Request

Handler = Callable[[Call], Answer]


class Access(Enum):
    """Who may use a route."""

    SIGNED = "signature or token"
    OPEN = "anybody"
    ADMIN = "anybody, not counted"


@dataclass(frozen=True, slots=True)
class Route:
    """One method and path; ``{name}`` stands for one segment."""

    method: str
    path: str
    handler: Handler
    access: Access = Access.SIGNED

    @property
    def writes(self) -> bool:
        """Whether a read-only account is kept out."""
        return self.access is Access.SIGNED and self.method != "GET"


_ORGANIZATIONS = "/v2/manage/namespaces"
_ORGANIZATION = _ORGANIZATIONS + "/{namespace}"
_REPOSITORIES = _ORGANIZATION + "/repos"
_REPOSITORY = _REPOSITORIES + "/{repository}"

ROUTES = (
    Route("POST", _ORGANIZATIONS, organizations.create_organization),
    Route("GET", _ORGANIZATIONS, organizations.list_organizations),
    Route("GET", _ORGANIZATION, organizations.show_organization),
    Route("DELETE", _ORGANIZATION, organizations.delete_organization),
    Route("POST", _REPOSITORIES, repositories.create_repository),
    Route("GET", _REPOSITORY, repositories.show_repository),
    Route("PATCH", _REPOSITORY, repositories.update_repository),
    Route("DELETE", _REPOSITORY, repositories.delete_repository),
    Route("GET", "/v2/manage/repos", repositories.list_repositories),
    Route("GET", "/v2/manage/projects/{project_id}/quotas", organizations.show_quotas),
    Route("GET", "/", organizations.list_versions, Access.OPEN),
    Route("GET", "/v2", organizations.show_version, Access.OPEN),
    Route("POST", "/v3/auth/tokens", identity.create_token, Access.OPEN),
    Route("GET", "/v3/projects", identity.list_projects),
    Route("PUT", "/meta-data/latest/api/token", identity.create_metadata_token, Access.OPEN),
    Route("GET", "/openstack/latest/securitykey", identity.show_security_key, Access.OPEN),
    Route("GET", "/_emulator/faults", admin.list_faults, Access.ADMIN),
    Route("PUT", "/_emulator/faults", admin.replace_faults, Access.ADMIN),
    Route("DELETE", "/_emulator/faults", admin.clear_faults, Access.ADMIN),
    Route("GET", "/_emulator/requests", admin.list_requests, Access.ADMIN),
    Route("POST", "/_emulator/reset", admin.reset, Access.ADMIN),
    Route("POST", "/_emulator/clock", admin.shift_clock, Access.ADMIN),
)

_REMEMBERED_PATHS = 1024
_Pattern = tuple[tuple[bytes, ...], tuple[tuple[int, str], ...], Route]


def _compiled(route: Route) -> _Pattern:
    segments = route.path.split("/")
    literals = tuple(b"" if part.startswith("{") else part.encode() for part in segments)
    names = tuple((at, part[1:-1]) for at, part in enumerate(segments) if part.startswith("{"))
    return literals, names, route


class Router:
    """Finds the route of a request by its method and the segments of its undecoded path."""

    def __init__(self, routes: tuple[Route, ...] = ROUTES) -> None:
        self._patterns: dict[tuple[str, int], list[_Pattern]] = {}
        for route in routes:
            pattern = _compiled(route)
            self._patterns.setdefault((route.method, len(pattern[0])), []).append(pattern)
        self._match = lru_cache(maxsize=_REMEMBERED_PATHS)(self._compared)

    def find(self, request: Request) -> Route:
        """The route, its path parameters noted in the request; the gateway's 404 when there is none."""
        route, request.parameters = self._match(request.method, request.raw_path)
        return route

    def _compared(self, method: str, raw_path: bytes) -> tuple[Route, Mapping[str, str]]:
        segments = raw_path.split(b"/")
        for literals, names, route in self._patterns.get((method, len(segments)), ()):
            if all(want in (b"", have) for want, have in zip(literals, segments, strict=True)):
                return route, {name: _decoded(segments[at]) for at, name in names}
        raise GatewayRefusal(404, "APIGW.0101", f"{method} {raw_path.decode('latin-1')}")


def _decoded(segment: bytes) -> str:
    """One variable segment; an encoded slash makes the gateway lose the route, as it does on the real service."""
    try:
        text = unquote_to_bytes(segment).decode()
    except UnicodeDecodeError:
        text = ""
    if not text or "/" in text:
        raise GatewayRefusal(404, "APIGW.0101", "an empty or undecodable name in the path")
    return text
