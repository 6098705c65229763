"""An assistant and its person in front of the MCP server: real clients of both eras, real journal, real emulator."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import anyio
import pytest
from mcp.client import Client
from mcp.client.context import ClientRequestContext
from mcp.shared.memory import create_client_server_memory_streams
from mcp.shared.message import SessionMessage
from mcp_types import CallToolResult, ElicitRequestParams, ElicitResult, ErrorData, JSONRPCRequest, TextContent

from swr_bot.bootstrap import connect, open_journal
from swr_bot.mcp_server.face import ALL_OPERATIONS, Caller, Face
from swr_bot.mcp_server.server import SwrServer, make_server
from swr_bot.settings import load_settings
from swr_tools.actor import Actor
from swr_tools.clock import Clock, SystemClock
from swr_tools.journal.chain import Event
from swr_tools.proposals import Proposal
from swr_tools.toolbox import Toolbox

if TYPE_CHECKING:
    from tests.faces.conftest import Emulator

Json = Any  # as much as is known of a message, a stream of them, or an argument that is passed on
Reply = ElicitResult | ErrorData
Answer = str | Reply | Callable[[], Awaitable[str | Reply]]
REPLIES: Mapping[str, Reply] = {
    "yes": ElicitResult(action="accept", content={"create": "yes"}),
    "no": ElicitResult(action="accept", content={"create": "no"}),
    "decline": ElicitResult(action="decline"),
    "cancel": ElicitResult(action="cancel"),
}
INTERNAL = (
    "swr_",
    "pydantic",
    "Error executing",
    "Resolver",
    "Traceback",
    "http:",
    "https:",
    ".py",
    "Proposal(",
    "<class",
)
SECRETS = ("emulator-secret-key", "another-key", "emulator-password", "X-Auth-Token", "SDK-HMAC", "eyJ")
ANN = Actor(face="mcp", tenant="laptop", id="ann", name="Ann", holds_keys=True)


class WaitingClock:
    """A clock that the test turns, and on which sleeping really waits until it was turned far enough."""

    def __init__(self) -> None:
        self._passed = 0.0
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def now(self) -> datetime:
        """Noon of 1 January 2026, and what has passed since."""
        return datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        """Seconds that have passed."""
        return self._passed

    async def sleep(self, seconds: float) -> None:
        """Wait until the test has turned the clock that far."""
        if seconds <= 0:
            return
        sleeper = (self._passed + seconds, asyncio.Event())
        self._sleepers.append(sleeper)
        try:
            await sleeper[1].wait()
        finally:
            self._sleepers.remove(sleeper)

    @property
    def next_wake(self) -> float | None:
        """When the first of those who sleep now wakes; None where nobody sleeps."""
        return min((due for due, woken in self._sleepers if not woken.is_set()), default=None)

    def advance(self, seconds: float) -> None:
        """Turn it."""
        self._passed += seconds
        for due, woken in self._sleepers:
            if due <= self._passed:
                woken.set()

    async def run(self, seconds: float) -> None:
        """Turn it from one sleeper to the next; there must always be one that sleeps again."""
        end = self._passed + seconds
        while self._passed < end:
            await until(lambda: self.next_wake is not None)
            self.advance(min(end, self.next_wake or end) - self._passed)


async def until(condition: Callable[[], object]) -> None:
    """Wait for something to become true; at most ten seconds."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for is often in another process
            await asyncio.sleep(0.001)


@dataclass(frozen=True)
class Told:
    """What an assistant gets for a call."""

    text: str
    is_error: bool
    data: Mapping[str, Any] | None

    def is_clean(self) -> None:
        """Hold it to what every answer owes: nothing internal, no secret, nothing that cannot be seen."""
        everything = f"{self.text} {self.data}"
        assert not [word for word in (*INTERNAL, *SECRETS) if word in everything]
        assert all(character.isprintable() or character == "\n" for character in self.text)
        assert len(self.text) < 3_000
        assert self.is_error == (self.data is None)


