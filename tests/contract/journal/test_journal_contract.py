"""What every journal does, whichever database it is kept in."""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest

from swr_tools.actor import Actor
from swr_tools.journal import CodeTaken
from swr_tools.journal.chain import Event
from swr_tools.journal.journal import Journal
from swr_tools.proposals import Outcome, Proposal, Site, State

Draft = Callable[..., Proposal]
SITE = Site(cloud="huaweicloud", region="cn-north-4", endpoint="https://swr.example", account="…MPLE", account_id="id")
BOB = Actor(face="slack", tenant="T012AB", id="U7", name="Bob")


async def test_a_proposal_is_found_again_as_it_was_proposed(journal: Journal, draft: Draft) -> None:
    """Nothing is lost or changed on the way in and out, and an unknown id is None."""
    proposal = draft(actor=BOB, arguments='{"name":"中文 \\"quoted\\""}')

    assert proposal == await journal.propose(proposal)

    assert proposal == await journal.find(proposal.id)
    assert await journal.find("another") is None


async def test_the_whole_story_outlives_the_process(
    journal: Journal, second_journal: Journal, draft: Draft, created: Outcome
) -> None:
    """A proposal, its claim and its outcome are read by another process as they were written."""
    proposal = await journal.propose(draft())
    claimed_at = proposal.created_at + timedelta(seconds=5)
    until = claimed_at + timedelta(seconds=90)

    assert await journal.claim(proposal.id, by=proposal.actor, at=claimed_at, until=until)
    assert await journal.settle(proposal.id, expected=State.CLAIMED, outcome=created)

    expected = proposal.model_copy(
        update={
            "state": State.SETTLED,
            "claimed_at": claimed_at,
            "claimed_until": until,
            "claimed_by": str(proposal.actor),
            "outcome": created,
        }
    )
    assert expected == await second_journal.find(proposal.id)


async def test_entries_tell_what_happened_in_order(journal: Journal, draft: Draft, created: Outcome) -> None:
    """Each change leaves one entry with who, when and what, chained to the one before."""
    proposal = await journal.propose(draft())
    await journal.claim(proposal.id, by=BOB, at=proposal.created_at, until=proposal.created_at)
    await journal.settle(proposal.id, expected=State.CLAIMED, outcome=created)

    first, second, third = await journal.entries()

    assert [(entry.number, entry.event) for entry in (first, second, third)] == [
        (1, Event.PROPOSED),
        (2, Event.CLAIMED),
        (3, Event.SETTLED),
    ]
    assert [first.hash, second.hash] == [second.previous_hash, third.previous_hash]
    assert {proposal.id} == {entry.proposal_id for entry in (first, second, third)}
    assert [str(proposal.actor), str(BOB), created.by] == [first.actor, second.actor, third.actor]
    assert proposal == Proposal.model_validate(first.body)
    assert not {"state", "claimed_at", "claimed_until", "claimed_by", "outcome"} & set(first.body)
    assert {"by": asdict(BOB), "until": "2031-05-06T12:00:00.000000+00:00"} == second.body
    assert created == Outcome.model_validate(third.body)
    assert [proposal.created_at, created.at] == [first.at, third.at]
    assert [third, second] == await journal.entries(limit=2, newest_first=True)
    assert [first] == await journal.entries(limit=1)


async def test_asking_the_same_again_returns_the_pending_proposal(journal: Journal, draft: Draft) -> None:
    """The same person, operation, arguments and site: nothing is stored, whichever of their faces asks."""
    alice = Actor(face="mcp", tenant="laptop", id="alice", holds_keys=True)
    first = await journal.propose(draft(arguments_hash="same"))

    again = await journal.propose(draft(arguments_hash="same", actor=alice))

    assert first == again
    assert len(await journal.entries()) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"actor": BOB},
        {"operation": "create-repository"},
        {"arguments_hash": "other"},
        {"site": SITE.model_copy(update={"cloud": "otc"})},
        {"site": SITE.model_copy(update={"region": "ap-southeast-1"})},
        {"site": SITE.model_copy(update={"endpoint": "https://swr.intra.example"})},
        {"site": SITE.model_copy(update={"account_id": "another"})},
    ],
    ids=["person", "operation", "arguments", "cloud", "region", "endpoint", "account"],
)
async def test_asking_for_something_else_is_another_proposal(
    journal: Journal, draft: Draft, other: dict[str, object]
) -> None:
    """One difference in person, operation, arguments or site makes another proposal."""
    first = await journal.propose(draft(arguments_hash="same"))

    second = await journal.propose(draft(**{"arguments_hash": "same", **other}))

    assert first.id != second.id
    assert [first, second] == await journal.open_proposals()


