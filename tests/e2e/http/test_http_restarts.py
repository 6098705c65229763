"""Servers that are killed between a question and its answer, and several behind one journal."""

import asyncio
import signal
from typing import TYPE_CHECKING

import pytest
from mcp.shared.exceptions import MCPError

if TYPE_CHECKING:
    from tests.e2e.conftest import Swr
    from tests.e2e.http.conftest import Team

KEYS = {"SWR_BOT_REQUEST_STATE_KEYS": "the-first-key-of-32-characters-0, an-older-key-of-32-characters-00"}
OLDER = {"SWR_BOT_REQUEST_STATE_KEYS": "an-older-key-of-32-characters-00"}
INVALID_PARAMS = -32602
ONCE = ["proposed", "claimed", "settled"]


async def test_a_server_killed_before_the_answer_asks_the_same_again(own_team: "Team", swr: "Swr") -> None:
    """A session is gone with it (404); at 2026-07-28 the answer is refused where the processes share no keys."""
    alice = own_team.person("alice")
    server = own_team.serve()
    async with alice.connects(server, "legacy") as old, alice.connects(server) as new:
        calls = old.creates("payments"), new.creates("payments")
        question = await old.question()
        assert await new.question() == question
        server.is_killed()
        restarted = own_team.serve(port=server.port)
        old.says("yes")
        new.says("yes")
        with pytest.raises(MCPError, match=r"closed|ended"):
            await calls[0]
        with pytest.raises(MCPError, match="Session not found"):
            await old.reads("list-organizations")
        with pytest.raises(MCPError) as caught:
            await calls[1]
        assert caught.value.error.code == INVALID_PARAMS
        assert swr.creates == 0

        async with alice.connects(restarted, "legacy") as later:
            again = later.creates("payments"), new.creates("payments")
            assert [await later.question(), await new.question()] == [question] * 2
            later.says("yes")
            new.says("yes")
            told = [await call for call in again]
    assert [one.data.get("outcome") for one in told] == ["created", "created"]
    assert (swr.creates, await own_team.events("payments")) == (1, ONCE)


async def test_with_keys_of_the_settings_a_restarted_server_takes_the_answer(own_team: "Team", swr: "Swr") -> None:
    """Stopped or killed, with a newer key in front: exactly one create."""
    own_team.secrets += ["the-first-key-of-32", "an-older-key-of-32"]
    alice = own_team.person("alice")
    server = own_team.serve(variables=OLDER)
    async with alice.connects(server) as assistant:
        for organization, ends in (("killed", signal.SIGKILL), ("stopped", signal.SIGTERM)):
            call = assistant.creates(organization)
            await assistant.question()
            server.process.send_signal(ends)
            server.ended()
            server = own_team.serve(port=server.port, variables=KEYS)
            assistant.says("yes")
            assert (await call).text.startswith(f"Created {organization} in cn-north-4.")
            assert await own_team.events(organization) == ONCE
    assert swr.creates == 2


async def test_processes_with_shared_keys_and_one_journal_are_one_server(own_team: "Team", swr: "Swr") -> None:
    """The question comes from one and the answer goes to the other: yes creates once, no declines, both know it."""
    alice = own_team.person("alice")
    servers = own_team.serve(variables=KEYS), own_team.serve(variables=KEYS)
    async with alice.connects(servers[0]) as one, alice.connects(servers[1]) as other:
        first = await one.is_asked("payments")
        assert (await other.is_asked("payments")).input_requests == first.input_requests
        created = await other.answers("payments", first)
        replayed = await one.answers("payments", first)
        assert created.text.startswith("Created payments in cn-north-4.")
        assert (created.data["code"], replayed.is_error) == (replayed.data["code"], False)
        assert "nothing was sent now" in replayed.text
        assert (swr.creates, await own_team.events("payments")) == (1, ONCE)

        declined = await other.answers("ledger", await one.is_asked("ledger"), "no")
        assert declined.text.startswith("Declined ledger. Nothing was created. The person said no.")
    assert (swr.creates, await own_team.events("ledger")) == (1, ["proposed", "settled"])


async def test_a_server_killed_while_creating_leaves_what_the_next_one_tells(own_team: "Team", swr: "Swr") -> None:
    """Nothing is sent again, and whether it is there is looked up and said."""
    alice = own_team.person("alice")
    server = own_team.serve()
    swr.misbehave(kind="latency", method="POST", milliseconds=700)
    async with alice.connects(server, "legacy") as assistant:
        call = assistant.creates("payments")
        await assistant.question()
        assistant.says("yes")
        await asyncio.to_thread(swr.wait_until_it_has_seen_the_fault)
        server.is_killed()
        with pytest.raises(MCPError):
            await call
    swr.wait_for_creates(1)

    restarted = own_team.serve(port=server.port)
    for era in ("legacy", "auto"):
        async with alice.connects(restarted, era) as assistant:
            told = await assistant.reads("create-organization", organization="payments")
        assert told.is_error
        assert "its outcome was not written down" in told.text
        assert "SWR shows it now." in told.text
    assert (swr.creates, await own_team.events("payments")) == (1, ["proposed", "claimed"])
