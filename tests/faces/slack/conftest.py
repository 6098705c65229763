"""A Slack workspace, an SWR, and the bot between them: real sockets, a real journal, people who type and click."""

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import aiohttp
import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from swr_bot.bootstrap import connect, open_journal
from swr_bot.emulators.slack import SlackEmulatorServer, SlackOptions
from swr_bot.settings import load_settings
from swr_bot.slack_app.config import SlackConfig
from swr_bot.slack_app.face import Patience
from swr_bot.slack_app.socket_mode import SocketMode
from swr_bot.slack_app.starting import Started, start
from swr_tools.clock import ManualClock
from swr_tools.cloud.connection import SwrCloud
from swr_tools.gate.policy import Policy, Rule
from swr_tools.proposals import Proposal
from swr_tools.toolbox import Toolbox

if TYPE_CHECKING:
    from tests.faces.conftest import Emulator

Json = Any  # as much as is known of what Slack shows before a test looks at it
ADA, GRACE, VERA = "ada", "grace", "vera"
EVERYBODY = Policy(rule=(Rule(actors=("slack:T0EMULATOR/*",), public=True),))
MALFORMED = (
    "invalid_arguments",
    "invalid_blocks",
    "invalid_command_response",
    "invalid_errors",
    "invalid_options",
    "invalid_payload",
    "invalid_view",
    "no_text",
)
QUICK = Patience(progress=5, answer=1.5, travel=0.05)


@dataclass(frozen=True)
class Desk:
    """What people do in the workspace, and what they then see."""

    server: SlackEmulatorServer
    session: aiohttp.ClientSession

    async def ask(self, method: str, path: str, content: object = None) -> Json:
        """A request to the workspace's administration."""
        url = f"{self.server.url}/_emulator/{path}"
        async with self.session.request(method, url, json=content) as response:
            answer = await response.json() if response.status != 204 else None
            assert response.status in (200, 204), answer
            return answer

    async def do(self, person: str, deed: str, **body: object) -> Json:
        """Something that a person does, and what Slack answers them at once; the bot answered in time and well."""
        outcome = await self.ask("POST", f"people/{person}/{deed}", body)
        assert outcome["error"] is None, outcome
        return outcome

    async def type(self, text: str, *, person: str = ADA, channel: str = "general", raw: bool = False) -> Json:
        """`/swr` and this text; raw, it is delivered as it is, links of Slack's making included."""
        return await self.do(person, "command", channel=channel, command="/swr", text=text, raw=raw)

    async def click(self, label: str, *, person: str = ADA, channel: str = "general", **more: object) -> Json:
        """Press the newest button with this label."""
        return await self.do(person, "click", channel=channel, label=label, **more)

    async def screen(self, person: str = ADA, after: int | None = None) -> Json:
        """What somebody sees, at once or as soon as it changed."""
        later = "" if after is None else f"?after={after}&timeout=10"
        return await self.ask("GET", f"people/{person}/screen{later}")

    async def until(self, condition: Callable[[Json], bool], person: str = ADA) -> Json:
        """What somebody sees as soon as a condition holds."""
        shown = await self.screen(person)
        try:
            async with asyncio.timeout(10):
                while not condition(shown):
                    shown = await self.screen(person, after=shown["version"])
        except TimeoutError:
            raise AssertionError(f"never seen; shown: {texts(shown)} {shown['views']}") from None
        return shown

    async def says(self, text: str, *, person: str = ADA, count: int = 1) -> Json:
        """The newest message with a text, as soon as somebody sees so many."""
        shown = await self.until(lambda shown: len(_with(shown, text)) >= count, person)
        return _with(shown, text)[-1]

    async def sees(self, text: str, *, person: str = ADA, count: int = 1) -> str:
        """Everything that the newest message with a text says, its blocks included."""
        return words_of((await self.says(text, person=person, count=count))["blocks"])

    async def view(self, title: str, person: str = ADA) -> Json:
        """The top modal, as soon as its title is this."""
        shown = await self.until(lambda shown: bool(shown["views"]) and _title(shown["views"][-1]) == title, person)
        return shown["views"][-1]

    async def messages(self, person: str = ADA) -> list[str]:
        """The text of everything that somebody sees."""
        return texts(await self.screen(person))

    async def faults(self, *faults: Json) -> None:
        """What goes wrong on Slack's side."""
        await self.ask("PUT", "faults", list(faults))

    async def deliver(self, kind: str, payload: Json) -> Json:
        """Whatever Slack might send."""
        return await self.ask("POST", "deliver", {"kind": kind, "payload": payload})

    async def answers(self) -> int:
        """How many answers came to response URLs."""
        recent = (await self.ask("GET", "requests"))["recent"]
        return sum(each.get("method") == "response_url" for each in recent)

    async def refused(self) -> list[Json]:
        """The bot's calls that Slack refused."""
        return (await self.ask("GET", "requests"))["refused"]


