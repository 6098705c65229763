"""What phones and chat programs do to a typed line, and what is made of it."""

import pytest

from swr_bot.text_repair import repair, split
from swr_tools.errors import UsageError

REPAIRED = [
    ("--description \u201cmy app\u201d", '--description "my app"'),
    ("--description \u201emy app\u201c", '--description "my app"'),
    ("it\u2019s", "it's"),
    ("\u2014public", "--public"),
    ("\u2013-private", "--private"),
    ("-public", "--public"),
    ("\u2013public", "--public"),
    ("\u2014p", "--p"),
    ("---public", "--public"),
    ("\u2212public", "--public"),
    ("a/b \u2014public", "a/b --public"),
    ("-p", "-p"),
    ("-5", "-5"),
    ("--", "--"),
    ("this \u2014 that", "this \u2014 that"),
    ("my\u2013team", "my\u2013team"),
    ('--description "one \u2014two \u2013three"', '--description "one \u2014two \u2013three"'),
    ('"\u2014public"', '"\u2014public"'),
    ('"open \u2014public', '"open \u2014public'),
    ("repo\u00a0info\u202fa/b", "repo info a/b"),
    ("\u200brepo in\u00adfo\u200e \u202aa/b\u202c\ufeff", "repo info a/b"),
    ("\u200b\u2014\u200bpublic", "--public"),
    ("<http://h/p|h/p>", "h/p"),
    ("repo info <https://h.io/p:1|h.io/p:1> x", "repo info h.io/p:1 x"),
    ("<https://h/p>", "https://h/p"),
    ("<mailto:app@h.io|app@h.io>", "app@h.io"),
    ("<http://h/?a=1&amp;b=2|h/?a=1&amp;b=2>", "h/?a=1&b=2"),
    ("<@U012AB|ann> <#C01|ops> <!here>", "<@U012AB|ann> <#C01|ops> <!here>"),
    ("a &lt;b&gt; &amp;c", "a <b> &c"),
    ("&amp;amp; &amp;lt;", "&amp; &lt;"),
    ("&lt;http://h/p|h/p&gt;", "<http://h/p|h/p>"),
    ("&quot; &copy;", "&quot; &copy;"),
    ("Repo Create Group/App", "Repo Create Group/App"),
    ("", ""),
]
SPLIT: list[tuple[str, list[str]]] = [
    ("", []),
    (" \u00a0 ", []),
    ("repo info a/b", ["repo", "info", "a/b"]),
    ("--description \u201cmy app\u201d \u2014public", ["--description", "my app", "--public"]),
    ('--description="my app"', ["--description=my app"]),
    ("it's a dog's", ["it's", "a", "dog's"]),
    ("C:\\x #1 \\", ["C:\\x", "#1", "\\"]),
    ('a"b c"d', ["ab cd"]),
    ('--description ""', ["--description", ""]),
    ('"a\n b"\tc\nd', ["a\n b", "c", "d"]),
    ("Repo INFO Group/App", ["Repo", "INFO", "Group/App"]),
]
UNCLOSED = [
    ('--description "my app', 15, "'my app'"),
    ("--description \u201cmy app", 15, "'my app'"),
    ('"a" b"c d', 6, "'c d'"),
    ('"a"b"c d', 5, "'c d'"),
    ('a "', 3, "''"),
    ('"' + "x" * 5000, 1, "'" + "x" * 40 + "\u2026'"),
    ('"\x1b[31m', 1, r"'\x1b[31m'"),
]


@pytest.mark.parametrize(("typed", "meant"), REPAIRED)
def test_a_line_is_repaired_as_it_was_meant(typed: str, meant: str) -> None:
    """Quotes, dashes, spaces, marks, links and entities become what was typed before a program improved it."""
    assert meant == repair(typed)


@pytest.mark.parametrize(("typed", "words"), SPLIT)
def test_a_line_is_split_into_the_words_it_was_meant_to_have(typed: str, words: list[str]) -> None:
    """Only double quotes hold words together; everything else means itself."""
    assert words == split(typed)


def test_a_word_knows_where_it_stood_and_whether_it_was_quoted() -> None:
    """A quoted value that looks like a flag can be told from a flag."""
    words = split('repo "--public" \u2014public')
    assert [(word, word.at, word.quoted) for word in words] == [
        ("repo", 0, False),
        ("--public", 5, True),
        ("--public", 16, False),
    ]


@pytest.mark.parametrize(("typed", "character", "rest"), UNCLOSED)
def test_an_unclosed_quote_is_shown(typed: str, character: int, rest: str) -> None:
    """The sentence says where the quote opened and shows what follows, safely."""
    with pytest.raises(UsageError) as refused:
        split(typed)
    sentence = f"The quote at character {character} is never closed; after it comes {rest}."
    assert (sentence, 'Type a " after the last word of the value.') == (
        refused.value.sentence,
        refused.value.hint,
    )
