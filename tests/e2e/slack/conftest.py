"""A Slack workspace, an SWR and swr-bot, each a process of its own, and the check that ends every test."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Literal, cast

import aiohttp
import pytest

from swr_bot.emulators.slack.desk import Desk

Json = Any  # as much as is known of what came over the wire before a test looks at it
Transport = Literal["socket", "http"]
PATIENCE = 20.0
MANIFEST = Path(__file__).parents[3] / "manifest.json"
EVERYBODY = '[[policy.rule]]\nactors = ["slack:T0EMULATOR/*"]\npublic = true\n'
SEED = '[[organizations]]\nname = "payments"\n[[organizations.repositories]]\nname = "taken"\n'
# What Slack hands out is a secret for as long as it works.
HANDED_OUT = re.compile(r"/(?:commands|actions|app)/[A-Z0-9]|ticket=|trigger_id|v0=[0-9a-f]")
_numbers = count(1)


@dataclass(frozen=True)
class Server:
    """An emulator as a process."""

    told: Mapping[str, str]
    process: "subprocess.Popen[str]" = field(repr=False)

    @property
    def url(self) -> str:
        """Its address."""
        return (self.told.get("url") or self.told["api_url"]).removesuffix("/api/")

    def ask(self, method: str, path: str, body: object = None) -> Json:
        """One request to its administration."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_emulator/{path}", data, method=method)  # noqa: S310 - loopback
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=PATIENCE) as response:
            text = response.read()
        return json.loads(text) if text else None

    def misbehaves(self, *faults: Mapping[str, object]) -> None:
        """These faults, in place of those in force."""
        self.ask("PUT", "faults", list(faults))

    @property
    def creates(self) -> int:
        """How many requests to create something reached SWR, answered or not."""
        counters: Mapping[str, int] = self.ask("GET", "requests")["counters"]
        return sum(number for route, number in counters.items() if route.startswith("POST "))


@dataclass(frozen=True)
class Bot:
    """swr-bot as a process.

    Attributes:
        url: Where Slack reaches it over HTTP, or empty.
    """

    process: "subprocess.Popen[str]" = field(repr=False)
    url: str
    _errors: Path

    @property
    def said(self) -> str:
        """Everything it wrote to its standard error."""
        return self._errors.read_text(encoding="utf-8")

    def is_killed(self) -> None:
        """End it at once, whatever it is doing."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def stops(self) -> int:
        """Ask it to stop, and return its exit code."""
        self.process.terminate()
        return self.process.wait(2 * PATIENCE)


@dataclass
class House:
    """A workspace, and the bots that serve it."""

    transport: Transport
    folder: Path
    slack: Server
    swr: Server
    environ: Mapping[str, str] = field(repr=False)
    _open: ExitStack
    bots: list[Bot] = field(default_factory=list[Bot])

    def starts_bot(self, **variables: str) -> Bot:
        """One more bot, which takes deliveries: over HTTP it alone."""
        errors = self.folder / f"errors-{len(self.bots)}"
        words = ["slack"] if self.transport == "socket" else ["serve", "--port", "0", "--json"]
        with errors.open("wb") as file:
            process = _process(words, self._open, stderr=file, env={**self.environ, **variables})
        assert process.stdout
        line = process.stdout.readline()
        assert line, errors.read_text(encoding="utf-8")
        url = json.loads(line)["url"].removesuffix("/mcp") + "/slack/events" if self.transport == "http" else ""
        bot = Bot(process, url, errors)
        self.bots.append(bot)
        self.turns_to(bot)
        return bot

    def turns_to(self, bot: Bot) -> None:
        """From now on, deliveries over HTTP go to this bot, as a load balancer decides it."""
        if bot.url:
            self.slack.ask("PUT", "app", {"request_url": bot.url})

    def runs_out(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run a command line of swr-bot on the bot's machine, to its end."""
        return subprocess.run(  # noqa: S603 - this project's own
            [sys.executable, "-m", "swr_bot", *words],
            check=False,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env=dict(self.environ),
        )

    def keeps_secrets(self) -> None:
        """Nothing secret and no traceback is in what the bots wrote."""
        secrets = [self.slack.told[name] for name in ("bot_token", "app_token", "signing_secret")]
        for bot in self.bots:
            assert not HANDED_OUT.search(bot.said), bot.said
            assert "Traceback" not in bot.said, bot.said
            assert not [each for each in (*secrets, self.swr.told["secret_key"]) if each in bot.said]

    def ends(self) -> None:
        """Stop what still runs; each bot ends well and has kept its secrets."""
        for bot in self.bots:
            if bot.process.poll() is None:
                assert bot.stops() == 0, bot.said
        self.keeps_secrets()


