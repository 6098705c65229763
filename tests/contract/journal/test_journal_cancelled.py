"""A caller that is cancelled in the middle of the journal's work."""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from typing import Any

import pytest

from swr_tools.journal.journal import Journal
from swr_tools.proposals import Proposal

Draft = Callable[..., Proposal]


class CancelledAt:
    """Steps through an awaitable and cancels the task that awaits it at its nth pause."""

    def __init__(self, pause: int, work: Awaitable[object]) -> None:
        self.pause = pause
        self.work = work
        self.reached = False

    def __await__(self) -> Generator[Any, Any, object]:
        steps = self.work.__await__()
        try:
            waiting = next(steps)
            while True:
                self.pause -= 1
                if self.pause == 0:
                    self.reached = True
                    task = asyncio.current_task()
                    assert task is not None
                    task.cancel()
                try:
                    answer = yield waiting
                except BaseException as error:  # noqa: BLE001 - whatever comes goes on to the work
                    waiting = steps.throw(error)
                else:
                    waiting = steps.send(answer)
        except StopIteration as end:
            return end.value


async def waiting_for(cut: CancelledAt) -> None:
    """A caller."""
    await cut


@pytest.mark.parametrize("method", ["find", "claim"])
async def test_a_cancelled_caller_leaves_the_journal_free_for_the_next(
    journal: Journal, second_journal: Journal, draft: Draft, method: str
) -> None:
    """Wherever it is cut off, the file is not left locked, neither for this process nor for another."""
    pause, reached = 1, True
    while reached:
        proposal = await journal.propose(draft())
        work = (
            journal.find(proposal.id)
            if method == "find"
            else journal.claim(proposal.id, by=proposal.actor, at=proposal.created_at, until=proposal.created_at)
        )
        cut = CancelledAt(pause, work)

        await asyncio.gather(asyncio.create_task(waiting_for(cut)), return_exceptions=True)

        assert await second_journal.propose(draft())
        assert (await journal.verify()).ok
        pause, reached = pause + 1, cut.reached
    assert pause > 1


async def test_closing_waits_for_what_a_cancelled_caller_left_under_way(journal: Journal, draft: Draft) -> None:
    """A caller that is cancelled twice is let go at once, and the journal still closes in order."""
    asking = asyncio.create_task(journal.propose(draft()))
    await asyncio.sleep(0)
    assert journal.work
    asking.cancel()
    await asyncio.sleep(0)
    asking.cancel()

    assert isinstance((await asyncio.gather(asking, return_exceptions=True))[0], asyncio.CancelledError)
    await journal.aclose()
    assert not journal.work
