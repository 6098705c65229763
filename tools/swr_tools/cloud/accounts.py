"""The kinds of credentials: each gives the `httpx.Auth` that makes SWR accept a request."""

import json
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus

import httpx

from swr_tools.clock import Clock
from swr_tools.cloud.endpoints import Endpoint
from swr_tools.cloud.flights import Renewed
from swr_tools.cloud.iam import User, fetch_token, find_project
from swr_tools.cloud.metadata import fetch_machine_keys
from swr_tools.cloud.refusals import read_complaint
from swr_tools.cloud.signing import Keys, SignatureAuth
from swr_tools.errors import SettingsInvalid

_FOR_EVER = datetime.max.replace(tzinfo=UTC)
# The only 401 that is not about the credentials: the organization belongs to another account.
_NOT_YOURS = "4011064"


class Credentials(ABC):
    """Something that SWR lets in; no repr shows a secret.

    Attributes:
        source: Where it was found, for people: `environment HUAWEICLOUD_SDK_AK`.
        account: Whose it is, for people.
        account_id: Whose it is, for decisions: the same as long as the same key or user is used for the same project.
        region: The region that its source names, or None.
    """

    def __init__(self, *, source: str, account: str, identity: Sequence[str], region: str | None) -> None:
        self.source = source
        self.account = account
        # Joined as JSON, since a name may hold whatever would separate it from the next.
        self.account_id = sha256(json.dumps(identity).encode()).hexdigest()
        self.region = region

    def __repr__(self) -> str:
        return f"<{self.account} from {self.source}>"

    @abstractmethod
    def auth(self, endpoint: Endpoint, http: httpx.AsyncClient, clock: Clock, *, home: bool) -> httpx.Auth:
        """What authenticates requests to an endpoint; asks nothing before the first of them.

        Args:
            endpoint: Where the requests go.
            http: For what has to be asked of IAM first.
            clock: For signatures, and for what expires.
            home: Whether this is the region that a project named along with the credentials belongs to.
        """


class KeyCredentials(Credentials):
    """An access key.

    Args:
        keys: The access key and its secrets.
        source: Where it was found, for people.
        project_id: The project in its own region; without one it is looked up where there is an IAM.
        region: The region that its source names.
    """

    def __init__(self, keys: Keys, *, source: str, project_id: str | None = None, region: str | None = None) -> None:
        identity = ("access key", keys.access_key, project_id or "")
        super().__init__(source=source, account=keys.shown, identity=identity, region=region)
        self._keys = keys
        self._project_id = project_id

    def auth(self, endpoint: Endpoint, http: httpx.AsyncClient, clock: Clock, *, home: bool) -> httpx.Auth:
        """Signs each request, after a look for the project's id where that is needed."""
        project_id = self._project_id if home else None
        if project_id or not endpoint.iam_url:
            return SignatureAuth(self._keys, project_id, clock=clock)

        async def find() -> tuple[SignatureAuth, datetime]:
            return await _with_project(self._keys, endpoint, http, clock), _FOR_EVER

        return _LateSignature(Renewed(find, clock))


class MachineCredentials(Credentials):
    """The temporary keys of the cloud server this runs on, asked for when they are first needed."""

    def __init__(self, metadata_url: str) -> None:
        # Its access key changes every day, so that the machine itself is all that stays.
        super().__init__(
            source="ECS metadata service",
            account="the agency of this cloud server",
            identity=("machine",),
            region=None,
        )
        self._metadata_url = metadata_url

    def auth(self, endpoint: Endpoint, http: httpx.AsyncClient, clock: Clock, *, home: bool) -> httpx.Auth:  # noqa: ARG002  no project comes with them
        """Signs each request with keys that are renewed before they expire."""

        async def find() -> tuple[SignatureAuth, datetime]:
            keys, expires_at = await fetch_machine_keys(self._metadata_url, clock)
            return await _with_project(keys, endpoint, http, clock), expires_at

        return _LateSignature(Renewed(find, clock))


class UserCredentials(Credentials):
    """An IAM user's name and password, which are traded for a token of one project."""

    def __init__(self, user: User, *, source: str, region: str | None = None) -> None:
        project = [text for pair in sorted(user.project.items()) for text in pair]
        identity = ("user", user.account, user.name, *project)
        super().__init__(source=source, account=user.shown, identity=identity, region=region)
        self._user = user

    def auth(self, endpoint: Endpoint, http: httpx.AsyncClient, clock: Clock, *, home: bool) -> httpx.Auth:
        """Puts the token into each request.

        Raises:
            SettingsInvalid: The endpoint has no IAM to get a token from.
        """
        iam_url = endpoint.iam_url
        if not iam_url:
            raise SettingsInvalid(
                "A user name and password need an identity service, and none is known for this endpoint.",
                hint="Set SWR_BOT_IAM_ENDPOINT, or use an access key.",
            )
        project = (self._user.project if home else None) or {"name": endpoint.region}

        async def fetch() -> tuple[str, datetime]:
            return await fetch_token(http, iam_url, self._user, project, clock)

        return TokenAuth(Renewed(fetch, clock))


class TokenAuth(httpx.Auth):
    """Sends a token; one that SWR calls expired is renewed, and the request sent once more.

    That holds for creates too: the gateway refused the first before anything happened.
    """

    def __init__(self, tokens: Renewed[str]) -> None:
        self._tokens = tokens

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send the request once, or twice where the token had expired."""
        token = request.headers["X-Auth-Token"] = await self._tokens.get()
        response = yield request
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            await response.aread()
            complaint = read_complaint(response)
            if complaint is None or complaint.number != _NOT_YOURS:
                request.headers["X-Auth-Token"] = await self._tokens.get(refused=token)
                yield request


class _LateSignature(httpx.Auth):
    """Signs with what has to be asked for first."""

    def __init__(self, signatures: Renewed[SignatureAuth]) -> None:
        self._signatures = signatures

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send the request once, signed."""
        (await self._signatures.get()).sign(request)
        yield request


async def _with_project(keys: Keys, endpoint: Endpoint, http: httpx.AsyncClient, clock: Clock) -> SignatureAuth:
    bare = SignatureAuth(keys, clock=clock)
    if not endpoint.iam_url:
        return bare
    project_id = await find_project(http, endpoint.iam_url, endpoint.region, bare, keys.shown)
    return SignatureAuth(keys, project_id, clock=clock)
