"""httpx's transport interface over aiohttp, for the programs that keep running.

The published bridge between the two reports a connection that breaks after the request was sent as one that could
not be made, and rewrites escapes in the URL. Here a create hangs on the first, and its signature on the second.
"""

import ssl
from functools import cache
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from yarl import URL

from swr_tools.cloud.endpoints import is_loopback

_NO_TIMEOUT = aiohttp.ClientTimeout(total=None)
_AUTOMATIC = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
_ERRORS: tuple[tuple[type[aiohttp.ClientError], type[httpx.TransportError]], ...] = (
    (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout),
    (aiohttp.ClientConnectorError, httpx.ConnectError),
    (aiohttp.ClientHttpProxyError, httpx.ProxyError),
    (aiohttp.SocketTimeoutError, httpx.ReadTimeout),
    (aiohttp.ClientConnectionError, httpx.ReadError),
    (aiohttp.ClientPayloadError, httpx.ReadError),
)


class FastTransport(httpx.AsyncBaseTransport):
    """Sends what httpx asks to send, with aiohttp; answers are read whole before they are returned."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._tls: ssl.SSLContext | None = None
        self._proxies: dict[tuple[str, str], str | None] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request, exactly as it is.

        Raises:
            httpx.TransportError: As httpx's own transport would; `ConnectError`, `ConnectTimeout` and `ProxyError`
                only where nothing was sent.
        """
        try:
            async with self._opened().request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=[(name.decode(), value.decode()) for name, value in request.headers.raw],
                data=request.content or None,
                allow_redirects=False,
                ssl=self._context() if request.url.scheme == "https" else True,
                proxy=self._proxy(request.url.scheme, request.url.host),
                timeout=_timeout(request),
            ) as response:
                content = await response.read()
                return httpx.Response(response.status, headers=response.raw_headers, content=content)
        except aiohttp.ClientError as error:
            family = next((ours for theirs, ours in _ERRORS if isinstance(error, theirs)), httpx.RemoteProtocolError)
            raise family(_reason(error), request=request) from None

    async def aclose(self) -> None:
        """Close every connection."""
        if self._session:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=_AUTOMATIC,
                auto_decompress=False,
                timeout=_NO_TIMEOUT,
            )
        return self._session

    def _proxy(self, scheme: str, host: str) -> str | None:
        if (scheme, host) not in self._proxies:
            self._proxies[scheme, host] = _proxy_for(scheme, host)
        return self._proxies[scheme, host]

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = httpx.create_ssl_context()
        return self._tls


def _proxy_for(scheme: str, host: str) -> str | None:
    if is_loopback(f"{scheme}://{host}") or proxy_bypass(host):
        return None
    proxies = getproxies()
    proxy = proxies.get(scheme) or proxies.get("all")
    if proxy and not _usable(proxy):
        raise httpx.ProxyError("only http and https proxies can be used")
    return proxy


def _usable(proxy: str) -> bool:
    try:
        url = URL(proxy)
    except ValueError:
        return False
    return url.scheme in ("http", "https") and bool(url.host)


def _reason(error: aiohttp.ClientError) -> str:
    """What went wrong, in words that hold no address: that of a proxy may hold a password."""
    if isinstance(error, aiohttp.ClientResponseError):
        return f"{error.status} {error.message}"
    cause = error.__cause__
    return str(cause) if isinstance(cause, OSError) else type(error).__name__


@cache
def _limits(connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    # `connect` covers looking up the name and waiting for a free connection too.
    return aiohttp.ClientTimeout(total=None, connect=connect, sock_connect=connect, sock_read=read)


def _timeout(request: httpx.Request) -> aiohttp.ClientTimeout:
    limits = request.extensions.get("timeout", {})
    return _limits(limits.get("connect"), limits.get("read"))
