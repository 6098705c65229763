"""`--help`: what there is, how each is typed, and lines that work; made from the grammar."""

from collections.abc import Sequence
from textwrap import wrap

from swr_bot.cli import exit_codes
from swr_bot.cli.commands import COMMON, terminal_commands, with_common_flags
from swr_bot.grammar import Command, Flag
from swr_tools.errors import UsageError
from swr_tools.wording import did_you_mean, safe

_WIDTH = 100


def overview() -> str:
    """All commands with their sentences, and where to begin."""
    commands = terminal_commands()
    shared = [command for command in commands if command.operation]
    own = [command for command in commands if not command.operation]
    lines = [
        "swr-bot: organizations and repositories in Huawei Cloud's container registry (SWR).",
        "Nothing is ever created without a confirmation.",
        "",
        "Usage: swr-bot COMMAND",
        "",
        *_rows([(f"{command.words} {command.label}".strip(), command.summary) for command in shared]),
        "",
        *_rows([(f"{command.words} {command.label}".strip(), command.summary) for command in own]),
        "",
        "Every command that asks SWR or the journal:",
        *_rows([(flag.name, flag.help) for flag in COMMON]),
        "",
        "Begin with: swr-bot demo",
    ]
    return "\n".join(lines)


def explain(command: Command) -> str:
    """One command: how it is typed, its flags, examples."""
    usage = f"Usage: swr-bot {command.usage}"
    if len(usage) > _WIDTH:  # the flags are listed below, each on its line
        usage = " ".join(filter(None, ["Usage: swr-bot", command.words, command.label, "[FLAGS]"]))
    lines = [command.summary, "", usage]
    flags = [(_flag_label(flag), _flag_help(flag)) for flag in with_common_flags(command).flags]
    lines += ["", "Flags:", *_rows(flags)]
    if command.examples:
        lines += ["", "Examples:", *(f"  swr-bot {example}" for example in command.examples)]
    if command.operation:
        lines += ["", "Exit codes:", *_rows([(str(code), meaning) for code, meaning in exit_codes.MEANINGS.items()])]
    return "\n".join(lines)


def help_text(words: str) -> str:
    """The help for what follows `help`: nothing, a command, or the first word of several.

    Raises:
        UsageError: There is no such command.
    """
    wanted = words.strip().lower()
    commands = terminal_commands()
    found = [command for command in commands if command.words == wanted] or [
        command for command in commands if command.words.split()[0] == wanted
    ]
    if not wanted:
        return overview()
    if not found:
        close = did_you_mean(wanted, [command.words for command in commands])
        hint = f"Did you mean {close}?" if close else "Type swr-bot help."
        raise UsageError(f"There is no command {safe(wanted, 60)}.", hint=hint)
    return "\n\n\n".join(explain(command) for command in found)


def _flag_label(flag: Flag) -> str:
    return f"{flag.name} {flag.value}".strip()


def _flag_help(flag: Flag) -> str:
    return f"{flag.help} One of: {', '.join(flag.choices)}." if flag.choices else flag.help


def _rows(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Two columns, the right one broken into lines that fit a terminal."""
    width = max(len(left) for left, _ in pairs)
    rows: list[str] = []
    for left, right in pairs:
        first, *more = wrap(right, _WIDTH - width - 4, break_on_hyphens=False)
        rows += [f"  {left.ljust(width)}  {first}", *(f"  {' ' * width}  {line}" for line in more)]
    return rows
