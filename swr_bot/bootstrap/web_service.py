"""The web server, joined from its parts: MCP, and Slack where there is a secret to know its requests by."""

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette

from swr_bot.bootstrap import make_toolbox
from swr_bot.bootstrap.mcp_stdio import MOST_PATIENCE, request_state
from swr_bot.mcp_server.face import Caller, Face
from swr_bot.mcp_server.plain_refusals import PlainRefusals
from swr_bot.mcp_server.server import SwrServer, make_server
from swr_bot.settings import Settings
from swr_bot.web.addresses import Addresses
from swr_bot.web.app import make_app
from swr_bot.web.auth import Authentication, authentication
from swr_bot.web.guard import MOST_BYTES
from swr_bot.web.health import Readiness
from swr_bot.web.rate import RateLimit
from swr_bot.web.serving import Service
from swr_tools.clock import SystemClock
from swr_tools.toolbox import Toolbox

if TYPE_CHECKING:
    from swr_bot.slack_app.http_gate import SlackEvents

SLACK_PATH = "/slack/events"
# A session of a client that went away without a word; one whose person is asked is not idle.
IDLE_SECONDS = 900.0
_CLOCK = SystemClock()


def make_web_service(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    host: str,
    furnish: Callable[[SwrServer], None] = lambda _server: None,
) -> Service:
    """What `serve` serves, as it listens on this host.

    Args:
        settings: What applies.
        environ: Where credentials are looked for.
        host: The address that is listened on.
        furnish: Adds to the MCP server; for the fixtures that conformance suites ask for.

    Raises:
        SettingsInvalid: The settings do not fit together, or would let everybody on the network in.
    """
    addresses = Addresses.of(settings, host)
    ways_in = authentication(settings, host, _CLOCK)
    toolbox = make_toolbox(settings, environ, many_callers=True)
    face = _face(settings, toolbox, ways_in)
    slack = _slack_events(settings, environ, toolbox)
    readiness = _readiness(toolbox, ways_in)

    async def start() -> None:
        if slack is not None:
            await slack.start()

    async def drain(seconds: float) -> bool:
        ended = await asyncio.gather(face.in_flight.drain(seconds), *([slack.drain(seconds)] if slack else []))
        return all(ended)

    async def aclose() -> None:
        if slack is not None:
            await slack.aclose()
        await toolbox.aclose()

    app = make_app(
        mcp=_mcp_app(settings, face, furnish),
        readiness=readiness,
        authentication=ways_in,
        addresses=addresses,
        sessions=RateLimit(settings.rate_limit, _CLOCK),
        mounts={SLACK_PATH: slack} if slack else {},
    )
    return Service(app=app, authenticated=ways_in.needed, readiness=readiness, start=start, drain=drain, aclose=aclose)


def _face(settings: Settings, toolbox: Toolbox, ways_in: Authentication) -> Face:
    def caller() -> Caller:
        actor, operations = ways_in.caller()
        return Caller(actor=actor, operations=operations)

    return Face(
        toolbox=toolbox,
        clock=_CLOCK,
        caller=caller,
        read_only=settings.read_only,
        emulator=settings.emulator,
        patience=min(settings.proposal_ttl, MOST_PATIENCE),
        admit=RateLimit(settings.rate_limit, _CLOCK).admit,
    )


def _mcp_app(settings: Settings, face: Face, furnish: Callable[[SwrServer], None]) -> Starlette:
    server = make_server(face, request_state=request_state(settings))
    furnish(server)
    app = server.streamable_http_app(
        # Hosts and origins are checked by swr_bot.web.guard, before anybody is asked for a token.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        max_request_body_size=MOST_BYTES,
        session_idle_timeout=IDLE_SECONDS,
    )
    app.add_middleware(PlainRefusals)
    return app


def _readiness(toolbox: Toolbox, ways_in: Authentication) -> Readiness:
    async def find_credentials() -> object:
        return toolbox.cloud

    async def read_journal() -> object:
        return await (await toolbox.journal()).entries(limit=1, newest_first=True)

    checks = {"the credentials of SWR": find_credentials, "the journal": read_journal, **ways_in.checks}
    return Readiness(checks, _CLOCK)


def _slack_events(settings: Settings, environ: Mapping[str, str], toolbox: Toolbox) -> "SlackEvents | None":
    """What answers Slack's signed requests, where there is a secret to know them by."""
    if not environ.get("SLACK_SIGNING_SECRET"):
        return None
    from swr_bot.bootstrap.slack_socket import slack_config
    from swr_bot.slack_app.http_gate import SlackEvents

    return SlackEvents(toolbox, _CLOCK, slack_config(settings, environ), emulator=settings.emulator)
