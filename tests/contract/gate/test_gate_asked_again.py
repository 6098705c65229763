"""The same asked for again after it ended: SWR is read first, and nothing is ever created a second time unasked."""

from typing import TYPE_CHECKING

import pytest

from swr_tools.actor import Actor
from swr_tools.errors import NameTaken
from swr_tools.proposals import OutcomeKind, Proposal, State
from swr_tools.toolbox import Toolbox

if TYPE_CHECKING:
    from tests.contract.gate.conftest import Answer, House, ScriptedSwr, Swr

ORGANIZATION = ("create-organization", {"organization": "payments"})
FOR_EVER = 20


async def unknown(
    house: "House", scripted: "ScriptedSwr", says: "type[Answer]", toolbox: Toolbox, alice: Actor
) -> Proposal:
    """A proposal that ended in unknown."""
    proposal = await house.ask(toolbox, *ORGANIZATION, alice)
    scripted.posts_get = [says(500)] * FOR_EVER
    assert (await toolbox.confirm(proposal.id, alice)).kind is OutcomeKind.UNKNOWN
    scripted.posts_get = []
    return proposal


async def test_what_was_created_is_said_to_be_there_already(house: "House", swr: "Swr", alice: Actor) -> None:
    """With when and where, and that nothing was sent now; the journal keeps what it said."""
    toolbox = await house.toolbox()
    first = await house.ask(toolbox, *ORGANIZATION, alice)
    outcome = await toolbox.confirm(first.id, alice)
    house.clock.advance(185)
    again = await house.ask(toolbox, *ORGANIZATION, alice)
    assert again.id == first.id
    assert again.outcome is not None
    assert again.outcome.kind is OutcomeKind.CREATED
    assert again.outcome.sentence == (
        f"payments was created 3 minutes ago in cn-north-4 ({first.code}); nothing was sent now."
    )
    assert again.outcome.result == outcome.result
    assert (swr.posts, await house.outcome(first)) == (1, outcome)


async def test_what_was_created_and_deleted_is_proposed_anew(house: "House", swr: "Swr", alice: Actor) -> None:
    """Nobody hears that a thing was created which is not there; a new confirmation is asked for."""
    toolbox = await house.toolbox()
    first = await house.ask(toolbox, *ORGANIZATION, alice)
    await toolbox.confirm(first.id, alice)
    swr.remove("payments")
    again = await house.ask(toolbox, *ORGANIZATION, alice)
    assert (again.id != first.id, again.state, swr.posts) == (True, State.PENDING, 1)
    assert (await toolbox.confirm(again.id, alice)).kind is OutcomeKind.CREATED
    assert swr.has("payments")


async def test_what_was_made_differently_since_is_a_taken_name(house: "House", swr: "Swr", alice: Actor) -> None:
    """Deleted and made again by somebody else: it is not the one that was created here."""
    swr.add("payments")
    toolbox = await house.toolbox()
    asked = {"organization": "payments", "repository": "api", "description": "Cards"}
    await toolbox.confirm((await house.ask(toolbox, "create-repository", asked, alice)).id, alice)
    swr.remove("payments/api")
    swr.add("payments/api")
    with pytest.raises(NameTaken):
        await house.ask(toolbox, "create-repository", asked, alice)


async def test_what_was_created_is_remembered_while_swr_cannot_be_asked(
    scripted_house: "House", scripted: "ScriptedSwr", alice: Actor
) -> None:
    """It is true, and the person hears that nobody looked."""
    toolbox = await scripted_house.toolbox()
    first = await scripted_house.ask(toolbox, *ORGANIZATION, alice)
    await toolbox.confirm(first.id, alice)
    scripted.stop()
    again = await scripted_house.ask(toolbox, *ORGANIZATION, alice)
    assert again.outcome is not None
    assert again.outcome.sentence == (
        f"payments was created just now in cn-north-4 ({first.code}); nothing was sent now. "
        "SWR could not be asked whether it is still there."
    )


async def test_what_was_unknown_and_is_not_there_is_proposed_anew(
    scripted_house: "House", scripted: "ScriptedSwr", says: "type[Answer]", alice: Actor
) -> None:
    """The person looked, as they were told to; the answer is a new question and not a create."""
    toolbox = await scripted_house.toolbox()
    first = await unknown(scripted_house, scripted, says, toolbox, alice)
    posts = scripted.posts
    again = await scripted_house.ask(toolbox, *ORGANIZATION, alice)
    assert (again.id != first.id, again.state, scripted.posts) == (True, State.PENDING, posts)
    assert (await toolbox.confirm(again.id, alice)).kind is OutcomeKind.CREATED


async def test_what_was_unknown_and_is_there_is_said_to_be_there(
    scripted_house: "House", scripted: "ScriptedSwr", says: "type[Answer]", alice: Actor
) -> None:
    """It came late; the journal keeps that it was not known."""
    toolbox = await scripted_house.toolbox()
    first = await unknown(scripted_house, scripted, says, toolbox, alice)
    scripted.there = True
    posts = scripted.posts
    again = await scripted_house.ask(toolbox, *ORGANIZATION, alice)
    assert again.id == first.id
    assert again.outcome is not None
    assert again.outcome.kind is OutcomeKind.CREATED
    assert again.outcome.sentence.startswith("It is there now: payments in cn-north-4, asked for")
    assert again.outcome.result is not None
    assert (again.outcome.hint, again.outcome.error_code) == ("", None)
    assert scripted.posts == posts
    assert (await scripted_house.outcome(first)).kind is OutcomeKind.UNKNOWN


async def test_what_was_unknown_stays_so_while_swr_cannot_be_asked(
    scripted_house: "House", scripted: "ScriptedSwr", says: "type[Answer]", alice: Actor
) -> None:
    """The outcome as it was written; after its lifetime SWR decides anew."""
    toolbox = await scripted_house.toolbox()
    first = await unknown(scripted_house, scripted, says, toolbox, alice)
    scripted.stop()
    again = await scripted_house.ask(toolbox, *ORGANIZATION, alice)
    assert again.outcome == await scripted_house.outcome(first)