def _process(words: list[str], stack: ExitStack, **options: Any) -> "subprocess.Popen[str]":  # noqa: ANN401 - as Popen
    process = stack.enter_context(
        subprocess.Popen(  # noqa: S603 - this project's own
            [sys.executable, "-m", "swr_bot", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            **options,
        )
    )
    stack.callback(process.kill)
    return process


def _server(words: list[str], stack: ExitStack) -> Server:
    process = _process(["emulator", "--port", "0", *words], stack)
    assert process.stdout
    return Server(json.loads(process.stdout.readline()), process)


@contextmanager
def _house(transport: Transport, folder: Path, swr: Server) -> Generator[House]:
    """A workspace with nobody in it who answers, as yet."""
    folder.mkdir(exist_ok=True)
    config = folder / "config.toml"
    config.write_text(EVERYBODY, encoding="utf-8")
    with ExitStack() as stack:
        slack = _server(["--slack", "--manifest", str(MANIFEST)], stack)
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "PYTHONWARNINGS": "error",
            "SWR_BOT_STATE_DIR": str(folder / "state"),
            "SWR_BOT_CONFIG": str(config),
            "SWR_BOT_DEADLINE": "2",
            "SWR_BOT_ENDPOINT": swr.url,
            "SWR_BOT_REGION": swr.told["region"],
            "SWR_BOT_METADATA_ENDPOINT": "off",
            "HUAWEICLOUD_SDK_AK": swr.told["access_key"],
            "HUAWEICLOUD_SDK_SK": swr.told["secret_key"],
            "HUAWEICLOUD_SDK_PROJECT_ID": swr.told["project_id"],
            "SLACK_API_URL": slack.told["api_url"],
            "SLACK_BOT_TOKEN": slack.told["bot_token"],
        }
        own = {"SLACK_APP_TOKEN": "app_token"} if transport == "socket" else {"SLACK_SIGNING_SECRET": "signing_secret"}
        environ |= {name: slack.told[told] for name, told in own.items()}
        house = House(transport, folder, slack, swr, environ, stack)
        yield house
        house.ends()


class Room(Desk):
    """What people do in the workspace, and what they then see.

    The bot answers each delivery in time and well, and makes no call that Slack would refuse, unless a test says so.
    """

    async def types(self, text: str, *, person: str = "ada", channel: str = "general", raw: bool = False) -> Json:
        """`/swr` and this text; raw, it is delivered as it is, Slack's marks included."""
        return await self.does(person, "command", channel=channel, command="/swr", text=text, raw=raw)

    async def clicks(self, label: str, *, person: str = "ada", channel: str = "general", **more: object) -> Json:
        """Press the newest button with this label."""
        return await self.does(person, "click", channel=channel, label=label, **more)

    async def writes(self, text: str, *, person: str = "ada", channel: str = "general", **more: object) -> Json:
        """Write a message."""
        return await self.does(person, "message", channel=channel, text=text, **more)

    async def does(self, person: str, deed: str, **body: object) -> Json:
        """Something that a person does; the bot answers in time and well."""
        outcome = await self.do(person, deed, **body)
        assert outcome["error"] is None, outcome
        return outcome

    async def fills(self, person: str = "ada", **fields: object) -> None:
        """Choose or type values in the form on the screen."""
        for block, value in fields.items():
            if block == "organization":
                await self.does(person, "type-ahead", block_id=block, text=value)
            await self.does(person, "choose", block_id=block, value=value)

    async def until(self, condition: Callable[[Json], bool], person: str = "ada") -> Json:
        """What somebody sees as soon as a condition holds."""
        shown = await self.screen(person)
        for _ in range(200):
            if condition(shown):
                return shown
            before = shown["version"]
            shown = await self.get(f"people/{person}/screen?after={before}&timeout={PATIENCE}")
            if shown["version"] == before:
                break
        raise AssertionError(f"never seen; shown: {texts(shown)} {shown['views']} {shown['notices']}")

    async def sees(self, text: str, *, person: str = "ada", times: int = 1) -> Json:
        """The newest message with a text, as soon as somebody sees so many."""
        shown = await self.until(lambda shown: len(_with(shown, text)) >= times, person)
        return _with(shown, text)[-1]

    async def view(self, title: str, person: str = "ada") -> Json:
        """The top modal, as soon as its title is this."""

        def is_there(shown: Json) -> bool:
            return bool(shown["views"]) and shown["views"][-1]["title"]["text"] == title

        return (await self.until(is_there, person))["views"][-1]

    async def card(self, image: str, *, person: str = "ada", typed: str = "", channel: str = "general") -> Json:
        """The question before a create, after its command was typed."""
        await self.types(f"repo create {image} {typed}".rstrip(), person=person, channel=channel)
        return await self.sees(f"Create the repository {image}?", person=person)

    async def becomes(self, card: Json, person: str = "ada") -> Json:
        """What stands in a card's place once it was decided and carried out."""

        def found(shown: Json) -> list[Json]:
            messages = [each for channel in shown["channels"] for each in channel["messages"]]
            passing = ("Create the ", "Creating ")
            return [each for each in messages if each["ts"] == card["ts"] and not each["plain"].startswith(passing)]

        return found(await self.until(lambda shown: bool(found(shown)), person))[0]

    async def settles(self, person: str = "ada") -> None:
        """Return when what was delivered before is answered: a look-up that came later is."""
        before = sum("payments/taken is private" in text for text in texts(await self.screen(person)))
        await self.types("repo info payments/taken", person=person)
        await self.sees("payments/taken is private", person=person, times=before + 1)

    async def calls(self, method: str) -> list[Json]:
        """The bot's calls of a method, faults included."""
        return [each for each in (await self.get("requests"))["recent"] if each.get("method") == method]

    async def delivers(self, kind: str, payload: Json) -> Json:
        """What Slack itself would never let anybody do."""
        status, outcome = await self.ask("POST", "deliver", {"kind": kind, "payload": payload})
        assert status == 200, outcome
        return outcome

    async def connects_anew(self, number: int) -> None:
        """Return when the connection with this number, counted from 1, is the only one."""
        shown = await self.get("sockets")
        while [each["number"] for each in shown["connections"]] != [number]:
            before = shown["version"]
            shown = await self.get(f"sockets?after={before}&timeout={PATIENCE}")
            assert shown["version"] != before, shown


