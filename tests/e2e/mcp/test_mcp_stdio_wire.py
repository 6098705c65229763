"""What `swr-bot mcp` makes of messages that no client should send; after each it goes on working."""

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.e2e.conftest import Swr
    from tests.e2e.mcp.conftest import Assistant, Assistants

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602
MUCH = "x" * 5_000_000


def still_works(assistant: "Assistant") -> None:
    """It answers, ends well, and has complained nowhere else."""
    assert assistant.text(assistant.calls("list-organizations")) == "0 of 0 organizations."
    assert (assistant.leaves(), assistant.errors) == (0, "")


NO_MESSAGES = [
    ("garbage{", PARSE_ERROR),
    ("", PARSE_ERROR),
    ('{"jsonrpc": "2.0", "id": 7, "method": "tools/list"', PARSE_ERROR),
    (f'"{MUCH}', PARSE_ERROR),
    ('[{"jsonrpc": "2.0", "id": 7, "method": "ping"}]', INVALID_REQUEST),
    ("[]", INVALID_REQUEST),
    ('"ping"', INVALID_REQUEST),
    ('{"jsonrpc": "1.0", "id": 7, "method": "ping"}', INVALID_REQUEST),
    ('{"id": 7, "method": "ping"}', INVALID_REQUEST),
    ('{"jsonrpc": "2.0", "id": 7, "method": "tools/list", "params": [1]}', INVALID_REQUEST),
    ('{"jsonrpc": "2.0", "id": 7, "method": "tools/list", "params": "all"}', INVALID_REQUEST),
]


def test_a_line_that_is_no_message_gets_an_error(assistant: "Assistant") -> None:
    """Without an id, as none can be trusted, and without a word of the line in it."""
    for line, code in NO_MESSAGES:
        assistant.sends(line)
        answer = assistant.answer(None)
        assert (line[:60], answer["error"]["code"]) == (line[:60], code)
        assert len(json.dumps(answer)) < 200
    still_works(assistant)


def test_a_request_before_the_handshake_is_refused(assistants: "Assistants") -> None:
    """And the handshake can still follow."""
    assistant = assistants.unintroduced()

    assert assistant.error(assistant.asks("tools/list", {})) == INVALID_PARAMS
    assert assistant.error(assistant.calls("create-organization", organization="payments")) == INVALID_PARAMS
    assert assistant.leaves() == 0


def test_an_unknown_version_is_answered_with_one_that_works(assistants: "Assistants") -> None:
    """The client decides whether it wants that."""
    assistant = assistants.unintroduced()
    client = {"name": "by-hand", "version": "1"}
    hello = {"protocolVersion": "2099-01-01", "capabilities": {}, "clientInfo": client}

    assert assistant.result(assistant.asks("initialize", hello))["protocolVersion"] == "2025-11-25"
    assistant.tells("notifications/initialized")
    still_works(assistant)


def test_unknown_methods_and_tools_are_errors_of_the_protocol(assistant: "Assistant") -> None:
    """As the specification asks."""
    assert assistant.error(assistant.asks("tools/delete", {})) == METHOD_NOT_FOUND
    unknown = assistant.answer(assistant.calls("delete-repository", repository="payments/api"))["error"]
    assert unknown["code"] == INVALID_PARAMS
    assert unknown["message"].startswith("Unknown tool: delete-repository. There is no such tool; there are create-")
    for arguments in ("payments", [1], 1):
        call = {"name": "create-organization", "arguments": arguments}
        assert assistant.error(assistant.asks("tools/call", call)) == INVALID_PARAMS
    still_works(assistant)


def test_a_message_of_five_megabytes_gets_a_short_refusal(assistant: "Assistant", swr: "Swr") -> None:
    """As a value and as a name: nothing is sent, asked or repeated."""
    for arguments in ({"organization": MUCH}, {MUCH: "payments"}):
        answer = assistant.answer(assistant.calls("create-organization", **arguments))
        assert answer["result"]["isError"]
        assert "Nothing was created." in answer["result"]["content"][0]["text"]
        assert len(json.dumps(answer)) < 2_000
    assert swr.creates == 0
    still_works(assistant)


