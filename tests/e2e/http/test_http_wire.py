"""What `/mcp` makes of requests that no client should send: a short error, and nothing of how it is built."""

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

    from tests.e2e.conftest import Swr
    from tests.e2e.http.conftest import ByHand, Server, Team

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602
HEADER_MISMATCH, UNSUPPORTED_VERSION = -32020, -32022
PING: dict[str, object] = {"jsonrpc": "2.0", "id": 7, "method": "ping"}
NEWEST = {"mcp_protocol_version": "2026-07-28", "mcp_method": "ping"}
INTERNALS = ("pydantic", "JSONRPC", "validation error", "input_value", "Traceback", ".py", "starlette", "line 1")
NO_MESSAGES: list[tuple[object, int]] = [
    (b"garbage{", PARSE_ERROR),
    (b"", PARSE_ERROR),
    (b"\xff\xfe", PARSE_ERROR),
    (b"[" * 5_000, PARSE_ERROR),
    (b'{"jsonrpc":"2.0","id":1' + b"1" * 5_000 + b',"method":"ping"}', PARSE_ERROR),
    ([PING], INVALID_REQUEST),
    ([], INVALID_REQUEST),
    ("ping", INVALID_REQUEST),
    ({**PING, "jsonrpc": "1.0"}, INVALID_REQUEST),
    ({"id": 7, "method": "ping"}, INVALID_REQUEST),
    ({**PING, "params": [1]}, INVALID_REQUEST),
    ({**PING, "params": "all"}, INVALID_REQUEST),
]


@pytest.fixture
def program(team: "Team", server: "Server") -> "ByHand":
    """Somebody's program that speaks HTTP by hand."""
    return team.by_hand(server, team.person("alice"))


def refused(answer: "httpx.Response", status: int = 400) -> int:
    """The code of an error that is short and shows nothing internal."""
    assert answer.status_code == status, answer.text
    assert len(answer.content) < 400
    assert not [word for word in INTERNALS if word in answer.text.replace('"jsonrpc"', "")], answer.text
    return json.loads(answer.text)["error"]["code"]


def test_a_body_that_is_no_message_gets_a_sentence(program: "ByHand", server: "Server") -> None:
    """In a session, before one, and at the newest version; the session goes on."""
    session, said = program.session(), server.errors

    for body, code in NO_MESSAGES:
        answers = [program.posts(body, **headers) for headers in (session, {}, NEWEST)]
        assert [refused(answer) for answer in answers] == [code] * 3
        assert len({answer.json()["error"]["message"] for answer in answers}) == 1
    assert '"result":{}' in program.posts(PING, **session).text
    assert server.errors == said


def test_requests_without_a_session_of_this_server_are_refused(program: "ByHand") -> None:
    """A client of a session that is gone learns that from the 404, and begins another."""
    assert refused(program.posts(PING)) == INVALID_REQUEST
    for unknown in ("0" * 32, "x" * 3_000, "../.."):
        assert refused(program.posts(PING, mcp_session_id=unknown), 404) == INVALID_REQUEST
    assert refused(program.posts(PING, **{**program.session(), "accept": "application/json"}), 406) == INVALID_REQUEST


def envelope(version: str) -> dict[str, Any]:
    """A create of the newest version, complete."""
    told: dict[str, Any] = {"protocolVersion": version, "clientCapabilities": {"elicitation": {"form": {}}}}
    meta: dict[str, Any] = {f"io.modelcontextprotocol/{name}": value for name, value in told.items()}
    params: dict[str, Any] = {"name": "create-organization", "arguments": {"organization": "payments"}, "_meta": meta}
    return {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params}


@pytest.mark.parametrize(
    ("version", "headers", "code"),
    [
        ("2026-07-28", {"mcp_method": "tools/list"}, HEADER_MISMATCH),
        ("2026-07-28", {"mcp_name": "list-organizations"}, HEADER_MISMATCH),
        ("2026-07-28", {"mcp_protocol_version": "2099-01-01"}, HEADER_MISMATCH),
        ("2099-01-01", {}, HEADER_MISMATCH),
        ("2099-01-01", {"mcp_protocol_version": "2099-01-01"}, UNSUPPORTED_VERSION),
        ("2026-07-28", {"mcp_protocol_version": "2025-11-25"}, INVALID_REQUEST),
        ("2026-07-28", {"mcp_protocol_version": "<script>"}, HEADER_MISMATCH),
    ],
)
def test_headers_that_say_something_else_than_the_body_are_refused(
    program: "ByHand", swr: "Swr", version: str, headers: dict[str, str], code: int
) -> None:
    """A proxy may have decided by the headers; nobody is asked anything."""
    right = {"mcp_protocol_version": "2026-07-28", "mcp_method": "tools/call", "mcp_name": "create-organization"}
    answer = program.posts(envelope(version), **{**right, **headers})

    assert refused(answer) == code
    assert "requestState" not in answer.text
    assert swr.creates == 0


def test_the_newest_version_has_neither_sessions_nor_streams_of_its_own(program: "ByHand", server: "Server") -> None:
    """Only POST."""
    for method in ("GET", "DELETE", "PUT"):
        answer = program.http.request(method, server.url, headers={"MCP-Protocol-Version": "2026-07-28"})
        assert (answer.status_code, answer.headers["allow"], answer.text) == (405, "POST", "")


def test_a_handshake_at_an_unknown_version_is_answered_with_one_that_works(program: "ByHand") -> None:
    """In a stream and with a session: a server without them could ask nobody of that time."""
    hello: dict[str, Any] = {"protocolVersion": "2099-01-01", "capabilities": {}, "clientInfo": {"name": "a"}}
    assert program.posts({**PING, "method": "initialize", "params": hello}).text.count('"code":-32602') == 1
    hello["clientInfo"]["version"] = "1"
    answer = program.posts({**PING, "method": "initialize", "params": hello})

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert len(answer.headers["mcp-session-id"]) == 32
    assert '"protocolVersion":"2025-11-25"' in answer.text


def test_nobody_can_switch_sessions_or_streams_off(team: "Team") -> None:
    """There is no such flag: questions would not reach every client any more."""
    for flag in ("--stateless", "--json-response"):
        ran = team.runs("serve", flag, "--port", "0")
        assert (ran.returncode, ran.stdout) == (2, "")
        assert flag in ran.stderr
