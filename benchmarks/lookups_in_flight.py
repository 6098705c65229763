"""How fast distinct look-ups go, 32 in flight: `SwrClient` on its fast transport against httpx and aiohttp bare.

The server is a process of its own that answers every request with the same bytes without reading more of it than
where it ends, so that it is not what is measured. The bare loops neither sign nor check what they get.
Run it as it is: `python benchmarks/lookups_in_flight.py`.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence

import aiohttp
import httpx

from swr_tools.cloud.accounts import KeyCredentials
from swr_tools.cloud.connection import SwrCloud
from swr_tools.cloud.endpoints import endpoint_for
from swr_tools.cloud.signing import Keys
from swr_tools.cloud.transport import fast_transport
from swr_tools.names import ExistingOrganizationName, ExistingRepositoryName

LOOKUPS = 2_000
IN_FLIGHT = 32
ROUNDS = 7
AIM = 3.0

_RECORD = {
    "id": 865151,
    "ns_id": 1334795,
    "name": "busybox",
    "category": "other",
    "description": "",
    "creator_id": "0504186e6a8010e01f3ec009a5b0d87f",
    "creator_name": "alice",
    "size": 2099575,
    "is_public": False,
    "num_images": 1,
    "num_download": 3,
    "url": "",
    "path": "swr.cn-north-4.myhuaweicloud.com/group/busybox",
    "internal_path": "swr.cn-north-4.myhuaweicloud.com/group/busybox",
    "created": "2026-10-30T11:35:02.939134Z",
    "updated": "2026-10-30T11:35:02.939134Z",
    "domain_id": "0504186e6a8010e01f3ec009a5b0d87f",
    "priority": 0,
}
_BODY = json.dumps(_RECORD).encode()
_ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nServer: api-gateway\r\n"
    b"X-Request-Id: 309370a22be027e3f471f41765453ba7\r\nContent-Length: %d\r\n\r\n%b" % (len(_BODY), _BODY)
)


class _Canned(asyncio.Protocol):
    """Answers each request head with the same bytes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._unread = b""

    def data_received(self, data: bytes) -> None:
        *heads, self._unread = (self._unread + data).split(b"\r\n\r\n")
        self._transport.write(_ANSWER * len(heads))


async def serve() -> None:
    """Serve on a free port of this machine, whose number is printed first."""
    server = await asyncio.get_running_loop().create_server(_Canned, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def look_up_all(look_up: Callable[[int], Awaitable[object]]) -> float:
    """Look-ups per second, as many at a time as are allowed."""
    numbers = iter(range(LOOKUPS))

    async def worker() -> None:
        for number in numbers:
            await look_up(number)

    start = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))
    return LOOKUPS / (time.perf_counter() - start)


async def with_swr_client(url: str) -> float:
    """The client as the servers use it: signed, validated, shared where identical."""
    keys = Keys("AKEXAMPLE00000000001", "SKexample0000000000000000000000000000001")
    credentials = KeyCredentials(keys, source="benchmark", project_id="0" * 32)
    endpoint = endpoint_for("huaweicloud", "cn-north-4", api_url=url)
    async with SwrCloud(endpoint, credentials, transport=fast_transport()) as cloud:
        client, organization = cloud.client(), ExistingOrganizationName("group")
        names = [ExistingRepositoryName(f"app-{number}") for number in range(LOOKUPS)]
        return await look_up_all(lambda number: client.show_repository(organization, names[number]))


async def with_httpx(url: str) -> float:
    """Bare httpx as its documentation shows it."""
    async with httpx.AsyncClient(base_url=url) as client:

        async def look_up(number: int) -> object:
            return (await client.get(f"/v2/manage/namespaces/group/repos/app-{number}")).json()

        return await look_up_all(look_up)


async def with_aiohttp(url: str) -> float:
    """Bare aiohttp as its documentation shows it."""
    async with aiohttp.ClientSession(url) as session:

        async def look_up(number: int) -> object:
            async with session.get(f"/v2/manage/namespaces/group/repos/app-{number}") as response:
                return await response.json()

        return await look_up_all(look_up)


def measure(url: str) -> tuple[Sequence[float], Sequence[float], Sequence[float]]:
    """Rates of the three, in rounds that alternate between them."""
    rounds = [
        tuple(asyncio.run(way(url)) for way in (with_swr_client, with_httpx, with_aiohttp)) for _ in range(ROUNDS)
    ]
    ours, theirs, bare = zip(*rounds, strict=True)
    return ours, theirs, bare


def main() -> None:
    """Measure, print the ratios, and claim the aim."""
    with subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            ours, theirs, bare = measure(f"http://127.0.0.1:{server.stdout.readline().strip()}")
        finally:
            server.terminate()
    for name, rates in (("SwrClient", ours), ("httpx", theirs), ("aiohttp", bare)):
        print(f"{name:10} {statistics.median(rates):8.0f} look-ups/s")
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    print(f"SwrClient / httpx   {ratio:.2f}  (aim: at least {AIM})")
    print(f"SwrClient / aiohttp {statistics.median(a / b for a, b in zip(ours, bare, strict=True)):.2f}")
    assert ratio >= AIM


if __name__ == "__main__":
    if sys.argv[1:] == ["--serve"]:
        asyncio.run(serve())
    else:
        main()
