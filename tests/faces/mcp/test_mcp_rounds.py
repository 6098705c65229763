"""Answers that come twice, too late, changed, or to another question; and a create that is settled meanwhile."""

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pytest
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, CallToolResult, ElicitResult, InputRequiredResult, TextContent

if TYPE_CHECKING:
    from tests.faces.conftest import Emulator
    from tests.faces.mcp.conftest import Assistant, Room, RoomMaker

Create = tuple[str, Mapping[str, Any], str]
CREATES: Mapping[str, Create] = {
    "an organization": ("create-organization", {"organization": "second"}, "second"),
    "a repository": ("create-repository", {"organization": "payments", "repository": "team/api"}, "payments/team/api"),
}
each_create = pytest.mark.parametrize(("tool", "arguments", "thing"), CREATES.values(), ids=CREATES)
whole_create = pytest.mark.parametrize("create", CREATES.values(), ids=CREATES)
modern = pytest.mark.parametrize("era", ["auto"], indirect=True)
YES = ElicitResult(action="accept", content={"create": "yes"})
NO = ElicitResult(action="decline")
KEY = "swr-bot:confirmation"
SAID_NO = "The person said no. Do not call it again on your own; ask them what they want instead."


async def raw(
    assistant: "Assistant", tool: str, arguments: Mapping[str, Any], answer: ElicitResult | None, state: str | None
) -> CallToolResult | InputRequiredResult:
    """One message of the newest protocol, as a client sends it."""
    return await assistant.client.session.call_tool(
        tool,
        dict(arguments),
        input_responses=None if answer is None else {KEY: answer},
        request_state=state,
        allow_input_required=True,
    )


async def asked(assistant: "Assistant", tool: str, arguments: Mapping[str, Any]) -> str:
    """The state that belongs to the question about this call."""
    question = await raw(assistant, tool, arguments, None, None)
    assert isinstance(question, InputRequiredResult)
    assert list(question.input_requests or {}) == [KEY]
    assert question.request_state
    return question.request_state


def text(result: CallToolResult | InputRequiredResult) -> str:
    """What the assistant reads."""
    assert isinstance(result, CallToolResult)
    (block,) = result.content
    assert isinstance(block, TextContent)
    return block.text


@modern
@each_create
async def test_a_replayed_yes_creates_nothing_twice(
    tool: str, arguments: Mapping[str, Any], thing: str, room: "Room", seeded: "Emulator"
) -> None:
    """The second and third tell what became of the first."""
    async with room.assistant(room.person("yes")) as assistant:
        state = await asked(assistant, tool, arguments)
        first, *again = [text(await raw(assistant, tool, arguments, YES, state)) for _ in range(3)]

    (proposal,) = await room.proposals()
    assert first.startswith(f"Created {thing} in cn-north-4. ")
    for told in again:
        assert told.startswith(f"{thing} was created just now in cn-north-4 ({proposal.code}); nothing was sent now.")
    assert (await room.fates(), seeded.creates) == (["created"], 1)


@modern
@each_create
async def test_a_replayed_yes_after_the_thing_has_gone_asks_anew(
    tool: str, arguments: Mapping[str, Any], thing: str, room: "Room", seeded: "Emulator"
) -> None:
    """A yes is for one question; what was removed since is not made again by it."""
    async with room.assistant(room.person("yes")) as assistant:
        state = await asked(assistant, tool, arguments)
        await raw(assistant, tool, arguments, YES, state)
        seeded.ask("POST", "reset")
        replayed = await raw(assistant, tool, arguments, YES, state)

    assert isinstance(replayed, InputRequiredResult)
    assert (await room.fates(), seeded.creates) == (["created", "pending"], 0)
    assert thing not in seeded.holds()


@modern
@each_create
async def test_a_replayed_yes_after_a_no_asks_anew(
    tool: str, arguments: Mapping[str, Any], thing: str, room: "Room", seeded: "Emulator"
) -> None:
    """What was declined stays declined."""
    async with room.assistant(room.person("yes")) as assistant:
        state = await asked(assistant, tool, arguments)
        room.clock.advance(3)
        declined = text(await raw(assistant, tool, arguments, NO, state))
        replayed = await raw(assistant, tool, arguments, YES, state)

    assert declined == f"Declined {thing}. Nothing was created. {SAID_NO}"
    assert isinstance(replayed, InputRequiredResult)
    assert (await room.fates(), seeded.creates) == (["declined", "pending"], 0)


