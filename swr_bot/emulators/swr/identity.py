"""Handlers of the two IAM routes, and of the ECS metadata service that hands out temporary keys."""

import json
from collections.abc import Mapping

from .context import Call, Emulator
from .errors import IdentityRefusal
from .seed import Account
from .state import timestamp
from .tokens import issue_temporary_key, seal, unseal
from .wire import Answer, Request, json_answer

MAXIMUM_METADATA_TTL = 6 * 60 * 60
_TEXT = (b"content-type", b"text/plain")
_BODY = "auth.identity.methods=[password], auth.identity.password.user and auth.scope.project"


def create_token(call: Call) -> Answer:
    """POST: a project-scoped token for an IAM user's name and password, in the header ``X-Subject-Token``."""
    account = _logged_in(call.emulator, _parsed(call.request))
    now = call.emulator.clock()
    expires = now + call.emulator.behaviour.token_lifetime
    token = _token_json(call, account)
    token |= {"issued_at": timestamp(now), "expires_at": timestamp(expires)}
    subject = (b"x-subject-token", seal("token", account, expires).encode())
    return json_answer(201, {"token": token}, subject)


def list_projects(call: Call) -> Answer:
    """GET: the account's one project, whose name is the region's, if the name asked for is that."""
    wanted = call.request.query().get("name", call.emulator.region)
    projects = [_project_json(call)] if wanted == call.emulator.region else []
    links = {"self": f"http://{call.request.header(b'host')}/v3/projects", "next": None, "previous": None}
    return json_answer(200, {"projects": projects, "links": links})


def create_metadata_token(call: Call) -> Answer:
    """PUT: a session token of the metadata service."""
    seconds = call.request.header(b"x-metadata-token-ttl-seconds")
    if not (seconds.isascii() and seconds.isdigit() and 0 < int(seconds) <= MAXIMUM_METADATA_TTL):
        return Answer(400, b"X-Metadata-Token-Ttl-Seconds must be from 1 to 21600", (_TEXT,))
    token = seal("metadata-token", call.account, call.emulator.clock() + int(seconds))
    return Answer(200, token.encode(), (_TEXT,))


def show_security_key(call: Call) -> Answer:
    """GET: a temporary key pair of the first account; a metadata token is optional, but must be good if sent."""
    token = call.request.header(b"x-metadata-token")
    if token:
        sealed = unseal("metadata-token", token, (call.account,))
        if sealed is None or sealed.expires <= call.emulator.clock():
            return Answer(401, b"the metadata token is wrong or has expired", (_TEXT,))
    key = issue_temporary_key(call.account, call.emulator.clock() + call.emulator.behaviour.token_lifetime)
    credential = {
        "access": key.access_key,
        "secret": key.secret_key,
        "securitytoken": key.security_token,
        "expires_at": timestamp(key.expires),
    }
    return json_answer(200, {"credential": credential})


def _parsed(request: Request) -> object:
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        raise IdentityRefusal(400, "The request body is not JSON.") from None


def _logged_in(emulator: Emulator, content: object) -> Account:
    auth = _members(_members(content, "auth")["auth"], "identity", "scope")
    identity = _members(auth["identity"], "methods", "password")
    if identity["methods"] != ["password"]:
        raise IdentityRefusal(400, "The emulator knows the method password only.")
    user = _members(_members(identity["password"], "user")["user"], "name", "password", "domain")
    domain = _members(user["domain"], "name")["name"]
    for account in emulator.seed.accounts:
        names = (account.user_name, account.password, account.domain_name)
        if names == (user["name"], user["password"], domain):
            _check_scope(emulator, account, auth["scope"])
            return account
    raise IdentityRefusal(401, "The username or password is wrong.")


def _check_scope(emulator: Emulator, account: Account, scope: object) -> None:
    project = _members(scope, "project")["project"]
    if project not in ({"name": emulator.region}, {"id": account.project_id}):
        raise IdentityRefusal(401, f"The user has no such project; the emulator's is named {emulator.region}.")


def _members(value: object, *names: str) -> Mapping[str, object]:
    if isinstance(value, dict) and value.keys() == set(names):  # pyright: ignore[reportUnknownMemberType] - JSON
        return value  # pyright: ignore[reportUnknownVariableType] - JSON objects have text keys
    raise IdentityRefusal(400, f"The emulator wants exactly {_BODY}; here {', '.join(names)} should stand.")


def _token_json(call: Call, account: Account) -> dict[str, object]:
    domain = {"id": account.domain_id, "name": account.domain_name}
    token: dict[str, object] = {
        "methods": ["password"],
        "user": {"id": account.user_id, "name": account.user_name, "domain": domain},
        "project": {"id": account.project_id, "name": call.emulator.region, "domain": domain},
        "roles": [{"id": "0", "name": "swr_adm"}],
    }
    if not call.request.query().get("nocatalog"):
        url = f"http://{call.request.header(b'host')}"
        endpoint = {"id": "0", "interface": "public", "region": call.emulator.region, "url": url}
        endpoint["region_id"] = call.emulator.region
        token["catalog"] = [{"id": "0", "type": "swr", "name": "swr", "endpoints": [endpoint]}]
    return token


def _project_json(call: Call) -> dict[str, object]:
    account = call.account
    return {
        "id": account.project_id,
        "name": call.emulator.region,
        "description": "",
        "domain_id": account.domain_id,
        "parent_id": account.domain_id,
        "is_domain": False,
        "enabled": True,
        "links": {"self": f"http://{call.request.header(b'host')}/v3/projects/{account.project_id}"},
    }
