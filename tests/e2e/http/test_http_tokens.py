"""Whose token opens `/mcp`, and what somebody else's does with a session and a question that are not theirs."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from mcp.shared.exceptions import MCPError

from swr_bot.web.tokens import TokenFile
from swr_tools.clock import SystemClock

if TYPE_CHECKING:
    from tests.e2e.conftest import Swr
    from tests.e2e.http.conftest import Person, Server, Team

INVALID_PARAMS, FORGED = -32602, "Invalid or expired requestState"
HELLO: dict[str, object] = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "by-hand", "version": "1"},
}
_ENVELOPE: dict[str, object] = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
FIRST_MESSAGES: list[tuple[object, dict[str, str]]] = [
    ({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HELLO}, {}),
    (
        {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": _ENVELOPE}},
        {"mcp_protocol_version": "2026-07-28", "mcp_method": "tools/list"},
    ),
]


def statuses(team: "Team", server: "Server", person: "Person") -> list[int]:
    """What their first message gets, with a handshake and without."""
    program = team.by_hand(server, person)
    return [program.posts(message, **headers).status_code for message, headers in FIRST_MESSAGES]


def expire(tokens: Path, name: str) -> None:
    """Make a token one that ended a minute ago."""
    held = json.loads(tokens.read_text(encoding="utf-8"))
    (record,) = [record for record in held["tokens"] if record["name"] == name]
    record["expires"] = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    tokens.write_text(json.dumps(held), encoding="utf-8")


def test_only_a_token_of_this_server_opens_it(own_team: "Team", nobody: "Person", tmp_path: Path) -> None:
    """None, a wrong one, one that ended and one of another server's file are all the same 401."""
    alice, late = own_team.person("alice"), own_team.person("late")
    expire(own_team.tokens.path, "late")
    (tmp_path / "elsewhere").mkdir()
    foreign, _record = TokenFile(tmp_path / "elsewhere" / "tokens.json", SystemClock()).add("alice", days=1)
    strangers = [nobody, type(alice)(f"{alice.token}x"), type(alice)(alice.token[:-1]), late, type(alice)(foreign)]
    server = own_team.serve()

    assert statuses(own_team, server, alice) == [200, 200]
    for stranger in strangers:
        assert statuses(own_team, server, stranger) == [401, 401]
    assert "Refused the token of late: it expired on " in server.errors
    assert foreign not in server.errors


async def test_a_client_without_a_token_learns_only_that(server: "Server", nobody: "Person", era: str) -> None:
    """The official client reports an error, and no tool."""
    with pytest.raises(ExceptionGroup) as caught:
        async with nobody.connects(server, era):
            pass
    assert caught.group_contains(MCPError, match="Server returned an error response")


async def test_a_token_revoked_while_its_question_is_open_answers_nothing(
    team: "Team", server: "Server", swr: "Swr", era: str
) -> None:
    """The yes is turned away, and so is whatever comes after it."""
    leaver = team.person(f"leaver-{era}")
    async with leaver.connects(server, era) as assistant:
        call = assistant.creates("payments")
        await assistant.question()
        assert team.runs("token", "revoke", f"leaver-{era}").returncode == 0
        assistant.says("yes")
        with pytest.raises(MCPError):
            await assistant.reads("list-organizations")
        if era == "auto":
            with pytest.raises(MCPError):
                await call
        else:
            assert not call.done()
            call.cancel()

    assert statuses(team, server, leaver) == [401, 401]
    assert swr.creates == 0


def test_another_person_cannot_answer_in_somebodys_session(team: "Team", server: "Server", swr: "Swr") -> None:
    """Knowing its id is not enough; its owner is not disturbed."""
    mine, theirs = team.by_hand(server, team.person("alice")), team.by_hand(server, team.person("mallory"))
    session = mine.session()
    hyphened = {name.replace("_", "-"): value for name, value in session.items()}
    call = mine.calls("create-organization", session, organization="vault")
    question = call.event()
    assert question["method"] == "elicitation/create"

    assert theirs.answers(question, session) == 404
    assert theirs.calls("create-organization", session, organization="vault").stream.status_code == 404
    assert theirs.http.get(server.url, headers=hyphened).status_code == 404
    assert theirs.http.delete(server.url, headers=hyphened).status_code == 404
    assert swr.creates == 0

    assert mine.answers(question, session) == 202
    assert call.event()["result"]["structuredContent"]["outcome"] == "created"
    assert swr.creates == 1


async def test_another_person_cannot_answer_somebodys_question_of_the_newest_version(
    team: "Team", server: "Server", swr: "Swr"
) -> None:
    """The state of a question is bound to whoever was asked."""
    async with team.person("alice").connects(server) as mine, team.person("mallory").connects(server) as theirs:
        first = await mine.is_asked("vault")
        with pytest.raises(MCPError) as caught:
            await theirs.answers("vault", first)
        assert (caught.value.error.code, caught.value.error.message) == (INVALID_PARAMS, FORGED)
        assert swr.creates == 0

        told = await mine.answers("vault", first)
    assert told.data["outcome"] == "created"
    assert swr.creates == 1


def test_foreign_hosts_pages_and_floods_are_turned_away(team: "Team", server: "Server") -> None:
    """Whatever token comes with them, and with no more than a sentence."""
    program = team.by_hand(server, team.person("alice"))
    message, _headers = FIRST_MESSAGES[0]

    answers = [
        program.posts(message, host="evil.example.com"),
        program.posts(message, origin="https://evil.example.com"),
        program.posts(b"[" + b" " * 1024 * 1024),
    ]

    assert [answer.status_code for answer in answers] == [421, 403, 413]
    assert max(len(answer.text) for answer in answers) < 100


async def test_rights_taken_away_while_the_question_stands_are_gone_at_the_yes(
    team: "Team", server: "Server", swr: "Swr"
) -> None:
    """A token of the same name may answer in the session of the old one, but not for more than it may do itself."""
    name = "demoted"
    program = team.by_hand(server, team.person(name))
    session = program.session()
    call = program.calls("create-organization", session, organization="demoted-org")
    question = call.event()
    team.tokens.revoke(name)
    lesser = type(team.person("alice"))(team.tokens.add(name, days=1, operations=("list-organizations",))[0])

    assert team.by_hand(server, lesser).answers(question, session) == 202
    told = call.event()["result"]

    assert told["isError"]
    assert told["content"][0]["text"].startswith(
        "The token that this was asked with has expired or was revoked. Nothing was created."
    )
    assert (swr.creates, await team.events("demoted-org")) == (0, ["proposed"])
