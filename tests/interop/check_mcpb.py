"""The official tool takes the MCPB bundle, packs what belongs into it and nothing else, and what it starts works."""

import json
import shutil
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from swr_tools.operations import CATALOG, Effect

if TYPE_CHECKING:
    from tests.interop.conftest import Tools

BUNDLE = Path(__file__).parents[2] / "packaging" / "mcpb"
CONTENTS = ["manifest.json", "pyproject.toml", "server.py"]
MCPB = "node_modules/@anthropic-ai/mcpb/dist/cli/cli.js"
INSPECTOR = "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js"
JUNK = [".venv/pyvenv.cfg", "__pycache__/server.cpython-311.pyc", "uv.lock", ".DS_Store", "swr-bot.mcpb"]
ALL = [operation.name for operation in CATALOG]
READS = [operation.name for operation in CATALOG if operation.effect is Effect.READ]


@pytest.fixture
def unpacked(tools: "Tools", tmp_path: Path) -> Path:
    """The bundle, packed from a folder that somebody tried it in, and unpacked where a program keeps it."""
    folder = tmp_path / "tried"
    shutil.copytree(BUNDLE, folder)
    for name in JUNK:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("junk", encoding="utf-8")
    ran = tools.node(MCPB, "pack", folder, tmp_path / "swr-bot.mcpb")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    with zipfile.ZipFile(tmp_path / "swr-bot.mcpb") as archive:
        archive.extractall(tmp_path / "unpacked")
    return tmp_path / "unpacked"


def test_the_manifest_is_valid(tools: "Tools") -> None:
    """By the official schema of its version."""
    ran = tools.node(MCPB, "validate", BUNDLE / "manifest.json")

    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_bundle_holds_the_shim_and_nothing_else(unpacked: Path) -> None:
    """A manifest, what it starts, and what that needs: no caches, no environments, no older bundle."""
    found = sorted(str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file())

    assert found == CONTENTS
    assert [(unpacked / name).read_bytes() == (BUNDLE / name).read_bytes() for name in found] == [True] * len(found)


@pytest.mark.parametrize(("typed", "expected"), [({}, ALL), ({"read_only": True}, READS)], ids=["plain", "read-only"])
def test_what_it_starts_is_the_server(
    tools: "Tools", unpacked: Path, typed: dict[str, object], expected: list[str]
) -> None:
    """With what a person filled in; `uv run` only prepares the environment, which is this one here."""
    ran = tools.node("clients/mcpb_config.mjs", unpacked, json.dumps({"emulator": True, **typed}))
    started = json.loads(ran.stdout)
    on_this_python = {"command": sys.executable, "args": [str(unpacked / "server.py")], "env": started["env"]}
    config = unpacked.with_name("servers.json")
    config.write_text(json.dumps({"mcpServers": {"swr": on_this_python}}), encoding="utf-8")
    inspector = ["--cli", "--config", str(config), "--server", "swr", "--method"]
    look = tools.node(INSPECTOR, *inspector, "tools/call", "--tool-name", "list-organizations")
    listed = tools.node(INSPECTOR, *inspector, "tools/list")

    assert [started["command"], *started["args"]] == ["uv", "run", "--directory", str(unpacked), "server.py"]
    assert look.returncode == 0, look.stderr
    assert json.loads(look.stdout)["structuredContent"]["emulator"]
    assert [tool["name"] for tool in json.loads(listed.stdout)["tools"]] == expected
