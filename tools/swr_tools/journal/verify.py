"""Whether the journal is as it was written: the chain, and the proposals against it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from swr_tools.journal.chain import GENESIS, Event, Head, Link, Verification, body_of, first_flaw
from swr_tools.journal.rows import pending_row
from swr_tools.proposals import Proposal, State

_Row = Mapping[Any, Any]

# From which states an event may follow; None is a proposal nobody heard of yet.
_BEFORE: Mapping[str, frozenset[str | None]] = {
    Event.PROPOSED: frozenset({None}),
    Event.CLAIMED: frozenset({State.PENDING}),
    Event.SETTLED: frozenset({State.PENDING, State.CLAIMED}),
}


def verified(links: Sequence[Link], head: Head | None, stored: Sequence[_Row]) -> Verification:
    """Check the chain first, then that the rows of the proposals are what their entries make of them.

    Args:
        links: Every entry, by number.
        head: What the journal noted as its newest entry, or None where the note is gone.
        stored: The rows of the proposals, as they are in the table.
    """
    newest = links[-1].hash if links else GENESIS
    found = Verification(entries=len(links), head=newest)
    if flaw := first_flaw(links, head):
        return found.model_copy(update={"entry": flaw.entry, "problem": flaw.problem})
    told_by_entries: dict[str, dict[str, Any]] = {}
    for link in links:
        if problem := _replay(link, told_by_entries):
            return found.model_copy(update={"entry": link.number, "proposal_id": link.proposal_id, "problem": problem})
    if odd := _first_difference(told_by_entries, {row["id"]: row for row in stored}):
        return found.model_copy(update={"proposal_id": odd[0], "problem": odd[1]})
    return found


def _replay(link: Link, rows: dict[str, dict[str, Any]]) -> str:
    row = rows.get(link.proposal_id)
    if (row["state"] if row else None) not in _BEFORE.get(link.event, frozenset()):
        return f"Entry {link.number} cannot follow what the entries before it say about its proposal."
    if row is None:
        return _begin(link, rows)
    if link.event == Event.CLAIMED:
        return _claim(link, row)
    row.update(state=State.SETTLED, outcome=link.body)
    return ""


def _begin(link: Link, rows: dict[str, dict[str, Any]]) -> str:
    try:
        proposal = Proposal.model_validate(body_of(link))
    except (ValidationError, ValueError):
        return f"Entry {link.number} does not hold the proposal it tells of."
    rows[link.proposal_id] = pending_row(proposal, link.number)
    return ""


def _claim(link: Link, row: dict[str, Any]) -> str:
    try:
        until = body_of(link)["until"]
    except (KeyError, ValueError):
        return f"Entry {link.number} does not hold the claim it tells of."
    row.update(state=State.CLAIMED, claimed_at=link.at, claimed_until=until, claimed_by=link.actor)
    return ""


def _first_difference(told: Mapping[str, _Row], stored: Mapping[str, _Row]) -> tuple[str, str] | None:
    for proposal_id, row in told.items():
        if proposal_id not in stored:
            return proposal_id, f"Proposal {row['code']} is gone, while its entries are there."
        other = stored[proposal_id]
        if changed := [name for name in row if row[name] != other.get(name)]:
            return proposal_id, f"Proposal {row['code']} disagrees with its entries: {', '.join(changed)}."
    for proposal_id, row in stored.items():
        if proposal_id not in told:
            return proposal_id, f"Proposal {row['code']} has no entries."
    return None
