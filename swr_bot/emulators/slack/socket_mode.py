"""Socket Mode: WebSocket connections, envelopes, and the ways they can fail."""

import asyncio
import json
import secrets
import socket
import struct
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from . import seed as seeds
from .clock import Clock
from .delivery import ACK_SECONDS, FAILED, TIMED_OUT, Ack, Delivery
from .errors import AdminRequestError
from .values import Json, mapping, parse, text

MOST_CONNECTIONS = 10
_WARNING_SECONDS = 10
_TICKET_SECONDS = 30
_CLOSING_SECONDS = 1.0
_MOST_BYTES = 1_000_000
_HOST = "applink-emulator"
_TRANSPORT = "socket"

DISTURBANCES = ("disconnect", "close", "abort", "silence")
REASONS = ("warning", "refresh_requested", "link_disabled")


@dataclass(slots=True)
class Connection:
    """One WebSocket of the app.

    Attributes:
        leaving: told to reconnect; gets nothing more while there is another.
        silent: open, but neither sends nor answers.
    """

    number: int
    ws: web.WebSocketResponse
    request: web.Request
    leaving: bool = False
    silent: bool = False
    sent: int = 0
    acked: int = 0
    closing: asyncio.Task[None] | None = None

    def listing(self) -> Json:
        """The connection as the admin routes have it."""
        names = ("number", "leaving", "silent", "sent", "acked")
        return {name: getattr(self, name) for name in names}


@dataclass(slots=True)
class Sockets:
    """All connections of the app; each envelope goes to one of them, in turn.

    Attributes:
        changed: told when a connection comes or goes.
    """

    base_url: str
    clock: Clock
    changed: Callable[[], None]
    connections: list[Connection] = field(default_factory=list[Connection])
    _tickets: dict[str, float] = field(default_factory=dict[str, float])
    _waiting: dict[str, asyncio.Future[object]] = field(default_factory=dict[str, "asyncio.Future[object]"])
    _opened: int = 0
    _sent: int = 0

    def ticket(self) -> str:
        """A WebSocket address that works once, soon."""
        name = secrets.token_urlsafe(24)
        self._tickets[name] = self.clock() + _TICKET_SECONDS
        address = self.base_url.replace("http://", "ws://", 1)
        return f"{address}/link/?ticket={name}&app_id={seeds.APP}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection, from its greeting to its end."""
        until = self._tickets.pop(request.query.get("ticket", ""), 0.0)
        if until < self.clock():
            return web.Response(status=408)
        ws = web.WebSocketResponse(autoping=False, timeout=_CLOSING_SECONDS, max_msg_size=_MOST_BYTES)
        await ws.prepare(request)
        self._opened += 1
        connection = Connection(self._opened, ws, request)
        if len(self.connections) >= MOST_CONNECTIONS:
            await self._say_goodbye(connection, "too_many_websockets")
            return ws
        self.connections.append(connection)
        self.changed()
        try:
            await ws.send_json(self._hello())
            await self._listen(connection)
        finally:
            self.connections.remove(connection)
            self.changed()
            if connection.closing is not None:
                connection.closing.cancel()
        return ws

    def _hello(self) -> Json:
        debug: Json = {"host": _HOST, "build_number": 1, "approximate_connection_time": 18060}
        info: Json = {"app_id": seeds.APP}
        number = len(self.connections)
        return {"type": "hello", "num_connections": number, "debug_info": debug, "connection_info": info}

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.ws:
            if connection.silent:
                continue
            if message.type is WSMsgType.PING:
                await connection.ws.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                self._acknowledged(connection, message.data)

    def _acknowledged(self, connection: Connection, raw: str) -> None:
        try:
            content = mapping(parse(raw))
        except ValueError:
            return
        answer = self._waiting.get(text(content.get("envelope_id")))
        if answer is not None and not answer.done():
            connection.acked += 1
            answer.set_result(content.get("payload"))

    async def send(self, delivery: Delivery) -> Ack:
        """Sends one envelope and waits three seconds for its acknowledgement."""
        started = time.perf_counter()
        connection = self._next()
        if connection is None:
            return Ack(_TRANSPORT, 0.0, FAILED)
        name = str(uuid.uuid4())
        answer = self._waiting[name] = asyncio.get_running_loop().create_future()
        try:
            await self._transmit(connection, _envelope(name, delivery))
            body = await self._in_time(answer)
        except TimeoutError:
            return Ack(_TRANSPORT, _since(started), TIMED_OUT)
        finally:
            del self._waiting[name]
        return Ack(_TRANSPORT, _since(started), body=body)

    async def _transmit(self, connection: Connection, envelope: Json) -> None:
        connection.sent += 1
        if connection.silent:
            return
        try:
            await connection.ws.send_str(json.dumps(envelope))
        except ConnectionError:
            return  # what was sent into a dying connection is lost, and nobody hears of it

    async def _in_time(self, answer: asyncio.Future[object]) -> object:
        late = TimeoutError()
        call_off = self.clock.alarm(ACK_SECONDS, lambda: answer.done() or answer.set_exception(late))
        try:
            return await answer
        finally:
            call_off()

    def _next(self) -> Connection | None:
        staying = [each for each in self.connections if not each.leaving] or self.connections
        self._sent += 1
        return staying[self._sent % len(staying)] if staying else None

    async def disturb(self, what: str, reason: str, numbers: set[int]) -> None:
        """A fault of some connections; of all when no numbers are given.

        Raises:
            AdminRequestError: there is no such fault.
        """
        if what not in DISTURBANCES or (what == "disconnect" and reason not in REASONS):
            raise AdminRequestError(f"There are {', '.join(DISTURBANCES)}; the reasons are {', '.join(REASONS)}.")
        chosen = [each for each in self.connections if not numbers or each.number in numbers]
        for connection in chosen:
            match what:
                case "disconnect":
                    await self._say_goodbye(connection, reason)
                case "close":
                    await connection.ws.close()
                case "abort":
                    abort(connection.request)
                case _:
                    connection.silent = True

    async def _say_goodbye(self, connection: Connection, reason: str) -> None:
        connection.leaving = True
        with suppress(ConnectionError):  # it may have gone by itself
            await connection.ws.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": _HOST}})
        if reason == "warning":
            connection.closing = asyncio.ensure_future(self._close_later(connection))
        else:
            await connection.ws.close()

    async def _close_later(self, connection: Connection) -> None:
        await self.clock.wait(_WARNING_SECONDS)
        await connection.ws.close()

    async def close(self) -> None:
        """Ends all connections."""
        for connection in list(self.connections):
            await connection.ws.close(drain=False)


def _envelope(name: str, delivery: Delivery) -> Json:
    envelope: Json = {
        "envelope_id": name,
        "payload": delivery.payload,
        "type": delivery.kind,
        "accepts_response_payload": delivery.kind != "events_api",
    }
    if delivery.kind == "events_api":
        envelope |= {"retry_attempt": delivery.retry, "retry_reason": delivery.reason}
    return envelope


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def abort(request: web.Request) -> None:
    """Closes without a farewell: a lingering time of 0 makes the kernel send RST in place of FIN."""
    transport = request.transport
    if not isinstance(transport, asyncio.Transport):
        return
    connection: socket.socket = transport.get_extra_info("socket")
    linger = "hh" if sys.platform == "win32" else "ii"
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(linger, 1, 0))
    transport.abort()
