"""The only file that names concrete parts and joins them."""

import asyncio
import getpass
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from swr_bot.settings import Settings, home_folder
from swr_tools.actor import Actor
from swr_tools.clock import SystemClock
from swr_tools.errors import SettingsInvalid, StateUnavailable, UsageError
from swr_tools.gate.policy import ReadOnlyPolicy
from swr_tools.toolbox import Toolbox

if TYPE_CHECKING:
    import httpx
    from mcp.server.request_state import RequestStateSecurity

    from swr_bot.mcp_server.face import Face
    from swr_bot.mcp_server.server import SwrServer
    from swr_bot.slack_app.config import SlackConfig
    from swr_bot.slack_app.http_gate import SlackEvents
    from swr_bot.web.serving import Service
    from swr_tools.cloud.connection import SwrCloud
    from swr_tools.cloud.credentials import Credentials
    from swr_tools.cloud.endpoints import Endpoint
    from swr_tools.journal.journal import Journal

EMULATOR_STATE = "emulator.sqlite3"
EMULATOR_REGION = "cn-north-4"
JOURNAL = "journal.sqlite3"
# Seconds in which a person can answer an assistant's question; clients give up a call that takes much longer.
MOST_PATIENCE = 300.0
DRAIN_SECONDS = 20.0
# A session of a client that went away without a word; one whose person is asked is not idle.
IDLE_SECONDS = 900.0
SLACK_PATH = "/slack/events"
_STATE_HINT = "Name a folder that can be written with SWR_BOT_STATE_DIR."


def make_toolbox(settings: Settings, environ: Mapping[str, str], *, many_callers: bool = False) -> Toolbox:
    """The tool layer for these settings; nothing is opened before it is used.

    Args:
        settings: What applies.
        environ: Where credentials are looked for.
        many_callers: Whether it serves many at once, so that a transport that is slower to load pays.
    """
    return Toolbox(
        connect=lambda: connect(settings, environ, many_callers=many_callers),
        open_journal=lambda: open_journal(settings),
        policy=ReadOnlyPolicy() if settings.read_only else settings.policy,
        clock=SystemClock(),
        ttl=timedelta(seconds=settings.proposal_ttl),
        deadline=settings.deadline,
    )


def connect(settings: Settings, environ: Mapping[str, str], *, many_callers: bool = False) -> "SwrCloud":
    """The embedded emulator where it was asked for, else the cloud with the keys that are found.

    Raises:
        CredentialsMissing: There are none.
        SettingsInvalid, RegionUnknown: It is not clear which cloud or region is meant.
    """
    if settings.emulator:
        return _embedded_emulator(settings)
    from swr_tools.cloud.connection import SwrCloud
    from swr_tools.cloud.endpoints import endpoint_for

    credentials = find_own_credentials(settings, environ)
    endpoint = endpoint_for(
        settings.cloud,
        _region(settings, credentials),
        api_url=settings.endpoint or None,
        iam_url=settings.iam_endpoint or None,
    )
    return SwrCloud(endpoint, credentials, transport=_transport(endpoint, many_callers=many_callers))


def _transport(endpoint: "Endpoint", *, many_callers: bool) -> "httpx.AsyncBaseTransport | None":
    """What sends the requests; None, which is httpx's own transport, where a proxy must be passed."""
    from swr_tools.cloud.transport import fast_transport, lean_transport

    lean = lean_transport(endpoint)
    return fast_transport() if lean and many_callers else lean


def find_own_credentials(settings: Settings, environ: Mapping[str, str]) -> "Credentials":
    """The keys of whoever runs this; raises CredentialsMissing."""
    from swr_tools.cloud.credentials import find_credentials

    return find_credentials(environ, home=home_folder(), metadata_url=metadata_url(settings))


def metadata_url(settings: Settings) -> str | None:
    """Where a cloud server's own keys are asked for, or None."""
    return None if settings.metadata_endpoint == "off" else settings.metadata_endpoint


async def open_journal(settings: Settings) -> "Journal":
    """The journal in the state folder; raises JournalUnavailable."""
    from swr_tools.journal.journal import Journal

    return await Journal.open(settings.state_dir / JOURNAL)


def local_actor(face: str) -> Actor:
    """Whoever runs this program, with their own keys, on this machine."""
    user = _user_name()
    return Actor(face=face, tenant=socket.gethostname(), id=user, name=user, holds_keys=True)


def make_mcp_face(settings: Settings, environ: Mapping[str, str]) -> "Face":
    """What the MCP server on standard input and output works with: this person, their keys, their journal."""
    from swr_bot.mcp_server.face import Caller, Face

    caller = Caller(actor=local_actor("mcp"))
    return Face(
        toolbox=make_toolbox(settings, environ),
        clock=SystemClock(),
        caller=lambda: caller,
        read_only=settings.read_only,
        emulator=settings.emulator,
        local=True,
        patience=min(settings.proposal_ttl, MOST_PATIENCE),
    )


