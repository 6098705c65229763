"""A real emulator in its own process, and the terminal face in front of it."""

import io
import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from swr_bot.cli.console import Console
from swr_bot.cli.main import main
from swr_bot.emulators.swr import DEFAULT_ACCOUNT

_SEED = """
[behaviour]
organization_quota = 2

[[accounts]]
access_key = "EMULATOR0ACCESS0KEY1"
secret_key = "emulator-secret-key-which-opens-nothing1"
project_id = "e0e0e0e0e0e0e0e0e0e0e0e0e0e00001"
domain_id = "e0e0e0e0e0e0e0e0e0e0e0e0e0e00d01"
domain_name = "emulator"
user_id = "e0e0e0e0e0e0e0e0e0e0e0e0e0e00a01"
user_name = "emulator-user"
password = "emulator-password"

[[accounts]]
access_key = "EMULATOR0ACCESS0KEY2"
secret_key = "another-key-which-opens-nothing"
project_id = "e0e0e0e0e0e0e0e0e0e0e0e0e0e00002"
domain_id = "e0e0e0e0e0e0e0e0e0e0e0e0e0e00d02"
domain_name = "second"
user_id = "e0e0e0e0e0e0e0e0e0e0e0e0e0e00a02"
user_name = "second-user"
password = "second-password"
read_only = true

[[organizations]]
name = "payments"

[[organizations.repositories]]
name = "taken"

[[organizations]]
name = "treasury"
owner = "EMULATOR0ACCESS0KEY2"
"""
_PROGRESS = re.compile("\r.*?\x1b\\[K")  # comes and goes while SWR takes its time
Json = Any  # as much as is known of what came over the wire before a test looks at it
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

    def ask(self, method: str, path: str, body: object = None) -> Json:
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

    def _send(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> tuple[str, Json]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, dict(headers), method=method)  # noqa: S310 - loopback
        request.add_header("Content-Type", "application/json")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as response:
            text = response.read()
            return response.headers.get("X-Subject-Token", ""), json.loads(text) if text else None


@contextmanager
def running_emulator(*flags: str) -> Generator[Emulator]:
    """An emulator that ends with the block."""
    command = [sys.executable, "-m", "swr_bot", "emulator", "--port", "0", *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - this project's own
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
    def json(self) -> Json:
        """The output of `--json`."""
        return json.loads(self.out)

    @property
    def told(self) -> list[str]:
        """What was said about the failure, line by line: of the errors, else of the outcome."""
        lines = (self.err[self.err.find("Error: ") :] if "Error: " in self.err else self.out).splitlines()
        return [line.strip().removeprefix("\u2717 ").removeprefix("? ") for line in lines]

    def is_plain(self) -> None:
        """Hold it to what every failure owes: no traceback, no secret, no control character, a few short lines."""
        everything = self.out + _PROGRESS.sub("", self.err)
        assert "Traceback" not in everything
        for secret in (DEFAULT_ACCOUNT.secret_key, DEFAULT_ACCOUNT.password, "eyJ", "X-Auth-Token", "SDK-HMAC"):
            assert secret not in everything
        assert all(character.isprintable() or character == "\n" for character in everything)

    def failed(self, code: int, sentence: str, hint: str, *, nothing_created: bool) -> None:
        """Hold a failure to its exit code, its sentence, its next step, and the truth about what was created."""
        self.is_plain()
        assert (code, sentence) == (self.code, self.told[0].removeprefix("Error: "))
        assert hint in self.told[1:]
        assert len(self.told) <= 3
        assert nothing_created == sentence.endswith(" Nothing was created.")


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
        if isinstance(answer, type) and issubclass(answer, BaseException):
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


@pytest.fixture(scope="session")
def seeded_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulator with an organization, a repository, and an organization of another account."""
    seed = tmp_path_factory.mktemp("seed") / "seed.toml"
    seed.write_text(_SEED, encoding="utf-8")
    with running_emulator("--seed", str(seed)) as started:
        yield started


@pytest.fixture
def seeded(seeded_process: Emulator) -> Emulator:
    """The same, as it was when it started."""
    seeded_process.ask("POST", "reset")
    return seeded_process


@pytest.fixture
def person(seeded: Emulator, terminal_of: Callable[[Emulator], Terminal]) -> Terminal:
    """A terminal in front of it, with little patience."""
    return terminal_of(seeded).with_environment(SWR_BOT_DEADLINE="1")
