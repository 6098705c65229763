"""`swr-bot mcp` as an assistant's program has it: a process, its two pipes, and JSON-RPC by hand at 2025-06-18."""

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Machine, Swr
    from tests.e2e.mcp.conftest import Assistant, Assistants

ALL_TOOLS = ["create-organization", "list-organizations", "create-repository", "get-repository-info"]
READS = ["list-organizations", "get-repository-info"]
NO_CREDENTIALS = "No credentials for SWR were found."


def names(assistant: "Assistant") -> list[str]:
    """The tools that are listed."""
    return [tool["name"] for tool in assistant.result(assistant.asks("tools/list"))["tools"]]


def last_of_the_audit(machine: "Machine") -> str:
    """What happened last."""
    return machine.run("audit", "list").stdout.splitlines()[-1]


def code_in(text: str) -> str:
    """The code that a person is told to confirm with."""
    found = re.search(r"`swr-bot confirm ([A-Z0-9]{4})`", text)
    assert found, text
    return found[1]


def test_the_four_tools_work_and_nothing_else_is_said(assistant: "Assistant", swr: "Swr") -> None:
    """Handshake, list, each tool; the end of the input ends the process, which wrote nothing to standard error."""
    assert names(assistant) == ALL_TOOLS

    organization = assistant.calls("create-organization", organization="payments")
    assistant.answers(assistant.question())
    created = assistant.result(organization)
    assert created["structuredContent"]["organization"]["name"] == "payments"
    assert not created["isError"]
    repository = assistant.calls("create-repository", organization="payments", repository="team/api")
    assistant.answers(assistant.question())
    assert assistant.text(repository).startswith("Created payments/team/api in cn-north-4.")
    assert assistant.text(assistant.calls("list-organizations")) == "1 of 1 organizations: payments."
    info = assistant.calls("get-repository-info", repository="payments/team/api")
    assert assistant.result(info)["structuredContent"]["name"] == "team/api"

    assert (assistant.leaves(), assistant.errors, swr.creates) == (0, "", 2)


def test_the_question_shows_where_and_what(assistant: "Assistant", swr: "Swr") -> None:
    """Every fact, the code, and one required field without a default; nothing is sent before the answer."""
    assistant.calls("create-organization", organization="payments")
    asked = assistant.question()["params"]

    lines = asked["message"].splitlines()
    assert lines[:4] == [
        "Create the organization payments?",
        "Organization: payments",
        "Cloud: huaweicloud",
        "Region: cn-north-4",
    ]
    assert f"Endpoint: {swr.url}" in lines
    assert asked["requestedSchema"]["required"] == ["create"]
    assert "default" not in asked["requestedSchema"]["properties"]["create"]
    assert swr.creates == 0


@pytest.mark.parametrize(("action", "create"), [("decline", None), ("cancel", None), ("accept", "no")])
def test_a_persons_no_declines(
    assistant: "Assistant", swr: "Swr", machine: "Machine", action: str, create: str | None
) -> None:
    """Each way to say it; the assistant is told not to try again, and the journal has it."""
    call = assistant.calls("create-organization", organization="payments")
    assistant.answers(assistant.unhurried_question(), create, action)

    result = assistant.result(call)
    assert result["isError"]
    assert result["content"][0]["text"].startswith("Declined payments. Nothing was created. The person said no.")
    assert "Do not call it again on your own" in result["content"][0]["text"]
    assert swr.creates == 0
    assert "Declined payments." in last_of_the_audit(machine)


def test_a_cancelled_call_declines(assistant: "Assistant", swr: "Swr", machine: "Machine") -> None:
    """The question is taken back, the call gets no answer, and a yes that comes too late creates nothing."""
    call = assistant.calls("create-organization", organization="payments")
    question = assistant.question()
    assistant.tells("notifications/cancelled", requestId=call, reason="the person went away")
    withdrawn = assistant.hears(lambda message: message.get("method") == "notifications/cancelled")
    assistant.answers(question)

    assert withdrawn["params"]["requestId"] == question["id"]
    assert assistant.result(assistant.asks("ping")) == {}
    assert call not in [message.get("id") for message in assistant.heard]
    assert "Declined payments. Nothing was created." in last_of_the_audit(machine)
    assert swr.creates == 0


def test_where_nobody_can_be_asked_the_person_confirms_in_a_terminal(
    assistants: "Assistants", machine: "Machine", swr: "Swr"
) -> None:
    """The assistant gets a code; once it is confirmed, calling again says what became of it and sends nothing."""
    assistant = assistants.start(elicitation=False)
    told = assistant.text(assistant.calls("create-organization", organization="payments"))
    again = assistant.text(assistant.calls("create-organization", organization="payments"))
    assert told.startswith("This program cannot show its person a question.")
    assert "Nothing was created." in told
    assert (code_in(again), swr.creates) == (code_in(told), 0)

    screen = machine.types("confirm", code_in(told))
    screen.waits_for("to create it, anything else to decline: ")
    screen.types("y\n")
    assert (screen.ends(), swr.creates) == (0, 1)

    later = assistant.result(assistant.calls("create-organization", organization="payments"))
    assert later["content"][0]["text"].startswith(f"payments was created just now in cn-north-4 ({code_in(told)})")
    assert not later["isError"]
    assert swr.creates == 1


def test_a_program_that_says_no_by_itself_is_not_the_person(assistant: "Assistant", swr: "Swr") -> None:
    """A no sooner than anybody can read leaves the question open, with the same way to confirm it."""
    call = assistant.calls("create-organization", organization="payments")
    assistant.answers(assistant.question(), action="decline")

    told = assistant.text(call)
    assert "some programs answer by themselves" in told
    assert code_in(told)
    assert swr.creates == 0


@pytest.mark.parametrize("way", ["switch", "variable"])
def test_read_only_has_no_tool_that_creates(assistants: "Assistants", swr: "Swr", way: str) -> None:
    """Neither listed nor callable, whichever way it was asked for."""
    if way == "variable":
        assistants = assistants.on(assistants.machine.with_environment(SWR_BOT_READ_ONLY="1"))
    assistant = assistants.start(*(["--read-only"] if way == "switch" else []))

    assert names(assistant) == READS
    refused = assistant.answer(assistant.calls("create-organization", organization="payments"))
    assert refused["error"]["code"] == -32602
    assert "This server only reads" in refused["error"]["message"]
    assert assistant.text(assistant.calls("list-organizations")) == "0 of 0 organizations."
    assert swr.creates == 0


def test_without_credentials_every_call_says_so_and_the_server_lives(assistants: "Assistants") -> None:
    """A person can read it in their assistant, where standard error would not be looked at."""
    assistant = assistants.start(without="HUAWEICLOUD")

    assert names(assistant) == ALL_TOOLS
    for tool, arguments in [
        ("list-organizations", {}),
        ("get-repository-info", {"repository": "payments/api"}),
        ("create-organization", {"organization": "payments"}),
    ]:
        result = assistant.result(assistant.calls(tool, **arguments))
        assert result["isError"]
        assert result["content"][0]["text"].startswith(NO_CREDENTIALS)
    assert (assistant.leaves(), assistant.errors) == (0, "")
