"""The contract of the chain: canonical JSON, the hash of an entry, and the walk over many."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swr_tools.journal.chain import (
    GENESIS,
    Event,
    Flaw,
    Head,
    Link,
    canonical_json,
    first_flaw,
    link_after,
    link_hash,
    utc_text,
)

NOON = datetime(2031, 5, 6, 12, 0, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
BODIES = st.dictionaries(TEXT, JSON, max_size=4)
AWARE = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001 - Hypothesis wants naive bounds
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001 - the same
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-3, minutes=-30))]),
)


def chain(length: int) -> list[Link]:
    """A good chain."""
    links: list[Link] = []
    head = Head(0, GENESIS)
    for number in range(length):
        body = {"n": number}
        link = link_after(head, at=NOON, event=Event.CLAIMED, proposal_id="p", actor="a", body=body)
        links.append(link)
        head = Head(link.number, link.hash)
    return links


def head_of(links: list[Link]) -> Head:
    """What the journal notes as the newest of a chain."""
    return Head(links[-1].number, links[-1].hash) if links else Head(0, GENESIS)


def test_the_hash_of_an_entry_never_changes() -> None:
    """Known entries have known hashes, worked out here by hand: those already on disk must come out the same."""
    link = link_after(
        Head(0, GENESIS),
        at=NOON,
        event=Event.PROPOSED,
        proposal_id="id-1",
        actor="cli:laptop/zoë",
        body={"b": [1, None], "a": "中文"},
    )
    text = (
        "swr-journal-1 sha256\n"
        "sha256:0000000000000000000000000000000000000000000000000000000000000000\n"
        '{"actor":"cli:laptop/zoë","at":"2031-05-06T12:00:00.000000+00:00","body":{"a":"中文","b":[1,null]},'
        '"event":"proposed","number":1,"proposal_id":"id-1"}'
    )

    assert link.hash == "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    assert link.hash == "sha256:63b054d36dfc9a6a03c60d709eb1645b435fb78d10bd5ff76205326510c401ad"


@given(BODIES)
def test_canonical_json_is_one_text_for_equal_values(body: dict[str, object]) -> None:
    """It reads back as the same value, is its own canonical form, and forgets the order of the keys."""
    text = canonical_json(body)
    turned = dict(reversed(body.items()))

    assert json.loads(text) == body
    assert canonical_json(json.loads(text)) == text
    assert canonical_json(turned) == text
    assert text.encode().decode() == text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_json_cannot_say_is_refused(value: float) -> None:
    """No NaN and no infinity, which other programs read differently or not at all."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json({"n": value})


@given(AWARE, AWARE)
def test_times_as_text_sort_as_times(one: datetime, other: datetime) -> None:
    """Whatever their zones, the order of the texts is the order of the times, and they read back equal."""
    assert (utc_text(one) < utc_text(other)) == (one < other)
    assert datetime.fromisoformat(utc_text(one)) == one


@given(BODIES, TEXT, TEXT, AWARE)
def test_an_entry_has_the_hash_it_was_given(
    body: dict[str, object], proposal_id: str, actor: str, at: datetime
) -> None:
    """Whatever it says, its stored form hashes to its hash, and the chain of one holds."""
    link = link_after(Head(0, GENESIS), at=at, event=Event.SETTLED, proposal_id=proposal_id, actor=actor, body=body)

    assert link_hash(link) == link.hash
    assert first_flaw([link], head_of([link])) is None


@given(st.integers(1, 12), st.data())
def test_any_change_of_one_field_is_found_where_it_is(length: int, data: st.DataObject) -> None:
    """Change one field of one entry, hash included: the walk names that entry or, for its link, the same one."""
    links = chain(length)
    at = data.draw(st.integers(0, length - 1))
    field = data.draw(st.sampled_from(Link._fields))
    other = {"number": 99, "body": '{"n":77}'}.get(field, "another")
    changed = [*links[:at], links[at]._replace(**{field: other}), *links[at + 1 :]]

    flaw = first_flaw(changed, head_of(links))

    assert flaw is not None
    assert flaw.entry == at + 1


@given(st.integers(1, 12), st.data())
def test_any_missing_run_of_entries_is_found_at_its_beginning(length: int, data: st.DataObject) -> None:
    """Leave out some entries in a row, at the beginning, in the middle or at the end."""
    links = chain(length)
    begin = data.draw(st.integers(0, length - 1))
    end = data.draw(st.integers(begin + 1, length))

    flaw = first_flaw(links[:begin] + links[end:], head_of(links))

    assert flaw is not None
    assert (flaw.entry, flaw.problem.startswith(f"Entry {begin + 1} is missing")) == (begin + 1, True)


@given(st.permutations(range(5)))
def test_another_order_is_found(order: list[int]) -> None:
    """Only the order in which they were written holds, renumbered or not."""
    links = chain(5)
    moved = [links[index] for index in order]
    renumbered = [link._replace(number=number) for number, link in enumerate(moved, start=1)]

    for each in (moved, renumbered):
        flaw = first_flaw(each, head_of(links))
        assert (flaw is None) == (order == sorted(order))


def test_a_note_of_the_newest_entry_that_is_wrong_or_gone_is_found() -> None:
    """The last link of the chain is what the journal notes about it."""
    links = chain(2)

    assert first_flaw(links, head_of(links)) is None
    assert first_flaw([], Head(0, GENESIS)) is None
    assert first_flaw(links, None) == Flaw(2, "The journal's note of its newest entry is missing.")
    assert first_flaw(links, Head(1, links[0].hash)) == Flaw(
        2, "Entry 2 is not what the journal noted as its newest entry."
    )
    assert first_flaw(links, Head(3, "sha256:ff")) == Flaw(3, "Entry 3 is missing: 1 entry is gone from the end.")


def test_a_time_without_a_zone_is_refused() -> None:
    """It could mean any of twenty-six hours."""
    with pytest.raises(ValueError, match="time zone"):
        utc_text(NOON.replace(tzinfo=None))
