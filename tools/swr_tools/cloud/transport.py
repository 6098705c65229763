"""How bytes travel: TLS and proxies, and the faster transport of the programs that keep running."""

import ssl
from collections.abc import Awaitable, Callable

import httpx

from swr_tools.cloud.endpoints import Endpoint, is_loopback


def tls_for(*urls: str) -> ssl.SSLContext:
    """A TLS context for those addresses; when all are plain http, one that trusts nobody but costs nothing."""
    if any(url.startswith("https:") for url in urls):
        return httpx.create_ssl_context()
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def unproxied(*urls: str) -> dict[str, None]:
    """Those of the addresses that lead to this machine, which no proxy of the environment may catch."""
    return {url: None for url in urls if is_loopback(url)}


def fast_transport() -> httpx.AsyncBaseTransport:
    """A transport over aiohttp: several times as many requests per second as httpx's own, but slow to load.

    Whoever is given it closes it; `SwrCloud` does so for its own.
    """
    from swr_tools.cloud.fast_transport import FastTransport  # aiohttp costs a start 0.1 s

    return FastTransport()


def lean_transport(endpoint: Endpoint) -> httpx.AsyncBaseTransport | None:
    """A transport that loads in a fraction of the time of httpx's own, for a process that asks a few things.

    None where a proxy is set and the endpoint is not on this machine: httpx's own transport knows proxies.
    """
    from urllib.request import getproxies

    from swr_tools.cloud.lean_transport import LeanTransport

    if getproxies() and not is_loopback(endpoint.api_url):
        return None
    return LeanTransport(httpx.create_ssl_context)


def in_process(app: Callable[..., Awaitable[None]]) -> httpx.AsyncBaseTransport:
    """A transport to an ASGI application in this process: no port, no second program."""
    return httpx.ASGITransport(app)
