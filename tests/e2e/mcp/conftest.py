"""A program that speaks MCP by hand, line by line, to a `swr-bot mcp` that it started."""

import json
import os
import select
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Machine

Json = Any  # as much as is known of a message before a test looks at it
PATIENCE = 20.0
HANDSHAKE, NEWEST = "2025-06-18", "2026-07-28"
_ENVELOPE = "io.modelcontextprotocol/"


class Assistant:
    """The client's side of standard input and output.

    Attributes:
        process: The server.
        heard: Every message it sent so far, in order.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", errors: Path, envelope: Mapping[str, object] | None) -> None:
        self.process = process
        self._errors = errors
        self._envelope = envelope
        self._ids = count(100)
        self._unread = b""
        self.heard: list[Json] = []

    def sends(self, line: str) -> None:
        """Write one line as it is."""
        assert self.process.stdin
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def tells(self, method: str, **params: object) -> None:
        """Send a notification."""
        self.sends(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}))

    def asks(self, method: str, params: Mapping[str, object] | None = None, number: int | None = None) -> int:
        """Send a request and return its id."""
        number = next(self._ids) if number is None else number
        message: dict[str, object] = {"jsonrpc": "2.0", "id": number, "method": method}
        if params is not None or self._envelope is not None:
            message["params"] = self._enveloped(params or {})
        self.sends(json.dumps(message))
        return number

    def calls(self, tool: str, **arguments: object) -> int:
        """Call a tool, wanting progress, and return the request's id."""
        return self.asks("tools/call", {"name": tool, "arguments": arguments, "_meta": {"progressToken": tool}})

    def answers(self, question: Json, create: str | None = "yes", action: str = "accept") -> None:
        """What the person said to an `elicitation/create`."""
        content = {"content": {"create": create}} if action == "accept" else {}
        self.sends(json.dumps({"jsonrpc": "2.0", "id": question["id"], "result": {"action": action, **content}}))

    def hears(self, wanted: Callable[[Json], bool]) -> Json:
        """The next message of that kind; others may come before it."""
        ends = time.monotonic() + PATIENCE
        while True:
            message = self._next(ends)
            assert message is not None, self.heard
            if wanted(message):
                return message

    def answer(self, number: int | None) -> Json:
        """The response to a request."""
        return self.hears(lambda message: "method" not in message and message["id"] == number)

    def error(self, number: int | None) -> int:
        """The code of the error that a request gets."""
        return self.answer(number)["error"]["code"]

    def result(self, number: int) -> Json:
        """The result of a request."""
        return self.answer(number)["result"]

    def text(self, number: int) -> str:
        """What the assistant reads as a tool's result."""
        (content,) = self.result(number)["content"]
        return content["text"]

    def question(self) -> Json:
        """The question to the person."""
        return self.hears(lambda message: message.get("method") == "elicitation/create")

    def unhurried_question(self) -> Json:
        """The question, a second after it was shown: a person has read it."""
        question = self.question()
        self.hears(lambda message: message.get("method") == "notifications/progress")
        return question

    def leaves(self) -> int:
        """Close the input, and return the exit code."""
        assert self.process.stdin
        self.process.stdin.close()
        return self.ended()

    def ended(self) -> int:
        """Read until the end, and return the exit code."""
        ends = time.monotonic() + PATIENCE
        while self._next(ends) is not None:
            pass
        return self.process.wait(PATIENCE)

    @property
    def errors(self) -> str:
        """What was written to standard error."""
        return self._errors.read_text(encoding="utf-8")

    def _enveloped(self, params: Mapping[str, object]) -> Mapping[str, object]:
        if self._envelope is None:
            return params
        own: Json = params.get("_meta", {})
        return {**params, "_meta": {**own, **self._envelope}}

    def _next(self, ends: float) -> Json | None:
        """The next message, which must be JSON-RPC; None at the end."""
        assert self.process.stdout
        descriptor = self.process.stdout.fileno()
        while b"\n" not in self._unread:
            assert select.select([descriptor], [], [], max(0, ends - time.monotonic()))[0], self.heard
            read = os.read(descriptor, 1_000_000)
            if not read:
                assert not self._unread
                return None
            self._unread += read
        line, self._unread = self._unread.split(b"\n", 1)
        message = json.loads(line)
        assert message["jsonrpc"] == "2.0"
        self.heard.append(message)
        return message


@dataclass(frozen=True)
class Assistants:
    """Starts assistants, each with a `swr-bot mcp` of its own on the same machine."""

    machine: "Machine"
    _folder: Path
    _open: ExitStack
    _all: list[Assistant] = field(default_factory=list[Assistant])

    def unintroduced(self, *words: str, without: str = "", newest: Mapping[str, object] | None = None) -> Assistant:
        """One that has said nothing so far; `without` names the variables that its process does not have."""
        errors = self._folder / f"errors-{len(list(self._folder.iterdir()))}"
        environ = {name: value for name, value in self.machine.environ.items() if not without or without not in name}
        with errors.open("wb") as file:
            process = self._open.enter_context(
                subprocess.Popen(  # noqa: S603 - this project's own
                    self.machine.command("mcp", *words),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=file,
                    env=environ,
                )
            )
        self._open.callback(_end, process)
        assistant = Assistant(process, errors, newest)
        self._all.append(assistant)
        return assistant

    def on(self, machine: "Machine") -> "Assistants":
        """Others, on another machine."""
        return replace(self, machine=machine)

    def all_they_know(self) -> str:
        """Everything that was written to any of them."""
        return "".join(f"{one.errors}{json.dumps(one.heard)}" for one in self._all)

    def start(self, *words: str, elicitation: bool = True, without: str = "") -> Assistant:
        """One that has shaken hands, at the version that introduced questions."""
        assistant = self.unintroduced(*words, without=without)
        capabilities: Mapping[str, Json] = {"elicitation": {}} if elicitation else {}
        result = assistant.result(assistant.asks("initialize", introduction(capabilities)))
        assert (result["protocolVersion"], result["serverInfo"]["name"]) == (HANDSHAKE, "swr-bot")
        assistant.tells("notifications/initialized")
        return assistant

    def start_newest(self, *words: str) -> Assistant:
        """One of the newest version: no handshake, every request says who sends it."""
        told: Json = {
            "protocolVersion": NEWEST,
            "clientInfo": CLIENT,
            "clientCapabilities": {"elicitation": {"form": {}}},
        }
        return self.unintroduced(*words, newest={f"{_ENVELOPE}{name}": value for name, value in told.items()})


CLIENT = {"name": "by-hand", "version": "1"}


def introduction(capabilities: Mapping[str, object], version: str = HANDSHAKE) -> Mapping[str, object]:
    """The parameters of `initialize`."""
    return {"protocolVersion": version, "capabilities": capabilities, "clientInfo": CLIENT}


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Whatever it is doing; what it does not read any more does not matter."""
    process.kill()
    for pipe in (process.stdin, process.stdout):
        try:
            assert pipe
            pipe.close()
        except BrokenPipeError:
            pass


@pytest.fixture
def assistants(machine: "Machine", tmp_path: Path) -> Iterator[Assistants]:
    """Assistants on that machine; those left running are killed, and none has learned the secret key."""
    folder = tmp_path / "assistants"
    folder.mkdir()
    with ExitStack() as stack:
        started = Assistants(machine, folder, stack)
        yield started
        assert machine.environ["HUAWEICLOUD_SDK_SK"] not in started.all_they_know()


@pytest.fixture
def assistant(assistants: Assistants) -> Assistant:
    """One with a person who can be asked, after the handshake."""
    return assistants.start()
