"""The linter of tool definitions finds nothing to warn of."""

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from swr_tools.operations import CATALOG

if TYPE_CHECKING:
    from tests.interop.conftest import Tools


@pytest.mark.parametrize("flags", [[], ["--read-only"]], ids=["all", "read-only"])
def test_every_tool_is_described_annotated_and_typed(
    tools: "Tools", stdio_server: list[str], tmp_path: Path, flags: list[str]
) -> None:
    """Descriptions, annotations, output schemas and parameters, as an assistant's program gets them."""
    command = shlex.join(["env", f"SWR_BOT_STATE_DIR={tmp_path}", *stdio_server, "--emulator", *flags])
    ran = tools.tdqs("lint", "--command", command, "--fail-on", "warning", "--format", "json")

    assert ran.returncode == 0, ran.stdout
    assert [tool["name"] for tool in json.loads(ran.stdout)["tools"]][-1] == CATALOG[-1].name