def test_two_requests_with_one_id_are_both_answered(assistant: "Assistant") -> None:
    """Each with its own answer; telling them apart is the client's affair."""
    assistant.asks("tools/call", {"name": "list-organizations", "arguments": {}}, number=5)
    assistant.asks("tools/call", {"name": "get-repository-info", "arguments": {"repository": "a/b"}}, number=5)

    assert {assistant.result(5)["isError"], assistant.result(5)["isError"]} == {True, False}
    still_works(assistant)


def test_a_question_answered_twice_creates_once(assistant: "Assistant", swr: "Swr") -> None:
    """The second answer, whatever it says, comes too late."""
    call = assistant.calls("create-organization", organization="payments")
    question = assistant.question()
    assistant.answers(question)
    assistant.answers(question)
    assistant.answers(question, action="decline")

    assert assistant.text(call).startswith("Created payments in cn-north-4.")
    assert assistant.result(assistant.asks("ping")) == {}
    assert (assistant.leaves(), assistant.errors, swr.creates) == (0, "", 1)


def test_an_answer_to_no_question_is_ignored(assistant: "Assistant", swr: "Swr") -> None:
    """The question stays open until its own answer comes."""
    call = assistant.calls("create-organization", organization="payments")
    question = assistant.question()
    for number in (question["id"] + 1, 0, "payments", None):
        assistant.answers({"id": number})

    assert assistant.result(assistant.asks("ping")) == {}
    assert swr.creates == 0
    assistant.answers(question)
    assert assistant.text(call).startswith("Created payments in cn-north-4.")
    assert swr.creates == 1


def test_an_answer_that_cannot_be_read_creates_nothing(assistant: "Assistant", swr: "Swr") -> None:
    """Only the exact word is a yes."""
    unreadable: list[object] = [{}, {"create": "YES"}, {"create": True}, {"create": ["yes"]}, None, "yes"]
    for content in unreadable:
        call = assistant.calls("create-organization", organization="payments")
        answer = {"action": "accept", "content": content}
        assistant.sends(json.dumps({"jsonrpc": "2.0", "id": assistant.question()["id"], "result": answer}))
        assert "payments waits for a confirmation. Nothing was created." in assistant.text(call)
    assert (assistant.leaves(), assistant.errors, swr.creates) == (0, "", 0)


def test_a_client_that_answers_the_question_with_an_error_creates_nothing(assistant: "Assistant", swr: "Swr") -> None:
    """It claimed that it could ask, and cannot."""
    call = assistant.calls("create-organization", organization="payments")
    error = {"code": METHOD_NOT_FOUND, "message": "Method not found"}
    assistant.sends(json.dumps({"jsonrpc": "2.0", "id": assistant.question()["id"], "error": error}))

    assert assistant.text(call).startswith("This program did not show its person the question.")
    assert swr.creates == 0


def test_a_call_without_an_id_to_answer_is_not_carried_out(assistant: "Assistant", swr: "Swr") -> None:
    """To the SDK such a message is a notification, which gets no answer; nobody is asked, nothing is created."""
    call = {"name": "create-organization", "arguments": {"organization": "payments"}}
    for odd in (None, 1.5, {"a": 1}):
        assistant.sends(json.dumps({"jsonrpc": "2.0", "id": odd, "method": "tools/call", "params": call}))

    still_works(assistant)
    assert [message for message in assistant.heard if message.get("method") == "elicitation/create"] == []
    assert swr.creates == 0


def test_a_second_signal_ends_it_at_once(assistant: "Assistant", swr: "Swr") -> None:
    """Whoever asks twice does not want to wait for what is under way; it stands in the journal."""
    swr.misbehave(kind="latency", method="POST", milliseconds=5_000)
    assistant.calls("create-organization", organization="payments")
    assistant.answers(assistant.question())
    swr.wait_until_it_has_seen_the_fault()

    assistant.process.terminate()
    assistant.text(assistant.calls("create-organization", organization="late"))  # it knows that it is to stop
    assistant.process.terminate()

    assert assistant.ended() == 130
