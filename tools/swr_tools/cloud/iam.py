"""What is asked of the identity service (IAM) before SWR can be: tokens and project ids."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import cast
from urllib.parse import quote

import httpx

from swr_tools.clock import Clock
from swr_tools.cloud.refusals import BROKEN, read_complaint
from swr_tools.cloud.signing import sendable
from swr_tools.cloud.wire import json_object, member, read_moment
from swr_tools.errors import CredentialsRejected, RateLimited, SwrError, SwrUnreachable

_LONGEST_WAIT = 15.0
_UNSAID_LIFE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class User:
    """An IAM user's name and password.

    Attributes:
        account: The account the user belongs to; IAM calls it a domain.
        project: `{"id": …}` or `{"name": …}` of a project in the user's own region; empty for the region's main one.
    """

    name: str
    password: str = field(repr=False)
    account: str
    project: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def shown(self) -> str:
        """Who it is, for people."""
        return f"user {self.name} of account {self.account}"


async def fetch_token(
    http: httpx.AsyncClient, iam_url: str, user: User, project: Mapping[str, str], clock: Clock
) -> tuple[str, datetime]:
    """A token for one project, and when it expires.

    Args:
        http: Sends the request.
        iam_url: The identity service.
        user: Whose token.
        project: `{"id": …}` or `{"name": …}`.
        clock: For a token that does not say when it expires.

    Raises:
        CredentialsRejected: IAM refuses the user.
        SwrUnreachable: IAM does not answer; SWR was not asked anything.
    """
    password = {"user": {"name": user.name, "password": user.password, "domain": {"name": user.account}}}
    identity = {"methods": ["password"], "password": password}
    response = await _ask_iam(
        http,
        httpx.Request(
            "POST",
            f"{iam_url}/v3/auth/tokens?nocatalog=true",
            # json.dumps escapes what UTF-8 cannot write, such as the bytes of an environment that are no text.
            content=json.dumps({"auth": {"identity": identity, "scope": {"project": project}}}).encode(),
            headers={"Content-Type": "application/json"},
        ),
        user.shown,
    )
    token = response.headers.get("x-subject-token", "")
    if not token or not sendable(token):
        raise _unclear(response)
    expires_at = read_moment(member(json_object(response.content), "token").get("expires_at"))
    return token, expires_at or clock.now() + _UNSAID_LIFE


async def find_project(http: httpx.AsyncClient, iam_url: str, region: str, auth: httpx.Auth, shown: str) -> str:
    """The id of the project that is named like the region.

    Raises:
        CredentialsRejected: IAM refuses the keys, or shows them no such project.
        SwrUnreachable: IAM does not answer; SWR was not asked anything.
    """
    request = httpx.Request("GET", f"{iam_url}/v3/projects?name={quote(region, safe='')}")
    response = await _ask_iam(http, request, shown, auth=auth)
    found = json_object(response.content).get("projects")
    rows = cast("list[object]", found) if isinstance(found, list) else []
    projects = [cast("dict[str, object]", row) for row in rows if isinstance(row, dict)]
    ids = [project.get("id") for project in projects if project.get("name") == region]
    if len(ids) != 1 or not isinstance(ids[0], str) or not sendable(ids[0]):
        raise CredentialsRejected(
            f"IAM shows {len(ids) or 'no'} project{'s' if len(ids) > 1 else ''} named {region} to {shown}.",
            hint="Set HUAWEICLOUD_SDK_PROJECT_ID, or HW_PROJECT_ID, to the id of the region's project.",
        )
    return ids[0]


async def _ask_iam(
    http: httpx.AsyncClient, request: httpx.Request, shown: str, *, auth: httpx.Auth | None = None
) -> httpx.Response:
    host = request.url.host
    try:
        async with asyncio.timeout(_LONGEST_WAIT):
            response = await http.send(request, auth=auth)
    except BROKEN:
        raise SwrUnreachable(
            f"The identity service at {host} did not answer; SWR was not asked.",
            hint="Check the network, the proxy and the region, then try again.",
        ) from None
    if not response.is_success:
        raise _refusal(response, shown)
    return response


def _refusal(response: httpx.Response, shown: str) -> SwrError:
    host = response.request.url.host
    complaint = read_complaint(response)
    code = (complaint.code or None) if complaint else None
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited(f"The identity service at {host} asks for fewer requests.", hint="Wait a minute.")
    if response.is_server_error or response.is_redirect or complaint is None:
        return _unclear(response)
    return CredentialsRejected(
        f"The identity service at {host} does not accept {shown}.",
        hint="Check the name, the password or key, and the account; a wrong one, repeated, locks the user out.",
        swr_code=code,
    )


def _unclear(response: httpx.Response) -> SwrUnreachable:
    return SwrUnreachable(
        f"The identity service at {response.request.url.host} gave no usable answer ({response.status_code}); SWR "
        "was not asked.",
        hint="Try again in a moment; if it stays so, check the address of IAM.",
    )
