"""Journals to test on: every engine that exists, real files, and proposals to put into them."""

import asyncio
import itertools
import json
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import Pool

from swr_tools.actor import Actor
from swr_tools.journal.journal import Journal
from swr_tools.proposals import Outcome, OutcomeKind, Proposal, Site

NOON = datetime(2031, 5, 6, 12, 0, tzinfo=UTC)
ALICE = Actor(face="cli", tenant="laptop", id="alice", name="Alice", holds_keys=True)
SITE = Site(cloud="huaweicloud", region="cn-north-4", endpoint="https://swr.example", account="…MPLE", account_id="id")


class Child:
    """Another process that has the journal open and waits for the word; see child.py."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def hears(self) -> object:
        """The next thing it says, or None at its end; never waits for ever."""
        assert self._process.stdout is not None
        async with asyncio.timeout(60):
            line = await self._process.stdout.readline()
        return json.loads(line) if line else None

    def go(self) -> None:
        """Let it start, or end."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")

    async def kill(self) -> None:
        """End it as `kill -9` does, with no time for last words."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.communicate()


@pytest.fixture
async def child(place: Path, journal: Journal) -> AsyncGenerator[Callable[..., Awaitable[Child]]]:
    """Start a process with a task of child.py and proposals; it is ready when this returns."""
    assert journal
    children: list[Child] = []

    async def start(task: str, *proposals: Proposal) -> Child:
        program = str(Path(__file__).with_name("child.py"))
        texts = [proposal.model_dump_json() for proposal in proposals]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "error", program, task, str(place), *texts),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        children.append(Child(process))
        assert await children[-1].hears() == "ready"
        return children[-1]

    yield start
    for each in children:
        await each.kill()


@pytest.fixture(params=["sqlite"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where a journal of each engine goes; nothing is there yet."""
    return {"sqlite": tmp_path / "state" / "journal.db"}[request.param]


@pytest.fixture
async def journal(place: Path) -> AsyncGenerator[Journal]:
    """An open, empty journal."""
    async with await Journal.open(place) as opened:
        yield opened


@pytest.fixture
async def second_journal(place: Path, journal: Journal) -> AsyncGenerator[Journal]:
    """The same journal, opened once more as another process would."""
    assert journal
    async with await Journal.open(place) as opened:
        yield opened


@pytest.fixture
def draft() -> Callable[..., Proposal]:
    """Make a pending proposal: each with its own id, code and arguments unless they are given."""
    numbers = itertools.count(1)

    def make(**changes: object) -> Proposal:
        number = next(numbers)
        parts: dict[str, object] = {
            "id": f"id-{number}",
            "code": f"K{number:03}",
            "operation": "create-organization",
            "arguments": f'{{"name":"team-{number}"}}',
            "arguments_hash": f"{number:064x}",
            "actor": ALICE,
            "site": SITE,
            "created_at": NOON,
            "expires_at": NOON + timedelta(minutes=10),
        }
        return Proposal.model_validate(parts | changes)

    return make


@pytest.fixture
def created() -> Outcome:
    """The outcome of a create that worked."""
    return Outcome(
        kind=OutcomeKind.CREATED,
        sentence="Organization team-1 was created.",
        at=NOON + timedelta(minutes=1),
        by=str(ALICE),
        result={"name": "team-1", "id": 7, "note": "ünïcödé 中文"},
    )


@pytest.fixture
def pragma() -> Generator[Callable[[str], None]]:
    """Give every database connection from now on a pragma: a small disk, or little patience with a lock."""
    listeners: list[Callable[[DBAPIConnection, object], None]] = []

    def add(statement: str) -> None:
        def run(connection: DBAPIConnection, _record: object) -> None:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA {statement}")
            cursor.close()

        event.listen(Pool, "connect", run)
        listeners.append(run)

    yield add
    for listener in listeners:
        event.remove(Pool, "connect", listener)
