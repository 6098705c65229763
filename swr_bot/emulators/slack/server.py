"""The workspace as a program of its own, on aiohttp.

aiohttp serves HTTP and WebSocket from one library and leaves pongs to us, so that a connection can fall silent; it
is also the client that delivers over HTTP. uvicorn would need a second library for WebSocket, which answers pings.
"""

import asyncio
import json
import signal
import socket
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from types import FrameType

from aiohttp import web

from . import seed as seeds
from .app import create_app
from .errors import SlackEmulatorError
from .options import SlackOptions
from .parts import assemble

_BACKLOG = 2048
_HIGHEST_PORT = 65535
_CANNOT_START = 1
_FAREWELL_SECONDS = 1.0


class SlackEmulatorServer:
    """A workspace that listens; connections made before ``run`` wait for it.

    Attributes:
        url: the address of everything; the admin side is under ``/_emulator/``.
        announcement: what ``serve`` prints.

    Raises:
        SlackEmulatorError: the manifest cannot be used.
        ValueError: the port is none.
        OSError: the port is taken or the host is not this machine's.
    """

    def __init__(self, options: SlackOptions) -> None:
        self._settings = options.settings()
        self._socket = _listen(options.host, options.port)
        self.url = _url(self._socket)
        self.announcement = {
            "api_url": f"{self.url}/api/",
            "bot_token": seeds.BOT_TOKEN,
            "app_token": seeds.APP_TOKEN,
            "signing_secret": seeds.SIGNING_SECRET,
            "team_id": seeds.TEAM,
        }
        self._asked_to_stop = threading.Event()
        self._running: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def run(self) -> None:
        """Serves until ``stop``, then closes the port."""
        try:
            asyncio.run(self._serve())
        finally:
            self._socket.close()

    def stop(self) -> None:
        """Makes ``run`` return soon; may be called from another thread or a signal handler."""
        self._asked_to_stop.set()
        if self._running is not None:
            loop, stopped = self._running
            with suppress(RuntimeError):  # it has stopped already
                loop.call_soon_threadsafe(stopped.set)

    async def _serve(self) -> None:
        stopped = asyncio.Event()
        self._running = (asyncio.get_running_loop(), stopped)
        if self._asked_to_stop.is_set():
            stopped.set()
        app = create_app(assemble(self.url, self._settings))
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=_FAREWELL_SECONDS)
        await runner.setup()
        try:
            await web.SockSite(runner, self._socket, backlog=_BACKLOG).start()
            await stopped.wait()
        finally:
            await runner.cleanup()


def serve(options: SlackOptions) -> int:
    """Prints the one line of JSON, serves until SIGTERM or SIGINT, and returns the exit code."""
    try:
        server = SlackEmulatorServer(options)
    except (SlackEmulatorError, ValueError) as error:
        print(f"swr-bot emulator: {error}", file=sys.stderr)
        return _CANNOT_START
    except OSError as error:
        print(f"swr-bot emulator: cannot listen on {options.host}:{options.port}: {error.strerror}.", file=sys.stderr)
        return _CANNOT_START
    with _stopped_by_signals(server):
        print(json.dumps(server.announcement), flush=True)
        server.run()
    return 0


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= _HIGHEST_PORT:
        raise ValueError(f"The port is a number from 0 to {_HIGHEST_PORT}, not {port}.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
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
def _stopped_by_signals(server: SlackEmulatorServer) -> Generator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        server.stop()

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, stop) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