def request_state(settings: Settings) -> "RequestStateSecurity":
    """What seals a question of 2026-07-28 until its answer comes: the keys of the settings, else one of this process.

    It holds as long as the request itself, which the question names the end of.
    """
    from mcp.server.request_state import RequestStateSecurity

    keys, seconds = settings.request_state_keys, settings.proposal_ttl
    return RequestStateSecurity(keys=keys, ttl=seconds) if keys else RequestStateSecurity.ephemeral(ttl=seconds)


async def serve_stdio(settings: Settings, environ: Mapping[str, str], loaded: Callable[[], None]) -> None:
    """Run the MCP server on standard input and output until they end; calls `loaded` before the first message."""
    from swr_bot.mcp_server.server import make_server
    from swr_bot.mcp_server.stdio import run_stdio

    face = make_mcp_face(settings, environ)
    server = make_server(face, request_state=request_state(settings))
    loaded()
    async with face.toolbox:
        await run_stdio(server, face)


def make_web_service(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    host: str,
    furnish: "Callable[[SwrServer], None]" = lambda _server: None,
) -> "Service":
    """The MCP server over HTTP, as `serve` listens on this host.

    Args:
        settings: What applies.
        environ: Where credentials are looked for.
        host: The address that is listened on.
        furnish: Adds to the MCP server; for the fixtures that conformance suites ask for.

    Raises:
        SettingsInvalid: The settings do not fit together, or would let everybody on the network in.
    """
    from mcp.server.transport_security import TransportSecuritySettings

    from swr_bot.mcp_server.face import Caller, Face
    from swr_bot.mcp_server.plain_refusals import PlainRefusals
    from swr_bot.mcp_server.server import make_server
    from swr_bot.web.addresses import Addresses
    from swr_bot.web.app import make_app
    from swr_bot.web.auth import authentication
    from swr_bot.web.guard import MOST_BYTES
    from swr_bot.web.health import Readiness
    from swr_bot.web.rate import RateLimit
    from swr_bot.web.serving import Service

    clock = SystemClock()
    addresses = Addresses.of(settings, host)
    ways_in = authentication(settings, host, clock)
    toolbox = make_toolbox(settings, environ, many_callers=True)

    def caller() -> Caller:
        actor, operations = ways_in.caller()
        return Caller(actor=actor, operations=operations)

    async def find_credentials() -> object:
        return toolbox.cloud

    async def read_journal() -> object:
        return await (await toolbox.journal()).entries(limit=1, newest_first=True)

    face = Face(
        toolbox=toolbox,
        clock=clock,
        caller=caller,
        read_only=settings.read_only,
        emulator=settings.emulator,
        patience=min(settings.proposal_ttl, MOST_PATIENCE),
        admit=RateLimit(settings.rate_limit, clock).admit,
    )
    server = make_server(face, request_state=request_state(settings))
    furnish(server)
    readiness = Readiness(
        {"the credentials of SWR": find_credentials, "the journal": read_journal, **ways_in.checks}, clock
    )
    mcp = server.streamable_http_app(
        # Hosts and origins are checked by swr_bot.web.guard, before anybody is asked for a token.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        max_request_body_size=MOST_BYTES,
        session_idle_timeout=IDLE_SECONDS,
    )
    mcp.add_middleware(PlainRefusals)
    slack = _slack_events(settings, environ, toolbox)

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

    return Service(
        app=make_app(
            mcp=mcp,
            readiness=readiness,
            authentication=ways_in,
            addresses=addresses,
            sessions=RateLimit(settings.rate_limit, clock),
            mounts={SLACK_PATH: slack} if slack else {},
        ),
        authenticated=ways_in.needed,
        readiness=readiness,
        start=start,
        drain=drain,
        aclose=aclose,
    )


def _slack_events(settings: Settings, environ: Mapping[str, str], toolbox: Toolbox) -> "SlackEvents | None":
    """What answers Slack's signed requests, where there is a secret to know them by."""
    if not environ.get("SLACK_SIGNING_SECRET"):
        return None
    from swr_bot.slack_app.http_gate import SlackEvents

    return SlackEvents(toolbox, SystemClock(), slack_config(settings, environ), emulator=settings.emulator)


def slack_config(settings: Settings, environ: Mapping[str, str]) -> "SlackConfig":
    """Slack's tokens and whom it may deliver for; raises SettingsInvalid."""
    from swr_bot.slack_app.config import SlackConfig

    return SlackConfig.from_environ(
        environ,
        teams=settings.slack_teams,
        enterprises=settings.slack_enterprises,
        app_id=settings.slack_app_id,
    )


