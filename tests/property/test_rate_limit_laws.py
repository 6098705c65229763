"""Laws of the rate limit, against a model that remembers every call."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swr_bot.web.rate import RateLimit
from swr_tools.actor import Actor
from swr_tools.clock import ManualClock
from swr_tools.errors import Kind, RateLimited


def _actor(number: int = 0) -> Actor:
    return Actor(face="mcp", tenant="tokens", id=f"bot-{number}")


def _admitted(limit: RateLimit, actor: Actor) -> bool:
    try:
        limit.admit(actor)
    except RateLimited:
        return False
    return True


_waits = st.lists(st.floats(0, 90), max_size=60)
_sizes = st.integers(1, 20)


@given(_sizes, _waits)
def test_no_stretch_of_time_holds_more_calls_than_a_full_bucket_and_its_share(size: int, waits: list[float]) -> None:
    """A full bucket and what runs in meanwhile: between any two calls no more than that is let in."""
    clock = ManualClock()
    limit = RateLimit(size, clock)
    times: list[float] = []
    for wait in waits:
        clock.advance(wait)
        if _admitted(limit, _actor()):
            times.append(clock.monotonic())

    for first in range(len(times)):
        for last in range(first, len(times)):
            share = size + (times[last] - times[first]) * size / 60
            assert last - first + 1 <= share + 1e-3


@given(_sizes, _waits)
def test_whoever_waits_as_told_is_let_in(size: int, waits: list[float]) -> None:
    """The number of seconds in the answer is enough."""
    clock = ManualClock()
    limit = RateLimit(size, clock)
    for wait in waits:
        clock.advance(wait)
        try:
            limit.admit(_actor())
        except RateLimited as refused:
            clock.advance(refused.retry_after or 0)
            limit.admit(_actor())


@given(_sizes, st.integers(2, 5), st.lists(st.integers(0, 4), max_size=60))
def test_one_person_does_not_use_up_anothers_calls(size: int, people: int, order: list[int]) -> None:
    """Each has a bucket of their own."""
    limit = RateLimit(size, ManualClock())
    counts = dict.fromkeys(range(people), 0)
    for number in order:
        counts[number % people] += _admitted(limit, _actor(number % people))

    asked = [sum(1 for number in order if number % people == person) for person in range(people)]
    assert list(counts.values()) == [min(count, size) for count in asked]


def test_the_refusal_says_how_many_and_how_long() -> None:
    """In words for the person, and as a number for the program."""
    limit = RateLimit(2, ManualClock())
    limit.admit(_actor())
    limit.admit(_actor())
    with pytest.raises(RateLimited) as refused:
        limit.admit(_actor())

    assert str(refused.value) == "That is more than 2 calls a minute, the most for one person here."
    assert refused.value.hint == "Wait 30 seconds and call again."
    assert (refused.value.retry_after, refused.value.kind) == (30, Kind.UNAVAILABLE)


def test_zero_is_no_limit() -> None:
    """Whoever sets it wants none."""
    limit = RateLimit(0, ManualClock())

    assert all(_admitted(limit, _actor()) for _ in range(1000))


def test_many_people_take_little_room() -> None:
    """Those who called last are remembered; the number of them has a bound."""
    limit = RateLimit(1, ManualClock())
    assert all(_admitted(limit, _actor(number)) for number in range(10_001))

    assert not _admitted(limit, _actor(10_000))
    assert not _admitted(limit, _actor(1))
    assert _admitted(limit, _actor(0))
