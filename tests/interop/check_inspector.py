"""The official inspector's command line: portable schemas, a look-up, and a create that it cannot ask about."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import TYPE_CHECKING

import pytest

from swr_tools.operations import CATALOG

if TYPE_CHECKING:
    from tests.interop.conftest import Tools

INSPECTOR = "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js"
TOOL_FAILED = 5
Inspect = Callable[..., CompletedProcess[str]]


@pytest.fixture
def on_stdio(tools: "Tools", stdio_server: list[str], tmp_path: Path) -> Inspect:
    """Ask a `swr-bot mcp --emulator` of the inspector's own."""
    state = ["-e", f"SWR_BOT_STATE_DIR={tmp_path}"]
    return lambda *words: tools.node(INSPECTOR, "--cli", *stdio_server, "--emulator", *state, *words)


@pytest.fixture
def over_http(tools: "Tools", served: str) -> Inspect:
    """Ask a `swr-bot serve`."""
    where = ["--server-url", served, "--transport", "http"]
    return lambda *words: tools.node(INSPECTOR, "--cli", *where, *words)


@pytest.fixture(params=["on_stdio", "over_http"])
def inspect(request: pytest.FixtureRequest) -> Inspect:
    """Ask either."""
    return request.getfixturevalue(request.param)


def test_every_schema_is_portable(inspect: Inspect) -> None:
    """The strict lint finds no error and no warning, and the tools are those of the catalog."""
    ran = inspect("--method", "tools/list", "--strict")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert [tool["name"] for tool in json.loads(ran.stdout)["tools"]] == [operation.name for operation in CATALOG]


def test_a_look_up_of_what_is_missing_says_what_to_do(inspect: Inspect) -> None:
    """The call reaches SWR and comes back as an error that can be read."""
    ran = inspect(
        "--method", "tools/call", "--tool-name", "get-repository-info", "--tool-arg", "repository=payments/api"
    )

    assert ran.returncode == TOOL_FAILED
    assert "payments" in told(ran)


def test_a_look_up_answers_with_data(inspect: Inspect) -> None:
    """What succeeds is a result with structured content."""
    ran = inspect("--method", "tools/call", "--tool-name", "list-organizations")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout)["structuredContent"]["total"] == 0


@pytest.mark.parametrize(
    ("server", "way_on"), [("on_stdio", "swr-bot confirm"), ("over_http", "Over HTTP it can only")]
)
def test_a_create_that_the_inspector_cannot_ask_about_creates_nothing(
    request: pytest.FixtureRequest, server: str, way_on: str
) -> None:
    """It declares no elicitation; the result says that nothing was created, and where to confirm it."""
    inspect: Inspect = request.getfixturevalue(server)
    create = ["--method", "tools/call", "--tool-name", "create-organization", "--tool-arg", "organization=payments"]
    ran = inspect(*create)
    look = inspect("--method", "tools/call", "--tool-name", "list-organizations")

    assert ran.returncode == TOOL_FAILED
    assert "This program cannot show its person a question." in told(ran)
    assert "Nothing was created." in told(ran)
    assert way_on in told(ran)
    assert json.loads(look.stdout)["structuredContent"]["total"] == 0


def told(ran: CompletedProcess[str]) -> str:
    """The text of the result."""
    return "".join(content["text"] for content in json.loads(ran.stdout)["content"])