async def test_an_account_written_otherwise_is_the_same_account(journal: Journal, draft: Draft) -> None:
    """What people read of it is not what it is."""
    first = await journal.propose(draft(arguments_hash="same"))
    otherwise = SITE.model_copy(update={"account": "access key …MPLE"})

    assert first == await journal.propose(draft(arguments_hash="same", site=otherwise))
    assert first == await journal.latest_like(draft(arguments_hash="same", site=otherwise))


async def test_what_is_no_longer_pending_may_be_asked_for_anew(
    journal: Journal, draft: Draft, created: Outcome
) -> None:
    """A claimed or settled proposal does not stand in the way of a new one."""
    first = await journal.propose(draft(arguments_hash="same"))
    await journal.claim(first.id, by=first.actor, at=first.created_at, until=first.created_at)
    second = await journal.propose(draft(arguments_hash="same"))
    await journal.settle(second.id, expected=State.PENDING, outcome=created)
    third = await journal.propose(draft(arguments_hash="same"))

    assert len({first.id, second.id, third.id}) == 3
    assert third == await journal.latest_like(draft(arguments_hash="same"))


async def test_the_latest_like_it_is_found_in_any_state(journal: Journal, draft: Draft, created: Outcome) -> None:
    """The newest with the same person, operation, arguments and site; None where there is none."""
    proposal = await journal.propose(draft(arguments_hash="same"))
    await journal.settle(proposal.id, expected=State.PENDING, outcome=created)

    latest = await journal.latest_like(draft(arguments_hash="same"))

    assert latest == await journal.find(proposal.id)
    assert await journal.latest_like(draft()) is None
    assert await journal.latest_like(draft(arguments_hash="same", actor=BOB)) is None


async def test_the_code_of_an_open_proposal_is_taken(journal: Journal, draft: Draft, created: Outcome) -> None:
    """A second open proposal cannot have the same code; once the first is settled it can."""
    first = await journal.propose(draft(code="K7QF"))
    await journal.claim(first.id, by=first.actor, at=first.created_at, until=first.created_at)

    with pytest.raises(CodeTaken):
        await journal.propose(draft(code="K7QF"))

    assert [first.id] == [each.id for each in await journal.with_code("K7QF")]
    await journal.settle(first.id, expected=State.CLAIMED, outcome=created)
    second = await journal.propose(draft(code="K7QF"))
    assert [second.id, first.id] == [each.id for each in await journal.with_code("k7qf")]


async def test_only_a_pending_proposal_can_be_proposed(journal: Journal, draft: Draft) -> None:
    """One that already moved on is a mistake of the caller."""
    with pytest.raises(ValueError, match="Only a pending proposal"):
        await journal.propose(draft(state=State.CLAIMED))

    assert await journal.entries() == []


async def test_open_proposals_are_those_not_settled(journal: Journal, draft: Draft, created: Outcome) -> None:
    """Pending and claimed ones, oldest first, of everybody or of one person."""
    pending, claimed, settled = [await journal.propose(draft()) for _ in range(3)]
    of_bob = await journal.propose(draft(actor=BOB))
    await journal.claim(claimed.id, by=claimed.actor, at=claimed.created_at, until=claimed.created_at)
    await journal.settle(settled.id, expected=State.PENDING, outcome=created)

    assert [pending.id, claimed.id, of_bob.id] == [each.id for each in await journal.open_proposals()]
    assert [of_bob] == await journal.open_proposals(BOB.person)
    assert [pending.id, claimed.id] == [each.id for each in await journal.open_proposals(pending.actor.person)]


