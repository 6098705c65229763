"""What people mistype, and what they are told: one row for each, seen at the terminal, before anything is sent."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.faces.conftest import Emulator, Terminal

ORGANIZATION_RULE = (
    "Allowed: 1 to 64 characters: lower-case letters a-z and digits, with a single '.', '-' or '_', or '__' between "
    "them; begins with a letter, ends with a letter or a digit. 'library' is reserved."
)
REPOSITORY_RULE = (
    "Allowed: 1 to 128 characters: lower-case letters a-z and digits, with a single '.', '/', '-' or '_', or '__' "
    "between them; begins and ends with a letter or a digit."
)
HOLDS = "{} name holds only letters a-z, digits, {} and '_'; character {} of {} is {}."
ORG, REPO = "An organization", "A repository"
ORG_SIGNS, REPO_SIGNS = "'.', '-'", "'.', '/', '-'"

PENDING = "The command pending lists those that wait."


def meant(name: str) -> str:
    """The hint that offers a corrected name."""
    return f"Did you mean '{name}'?"


def touching(noun: str, name: str, position: int, found: str, before: str) -> str:
    """The sentence about two separators."""
    where = f"character {position} of '{name}' is '{found}' right after '{before}'"
    return f"Two separators may not touch in {noun} name, except '__'; {where}."


ORGANIZATIONS = [
    ("", f"{ORG} name has 1 to 64 characters; this one is empty.", ORGANIZATION_RULE),
    ("a" * 65, f"{ORG} name has at most 64 characters; '{'a' * 65}' has 65.", "Leave out 1 character."),
    ("1abc", f"{ORG} name begins with a letter; character 1 of '1abc' is '1'.", ORGANIZATION_RULE),
    ("9", f"{ORG} name begins with a letter; character 1 of '9' is '9'.", ORGANIZATION_RULE),
    ("-abc", f"{ORG} name begins with a letter; character 1 of '-abc' is '-'.", meant("abc")),
    ("_abc", f"{ORG} name begins with a letter; character 1 of '_abc' is '_'.", meant("abc")),
    (".abc", f"{ORG} name begins with a letter; character 1 of '.abc' is '.'.", meant("abc")),
    ("abc-", f"{ORG} name ends with a letter or a digit; character 4 of 'abc-' is '-'.", meant("abc")),
    ("abc_", f"{ORG} name ends with a letter or a digit; character 4 of 'abc_' is '_'.", meant("abc")),
    ("abc.", f"{ORG} name ends with a letter or a digit; character 4 of 'abc.' is '.'.", meant("abc")),
    ("Group", f"{ORG} name is written in lower case; character 1 of 'Group' is 'G'.", meant("group")),
    ("myORG", f"{ORG} name is written in lower case; character 3 of 'myORG' is 'O'.", meant("myorg")),
    ("a b", HOLDS.format(ORG, ORG_SIGNS, 2, "'a b'", "a space"), meant("a-b")),
    (
        "a/b",
        HOLDS.format(ORG, ORG_SIGNS, 2, "'a/b'", "'/'"),
        "An organization's name has one part; ORG/NAME names a repository in it.",
    ),
    ("a$b", HOLDS.format(ORG, ORG_SIGNS, 2, "'a$b'", "'$'"), meant("a-b")),
    (
        "caf\u00e9",
        HOLDS.format(ORG, ORG_SIGNS, 4, "'caf\u00e9'", "'\u00e9' (U+00E9 LATIN SMALL LETTER E WITH ACUTE)"),
        meant("cafe"),
    ),
    ("a..b", touching("an organization", "a..b", 3, ".", "."), meant("a.b")),
    ("a___b", f"{ORG} name has at most two underscores in a row; character 4 of 'a___b' is the third.", meant("a__b")),
    ("a._b", touching("an organization", "a._b", 3, "_", "."), meant("a.b")),
    ("a.-b", touching("an organization", "a.-b", 3, "-", "."), meant("a.b")),
    ("a_-b", touching("an organization", "a_-b", 3, "-", "_"), meant("a_b")),
    ("a-_b", touching("an organization", "a-_b", 3, "_", "-"), meant("a-b")),
    ("a__-b", touching("an organization", "a__-b", 4, "-", "_"), meant("a__b")),
    ("a_._b", touching("an organization", "a_._b", 3, ".", "_"), meant("a_b")),
    ("abc\n", HOLDS.format(ORG, ORG_SIGNS, 4, r"'abc\n'", "a line break"), meant("abc")),
    (".", f"{ORG} name begins with a letter; character 1 of '.' is '.'.", ORGANIZATION_RULE),
    ("..", f"{ORG} name begins with a letter; character 1 of '..' is '.'.", ORGANIZATION_RULE),
    ("a--b", "A new organization name has no two hyphens in a row; character 3 of 'a--b' is the second.", meant("a-b")),
    (
        "a---b",
        "A new organization name has no two hyphens in a row; character 3 of 'a---b' is the second.",
        meant("a-b"),
    ),
    (
        "xn--abc",
        "A new organization name has no two hyphens in a row; character 4 of 'xn--abc' is the second.",
        meant("xn-abc"),
    ),
    ("library", "The organization name 'library' is reserved by SWR.", "Choose another name."),
    (
        "pay\U0001f680ments",
        HOLDS.format(ORG, ORG_SIGNS, 4, "'pay\U0001f680ments'", "'\U0001f680' (U+1F680 ROCKET)"),
        meant("pay-ments"),
    ),
    (
        "pay\u202estnem",
        HOLDS.format(ORG, ORG_SIGNS, 4, r"'pay\u202estnem'", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        meant("paystnem"),
    ),
    ("\udcff", HOLDS.format(ORG, ORG_SIGNS, 1, r"'\udcff'", "U+DCFF control character"), ORGANIZATION_RULE),
]

REPOSITORIES = [
    ("", f"{REPO} name has 1 to 128 characters; this one is empty.", REPOSITORY_RULE),
    ("a" * 129, f"{REPO} name has at most 128 characters; '{'a' * 129}' has 129.", "Leave out 1 character."),
    ("/a", f"{REPO} name begins with a letter or a digit; character 1 of '/a' is '/'.", meant("a")),
    ("a/", f"{REPO} name ends with a letter or a digit; character 2 of 'a/' is '/'.", meant("a")),
    ("a//b", touching("a repository", "a//b", 3, "/", "/"), meant("a/b")),
    ("a/-b", touching("a repository", "a/-b", 3, "-", "/"), meant("a/b")),
    ("a./b", touching("a repository", "a./b", 3, "/", "."), meant("a/b")),
    ("team$app", HOLDS.format(REPO, REPO_SIGNS, 5, "'team$app'", "'$'"), meant("team/app")),
    ("MyApp", f"{REPO} name is written in lower case; character 1 of 'MyApp' is 'M'.", meant("myapp")),
    ("a:b", HOLDS.format(REPO, REPO_SIGNS, 2, "'a:b'", "':'"), meant("a")),
    ("a@b", HOLDS.format(REPO, REPO_SIGNS, 2, "'a@b'", "'@'"), meant("a")),
    (
        "a/b--c",
        "A new repository name has no two hyphens in a row; character 5 of 'a/b--c' is the second.",
        meant("a/b-c"),
    ),
    ("..", f"{REPO} name begins with a letter or a digit; character 1 of '..' is '.'.", REPOSITORY_RULE),
    ("../a", f"{REPO} name begins with a letter or a digit; character 1 of '../a' is '.'.", meant("a")),
    ("a/..", touching("a repository", "a/..", 3, ".", "/"), meant("a")),
    ("api\n", HOLDS.format(REPO, REPO_SIGNS, 4, r"'api\n'", "a line break"), meant("api")),
    (
        "api\U0001f680",
        HOLDS.format(REPO, REPO_SIGNS, 4, "'api\U0001f680'", "'\U0001f680' (U+1F680 ROCKET)"),
        meant("api"),
    ),
]


@dataclass(frozen=True)
class Row:
    """A command line that is refused, and how.

    Attributes:
        line: The words.
        code: The exit code.
        says: The sentence, without the words about creating.
        hint: The next step.
    """

    line: tuple[str, ...]
    code: int
    says: str
    hint: str


CATEGORIES = "Choose one of app_server, linux, framework_app, database, lang, other, windows, arm."
INVISIBLE = "Leave out line breaks, control characters and direction marks."
CREATE = ("repo", "create", "payments/api")
ARGUMENTS = [
    Row((*CREATE, "--category", "golang"), 3, "There is no category 'golang'.", f"Did you mean lang? {CATEGORIES}"),
    Row((*CREATE, "--category", "LANG"), 3, "There is no category 'LANG'.", f"Did you mean lang? {CATEGORIES}"),
    Row((*CREATE, "--category", "\U0001f680"), 3, "There is no category '\U0001f680'.", CATEGORIES),
    Row(
        (*CREATE, "--description", "x" * 20_000),
        3,
        "The argument description has 20,000 characters; at most 1,000 are possible.",
        "Shorten it.",
    ),
    Row(
        (*CREATE, "--description", "Card\npayments"),
        3,
        r"The argument description holds a character that cannot be seen, \n, at position 5.",
        INVISIBLE,
    ),
    Row(
        (*CREATE, "--description", "\x1b[2J"),
        3,
        r"The argument description holds a character that cannot be seen, \x1b, at position 1.",
        INVISIBLE,
    ),
    Row(
        (*CREATE, "--description", "abc\u202ecba"),
        3,
        r"The argument description holds a character that cannot be seen, \u202e, at position 4.",
        INVISIBLE,
    ),
    Row(
        ("repo", "create", "My Org/My App"),
        3,
        f"{ORG} name is written in lower case; character 1 of 'My Org' is 'M'. "
        f"{REPO} name is written in lower case; character 1 of 'My App' is 'M'.",
        "Did you mean 'my-org'? Did you mean 'my-app'?",
    ),
]
USAGE = [
    Row(("repo", "create"), 2, "repo create needs ORG/NAME.", ""),
    Row(("repo", "create", "payments"), 2, "repo create needs ORG/NAME, and 'payments' has no slash.", ""),
    Row((*CREATE, "--category"), 2, "--category needs a value.", ""),
    Row(
        (*CREATE, "--category", "lang", "--category", "arm"), 2, "--category is given twice.", "Keep the one you mean."
    ),
    Row((*CREATE, "--public=yes"), 2, "--public takes no value.", "Type --public alone, or leave it out."),
    Row((*CREATE, "--pubic"), 2, "There is no flag --pubic.", "Did you mean --public?"),
    Row((*CREATE, "-y"), 2, "There is no flag -y.", "Did you mean --yes?"),
    Row(
        (*CREATE, "--description", "Card", "payments"),
        2,
        "repo create does not know what 'payments' is for.",
        'Put a value of several words in quotes: --description "Card \u2026"',
    ),
    Row(("repo", "crate", "payments/api"), 2, "There is no command repo crate.", "Did you mean swr-bot repo create?"),
    Row(("rpeo", "create", "payments/api"), 2, "There is no command rpeo create.", "Did you mean swr-bot repo create?"),
    Row(("repo",), 2, "repo needs one more word.", "Type swr-bot repo create or swr-bot repo info"),
    Row(("\U0001f680",), 2, "There is no command \U0001f680.", "Type swr-bot help"),
    Row(("org", "list", "--al"), 2, "There is no flag --al.", ""),
    Row(("audit", "list", "--limit", "0"), 2, "--limit must be a number above 0, not '0'.", "Type --limit 20"),
    Row(
        ("emulator", "--port", "x"),
        2,
        "--port must be a number from 0 to 65535, not 'x'.",
        "See swr-bot help emulator.",
    ),
    Row(("emulator", "--fault", "x"), 2, "There is no fault 'x'; there are latency,", "See swr-bot help emulator."),
]
LOOK_UPS = [
    Row(
        ("repo", "info", "swr.cn-nort-4.myhuaweicloud.com/payments/api"),
        3,
        "Only the region cn-north-4 is served here, not \u201ccn-nort-4\u201d.",
        "The address of SWR is set by hand; start swr-bot without it to reach other regions.",
    ),
    Row(
        ("repo", "info", "ghcr.io/payments/api"),
        3,
        "'ghcr.io' is not one of SWR's registries.",
        "Write ORG/NAME, or swr.REGION.myhuaweicloud.com/ORG/NAME if the organization looks like a registry.",
    ),
    Row(
        ("repo", "info", "payments"),
        3,
        "An image reference is ORG/NAME; 'payments' has no organization.",
        "Write ORG/NAME, for example payments/api.",
    ),
    Row(
        ("repo", "info", ""),
        3,
        "An image reference is ORG/NAME; there is none here.",
        "Write ORG/NAME, for example payments/api.",
    ),
    Row(
        ("repo", "info", "../../etc/passwd"),
        3,
        f"{ORG} name begins with a letter; character 1 of '..' is '.'.",
        "",
    ),
    Row(
        ("repo", "info", "docker push payments/api"),
        3,
        "Of commands, only one that pulls an image can be read here.",
        "Write ORG/NAME, for example payments/api.",
    ),
    Row(("org", "list", "x" * 65), 3, "The argument text has 65 characters; at most 64 are possible.", ""),
    Row(("confirm", "XXXX"), 4, "No request of yours has the code XXXX.", PENDING),
    Row(("confirm", "\udcff"), 4, r"No request of yours has the code \UDCFF.", PENDING),
    Row(("decline", "../.."), 4, "No request of yours has the code ../...", PENDING),
]


def shown(row: Row) -> str:
    """The row's name in a test report."""
    return " ".join(row.line)[:50].encode("ascii", "backslashreplace").decode()


