"""The emulator as a program of its own, on uvicorn."""

import asyncio
import json
import signal
import socket
import struct
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .app import ABORT, EmulatorApp, Receive, Scope, Send
from .errors import EmulatorError
from .faults import parse_fault
from .seed import Seed
from .seed_file import load_seed

_BACKLOG = 2048
_HIGHEST_PORT = 65535
_CANNOT_START = 1


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """What the command line says.

    Attributes:
        port: 0 lets the system choose.
        state: the state file, or ``None`` for memory.
        seed: a TOML file.
        latency_ms: every answer waits this long.
        faults: texts for ``parse_fault``.
    """

    host: str = "127.0.0.1"
    port: int = 0
    state: Path | None = None
    seed: Path | None = None
    region: str = "cn-north-4"
    latency_ms: int = 0
    faults: tuple[str, ...] = ()


class EmulatorServer:
    """An emulator that listens; connections made before ``run`` wait for it.

    Raises:
        EmulatorError: the seed or the state file cannot be used.
        ValueError: a fault text is wrong.
        OSError: the port is taken or the host is not this machine's.
    """

    def __init__(self, options: ServeOptions) -> None:
        seed = Seed() if options.seed is None else load_seed(options.seed)
        self.app = EmulatorApp(
            state=options.state,
            seed=seed,
            behaviour=None,
            region=options.region,
            faults=tuple(parse_fault(text) for text in options.faults),
            latency_ms=options.latency_ms,
        )
        try:
            self._socket = _listen(options.host, options.port)
        except BaseException:
            self.app.close()
            raise
        self._server = uvicorn.Server(_configuration(self.app))
        account = seed.accounts[0]
        self.announcement = {
            "url": _url(self._socket),
            "access_key": account.access_key,
            "secret_key": account.secret_key,
            "project_id": account.project_id,
            "region": options.region,
        }

    def run(self) -> None:
        """Serves until ``stop``, then closes the port and the state."""
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._socket.close()
            self.app.close()

    def stop(self) -> None:
        """Makes ``run`` return soon; may be called from another thread or a signal handler."""
        self._server.should_exit = True


def serve(options: ServeOptions) -> int:
    """Prints the one line of JSON, serves until SIGTERM or SIGINT, and returns the exit code."""
    try:
        server = EmulatorServer(options)
    except (EmulatorError, ValueError) as error:
        print(f"swr-bot emulator: {error}", file=sys.stderr)
        return _CANNOT_START
    except OSError as error:
        where = f"{options.host}:{options.port}"
        print(f"swr-bot emulator: cannot listen on {where}: {error.strerror}.", file=sys.stderr)
        return _CANNOT_START
    with _stopped_by_signals(server):
        print(json.dumps(server.announcement), flush=True)
        server.run()
    return 0


class _Protocol(H11Protocol):
    """Puts into each request's scope a function that resets its connection, for the faults that do."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - as uvicorn narrows it
        super().connection_made(transport)
        app = self.app

        async def with_abort(scope: Scope, receive: Receive, send: Send) -> None:
            scope[ABORT] = lambda: _abort(transport)
            await app(scope, receive, send)  # pyright: ignore[reportArgumentType] - uvicorn types messages one by one

        self.app = with_abort


def _abort(transport: asyncio.Transport) -> None:
    """Closes without a farewell: a lingering time of 0 makes the kernel send RST in place of FIN."""
    connection: socket.socket = transport.get_extra_info("socket")
    linger = "hh" if sys.platform == "win32" else "ii"
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(linger, 1, 0))
    transport.abort()


def _configuration(app: EmulatorApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,  # the app sends its own, by the clock that a test may turn
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= _HIGHEST_PORT:
        raise ValueError(f"The port is a number from 0 to {_HIGHEST_PORT}, not {port}.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Naming the protocol lets asyncio switch Nagle's algorithm off; without it each answer takes 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except BaseException:
        listening.close()
        raise
    return listening


def _url(listening: socket.socket) -> str:
    host, port, *_ = listening.getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def _stopped_by_signals(server: EmulatorServer) -> Generator[None]:
    """Uvicorn raises a signal again once it has stopped; ending here makes the exit a quiet one."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        server.stop()

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, stop) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
