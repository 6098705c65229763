"""One region of SWR: a method for each call that the operations need.

Reads are tried again when SWR is busy or the connection fails, and identical ones that run at the same time share
one request. Creates are sent exactly once: whether to send again is for the gate to decide, which reads first.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

import httpx

from swr_tools.clock import Clock
from swr_tools.cloud import wire
from swr_tools.cloud.endpoints import Endpoint
from swr_tools.cloud.flights import Flights
from swr_tools.cloud.refusals import BROKEN, parse_error, transport_error, unexpected, unreadable
from swr_tools.cloud.sentences import Asked
from swr_tools.errors import AnswerLost, ArgumentInvalid, RateLimited, SwrError, SwrFailing, SwrUnreachable
from swr_tools.models import Category, Organization, RepositoryInfo
from swr_tools.names import (
    ExistingOrganizationName,
    ExistingRepositoryName,
    OrganizationName,
    RepositoryName,
)

T = TypeVar("T")

_PAGE = 1000
_MOST_PAGES = 100
_MOST_TRIES = 4
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 5.0
_HEADERS = {
    "User-Agent": "swr-bot",
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "Content-Type": "application/json",
}
# 409 only counts where its code says that SWR is busy; a read gets no other.
_BUSY = frozenset({409, 429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Limits in seconds.

    Attributes:
        connect: For one connection, looking up the name and TLS included.
        read: For the next piece of an answer.
        operation: For one call as a whole, tries and pauses included.
    """

    connect: float = 5.0
    read: float = 15.0
    operation: float = 30.0