@dataclass
class Person:
    """Who sits in front of the assistant, and answers its questions in turn; the last answer is given ever after.

    Attributes:
        clock: The test's.
        answers: By name, as the client would send it, or a function that does something while the question stands.
        reads_for: Seconds until an answer.
        questions: What was asked, as shown.
        schemas: The forms that were shown.
    """

    clock: WaitingClock
    answers: list[Answer]
    reads_for: float = 3.0
    questions: list[str] = field(default_factory=list[str])
    schemas: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])

    async def asked(self, context: ClientRequestContext, params: ElicitRequestParams) -> Reply:
        """One question."""
        del context
        self.questions.append(params.message)
        self.schemas.append(getattr(params, "requested_schema", {}))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.clock.advance(self.reads_for)
        found = await answer() if callable(answer) else answer
        return REPLIES[found] if isinstance(found, str) else found


class Assistant:
    """A program that calls tools over one connection."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.progress: list[tuple[float, float | None, str | None]] = []

    async def call(self, tool: str, arguments: Mapping[str, object] | None = None, *, waits: bool = False) -> Told:
        """Call a tool, answer what it asks, and read what comes back; `waits` asks for signs of life."""
        watch = self._saw if waits else None
        async with asyncio.timeout(30):
            return told(await self.client.call_tool(tool, dict(arguments or {}), progress_callback=watch))

    async def _saw(self, progress: float, total: float | None, message: str | None) -> None:
        self.progress.append((progress, total, message))


def told(result: CallToolResult) -> Told:
    """What an assistant reads in a result."""
    (block,) = result.content
    assert isinstance(block, TextContent)
    read = Told(block.text, bool(result.is_error), result.structured_content)
    read.is_clean()
    return read


@dataclass(frozen=True)
class Room:
    """One server and those around it.

    Attributes:
        era: How its clients speak: `legacy` (up to 2025-11-25) or `auto` (2026-07-28).
        face: What the server was made of.
        server: The server.
        clock: The one that the test turns; the server's too, unless it was made in real time.
        emulator: The SWR behind it.
        toolbox: The tool layer.
    """

    era: str
    face: Face
    server: SwrServer
    clock: WaitingClock
    emulator: "Emulator"
    toolbox: Toolbox

    def person(self, *answers: Answer, reads_for: float = 3.0) -> Person:
        """Somebody who will answer this."""
        return Person(self.clock, list(answers), reads_for)

    @asynccontextmanager
    async def assistant(self, person: Person | None = None, *, url_only: bool = False) -> AsyncGenerator[Assistant]:
        """A connected client; without a person it is one that cannot ask."""
        asked = person.asked if person else None
        wire = _wire(self.server, url_only=url_only)
        async with Client(wire, mode=self.era, elicitation_callback=asked, cache=None) as client:
            yield Assistant(client)

    async def call(self, tool: str, arguments: Mapping[str, object] | None = None, *answers: Answer) -> Told:
        """One call by an assistant of its own, whose person answers this; without answers it cannot ask."""
        async with self.assistant(self.person(*answers) if answers else None) as assistant:
            return await assistant.call(tool, arguments)

    def later(self, reply: str | Reply, seconds: float = 3.0) -> Answer:
        """An answer for `call` that takes its time."""

        async def answer() -> str | Reply:
            self.clock.advance(seconds)
            return reply

        return answer

    async def never(self) -> str:
        """An answer that does not come."""
        await asyncio.Event().wait()
        return "cancel"

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for something to become true; at most ten seconds."""
        await until(condition)

    async def settled(self, count: int) -> None:
        """Wait until so many proposals have an outcome; at most ten seconds."""
        async with asyncio.timeout(10):
            while await self._with_outcome() < count:  # noqa: ASYNC110 - the journal is a file
                await asyncio.sleep(0.001)

    async def _with_outcome(self) -> int:
        return sum(proposal.outcome is not None for proposal in await self.proposals())

    async def comes_to_rest(self) -> None:
        """Wait for the end of every call that the server is handling, as it does itself when it is stopped."""
        assert await self.face.in_flight.drain(10)

    async def proposals(self) -> list[Proposal]:
        """Everything that was ever asked for, oldest first, as the journal has it."""
        journal = await self.toolbox.journal()
        asked = [entry.proposal_id for entry in await journal.entries() if entry.event is Event.PROPOSED]
        found = [await journal.find(proposal_id) for proposal_id in asked]
        assert (await journal.verify()).ok
        return [proposal for proposal in found if proposal]

    async def fates(self) -> list[str]:
        """What became of each: its outcome, else its state."""
        return [str(p.outcome.kind if p.outcome else p.state) for p in await self.proposals()]

    async def in_terminal(self, settle: Callable[[str, Actor], Awaitable[object]]) -> None:
        """The same person confirms or declines, in a terminal of the same machine, what is open."""
        actor = replace(ANN, face="cli")
        for proposal in await self.toolbox.unsettled(actor):
            await settle(proposal.id, actor)