@modern
@each_create
async def test_an_answer_without_a_question_is_asked_for(
    tool: str, arguments: Mapping[str, Any], thing: str, room: "Room", seeded: "Emulator"
) -> None:
    """A yes that a program makes up, with nothing of ours in it, is no yes."""
    async with room.assistant(room.person("yes")) as assistant:
        made_up = await raw(assistant, tool, arguments, YES, None)
        assert isinstance(made_up, InputRequiredResult)
    assert (await room.fates(), seeded.creates) == (["pending"], 0)
    assert thing not in seeded.holds()


def flipped(state: str) -> str:
    """The same with one character changed in the middle."""
    at = len(state) // 2
    return f"{state[:at]}{'A' if state[at] != 'A' else 'B'}{state[at + 1 :]}"


CHANGES: Mapping[str, Callable[[str], str]] = {
    "a character": flipped,
    "its end": lambda state: state[:-2],
    "all of it": lambda _state: "{}",
    "all but its form": lambda _state: "v1.e30",
}


@modern
@whole_create
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_a_changed_state_is_refused(
    change: Callable[[str], str], create: Create, room: "Room", seeded: "Emulator"
) -> None:
    """By the protocol, before anything looks at the answer."""
    tool, arguments, thing = create
    async with room.assistant(room.person("yes")) as assistant:
        state = await asked(assistant, tool, arguments)
        with pytest.raises(MCPError) as refused:
            await raw(assistant, tool, arguments, YES, change(state))

    assert refused.value.error.code == INVALID_PARAMS
    assert refused.value.error.message == "Invalid or expired requestState"
    assert (await room.fates(), seeded.creates) == (["pending"], 0)
    assert thing not in seeded.holds()


@modern
@each_create
async def test_a_yes_to_another_question_is_refused(
    tool: str, arguments: Mapping[str, Any], thing: str, room: "Room", seeded: "Emulator"
) -> None:
    """Whatever else was asked, and by whichever tool."""
    others: list[tuple[str, Mapping[str, Any]]] = [
        ("create-organization", {"organization": "third"}),
        ("create-repository", {"organization": "payments", "repository": "other"}),
        ("create-repository", {"organization": "payments", "repository": "team/api", "public": True}),
    ]
    async with room.assistant(room.person("yes")) as assistant:
        await asked(assistant, tool, arguments)
        for other in others:
            state = await asked(assistant, *other)
            with pytest.raises(MCPError, match="Invalid or expired requestState"):
                await raw(assistant, tool, arguments, YES, state)

    assert (await room.fates(), seeded.creates) == (["pending"] * 4, 0)
    assert thing not in seeded.holds()


@modern
async def test_a_state_of_another_server_is_refused(make_room: "RoomMaker", seeded: "Emulator") -> None:
    """Its key is of its process; two that share the journal and no key ask anew."""
    tool, arguments, _ = CREATES["an organization"]
    one, two = make_room(), make_room()
    async with one.assistant(one.person("yes")) as first, two.assistant(two.person("yes")) as second:
        state = await asked(first, tool, arguments)
        with pytest.raises(MCPError, match="Invalid or expired requestState"):
            await raw(second, tool, arguments, YES, state)
    assert (await one.fates(), seeded.creates) == (["pending"], 0)


@each_create
async def test_a_question_asked_again_is_about_one_request(
    tool: str, arguments: Mapping[str, Any], thing: str, room: "Room", seeded: "Emulator"
) -> None:
    """However often a call is made before somebody answers."""
    unreadable = ElicitResult(action="accept", content={})
    person = room.person(unreadable, unreadable, "yes")
    async with room.assistant(person) as assistant:
        *_, told = [await assistant.call(tool, arguments) for _ in range(3)]

    assert told.text.startswith(f"Created {thing} in cn-north-4. ")
    assert (len(person.questions), len(set(person.questions))) == (3, 1)
    assert (await room.fates(), seeded.creates) == (["created"], 1)


@each_create
async def test_a_yes_after_somebody_confirmed_it_elsewhere_tells_what_became_of_it(
    tool: str, arguments: Mapping[str, Any], thing: str, make_room: "RoomMaker", seeded: "Emulator"
) -> None:
    """Another process created it while the question stood; there is one."""
    room, terminal = make_room(), make_room()

    async def confirmed_there() -> str:
        await terminal.in_terminal(terminal.toolbox.confirm)
        return "yes"

    told = await room.call(tool, arguments, confirmed_there)

    assert not told.is_error
    assert f"{thing} " in told.text
    assert (await room.fates(), seeded.creates) == (["created"], 1)


