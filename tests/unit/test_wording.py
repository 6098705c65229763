"""Small pieces of text that every face shows alike."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swr_tools.wording import age_text, did_you_mean, first_invisible, listed, safe, size_text, time_left_text

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (1, "1 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (2 * 1024**2, "2.0 MiB"),
        (1024**3, "1.0 GiB"),
        (5 * 1024**4, "5.0 TiB"),
        (5000 * 1024**4, "5000.0 TiB"),
    ],
)
def test_sizes_are_in_units_of_1024(size: int, text: str) -> None:
    """With one digit after the point."""
    assert size_text(size) == text


@given(st.integers(0, 2**60))
def test_a_size_shows_no_more_than_it_must(size: int) -> None:
    """Below a pebibyte, the number before the unit has at most four digits."""
    number, unit = size_text(size).split()
    assert unit in ("B", "KiB", "MiB", "GiB", "TiB")
    assert float(number) <= 1024 or unit == "TiB"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "just now"),
        (0, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (3599, "59 minutes ago"),
        (3600, "1 hour ago"),
        (86_400, "1 day ago"),
        (3 * 86_400, "3 days ago"),
        (30 * 86_400, "1 month ago"),
        (365 * 86_400, "1 year ago"),
        (800 * 86_400, "2 years ago"),
    ],
)
def test_ages_are_in_their_largest_unit(seconds: int, text: str) -> None:
    """A clock that went back gives no negative age."""
    assert age_text(NOON, NOON + timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-3, "0 s"), (0, "0 s"), (0.9, "0 s"), (40, "40 s"), (119, "119 s"), (120, "2 min"), (599.9, "10 min")],
)
def test_time_left_is_said_in_round_numbers(seconds: float, text: str) -> None:
    """Rounded down."""
    assert time_left_text(seconds) == text


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("Grüße 中文", "Grüße 中文"),
        ("a\nb", "a\\nb"),
        ("a\tb", "a\\tb"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u200bb", "a\\u200bb"),
        ("a\u2028b", "a\\u2028b"),
        ("a\ud800b", "a\\ud800b"),
        ("a\U000e0001b", "a\\U000e0001b"),
    ],
)
def test_what_cannot_be_seen_is_spelled_out(given_text: str, shown: str) -> None:
    """Controls, direction marks, halves of characters; letters of any script stay."""
    assert safe(given_text) == shown


@given(st.text(st.characters(exclude_categories=())))
def test_safe_text_can_always_be_written(text: str) -> None:
    """It encodes, holds nothing invisible, and making it safe again changes nothing."""
    shown = safe(text)
    shown.encode()
    assert first_invisible(shown) is None
    assert safe(shown) == shown
    assert (shown == text) == (first_invisible(text) is None)


@given(st.text(max_size=50), st.integers(1, 20))
def test_a_cut_is_marked(text: str, limit: int) -> None:
    """And nothing is cut that fits."""
    shown = safe(text, limit)
    assert shown == (safe(text) if len(text) <= limit else safe(text[:limit]) + "…")


@pytest.mark.parametrize(("text", "at"), [("", None), ("abc", None), ("a b", None), ("ab\n", 2), ("\u200bab", 0)])
def test_the_first_invisible_character_is_found(text: str, at: int | None) -> None:
    """By its index; a space can be seen."""
    assert first_invisible(text) == at


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("pubic", "public"), ("PUBLIC", "public"), ("descripton", "description"), ("xyz", None), ("", None)],
)
def test_the_closest_word_is_meant(typed: str, meant: str | None) -> None:
    """Where one is close."""
    assert did_you_mean(typed, ("public", "category", "description")) == meant


@pytest.mark.parametrize(
    ("words", "sentence"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_words_are_listed_as_in_a_sentence(words: list[str], sentence: str) -> None:
    """With an and before the last."""
    assert listed(words) == sentence
