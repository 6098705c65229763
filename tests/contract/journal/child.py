"""A process of its own for the tests: `child.py TASK JOURNAL [PROPOSAL-JSON …]`.

It opens the journal, says `ready`, waits for a line, does its task and prints one line of JSON for each step.
"""

import asyncio
import json
import resource
import sys
from collections.abc import Sequence
from pathlib import Path

from swr_tools.errors import JournalUnavailable
from swr_tools.journal.journal import Journal
from swr_tools.proposals import Outcome, OutcomeKind, Proposal, State

SMALL_DISK = 150_000  # bytes: about twice an empty journal


def say(answer: object) -> None:
    """Print one line of JSON at once."""
    print(json.dumps(answer), flush=True)


async def claim(journal: Journal, proposals: Sequence[Proposal]) -> None:
    """Claim each proposal and say whether it was won."""
    for each in proposals:
        say(await journal.claim(each.id, by=each.actor, at=each.created_at, until=each.created_at))


async def propose(journal: Journal, proposals: Sequence[Proposal]) -> None:
    """Propose each and say which id the journal keeps."""
    for each in proposals:
        say((await journal.propose(each)).id)


async def work(journal: Journal, proposals: Sequence[Proposal]) -> None:
    """Propose, claim and settle without end, saying each step once it is written; until killed or failing."""
    first = proposals[0]
    number = 0
    while True:
        number += 1
        name = f"{first.id}-{number}"
        each = first.model_copy(update={"id": name, "code": name, "arguments_hash": name})
        outcome = Outcome(kind=OutcomeKind.CREATED, sentence="Done. " * 50, at=each.created_at)
        try:
            await journal.propose(each)
            say([each.id, "pending"])
            await journal.claim(each.id, by=each.actor, at=each.created_at, until=each.created_at)
            say([each.id, "claimed"])
            await journal.settle(each.id, expected=State.CLAIMED, outcome=outcome)
            say([each.id, "settled"])
        except JournalUnavailable as error:
            say(["failed", error.sentence])
            return


async def fill(journal: Journal, proposals: Sequence[Proposal]) -> None:
    """Do the same on a disk that ends soon after what the journal holds now."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL_DISK, SMALL_DISK))
    await work(journal, proposals)


async def main() -> None:
    """Open, wait for the word, do the task, and stay until the input ends."""
    task, place, *texts = sys.argv[1:]
    proposals = [Proposal.model_validate_json(text) for text in texts]
    async with await Journal.open(Path(place)) as journal:
        say("ready")
        sys.stdin.readline()
        await {"claim": claim, "propose": propose, "work": work, "fill": fill}[task](journal, proposals)
        sys.stdin.readline()


asyncio.run(main())
