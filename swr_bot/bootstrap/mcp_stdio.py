"""The MCP server on standard input and output, joined from its parts."""

from collections.abc import Callable, Mapping

from mcp.server.request_state import RequestStateSecurity

from swr_bot.bootstrap import local_actor, make_toolbox
from swr_bot.mcp_server.face import Caller, Face
from swr_bot.mcp_server.server import make_server
from swr_bot.mcp_server.stdio import run_stdio
from swr_bot.settings import Settings
from swr_tools.clock import SystemClock

# Seconds in which a person can answer an assistant's question; clients give up a call that takes much longer.
MOST_PATIENCE = 300.0


def make_mcp_face(settings: Settings, environ: Mapping[str, str]) -> Face:
    """What the MCP server on standard input and output works with: this person, their keys, their journal."""
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


def request_state(settings: Settings) -> RequestStateSecurity:
    """What seals a question of 2026-07-28 until its answer comes: the keys of the settings, else one of this process.

    It holds as long as the request itself, which the question names the end of.
    """
    keys, seconds = settings.request_state_keys, settings.proposal_ttl
    return RequestStateSecurity(keys=keys, ttl=seconds) if keys else RequestStateSecurity.ephemeral(ttl=seconds)


async def serve_stdio(settings: Settings, environ: Mapping[str, str], loaded: Callable[[], None]) -> None:
    """Run the MCP server on standard input and output until they end; calls `loaded` before the first message."""
    face = make_mcp_face(settings, environ)
    server = make_server(face, request_state=request_state(settings))
    loaded()
    async with face.toolbox:
        await run_stdio(server, face)
