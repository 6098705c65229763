"""Several writers at once: two replicas, two faces, two clicks."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from swr_tools.journal.journal import Journal
from swr_tools.proposals import Outcome, Proposal, State

Draft = Callable[..., Proposal]
Start = Callable[..., Awaitable[Any]]
ROUNDS = 20


async def answers(children: list[Any]) -> list[tuple[object, object]]:
    """Let two processes go at once, and pair what they say in each round."""
    for each in children:
        each.go()
    first, second = [[await each.hears() for _ in range(ROUNDS)] for each in children]
    return list(zip(first, second, strict=True))


async def test_of_two_journals_one_wins_the_claim(journal: Journal, second_journal: Journal, draft: Draft) -> None:
    """Two replicas that claim a proposal at the same time: one True, one `claimed` entry."""
    for _ in range(ROUNDS):
        proposal = await journal.propose(draft())
        at = proposal.created_at
        won = await asyncio.gather(
            *(each.claim(proposal.id, by=proposal.actor, at=at, until=at) for each in (journal, second_journal))
        )
        assert sorted(won) == [False, True]

    assert (await journal.verify()).ok
    assert len(await journal.entries()) == 2 * ROUNDS


async def test_of_many_tasks_one_settles(
    journal: Journal, second_journal: Journal, draft: Draft, created: Outcome
) -> None:
    """A confirm, a decline and the expiry of the same proposal at once: one of them is what happened."""
    proposal = await journal.propose(draft())

    won = await asyncio.gather(
        *(each.settle(proposal.id, expected=State.PENDING, outcome=created) for each in (journal, second_journal) * 10)
    )

    assert sum(won) == 1
    assert len(await journal.entries()) == 2


async def test_of_two_processes_one_wins_each_claim(journal: Journal, draft: Draft, child: Start) -> None:
    """Two real processes that claim the same twenty proposals in the same order share them, one winner each."""
    proposals = [await journal.propose(draft()) for _ in range(ROUNDS)]
    children = [await child("claim", *proposals) for _ in range(2)]

    for first, second in await answers(children):
        assert sorted([bool(first), bool(second)]) == [False, True]

    assert (await journal.verify()).ok
    assert len(await journal.entries()) == 2 * ROUNDS


async def test_of_two_processes_that_propose_the_same_one_stores_it(
    journal: Journal, draft: Draft, child: Start
) -> None:
    """Both get the same proposal back, and the journal holds one row and one entry of it."""
    drafts = [draft() for _ in range(ROUNDS)]
    twins = [each.model_copy(update={"id": f"twin-of-{each.id}", "code": f"T{each.code}"}) for each in drafts]
    children = [await child("propose", *drafts), await child("propose", *twins)]

    for first, second in await answers(children):
        assert first == second

    assert (await journal.verify()).ok
    assert len(await journal.open_proposals()) == len(await journal.entries()) == ROUNDS


async def test_many_proposals_at_once_leave_no_gap(journal: Journal, second_journal: Journal, draft: Draft) -> None:
    """However the writers interleave, the entries are numbered without a gap and chained."""
    drafts = [draft() for _ in range(2 * ROUNDS)]

    await asyncio.gather(
        *(each.propose(proposal) for each, proposal in zip([journal, second_journal] * ROUNDS, drafts, strict=True))
    )

    assert [entry.number for entry in await journal.entries()] == list(range(1, 2 * ROUNDS + 1))
    assert (await journal.verify()).ok


async def test_a_new_journal_may_be_opened_by_several_at_once(place: Path, draft: Draft) -> None:
    """The schema is made once, and everybody finds it."""
    journals = await asyncio.gather(*(Journal.open(place) for _ in range(5)))
    proposal = await journals[0].propose(draft())
    found = [await each.find(proposal.id) for each in journals]
    for each in journals:
        await each.aclose()

    assert found == [proposal] * 5
