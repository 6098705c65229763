"""The chain of entries: canonical JSON, the hash of an entry, and the walk that shows a change or a gap.

An entry's hash is SHA-256 over three lines in UTF-8: `ALGORITHM`, the hash of the entry before it, and the
canonical JSON of the object with the keys `number`, `at`, `event`, `proposal_id`, `actor` and `body`. Both
are a contract: hashes already written must come out the same for ever.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from swr_tools.proposals import Stored

ALGORITHM = "swr-journal-1 sha256"
GENESIS = "sha256:" + "0" * 64

_OBJECT = TypeAdapter(dict[str, Any])


class Event(StrEnum):
    """What an entry says: asked for, confirmed (the create begins), or ended."""

    PROPOSED = "proposed"
    CLAIMED = "claimed"
    SETTLED = "settled"


class Entry(Stored):
    """One line of the journal.

    Attributes:
        number: 1, 2, 3 … without a gap.
        at: When it happened, UTC, by the clock of the process that wrote it.
        event: What happened.
        proposal_id: To which proposal.
        actor: Who did it, as text; empty for a proposal that expired by itself.
        body: For `proposed` the proposal, for `claimed` who confirmed and the end of the lease, for `settled` the
            outcome.
        previous_hash: The hash of the entry before it, or GENESIS.
        hash: `sha256:` and 64 hex digits.
    """

    number: int
    at: datetime
    event: Event
    proposal_id: str
    actor: str
    body: Mapping[str, Any]
    previous_hash: str
    hash: str


class Verification(Stored):
    """What a walk over the whole journal found.

    Attributes:
        entries: How many entries the journal holds.
        head: The newest entry's hash; a copy kept elsewhere shows even a journal that was rewritten whole.
        problem: The first thing that is wrong, one full sentence; empty where nothing is.
        entry: The number of the entry that is changed or missing, where it is one.
        proposal_id: The proposal that disagrees with its entries, where it is one.
    """

    entries: int
    head: str
    problem: str = ""
    entry: int | None = None
    proposal_id: str | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problem


class Head(NamedTuple):
    """What the journal says its newest entry is."""

    number: int
    hash: str


class Link(NamedTuple):
    """An entry exactly as it is stored: times and body as text."""

    number: int
    at: str
    event: str
    proposal_id: str
    actor: str
    body: str
    previous_hash: str
    hash: str


class Flaw(NamedTuple):
    """The first place where the chain does not hold, and why."""

    entry: int
    problem: str


def canonical_json(value: object) -> str:
    """The one JSON text of a value: sorted keys, no spaces, characters as they are, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def utc_text(at: datetime) -> str:
    """A time as ISO-8601 UTC with microseconds, so that the order of texts is the order of times.

    Raises:
        ValueError: The time has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("The journal takes times with a time zone only.")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def link_after(head: Head, *, at: datetime, event: Event, proposal_id: str, actor: str, body: object) -> Link:
    """The entry that follows `head`, hashed."""
    unhashed = Link(head.number + 1, utc_text(at), event, proposal_id, actor, canonical_json(body), head.hash, "")
    return unhashed._replace(hash=link_hash(unhashed))


def link_hash(link: Link) -> str:
    """The hash an entry must have.

    Raises:
        ValueError: The body is not canonical JSON.
    """
    body = json.loads(link.body)
    if canonical_json(body) != link.body:
        raise ValueError("The body is not canonical JSON.")
    entry = {
        "number": link.number,
        "at": link.at,
        "event": link.event,
        "proposal_id": link.proposal_id,
        "actor": link.actor,
        "body": body,
    }
    lines = f"{ALGORITHM}\n{link.previous_hash}\n{canonical_json(entry)}"
    return "sha256:" + hashlib.sha256(lines.encode()).hexdigest()


def first_flaw(links: Iterable[Link], head: Head | None) -> Flaw | None:
    """Walk the chain from its beginning to `head`; None where every entry is there and as it was written."""
    newest = Head(0, GENESIS)
    for link in links:
        if problem := _flaw_of(link, newest):
            return Flaw(newest.number + 1, problem)
        newest = Head(link.number, link.hash)
    if newest == head:
        return None
    return _flaw_at_the_end(newest, head)


def _flaw_of(link: Link, before: Head) -> str:
    number = before.number + 1
    if link.number != number:
        return f"Entry {number} is missing."
    if not _is_unchanged(link):
        return f"Entry {number} was changed after it was written."
    if link.previous_hash != before.hash:
        return f"Entry {number} does not follow entry {before.number}: one of the two was replaced."
    return ""


def _is_unchanged(link: Link) -> bool:
    try:
        return link_hash(link) == link.hash
    except (TypeError, ValueError):
        return False


def _flaw_at_the_end(newest: Head, head: Head | None) -> Flaw:
    if head is None:
        return Flaw(newest.number, "The journal's note of its newest entry is missing.")
    if head.number > newest.number:
        missing = head.number - newest.number
        entries = "1 entry is" if missing == 1 else f"{missing} entries are"
        return Flaw(newest.number + 1, f"Entry {newest.number + 1} is missing: {entries} gone from the end.")
    return Flaw(newest.number, f"Entry {newest.number} is not what the journal noted as its newest entry.")


def body_of(link: Link) -> Mapping[str, Any]:
    """The body as an object.

    Raises:
        ValueError: It is not a JSON object.
    """
    return _OBJECT.validate_json(link.body)
