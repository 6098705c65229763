"""What people are told about a name that is refused, and what they are offered instead."""

import time

import pytest

from swr_tools.errors import NameInvalid
from swr_tools.names import (
    ExistingOrganizationName,
    ExistingRepositoryName,
    ImageReference,
    OrganizationName,
    RepositoryName,
)
from swr_tools.spelling import shown

NameType = type[ExistingOrganizationName] | type[OrganizationName] | type[ExistingRepositoryName] | type[RepositoryName]
NAME_TYPES: list[NameType] = [ExistingOrganizationName, OrganizationName, ExistingRepositoryName, RepositoryName]

ORG_HOLDS = "An organization name holds only letters a-z, digits, '.', '-' and '_'"
REPO_HOLDS = "A repository name holds only letters a-z, digits, '.', '/', '-' and '_'"
ORG_ALLOWED = (
    "Allowed: 1 to 64 characters: lower-case letters a-z and digits, with a single '.', '-' or '_', or '__' "
    "between them; begins with a letter, ends with a letter or a digit. 'library' is reserved."
)
TOUCH = "Two separators may not touch in an organization name, except '__'"
# The type, the name, the index where it breaks the rule, the corrected name, and everything that is said.
REFUSALS: list[tuple[NameType, str, int, str | None, str, str]] = [
    (OrganizationName, "", 0, None, "An organization name has 1 to 64 characters; this one is empty.", ORG_ALLOWED),
    (
        OrganizationName,
        "a" * 65,
        64,
        None,
        f"An organization name has at most 64 characters; '{'a' * 65}' has 65.",
        "Leave out 1 character.",
    ),
    (
        RepositoryName,
        "a" * 20_000,
        128,
        None,
        f"A repository name has at most 128 characters; '{'a' * 40}…' has 20,000.",
        "Leave out 19,872 characters.",
    ),
    (
        OrganizationName,
        "My_App ",
        0,
        "my_app",
        "An organization name is written in lower case; character 1 of 'My_App ' is 'M'.",
        "Did you mean 'my_app'?",
    ),
    (
        OrganizationName,
        "my$App",
        2,
        "my-app",
        f"{ORG_HOLDS}; character 3 of 'my$App' is '$'.",
        "Did you mean 'my-app'?",
    ),
    (
        RepositoryName,
        "team$app",
        4,
        "team/app",
        f"{REPO_HOLDS}; character 5 of 'team$app' is '$'.",
        "Did you mean 'team/app'?",
    ),
    (OrganizationName, "a b", 1, "a-b", f"{ORG_HOLDS}; character 2 of 'a b' is a space.", "Did you mean 'a-b'?"),
    (
        OrganizationName,
        "abc\n",
        3,
        "abc",
        f"{ORG_HOLDS}; character 4 of 'abc\\n' is a line break.",
        "Did you mean 'abc'?",
    ),
    (
        OrganizationName,
        "caf\u00e9",
        3,
        "cafe",
        f"{ORG_HOLDS}; character 4 of 'caf\u00e9' is '\u00e9' (U+00E9 LATIN SMALL LETTER E WITH ACUTE).",
        "Did you mean 'cafe'?",
    ),
    (
        OrganizationName,
        "a\u202eb",
        1,
        "ab",
        f"{ORG_HOLDS}; character 2 of 'a\\u202eb' is U+202E RIGHT-TO-LEFT OVERRIDE.",
        "Did you mean 'ab'?",
    ),
    (
        OrganizationName,
        "gr\u043eup",
        2,
        None,
        f"{ORG_HOLDS}; character 3 of 'gr\u043eup' is '\u043e' (U+043E CYRILLIC SMALL LETTER O).",
        ORG_ALLOWED,
    ),
    (
        OrganizationName,
        "a/b",
        1,
        None,
        f"{ORG_HOLDS}; character 2 of 'a/b' is '/'.",
        "An organization's name has one part; ORG/NAME names a repository in it.",
    ),
    (RepositoryName, "a:1.2", 1, "a", f"{REPO_HOLDS}; character 2 of 'a:1.2' is ':'.", "Did you mean 'a'?"),
    (
        OrganizationName,
        "1abc",
        0,
        None,
        "An organization name begins with a letter; character 1 of '1abc' is '1'.",
        ORG_ALLOWED,
    ),
    (
        OrganizationName,
        ".abc",
        0,
        "abc",
        "An organization name begins with a letter; character 1 of '.abc' is '.'.",
        "Did you mean 'abc'?",
    ),
    (
        RepositoryName,
        "/a",
        0,
        "a",
        "A repository name begins with a letter or a digit; character 1 of '/a' is '/'.",
        "Did you mean 'a'?",
    ),
    (
        OrganizationName,
        "abc-",
        3,
        "abc",
        "An organization name ends with a letter or a digit; character 4 of 'abc-' is '-'.",
        "Did you mean 'abc'?",
    ),
    (
        OrganizationName,
        "abc__",
        4,
        "abc",
        "An organization name ends with a letter or a digit; character 5 of 'abc__' is '_'.",
        "Did you mean 'abc'?",
    ),
    (
        OrganizationName,
        "a..b",
        2,
        "a.b",
        f"{TOUCH}; character 3 of 'a..b' is '.' right after '.'.",
        "Did you mean 'a.b'?",
    ),
    (
        OrganizationName,
        "a._b",
        2,
        "a.b",
        f"{TOUCH}; character 3 of 'a._b' is '_' right after '.'.",
        "Did you mean 'a.b'?",
    ),
    (
        RepositoryName,
        "payments//api",
        9,
        "payments/api",
        f"{TOUCH.replace('an organization', 'a repository')}; character 10 of 'payments//api' is '/' right after '/'.",
        "Did you mean 'payments/api'?",
    ),
    (
        OrganizationName,
        "a--b",
        2,
        "a-b",
        "A new organization name has no two hyphens in a row; character 3 of 'a--b' is the second.",
        "Did you mean 'a-b'?",
    ),
    (
        ExistingOrganizationName,
        "a--_b",
        3,
        "a-b",
        f"{TOUCH}; character 4 of 'a--_b' is '_' right after '-'.",
        "Did you mean 'a-b'?",
    ),
    (
        OrganizationName,
        "a___b",
        3,
        "a__b",
        "An organization name has at most two underscores in a row; character 4 of 'a___b' is the third.",
        "Did you mean 'a__b'?",
    ),
    (
        OrganizationName,
        "library",
        0,
        None,
        "The organization name 'library' is reserved by SWR.",
        "Choose another name.",
    ),
    (
        OrganizationName,
        "Library",
        0,
        None,
        "An organization name is written in lower case; character 1 of 'Library' is 'L'.",
        ORG_ALLOWED,
    ),
]


