"""What the client is tested against: the emulator as a process of its own, and a server of odd answers."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx
import pytest

from swr_tools.clock import Clock
from swr_tools.cloud.accounts import Credentials, KeyCredentials
from swr_tools.cloud.client import Timeouts
from swr_tools.cloud.connection import SwrCloud
from swr_tools.cloud.endpoints import endpoint_for
from swr_tools.cloud.lean_transport import LeanTransport
from swr_tools.cloud.signing import Keys
from swr_tools.cloud.transport import fast_transport
from swr_tools.names import ExistingOrganizationName, ExistingRepositoryName, OrganizationName, RepositoryName

SEED = """
[behaviour]
foreign_organization = {foreign}
create_repository_status = {created}
organization_quota = 3
repository_quota = 3
token_lifetime = 3600

[[accounts]]
access_key = "OURS0000000000000001"
secret_key = "our-secret-key-0000000000000000000000001"
project_id = "00000000000000000000000000000001"
domain_id = "00000000000000000000000000000d01"
domain_name = "acme"
user_id = "00000000000000000000000000000a01"
user_name = "alice"
password = "wonderland"

[[accounts]]
access_key = "THEIRS00000000000001"
secret_key = "their-secret-key-00000000000000000000001"
project_id = "00000000000000000000000000000002"
domain_id = "00000000000000000000000000000d02"
domain_name = "umbrella"
user_id = "00000000000000000000000000000a02"
user_name = "albert"
password = "raccoon"

[[organizations]]
name = "ours"
repositories = [{{ name = "team/app", tags = ["1.0", "1.1"], size = 42, num_download = 7, description = "An app" }}]

[[organizations]]
name = "theirs"
owner = "THEIRS00000000000001"
"""

ORGANIZATION, REPOSITORY = "ours", "team/app"


async def show_organization(cloud: SwrCloud) -> object:
    """Look an organization up."""
    return await cloud.client().show_organization(ExistingOrganizationName(ORGANIZATION))


async def show_repository(cloud: SwrCloud) -> object:
    """Look a repository up."""
    return await cloud.client().show_repository(
        ExistingOrganizationName(ORGANIZATION), ExistingRepositoryName(REPOSITORY)
    )


async def list_organizations(cloud: SwrCloud) -> object:
    """List the organizations."""
    return await cloud.client().list_organizations()


async def list_repositories(cloud: SwrCloud) -> object:
    """List an organization's repositories."""
    return await cloud.client().list_repositories(ExistingOrganizationName(ORGANIZATION))


async def create_organization(cloud: SwrCloud) -> None:
    """Create an organization."""
    await cloud.client().create_organization(OrganizationName("fresh"))


async def create_repository(cloud: SwrCloud) -> None:
    """Create a repository."""
    await cloud.client().create_repository(
        ExistingOrganizationName(ORGANIZATION), RepositoryName("fresh/app"), public=False, category=None, description=""
    )


READS = [show_organization, list_organizations, show_repository, list_repositories]
CREATES = [create_organization, create_repository]

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]
Call = Callable[[SwrCloud], Awaitable[object]]
Transports = Callable[[], httpx.AsyncBaseTransport | None]


class Connect(Protocol):
    """Connects to a URL, with access key credentials unless others are given; closed at the end of the test."""

    def __call__(
        self,
        url: str,
        credentials: Credentials | Keys | None = None,
        *,
        iam_url: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        timeouts: Timeouts | None = None,
        clock: Clock | None = None,
    ) -> SwrCloud:
        """The cloud of that endpoint."""
        ...


class Emulators(Protocol):
    """Gives an emulator with that behaviour, as it starts."""

    def __call__(self, *, foreign: int = 404, created: int = 201) -> "EmulatorProcess":
        """The process, started where it does not run yet."""
        ...


class EmulatorProcess:
    """The emulator, started as a user would, and its admin routes."""

    def __init__(self, folder: Path, *, foreign: int = 404, created: int = 201) -> None:
        seed = folder / f"seed-{foreign}-{created}.toml"
        seed.write_text(SEED.format(foreign=foreign, created=created))
        command = [sys.executable, "-m", "swr_bot", "emulator", "--port", "0", "--seed", str(seed)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  our own program
        assert self._process.stdout
        self.announced: dict[str, str] = json.loads(self._process.stdout.readline())
        self.url = self.announced["url"]
        self.keys = Keys(self.announced["access_key"], self.announced["secret_key"])

    def reset(self) -> None:
        """Back to the seed, without faults and counts."""
        self._admin("POST", "reset")

    def fail(self, *faults: Mapping[str, object]) -> None:
        """These faults from now on."""
        self._admin("PUT", "faults", list(faults))

    def shift_clock(self, seconds: float) -> None:
        """Its clock runs ahead by that much."""
        self._admin("POST", "clock", {"offset_seconds": seconds})

    def seen(self) -> list[str]:
        """Method and path of every request since the reset, oldest first."""
        recent = self._admin("GET", "requests").json()["recent"]
        return [f"{seen['method']} {seen['path']}" for seen in recent]

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.communicate(timeout=10)

    def _admin(self, method: str, what: str, body: object = None) -> httpx.Response:
        url = f"{self.url}/_emulator/{what}"
        return httpx.request(method, url, json=body, trust_env=False).raise_for_status()


@pytest.fixture(scope="session")
def emulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulators]:
    """Starts emulators, one of each behaviour."""
    folder = tmp_path_factory.mktemp("emulators")
    running: dict[tuple[int, int], EmulatorProcess] = {}

    def start(*, foreign: int = 404, created: int = 201) -> EmulatorProcess:
        key = (foreign, created)
        if key not in running:
            running[key] = EmulatorProcess(folder, foreign=foreign, created=created)
        running[key].reset()
        return running[key]

    yield start
    for emulator in running.values():
        emulator.close()