@pytest.mark.parametrize(("name", "says", "hint"), ORGANIZATIONS)
def test_a_bad_organization_name_is_refused_before_anybody_is_asked(
    terminal: "Terminal", emulator: "Emulator", name: str, says: str, hint: str
) -> None:
    """The rule, the position, a corrected name; no request leaves this machine."""
    ran = terminal.run("org", "create", name)

    ran.failed(3, f"{says} Nothing was created.", hint, nothing_created=True)
    assert emulator.requests() == []
    assert emulator.holds() == set()


@pytest.mark.parametrize(("name", "says", "hint"), REPOSITORIES)
def test_a_bad_repository_name_is_refused_before_anybody_is_asked(
    terminal: "Terminal", emulator: "Emulator", name: str, says: str, hint: str
) -> None:
    """The same for repositories."""
    ran = terminal.run("repo", "create", f"payments/{name}")

    ran.failed(3, f"{says} Nothing was created.", hint, nothing_created=True)
    assert emulator.requests() == []


@pytest.mark.parametrize("row", ARGUMENTS, ids=shown)
def test_a_bad_argument_of_a_create_is_refused_before_anybody_is_asked(
    terminal: "Terminal", emulator: "Emulator", row: Row
) -> None:
    """Every other argument has its rule, its sentence and its hint too."""
    ran = terminal.run(*row.line)

    ran.failed(row.code, f"{row.says} Nothing was created.", row.hint, nothing_created=True)
    assert emulator.requests() == []


@pytest.mark.parametrize("row", [*USAGE, *LOOK_UPS], ids=shown)
def test_what_cannot_be_read_is_refused_with_a_next_step(terminal: "Terminal", emulator: "Emulator", row: Row) -> None:
    """Usage and look-ups: nothing could have been created, so nothing is said about it."""
    ran = terminal.run(*row.line)

    ran.is_plain()
    assert row.code == ran.code
    assert ran.told[0].startswith(f"Error: {row.says}")
    assert row.hint in ran.told[1] if row.hint else ran.told[1]
    assert emulator.requests() == []


@pytest.mark.parametrize("row", [r for r in (*ARGUMENTS, *USAGE, *LOOK_UPS) if r.line[0] != "emulator"], ids=shown)
def test_the_same_failure_as_json_says_the_same(terminal: "Terminal", row: Row) -> None:
    """A program gets one JSON object with a stable code, the sentence and the hint, and the same exit code."""
    ran = terminal.scripted().run(*row.line, "--json")

    assert row.code == ran.code
    assert ran.json["error"]["message"].startswith(row.says)
    assert row.hint in ran.json["error"]["hint"]
    assert (row in ARGUMENTS) == ran.json["error"].get("nothing_created", False)
