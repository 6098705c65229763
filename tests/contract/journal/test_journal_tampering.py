"""Somebody edits the file behind the journal's back: it shows."""

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import pytest

from swr_tools.errors import JournalUnavailable
from swr_tools.journal.chain import GENESIS, Event, Head, canonical_json, link_after
from swr_tools.journal.journal import Journal
from swr_tools.proposals import Outcome, Proposal, State

Draft = Callable[..., Proposal]
NOTHING: dict[str, object] = {}
SWAP = [
    "UPDATE entries SET number = 99 WHERE number = 3",
    "UPDATE entries SET number = 3 WHERE number = 4",
    "UPDATE entries SET number = 4 WHERE number = 99",
]


def edit(place: Path, *statements: str, values: Iterable[object] = ()) -> None:
    """Change the file as an attacker would: without the triggers and the checks."""
    with closing(sqlite3.connect(place)) as database, database:
        database.execute("DROP TRIGGER entries_no_UPDATE")
        database.execute("DROP TRIGGER entries_no_DELETE")
        for statement in statements:
            database.execute(statement, tuple(values))


async def use(journal: Journal, proposal: Proposal) -> None:
    """Read everything, then write."""
    await journal.open_proposals()
    await journal.find("id-1")
    await journal.entries()
    await journal.propose(proposal)


@pytest.fixture
async def written(journal: Journal, draft: Draft, created: Outcome) -> Journal:
    """A journal with `id-1`, settled (entries 1, 3 and 5), and `id-2`, claimed (entries 2 and 4)."""
    proposal, other = await journal.propose(draft()), await journal.propose(draft())
    await journal.claim(proposal.id, by=proposal.actor, at=proposal.created_at, until=proposal.created_at)
    await journal.claim(other.id, by=proposal.actor, at=proposal.created_at, until=proposal.created_at)
    await journal.settle(proposal.id, expected=State.CLAIMED, outcome=created)
    return journal


@pytest.mark.parametrize(
    ("statements", "entry", "problem"),
    [
        (["UPDATE entries SET body = replace(body, 'team-1', 'team-9') WHERE number = 1"], 1, "was changed"),
        (["UPDATE entries SET body = body || ' ' WHERE number = 3"], 3, "was changed"),
        (["UPDATE entries SET body = 'no JSON' WHERE number = 3"], 3, "was changed"),
        (["UPDATE entries SET body = x'00ff' WHERE number = 3"], 3, "was changed"),
        (["UPDATE entries SET actor = 'cli:laptop/mallory' WHERE number = 3"], 3, "was changed"),
        (["UPDATE entries SET at = '2001' WHERE number = 5"], 5, "was changed"),
        (["UPDATE entries SET event = 'settled' WHERE number = 4"], 4, "was changed"),
        (["UPDATE entries SET at = x'00' WHERE number = 2"], 2, "was changed"),
        (["DELETE FROM entries WHERE number = 3"], 3, "is missing"),
        (["DELETE FROM entries WHERE number = 1"], 1, "is missing"),
        (["DELETE FROM entries WHERE number = 5"], 5, "is missing: 1 entry is gone"),
        (["DELETE FROM entries WHERE number > 3"], 4, "is missing: 2 entries are gone"),
        (["DELETE FROM entries"], 1, "is missing: 5 entries are gone"),
        (SWAP, 3, "was changed"),
        (["UPDATE entries SET number = number + 1 WHERE number = 5"], 5, "is missing"),
        (["UPDATE chain_head SET hash = 'sha256:ff'"], 5, "is not what the journal noted"),
        (["UPDATE chain_head SET count = 4"], 5, "is not what the journal noted"),
        (["DELETE FROM chain_head"], 5, "note of its newest entry is missing"),
    ],
)
async def test_an_edited_entry_is_named(
    written: Journal, place: Path, statements: list[str], entry: int, problem: str
) -> None:
    """A change, a gap, a cut end, another order: verify names the first entry that is wrong."""
    edit(place, *statements)

    found = await written.verify()

    assert not found.ok
    assert (entry, True) == (found.entry, problem in found.problem), found.problem


async def test_an_entry_that_was_changed_and_hashed_anew_is_named(written: Journal, place: Path) -> None:
    """Somebody who can compute hashes breaks the link to the next entry instead."""
    first = (await written.entries())[0]
    body = canonical_json({**first.body, "operation": "create-repository"})
    forged = link_after(
        Head(0, GENESIS),
        at=first.at,
        event=first.event,
        proposal_id=first.proposal_id,
        actor=first.actor,
        body={**first.body, "operation": "create-repository"},
    )
    edit(place, "UPDATE entries SET body = ?, hash = ? WHERE number = 1", values=(body, forged.hash))

    found = await written.verify()

    assert (found.entry, found.problem) == (2, "Entry 2 does not follow entry 1: one of the two was replaced.")


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE proposals SET state = 'pending' WHERE id = 'id-1'", "disagrees with its entries: state."),
        ("UPDATE proposals SET outcome = NULL WHERE id = 'id-1'", "disagrees with its entries: outcome."),
        (
            """UPDATE proposals SET outcome = replace(outcome, 'created', 'refused') WHERE id = 'id-1'""",
            "disagrees with its entries: outcome.",
        ),
        ("UPDATE proposals SET arguments = '{}' WHERE id = 'id-1'", "disagrees with its entries: arguments."),
        ("UPDATE proposals SET person = 'mallory' WHERE id = 'id-1'", "disagrees with its entries: person."),
        (
            "UPDATE proposals SET claimed_at = created_at, claimed_by = 'mallory' WHERE id = 'id-1'",
            "disagrees with its entries: claimed_by.",
        ),
        ("UPDATE proposals SET endpoint = 'https://x' WHERE id = 'id-1'", "disagrees with its entries: endpoint."),
        ("UPDATE proposals SET account_id = 'x' WHERE id = 'id-1'", "disagrees with its entries: account_id."),
        ("UPDATE proposals SET claimed_until = '' WHERE id = 'id-1'", "disagrees with its entries: claimed_until."),
        ("DELETE FROM proposals WHERE id = 'id-1'", "is gone, while its entries are there."),
    ],
)
async def test_an_edited_proposal_is_named(written: Journal, place: Path, statement: str, problem: str) -> None:
    """The proposals must be what their entries make of them, column by column."""
    edit(place, statement)

    found = await written.verify()

    assert (found.proposal_id, found.entry) == ("id-1", None)
    assert found.problem == f"Proposal K001 {problem}"


