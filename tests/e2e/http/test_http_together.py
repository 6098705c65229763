"""Several at once: sessions of one person, and several people, who want the same."""

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Swr
    from tests.e2e.http.conftest import Assistant, Person, Server, Team, Told

MANY = 10


async def connected(stack: AsyncExitStack, server: "Server", people: "list[Person]") -> "list[Assistant]":
    """A program of each, every other one of the newest version."""
    eras = ("legacy", "auto") * len(people)
    return [
        await stack.enter_async_context(person.connects(server, era)) for person, era in zip(people, eras, strict=False)
    ]


async def confirmed(assistants: "list[Assistant]", organization: str) -> "tuple[list[str], list[Told]]":
    """The questions that all of them were asked before anybody answered, and what they read after all said yes."""
    calls = [assistant.creates(organization) for assistant in assistants]
    questions = [await assistant.question() for assistant in assistants]
    for assistant in assistants:
        assistant.says("yes")
    return questions, list(await asyncio.gather(*calls))


@pytest.mark.parametrize("count", [2, MANY])
async def test_sessions_of_one_person_that_confirm_at_once_create_once(
    team: "Team", server: "Server", swr: "Swr", count: int
) -> None:
    """It is one request with one code, and all are told that it was created."""
    async with AsyncExitStack() as stack:
        assistants = await connected(stack, server, [team.person("alice")] * count)
        questions, told = await confirmed(assistants, f"together{count}")

    assert len(set(questions)) == 1
    assert {(one.is_error, one.data.get("outcome")) for one in told} == {(False, "created")}
    assert len({one.data["code"] for one in told}) == 1
    assert swr.creates == 1


@pytest.mark.parametrize("count", [2, MANY])
async def test_people_who_confirm_the_same_at_once_create_once(
    team: "Team", server: "Server", swr: "Swr", count: int
) -> None:
    """One creates it; the others hear that the name is taken, and that they created nothing."""
    people = [team.person(f"person{number}") for number in range(count)]
    async with AsyncExitStack() as stack:
        assistants = await connected(stack, server, people)
        questions, told = await confirmed(assistants, f"people{count}")
        names = (await assistants[0].reads("list-organizations")).data["organizations"]

    assert len(set(questions)) == count
    created, others = [one for one in told if not one.is_error], [one for one in told if one.is_error]
    assert [one.data["outcome"] for one in created] == ["created"]
    assert all(f"The name people{count} is taken" in one.text for one in others)
    assert all("Nothing was created." in one.text for one in others)
    assert [organization["name"] for organization in names] == [f"people{count}"]
    assert swr.creates == count


async def test_a_yes_and_a_no_of_one_person_have_one_outcome(team: "Team", server: "Server", swr: "Swr") -> None:
    """Whichever comes first counts, and both are told the same."""
    alice = team.person("alice")
    async with alice.connects(server, "legacy") as one, alice.connects(server, "legacy") as other:
        calls = [one.creates("maybe"), other.creates("maybe")]
        for assistant in (one, other):
            await assistant.question()
            await assistant.sign()
        one.says("yes")
        other.says("no")
        yes, no = await asyncio.gather(*calls)

    assert swr.creates == (0 if yes.is_error else 1)
    assert [yes.is_error, no.is_error] in ([False, False], [True, True])
    first = "Declined maybe. Nothing was created." if yes.is_error else "Created maybe in cn-north-4."
    assert all(first in told.text for told in (yes, no))


async def test_creates_of_different_things_do_not_wait_for_each_other(
    team: "Team", server: "Server", swr: "Swr"
) -> None:
    """A question that stays open holds up nothing else of the same session."""
    async with team.person("alice").connects(server, "legacy") as assistant:
        waiting = assistant.creates("first")
        assert "first" in await assistant.question()
        reading = await assistant.reads("list-organizations")
        assert reading.text == "0 of 0 organizations."
        other = assistant.creates("second")
        assert "second" in await assistant.question()
        assistant.says("yes")
        told = await waiting
        assert told.text.startswith("Created first in")
        assert not other.done()
        assistant.says("yes")
        assert (await other).text.startswith("Created second in")
    assert swr.creates == 2
