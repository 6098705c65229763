"""Who is let in, and whom the gate and the audit take them for."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from mcp.server.auth.middleware.auth_context import AuthContextMiddleware, get_access_token
from mcp.server.auth.middleware.bearer_auth import BearerAuthBackend, RequireAuthMiddleware
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.routes import build_resource_metadata_url
from pydantic import AnyHttpUrl
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from swr_bot.settings import Settings
from swr_bot.web.addresses import is_loopback
from swr_bot.web.health import Check
from swr_bot.web.jwks import IssuerKeys
from swr_bot.web.oauth import CREATE, READ, OAuthTokens
from swr_bot.web.token_records import PREFIX
from swr_bot.web.tokens import OPERATIONS, TokenFile
from swr_tools.actor import Actor
from swr_tools.clock import Clock
from swr_tools.errors import NotAllowed, SettingsInvalid
from swr_tools.operations import CATALOG, Effect

_FILE_TENANT = "tokens"
_READS = frozenset(operation.name for operation in CATALOG if operation.effect is Effect.READ)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """The ways in; nobody needs one where there is none.

    Attributes:
        tokens: The token file, where one is used.
        oauth: The tokens of an OAuth issuer, where one is trusted.
        public_url: The URL that clients use; the metadata of this protected resource is about it.
        clock: The time.
    """

    clock: Clock
    tokens: TokenFile | None = None
    oauth: OAuthTokens | None = None
    public_url: str = ""

    @property
    def needed(self) -> bool:
        """Whether a request without a token is turned away."""
        return self.tokens is not None or self.oauth is not None

    @property
    def checks(self) -> Mapping[str, Check]:
        """What must work before anybody can be let in."""
        files = {"the token file": self.tokens.check} if self.tokens else {}
        return {**files, **({"the OAuth issuer": self.oauth.keys.check} if self.oauth else {})}

    async def verify_token(self, token: str) -> AccessToken | None:
        """What mcp asks: whose token this is, or None."""
        if token.startswith(PREFIX):
            return self._of_file(token)
        return await self._of_issuer(token)

    def around(self, app: ASGIApp) -> ASGIApp:
        """The app, behind a check of the `Authorization` header: 401 without a good token, 403 without `swr:read`."""
        if not self.needed:
            return app
        guarded = RequireAuthMiddleware(app, [READ], self._metadata_url())
        return AuthenticationMiddleware(AuthContextMiddleware(guarded), backend=BearerAuthBackend(self))

    def routes(self) -> list[BaseRoute]:
        """Where a client learns which issuer gives tokens (RFC 9728)."""
        if self.oauth is None:
            return []
        # Written by hand: pydantic's URLs grow a slash at the end, and an issuer is compared letter by letter.
        metadata = {
            "resource": self.public_url,
            "authorization_servers": [self.oauth.issuer],
            "scopes_supported": [READ, CREATE],
            "bearer_methods_supported": ["header"],
            "resource_name": "swr-bot",
        }

        async def answer(_request: Request) -> Response:
            return JSONResponse(metadata)

        return [Route(urlsplit(str(self._metadata_url())).path, answer)]

    def caller(self) -> tuple[Actor, frozenset[str]]:
        """Who sent the message that is being handled, and the names of the operations they may use.

        Raises:
            NotAllowed: The token it came with has ended since; or it came without one, and cannot come this far.
        """
        access = get_access_token()
        if access is not None:
            if not self._still_good(access):
                raise NotAllowed("The token that this was asked with has expired or was revoked.")
            return _caller_of(access)
        if self.needed:
            raise NotAllowed("Nobody knows who is calling.", hint="Send a token.")
        return Actor(face="mcp", tenant=socket.gethostname(), id="anonymous", name="anonymous"), frozenset(OPERATIONS)

    def _still_good(self, access: AccessToken) -> bool:
        """A call can wait minutes for its person; meanwhile its token may have been taken away."""
        if access.expires_at is not None and access.expires_at <= self.clock.now().timestamp():
            return False
        return not access.token.startswith(PREFIX) or self._of_file(access.token) is not None

    def _of_file(self, token: str) -> AccessToken | None:
        record = self.tokens.bearer(token) if self.tokens else None
        if record is None:
            return None
        return AccessToken(
            token=token,
            client_id=_FILE_TENANT,
            scopes=[READ],  # what it opens is said by its operations
            expires_at=int(record.expires.timestamp()),
            subject=record.name,
            claims={"iss": _FILE_TENANT, "name": record.name, "operations": list(record.operations)},
        )

    async def _of_issuer(self, token: str) -> AccessToken | None:
        bearer = await self.oauth.bearer(token) if self.oauth else None
        if bearer is None or self.oauth is None:
            return None
        return AccessToken(
            token=token,
            client_id=bearer.client,
            scopes=list(bearer.scopes),
            expires_at=bearer.expires,
            subject=bearer.subject,
            claims={
                "iss": self.oauth.issuer,
                "name": bearer.name,
                "operations": list(OPERATIONS if CREATE in bearer.scopes else _READS),
            },
        )

    def _metadata_url(self) -> AnyHttpUrl | None:
        return build_resource_metadata_url(AnyHttpUrl(self.public_url)) if self.oauth else None


def authentication(settings: Settings, host: str, clock: Clock) -> Authentication:
    """The ways in that the settings name. A token file that is there counts, and one that is named.

    Args:
        settings: They name the token file and the issuer.
        host: The address that is listened on.
        clock: The time.

    Raises:
        SettingsInvalid: They do not fit together, or anybody on the network would be let in.
    """
    named = settings.token_file is not None or settings.tokens.exists()
    found = Authentication(
        tokens=TokenFile(settings.tokens, clock) if named else None,
        oauth=_oauth(settings, clock),
        public_url=settings.public_url,
        clock=clock,
    )
    if not found.needed and not is_loopback(host):
        raise SettingsInvalid(
            f"On {host} everybody on the network could use this server, because it asks for no token.",
            hint="Make a token with swr-bot token add NAME, or set SWR_BOT_OAUTH_ISSUER and SWR_BOT_PUBLIC_URL.",
        )
    return found


def _oauth(settings: Settings, clock: Clock) -> OAuthTokens | None:
    if not settings.oauth_issuer:
        if settings.oauth_audience or settings.oauth_jwks_url:
            raise SettingsInvalid(
                "SWR_BOT_OAUTH_AUDIENCE and SWR_BOT_OAUTH_JWKS_URL mean nothing without SWR_BOT_OAUTH_ISSUER.",
                hint="Set SWR_BOT_OAUTH_ISSUER too.",
            )
        return None
    if not settings.public_url:
        raise SettingsInvalid(
            "SWR_BOT_OAUTH_ISSUER is set without SWR_BOT_PUBLIC_URL, so clients cannot learn what to ask it for.",
            hint="Set SWR_BOT_PUBLIC_URL to the URL that clients use.",
        )
    keys = IssuerKeys(settings.oauth_issuer, settings.oauth_jwks_url, clock)
    return OAuthTokens(settings.oauth_issuer, settings.oauth_audience or settings.public_url, keys)


def _caller_of(access: AccessToken) -> tuple[Actor, frozenset[str]]:
    claims = access.claims or {}
    actor = Actor(face="mcp", tenant=str(claims["iss"]), id=str(access.subject), name=str(claims["name"]))
    return actor, frozenset(str(name) for name in claims["operations"])
