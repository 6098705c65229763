"""httpx's requests over the standard library, for the terminal: loading httpcore takes longer than asking SWR.

One thread a request; connections are kept for the next one as long as httpx keeps its own.
"""

import asyncio
import http.client
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import httpx

_KEPT_SECONDS = 5.0
_Origin = tuple[str, str, int]


class LeanTransport(httpx.AsyncBaseTransport):
    """Speaks HTTP/1.1 to servers that are reached directly; it knows no proxy.

    Args:
        tls: Makes the TLS context, when the first https address is asked for.
    """

    def __init__(self, tls: Callable[[], ssl.SSLContext]) -> None:
        self._tls = tls
        self._idle: dict[_Origin, tuple[http.client.HTTPConnection, float]] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request in a thread; being cancelled cuts its connection, so that the thread ends too.

        Raises:
            httpx.ConnectError, httpx.ConnectTimeout: Nothing was sent.
            httpx.TransportError: Something may have been.
        """
        body = await request.aread()
        origin = (request.url.scheme, request.url.host, request.url.port or _default_port(request.url.scheme))
        connection = self._take(origin)
        given_up = threading.Event()
        try:
            return await asyncio.to_thread(self._exchange, connection, origin, request, body, given_up)
        except asyncio.CancelledError:
            given_up.set()
            _cut(connection)
            raise

    async def aclose(self) -> None:
        """Close the connections that are kept."""
        for connection, _ in self._idle.values():
            connection.close()
        self._idle.clear()

    def _take(self, origin: _Origin) -> http.client.HTTPConnection:
        connection, since = self._idle.pop(origin, (None, 0.0))
        if connection is not None and time.monotonic() - since < _KEPT_SECONDS and not _ended(connection):
            return connection
        if connection is not None:
            connection.close()
        scheme, host, port = origin
        if scheme == "https":
            return http.client.HTTPSConnection(host, port, context=self._tls())
        return http.client.HTTPConnection(host, port)

    def _exchange(
        self,
        connection: http.client.HTTPConnection,
        origin: _Origin,
        request: httpx.Request,
        body: bytes,
        given_up: threading.Event,
    ) -> httpx.Response:
        limits = request.extensions.get("timeout", {})
        _connect(connection, request, limits.get("connect"))
        if given_up.is_set():
            connection.close()
            raise httpx.ConnectError("given up before it was sent", request=request)
        try:
            connection.sock.settimeout(limits.get("read"))
            _send(connection, request, body)
            answer = connection.getresponse()
            _check_whole_head(answer)
            content = answer.read()
        except TimeoutError as error:
            connection.close()
            raise httpx.ReadTimeout("no answer in time", request=request) from error
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise httpx.RemoteProtocolError(f"no whole answer: {type(error).__name__}", request=request) from error
        kept = (connection, time.monotonic())
        if answer.will_close or self._idle.setdefault(origin, kept) is not kept:
            connection.close()
        # http.client reads headers as Latin-1; httpx would write them again as ASCII.
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.getheaders()]
        return httpx.Response(answer.status, headers=headers, content=content)


def _ended(connection: http.client.HTTPConnection) -> bool:
    """Whether the other side closed it: between two requests there is nothing else to read."""
    return bool(select.select([connection.sock], [], [], 0)[0])


def _connect(connection: http.client.HTTPConnection, request: httpx.Request, limit: float | None) -> None:
    if connection.sock is not None:  # pyright: ignore[reportUnnecessaryComparison] - typeshed leaves out that it can be
        return
    connection.timeout = limit
    try:
        connection.connect()
    except TimeoutError as error:
        connection.close()
        raise httpx.ConnectTimeout("no connection in time", request=request) from error
    except OSError as error:
        connection.close()
        raise httpx.ConnectError(str(error), request=request) from error


def _send(connection: http.client.HTTPConnection, request: httpx.Request, body: bytes) -> None:
    target = request.url.raw_path.decode("ascii")
    try:
        connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers.raw:
            connection.putheader(name, value)
    except ValueError:
        # Nothing has left yet; and http.client quotes the value, which may be a secret.
        connection.close()
        raise httpx.LocalProtocolError("a header cannot be sent", request=request) from None
    connection.endheaders(body or None)


def _check_whole_head(answer: http.client.HTTPResponse) -> None:
    """To http.client an answer that breaks off in its head is one with fewer headers, and a body until the end."""
    endless = answer.length is None and not answer.chunked
    if answer.msg.defects or (endless and answer.getheader("connection", "").lower() != "close"):
        raise http.client.HTTPException


def _cut(connection: http.client.HTTPConnection) -> None:
    if connection.sock is not None:  # pyright: ignore[reportUnnecessaryComparison] - as in _connect
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)


def _default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80
