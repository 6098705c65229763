"""Emulated Slack workspaces, the bot and a bare bolt app in processes of their own, and somebody who types."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from support.emulator import REPOSITORIES, Emulator

from swr_bot.emulators.slack.desk import Desk

OURS = (str(Path(sys.executable).with_name("swr-bot")),)
TRANSPORTS = {"socket": "Socket Mode", "http": "signed HTTP"}
WHO, WHERE = "ada", "general"
_PATIENCE = 60.0
_BARE = """\
import asyncio
import json
import os
import socket
import sys

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

app = AsyncApp(
    client=AsyncWebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]),
    signing_secret=os.environ["SLACK_SIGNING_SECRET"],
    process_before_response=True,
)


@app.command("/swr")
async def swr(ack):
    await ack()


async def over_socket():
    from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler

    await AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).connect_async()
    print("connected", flush=True)
    await asyncio.Event().wait()


def over_http():
    import uvicorn
    from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
    from starlette.applications import Starlette
    from starlette.routing import Route

    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    print(json.dumps({"url": f"http://127.0.0.1:{listening.getsockname()[1]}/"}), flush=True)
    routes = [Route("/slack/events", AsyncSlackRequestHandler(app).handle, methods=["POST"])]
    uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="warning")).run(sockets=[listening])


if sys.argv[1] == "socket":
    asyncio.run(over_socket())
else:
    over_http()
"""


@dataclass(frozen=True)
class Program:
    """A running program.

    Attributes:
        line: The first that it printed, once it was ready.
    """

    pid: int
    line: str

    @property
    def resident(self) -> float:
        """Its resident memory now, in MiB; only Linux says so."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def running(command: Sequence[str], environ: Mapping[str, str]) -> Generator[Program]:
    """Start a program, wait for its first line, and end it."""
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout
        try:
            line = process.stdout.readline()
            assert line, f"{command} ended before it was ready"
            yield Program(process.pid, line)
        finally:
            process.terminate()


def bare_app(folder: Path) -> Sequence[str]:
    """How to start a bolt app that only acknowledges; `socket` or `http` comes after it."""
    script = folder / "bare.py"
    script.write_text(_BARE)
    return (sys.executable, str(script))


@contextmanager
def workspace() -> Generator[tuple[Mapping[str, str], Mapping[str, str]]]:
    """An emulated workspace: what it announces, and the environment in which an app finds it."""
    with running((*OURS, "emulator", "--slack", "--port", "0"), os.environ) as slack:
        told = json.loads(slack.line)
        environ = {
            "SLACK_API_URL": told["api_url"],
            "SLACK_BOT_TOKEN": told["bot_token"],
            "SLACK_APP_TOKEN": told["app_token"],
            "SLACK_SIGNING_SECRET": told["signing_secret"],
        }
        yield told, environ


@dataclass(frozen=True)
class Side:
    """An app in its workspace, and somebody there."""

    desk: Desk
    program: Program

    async def command(self, text: str) -> Mapping[str, Any]:
        """Type `/swr` and this; the app acknowledges it."""
        outcome = await self.desk.do(WHO, "command", channel=WHERE, command="/swr", text=text)
        assert outcome["error"] is None, outcome
        return outcome

    async def load(self, text: str, *, count: int, at_once: int) -> Mapping[str, Any]:
        """Type it so many times, so many waiting for their acknowledgement at a time."""
        content = {"person": WHO, "channel": WHERE, "command": "/swr", "text": text, "count": count, "at_once": at_once}
        status, answer = await self.desk.ask("POST", "load", content)
        assert status == 200, answer
        assert answer["errors"] == 0, answer["errors"]
        return answer

    async def messages(self, version: int = -1) -> tuple[int, Sequence[Mapping[str, Any]]]:
        """What is seen, as soon as anything changed after a version; and the version then."""
        shown = await self.desk.get(f"people/{WHO}/screen?after={version}&timeout=10")
        (channel,) = (each for each in shown["channels"] if each["name"] == WHERE)
        return shown["version"], channel["messages"]

    async def seen(self, count: int) -> Sequence[Mapping[str, Any]]:
        """The messages, as soon as there are so many of which none says that something is under way."""
        version = -1
        async with asyncio.timeout(_PATIENCE):
            while True:
                version, messages = await self.messages(version)
                done = [each for each in messages if not each["plain"].startswith("Looking up")]
                if len(done) >= count:
                    return done

    async def noted(self) -> int:
        """How many requests the workspace has made and had."""
        return (await self.desk.get("requests"))["total"]

    async def until_noted(self, count: int) -> None:
        """Return when it has made and had so many; for more messages than can be looked at each time."""
        version = -1
        async with asyncio.timeout(_PATIENCE):
            while await self.noted() < count:
                version = (await self.desk.get(f"sockets?after={version}&timeout=1"))["version"]

    async def clear(self) -> None:
        """Look at an empty channel again."""
        await self.desk.do(WHO, "reload")


def lookup(number: int) -> str:
    """What is typed to look up a repository, another one than for the numbers next to it."""
    return f"repo info group/test-{number % REPOSITORIES}"


@asynccontextmanager
async def sides(transport: str, swr: Emulator, *, bare: bool = True) -> AsyncGenerator[Sequence[Side]]:
    """The bot, and a bare app where that is wanted, each in a workspace of its own, reached this way."""
    ours = (*OURS, *(("slack",) if transport == "socket" else ("serve", "--port", "0", "--json")))
    commands = (ours, (*bare_app(swr.folder), transport))
    with ExitStack() as stack:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            found: list[Side] = []
            for command in commands[: 1 + bare]:
                told, environ = stack.enter_context(workspace())
                program = stack.enter_context(running(command, {**swr.environ, **environ}))
                found.append(Side(Desk(told, session), program))
                await _reach(found[-1], transport)
            yield found


async def _reach(side: Side, transport: str) -> None:
    if transport == "socket":
        await side.desk.connected()
        return
    url = json.loads(side.program.line)["url"].rpartition("/")[0] + "/slack/events"
    status, answer = await side.desk.ask("PUT", "app", {"request_url": url})
    assert status == 200, answer


async def slow(swr: Emulator, milliseconds: int) -> None:
    """Have every request to SWR take this long; 0 is as fast as it can."""
    faults = [{"kind": "latency", "milliseconds": milliseconds, "times": 0}] if milliseconds else []
    async with (
        aiohttp.ClientSession() as session,
        session.put(f"{swr.url}/_emulator/faults", json=faults) as answer,
    ):
        assert answer.status == 200, await answer.text()


def quantiles(samples: Sequence[float]) -> tuple[float, float]:
    """The median and the value that one in a hundred exceeds."""
    ordered = sorted(samples)
    return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