@pytest.fixture
def emulator(emulators: Emulators) -> EmulatorProcess:
    """An emulator as it starts."""
    return emulators()


@dataclass(frozen=True)
class Request:
    """One request as its bytes were."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


class OddServer:
    """An HTTP server that answers what it is told to, in order; the last answer stays."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[Request] = []
        self._answers: list[Answer] = []
        self._connections: set[asyncio.Task[None]] = set()
        self._received = asyncio.Condition()

    def says(self, status: int, body: object = b"", **headers: str) -> None:
        """An answer with that body, which is made JSON unless it is bytes; `_` in a header's name is a hyphen."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {"content-length": str(len(content)), **{k.replace("_", "-"): v for k, v in headers.items()}}
        head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
        self.says_bytes(f"HTTP/1.1 {status} Odd\r\n{head}\r\n".encode() + content, close=False)

    def says_bytes(self, content: bytes, *, close: bool = True) -> None:
        """Exactly these bytes, after which the connection ends."""

        async def answer(writer: asyncio.StreamWriter) -> None:
            writer.write(content)
            if close:
                writer.close()

        self._answers.append(answer)

    def hangs(self) -> None:
        """No answer at all."""

        async def answer(_: asyncio.StreamWriter) -> None:
            await asyncio.sleep(0)

        self._answers.append(answer)

    def waits_for(self, event: asyncio.Event, status: int, body: object) -> None:
        """That answer once the event is set."""
        self.says(status, body)
        later = self._answers.pop()

        async def answer(writer: asyncio.StreamWriter) -> None:
            await event.wait()
            await later(writer)

        self._answers.append(answer)

    async def _note(self, request: Request) -> None:
        async with self._received:
            self.requests.append(request)
            self._received.notify_all()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        task = asyncio.current_task()
        assert task
        self._connections.add(task)
        try:
            while not writer.is_closing():
                await self._note(await _request(reader))
                answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
                await answer(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def has_received(self, count: int) -> None:
        """Come back once that many requests have arrived."""
        async with asyncio.timeout(10), self._received:
            await self._received.wait_for(lambda: len(self.requests) >= count)

    async def close(self) -> None:
        """End every connection."""
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)


async def _request(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, target, headers, body)


@pytest.fixture
async def odd() -> AsyncIterator[OddServer]:
    """A server of odd answers."""
    server = OddServer()
    listening = await asyncio.start_server(server.handle, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    yield server
    listening.close()
    await server.close()


TRANSPORTS: dict[str, Transports] = {
    "httpx": lambda: None,
    "aiohttp": fast_transport,
    "http.client": lambda: LeanTransport(httpx.create_ssl_context),
}


@pytest.fixture(params=TRANSPORTS)
def transports(request: pytest.FixtureRequest) -> Transports:
    """Makes httpx's own transport, that of the servers, and that of the terminal."""
    return TRANSPORTS[request.param]


@pytest.fixture(params=["httpx", "aiohttp"])
def proxying_transports(request: pytest.FixtureRequest) -> Transports:
    """Makes those that know proxies."""
    return TRANSPORTS[request.param]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Connects to a URL; closes at the end."""
    async with AsyncExitStack() as stack:

        def connect(
            url: str,
            credentials: Credentials | Keys | None = None,
            *,
            iam_url: str | None = None,
            transport: httpx.AsyncBaseTransport | None = None,
            timeouts: Timeouts | None = None,
            clock: Clock | None = None,
        ) -> SwrCloud:
            if not isinstance(credentials, Credentials):
                keys = credentials or Keys("AKEXAMPLE00000000001", "SKexample0000000000000000000000000000001")
                credentials = KeyCredentials(keys, source="test", project_id="1" * 32)
            endpoint = endpoint_for("huaweicloud", "cn-north-4", api_url=url, iam_url=iam_url)
            cloud = SwrCloud(endpoint, credentials, transport=transport, timeouts=timeouts, clock=clock)
            stack.push_async_callback(cloud.aclose)
            return cloud

        yield connect


@pytest.fixture(params=READS, ids=lambda call: call.__name__)
def read(request: pytest.FixtureRequest) -> Call:
    """Each of the reads."""
    return request.param


@pytest.fixture(params=CREATES, ids=lambda call: call.__name__)
def create(request: pytest.FixtureRequest) -> Call:
    """Each of the creates."""
    return request.param


@pytest.fixture(params=[*READS, *CREATES], ids=lambda call: call.__name__)
def call(request: pytest.FixtureRequest) -> Call:
    """Each of the calls."""
    return request.param