async def serve_slack(settings: Settings, environ: Mapping[str, str], connected: Callable[[str], None]) -> None:
    """Serve Slack over Socket Mode until a signal comes; calls `connected` with the workspace's name.

    Raises:
        SettingsInvalid: A token is missing, refused, or lacks a scope.
        Unavailable: Slack cannot be reached.
    """
    from swr_bot.slack_app.socket_mode import SocketMode
    from swr_bot.slack_app.starting import start

    config = slack_config(settings, environ).for_socket_mode()
    stopping = asyncio.Event()
    if sys.platform != "win32":
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with make_toolbox(settings, environ, many_callers=True) as toolbox:
        started = await start(toolbox, SystemClock(), config, emulator=settings.emulator)
        try:
            workspace = started.installation.workspace
            await SocketMode(started).run(stopping, lambda: connected(workspace))
            await started.drain(DRAIN_SECONDS)
        finally:
            await started.aclose()


async def examine_slack(settings: Settings, environ: Mapping[str, str]) -> tuple[str, Sequence[str]]:
    """Whom Slack takes this bot for, and the scopes of the manifest that the installed app lacks.

    Raises:
        SettingsInvalid: A token is missing, refused, or lacks a scope; or the workspace is not one that is served.
        Unavailable: Slack cannot be reached.
    """
    from swr_bot.slack_app.manifest import SCOPES
    from swr_bot.slack_app.starting import examine

    found = await examine(slack_config(settings, environ))
    if found.team and settings.slack_teams and found.team not in settings.slack_teams:
        raise SettingsInvalid(
            f"The bot is installed in {found.team}, which is not one of SWR_BOT_SLACK_TEAMS.",
            hint="Add it there, or use the token of another installation.",
        )
    missing = [scope for scope in SCOPES if found.scopes and scope not in found.scopes]
    return f"{found.workspace or found.team} as {found.bot} (app {found.app or 'not named'}).", missing


def slack_manifest(http_url: str) -> str:
    """The manifest of the Slack app.

    Raises:
        UsageError: Slack would refuse it with that URL.
    """
    from swr_bot.slack_app.manifest import manifest, manifest_text, problems

    if found := problems(manifest(http_url=http_url)):
        raise UsageError(f"Slack would refuse that manifest: {found[0]}", hint="Give a URL that begins with https://.")
    return manifest_text(http_url=http_url)


def _user_name() -> str:
    """The name of this process's user as the system has it: LOGNAME and its kin are anybody's to set."""
    try:
        import pwd
    except ImportError:  # Windows
        return getpass.getuser()
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user need not have a name
        return str(os.getuid())


def _region(settings: Settings, credentials: "Credentials") -> str:
    region = settings.region or credentials.region
    if not region:
        raise SettingsInvalid(
            "No region is set, and names belong to one region.",
            hint="Set SWR_BOT_REGION, for example to cn-north-4, or HW_REGION_NAME. No account? Add --emulator.",
        )
    return region


def _embedded_emulator(settings: Settings) -> "SwrCloud":
    """The emulator inside this process; its state file is shared with every other process that names the folder."""
    from swr_bot.emulators.swr import DEFAULT_ACCOUNT, EmulatorStateError, create_app
    from swr_tools.cloud.connection import SwrCloud
    from swr_tools.cloud.credentials import find_credentials
    from swr_tools.cloud.endpoints import Endpoint, check_region
    from swr_tools.cloud.transport import in_process

    region = settings.region or EMULATOR_REGION
    check_region(region)
    keys = {
        "HUAWEICLOUD_SDK_AK": DEFAULT_ACCOUNT.access_key,
        "HUAWEICLOUD_SDK_SK": DEFAULT_ACCOUNT.secret_key,
        "HUAWEICLOUD_SDK_PROJECT_ID": DEFAULT_ACCOUNT.project_id,
    }
    endpoint = Endpoint(
        cloud="emulator",
        region=region,
        api_url="http://127.0.0.1",
        registry=f"swr.{region}.myhuaweicloud.com",
        iam_url=None,
    )
    state = settings.state_dir / EMULATOR_STATE
    try:
        settings.state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        app = create_app(state=state, region=region)
    except (OSError, EmulatorStateError) as error:
        raise StateUnavailable(f"The emulator cannot use {state}: {error}", hint=_STATE_HINT) from None
    credentials = find_credentials(keys, home=settings.state_dir, metadata_url=None)
    return SwrCloud(endpoint, credentials, transport=in_process(app))
