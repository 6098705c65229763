"""What a process loads, and that loading does nothing."""

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.e2e.conftest import Machine

LOOK_UP = """
import sys
from swr_bot.cli.console import real_console
from swr_bot.cli.main import main
import os
main(["repo", "info", "payments/api"], os.environ, real_console(os.environ))
print(" ".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""
IMPORT_EVERYTHING = """
import importlib, pkgutil, sys
FORBIDDEN = ("socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.mkdir", "os.remove")
def watch(event, arguments):
    writes = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    if event in FORBIDDEN or writes:
        raise RuntimeError(f"importing did {event} {arguments}")
sys.addaudithook(watch)
count = 0
for package in ("swr_bot", "swr_tools"):
    for found in pkgutil.walk_packages(importlib.import_module(package).__path__, package + "."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
            count += 1
print(count)
"""


def test_a_look_up_loads_no_other_face_and_no_database(machine: "Machine") -> None:
    """It must not wait for what it does not use."""
    process = subprocess.run(  # noqa: S603 - this project's own
        [sys.executable, "-c", LOOK_UP], env=machine.environ, capture_output=True, text=True, check=True
    )

    loaded = set(process.stdout.splitlines()[-1].split())
    assert "swr_tools" in loaded
    assert not loaded & {"mcp", "slack_bolt", "slack_sdk", "sqlalchemy", "alembic", "aiosqlite", "uvicorn", "starlette"}


def test_importing_any_module_does_nothing(tmp_path: Path) -> None:
    """No socket, no process, no file written, no variable of the environment needed."""
    process = subprocess.run(  # noqa: S603 - this project's own
        [sys.executable, "-B", "-W", "error", "-c", IMPORT_EVERYTHING],
        env={"HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (process.returncode, process.stderr) == (0, "")
    assert int(process.stdout) > 60
    assert list(tmp_path.iterdir()) == []
