"""Servers told to stop and clients that go away while a question is open, or while something is created."""

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.e2e.conftest import Swr
    from tests.e2e.http.conftest import Server, Team

ONCE = ["proposed", "claimed", "settled"]


async def test_a_server_that_stops_ends_its_questions_and_lets_creates_finish(own_team: "Team", swr: "Swr") -> None:
    """Both calls are answered; it is not ready meanwhile, begins nothing new, and ends with 0."""
    alice, bob = own_team.person("alice"), own_team.person("bob")
    server = own_team.serve()
    watcher = own_team.by_hand(server, bob)
    session = watcher.session()
    assert watcher.http.get(server.url.replace("/mcp", "/readyz")).status_code == 200
    swr.misbehave(kind="latency", method="POST", milliseconds=1_500)
    async with (
        alice.connects(server, "legacy") as asked,
        alice.connects(server, "legacy") as creating,
        bob.connects(server, "auto") as newest,
    ):
        await newest.is_asked("vault")
        calls = asked.creates("ledger"), creating.creates("payments")
        await asyncio.gather(asked.question(), creating.question())
        creating.says("yes")
        await asyncio.to_thread(swr.wait_until_it_has_seen_the_fault)
        server.told_to_stop()

        told = await calls[0]
        assert told.is_error
        assert told.text.startswith("This swr-bot is being stopped before the person answered.")
        assert "Nothing was created." in told.text
        ready = watcher.http.get(server.url.replace("/mcp", "/readyz"))
        assert (ready.status_code, "about to stop" in ready.text) == (503, True)
        late = watcher.calls("create-organization", session, organization="more").event()["result"]
        assert "This swr-bot is being stopped. Nothing was created." in late["content"][0]["text"]
        assert not calls[1].done()
        assert (await calls[1]).text.startswith("Created payments in cn-north-4.")
        assert await asyncio.to_thread(server.ended) == 0
    assert swr.creates == 1
    histories = [await own_team.events(organization) for organization in ("payments", "ledger", "vault", "more")]
    assert histories == [ONCE, ["proposed"], ["proposed"], []]


async def test_a_client_that_drops_its_stream_can_still_answer(team: "Team", server: "Server", swr: "Swr") -> None:
    """A lost connection is nobody's no: the question stays open, in this session and in a new one."""
    alice = team.person("alice")
    program, later = team.by_hand(server, alice), team.by_hand(server, alice)
    session, fresh = program.session(), later.session()
    call = program.calls("create-organization", session, organization="dropped")
    question = call.event()
    call.stream.close()

    again = later.calls("create-organization", fresh, organization="dropped")
    assert again.event()["params"]["message"] == question["params"]["message"]
    assert (swr.creates, await team.events("dropped")) == (0, ["proposed"])

    assert program.answers(question, session) == 202
    assert await team.settled("dropped") == "settled mcp:tokens/alice Created dropped in cn-north-4."
    told = later.calls("create-organization", fresh, organization="dropped").event()["result"]
    assert "nothing was sent now" in told["content"][0]["text"]
    assert (swr.creates, await team.events("dropped")) == (1, ONCE)


async def test_a_session_that_its_client_ends_takes_its_question_with_it(
    team: "Team", server: "Server", swr: "Swr"
) -> None:
    """That is declined; an answer that comes afterwards finds no session."""
    program = team.by_hand(server, team.person("alice"))
    session = program.session()
    question = program.calls("create-organization", session, organization="ended").event()
    hyphened = {name.replace("_", "-"): value for name, value in session.items()}

    assert program.http.delete(server.url, headers=hyphened).status_code == 200
    assert program.answers(question, session) == 404
    assert await team.settled("ended") == "settled mcp:tokens/alice Declined ended. Nothing was created."
    assert (swr.creates, await team.events("ended")) == (0, ["proposed", "settled"])


async def test_a_call_that_its_client_cancels_declines(team: "Team", server: "Server", swr: "Swr") -> None:
    """The session goes on."""
    async with team.person("alice").connects(server, "legacy") as assistant:
        call = assistant.creates("cancelled")
        await assistant.question()
        call.cancel()
        settled = await team.settled("cancelled")
        assert (await assistant.reads("list-organizations")).text == "0 of 0 organizations."

    assert settled == "settled mcp:tokens/alice Declined cancelled. Nothing was created."
    assert swr.creates == 0


async def test_a_client_of_the_newest_version_that_never_comes_back_leaves_its_request_open(
    team: "Team", server: "Server", swr: "Swr"
) -> None:
    """Until it expires nothing is created, and whoever asks the same is asked the same."""
    alice = team.person("alice")
    async with alice.connects(server) as assistant:
        first = await assistant.is_asked("gone")
    async with alice.connects(server) as assistant:
        assert (await assistant.is_asked("gone")).input_requests == first.input_requests
    assert (swr.creates, await team.events("gone")) == (0, ["proposed"])


async def test_a_client_that_goes_away_while_creating_leaves_an_outcome(
    team: "Team", server: "Server", swr: "Swr", era: str
) -> None:
    """What is known is written, nothing is sent again, and whoever asks later is told what became of it."""
    alice, organization = team.person("alice"), f"away-{era}"
    swr.misbehave(kind="latency", method="POST", milliseconds=500)
    async with alice.connects(server, era) as assistant:
        call = assistant.creates(organization)
        await assistant.question()
        assistant.says("yes")
        await asyncio.to_thread(swr.wait_until_it_has_seen_the_fault)
        call.cancel()
    await team.settled(organization)
    swr.wait_for_creates(1)

    async with alice.connects(server, era) as assistant:
        told = await assistant.reads("create-organization", organization=organization)
    assert not told.is_error
    assert "nothing was sent now" in told.text
    assert (swr.creates, await team.events(organization)) == (1, ONCE)
