"""What every request passes first: is it meant for this server, may it come from there, is it small enough."""

import asyncio
from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from swr_bot.web.addresses import Addresses

MOST_BYTES = 1024 * 1024
_SECONDS_FOR_A_BODY = 10.0
# A kubelet or a load balancer asks by address, and what these answer is nobody's secret.
ASKED_BY_ADDRESS = ("/healthz", "/readyz")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Guard:
    """The outermost layer: foreign hosts and pages are turned away before anything else is said to them."""

    def __init__(self, app: ASGIApp, addresses: Addresses) -> None:
        self._app = app
        self._addresses = addresses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 421, 403 or 413, or hand the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        app = self._refusal(scope["path"], Headers(scope=scope)) or self._app
        await app(scope, receive, _with_headers(send))

    def _refusal(self, path: str, headers: Headers) -> PlainTextResponse | None:
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if path not in ASKED_BY_ADDRESS and not (len(hosts) == 1 and self._addresses.allow_host(hosts[0])):
            return PlainTextResponse("This server does not answer for that host name.", 421)
        if not all(self._addresses.allow_origin(origin) for origin in origins):
            return PlainTextResponse("Pages of that origin may not ask this server.", 403)
        if len(headers.getlist("authorization")) > 1:
            return PlainTextResponse("A request has one Authorization header.", 400)
        length = headers.get("content-length", "0")
        return _too_large() if length.isdecimal() and int(length[:20]) > MOST_BYTES else None


class WholeBody:
    """Reads the body before the app is called; one that is too large or too slow ends here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 408 or 413, or call the app with the body in one piece."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(_SECONDS_FOR_A_BODY):
                read = await _read(receive)
        except TimeoutError:
            await _closing(PlainTextResponse("The request took too long to arrive.", 408))(scope, receive, send)
            return
        if read is None:
            await _too_large()(scope, receive, send)
            return
        await self._app(scope, _replayed(read, receive), send)


async def _read(receive: Receive) -> Sequence[Message] | None:
    """The request as one message, and the end of the connection where that came instead; None: too large."""
    body = bytearray()
    while (message := await receive())["type"] == "http.request":
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            return None
        if not message.get("more_body", False):
            return [{"type": "http.request", "body": bytes(body), "more_body": False}]
    return [message]


def _replayed(messages: Sequence[Message], receive: Receive) -> Receive:
    left = list(messages)

    async def replay() -> Message:
        return left.pop(0) if left else await receive()

    return replay


def _too_large() -> PlainTextResponse:
    return _closing(PlainTextResponse(f"A request may have {MOST_BYTES} bytes.", 413))


def _closing(response: PlainTextResponse) -> PlainTextResponse:
    """The rest of the request is not read, so the connection cannot be used again."""
    response.headers["Connection"] = "close"
    return response


def _with_headers(send: Send) -> Send:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sender
