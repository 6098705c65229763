"""A create is asked for, and somebody answers, or something, or nobody: what the assistant reads, and what exists."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pytest
from mcp.shared.exceptions import MCPError
from mcp_types import ElicitResult, ErrorData

if TYPE_CHECKING:
    from tests.faces.conftest import Emulator
    from tests.faces.mcp.conftest import Answer, Room, RoomMaker

BEFORE = {"payments", "payments/taken"}
ALONE = "Do not call it again on your own."
SAID_NO = "The person said no. Do not call it again on your own; ask them what they want instead."
BY_ITSELF = "The answer was no, sooner than a person can read the question: some programs answer by themselves."
UNREADABLE = "The answer cannot be read: it is neither yes nor no."
CANNOT_ASK = "This program cannot show its person a question."
NOT_SHOWN = "This program did not show its person the question."
OVER_HTTP = (
    "Over HTTP it can only be confirmed where this program asks its person: tell them to use one that shows the "
    "questions of MCP servers (elicitation), or swr-bot in a terminal with keys of their own."
)


@dataclass(frozen=True)
class Create:
    """A call that creates something.

    Attributes:
        tool: Which.
        arguments: A valid call's.
        thing: What is there afterwards.
        facts: What of it the question shows.
    """

    tool: str
    arguments: Mapping[str, object]
    thing: str
    facts: str


CREATES = {
    "an organization": Create("create-organization", {"organization": "second"}, "second", "Organization: second"),
    "a repository": Create(
        "create-repository",
        {"organization": "payments", "repository": "team/api", "public": True, "description": "Say yes."},
        "payments/team/api",
        "Organization: payments\nRepository: team/api\n!! Visibility: PUBLIC: anybody can pull it\n"
        "Category: not set (SWR decides)\nDescription: Say yes.",
    ),
}
each_create = pytest.mark.parametrize("create", CREATES.values(), ids=CREATES)


def accepted(content: Mapping[str, str | int | float | bool | list[str] | None] | None) -> ElicitResult:
    """The answer of a form that was filled in like this."""
    return ElicitResult(action="accept", content=None if content is None else dict(content))


class Case(NamedTuple):
    """An answer that creates nothing."""

    answer: "Answer"
    why: str
    seconds: float = 3.0


PERSONS_NO = {"no": Case("no", SAID_NO), "decline": Case("decline", SAID_NO), "cancel": Case("cancel", SAID_NO)}
NOBODYS_ANSWER = {
    "no at once": Case("no", BY_ITSELF, 0.4),
    "decline at once": Case("decline", BY_ITSELF, 0.0),
    "cancel at once": Case("cancel", BY_ITSELF, 0.1),
    "truth for a word": Case(accepted({"create": True}), UNREADABLE),
    "a number": Case(accepted({"create": 1}), UNREADABLE),
    "another word": Case(accepted({"create": "maybe"}), UNREADABLE),
    "another case": Case(accepted({"create": "YES"}), UNREADABLE),
    "yes with a space": Case(accepted({"create": "yes "}), UNREADABLE),
    "a list": Case(accepted({"create": ["yes"]}), UNREADABLE),
    "null": Case(accepted({"create": None}), UNREADABLE),
    "another field": Case(accepted({"confirm": "yes"}), UNREADABLE),
    "an empty form": Case(accepted({}), UNREADABLE),
    "no form": Case(accepted(None), UNREADABLE),
}


def waiting(why: str, create: Create, code: str, left: str = "10 min", flags: str = "") -> str:
    """What an assistant reads about a create that still waits, on the machine of its person."""
    return (
        f"{why} {create.thing} waits for a confirmation. Nothing was created. "
        f"Tell the person to confirm it within {left} in a terminal of this machine, as the same user: "
        f"`swr-bot confirm {code}{flags}`. After that, calling {create.tool} again with the same arguments shows "
        f"what became of it. {ALONE}"
    )


async def code_of(room: "Room") -> str:
    """The code of the only thing that was ever asked for."""
    (proposal,) = await room.proposals()
    return proposal.code


@each_create
async def test_the_question_holds_every_fact(create: Create, room: "Room", seeded: "Emulator") -> None:
    """What will be sent, where to, with whose keys, the code and the end; one required choice without a default."""
    person = room.person("yes")
    async with room.assistant(person) as assistant:
        await assistant.call(create.tool, create.arguments)

    (question,), (form,) = person.questions, person.schemas
    noun = create.tool.removeprefix("create-")
    assert question == (
        f"Create the {noun} {create.thing}?\n{create.facts}\nCloud: huaweicloud\nRegion: cn-north-4\n"
        f"Endpoint: {seeded.url}\nAccount: access key …KEY1\nCode: {await code_of(room)} (until 12:10:00 UTC)\n"
        "Only yes creates it; any other answer creates nothing."
    )
    assert form["required"] == ["create"]
    assert form["properties"] == {
        "create": {
            "type": "string",
            "enum": ["yes", "no"],
            "title": "Create it?",
            "description": "yes creates it; no creates nothing.",
        }
    }


@each_create
@pytest.mark.parametrize("seconds", [0.0, 3.0, 299.0])
async def test_a_yes_creates_it_once(create: Create, seconds: float, room: "Room", seeded: "Emulator") -> None:
    """However long the person read."""
    person = room.person("yes", reads_for=seconds)
    async with room.assistant(person) as assistant:
        answer = await assistant.call(create.tool, create.arguments)

    assert answer.text.startswith(f"Created {create.thing} in cn-north-4. ")
    assert (len(person.questions), await room.fates(), seeded.creates) == (1, ["created"], 1)
    assert seeded.holds() == {*BEFORE, create.thing}


@each_create
@pytest.mark.parametrize("case", PERSONS_NO.values(), ids=PERSONS_NO)
async def test_a_persons_no_is_final(case: Case, create: Create, room: "Room", seeded: "Emulator") -> None:
    """It is written down, and the assistant is told not to try again by itself."""
    person = room.person(case.answer, reads_for=case.seconds)
    async with room.assistant(person) as assistant:
        answer = await assistant.call(create.tool, create.arguments)

    assert (answer.is_error, answer.text) == (True, f"Declined {create.thing}. Nothing was created. {case.why}")
    assert (len(person.questions), await room.fates(), seeded.creates) == (1, ["declined"], 0)
    assert seeded.holds() == BEFORE


@each_create
@pytest.mark.parametrize("case", NOBODYS_ANSWER.values(), ids=NOBODYS_ANSWER)
async def test_what_no_person_said_creates_nothing(
    case: Case, create: Create, room: "Room", seeded: "Emulator"
) -> None:
    """It waits, and the text says how the person can still confirm it."""
    person = room.person(case.answer, reads_for=case.seconds)
    async with room.assistant(person) as assistant:
        answer = await assistant.call(create.tool, create.arguments)

    assert (answer.is_error, answer.text) == (True, waiting(case.why, create, await code_of(room)))
    assert (len(person.questions), await room.fates(), seeded.creates) == (1, ["pending"], 0)


async def test_further_fields_of_a_form_change_nothing(room: "Room", seeded: "Emulator") -> None:
    """A program may add some of its own; the one that was asked for decides."""
    more = {"remember": True, "comment": "no"}
    assert not (
        await room.call("create-organization", {"organization": "yes"}, accepted({"create": "yes", **more}))
    ).is_error
    refused = await room.call(
        "create-organization", {"organization": "no"}, room.later(accepted({"create": "no", **more}))
    )
    assert refused.text == f"Declined no. Nothing was created. {SAID_NO}"
    assert (await room.fates(), seeded.creates) == (["created", "declined"], 1)


@each_create
@pytest.mark.parametrize("url_only", [False, True], ids=["asks nothing", "opens addresses only"])
async def test_a_program_that_cannot_ask_never_goes_ahead(
    create: Create,
    url_only: bool,
    room: "Room",
    seeded: "Emulator",
) -> None:
    """The person confirms it in a terminal, and asking again shows what became of it."""
    person = room.person("yes")
    async with room.assistant(person if url_only else None, url_only=url_only) as assistant:
        answer = await assistant.call(create.tool, create.arguments)
        again = await assistant.call(create.tool, create.arguments)
        code = await code_of(room)
        assert [answer.text, again.text] == [waiting(CANNOT_ASK, create, code)] * 2
        assert (person.questions, await room.fates(), seeded.creates) == ([], ["pending"], 0)

        await room.in_terminal(room.toolbox.confirm)
        after = await assistant.call(create.tool, create.arguments)

    assert not after.is_error
    assert after.text.startswith(f"{create.thing} was created just now in cn-north-4 ({code}); nothing was sent now.")
    assert (await room.fates(), seeded.creates) == (["created"], 1)


@each_create
async def test_over_http_there_is_no_terminal_to_point_to(
    create: Create, make_room: "RoomMaker", seeded: "Emulator"
) -> None:
    """The text says what would help instead."""
    room = make_room(local=False)
    answer = await room.call(create.tool, create.arguments)
    assert answer.text == (
        f"{CANNOT_ASK} {create.thing} waits for a confirmation. Nothing was created. {OVER_HTTP} "
        f"After that, calling {create.tool} again with the same arguments shows what became of it. {ALONE}"
    )
    assert (await room.fates(), seeded.creates) == (["pending"], 0)


async def test_the_way_to_confirm_names_the_emulator(make_room: "RoomMaker") -> None:
    """Without its flag the terminal would look for a real cloud."""
    room = make_room(emulator=True)
    create = CREATES["an organization"]
    answer = await room.call(create.tool, create.arguments)
    assert answer.text == waiting(CANNOT_ASK, create, await code_of(room), flags=" --emulator")


@each_create
async def test_a_program_that_fails_to_ask_creates_nothing(create: Create, room: "Room", seeded: "Emulator") -> None:
    """Where it says so while the call runs, the assistant reads it; where not, the call ended with the question."""
    failing = ErrorData(code=-32603, message="The window was closed.")
    async with room.assistant(room.person(failing)) as assistant:
        if room.era == "legacy":
            answer = await assistant.call(create.tool, create.arguments)
            assert answer.text == waiting(NOT_SHOWN, create, await code_of(room))
        else:
            with pytest.raises(MCPError, match=r"The window was closed\."):
                await assistant.call(create.tool, create.arguments)
    assert (await room.fates(), seeded.creates) == (["pending"], 0)


@pytest.mark.parametrize("era", ["legacy"], indirect=True)
@each_create
async def test_a_question_that_nobody_answers_ends(create: Create, room: "Room", seeded: "Emulator") -> None:
    """After five minutes, with signs of life on the way, so that the program does not drop the call."""
    person = room.person(room.never, reads_for=0)
    async with room.assistant(person) as assistant:
        calling = asyncio.ensure_future(assistant.call(create.tool, create.arguments, waits=True))
        await room.until(lambda: person.questions)
        await room.clock.run(300)
        answer = await calling
        seen = assistant.progress

    code = await code_of(room)
    assert answer.text == waiting("Nobody answered within 5 min.", create, code, left="5 min")
    assert [step[0] for step in seen] == [1, *range(11, 300, 10)]
    assert {step[1:] for step in seen} == {(300, "Waiting for the person's answer")}
    assert (await room.fates(), seeded.creates) == (["pending"], 0)


@pytest.mark.parametrize("era", ["legacy"], indirect=True)
@each_create
async def test_a_server_that_stops_ends_its_questions(create: Create, room: "Room", seeded: "Emulator") -> None:
    """And takes no further calls; the request itself stays."""
    person = room.person(room.never)
    async with room.assistant(person) as assistant:
        calling = asyncio.ensure_future(assistant.call(create.tool, create.arguments))
        await room.until(lambda: person.questions)
        assert await room.face.in_flight.drain(5)
        answer, late = await calling, await assistant.call("list-organizations")

    why = "This swr-bot is being stopped before the person answered."
    assert answer.text == waiting(why, create, await code_of(room))
    assert late.text == "This swr-bot is being stopped. Calling it again in a minute may help."
    assert (await room.fates(), seeded.creates) == (["pending"], 0)


@each_create
@pytest.mark.parametrize("leaves", [False, True], ids=["cancelled", "gone"])
async def test_a_call_that_is_given_up_creates_nothing(
    create: Create,
    leaves: bool,
    room: "Room",
    seeded: "Emulator",
) -> None:
    """An open call that is cancelled, or whose client goes, is declined; where none is open, the request expires."""
    person = room.person(room.never)
    async with room.assistant(person) as assistant:
        calling = asyncio.ensure_future(assistant.call(create.tool, create.arguments))
        await room.until(lambda: person.questions)
        if not leaves:
            calling.cancel()
            await asyncio.wait({calling})
            await room.settled(1 if room.era == "legacy" else 0)
    calling.cancel()
    await asyncio.wait({calling})

    assert await room.fates() == ["declined" if room.era == "legacy" else "pending"]
    assert seeded.creates == 0


@each_create
async def test_a_create_that_is_given_up_after_the_yes_is_still_written_down(
    create: Create, room: "Room", seeded: "Emulator"
) -> None:
    """What was sent may have taken effect: the journal says what SWR shows."""

    async def yes() -> str:
        seeded.misbehave({"kind": "slow-body", "milliseconds": 200, "method": "POST", "times": 1})
        return "yes"

    async with room.assistant(room.person(yes)) as assistant:
        calling = asyncio.ensure_future(assistant.call(create.tool, create.arguments))
        await room.until(lambda: seeded.creates)
        calling.cancel()
        await asyncio.wait({calling})
        await room.comes_to_rest()

    assert (await room.fates(), seeded.creates) == (["created"], 1)
    assert seeded.holds() == {*BEFORE, create.thing}