@pytest.mark.parametrize("expected", REFUSALS)
def test_a_refusal_says_which_rule_is_broken_where_and_what_was_meant(
    expected: tuple[NameType, str, int, str | None, str, str],
) -> None:
    """Each kind of refusal is one whole sentence, one position, one hint."""
    kind, name, position, suggestion, sentence, hint = expected
    with pytest.raises(NameInvalid) as refused:
        kind.parse(name)
    error = refused.value
    assert (sentence, hint) == (error.sentence, error.hint)
    assert (name, position, suggestion) == (error.given, error.position, error.suggestion)


@pytest.mark.parametrize(
    ("kind", "typed", "meant"),
    [
        (OrganizationName, "Group", "group"),
        (OrganizationName, "  group\t", "group"),
        (OrganizationName, "Stra\u00dfe", "strasse"),
        (OrganizationName, "\uff47\uff52\uff4f\uff55\uff50", "group"),
        (OrganizationName, "my\u2014team", "my-team"),
        (OrganizationName, "my - team", "my-team"),
        (OrganizationName, "my _team", "my_team"),
        (OrganizationName, "team\u200b", "team"),
        (OrganizationName, "it's", "it-s"),
        (OrganizationName, "\U0001f680team", "team"),
        (OrganizationName, "  " + "a" * 64, "a" * 64),
        (OrganizationName, "\u65e5\u672c", None),
        (OrganizationName, "team\u0662", None),
        (OrganizationName, "...", None),
        (OrganizationName, "\ud800", None),
        (RepositoryName, "team\\app", "team/app"),
        (RepositoryName, "team / app", "team/app"),
        (RepositoryName, "team._/app", "team/app"),
        (RepositoryName, "app:1.2@sha256:0", "app"),
        (ExistingRepositoryName, "Team--App", "team-app"),
    ],
)
def test_what_was_probably_meant_is_offered(kind: NameType, typed: str, meant: str | None) -> None:
    """A slip of the hand is corrected; what would take a guess is not."""
    with pytest.raises(NameInvalid) as refused:
        kind.parse(typed)
    assert meant == refused.value.suggestion


@pytest.mark.parametrize("kind", [*NAME_TYPES, ImageReference])
@pytest.mark.parametrize("unit", ["a", "-", "a-", "a/", "__", "\u00e9", " ", "swr.", "A", "'"])
def test_a_million_characters_are_refused_at_once(kind: type[ImageReference] | NameType, unit: str) -> None:
    """A refusal takes less than 50 ms however long the text is, and says that it is too long."""
    text = unit * (1_000_000 // len(unit))
    durations: list[float] = []
    for _ in range(3):
        began = time.perf_counter()
        with pytest.raises(NameInvalid, match=r"has at most .*has 1,000,000\.") as refused:
            kind.parse(text)
        durations.append(time.perf_counter() - began)
        assert len(refused.value.sentence) < 300
        assert len(refused.value.hint) < 300
    assert min(durations) < 0.05


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("abc", "'abc'"),
        ("it's", '"it\'s"'),
        ("a\x1b[31m\x00\n", r"'a\x1b[31m\x00\n'"),
        ("\u2066x\u2069\u200b", r"'\u2066x\u2069\u200b'"),
        ("\u05d0", r"'\u05d0'"),
        ("e\u0301", r"'e\u0301'"),
        ("\u00fc\u65e5", "'\u00fc\u65e5'"),
        ("\ud800", r"'\ud800'"),
        ("\x00" * 100, "'" + r"\x00" * 40 + "…'"),
        ("b" * 161, "'" + "b" * 40 + "…'"),
    ],
)
def test_a_refused_name_is_shown_safely(text: str, safe: str) -> None:
    """What was typed can neither steer the screen nor fill it."""
    assert safe == shown(text)