def texts(shown: Json) -> list[str]:
    """The text of every message on a screen."""
    return [message["plain"] for channel in shown["channels"] for message in channel["messages"]]


def words_of(part: Json) -> str:
    """Every text in blocks, in order."""
    if isinstance(part, list):
        each = cast("list[Json]", part)
        return " ".join(filter(None, map(words_of, each)))
    if not isinstance(part, dict):
        return ""
    members = cast("dict[str, Json]", part)
    own = members.get("text")
    inner = words_of([value for name, value in members.items() if name != "text"])
    return f"{own if isinstance(own, str) else words_of(own)} {inner}".strip()


def _with(shown: Json, text: str) -> list[Json]:
    found = [message for channel in shown["channels"] for message in channel["messages"]]
    return sorted((each for each in found if text in each["plain"]), key=lambda each: each["ts"])


def _title(view: Json) -> str:
    return str(view["title"]["text"])


@dataclass(frozen=True)
class Bot:
    """The bot at work."""

    started: Started
    toolbox: Toolbox
    clock: ManualClock
    socket: SocketMode

    async def pending(self) -> Sequence[Proposal]:
        """Every proposal without an outcome, of anybody."""
        return await (await self.toolbox.journal()).open_proposals()

    async def dispatch(self, body: Json) -> BoltResponse:
        """Hand it a delivery without a socket."""
        return await self.started.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))

    async def quiet(self) -> None:
        """Return when nothing is under way any more."""
        await self.started.drain(10)


@dataclass(frozen=True)
class Surroundings:
    """What a bot is started with."""

    desk: Desk
    swr: "Emulator"
    state: Path
    policy: Policy = EVERYBODY
    patience: Patience = QUICK
    deadline: float = 5
    connect: Callable[[], SwrCloud] | None = None
    changes: dict[str, Any] = field(default_factory=dict[str, Any])

    def config(self) -> SlackConfig:
        """The Slack side of the settings."""
        announced = self.desk.server.announcement
        plain = SlackConfig(
            bot_token=announced["bot_token"],
            app_token=announced["app_token"],
            signing_secret=announced["signing_secret"],
            api_url=announced["api_url"],
        )
        return replace(plain, **self.changes)

    def toolbox(self, clock: ManualClock) -> Toolbox:
        """A tool layer in front of the emulated SWR."""
        environ = {**self.swr.environment(), "SWR_BOT_STATE_DIR": str(self.state), "SWR_BOT_CONFIG": "/dev/null"}
        settings = load_settings(environ)
        return Toolbox(
            connect=self.connect or (lambda: connect(settings, environ)),
            open_journal=lambda: open_journal(settings),
            policy=self.policy,
            clock=clock,
            ttl=timedelta(minutes=10),
            deadline=self.deadline,
        )


@asynccontextmanager
async def running(surroundings: Surroundings) -> AsyncGenerator[Bot]:
    """A bot that is connected to the workspace until the block ends."""
    clock, stopping, connected = ManualClock(), asyncio.Event(), asyncio.Event()
    async with surroundings.toolbox(clock) as toolbox:
        started = await start(toolbox, clock, surroundings.config(), patience=surroundings.patience)
        socket = SocketMode(started, ping_seconds=1)
        serving = asyncio.create_task(socket.run(stopping, connected.set))
        try:
            await connected.wait()
            yield Bot(started, toolbox, clock, socket)
        finally:
            stopping.set()
            await serving
            await started.drain(10)
            await started.aclose()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """A workspace for this test alone."""
    server = SlackEmulatorServer(SlackOptions())
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    async with aiohttp.ClientSession() as session:
        at_it = Desk(server, session)
        yield at_it
        assert not [each for each in await at_it.refused() if each["error"] in MALFORMED]
    server.stop()
    await asyncio.to_thread(thread.join, 10)
    assert not thread.is_alive()


@pytest.fixture
def surroundings(desk: Desk, seeded: "Emulator", tmp_path: Path) -> Surroundings:
    """A workspace whose people may create, and an SWR that holds payments and payments/taken."""
    return Surroundings(desk, seeded, tmp_path)


@pytest.fixture
async def start_bot() -> AsyncIterator[Callable[[Surroundings], Awaitable[Bot]]]:
    """Start bots with surroundings of one's own; they end with the test."""
    async with AsyncExitStack() as stack:
        yield lambda surroundings: stack.enter_async_context(running(surroundings))


@pytest.fixture
async def bot(surroundings: Surroundings, start_bot: Callable[[Surroundings], Awaitable[Bot]]) -> Bot:
    """A bot in them."""
    return await start_bot(surroundings)


@pytest.fixture
def loud(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """Everything that was logged by this bot and the libraries."""
    return lambda: "\n".join(record.getMessage() for record in caplog.records)
