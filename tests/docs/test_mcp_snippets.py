"""The README's configurations for assistants' programs work as they stand: read as programs read them, and run."""

import json
import os
import re
import shlex
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from swr_tools.operations import CATALOG

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
Json = Any  # what a snippet holds is looked at below


@dataclass(frozen=True)
class Snippet:
    """What one program is told to start."""

    command: str
    arguments: Sequence[str]
    variables: Mapping[str, str]


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def _claude_code() -> Snippet:
    line = next(block for block in _blocks("console") if block.startswith("claude mcp add"))
    words = shlex.split(line)
    split = words.index("--")
    variables = dict(words[i + 1].split("=", 1) for i, word in enumerate(words[:split]) if word == "-e")
    return Snippet(words[split + 1], words[split + 2 :], variables)


def _of(server: Json) -> Snippet:
    return Snippet(server["command"], server["args"], server["env"])


def _codex() -> Snippet:
    return _of(tomllib.loads(next(b for b in _blocks("toml") if "mcp_servers" in b))["mcp_servers"]["swr"])


def _claude_desktop_and_cursor() -> Snippet:
    return _of(json.loads(next(b for b in _blocks("json") if "mcpServers" in b))["mcpServers"]["swr"])


def _vs_code() -> Snippet:
    configuration = json.loads(next(b for b in _blocks("json") if '"servers"' in b))
    asked = {f"${{input:{entry['id']}}}" for entry in configuration["inputs"]}
    server = configuration["servers"]["swr"]
    assert asked <= set(server["env"].values())
    assert all(entry["password"] for entry in configuration["inputs"])
    return _of(server)


SNIPPETS = {
    "Claude Code": _claude_code,
    "Codex": _codex,
    "Claude Desktop and Cursor": _claude_desktop_and_cursor,
    "VS Code": _vs_code,
}


@pytest.mark.parametrize("program", SNIPPETS)
async def test_the_command_of_each_snippet_serves_the_four_tools(program: str, tmp_path: Path) -> None:
    """It starts without a question, and offers every operation."""
    snippet = SNIPPETS[program]()
    own_programs = str(Path(sys.executable).parent)
    variables = {**snippet.variables, "PATH": f"{own_programs}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)}
    server = StdioServerParameters(command=snippet.command, args=list(snippet.arguments), env=variables)

    async with Client(stdio_client(server)) as client:
        listed = await client.list_tools()

    assert [tool.name for tool in listed.tools] == [operation.name for operation in CATALOG]


@pytest.mark.parametrize("program", SNIPPETS)
def test_each_snippet_sets_variables_that_are_read(program: str) -> None:
    """A misspelt one would be found only by whoever pastes it."""
    assert set(SNIPPETS[program]().variables) == {"HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "SWR_BOT_REGION"}
