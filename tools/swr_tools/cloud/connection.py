"""The configured cloud: its home region, its other regions, and the connections they share."""

from types import TracebackType
from typing import Self

import httpx

from swr_tools.clock import Clock, SystemClock
from swr_tools.cloud.accounts import Credentials
from swr_tools.cloud.client import SwrClient, Timeouts
from swr_tools.cloud.endpoints import Endpoint, check_registry, is_loopback, sibling
from swr_tools.cloud.transport import tls_for, unproxied
from swr_tools.errors import SettingsInvalid


class SwrCloud:
    """What operations hold: a cloud with one account's credentials.

    Opens connections when they are first needed; close it, or use it as an asynchronous context manager.

    Args:
        endpoint: The home region.
        credentials: Who asks.
        transport: Sends the requests in place of httpx's own; closed together with the cloud.
        timeouts: How long things may take.
        clock: For pauses, deadlines, signatures and what expires.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        credentials: Credentials,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        timeouts: Timeouts | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.endpoint = endpoint
        self._credentials = credentials
        self._timeouts = timeouts or Timeouts()
        self._clock = clock or SystemClock()
        self._clients: dict[str, SwrClient] = {}
        self._http = _open(endpoint, transport, self._timeouts)

    @property
    def account(self) -> str:
        """Whose credentials are used, for people: an access key with all but its end hidden, or a user."""
        return self._credentials.account

    @property
    def account_id(self) -> str:
        """Whose credentials are used, for decisions: 64 hexadecimal digits, made of no secret."""
        return self._credentials.account_id

    def client(self, region: str | None = None, *, registry: str | None = None) -> SwrClient:
        """The client of a region of this cloud; of the home region without an argument.

        Args:
            region: One of the cloud's regions.
            registry: The registry's host where an image named the region; it says which cloud is meant.

        Raises:
            RegionUnknown: The cloud has no such region, its one endpoint was given as a URL, or the registry is
                another cloud's.
        """
        if registry:
            check_registry(self.endpoint, registry)
        name = region or self.endpoint.region
        if name not in self._clients:
            self._clients[name] = self._connect(sibling(self.endpoint, name))
        return self._clients[name]

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def _connect(self, endpoint: Endpoint) -> SwrClient:
        home = endpoint.region == self.endpoint.region
        auth = self._credentials.auth(endpoint, self._http, self._clock, home=home)
        return SwrClient(endpoint, self._http, auth, timeouts=self._timeouts, clock=self._clock)


def _open(endpoint: Endpoint, transport: httpx.AsyncBaseTransport | None, timeouts: Timeouts) -> httpx.AsyncClient:
    urls = [url for url in (endpoint.api_url, endpoint.iam_url) if url]
    try:
        return httpx.AsyncClient(
            transport=transport,
            mounts=unproxied(*urls),
            verify=tls_for() if transport else tls_for(*urls),
            trust_env=not all(is_loopback(url) for url in urls),
            follow_redirects=False,
            timeout=httpx.Timeout(timeouts.read, connect=timeouts.connect),
        )
    except (ImportError, ValueError, httpx.InvalidURL):
        raise SettingsInvalid(
            "The proxy that the environment names cannot be used: only http and https ones can.",
            hint="Change HTTPS_PROXY or ALL_PROXY, or add the host to NO_PROXY.",
        ) from None