async def test_a_proposal_is_claimed_once(journal: Journal, draft: Draft, created: Outcome) -> None:
    """The second claim, one after it was settled, and one of an unknown id all fail and leave no entry."""
    proposal = await journal.propose(draft())

    assert await journal.claim(proposal.id, by=proposal.actor, at=proposal.created_at, until=proposal.created_at)
    assert not await journal.claim(proposal.id, by=BOB, at=proposal.created_at, until=proposal.created_at)
    await journal.settle(proposal.id, expected=State.CLAIMED, outcome=created)
    assert not await journal.claim(proposal.id, by=BOB, at=proposal.created_at, until=proposal.created_at)
    assert not await journal.claim("unknown", by=BOB, at=proposal.created_at, until=proposal.created_at)

    assert len(await journal.entries()) == 3


async def test_an_expired_proposal_cannot_be_claimed(journal: Journal, draft: Draft) -> None:
    """At the very time it expires it is too late; a microsecond before it is not."""
    proposal = await journal.propose(draft())

    assert not await journal.claim(proposal.id, by=BOB, at=proposal.expires_at, until=proposal.expires_at)
    in_time = proposal.expires_at - timedelta(microseconds=1)
    assert await journal.claim(proposal.id, by=BOB, at=in_time, until=proposal.expires_at)


async def test_a_proposal_is_settled_once_and_from_the_expected_state(
    journal: Journal, draft: Draft, created: Outcome
) -> None:
    """Settling from another state than the real one, twice, or what is settled, changes nothing."""
    proposal = await journal.propose(draft())

    assert not await journal.settle(proposal.id, expected=State.CLAIMED, outcome=created)
    assert await journal.settle(proposal.id, expected=State.PENDING, outcome=created)
    for expected in State:
        assert not await journal.settle(proposal.id, expected=expected, outcome=created)
    assert not await journal.settle("unknown", expected=State.PENDING, outcome=created)

    assert len(await journal.entries()) == 2


async def test_times_without_a_zone_are_refused(journal: Journal, draft: Draft) -> None:
    """A time that could mean anything is a mistake of the caller, and nothing is written."""
    proposal = await journal.propose(draft())
    at = proposal.created_at.replace(tzinfo=None)

    with pytest.raises(ValueError, match="time zone"):
        await journal.claim(proposal.id, by=BOB, at=at, until=proposal.expires_at)

    assert proposal == await journal.find(proposal.id)


async def test_a_journal_as_it_was_written_verifies(journal: Journal, draft: Draft, created: Outcome) -> None:
    """An empty journal and a full one are whole, and the head is the newest entry's hash."""
    assert (await journal.verify()).ok

    proposal = await journal.propose(draft())
    await journal.propose(draft())
    await journal.claim(proposal.id, by=BOB, at=proposal.created_at, until=proposal.created_at)
    await journal.settle(proposal.id, expected=State.CLAIMED, outcome=created)

    found = await journal.verify()
    newest = (await journal.entries(newest_first=True))[0]
    assert (True, 4, newest.hash) == (found.ok, found.entries, found.head)


def modes(*paths: Path) -> list[int]:
    """Who may do what with each."""
    return [path.stat().st_mode & 0o777 for path in paths]


async def test_the_file_and_its_folder_belong_to_the_user_alone(journal: Journal, place: Path) -> None:
    """Others can neither list the folder nor read the file."""
    assert journal
    assert modes(place.parent, place) == [0o700, 0o600]


async def test_entries_and_hashes_load_no_database_library() -> None:
    """The package and its chain cost nothing where no journal is opened."""
    program = "import sys, swr_tools.journal.chain; sys.exit('sqlalchemy' in sys.modules)"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program)

    assert await process.wait() == 0
