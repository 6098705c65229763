"""What the checks share: Node and what npm installed, a real emulator, and `swr-bot serve` in front of it."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

Json = Any  # as much as is known of an answer before a check looks at it
PATIENCE = 120.0
_SERVER = [sys.executable, "-m", "swr_bot"]
# Whoever serves a team says who may create; without a rule nobody may.
_POLICY = '[[policy.rule]]\nactors = ["mcp:*"]\n'


@dataclass(frozen=True)
class Tools:
    """The programs that `run` installed in its folder.

    Attributes:
        folder: Where it put them.
        home: A home folder of their own, which nobody's settings are in.
    """

    folder: Path
    home: Path

    def run(self, *command: str | Path, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a program to its end."""
        own = {"PATH": os.environ["PATH"], "HOME": str(self.home), "MCP_INSPECTOR_SECRET_STORE": "memory"}
        return subprocess.run(  # noqa: S603 - what `run` installed
            [str(word) for word in command],
            check=False,
            cwd=self.home,
            env={**own, **environ},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    def node(self, script: str, *words: str | Path, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a script of the folder on its own Node."""
        binary = self.folder / "node_modules" / "node" / "bin" / "node"
        return self.run(binary, self.folder / script, *words, **environ)

    def tdqs(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run the linter of tool definitions."""
        return self.run(self.folder / "lint" / "bin" / "tdqs", *words, **environ)


@dataclass(frozen=True)
class Swr:
    """The emulator, as another process.

    Attributes:
        variables: Those that point a swr-bot at it, with its keys and a state folder of the check's own.
    """

    url: str
    variables: Mapping[str, str] = field(repr=False)

    def creates(self) -> list[str]:
        """The paths of the requests to create something that reached it since it was reset."""
        recent = self.ask("GET", "requests")["recent"]
        return [str(seen["path"]) for seen in recent if seen["method"] == "POST"]

    def ask(self, method: str, path: str) -> Json:
        """One request to its own administration."""
        request = urllib.request.Request(f"{self.url}/_emulator/{path}", method=method)  # noqa: S310 - loopback
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as response:
            text = response.read()
        return json.loads(text) if text else None


@contextmanager
def serving(command: list[str], environ: Mapping[str, str]) -> Generator[Json]:
    """A server of ours, from its first line of JSON until the block ends."""
    variables = {"PATH": os.environ["PATH"], **environ}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=variables) as process:  # noqa: S603 - this project's own
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
            ended = process.wait(PATIENCE)
            process.stdout.close()
        assert ended == 0


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Tools:
    """What `run` installed; these checks mean nothing without it."""
    return Tools(Path(os.environ["INTEROP_TOOLS"]), tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def shared_swr(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swr]:
    """One emulator for all checks."""
    with serving([*_SERVER, "emulator", "--port", "0"], {}) as told:
        config = tmp_path_factory.mktemp("config") / "config.toml"
        config.write_text(_POLICY, encoding="utf-8")
        yield Swr(
            told["url"],
            {
                "SWR_BOT_CONFIG": str(config),
                "SWR_BOT_ENDPOINT": told["url"],
                "SWR_BOT_REGION": told["region"],
                "SWR_BOT_METADATA_ENDPOINT": "off",
                "HUAWEICLOUD_SDK_AK": told["access_key"],
                "HUAWEICLOUD_SDK_SK": told["secret_key"],
                "HUAWEICLOUD_SDK_PROJECT_ID": told["project_id"],
            },
        )


@pytest.fixture
def swr(shared_swr: Swr, tmp_path: Path) -> Swr:
    """The same, empty, and a journal of the check's own."""
    shared_swr.ask("POST", "reset")
    return Swr(shared_swr.url, {**shared_swr.variables, "SWR_BOT_STATE_DIR": str(tmp_path / "state")})


@pytest.fixture(scope="session")
def stdio_server() -> list[str]:
    """The command line of the server on standard input and output."""
    return [*_SERVER, "mcp"]


@pytest.fixture
def served(swr: Swr) -> Iterator[str]:
    """The URL of a `swr-bot serve` in front of the emulator, for whoever is on this machine."""
    with serving([*_SERVER, "serve", "--port", "0", "--json"], swr.variables) as told:
        yield told["url"]


@pytest.fixture
def furnished(swr: Swr) -> Iterator[str]:
    """The URL of the same with the tools, resources and prompts that the conformance suite asks for."""
    script = Path(__file__).with_name("fixture_server.py")
    with serving([sys.executable, str(script)], swr.variables) as told:
        yield told["url"]
