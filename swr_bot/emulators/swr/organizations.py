"""Handlers of the organization routes, of the quotas and of the API versions."""

from .context import Call
from .errors import ServiceRefusal
from .names import is_organization_name
from .wire import (
    Answer,
    Request,
    empty_object,
    json_answer,
    organization_json,
    organizations_json,
    read_object,
    required_text,
)

_MODES = frozenset({"visible"})


def create_organization(call: Call) -> Answer:
    """POST: takes the name for the caller's account."""
    content = read_object(call.request, "namespace")
    name = required_text(content, "namespace", "4001028")
    if not is_organization_name(name, strict_hyphens=call.emulator.behaviour.strict_hyphens):
        raise ServiceRefusal("4001028", name)
    call.emulator.state.create_organization(call.account, name)
    return empty_object(201)


def list_organizations(call: Call) -> Answer:
    """GET: all of the account's organizations, or the one that is asked for; there is no paging."""
    name = _wanted_name(call.request)
    organizations = call.emulator.state.organizations(call.account, name)
    if name is not None and not organizations and call.emulator.behaviour.list_missing == "refuse":
        raise ServiceRefusal("4040058")
    return json_answer(200, organizations_json(organizations))


def show_organization(call: Call) -> Answer:
    """GET: one organization."""
    organization = call.emulator.state.organization(call.account, call.request.parameters["namespace"])
    return json_answer(200, organization_json(organization))


def delete_organization(call: Call) -> Answer:
    """DELETE: an organization without repositories."""
    call.emulator.state.delete_organization(call.account, call.request.parameters["namespace"])
    return Answer(204)


def show_quotas(call: Call) -> Answer:
    """GET: the organization quota and how much of it is used."""
    if call.request.parameters["project_id"] != call.account.project_id:
        raise ServiceRefusal("4000014", "project_id")
    state = call.emulator.state
    quota = {
        "quota_key": "namespace",
        "quota_limit": state.organization_quota(call.account),
        "used": len(state.organizations(call.account)),
        "unit": "",
    }
    return json_answer(200, {"quotas": [quota]})


def list_versions(call: Call) -> Answer:
    """GET: the API versions, to anybody."""
    return json_answer(200, {"versions": [_version(call.request)]})


def show_version(call: Call) -> Answer:
    """GET: the one API version, to anybody."""
    return json_answer(200, {"version": _version(call.request)})


def filter_criteria(text: str) -> dict[str, str]:
    """Takes ``name::value|name::value`` apart; refused when a piece has another shape."""
    criteria: dict[str, str] = {}
    for piece in text.split("|"):
        name, separator, value = piece.partition("::")
        if not separator:
            raise ServiceRefusal("4001035", piece)
        criteria[name] = value
    return criteria


def _wanted_name(request: Request) -> str | None:
    query = request.query()
    if "filter" not in query:
        return query.get("namespace")
    criteria = filter_criteria(query["filter"])
    if not criteria.keys() <= {"namespace", "mode"} or criteria.get("mode", "visible") not in _MODES:
        raise ServiceRefusal("4001035", query["filter"])
    return criteria.get("namespace")


def _version(request: Request) -> dict[str, object]:
    return {
        "id": "v2",
        "links": {"href": f"http://{request.header(b'host')}/v2/", "rel": "self"},
        "min_version": "2.0",
        "status": "CURRENT",
        "updated": "2018-09-30T00:00:00Z",
        "version": "2.26",
    }