@asynccontextmanager
async def _wire(server: SwrServer, *, url_only: bool) -> AsyncGenerator[Any]:
    """Streams from a client to the server, as over stdio; ends the server when the client has gone."""
    streams = create_client_server_memory_streams
    async with streams() as (near, between), streams() as (beyond, far), anyio.create_task_group() as tasks:
        tasks.start_soon(server.serve_streams, *far)
        tasks.start_soon(_carry, between[0], beyond[1], url_only)
        tasks.start_soon(_carry, beyond[0], between[1], False)
        yield near


async def _carry(source: Json, target: Json, url_only: bool) -> None:
    async with source, target:
        async for item in source:
            if url_only and isinstance(item, SessionMessage) and isinstance(item.message, JSONRPCRequest):
                params = _with_urls_only(item.message.params)
                item = SessionMessage(item.message.model_copy(update={"params": params}), item.metadata)  # noqa: PLW2901 - one message in, one out
            try:
                await target.send(item)
            except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                return


def _with_urls_only(value: Json) -> Json:
    """The client's capabilities, as those of one that opens addresses and shows no forms."""
    if not isinstance(value, dict):
        return value
    parts = cast("dict[str, Json]", value)
    only: Json = {"url": {}}
    return {name: only if name == "elicitation" else _with_urls_only(part) for name, part in parts.items()}


RoomMaker = Callable[..., Room]


@pytest.fixture(params=["legacy", "auto"])
def era(request: pytest.FixtureRequest) -> str:
    """Each of the two ways a client speaks."""
    return str(request.param)


@pytest.fixture
async def make_room(era: str, seeded: "Emulator", tmp_path: Path) -> AsyncIterator[RoomMaker]:
    """Make a room; all rooms of one test share the journal, as processes of one person do."""
    async with AsyncExitStack() as stack:

        def make(
            swr: "Emulator" = seeded,
            *,
            real_time: bool = False,
            ttl: float = 600,
            environ: Mapping[str, str] | None = None,
            **face: Json,
        ) -> Room:
            waiting = WaitingClock()
            clock = SystemClock() if real_time else waiting
            place = {"SWR_BOT_EMULATOR": "1"} if face.get("emulator") else swr.environment()
            toolbox = _toolbox({**place, **(environ or {})}, tmp_path, clock, ttl)
            caller = Caller(actor=ANN, operations=face.pop("operations", ALL_OPERATIONS))
            face.setdefault("local", True)
            made = Face(toolbox=toolbox, clock=clock, caller=lambda: caller, **face)
            room = Room(era, made, make_server(made), waiting, swr, toolbox)
            stack.push_async_exit(_exit_of(toolbox))
            return room

        yield make


@pytest.fixture
def room(make_room: RoomMaker) -> Room:
    """The server as `swr-bot mcp` has it, before an SWR with the organization payments."""
    return make_room()


def _exit_of(toolbox: Toolbox) -> AbstractAsyncContextManager[object]:
    return toolbox


def _toolbox(place: Mapping[str, str], folder: Path, clock: Clock, ttl: float) -> Toolbox:
    config = folder / "config.toml"
    config.touch()
    files = {"SWR_BOT_STATE_DIR": str(folder / "state"), "SWR_BOT_CONFIG": str(config)}
    environ = {"SWR_BOT_DEADLINE": "1", **place, **files}
    settings = load_settings(environ)
    return Toolbox(
        connect=lambda: connect(settings, environ),
        open_journal=lambda: open_journal(settings),
        policy=settings.policy,
        clock=clock,
        ttl=timedelta(seconds=ttl),
        deadline=settings.deadline,
    )