class SwrClient:
    """Calls the SWR of one endpoint; made by `SwrCloud.client`, which also closes what it uses.

    Args:
        endpoint: Where SWR is.
        http: Sends the requests.
        auth: Authenticates them.
        timeouts: How long things may take.
        clock: For pauses and deadlines.
    """

    def __init__(
        self, endpoint: Endpoint, http: httpx.AsyncClient, auth: httpx.Auth, *, timeouts: Timeouts, clock: Clock
    ) -> None:
        self.endpoint = endpoint
        self._http = http
        self._auth = auth
        self._timeouts = timeouts
        self._clock = clock
        self._flights: Flights[Any] = Flights()
        self._extensions = {
            "timeout": {
                "connect": timeouts.connect,
                "read": timeouts.read,
                "write": timeouts.read,
                "pool": timeouts.connect,
            }
        }

    async def create_organization(self, name: OrganizationName) -> None:
        """Create an organization, with one request.

        Raises:
            SwrError: `SwrUnreachable` when nothing was sent; `AnswerLost` or `SwrFailing` when it may have been
                created; anything else when it was not.
        """
        asked = Asked(self.endpoint, name, creating=True)
        await self._create(wire.ORGANIZATIONS, wire.organization_body(name), asked)

    async def create_repository(
        self,
        organization: ExistingOrganizationName,
        name: RepositoryName,
        *,
        public: bool,
        category: Category | None,
        description: str,
    ) -> None:
        """Create a repository, with one request.

        Raises:
            SwrError: As `create_organization`.
        """
        asked = Asked(self.endpoint, organization, name, creating=True)
        body = wire.repository_body(name, public=public, category=category, description=description)
        await self._create(wire.repositories_path(organization), body, asked)

    async def show_organization(self, name: ExistingOrganizationName, *, fresh: bool = False) -> Organization:
        """An organization that this account can see.

        Args:
            name: Which one.
            fresh: Never joins a look-up that began before this call.

        Raises:
            SwrError: `OrganizationMissing` also for one of another account.
        """
        target, asked = wire.organization_path(name), Asked(self.endpoint, name)

        async def look() -> Organization:
            return await self._read(target, asked, lambda answer: wire.read_organization(answer.content, name))

        return await (look() if fresh else self._flights.join(target, look))

    async def show_repository(
        self, organization: ExistingOrganizationName, name: ExistingRepositoryName, *, fresh: bool = False
    ) -> RepositoryInfo:
        """A repository that this account can see.

        Args:
            organization: Where it is.
            name: Which one.
            fresh: Never joins a look-up that began before this call.

        Raises:
            SwrError: `RepositoryMissing` or `OrganizationMissing`, as far as SWR tells them apart.
        """
        target, asked = wire.repository_path(organization, name), Asked(self.endpoint, organization, name)

        def read(answer: httpx.Response) -> RepositoryInfo:
            return wire.read_repository(answer.content, self.endpoint, organization, name)

        async def look() -> RepositoryInfo:
            return await self._read(target, asked, read)

        return await (look() if fresh else self._flights.join(target, look))

    async def list_organizations(self) -> list[Organization]:
        """The organizations that this account has rights in, in SWR's order.

        Raises:
            SwrError: SWR cannot be asked, or refuses.
        """

        async def look() -> list[Organization]:
            asked = Asked(self.endpoint)
            return await self._read(wire.ORGANIZATIONS, asked, lambda answer: wire.read_organizations(answer.content))

        return list(await self._flights.join(wire.ORGANIZATIONS, look))

    async def list_repositories(self, organization: ExistingOrganizationName) -> list[RepositoryInfo]:
        """The repositories of an organization, by name.

        Raises:
            SwrError: SWR cannot be asked, refuses, or has no end of pages.
        """

        async def look() -> list[RepositoryInfo]:
            return await self._walk(organization)

        return list(await self._flights.join((wire.REPOSITORIES, organization), look))

    async def _create(self, path: str, body: bytes, asked: Asked) -> None:
        answer = await self._send(self._request("POST", path, body), asked, self._timeouts.operation)
        if not answer.is_success:
            raise parse_error(answer, asked, now=self._clock.now())
        if answer.status_code not in (HTTPStatus.OK, HTTPStatus.CREATED) or not wire.confirms(answer.content):
            raise unexpected(answer, asked)

    async def _walk(self, organization: str) -> list[RepositoryInfo]:
        asked = Asked(self.endpoint, organization)
        deadline = self._deadline()
        found: dict[str, RepositoryInfo] = {}
        offset = 0

        def read(answer: httpx.Response) -> wire.Page:
            header = answer.headers.get("content-range", "")
            return wire.read_page(answer.content, header, self.endpoint, organization)

        for _ in range(_MOST_PAGES):
            target = wire.repositories_target(organization, limit=_PAGE, offset=offset)
            page = await self._read(target, asked, read, deadline)
            # A repository that is made while this walks may move another onto a second page.
            found.update((repository.name, repository) for repository in page.repositories)
            offset += page.count
            if not page.count or (offset >= page.total if page.total is not None else page.count < _PAGE):
                return list(found.values())
        raise SwrFailing(f"SWR in {self.endpoint.region} does not end the list of repositories of {organization}.")

    async def _read(
        self, target: str, asked: Asked, read: Callable[[httpx.Response], T], deadline: float | None = None
    ) -> T:
        answer = await self._ask(self._request("GET", target), asked, deadline or self._deadline())
        try:
            return read(answer)
        except ValueError:
            raise unreadable(answer, asked) from None

    async def _ask(self, request: httpx.Request, asked: Asked, deadline: float) -> httpx.Response:
        """A successful answer, asked for again while that can help and there is time."""
        tries = 0
        while True:
            outcome = await self._try(request, asked, deadline)
            if isinstance(outcome, httpx.Response):
                return outcome
            tries += 1
            pause = _pause(tries, outcome)
            if tries == _MOST_TRIES or self._clock.monotonic() + pause >= deadline:
                raise outcome
            await self._clock.sleep(pause)

    async def _try(self, request: httpx.Request, asked: Asked, deadline: float) -> httpx.Response | SwrError:
        """A successful answer, or an error that may pass; one that will not is raised."""
        try:
            answer = await self._send(request, asked, deadline - self._clock.monotonic())
        except (AnswerLost, SwrUnreachable) as lost:
            return lost
        if answer.is_success:
            return answer
        error = parse_error(answer, asked, now=self._clock.now())
        if answer.status_code in _BUSY or isinstance(error, RateLimited):
            return error
        raise error

    async def _send(self, request: httpx.Request, asked: Asked, seconds: float) -> httpx.Response:
        try:
            async with asyncio.timeout(seconds):
                return await self._http.send(request, auth=self._auth)
        except SwrError:
            raise
        except BROKEN as error:
            # Not chained: libraries quote the header or the address that they stumble over, secrets included.
            raise transport_error(error, asked) from None

    def _request(self, method: str, target: str, body: bytes = b"") -> httpx.Request:
        """The request for exactly that target: an HTTP library may resolve dot segments, and then it is another."""
        try:
            url = httpx.URL(self.endpoint.api_url + target)
        except httpx.InvalidURL:
            raise ArgumentInvalid("That name makes no address of a request, so nothing was sent.") from None
        if url.raw_path != target.encode("ascii"):
            raise ArgumentInvalid("That name would change the address of the request, so nothing was sent.")
        return httpx.Request(method, url, headers=_HEADERS, content=body or None, extensions=self._extensions)

    def _deadline(self) -> float:
        return self._clock.monotonic() + self._timeouts.operation


def _pause(tries: int, error: SwrError) -> float:
    """Seconds to wait: what SWR asks for, or twice as long each time, by chance up to twice that."""
    if isinstance(error, RateLimited) and error.retry_after is not None:
        return error.retry_after
    pause = min(_FIRST_PAUSE * 2 ** (tries - 1), _LONGEST_PAUSE)
    return pause * random.uniform(1, 2)  # noqa: S311  spreads load, guards nothing
