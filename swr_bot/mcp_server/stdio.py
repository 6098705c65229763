"""The MCP server on standard input and output, for one person and their assistant."""

import asyncio
import os
import signal
import sys
from types import TracebackType
from typing import Self

import anyio
from mcp.server.stdio import stdio_server
from mcp.shared._stream_protocols import ReadStream, WriteStream
from mcp.shared.message import SessionMessage
from mcp_types import INVALID_REQUEST, PARSE_ERROR, ErrorData, JSONRPCError
from pydantic import ValidationError

from swr_bot.mcp_server.face import Face
from swr_bot.mcp_server.server import SwrServer

# A create under way has its deadline, then one look; what takes longer is found in the journal.
_DRAIN_SECONDS = 45.0
# The answers to the calls that just ended pass through a thread of the SDK's on their way out.
_LAST_WORDS_SECONDS = 0.2
_ENDED_AT_ONCE = 130
_NO_JSON = ErrorData(code=PARSE_ERROR, message="This line is not JSON. Send one JSON-RPC message a line.")
_NO_MESSAGE = ErrorData(
    code=INVALID_REQUEST, message="This line is no JSON-RPC 2.0 message. Send one a line, and no batches."
)


class AnsweringStream:
    """What a client sends, as far as it can be read; the rest is answered with an error, where the SDK is silent."""

    def __init__(self, incoming: ReadStream[SessionMessage | Exception], outgoing: WriteStream[SessionMessage]) -> None:
        self._incoming = incoming
        self._outgoing = outgoing

    async def receive(self) -> SessionMessage | Exception:
        """The next message; raises what the stream below raises at its end."""
        while isinstance(item := await self._incoming.receive(), Exception):
            await self._outgoing.send(SessionMessage(JSONRPCError(jsonrpc="2.0", id=None, error=_what_is_wrong(item))))
        return item

    async def aclose(self) -> None:
        """Close the stream below."""
        await self._incoming.aclose()

    def __aiter__(self) -> ReadStream[SessionMessage | Exception]:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def __aenter__(self) -> Self:
        await self._incoming.__aenter__()
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> bool | None:
        return await self._incoming.__aexit__(exc_type, exc_val, exc_tb)


def _what_is_wrong(problem: Exception) -> ErrorData:
    no_json = isinstance(problem, ValidationError) and problem.errors()[0]["type"] == "json_invalid"
    return _NO_JSON if no_json else _NO_MESSAGE


async def run_stdio(server: SwrServer, face: Face) -> None:
    """Serve until the input ends, or until a signal: then open questions end, and creates under way finish.

    A second signal does not wait for them.
    """
    stopping = asyncio.Event()

    def stop() -> None:
        if stopping.is_set():
            os._exit(_ENDED_AT_ONCE)  # asked twice, it waits for nothing
        stopping.set()

    if sys.platform != "win32":
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop)
    serving = asyncio.ensure_future(_serve(server))
    stopped = asyncio.ensure_future(stopping.wait())
    await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        stopped.cancel()
        await serving
        return
    await face.in_flight.drain(_DRAIN_SECONDS)
    await asyncio.sleep(_LAST_WORDS_SECONDS)
    await face.toolbox.aclose()
    # The thread that reads standard input cannot be woken, and would keep this process alive until a line comes.
    sys.stderr.flush()
    os._exit(0)


async def _serve(server: SwrServer) -> None:
    async with stdio_server() as (incoming, outgoing):
        await server.serve_streams(AnsweringStream(incoming, outgoing), outgoing)
