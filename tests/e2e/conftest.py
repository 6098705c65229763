"""Real processes: the emulator, `swr-bot` as a script runs it, and `swr-bot` at a real pseudo-terminal."""

import fcntl
import json
import os
import re
import select
import subprocess
import sys
import termios
import time
import urllib.request
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

Json = Any  # as much as is known of an answer before a test looks at it
PATIENCE = 20.0
_COLOUR = re.compile("\x1b\\[[0-9;]*m")


@dataclass(frozen=True)
class Swr:
    """The emulator, as another process.

    Attributes:
        variables: Those that point a swr-bot at it, with its keys.
    """

    url: str
    variables: Mapping[str, str] = field(repr=False)

    def ask(self, method: str, path: str, body: object = None) -> Json:
        """One request to its own administration."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_emulator/{path}", data, method=method)  # noqa: S310 - loopback
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=PATIENCE) as response:
            text = response.read()
        return json.loads(text) if text else None

    def misbehave(self, **fault: object) -> None:
        """One fault, once, in place of those in force."""
        self.ask("PUT", "faults", [fault])

    def wait_until_it_has_seen_the_fault(self) -> None:
        """Return once a request has met the fault, answered or not."""
        until(lambda: not self.ask("GET", "faults"))

    def wait_for_creates(self, count: int) -> None:
        """Return once so many requests to create something were carried out, refused or cut."""
        until(lambda: self.creates == count)

    @property
    def creates(self) -> int:
        """How many there were."""
        counters: Mapping[str, int] = self.ask("GET", "requests")["counters"]
        return sum(count for route, count in counters.items() if route.startswith("POST "))


def until(true: Callable[[], bool]) -> None:
    """Wait for a condition, not for ever."""
    ends = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < ends


@contextmanager
def _running() -> Generator[Swr]:
    command = [sys.executable, "-m", "swr_bot", "emulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - this project's own
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        variables = {
            "SWR_BOT_ENDPOINT": told["url"],
            "SWR_BOT_REGION": told["region"],
            "SWR_BOT_METADATA_ENDPOINT": "off",
            "HUAWEICLOUD_SDK_AK": told["access_key"],
            "HUAWEICLOUD_SDK_SK": told["secret_key"],
            "HUAWEICLOUD_SDK_PROJECT_ID": told["project_id"],
        }
        try:
            yield Swr(told["url"], variables)
        finally:
            process.terminate()
            assert process.wait(PATIENCE) == 0
            process.stdout.close()


@pytest.fixture(scope="session")
def shared_swr() -> Iterator[Swr]:
    """One for all tests."""
    with _running() as swr:
        yield swr


@pytest.fixture
def swr(shared_swr: Swr) -> Swr:
    """The same, empty."""
    shared_swr.ask("POST", "reset")
    return shared_swr


class Screen:
    """A process at a pseudo-terminal of its own, and the person in front of it.

    Attributes:
        seen: Everything that was written to the terminal so far, colours and cursor movements included.
    """

    def __init__(self, command: list[str], environ: Mapping[str, str]) -> None:
        self._master, slave = os.openpty()
        self.process = subprocess.Popen(  # noqa: S603 - this project's own
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=dict(environ),
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - Ctrl-C needs a controlling terminal
        )
        os.close(slave)
        self.seen = ""

    def waits_for(self, text: str, times: int = 1) -> None:
        """Return once this text is on the screen, so many times."""
        until(lambda: self.seen.count(text) >= times or not self._read())
        assert self.seen.count(text) >= times, self.seen

    def types(self, keys: str) -> None:
        """Press these keys."""
        os.write(self._master, keys.encode())

    def ends(self) -> int:
        """Wait for the end of the process, and return its exit code."""
        until(lambda: not self._read())
        return self.process.wait(PATIENCE)

    @property
    def plain(self) -> str:
        """What was written, without colours."""
        return _COLOUR.sub("", self.seen).replace("\r\n", "\n")

    def close(self) -> None:
        """End it, whatever it is doing."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)
        os.close(self._master)

    def _read(self) -> bool:
        """Read what is there; False at the end."""
        if not select.select([self._master], [], [], 0.05)[0]:
            return True
        try:
            read = os.read(self._master, 65_536)
        except OSError:  # Linux says so at the end
            return False
        self.seen += read.decode("utf-8", "replace")
        return bool(read)


@dataclass(frozen=True)
class Machine:
    """A machine on which people and scripts start `swr-bot`.

    Attributes:
        environ: The environment of every process.
    """

    environ: Mapping[str, str]
    _open: ExitStack

    @property
    def journal(self) -> Path:
        """The file of the journal."""
        return Path(self.environ["SWR_BOT_STATE_DIR"]) / "journal.sqlite3"

    def with_environment(self, **changes: str) -> "Machine":
        """The same machine with other variables."""
        return replace(self, environ={**self.environ, **changes})

    def run(self, *words: str, **options: Any) -> "subprocess.CompletedProcess[str]":  # noqa: ANN401 - as subprocess.run
        """Run a command line to its end, with no terminal."""
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        options = {"timeout": PATIENCE, "env": self.environ, **pipes, **options}
        ran: subprocess.CompletedProcess[str] = subprocess.run(  # noqa: S603 - this project's own
            self.command(*words), check=False, text=True, **options
        )
        assert "Traceback" not in f"{ran.stdout}{ran.stderr}"
        return ran

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start a command line with no terminal; it is killed at the end of the test."""
        process = self._open.enter_context(
            subprocess.Popen(  # noqa: S603 - this project's own
                self.command(*words),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=dict(self.environ),
            )
        )
        self._open.callback(process.kill)
        return process

    def types(self, *words: str) -> Screen:
        """Start a command line at a terminal."""
        screen = Screen(self.command(*words), self.environ)
        self._open.callback(screen.close)
        return screen

    def types_in_a_shell(self, line: str) -> Screen:
        """Start a line of a shell, at a terminal."""
        screen = Screen(["/bin/sh", "-c", line.replace("swr-bot", " ".join(self.command()))], self.environ)
        self._open.callback(screen.close)
        return screen

    def command(self, *words: str) -> list[str]:
        """The program and its words."""
        return [sys.executable, "-m", "swr_bot", *words]


@pytest.fixture
def machine(swr: Swr, tmp_path: Path) -> Iterator[Machine]:
    """A machine with the emulator's keys and an empty home."""
    home = tmp_path / "home"
    home.mkdir()
    own = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TERM": "xterm",
        "LANG": "C.UTF-8",
        "SWR_BOT_STATE_DIR": str(tmp_path / "state"),
        "PYTHONWARNINGS": "error",
    }
    with ExitStack() as stack:
        yield Machine({**own, **swr.variables}, stack)
