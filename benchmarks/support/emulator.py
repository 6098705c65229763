"""An emulated SWR in a process of its own, with repositories in it."""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

REPOSITORIES = 100
_REPOSITORY = '[[organizations.repositories]]\nname = "test-{}"\n'
_SEED = '[[organizations]]\nname = "group"\n' + "".join(map(_REPOSITORY.format, range(REPOSITORIES)))
_PASSWORD_LOGIN = {
    "auth": {
        "identity": {
            "methods": ["password"],
            "password": {
                "user": {"name": "emulator-user", "password": "emulator-password", "domain": {"name": "emulator"}}
            },
        },
        "scope": {"project": {"name": "cn-north-4"}},
    }
}


@dataclass(frozen=True)
class Emulator:
    """A running one.

    Attributes:
        folder: An empty folder, there as long as it runs.
        environ: The environment in which swr-bot works on it.
    """

    url: str
    folder: Path
    environ: Mapping[str, str]

    def token(self) -> str:
        """A token of its account."""
        login = urllib.request.Request(f"{self.url}/v3/auth/tokens", json.dumps(_PASSWORD_LOGIN).encode())  # noqa: S310 - loopback
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(login) as answer:
            return answer.headers["X-Subject-Token"]


def lookup(number: int) -> Mapping[str, object]:
    """The parameters of a call that looks up a repository, another one than for the numbers next to it."""
    return {"name": "get-repository-info", "arguments": {"repository": f"group/test-{number % REPOSITORIES}"}}


@contextmanager
def emulator() -> Generator[Emulator]:
    """Start one, and end it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "seed.toml").write_text(_SEED)
        command = [sys.executable, "-m", "swr_bot", "emulator", "--port", "0", "--seed", str(folder / "seed.toml")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            told = json.loads(process.stdout.readline())
            try:
                yield Emulator(told["url"], folder, _environ(told, name))
            finally:
                process.terminate()


def _environ(told: Mapping[str, str], folder: str) -> Mapping[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": folder,
        "SWR_BOT_STATE_DIR": f"{folder}/state",
        "SWR_BOT_ENDPOINT": told["url"],
        "SWR_BOT_REGION": told["region"],
        "SWR_BOT_METADATA_ENDPOINT": "off",
        "HUAWEICLOUD_SDK_AK": told["access_key"],
        "HUAWEICLOUD_SDK_SK": told["secret_key"],
        "HUAWEICLOUD_SDK_PROJECT_ID": told["project_id"],
    }
