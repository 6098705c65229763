"""The ASGI application: routes to wire to state, and the faults around them.

Plain ASGI without a framework: a look-up costs little more than an empty route.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from email.utils import formatdate
from functools import lru_cache
from pathlib import Path
from typing import Any

from .authentication import Authenticator
from .context import Call, Clock, Emulator, RequestLog
from .errors import EmulatorStateError, GatewayRefusal, Refusal, ServiceRefusal
from .faults import Fault, FaultBox
from .routes import Access, Route, Router
from .seed import Behaviour, Seed
from .state import State
from .wire import Answer, Request, json_answer

Scope = MutableMapping[str, Any]  # ASGI itself leaves these values open
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

ABORT = "swr_bot.emulator.abort"
"""Where the server puts a function into the scope that resets the connection."""

MAXIMUM_BODY = 12 * 1024 * 1024
_BODY_HEADERS = (b"content-length", b"transfer-encoding")
_PIECES = 8
_ADMIN = b"/_emulator/"
_SERVER = (b"server", b"api-gateway")


class EmulatorApp:
    """SWR, IAM and the metadata service behind one address.

    Args:
        state: the state file, or ``None`` for memory.
        seed: accounts and first contents.
        behaviour: the answers to open questions; ``None`` takes the seed's.
        region: which region's organizations this is.
        faults: in force from the start.
        latency_ms: every answer waits this long.

    Raises:
        EmulatorStateError: when the state file cannot be used.
    """

    def __init__(
        self,
        *,
        state: Path | None,
        seed: Seed,
        behaviour: Behaviour | None,
        region: str,
        faults: tuple[Fault, ...] = (),
        latency_ms: int = 0,
    ) -> None:
        behaviour = behaviour or seed.behaviour
        clock = Clock()
        self.emulator = Emulator(
            region=region,
            seed=seed,
            behaviour=behaviour,
            clock=clock,
            state=State(state, region=region, behaviour=behaviour, now=clock),
            authenticator=Authenticator(seed.accounts, behaviour, clock),
            faults=FaultBox(faults, latency_ms=latency_ms),
            log=RequestLog(),
        )
        self._router = Router()
        if seed.organizations:
            self.emulator.state.fill(seed)

    def close(self) -> None:
        """Closes the state; without it, the state is closed with the last reference to the app."""
        self.emulator.state.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One HTTP request; other kinds of connection are refused."""
        if scope["type"] != "http":
            raise NotImplementedError("The emulator speaks HTTP only.")
        body = await _read_body(scope, receive)
        if body is None:
            return
        request = _request(scope, body)
        wait, fault = self._faults_for(request)
        begun = self.emulator.log.began
        if wait:
            await asyncio.sleep(wait / 1000)
        # What waited while everything was reset belongs to what is no more.
        answer = self._answer(request, fault) if begun == self.emulator.log.began else None
        if answer is None:
            await _reset(scope, receive)
        else:
            await _send(request, answer, send, fault, at=self.emulator.clock())

    def _faults_for(self, request: Request) -> tuple[int, Fault | None]:
        if request.raw_path.startswith(_ADMIN):
            return 0, None
        return self.emulator.faults.take(request)

    def _answer(self, request: Request, fault: Fault | None) -> Answer | None:
        """The answer, or ``None`` when the connection is to be reset."""
        route, answer = None, None
        try:
            route = self._router.find(request)
            if fault is None or fault.carries_out:
                answer = self._carry_out(route, request)
        except Refusal as refusal:
            answer = _refused(refusal, request)
        except EmulatorStateError as error:
            answer = _refused(GatewayRefusal(500, "APIGW.0601", str(error)), request)
        if fault is not None:
            answer = _spoiled(fault, request, answer)
        self._note(request, route, answer, fault)
        return answer

    def _carry_out(self, route: Route, request: Request) -> Answer:
        if len(request.body) > MAXIMUM_BODY:
            raise GatewayRefusal(413, "APIGW.0201", "the body is above 12 MB")
        if route.access is not Access.SIGNED:
            return route.handler(Call(self.emulator, request, self.emulator.seed.accounts[0]))
        account = self.emulator.authenticator.authenticate(request)
        if route.writes and account.read_only:
            raise ServiceRefusal("4030170")
        return route.handler(Call(self.emulator, request, account))

    def _note(self, request: Request, route: Route | None, answer: Answer | None, fault: Fault | None) -> None:
        if route is not None and route.access is Access.ADMIN:
            return
        name = f"{request.method} {route.path}" if route is not None else "no such route"
        status = answer.status if answer is not None else 0
        self.emulator.log.note(request, name, status, fault.kind if fault is not None else "")


async def _read_body(scope: Scope, receive: Receive) -> bytes | None:
    """The whole body, a little more than the limit when it is above that; ``None`` when the client has gone."""
    if scope["method"] == "GET" and not any(name in _BODY_HEADERS for name, _ in scope["headers"]):
        return b""
    body = bytearray()
    while len(body) <= MAXIMUM_BODY:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    return bytes(body)


def _request(scope: Scope, body: bytes) -> Request:
    return Request(
        method=scope["method"],
        raw_path=scope["raw_path"],
        query_string=scope["query_string"],
        headers=dict(scope["headers"]),
        body=body,
        request_id=secrets.token_hex(16),
    )


def _refused(refusal: Refusal, request: Request) -> Answer:
    return json_answer(refusal.status, refusal.body(request.request_id))


def _spoiled(fault: Fault, request: Request, answer: Answer | None) -> Answer | None:
    if fault.resets:
        return None
    replacement = fault.replacement()
    if isinstance(replacement, Refusal):
        return _refused(replacement, request)
    return replacement or answer


async def _reset(scope: Scope, receive: Receive) -> None:
    """Resets the connection, or raises where there is none: in the process of its client."""
    abort: Callable[[], None] | None = scope.get(ABORT)
    if abort is None:
        raise ConnectionResetError("The emulator was told to reset this connection.")
    abort()
    # Only returning after the server has noticed keeps it from sending a 500 of its own.
    while (await receive())["type"] != "http.disconnect":
        pass


@lru_cache(maxsize=4)
def _date(second: int) -> tuple[bytes, bytes]:
    return b"date", formatdate(second, usegmt=True).encode()


async def _send(request: Request, answer: Answer, send: Send, fault: Fault | None, *, at: float) -> None:
    headers = [_SERVER, _date(int(at)), (b"x-request-id", request.request_id.encode()), *answer.headers]
    if answer.status != 204:
        headers.append((b"content-length", b"%d" % len(answer.body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if fault is not None and fault.kind == "slow-body":
        await _drip(answer.body, send, fault.milliseconds / 1000)
    else:
        await send({"type": "http.response.body", "body": answer.body})


async def _drip(body: bytes, send: Send, seconds: float) -> None:
    size = max(1, -(-len(body) // _PIECES))
    for start in range(0, len(body), size):
        await asyncio.sleep(seconds)
        await send({"type": "http.response.body", "body": body[start : start + size], "more_body": True})
    await send({"type": "http.response.body", "body": b""})
