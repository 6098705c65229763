"""A real emulator in its own process, and the terminal face in front of it."""

import io
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from swr_bot.cli.console import Console
from swr_bot.cli.main import main


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
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_emulator/{path}", data, method=method)  # noqa: S310 - loopback
        request.add_header("Content-Type", "application/json")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as response:
            text = response.read()
        return json.loads(text) if text else None

    def misbehave(self, *faults: Mapping[str, object]) -> None:
        """Put these faults in place of those in force."""
        self.ask("PUT", "faults", list(faults))

    def requests(self, method: str = "", path: str = "") -> list[tuple[str, str]]:
        """Method and path of what reached it, oldest first."""
        recent = self.ask("GET", "requests")["recent"]
        seen = [(str(r["method"]), str(r["path"])) for r in recent]
        return [(m, p) for m, p in seen if m.startswith(method) and p.startswith(path)]

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


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    """An empty SWR that ends with the test."""
    command = [sys.executable, "-m", "swr_bot", "emulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stdout is not None
        yield Emulator(**json.loads(process.stdout.readline()), process=process)
        process.terminate()
        assert process.wait(10) == 0
        process.stdout.close()


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
        answers: What the person types when asked, in turn; an exception is raised in its place.
        person: Whether there is one.
    """

    environ: dict[str, str]
    answers: list[str | type[BaseException]] = field(default_factory=list[str | type[BaseException]])
    person: bool = True
    questions: list[str] = field(default_factory=list[str])

    def run(self, *words: str) -> Ran:
        """Type one command line."""
        out, err = io.StringIO(), io.StringIO()
        console = Console(out, err, self._answer, interactive=self.person, tables=self.person, colour=False)
        code = main(words, self.environ, console)
        return Ran(code, out.getvalue(), err.getvalue())

    def answering(self, *answers: str | type[BaseException]) -> "Terminal":
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
        raise answer


@pytest.fixture
def terminal(emulator: Emulator, tmp_path: Path) -> Terminal:
    """A terminal whose swr-bot holds the emulator's keys and keeps its journal in the test's folder."""
    state = {"SWR_BOT_STATE_DIR": str(tmp_path / "state"), "SWR_BOT_CONFIG": str(_empty_config(tmp_path))}
    return Terminal({**emulator.environment(), **state})


def _empty_config(folder: Path) -> Path:
    path = folder / "config.toml"
    path.write_text("", encoding="utf-8")
    return path


