"""The inspector's stateful client: one command asks for a create, a later one answers, in both eras of the protocol."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.interop.conftest import Swr, Tools

Json = Any  # what a command printed
TOOL_FAILED = 5
CLIENT = "node_modules/@modelcontextprotocol/inspector/clients/mcpdo/build/mcp-bin.js"


@pytest.fixture(params=["legacy", "modern"])
def mcpdo(
    request: pytest.FixtureRequest, tools: "Tools", swr: "Swr", stdio_server: list[str], tmp_path: Path
) -> Iterator[Callable[..., Json]]:
    """Run a command on a connection of that era; the program that keeps it open ends with the test."""
    command, *arguments = stdio_server
    server = {"command": command, "args": arguments, "env": dict(swr.variables), "protocolEra": request.param}
    config = tmp_path / "servers.json"
    config.write_text(json.dumps({"mcpServers": {"swr": server}}), encoding="utf-8")

    def run(*words: str, code: int = 0) -> Json:
        ran = tools.node(CLIENT, "--format", "json", *words)
        assert ran.returncode == code, ran.stdout + ran.stderr
        return json.loads(ran.stdout)

    def on_connection(*words: str, code: int = 0) -> Json:
        return run("--connection", "swr", *words, code=code)

    try:
        assert run("--config", str(config), "connect", "swr")["protocolEra"] == request.param
        yield on_connection
    finally:
        tools.node(CLIENT, "daemon", "stop")


def test_a_person_answers_later_and_only_a_yes_creates_it(mcpdo: Callable[..., Json], swr: "Swr") -> None:
    """The question comes with its facts and stays open; the answer ends the call that asked."""
    asked = mcpdo("tools/call", "create-organization", "organization:=payments")["elicitationPending"]
    before = swr.creates()
    created = mcpdo("elicitation/respond", asked["elicitationId"], "create:=yes")
    again = mcpdo("tools/call", "create-organization", "organization:=treasury")["elicitationPending"]
    declined = mcpdo("elicitation/respond", again["elicitationId"], "--decline", code=TOOL_FAILED)

    assert "Organization: payments" in asked["message"]
    assert asked["requestedSchema"]["required"] == ["create"]
    assert created["structuredContent"]["outcome"] == "created"
    assert declined["content"][0]["text"].startswith("Declined treasury. Nothing was created.")
    assert before == []
    assert swr.creates() == ["/v2/manage/namespaces"]
