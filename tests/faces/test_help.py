"""`--help` of every command, held to snapshots; and what completes a half-typed line.

After a change on purpose: `UPDATE_SNAPSHOTS=1 pytest tests/faces/test_help.py`.
"""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from swr_bot.cli.commands import terminal_commands

if TYPE_CHECKING:
    from tests.faces.conftest import Terminal

SNAPSHOTS = Path(__file__).parents[1] / "snapshots" / "help"
ACCEPT = "Run: UPDATE_SNAPSHOTS=1 pytest tests/faces/test_help.py"
COMMANDS = ["", *(command.words for command in terminal_commands())]


def snapshot_of(words: str) -> Path:
    """The file of a command's help."""
    return SNAPSHOTS / f"{words.replace(' ', '-') or 'swr-bot'}.txt"


@pytest.mark.parametrize("words", COMMANDS)
def test_the_help_of_each_command_is_as_it_was_accepted(terminal: "Terminal", words: str) -> None:
    """Asked for in each of the ways people ask."""
    texts = {terminal.run(*line).out for line in _ways_to_ask(words)}
    assert len(texts) == 1
    (text,) = texts
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOTS.mkdir(parents=True, exist_ok=True)
        snapshot_of(words).write_text(text, encoding="utf-8")

    assert snapshot_of(words).exists(), ACCEPT
    assert snapshot_of(words).read_text(encoding="utf-8") == text, ACCEPT
    assert max(map(len, text.splitlines())) <= 140


def test_no_snapshot_is_left_of_a_command_that_is_gone() -> None:
    """An orphan is deleted by hand."""
    known = {snapshot_of(words).name for words in COMMANDS}
    assert {path.name for path in SNAPSHOTS.iterdir()} == known, "Delete the files of commands that are gone."


def _ways_to_ask(words: str) -> list[tuple[str, ...]]:
    typed = words.split()
    asked = [("help", *typed), ("--help", *typed), (*typed, "--help"), (*typed, "-h")]
    return [*asked, ()] if not typed else asked


def test_the_first_word_of_several_commands_explains_them_all(terminal: "Terminal") -> None:
    """Somebody who knows half of a command learns the rest."""
    ran = terminal.run("repo", "--help")

    assert ran.code == 0
    assert "Usage: swr-bot repo create" in ran.out
    assert "Usage: swr-bot repo info" in ran.out
    assert terminal.run("help", "repo").out == ran.out


@pytest.mark.parametrize("words", ["nonsense", "repo crate", "repo create extra"])
def test_help_for_what_is_no_command_is_a_usage_error(terminal: "Terminal", words: str) -> None:
    """With the closest command, or where to look."""
    ran = terminal.run("help", *words.split())

    assert (ran.code, ran.told[0]) == (2, f"Error: There is no command {words}.")
    assert ran.told[1]


def test_the_version_is_one_line(terminal: "Terminal") -> None:
    """Name and number."""
    ran = terminal.run("--version")

    assert ran.code == 0
    assert ran.out.startswith("swr-bot ")
    assert len(ran.out.splitlines()) == 1


@pytest.fixture
def bash(terminal: "Terminal", tmp_path: Path) -> Callable[[str], set[str]]:
    """Complete a line in a real bash, the cursor at its end."""
    script = tmp_path / "completion.bash"
    script.write_text(terminal.run("completion", "bash").out, encoding="utf-8")

    def complete(line: str) -> set[str]:
        words = line.split(" ")
        quoted = " ".join(f"'{word}'" for word in words)
        program = f"""
            set -u
            source '{script}'
            COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; COMP_LINE='{line}'; COMP_POINT={len(line)}
            COMPREPLY=()
            _swr_bot
            printf '%s\\n' "${{COMPREPLY[@]-}}"
        """
        command = ["bash", "-c", program]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - made above
        assert ran.stderr == ""
        return set(ran.stdout.split())

    return complete


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("swr-bot de", {"decline", "demo"}),
        ("swr-bot re", {"repo"}),
        ("swr-bot repo ", {"create", "info"}),
        ("swr-bot audit v", {"verify"}),
        ("swr-bot repo create payments/api --pu", {"--public"}),
        ("swr-bot repo create payments/api --category l", {"linux", "lang"}),
        ("swr-bot repo create payments/api --description x --y", {"--yes"}),
        ("swr-bot org list --", {"--emulator", "--json", "--help"}),
        ("swr-bot confirm K7QF --y", {"--yes"}),
        ("swr-bot completion b", {"bash"}),
        ("swr-bot help de", {"decline", "demo"}),
        ("swr-bot --json or", {"org"}),
        ("swr-bot nonsense ", set[str]()),
    ],
)
def test_bash_completes(bash: Callable[[str], set[str]], line: str, offered: set[str]) -> None:
    """Words, flags and choices, in a real bash."""
    assert bash(line) == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script_that_knows_every_command_and_flag(terminal: "Terminal", shell: str) -> None:
    """The scripts are made from the grammar."""
    ran = terminal.run("completion", shell)

    assert ran.code == 0
    for command in terminal_commands():
        for word in command.words.split():
            assert word in ran.out
        for flag in command.flags:
            assert flag.name.removeprefix("--") in ran.out


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_scripts_parse(terminal: "Terminal", shell: str) -> None:
    """`bash -n` reads both: zsh's is bash's behind one line."""
    script = terminal.run("completion", shell).out
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)  # noqa: S607 - whichever bash there is


def test_a_shell_without_a_script_is_a_usage_error(terminal: "Terminal") -> None:
    """The three there are, named."""
    assert terminal.run("completion", "tcsh").told == [
        "Error: There is no completion for 'tcsh'.",
        "Choose bash, zsh or fish.",
    ]