def texts(shown: Json) -> list[str]:
    """The text of every message on a screen."""
    return [message["plain"] for channel in shown["channels"] for message in channel["messages"]]


def _with(shown: Json, text: str) -> list[Json]:
    found = [message for channel in shown["channels"] for message in channel["messages"]]
    return sorted((each for each in found if text in each["plain"]), key=lambda each: each["ts"])


@pytest.fixture(scope="session", params=["socket", "http"])
def transport(request: pytest.FixtureRequest) -> Transport:
    """Both ways by which deliveries reach the bot."""
    return cast("Transport", request.param)


@pytest.fixture(scope="session")
def own_swr(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An SWR for all tests here, which holds payments and payments/taken."""
    seed = tmp_path_factory.mktemp("seed") / "seed.toml"
    seed.write_text(SEED, encoding="utf-8")
    with ExitStack() as stack:
        yield _server(["--seed", str(seed)], stack)


@pytest.fixture(scope="session")
def shared_house(transport: Transport, own_swr: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One with a bot for all tests that do not disturb it."""
    with _house(transport, tmp_path_factory.mktemp(f"slack-{transport}"), own_swr) as house:
        house.starts_bot()
        yield house


@pytest.fixture
def swr(own_swr: Server) -> Server:
    """That SWR as it was at the start."""
    own_swr.ask("POST", "reset")
    return own_swr


@pytest.fixture
def house(swr: Server, shared_house: House) -> House:  # noqa: ARG001 - an SWR as at the start
    """The shared one, with nothing on anybody's screen."""
    shared_house.slack.ask("POST", "reset")
    return shared_house


@pytest.fixture
def own_house(swr: Server, transport: Transport, tmp_path: Path) -> Iterator[House]:
    """One whose bots a test starts and ends."""
    with _house(transport, tmp_path / "house", swr) as house:
        yield house


@pytest.fixture
def may_refuse() -> list[str]:
    """The errors that Slack gives in this test; there are none unless a test adds them."""
    return []


@pytest.fixture
async def room(house: House, may_refuse: list[str]) -> AsyncIterator[Room]:
    """The workspace of the shared house."""
    async with aiohttp.ClientSession() as session:
        room = Room(house.slack.told, session)
        yield room
        await _looked_over(room, house, may_refuse)


@pytest.fixture
async def own_room(own_house: House, may_refuse: list[str]) -> AsyncIterator[Room]:
    """The workspace of a house of one's own."""
    async with aiohttp.ClientSession() as session:
        room = Room(own_house.slack.told, session)
        yield room
        await _looked_over(room, own_house, may_refuse)


async def _looked_over(room: Room, house: House, may_refuse: list[str]) -> None:
    """What holds after every test: the bot called nothing that Slack refuses, and wrote down no secret."""
    assert [each for each in await room.refused() if each["error"] not in may_refuse] == []
    house.keeps_secrets()


@pytest.fixture
def image() -> str:
    """A repository that no other test asks for, since journals remember."""
    return f"payments/app-{next(_numbers)}"