@whole_create
@pytest.mark.parametrize(
    ("answer", "seconds"),
    [(NO, 3.0), (NO, 0.1), (ElicitResult(action="accept", content={}), 3.0)],
    ids=["no", "no at once", "unreadable"],
)
async def test_another_answer_after_somebody_confirmed_it_elsewhere_tells_what_became_of_it(
    answer: ElicitResult,
    seconds: float,
    create: Create,
    make_room: "RoomMaker",
    seeded: "Emulator",
) -> None:
    """It is there: nothing else is claimed, whatever was answered here."""
    tool, arguments, thing = create
    room, terminal = make_room(), make_room()

    async def confirmed_there() -> ElicitResult:
        await terminal.in_terminal(terminal.toolbox.confirm)
        return answer

    person = room.person(confirmed_there, reads_for=seconds)
    async with room.assistant(person) as assistant:
        told = await assistant.call(tool, arguments)

    begin = f"{thing} was created just now in" if room.era == "auto" else f"Created {thing} in"
    assert (told.is_error, told.text.startswith(begin)) == (False, True)
    assert (await room.fates(), seeded.creates) == (["created"], 1)


@pytest.mark.parametrize("era", ["legacy"], indirect=True)
@each_create
async def test_a_question_that_ends_after_somebody_confirmed_it_elsewhere_tells_what_became_of_it(
    tool: str, arguments: Mapping[str, Any], thing: str, make_room: "RoomMaker", seeded: "Emulator"
) -> None:
    """Nobody answered here, and the answer is not that nothing was created."""
    room, terminal = make_room(), make_room()
    person = room.person(room.never, reads_for=0)
    async with room.assistant(person) as assistant:
        calling = asyncio.ensure_future(assistant.call(tool, arguments))
        await room.until(lambda: person.questions)
        await terminal.in_terminal(terminal.toolbox.confirm)
        await room.clock.run(300)
        told = await calling

    assert told.text.startswith(f"Created {thing} in cn-north-4. ")
    assert (await room.fates(), seeded.creates) == (["created"], 1)


@pytest.mark.parametrize("era", ["legacy"], indirect=True)
@each_create
async def test_an_unreadable_answer_after_its_time_says_that_it_expired(
    tool: str, arguments: Mapping[str, Any], thing: str, make_room: "RoomMaker", seeded: "Emulator"
) -> None:
    """Nobody is sent to a terminal to confirm what cannot be confirmed any more."""
    room = make_room(ttl=60)
    person = room.person(ElicitResult(action="accept", content={}), reads_for=61)
    async with room.assistant(person) as assistant:
        told = await assistant.call(tool, arguments)

    assert told.text == f"The request for {thing} expired before it was confirmed. Nothing was created. Ask again."
    assert (await room.fates(), seeded.creates) == (["expired"], 0)


@each_create
async def test_a_yes_after_somebody_declined_it_elsewhere_creates_nothing(
    tool: str, arguments: Mapping[str, Any], thing: str, make_room: "RoomMaker", seeded: "Emulator"
) -> None:
    """An open call ends with it; in the newest protocol the question is a new one, and is asked."""
    room, terminal = make_room(), make_room()

    async def declined_there() -> str:
        await terminal.in_terminal(terminal.toolbox.decline)
        return "yes"

    person = room.person(declined_there, "decline")
    async with room.assistant(person) as assistant:
        told = await assistant.call(tool, arguments)

    asked_anew = room.era == "auto"
    no = f" {SAID_NO}" if asked_anew else ""
    assert (told.is_error, told.text) == (True, f"Declined {thing}. Nothing was created.{no}")
    assert len(set(person.questions)) == len(person.questions) == 1 + asked_anew
    assert (set(await room.fates()), seeded.creates) == ({"declined"}, 0)


@each_create
async def test_a_yes_after_its_time_creates_nothing(
    tool: str, arguments: Mapping[str, Any], thing: str, make_room: "RoomMaker", seeded: "Emulator"
) -> None:
    """An open call says that it expired; in the newest protocol the question is a new one, and is asked."""
    room = make_room(ttl=60)

    async def too_late() -> str:
        room.clock.advance(61)
        return "yes"

    person = room.person(too_late, "decline")
    async with room.assistant(person) as assistant:
        told = await assistant.call(tool, arguments)

    assert told.is_error
    if room.era == "auto":
        assert told.text == f"Declined {thing}. Nothing was created. {SAID_NO}"
        assert (len(person.questions), await room.fates()) == (2, ["expired", "declined"])
    else:
        assert told.text == (
            f"The request for {thing} expired before it was confirmed. Nothing was created. Ask again."
        )
        assert (len(person.questions), await room.fates()) == (1, ["expired"])
    assert seeded.creates == 0
