"""Serving an ASGI app on uvicorn until a signal comes, and ending well."""

import asyncio
import socket
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import FrameType
from typing import cast

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from swr_bot.web.health import Readiness
from swr_tools.errors import SwrError
from swr_tools.wording import safe

_BACKLOG = 2048
_MOST_HEADER_BYTES = 32 * 1024
_MOST_CONNECTIONS = 4096
_SECONDS_FOR_HEADERS = 10.0
_SECONDS_IDLE = 75  # longer than load balancers hold a connection, so that they close it and not we
_SECONDS_FOR_LAST_WORDS = 1
_ENDED_AT_ONCE = 130


class AddressUnusable(SwrError):
    """This machine cannot listen there."""

    code = "address-unusable"


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 lets the system choose. Connections made from now on wait to be served.

    Raises:
        AddressUnusable: The port is taken, not ours to take, or the host is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Naming the protocol lets asyncio switch Nagle's algorithm off; without it each answer takes 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except (OSError, ValueError, TypeError) as error:  # the last two: what cannot be encoded as a host name
        listening.close()
        reason = (error.strerror if isinstance(error, OSError) else "") or "it is not an address"
        raise AddressUnusable(
            f"swr-bot cannot listen on {safe(host, 100)} port {port}: {safe(reason)}.",
            hint="Name another one with --host and --port; --port 0 picks a free one.",
        ) from None
    return listening


def url_of(listening: socket.socket, path: str) -> str:
    """Where this machine reaches it."""
    host, port = cast("tuple[str, int]", listening.getsockname()[:2])
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared with, not listened on
    return f"http://[{host}]:{port}{path}" if ":" in host else f"http://{host}:{port}{path}"


async def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What is served, and how it ends.

    Attributes:
        app: The ASGI app; its lifespan runs.
        authenticated: Whether a token is needed.
        readiness: Turned to draining at the first signal.
        drain: Ends open questions and waits that many seconds for calls in flight; says whether all ended.
        aclose: Called at the end of all, on the same event loop.
        start: Called before anything is answered, on that loop too; raises SwrError where nothing can be served.
    """

    app: ASGIApp
    authenticated: bool
    readiness: Readiness
    drain: Callable[[float], Awaitable[bool]]
    aclose: Callable[[], Awaitable[None]]
    start: Callable[[], Awaitable[None]] = _nothing


def run(service: Service, listening: socket.socket, *, seconds: float, started: Callable[[], None]) -> int:
    """Serve until SIGTERM or SIGINT; then refuse new work, let what is under way end, and return the exit code.

    Args:
        service: What is served.
        listening: The socket, which is closed at the end.
        seconds: How long calls in flight may take to end.
        started: Called once requests are answered and signals are heard.

    Raises:
        SwrError: It could not be started.
    """
    server = Server(service, seconds, started)

    async def serve() -> None:
        try:
            await service.start()
            await server.serve(sockets=[listening])
        finally:
            await service.aclose()

    try:
        asyncio.run(serve())
    finally:
        listening.close()
    return _ENDED_AT_ONCE if server.force_exit else 0


class Server(uvicorn.Server):
    """Uvicorn that drains before it closes; a second signal does not wait."""

    def __init__(self, service: Service, seconds: float, started: Callable[[], None]) -> None:
        super().__init__(_configuration(service.app))
        self._service = service
        self._seconds = seconds
        self._told = started
        self._ending: asyncio.Future[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin; signals that come before this end at once, since nothing is under way."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        if self.started:
            self._told()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end; called from a signal, so the work is left to the loop."""
        del sig, frame
        if self._ending is not None or self._loop is None:
            self.force_exit = self.should_exit = True
            return
        self._loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        if self._ending is None:
            self._ending = asyncio.ensure_future(self._finish())

    async def _finish(self) -> None:
        self._service.readiness.draining = True
        try:
            await self._service.drain(self._seconds)
        finally:
            self.should_exit = True


class _Protocol(H11Protocol):
    """Closes a connection whose request does not come to an end of its headers in time."""

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)  # pyright: ignore[reportArgumentType] - handed on as they came
        self._too_slow: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - as uvicorn narrows it
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unwatch()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._unwatch()
        elif self._too_slow is None:
            self._too_slow = self.loop.call_later(_SECONDS_FOR_HEADERS, self.transport.close)

    def _unwatch(self) -> None:
        if self._too_slow is not None:
            self._too_slow.cancel()
            self._too_slow = None


def _configuration(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="critical",  # what it would say of requests and signals is said here, or nobody's business
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_MOST_CONNECTIONS,
        h11_max_incomplete_event_size=_MOST_HEADER_BYTES,
        timeout_keep_alive=_SECONDS_IDLE,
        timeout_graceful_shutdown=_SECONDS_FOR_LAST_WORDS,
    )