async def test_a_proposal_that_nobody_asked_for_is_named(written: Journal, place: Path) -> None:
    """A row without entries was put there past the journal."""
    edit(
        place,
        "CREATE TEMP TABLE forged AS SELECT * FROM proposals WHERE id = 'id-1'",
        "UPDATE forged SET id = 'forged', number = 9, code = 'ZZZZ', state = 'pending', outcome = NULL",
        "INSERT INTO proposals SELECT * FROM forged",
    )

    found = await written.verify()

    assert (found.proposal_id, found.problem) == ("forged", "Proposal ZZZZ has no entries.")


@pytest.mark.parametrize(
    ("says", "body", "problem"),
    [
        ((Event.SETTLED, "id-1"), NOTHING, "cannot follow what the entries before it say about its proposal."),
        ((Event.CLAIMED, "id-9"), NOTHING, "cannot follow what the entries before it say about its proposal."),
        ((Event.PROPOSED, "id-9"), NOTHING, "does not hold the proposal it tells of."),
        ((Event.PROPOSED, "id-9"), "text", "does not hold the proposal it tells of."),
    ],
)
async def test_an_impossible_entry_is_named_though_its_hash_fits(
    written: Journal, place: Path, says: tuple[Event, str], body: object, problem: str
) -> None:
    """A well-chained entry that cannot have happened, such as a second outcome, is not believed."""
    newest = (await written.entries(newest_first=True))[0]
    event, proposal_id = says
    forged = link_after(Head(5, newest.hash), at=newest.at, event=event, proposal_id=proposal_id, actor="", body=body)
    edit(place, "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values=forged)
    with closing(sqlite3.connect(place)) as database, database:
        database.execute("UPDATE chain_head SET count = 6, hash = ?", (forged.hash,))

    found = await written.verify()

    assert (6, f"Entry 6 {problem}") == (found.entry, found.problem)


@pytest.mark.parametrize("body", [NOTHING, "text"])
async def test_a_claim_without_its_lease_is_named(journal: Journal, place: Path, draft: Draft, body: object) -> None:
    """Until when it holds is a part of what was written."""
    proposal = await journal.propose(draft())
    (first,) = await journal.entries()
    forged = link_after(
        Head(1, first.hash), at=first.at, event=Event.CLAIMED, proposal_id=proposal.id, actor="", body=body
    )
    edit(place, "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values=forged)
    with closing(sqlite3.connect(place)) as database, database:
        database.execute("UPDATE chain_head SET count = 2, hash = ?", (forged.hash,))

    found = await journal.verify()

    assert (found.entry, found.problem) == (2, "Entry 2 does not hold the claim it tells of.")


async def test_a_cut_end_still_shows_after_more_was_written(written: Journal, place: Path, draft: Draft) -> None:
    """New entries are numbered after what was cut off, so that the gap stays for ever."""
    edit(place, "DELETE FROM entries WHERE number = 5")
    await written.propose(draft())

    found = await written.verify()

    assert (found.entry, found.problem) == (5, "Entry 5 is missing.")


async def test_a_cut_end_with_the_head_turned_back_shows_in_the_proposals(written: Journal, place: Path) -> None:
    """Removing the outcome and turning the head back leaves a settled proposal that was never settled."""
    fourth = (await written.entries())[3]
    edit(
        place,
        "DELETE FROM entries WHERE number = 5",
        f"UPDATE chain_head SET count = 4, hash = '{fourth.hash}'",  # noqa: S608 - a hash we made
    )

    found = await written.verify()

    assert (found.proposal_id, "state, outcome" in found.problem) == ("id-1", True)


@pytest.mark.parametrize("statement", ["UPDATE entries SET actor = 'x'", "DELETE FROM entries"])
async def test_the_database_itself_keeps_entries_from_being_edited(
    written: Journal, place: Path, statement: str
) -> None:
    """A slip in a database shell is refused; only somebody who removes the guard first can do it."""
    with closing(sqlite3.connect(place)) as database, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        database.execute(statement)

    assert (await written.verify()).ok


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE proposals SET actor = 'no JSON'",
        "UPDATE proposals SET actor = '{}'",
        "UPDATE proposals SET outcome = '{}'",
        "UPDATE proposals SET created_at = 'yesterday'",
        "UPDATE entries SET body = 'no JSON'",
        "DELETE FROM chain_head",
        "INSERT INTO chain_head VALUES (2, 0, '')",
        "UPDATE chain_head SET count = 2",
    ],
)
async def test_damaged_rows_are_a_sentence_and_not_a_crash(
    written: Journal, place: Path, draft: Draft, statement: str
) -> None:
    """What cannot be read is reported as damage, with the way to find out more."""
    edit(place, statement)

    with pytest.raises(JournalUnavailable, match="is damaged") as failure:
        await use(written, draft())

    assert "swr-bot audit verify" in failure.value.hint
