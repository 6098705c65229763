"""An SWR to create at, a hand-written one for what no emulator does, and toolboxes on one journal file."""

import asyncio
import json
import sqlite3
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypedDict, Unpack

import httpx
import pytest
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import Pool

from swr_bot.emulators.swr import DEFAULT_ACCOUNT, SeedRepository
from swr_bot.emulators.swr.faults import Fault
from swr_bot.emulators.swr.server import EmulatorServer, ServeOptions
from swr_tools.actor import Actor
from swr_tools.clock import Clock, ManualClock
from swr_tools.cloud.accounts import KeyCredentials
from swr_tools.cloud.client import Timeouts
from swr_tools.cloud.connection import SwrCloud
from swr_tools.cloud.endpoints import endpoint_for
from swr_tools.cloud.signing import Keys
from swr_tools.gate.policy import Policy, Rule
from swr_tools.journal.journal import Journal
from swr_tools.proposals import Outcome, Proposal
from swr_tools.toolbox import Toolbox

ALICE = Actor(face="cli", tenant="laptop", id="alice", name="Alice", holds_keys=True)
ANYBODY = Policy(rule=(Rule(actors=("*",), public=True),))


class Swr:
    """The emulator in a thread of this process, over real HTTP."""

    def __init__(self) -> None:
        self._server = EmulatorServer(ServeOptions())
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        self.url = self._server.announcement["url"]
        self._emulator = self._server.app.emulator

    def reset(self) -> None:
        """Nothing there, no faults, no counts."""
        self._emulator.reset()

    def misbehave(self, *faults: Fault) -> None:
        """These faults from now on."""
        self._emulator.faults.replace(faults)

    def turn_clock(self, seconds: float) -> None:
        """Its clock runs ahead by that much."""
        self._emulator.clock.offset_seconds = seconds

    def seen(self, method: str) -> list[str]:
        """The paths of the requests of that method, oldest first."""
        return [seen.path for seen in list(self._emulator.log.recent) if seen.method == method]

    @property
    def posts(self) -> int:
        """How many creates reached it."""
        return len(self.seen("POST"))

    def add(self, name: str) -> None:
        """An organization, or an organization's repository, made by somebody else."""
        organization, _, repository = name.partition("/")
        state = self._emulator.state
        if repository:
            state.create_repository(DEFAULT_ACCOUNT, organization, SeedRepository(repository))
        else:
            state.create_organization(DEFAULT_ACCOUNT, organization)

    def remove(self, name: str) -> None:
        """The same, gone again."""
        organization, _, repository = name.partition("/")
        state = self._emulator.state
        if repository:
            state.delete_repository(DEFAULT_ACCOUNT, organization, repository)
        else:
            state.delete_organization(DEFAULT_ACCOUNT, organization)

    def has(self, name: str) -> bool:
        """Whether it is there."""
        organization, _, repository = name.partition("/")
        state = self._emulator.state
        if repository:
            return any(found.name == repository for found in state.repositories(DEFAULT_ACCOUNT, organization))
        return bool(state.organizations(DEFAULT_ACCOUNT, organization))

    def stop(self) -> None:
        """The end of it."""
        self._server.stop()
        self._thread.join(10)


@pytest.fixture(scope="session")
def running_swr() -> Generator[Swr]:
    """One emulator for all tests of this folder."""
    swr = Swr()
    yield swr
    swr.stop()


@pytest.fixture
def swr(running_swr: Swr) -> Swr:
    """An empty SWR that behaves."""
    running_swr.reset()
    return running_swr


