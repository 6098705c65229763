"""The emulator as a program: the line of JSON, the quiet end, the sentences when it cannot start."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from swr_bot.emulators.swr import DEFAULT_ACCOUNT

COMMAND = (sys.executable, "-m", "swr_bot", "emulator")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_one_line_and_serves_until_it_is_told_to_stop(tmp_path: Path, number: signal.Signals) -> None:
    """Scripts read the line, use the URL at once, and get 0 at the end."""
    command = (*COMMAND, "--port", "0", "--state", str(tmp_path / "swr.db"), "--region", "eu-de")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own program
        assert process.stdout is not None
        announced = json.loads(process.stdout.readline())
        url = announced.pop("url")
        assert httpx.get(url, trust_env=False).json()["versions"][0]["status"] == "CURRENT"
        process.send_signal(number)
        rest, errors = process.communicate(timeout=20)
    assert announced == {
        "access_key": DEFAULT_ACCOUNT.access_key,
        "secret_key": DEFAULT_ACCOUNT.secret_key,
        "project_id": DEFAULT_ACCOUNT.project_id,
        "region": "eu-de",
    }
    assert (process.returncode, rest, errors) == (0, "", "")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--host", "203.0.113.1", "--port", "0"), "cannot listen on 203.0.113.1:0"),
        (("--state", "/dev/null/swr.db"), "cannot be used"),
        (("--seed", "/nowhere/seed.toml"), "cannot be used"),
    ],
)
def test_it_says_in_one_sentence_why_it_cannot_start(options: tuple[str, ...], says: str) -> None:
    """On the error output, and nothing on the other."""
    done = subprocess.run((*COMMAND, *options), capture_output=True, text=True, timeout=30, check=False)  # noqa: S603 - our own program
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("swr-bot emulator: ")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_taken_port_is_one_sentence(server_port: int) -> None:
    """Two emulators do not share a port."""
    command = (*COMMAND, "--port", str(server_port))
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603 - our own program
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{server_port}: Address already in use." in done.stderr


def test_an_answer_does_not_wait_for_the_acknowledgement_of_its_head(swr: httpx.Client) -> None:
    """With Nagle's algorithm on, every answer over a kept connection takes 40 ms."""
    seconds = sorted(swr.get("/v2/manage/namespaces").elapsed.total_seconds() for _ in range(21))
    assert seconds[10] < 0.03


def test_mentioning_the_emulator_loads_neither_web_nor_database() -> None:
    """Other commands of the terminal import its constants."""
    heavy = "('sqlite3', 'uvicorn', 'starlette', 'asyncio', 'pydantic')"
    script = f"import sys, swr_bot.emulators.swr; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run((sys.executable, "-c", script), capture_output=True, text=True, timeout=30, check=True)  # noqa: S603 - our own text
    assert done.stdout == "[]\n"
