"""How many requests a thousand identical look-ups make when they come at once.

The server counts what reaches it; it runs in a process of its own and takes 20 ms for each answer, about as long as
the real one. Prints the requests of each round, and for comparison those of look-ups that share nothing.
Run it as it is: `python benchmarks/identical_lookups.py`.
"""

import asyncio
import statistics
import subprocess
import sys
import time

import httpx

from swr_tools.cloud.accounts import KeyCredentials
from swr_tools.cloud.client import SwrClient
from swr_tools.cloud.connection import SwrCloud
from swr_tools.cloud.endpoints import endpoint_for
from swr_tools.cloud.signing import Keys
from swr_tools.cloud.transport import fast_transport
from swr_tools.names import ExistingOrganizationName, ExistingRepositoryName

LOOKUPS = 1_000
ROUNDS = 7
AIM = 2
DELAY = 0.02
ORGANIZATION, REPOSITORY = ExistingOrganizationName("group"), ExistingRepositoryName("team/app")


class _Counting(asyncio.Protocol):
    """Answers each request after a while; a request for `/count` with how many others there were, at once."""

    requests = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._unread = b""

    def data_received(self, data: bytes) -> None:
        *heads, self._unread = (self._unread + data).split(b"\r\n\r\n")
        for head in heads:
            if head.startswith(b"GET /count "):
                self._answer(b"%d" % _Counting.requests)
            else:
                _Counting.requests += 1
                asyncio.get_running_loop().call_later(DELAY, self._answer, b'{"id":1,"name":"team/app","num_images":3}')

    def _answer(self, body: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        self._transport.write(head + body)


async def serve() -> None:
    """Serve on a free port of this machine, whose number is printed first."""
    server = await asyncio.get_running_loop().create_server(_Counting, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def look_up(client: SwrClient, *, fresh: bool) -> float:
    """Seconds for all the look-ups together."""
    start = time.perf_counter()
    calls = (client.show_repository(ORGANIZATION, REPOSITORY, fresh=fresh) for _ in range(LOOKUPS))
    found = await asyncio.gather(*calls)
    assert all(repository.images == 3 for repository in found)
    return time.perf_counter() - start


async def measure(url: str, *, fresh: bool) -> tuple[int, float]:
    """How many requests reach the server, and how long all look-ups take."""
    credentials = KeyCredentials(Keys("AKEXAMPLE00000000001", "SKexample"), source="benchmark", project_id="0" * 32)
    endpoint = endpoint_for("huaweicloud", "cn-north-4", api_url=url)
    async with (
        SwrCloud(endpoint, credentials, transport=fast_transport()) as cloud,
        httpx.AsyncClient(base_url=url, trust_env=False) as counter,
    ):
        before = int((await counter.get("/count")).text)
        seconds = await look_up(cloud.client(), fresh=fresh)
        return int((await counter.get("/count")).text) - before, seconds


def main() -> None:
    """Measure, print, and claim the aim."""
    with subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        try:
            rounds = [
                (asyncio.run(measure(url, fresh=False)), asyncio.run(measure(url, fresh=True))) for _ in range(ROUNDS)
            ]
        finally:
            server.terminate()
    shared = [requests for (requests, _), _ in rounds]
    print(f"{LOOKUPS} identical look-ups at once: {shared} requests  (aim: at most {AIM})")
    print(f"the same, sharing nothing: {[requests for _, (requests, _) in rounds]} requests")
    ratio = statistics.median(apart / together for (_, together), (_, apart) in rounds)
    print(f"sharing is {ratio:.1f} times as fast")
    assert max(shared) <= AIM


if __name__ == "__main__":
    if sys.argv[1:] == ["--serve"]:
        asyncio.run(serve())
    else:
        main()
