"""Handlers of the repository routes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .context import Call
from .errors import ServiceRefusal
from .names import is_repository_name
from .organizations import filter_criteria
from .state import Repository
from .wire import (
    Answer,
    Request,
    empty_object,
    json_answer,
    read_category,
    read_description,
    read_object,
    read_repository,
    read_visibility,
    repository_item_json,
    repository_json,
)

DEFAULT_LIMIT = 100
MAXIMUM_LIMIT = 1000
# ``updated_at`` is printed in the documents, but the service is said to refuse it.
_ORDERS: dict[str, Callable[[Repository], str | int]] = {
    "name": lambda repository: repository.name,
    "updated_time": lambda repository: repository.updated,
    "tag_count": lambda repository: len(repository.tags),
}
_CRITERIA = frozenset({"namespace", "name", "category", "limit", "offset", "order_column", "order_type", "center"})
_BOOLEANS = {"true": True, "false": False}


def create_repository(call: Call) -> Answer:
    """POST: the name in the body keeps its slashes."""
    content = read_object(call.request, "repository", "is_public", "category", "description")
    repository = read_repository(content)
    if not is_repository_name(repository.name, strict_hyphens=call.emulator.behaviour.strict_hyphens):
        raise ServiceRefusal("4001029", repository.name)
    call.emulator.state.create_repository(call.account, call.request.parameters["namespace"], repository)
    return empty_object(call.emulator.behaviour.create_repository_status)


def show_repository(call: Call) -> Answer:
    """GET: one repository."""
    repository = call.emulator.state.repository(call.account, *_address(call.request))
    return json_answer(200, repository_json(repository, call.emulator.region))


def update_repository(call: Call) -> Answer:
    """PATCH: visibility, and optionally category and description."""
    content = read_object(call.request, "is_public", "category", "description")
    call.emulator.state.update_repository(
        call.account,
        *_address(call.request),
        is_public=read_visibility(content),
        category=read_category(content),
        description=read_description(content),
    )
    return empty_object(201)


def delete_repository(call: Call) -> Answer:
    """DELETE: a repository, and by default its tags with it."""
    call.emulator.state.delete_repository(call.account, *_address(call.request))
    return Answer(204)


def list_repositories(call: Call) -> Answer:
    """GET: a bare array; ``Content-Range`` only when offset and limit were both sent."""
    query = _read_query(call.request)
    wanted = [each for each in call.emulator.state.repositories(call.account, query.organization) if query.wants(each)]
    total = len(wanted)
    page = query.page(wanted)
    items = [repository_item_json(each, call.emulator.region, total) for each in page]
    if not query.paged:
        return json_answer(200, items)
    content_range = f"{query.offset}-{len(page)}/{total}".encode()
    return json_answer(200, items, (b"content-range", content_range))


@dataclass(frozen=True, slots=True)
class _Query:
    organization: str | None
    name: str
    category: str | None
    is_public: bool | None
    paged: bool
    offset: int
    limit: int
    order: Callable[[Repository], str | int] | None
    descending: bool

    def wants(self, repository: Repository) -> bool:
        return (
            self.name in repository.name
            and self.category in (None, repository.category)
            and self.is_public in (None, repository.is_public)
        )

    def page(self, repositories: list[Repository]) -> list[Repository]:
        if self.order is not None:
            repositories = sorted(repositories, key=self.order, reverse=self.descending)
        return repositories[self.offset : self.offset + self.limit]


def _address(request: Request) -> tuple[str, str]:
    return request.parameters["namespace"], request.parameters["repository"].replace("$", "/")


def _read_query(request: Request) -> _Query:
    query = request.query()
    if "filter" in query:
        query = _filtered(query["filter"])
    # One of a pair without the other is ignored.
    paged = "offset" in query and "limit" in query
    ordered = "order_column" in query and "order_type" in query
    return _Query(
        organization=query.get("namespace"),
        name=query.get("name", "").replace("$", "/"),
        category=query.get("category"),
        is_public=_boolean(query),
        paged=paged,
        offset=_number(query["offset"], "4001025", 0) if paged else 0,
        limit=_number(query["limit"], "4000056", 1, MAXIMUM_LIMIT) if paged else DEFAULT_LIMIT,
        order=_order(query["order_column"]) if ordered else None,
        descending=ordered and _descending(query["order_type"]),
    )


def _filtered(text: str) -> dict[str, str]:
    if not text:
        raise ServiceRefusal("4000055")
    criteria = filter_criteria(text)
    if not criteria.keys() <= _CRITERIA:
        raise ServiceRefusal("4001035", text)
    return criteria


def _order(column: str) -> Callable[[Repository], str | int]:
    if column not in _ORDERS:
        raise ServiceRefusal("4001096", column)
    return _ORDERS[column]


def _descending(order_type: str) -> bool:
    if order_type not in ("asc", "desc"):
        raise ServiceRefusal("4001025", "order_type")
    return order_type == "desc"


def _boolean(query: Mapping[str, str]) -> bool | None:
    if "is_public" not in query:
        return None
    value = _BOOLEANS.get(query["is_public"].lower())
    if value is None:
        raise ServiceRefusal("4001009")
    return value


def _number(text: str, code: str, low: int, high: int | None = None) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ServiceRefusal(code, text)
    value = int(text)
    if value < low or (high is not None and value > high):
        raise ServiceRefusal(code, text)
    return value
