"""`token add`, `token list` and `token revoke`, typed."""

import re
from collections.abc import Callable
from typing import Any

import pytest

Terminal = Any  # the one of conftest.py
Emulator = Any
_TOKEN = re.compile(r"swrbot_[A-Za-z0-9_-]{43}")


def test_a_token_is_shown_once(terminal: Terminal) -> None:
    """Alone on standard output, so that a script can take it; beside it for whom, what for and until when."""
    ran = terminal.run("token", "add", "ci-bot", "--expires", "30", "--operations", "list-organizations")
    listed = terminal.run("token", "list")

    assert ran.code == 0
    assert _TOKEN.fullmatch(ran.out.strip())
    assert re.match(r"The token of ci-bot, for list-organizations, until \d{4}-\d\d-\d\d:\n", ran.err)
    assert "not shown again" in ran.err
    assert ran.out.strip() not in listed.out + listed.err
    name, ending, _created, _expires, operations = listed.out.splitlines()[1].split()
    assert (name, ending, operations) == ("ci-bot", ran.out.strip()[-4:], "list-organizations")


def test_without_flags_a_token_opens_everything_for_ninety_days(terminal: Terminal) -> None:
    """As JSON with every field but the hash."""
    added = terminal.run("token", "add", "ci-bot", "--json").json
    listed = terminal.run("token", "list", "--json").json

    assert sorted(added) == ["created", "ending", "expired", "expires", "name", "operations", "token"]
    assert len(added["operations"]) == 4
    assert _TOKEN.fullmatch(added.pop("token"))
    assert listed == [added]
    assert terminal.run("token", "revoke", "ci-bot", "--json").json == added
    assert terminal.run("token", "list", "--json").json == []


def test_a_revoked_token_is_gone(terminal: Terminal) -> None:
    """And its name is free."""
    terminal.run("token", "add", "ci-bot")
    revoked = terminal.run("token", "revoke", "ci-bot")

    assert (revoked.code, revoked.out) == (0, "The token of ci-bot opens nothing any more.\n")
    assert "There are no tokens." in terminal.run("token", "list").err
    assert terminal.run("token", "add", "ci-bot").code == 0


@pytest.mark.parametrize(
    ("words", "code", "sentence", "hint"),
    [
        (("add", "ci-bot"), 5, "There is a token for ci-bot already.", "token revoke ci-bot"),
        (("add", "CI"), 3, "'CI' cannot be the name of a token", "Try ci"),
        (("add", "a/b"), 3, "'a/b' cannot be the name of a token", "Name the person"),
        (("add", "x", "--expires", "0"), 2, "--expires must be a number of days from 1 to 3650, not '0'.", "30"),
        (("add", "x", "--expires", "3651"), 2, "--expires must be a number of days", "30"),
        (("add", "x", "--expires", "000000012999"), 2, "--expires must be a number of days", "30"),
        (("add", "x", "--expires", "soon"), 2, "--expires must be a number of days", "30"),
        (("add", "x", "--operations", "list-organisations"), 3, "no operation 'list-organisations'", "Did you mean"),
        (("add", "x", "--operations", ","), 3, "opens nothing", "Choose from"),
        (("revoke", "ci"), 4, "There is no token for 'ci'.", "Did you mean ci-bot?"),
        (("revoke", "zzz"), 4, "There is no token for 'zzz'.", "swr-bot token list"),
    ],
)
def test_what_cannot_be_is_a_sentence_with_a_next_step(
    terminal: Terminal, words: tuple[str, ...], code: int, sentence: str, hint: str
) -> None:
    """And changes nothing."""
    terminal.run("token", "add", "ci-bot")
    before = terminal.run("token", "list", "--json").json
    ran = terminal.run("token", *words)

    ran.is_plain()
    assert ran.code == code
    assert sentence in ran.told[0]
    assert hint in ran.told[1]
    assert terminal.run("token", "list", "--json").json == before


def test_a_file_that_cannot_be_read_is_named(terminal: Terminal, tmp_path: Any) -> None:  # noqa: ANN401 - a Path
    """With what is wrong in it, and with no line of it."""
    file = tmp_path / "tokens.json"
    file.write_text('{"tokens": [{"name": "secret"}]}')
    ran = terminal.with_environment(SWR_BOT_TOKEN_FILE=str(file)).run("token", "list")

    ran.is_plain()
    assert ran.code == 1
    assert ran.told[0] == f"Error: The token file {file} cannot be read: tokens 0 sha256: Field required."
    assert "secret" not in ran.err


def test_tokens_need_no_account(terminal_of: Callable[[Emulator], Terminal], emulator: Emulator) -> None:
    """Whoever keeps the tokens need not hold the cloud's keys."""
    keys = ("HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_PROJECT_ID")
    terminal = terminal_of(emulator).with_environment(**dict.fromkeys(keys, ""))

    assert terminal.run("token", "add", "ci-bot").code == 0
