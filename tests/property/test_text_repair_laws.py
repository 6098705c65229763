"""Laws of repairing and splitting typed lines."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from swr_bot.text_repair import repair, split
from swr_tools.errors import UsageError

PLAIN = ["repo", "a/b", "Group", "-", "--public", "-public", " ", "  ", "\n", '"', "'", "\\", "#", "5", "=", "."]
TYPED = ["\u2014", "\u2013", "\u2212", "\u201c", "\u201d", "\u2019", "\u00a0", "\u3000", "\u200b", "\u202e", "\ufeff"]
SLACK = [
    "<",
    ">",
    "|",
    "&amp;",
    "&lt;",
    "&gt;",
    "&",
    "<http://h/p|h/p>",
    "<https://x.y>",
    "<@U1|ann>",
    "<mailto:a@b|a@b>",
]
LINES = st.lists(st.sampled_from([*PLAIN, *TYPED, *SLACK]), max_size=20).map("".join) | st.text(max_size=80)
WITHOUT_SLACK = LINES.map(lambda line: line.replace("<", "").replace("&", ""))
VALUES = st.lists(st.sampled_from([piece for piece in [*PLAIN, "\u2014", "\u2013"] if piece != '"']), max_size=8).map(
    "".join
)


def words_or_none(line: str) -> list[str] | None:
    """The words of the line, or None where a quote is open."""
    try:
        return [str(word) for word in split(line)]
    except UsageError:
        return None


@given(LINES)
def test_a_line_is_split_or_refused_for_its_quotes(line: str) -> None:
    """Nothing but an odd number of double quotes keeps a line from being split."""
    assert (words_or_none(line) is None) == (repair(line).count('"') % 2 == 1)


@given(WITHOUT_SLACK)
def test_repairing_twice_is_repairing_once(line: str) -> None:
    """A repaired line is whole; only Slack's own escapes are read one layer at a time."""
    assert repair(line) == repair(repair(line))


@given(WITHOUT_SLACK)
def test_splitting_reads_a_repaired_line_like_the_typed_one(line: str) -> None:
    """It does not matter who repairs first."""
    assert words_or_none(line) == words_or_none(repair(line))


@given(LINES)
def test_no_unseen_character_of_direction_survives(line: str) -> None:
    """Bidirectional marks, zero-width characters and special spaces are gone from every word."""
    repaired = repair(line)
    assert not set(repaired) & set("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2069\ufeff\u201c\u201d")
    assert all(character == " " for character in repaired if unicodedata.category(character) == "Zs")


@given(st.lists(st.from_regex(r"[a-zA-Z0-9./:@=_']{1,8}", fullmatch=True), max_size=6))
def test_plain_words_come_back_as_they_are(words: list[str]) -> None:
    """Nothing is done to a line that nobody improved."""
    assert words == split(" ".join(words))


@given(VALUES)
def test_a_quoted_value_comes_back_as_it_was_typed(value: str) -> None:
    """In quotes, dashes, blanks, hashes and backslashes mean themselves, whichever quotes they are."""
    assert ["--description", value] == split(f'--description "{value}"') == split(f"--description \u201c{value}\u201d")


@given(LINES)
def test_every_word_stands_where_it_says(line: str) -> None:
    """Positions ascend, and an unquoted word is found at its own."""
    if words_or_none(line) is not None:
        words = split(line)
        repaired = repair(line)
        assert [word.at for word in words] == sorted({word.at for word in words})
        assert all(repaired[word.at :].startswith(word) for word in words if not word.quoted)


@given(
    st.lists(st.sampled_from("-\u2014\u2013\u2012\u2212"), min_size=1, max_size=5),
    st.from_regex(r"[a-z]{2,8}", fullmatch=True),
)
def test_any_run_of_dashes_makes_a_flag(dashes: list[str], word: str) -> None:
    """However a program drew the dashes of a flag, it is that flag."""
    assert ["x", f"--{word}"] == split(f"x {''.join(dashes)}{word}")
