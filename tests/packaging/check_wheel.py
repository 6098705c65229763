"""Checks a built wheel and its installation, outside the checkout: python check_wheel.py WHEEL BIN-FOLDER.

No pytest test, because it is run by the gate against an environment that has nothing but the wheel.
"""

import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

NEEDED = {
    "swr_bot/py.typed",
    "swr_tools/py.typed",
    "swr_tools/journal/migrations/env.py",
    "swr_tools/journal/migrations/versions/0001_first_journal.py",
    "swr_bot/emulators/swr/app.py",
}


def check_contents(wheel: Path) -> None:
    """Both packages and nothing else at the top; typed; with the migrations and the licence."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        points = next(archive.read(name).decode() for name in names if name.endswith("entry_points.txt"))
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"swr_bot", "swr_tools"}, tops
    assert names >= NEEDED, NEEDED - names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert "swr-bot = swr_bot.cli.entry:run" in points


def check_installation(bin_folder: Path) -> None:
    """The installed program does its main job from an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {"PATH": str(bin_folder), "HOME": folder}
        program = str(bin_folder / "swr-bot")

        def said(*words: str) -> str:
            run = [program, *words]
            return subprocess.run(run, cwd=folder, env=environ, check=True, capture_output=True, text=True).stdout

        assert said("--version").startswith("swr-bot ")
        assert "Created payments/api in cn-north-4." in said("demo")
        outcome = json.loads(said("org", "create", "payments", "--emulator", "--yes", "--json"))
        assert outcome["kind"] == "created", outcome


if __name__ == "__main__":
    check_contents(Path(sys.argv[1]))
    check_installation(Path(sys.argv[2]))
    print("The wheel holds what it should, and works where it is installed.")
