"""How close the emulator comes to a web server that does nothing.

Look-ups of one organization per second, signature verified, against a bare Starlette route that returns the same
bytes. Both run on uvicorn in a process of their own and get the same load; the runs alternate. Prints the medians
and their ratio, and fails when the ratio is below 0.6.

    python benchmarks/emulator_throughput.py [--runs 9] [--requests 4000]
"""

import argparse
import asyncio
import hashlib
import hmac
import json
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import urlsplit

TARGET = 0.6
CONNECTIONS = 8
EMULATOR = (sys.executable, "-m", "swr_bot", "emulator", "--port", "0")
BARE = (sys.executable, __file__, "--serve-bare")
PATH = "/v2/manage/namespaces"


def main() -> None:
    """Measures, prints, and claims the target."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--requests", type=int, default=4000, help="in each run")
    parser.add_argument("--serve-bare", metavar="BODY", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve_bare is not None:
        serve_bare(given.serve_bare.encode())
        return
    with _started(EMULATOR) as emulator:
        create = _signed(emulator, "POST", PATH, b'{"namespace":"payments"}')
        look_up = _signed(emulator, "GET", f"{PATH}/payments")
        assert asyncio.run(_once(emulator["url"], create)) == b"{}"
        body = asyncio.run(_once(emulator["url"], look_up))
        with _started((*BARE, body.decode())) as bare:
            assert asyncio.run(_once(bare["url"], look_up)) == body
            urls = {"emulator": emulator["url"], "bare route": bare["url"]}
            rates = _alternate(urls, look_up, given.runs, given.requests)
    _report(rates)


def serve_bare(body: bytes) -> None:
    """A Starlette route with nothing behind it, on the same HTTP implementation as the emulator."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    async def answer(_request: Request) -> Response:
        return Response(body, media_type="application/json")

    app = Starlette(routes=[Route(PATH + "/{namespace}", answer)])
    # Naming the protocol lets asyncio switch Nagle's algorithm off.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    host, port = listening.getsockname()
    print(json.dumps({"url": f"http://{host}:{port}"}), flush=True)
    config = uvicorn.Config(app, http="h11", ws="none", lifespan="off", log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[listening])


@contextmanager
def _started(command: tuple[str, ...]) -> Generator[dict[str, str]]:
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


def _signed(keys: dict[str, str], method: str, path: str, body: bytes = b"") -> bytes:
    """A whole request as bytes; its signature is good for 15 minutes."""
    date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    headers = {"content-type": "application/json", "host": urlsplit(keys["url"]).netloc, "x-sdk-date": date}
    listed = ";".join(headers)
    lines = [f"{name}:{value}" for name, value in headers.items()]
    canonical = "\n".join((method, f"{path}/", "", *lines, "", listed, hashlib.sha256(body).hexdigest()))
    text = f"SDK-HMAC-SHA256\n{date}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.digest(keys["secret_key"].encode(), text.encode(), "sha256").hex()
    access = f"SDK-HMAC-SHA256 Access={keys['access_key']}, SignedHeaders={listed}, Signature={signature}"
    lines += [f"authorization:{access}", f"content-length:{len(body)}"][: 2 if body else 1]
    return "\r\n".join((f"{method} {path} HTTP/1.1", *lines, "", "")).encode() + body


async def _once(url: str, request: bytes) -> bytes:
    reader, writer = await _connected(url)
    writer.write(request)
    body = await _answer(reader)
    writer.close()
    return body


async def _connected(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(url)
    return await asyncio.open_connection(parts.hostname, parts.port)


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"content-length:")[2].partition(b"\r")[0]
    return await reader.readexactly(int(length))


async def _load(url: str, request: bytes, requests: int) -> float:
    """Requests per second over a few kept connections."""

    async def repeat() -> None:
        reader, writer = await _connected(url)
        for _ in range(requests // CONNECTIONS):
            writer.write(request)
            await _answer(reader)
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(repeat() for _ in range(CONNECTIONS)))
    return requests / (time.perf_counter() - started)


def _alternate(urls: dict[str, str], request: bytes, runs: int, requests: int) -> dict[str, list[float]]:
    rates: dict[str, list[float]] = {name: [] for name in urls}
    for url in urls.values():
        asyncio.run(_load(url, request, requests // 4))
    for _ in range(runs):
        for name, url in urls.items():
            rates[name].append(asyncio.run(_load(url, request, requests)))
    return rates


def _report(rates: dict[str, list[float]]) -> None:
    medians = {name: statistics.median(values) for name, values in rates.items()}
    for name, median in medians.items():
        low, high = min(rates[name]), max(rates[name])
        print(f"{name:>10}: {median:6.0f} look-ups a second (median of {len(rates[name])}, {low:.0f} to {high:.0f})")
    ratio = medians["emulator"] / medians["bare route"]
    print(f"     ratio: {ratio:.2f} (at least {TARGET} wanted)")
    assert ratio >= TARGET


if __name__ == "__main__":
    main()
