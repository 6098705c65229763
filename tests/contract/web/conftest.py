"""A real server on loopback with one small MCP tool behind it, and an OAuth issuer of the tests' own."""

import asyncio
import json
import logging
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from signal import SIGTERM
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from mcp.server.mcpserver import MCPServer
from mcp.server.transport_security import TransportSecuritySettings

from swr_bot.settings import load_settings
from swr_bot.web.addresses import Addresses
from swr_bot.web.app import make_app
from swr_bot.web.auth import Authentication, authentication
from swr_bot.web.health import Check, Readiness
from swr_bot.web.rate import RateLimit
from swr_bot.web.serving import Server, Service, listen, url_of
from swr_bot.web.tokens import TokenFile
from swr_tools.clock import ManualClock, SystemClock

Json = Any  # as much as is known of an answer before a test looks at it
PATIENCE = 20.0
PUBLIC_URL = "https://swr-bot.example.com/mcp"


class Turned(ManualClock):
    """The time of day of the computer; seconds pass only when a test says so."""

    def now(self) -> Any:  # noqa: ANN401 - a datetime, as the computer's
        return SystemClock().now()


def who_server(ways_in: Authentication) -> MCPServer:
    """An MCP server whose one tool says who calls it."""
    server = MCPServer("tests", log_level="CRITICAL")

    @server.tool()
    def who() -> str:  # pyright: ignore[reportUnusedFunction] - registered by the decorator
        actor, operations = ways_in.caller()
        return json.dumps([str(actor), actor.name, actor.holds_keys, sorted(operations)])

    return server


@dataclass
class Site:
    """A server that runs, and how a client asks it.

    Attributes:
        readiness: Its own, to be looked at or turned.
        clock: The time of its issuer's keys and of its readiness.
    """

    url: str
    client: httpx.Client
    readiness: Readiness
    clock: Turned
    server: Server
    headers: dict[str, str] = field(default_factory=dict[str, str])

    def post(self, method: str, params: Json = None, *, token: str = "", **headers: str) -> httpx.Response:
        """One JSON-RPC request to `/mcp`."""
        body: Json = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}
        return self.client.post(self.url, json=body, headers=self._headers(token, headers))

    def initialize(self, *, token: str = "", **headers: str) -> httpx.Response:
        """The first request of a client."""
        params = {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "tests", "version": "1"},
        }
        return self.post("initialize", params, token=token, **headers)

    def who(self, *, token: str = "") -> Json:
        """What the tool says, through a session of its own."""
        opened = self.initialize(token=token)
        opened.raise_for_status()
        session = {"mcp_session_id": opened.headers["mcp-session-id"]}
        answer = self.post("tools/call", {"name": "who", "arguments": {}}, token=token, **session)
        answer.raise_for_status()
        data = next(line for line in answer.text.splitlines() if line.startswith("data: {"))
        return json.loads(json.loads(data.removeprefix("data: "))["result"]["content"][0]["text"])

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Another path of the same server."""
        return self.client.get(self.url.removesuffix("/mcp") + path, headers=self._headers("", headers))

    def _headers(self, token: str, others: Mapping[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in others.items()}
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        return {"Accept": "application/json, text/event-stream", **bearer, **named}


Start = Callable[..., Site]


@pytest.fixture(autouse=True)
def logged(caplog: pytest.LogCaptureFixture) -> None:
    """What this program logs when it serves."""
    caplog.set_level(logging.INFO, "swr_bot")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a server with these settings, as `serve` does, on a port of its own."""
    with ExitStack() as stack:

        def starter(*, checks: Mapping[str, Check] | None = None, host: str = "127.0.0.1", **settings: object) -> Site:
            given = load_settings({}, state_dir=str(tmp_path / "state"), **settings)
            clock = Turned()
            ways_in = authentication(given, host, clock)
            readiness = Readiness({**(checks or {}), **ways_in.checks}, clock)
            app = make_app(
                mcp=who_server(ways_in).streamable_http_app(
                    transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False)
                ),
                readiness=readiness,
                authentication=ways_in,
                addresses=Addresses.of(given, host),
                sessions=RateLimit(given.rate_limit, clock),
            )
            service = Service(
                app=app, authenticated=ways_in.needed, readiness=readiness, drain=_at_once, aclose=_nothing
            )
            server, url = stack.enter_context(_running(service))
            client = stack.enter_context(httpx.Client(timeout=PATIENCE, trust_env=False))
            return Site(url, client, readiness, clock, server)

        yield starter


@contextmanager
def _running(service: Service) -> Generator[tuple[Server, str]]:
    listening = listen("127.0.0.1", 0)
    server = Server(service, 1, lambda: None)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
    thread.start()
    try:
        until(lambda: server.started)
        yield server, url_of(listening, "/mcp")
    finally:
        server.handle_exit(SIGTERM, None)
        thread.join(PATIENCE)
        assert not thread.is_alive()


async def _at_once(_seconds: float) -> bool:
    return True


async def _nothing() -> None:
    pass


def until(true: Callable[[], bool]) -> None:
    """Wait for a condition, not for ever."""
    ends = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.005)


@pytest.fixture
def tokens(tmp_path: Path) -> TokenFile:
    """The token file of the server's state folder."""
    return TokenFile(tmp_path / "state" / "tokens.json", SystemClock())


@dataclass
class Page:
    """What the issuer answers at one path."""

    body: bytes
    status: int = 200
    location: str = ""
    gate: threading.Event | None = None


class Issuer:
    """An OAuth issuer: its metadata, its keys, and tokens signed with them.

    Attributes:
        pages: What it answers, by path; a test may change it while it runs.
        asked: The paths it was asked for, in order.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[str] = []
        self.signing = {"first": rsa.generate_private_key(public_exponent=65537, key_size=2048)}
        self.pages: dict[str, Page] = {}
        self.tell({"issuer": url, "jwks_uri": f"{url}/keys"})
        self.publish()

    def tell(self, metadata: object, path: str = "/.well-known/openid-configuration") -> None:
        """Answer with this metadata."""
        self.pages[path] = Page(json.dumps(metadata).encode())

    def publish(self, *names: str, **extra: object) -> None:
        """Publish these keys; all there are when none is named."""
        keys = [
            {**RSAAlgorithm.to_jwk(self.signing[name].public_key(), as_dict=True), "kid": name, **extra}
            for name in names or self.signing
        ]
        self.pages["/keys"] = Page(json.dumps({"keys": keys}).encode())

    def token(self, key: str = "first", algorithm: str = "RS256", **claims: object) -> str:
        """A token that is let in, but for what a test changes; a claim of None is left out."""
        now = int(time.time())
        usual = {
            "iss": self.url,
            "aud": PUBLIC_URL,
            "sub": "alice",
            "preferred_username": "Alice Example",
            "exp": now + 600,
            "nbf": now,
            "iat": now,
            "scope": "openid swr:read swr:create",
            "client_id": "assistant",
        }
        told = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        return jwt.encode(told, self.signing[key], algorithm, headers={"kid": key})


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """An issuer on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            page = made.pages.get(self.path, Page(b"{}", 404))
            if page.gate:
                page.gate.wait(PATIENCE)
            self.send_response(page.status)
            if page.location:
                self.send_header("Location", page.location)
            self.send_header("Content-Length", str(len(page.body)))
            self.end_headers()
            try:
                self.wfile.write(page.body)
            except OSError:
                self.close_connection = True  # the client left

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class has it
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made = Issuer(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield made
        finally:
            for page in made.pages.values():
                if page.gate:
                    page.gate.set()
            server.shutdown()
            thread.join(PATIENCE)
