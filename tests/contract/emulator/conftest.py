"""Emulators on loopback, and clients that sign for themselves: nothing here comes from swr_tools."""

import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote, unquote

import httpx
import pytest

from swr_bot.emulators.swr import DEFAULT_ACCOUNT, Account
from swr_bot.emulators.swr.server import EmulatorServer, ServeOptions

SECOND_ACCOUNT = """
[[accounts]]
access_key = "EMULATOR0ACCESS0KEY2"
secret_key = "another-key-which-opens-nothing"
project_id = "e0e0e0e0e0e0e0e0e0e0e0e0e0e00002"
domain_id = "e0e0e0e0e0e0e0e0e0e0e0e0e0e00d02"
domain_name = "second"
user_id = "e0e0e0e0e0e0e0e0e0e0e0e0e0e00a02"
user_name = "second-user"
password = "second-password"
"""
FIRST_ACCOUNT = f"""
[[accounts]]
access_key = "{DEFAULT_ACCOUNT.access_key}"
secret_key = "{DEFAULT_ACCOUNT.secret_key}"
project_id = "{DEFAULT_ACCOUNT.project_id}"
domain_id = "{DEFAULT_ACCOUNT.domain_id}"
domain_name = "{DEFAULT_ACCOUNT.domain_name}"
user_id = "{DEFAULT_ACCOUNT.user_id}"
user_name = "{DEFAULT_ACCOUNT.user_name}"
password = "{DEFAULT_ACCOUNT.password}"
"""


class KeyPair(httpx.Auth):
    """Signs with SDK-HMAC-SHA256, written from the description of the algorithm."""

    requires_request_body = True

    def __init__(self, access_key: str, secret_key: str) -> None:
        self._access_key = access_key
        self._secret_key = secret_key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        """Adds the date and the signature over host and date."""
        request.headers.setdefault("X-Sdk-Date", time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()))
        listed = ("host", "x-sdk-date")
        path, _, query = request.url.raw_path.decode().partition("?")
        pairs = sorted(pair.partition("=")[::2] for pair in query.split("&") if pair)
        canonical = [
            request.method,
            quote(unquote(path)).rstrip("/") + "/",
            "&".join(f"{quote(unquote(key), safe='~')}={quote(unquote(value), safe='~')}" for key, value in pairs),
            *(f"{name}:{request.headers[name]}" for name in listed),
            "",
            ";".join(listed),
            hashlib.sha256(request.content).hexdigest(),
        ]
        hashed = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
        text = f"SDK-HMAC-SHA256\n{request.headers['X-Sdk-Date']}\n{hashed}"
        signature = hmac.digest(self._secret_key.encode(), text.encode(), "sha256").hex()
        request.headers["Authorization"] = (
            f"SDK-HMAC-SHA256 Access={self._access_key}, SignedHeaders={';'.join(listed)}, Signature={signature}"
        )
        yield request


@pytest.fixture
def key_pair() -> Callable[[str, str], httpx.Auth]:
    """Makes the signature of an access key and a secret key."""
    return KeyPair


class Servers:
    """Emulators on free ports, each in a thread; one for each seed, given out again as good as new."""

    def __init__(self, folder: Path) -> None:
        self.stack = ExitStack()
        self._folder = folder
        self._seeded: dict[str, EmulatorServer] = {}

    def start(self, options: ServeOptions) -> EmulatorServer:
        """A new emulator."""
        server = EmulatorServer(options)
        thread = threading.Thread(target=server.run)
        thread.start()
        self.stack.callback(thread.join, 10)
        self.stack.callback(server.stop)
        return server

    def seeded(self, seed: str) -> EmulatorServer:
        """An emulator in the state its seed describes."""
        if seed not in self._seeded:
            path = self._folder / f"{len(self._seeded)}.toml"
            path.write_text(seed, encoding="utf-8")
            self._seeded[seed] = self.start(ServeOptions(seed=path))
        self._seeded[seed].app.emulator.reset()
        return self._seeded[seed]


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """All emulators of the run; starting one costs more than most tests."""
    running = Servers(tmp_path_factory.mktemp("seeds"))
    with running.stack:
        yield running


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[ServeOptions], EmulatorServer]]:
    """Starts emulators with options of their own, and stops them after the test."""
    running = Servers(tmp_path)
    with running.stack:
        yield running.start


@pytest.fixture
def start_seeded(servers: Servers) -> Callable[[str], EmulatorServer]:
    """Gives an emulator in the state that the text of a seed describes."""
    return servers.seeded


@pytest.fixture
def two_accounts() -> str:
    """A seed with the emulator's own account and a second one."""
    return FIRST_ACCOUNT + SECOND_ACCOUNT


@pytest.fixture
def server(servers: Servers) -> EmulatorServer:
    """An empty emulator."""
    return servers.seeded("")


@pytest.fixture
def connect() -> Iterator[Callable[[EmulatorServer, Account], httpx.Client]]:
    """Opens clients that sign with an account's keys, and closes them at the end."""
    with ExitStack() as stack:

        def client(server: EmulatorServer, account: Account) -> httpx.Client:
            auth = KeyPair(account.access_key, account.secret_key)
            url = server.announcement["url"]
            return stack.enter_context(httpx.Client(base_url=url, auth=auth, trust_env=False, timeout=10))

        yield client


@pytest.fixture
def swr(server: EmulatorServer, connect: Callable[[EmulatorServer, Account], httpx.Client]) -> httpx.Client:
    """A client of the empty emulator that signs with the emulator's own account."""
    return connect(server, DEFAULT_ACCOUNT)


@pytest.fixture
def server_port(server: EmulatorServer) -> int:
    """The port of the empty emulator."""
    return httpx.URL(server.announcement["url"]).port or 0