@dataclass(frozen=True)
class Answer:
    """What the hand-written SWR says to one request.

    Attributes:
        body: JSON, or bytes as they are.
        effect: Whether the request takes effect.
        ending: `whole`; `cut` in the middle of the body; `reset` before the first byte; `hang` until the client
            goes away.
    """

    status: int = 201
    body: object = field(default_factory=dict[str, object])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    effect: bool = False
    ending: str = "whole"

    def head_and_body(self) -> tuple[bytes, bytes]:
        """The bytes on the wire."""
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        headers = {"Content-Length": str(len(body)), "Connection": "close", **self.headers}
        lines = [f"HTTP/1.1 {self.status} X", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode(), body


class ScriptedSwr:
    """A hand-written SWR that has one organization or not, and answers each POST with the next of a script.

    Attributes:
        posts_get, reads_get: Answers to the POSTs and the GETs to come; when they are used up, it behaves.
        there: Whether the organization is there.
        seen: The methods of the requests so far.
        on_request: Called with the method before each answer.
        stop: Its port takes no connection from then on.
    """

    def __init__(self) -> None:
        self.posts_get: list[Answer] = []
        self.reads_get: list[Answer] = []
        self.there = False
        self.seen: list[str] = []
        self.on_request: Callable[[str], Awaitable[None]] | None = None
        self.url = ""
        self.stop: Callable[[], None] = lambda: None

    @property
    def posts(self) -> int:
        """How many creates reached it."""
        return self.seen.count("POST")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        try:
            method = await self._read_request(reader)
            self.seen.append(method)
            if self.on_request:
                await self.on_request(method)
            await self._send(self._answer_to(method), reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _read_request(self, reader: asyncio.StreamReader) -> str:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next((line.split()[1] for line in head.lower().splitlines() if line.startswith("content-length")), "0")
        await reader.readexactly(int(length))
        return head.split()[0]

    def _answer_to(self, method: str) -> Answer:
        script = self.posts_get if method == "POST" else self.reads_get
        answer = script.pop(0) if script else self._honest(method)
        self.there = self.there or answer.effect
        return answer

    def _honest(self, method: str) -> Answer:
        if method == "GET":
            return Answer(200, {"id": 1, "name": "payments"}) if self.there else complaint("4040058")
        return complaint("4090060") if self.there else Answer(effect=True)

    async def _send(self, answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head, body = answer.head_and_body()
        match answer.ending:
            case "reset":
                writer.transport.abort()
            case "hang":
                await reader.read()
            case "cut":
                writer.write(head + body[: len(body) // 2])
            case _:
                writer.write(head + body)
                await writer.drain()


def complaint(code: str) -> Answer:
    """SWR's own error answer; the status is in its code."""
    error = {"errorCode": f"SVCSTG.SWR.{code}", "errorMessage": "No.", "detail": ""}
    return Answer(int(code[:3]), {"errors": [error]}, {"X-Request-Id": "r-1"})


@pytest.fixture
async def scripted() -> AsyncGenerator[ScriptedSwr]:
    """A hand-written SWR on loopback."""
    swr = ScriptedSwr()
    async with await asyncio.start_server(swr.serve, "127.0.0.1", 0) as server:
        swr.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        swr.stop = server.close
        yield swr


@pytest.fixture
def says() -> "type[Answer]":
    """What the hand-written SWR says, spelled out."""
    return Answer


@pytest.fixture
def complains() -> Callable[[str], Answer]:
    """What the hand-written SWR says when it complains, by the number of its code."""
    return complaint


class Place(TypedDict, total=False):
    """Where a toolbox creates, and how it gets there."""

    url: str
    region: str
    access_key: str
    clock: Clock
    timeouts: Timeouts
    transport: httpx.AsyncBaseTransport


class House:
    """Toolboxes on one journal file, one clock, one policy; each stands for a process.

    Attributes:
        path: The journal's file.
        clock: The one they all share; an emulator's signatures hold for 15 minutes around its first time.
        opened: How often a toolbox opened the journal.
    """

    def __init__(self, path: Path, url: str, exits: AsyncExitStack) -> None:
        self.path = path
        self.url = url
        self.clock = ManualClock(datetime.now(UTC).replace(microsecond=0))
        self.opened = 0
        self._exits = exits
        self._reader: Journal | None = None

    async def toolbox(
        self, *, policy: Policy | None = None, ttl: float = 600, deadline: float = 30, **place: Unpack["Place"]
    ) -> Toolbox:
        """One more process; without a policy, of somebody who holds the keys."""
        toolbox = Toolbox(
            connect=lambda: self.cloud(**place),
            open_journal=self._open,
            policy=policy or Policy(),
            clock=place.get("clock", self.clock),
            ttl=timedelta(seconds=ttl),
            deadline=deadline,
        )
        return await self._exits.enter_async_context(toolbox)

    async def ask(self, toolbox: Toolbox, operation: str, arguments: Mapping[str, object], actor: Actor) -> Proposal:
        """Call a create, which gives a proposal."""
        proposal = await toolbox.call(operation, arguments, actor)
        assert isinstance(proposal, Proposal)
        return proposal

    async def _open(self) -> Journal:
        self.opened += 1
        return await Journal.open(self.path)

    def cloud(self, **place: Unpack["Place"]) -> SwrCloud:
        """A connection; with the emulator's keys, unless others are named."""
        keys = Keys(place.get("access_key", DEFAULT_ACCOUNT.access_key), DEFAULT_ACCOUNT.secret_key)
        return SwrCloud(
            endpoint_for("huaweicloud", place.get("region", "cn-north-4"), api_url=place.get("url", self.url)),
            KeyCredentials(keys, source="test", project_id=DEFAULT_ACCOUNT.project_id),
            transport=place.get("transport"),
            timeouts=place.get("timeouts"),
            clock=place.get("clock", self.clock),
        )

    async def journal(self) -> Journal:
        """The journal as an auditor reads it."""
        if self._reader is None:
            self._reader = await self._exits.enter_async_context(await Journal.open(self.path))
        return self._reader

    async def stored(self, proposal: Proposal) -> Proposal:
        """What the journal says about a proposal now; its chain must hold."""
        journal = await self.journal()
        verification = await journal.verify()
        assert verification.ok, verification.problem
        found = await journal.find(proposal.id)
        assert found is not None
        return found

    async def outcome(self, proposal: Proposal) -> Outcome:
        """What the journal says became of it."""
        outcome = (await self.stored(proposal)).outcome
        assert outcome is not None
        return outcome

    async def events(self, proposal: Proposal) -> list[str]:
        """What happened to it, in words."""
        entries = await (await self.journal()).entries()
        return [str(entry.event) for entry in entries if entry.proposal_id == proposal.id]

    def write(self, statement: str, *values: object) -> None:
        """Change the file behind everybody's back."""
        with sqlite3.connect(self.path, timeout=10) as connection:
            connection.execute(statement, values)
        connection.close()

    @contextmanager
    def locked(self) -> Generator[None]:
        """Somebody else holds the file for as long as this lasts."""
        connection = sqlite3.connect(self.path, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
        connection.close()


@pytest.fixture
async def house(tmp_path: Path, swr: Swr) -> AsyncGenerator[House]:
    """Toolboxes in front of the emulator; after the test the journal must still verify."""
    async with AsyncExitStack() as exits:
        house = House(tmp_path / "journal.db", swr.url, exits)
        yield house
        if house.path.exists():
            assert (await (await house.journal()).verify()).ok


@pytest.fixture
async def scripted_house(tmp_path: Path, scripted: ScriptedSwr) -> AsyncGenerator[House]:
    """Toolboxes in front of the hand-written SWR."""
    async with AsyncExitStack() as exits:
        house = House(tmp_path / "journal.db", scripted.url, exits)
        yield house
        assert (await (await house.journal()).verify()).ok


@pytest.fixture
def alice() -> Actor:
    """Who asks, unless a test says otherwise: at a terminal, with the keys."""
    return ALICE


@pytest.fixture
def anybody() -> Policy:
    """A policy under which everybody may create everything."""
    return ANYBODY


@pytest.fixture
def impatient() -> Generator[None]:
    """Database connections from now on wait for no lock."""

    def run(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 0")
        cursor.close()

    event.listen(Pool, "connect", run)
    yield
    event.remove(Pool, "connect", run)


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], Awaitable[None]]:
    """Waits for a condition, never for ever."""

    async def wait(condition: Callable[[], bool]) -> None:
        gives_up = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < gives_up, "It never came to that."
            await asyncio.sleep(0)

    return wait
