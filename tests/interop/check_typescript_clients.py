"""The official TypeScript clients, both generations and both eras, create on a yes and nothing on a no."""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from swr_tools.operations import CATALOG

if TYPE_CHECKING:
    from tests.interop.conftest import Swr, Tools

Json = Any  # what a client printed
Server = Mapping[str, object]
CLIENTS = {
    "v1": ("clients/v1.mjs", None, "2025-11-25"),
    "v2 legacy": ("clients/v2.mjs", "legacy", "2025-11-25"),
    "v2 auto": ("clients/v2.mjs", "auto", "2026-07-28"),
    "v2 pinned": ("clients/v2.mjs", {"pin": "2026-07-28"}, "2026-07-28"),
}
YES = {"action": "accept", "content": {"create": "yes"}}
NO = {"action": "accept", "content": {"create": "no"}}
DECLINE = {"action": "decline"}


@pytest.fixture(params=["stdio", "http"])
def server(request: pytest.FixtureRequest, swr: "Swr", stdio_server: list[str]) -> Server:
    """How a client reaches swr-bot: as a program that it starts, or at a URL."""
    if request.param == "http":
        return {"url": request.getfixturevalue("served")}
    command, *arguments = stdio_server
    return {"program": {"command": command, "args": arguments, "env": dict(swr.variables)}}


@pytest.fixture(params=CLIENTS)
def converse(request: pytest.FixtureRequest, tools: "Tools", server: Server) -> Callable[..., Json]:
    """Let one client make these calls, and return what it saw; it must have agreed on its version."""
    script, mode, version = CLIENTS[request.param]

    def run(*calls: Mapping[str, object]) -> Json:
        asked = {**server, "mode": mode, "calls": calls}
        ran = tools.node(script, json.dumps(asked))
        assert (ran.returncode, ran.stderr) == (0, "")
        seen = json.loads(ran.stdout)
        assert seen["version"] == version
        return seen

    return run


def call(tool: str, answer: Mapping[str, object] | None = None, **arguments: object) -> Mapping[str, object]:
    """One call, and what the person says when asked."""
    return {"tool": tool, "arguments": arguments, "answer": answer}


def test_a_yes_creates_it_and_anything_else_creates_nothing(converse: Callable[..., Json], swr: "Swr") -> None:
    """One question a create; the look-up that follows a yes finds it; after a no SWR was never asked to create."""
    seen = converse(
        call("create-organization", YES, organization="payments"),
        call("create-repository", YES, organization="payments", repository="api", description="Card payments"),
        call("get-repository-info", repository="payments/api"),
        call("create-organization", NO, organization="treasury"),
        call("create-repository", DECLINE, organization="payments", repository="web"),
    )
    results, questions = seen["results"], seen["questions"]

    assert seen["tools"] == [operation.name for operation in CATALOG]
    assert [result["isError"] for result in results] == [False, False, False, True, True], results
    assert [question["required"] for question in questions] == [["create"]] * 4
    assert "Description: Card payments" in questions[1]["message"]
    assert results[2]["data"]["description"] == "Card payments"
    assert all("Nothing was created. The person said no." in result["text"] for result in results[3:]), results
    assert swr.creates() == ["/v2/manage/namespaces", "/v2/manage/namespaces/payments/repos"]
