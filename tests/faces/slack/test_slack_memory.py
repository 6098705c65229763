"""What the bot remembers of deliveries and forms: enough, and never more and more."""

from swr_bot.slack_app.recent import Recent
from swr_tools.clock import ManualClock


def test_a_key_is_new_once_until_its_time_is_over() -> None:
    """And an empty one always, since nothing tells two of them apart."""
    clock = ManualClock()
    seen = Recent[bool](clock, seconds=600, most=10)
    assert seen.is_new("a", value=True)
    assert not seen.is_new("a", value=True)
    clock.advance(599)
    assert not seen.is_new("a", value=True)
    clock.advance(2)
    assert seen.is_new("a", value=True)
    assert seen.is_new("", value=True)
    assert seen.is_new("", value=True)


def test_the_oldest_go_where_there_are_too_many() -> None:
    """Asking for one forgets none."""
    seen = Recent[int](ManualClock(), seconds=600, most=3)
    for number in range(5):
        seen.keep(f"{number}", number)
    for _ in range(3):
        assert [seen.get(f"{number}") for number in range(5)] == [None, None, 2, 3, 4]


def test_what_is_kept_again_lives_anew() -> None:
    """A form that is opened again, for example."""
    clock = ManualClock()
    seen = Recent[int](clock, seconds=10, most=3)
    seen.keep("a", 1)
    seen.keep("b", 1)
    clock.advance(9)
    seen.keep("a", 2)
    clock.advance(2)
    assert (seen.get("a"), seen.get("b")) == (2, None)
