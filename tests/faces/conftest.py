"""A real emulator in its own process, and the terminal face in front of it."""

import io
import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from swr_bot.cli.console import Console
from swr_bot.cli.main import main
from swr_bot.emulators.swr import DEFAULT_ACCOUNT

Answer = str | type[BaseException] | Callable[[], str]


@dataclass(frozen=True)
class Emulator:
    """SWR on loopback, as another process."""

    url: str
    access_key: str
    secret_key: str
    project_id: str
    region: str
    process: subprocess.Popen[str] = field(repr=False)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """One request to the emulator's own administration."""
        return self._send(method, f"/_emulator/{path}", body, {})[1]

    def misbehave(self, *faults: Mapping[str, object]) -> None:
        """Put these faults in place of those in force."""
        self.ask("PUT", "faults", list(faults))

    def is_ahead_by(self, seconds: float) -> None:
        """Turn the emulator's clock."""
        self.ask("POST", "clock", {"offset_seconds": seconds})

    def requests(self, method: str = "", path: str = "") -> list[tuple[str, str]]:
        """Method and path of what reached it, oldest first."""
        recent = self.ask("GET", "requests")["recent"]
        seen = [(str(r["method"]), str(r["path"])) for r in recent]
        return [(m, p) for m, p in seen if m.startswith(method) and p.startswith(path)]

    @property
    def creates(self) -> int:
        """How many requests to create something reached it, answered or not."""
        return len(self.requests("POST", "/v2/"))

    def holds(self) -> set[str]:
        """The account's organizations and repositories, asked for with nothing of the client under test."""
        self.misbehave()
        user = {
            "name": DEFAULT_ACCOUNT.user_name,
            "password": DEFAULT_ACCOUNT.password,
            "domain": {"name": DEFAULT_ACCOUNT.domain_name},
        }
        identity = {"methods": ["password"], "password": {"user": user}}
        scope = {"project": {"name": self.region}}
        body = {"auth": {"identity": identity, "scope": scope}}
        token, _ = self._send("POST", "/v3/auth/tokens", body, {})
        signed = {"X-Auth-Token": token}
        organizations = self._send("GET", "/v2/manage/namespaces", None, signed)[1]["namespaces"]
        repositories = self._send("GET", "/v2/manage/repos", None, signed)[1]
        found = [f"{r['namespace']}/{r['name']}" for r in repositories]
        return {str(o["name"]) for o in organizations} | set(found)

    def stop(self) -> None:
        """End it, as when SWR is down."""
        self.process.terminate()
        assert self.process.wait(10) == 0

    def environment(self) -> dict[str, str]:
        """The variables that point a swr-bot at it, with its own keys."""
        return {
            "SWR_BOT_ENDPOINT": self.url,
            "SWR_BOT_REGION": self.region,
            "SWR_BOT_METADATA_ENDPOINT": "off",
            "HUAWEICLOUD_SDK_AK": self.access_key,
            "HUAWEICLOUD_SDK_SK": self.secret_key,
            "HUAWEICLOUD_SDK_PROJECT_ID": self.project_id,
        }

    def _send(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> tuple[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, dict(headers), method=method)  # noqa: S310 - loopback
        request.add_header("Content-Type", "application/json")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as response:
            text = response.read()
            return response.headers.get("X-Subject-Token", ""), json.loads(text) if text else None


@contextmanager
def running_emulator(*flags: str) -> Iterator[Emulator]:
    """An emulator that ends with the block."""
    command = [sys.executable, "-m", "swr_bot", "emulator", "--port", "0", *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        started = Emulator(**json.loads(process.stdout.readline()), process=process)
        try:
            yield started
        finally:
            started.stop()
            process.stdout.close()


@pytest.fixture(scope="session")
def shared_emulator() -> Iterator[Emulator]:
    """One process for all tests that need nothing special of it."""
    with running_emulator() as started:
        yield started


@pytest.fixture
def emulator(shared_emulator: Emulator) -> Emulator:
    """An empty SWR, as it was when it started."""
    shared_emulator.ask("POST", "reset")
    return shared_emulator


@pytest.fixture
def start_emulator() -> Iterator[Callable[..., Emulator]]:
    """Start an emulator with flags of its own; it ends with the test."""
    with ExitStack() as stack:
        yield lambda *flags: stack.enter_context(running_emulator(*flags))


@dataclass(frozen=True)
class Ran:
    """What one command line did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The output of `--json`."""
        return json.loads(self.out)


@dataclass
class Terminal:
    """A person at a terminal, or a script, typing commands.

    Attributes:
        environ: The environment of every command.
        answers: What the person types when asked, in turn; an exception is raised in its place, and a function
            is called to do something while the question stands.
        person: Whether there is one.
        questions: What was asked.
    """

    environ: dict[str, str]
    answers: list[Answer] = field(default_factory=list[Answer])
    person: bool = True
    questions: list[str] = field(default_factory=list[str])

    def run(self, *words: str) -> Ran:
        """Type one command line."""
        out, err = io.StringIO(), io.StringIO()
        console = Console(out, err, self._answer, interactive=self.person, tables=self.person, colour=False)
        code = main(words, self.environ, console)
        return Ran(code, out.getvalue(), err.getvalue())

    def answering(self, *answers: Answer) -> "Terminal":
        """The same terminal with a person who will answer this."""
        return replace(self, answers=list(answers), person=True)

    def scripted(self) -> "Terminal":
        """The same terminal with nobody at it."""
        return replace(self, answers=[], person=False)

    def with_environment(self, **changes: str) -> "Terminal":
        """The same terminal with other variables; an empty value takes one away."""
        merged = {**self.environ, **changes}
        return replace(self, environ={name: value for name, value in merged.items() if value})

    def _answer(self, question: str) -> str:
        self.questions.append(question)
        answer = self.answers.pop(0)
        if isinstance(answer, str):
            return answer
        if isinstance(answer, type):
            raise answer
        return answer()


@pytest.fixture
def terminal_of(tmp_path: Path) -> Callable[[Emulator], Terminal]:
    """A terminal whose swr-bot holds that emulator's keys and keeps its journal in the test's folder."""
    config = tmp_path / "config.toml"
    config.write_text("", encoding="utf-8")
    state = {"SWR_BOT_STATE_DIR": str(tmp_path / "state"), "SWR_BOT_CONFIG": str(config)}
    return lambda emulator: Terminal({**emulator.environment(), **state})


@pytest.fixture
def terminal(emulator: Emulator, terminal_of: Callable[[Emulator], Terminal]) -> Terminal:
    """A terminal in front of the emulator of this test."""
    return terminal_of(emulator)
