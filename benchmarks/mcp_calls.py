"""`get-repository-info` over stdio and over HTTP, against a bare tool on the same SDK that makes the same request.

Both ask the same emulator: swr-bot signs, checks and writes what it says; the bare tool sends a token with httpx and
hands the JSON on. Calls next to each other look up different repositories. Turn by turn, each in a process of its own.
Aims: at most 1.25 of the bare tool's time per call, at least 0.75 of its calls per second with ten in flight.
Run: python benchmarks/mcp_calls.py
"""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

import aiohttp
from support.emulator import emulator, lookup
from support.stdio import HELLO, Served, message, served

# Many short turns: what else the machine does meanwhile then hits both alike.
ROUNDS = 30
CALLS = 25
CALLS_AT_ONCE = 100
IN_FLIGHT = 10
TIME_AIM, RATE_AIM = 1.25, 0.75
ACCEPT = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
BARE = """\
import json
import socket
import sys

import httpx
import uvicorn
from mcp.server.mcpserver import MCPServer

url, token, transport = sys.argv[1:]
server = MCPServer("bare", log_level="WARNING")
client = httpx.AsyncClient(base_url=url, headers={"X-Auth-Token": token}, trust_env=False)


@server.tool(name="get-repository-info")
async def get_repository_info(repository: str) -> dict[str, object]:
    \"\"\"Show a repository.\"\"\"
    organization, _, name = repository.partition("/")
    answer = await client.get(f"/v2/manage/namespaces/{organization}/repos/{name}")
    answer.raise_for_status()
    return answer.json()


if transport == "stdio":
    server.run("stdio")
else:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    print(json.dumps({"url": f"http://127.0.0.1:{listening.getsockname()[1]}/mcp"}), flush=True)
    configuration = uvicorn.Config(server.streamable_http_app(), log_level="warning")
    uvicorn.Server(configuration).run(sockets=[listening])
"""


def over_stdio(server: Served) -> float:
    """Milliseconds per call, one after the other."""
    start = time.perf_counter()
    for number in range(CALLS):
        assert b"swr.cn-north-4.myhuaweicloud.com" in server.ask("tools/call", lookup(number))
    return (time.perf_counter() - start) / CALLS * 1_000


class Session:
    """A client's session over HTTP."""

    def __init__(self, client: aiohttp.ClientSession, url: str) -> None:
        self._client = client
        self._url = url
        self._headers = dict(ACCEPT)

    async def begin(self) -> None:
        """Shake hands."""
        async with self._client.post(self._url, data=message("initialize", HELLO, 1), headers=ACCEPT) as answer:
            await answer.read()
            assert answer.status == 200, answer
            self._headers["Mcp-Session-Id"] = answer.headers["Mcp-Session-Id"]
        await self._post(message("notifications/initialized"))

    async def one_by_one(self) -> float:
        """Milliseconds per call, one after the other."""
        start = time.perf_counter()
        for number in range(CALLS):
            await self._call(number)
        return (time.perf_counter() - start) / CALLS * 1_000

    async def at_once(self) -> float:
        """Calls per second, as many in flight as are allowed."""
        numbers = iter(range(CALLS_AT_ONCE))

        async def worker() -> None:
            for number in numbers:
                await self._call(number)

        start = time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))
        return CALLS_AT_ONCE / (time.perf_counter() - start)

    async def _call(self, number: int) -> None:
        assert b"swr.cn-north-4.myhuaweicloud.com" in await self._post(message("tools/call", lookup(number), number))

    async def _post(self, data: bytes) -> bytes:
        async with self._client.post(self._url, data=data, headers=self._headers) as answer:
            return await answer.read()


@contextmanager
def serving(command: Sequence[str], environ: Mapping[str, str]) -> Generator[str]:
    """A server over HTTP whose first line says where."""
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()


@asynccontextmanager
async def sessions(*urls: str) -> AsyncGenerator[Sequence[Session]]:
    """A session with each server."""
    async with AsyncExitStack() as stack:
        began: list[Session] = []
        for url in urls:
            client = await stack.enter_async_context(aiohttp.ClientSession())
            began.append(Session(client, url))
            await began[-1].begin()
        yield began


async def over_http(urls: Sequence[str]) -> None:
    """Measure both ways in turn, and print."""
    async with sessions(*urls) as (ours, bare):
        singles = [(await ours.one_by_one(), await bare.one_by_one()) for _ in range(ROUNDS + 1)]
        rates = [(await ours.at_once(), await bare.at_once()) for _ in range(ROUNDS + 1)]
    show("time per call over HTTP", "ms", singles, f"at most {TIME_AIM}")
    show(f"calls per second over HTTP, {IN_FLIGHT} in flight", "/s", rates, f"at least {RATE_AIM}")


def show(what: str, unit: str, runs: Sequence[tuple[float, float]], aim: str) -> None:
    """Print the median ratio of all runs but the first, which warms up."""
    ratio = statistics.median(ours / bare for ours, bare in runs[1:])
    ours, bare = (statistics.median(run[side] for run in runs[1:]) for side in (0, 1))
    print(f"{what}: {ratio:.2f} (aim: {aim}); swr-bot {ours:.2f} {unit}, bare {bare:.2f} {unit}", flush=True)


def main() -> None:
    """Measure stdio, then HTTP."""
    with emulator() as swr:
        bare = swr.folder / "bare.py"
        bare.write_text(BARE)
        command = [sys.executable, str(bare), swr.url, swr.token()]
        own = [sys.executable, "-m", "swr_bot"]
        with served([*own, "mcp"], swr.environ) as ours, served([*command, "stdio"], swr.environ) as theirs:
            for server in (ours, theirs):
                server.shake_hands()
            show(
                "time per call over stdio",
                "ms",
                [(over_stdio(ours), over_stdio(theirs)) for _ in range(ROUNDS + 1)],
                f"at most {TIME_AIM}",
            )
        unlimited = {**swr.environ, "SWR_BOT_RATE_LIMIT": "0"}
        with (
            serving([*own, "serve", "--port", "0", "--json"], unlimited) as url,
            serving([*command, "http"], swr.environ) as bare_url,
        ):
            asyncio.run(over_http([url, bare_url]))


if __name__ == "__main__":
    main()
