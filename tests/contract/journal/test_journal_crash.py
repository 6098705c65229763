"""What is left when the process dies: kill -9 at any moment."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from swr_tools.journal.journal import Journal
from swr_tools.proposals import Outcome, Proposal, State

Draft = Callable[..., Proposal]
Start = Callable[..., Awaitable[Any]]


async def test_a_claim_outlives_the_process_that_made_it(
    journal: Journal, draft: Draft, created: Outcome, place: Path, child: Start
) -> None:
    """Killed between intent and outcome, the journal says CLAIMED, is whole, and can be settled by another."""
    proposal = await journal.propose(draft())
    process = await child("claim", proposal)
    process.go()
    assert await process.hears() is True

    await process.kill()

    async with await Journal.open(place) as reopened:
        (left,) = await reopened.open_proposals()
        assert (proposal.id, State.CLAIMED, str(proposal.actor)) == (left.id, left.state, left.claimed_by)
        assert (await reopened.verify()).ok
        assert await reopened.settle(proposal.id, expected=State.CLAIMED, outcome=created)


async def test_what_was_said_to_be_written_is_there_after_a_kill(draft: Draft, place: Path, child: Start) -> None:
    """Killed in the middle of its work, a process leaves a whole journal with every step it reported."""
    order = list(State)
    for number in range(3):
        process = await child("work", draft())
        process.go()
        said = [await process.hears() for _ in range(10 + number)]
        await process.kill()

        async with await Journal.open(place) as reopened:
            assert (await reopened.verify()).ok
            for proposal_id, state in said[-3:]:
                found = await reopened.find(proposal_id)
                assert found is not None
                assert order.index(found.state) >= order.index(State(state))
