"""Shell completion, made from the grammar: the words, flags and choices there are."""

from swr_bot.cli.commands import terminal_commands, with_common_flags
from swr_bot.cli.console import Console
from swr_bot.grammar import Command
from swr_tools.errors import UsageError
from swr_tools.wording import safe

_BASH = """\
_swr_bot() {{
  local line="${{COMP_WORDS[*]:1:COMP_CWORD-1}}" previous="${{COMP_WORDS[COMP_CWORD-1]}}" words=""
  case "$previous" in
{choices}
    *)
      case "$line" in
{commands}
        ""|-*) words="{first}" ;;
      esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -o default -F _swr_bot swr-bot
"""
_ZSH = "autoload -U +X bashcompinit && bashcompinit\n"


def print_completion(console: Console, shell: str) -> int:
    """Print the script for a shell.

    Raises:
        UsageError: No script exists for it.
    """
    scripts = {"bash": _bash, "zsh": lambda: _ZSH + _bash(), "fish": _fish}
    if shell.lower() not in scripts:
        raise UsageError(f"There is no completion for {safe(shell, 20)!r}.", hint="Choose bash, zsh or fish.")
    console.print(scripts[shell.lower()]().rstrip("\n"))
    return 0


def _commands() -> list[Command]:
    return [with_common_flags(command) for command in terminal_commands()]


def _first_words() -> list[str]:
    return list(dict.fromkeys(command.words.split()[0] for command in _commands()))


def _second_words(first: str) -> list[str]:
    return [rest[1] for command in _commands() if len(rest := command.words.split()) > 1 and rest[0] == first]


def _flags(command: Command) -> list[str]:
    return [flag.name for flag in command.flags]


def _targets(command: Command) -> list[str]:
    """What may follow a command, where it is one of a few words."""
    if command.words == "help":
        return _first_words()
    return command.label.split("|") if command.label.islower() else []


def _bash() -> str:
    commands = _commands()
    choices = {flag.name: flag.choices for command in commands for flag in command.flags if flag.choices}
    rows = [(f'"{command.words}"*', " ".join([*_targets(command), *_flags(command)])) for command in commands]
    rows += [(f'"{first}"', " ".join(_second_words(first))) for first in _first_words() if _second_words(first)]
    return _BASH.format(
        choices="\n".join(f'    {name}) words="{" ".join(values)}" ;;' for name, values in choices.items())
        or "    '') ;;",
        commands="\n".join(f'        {pattern}) words="{words}" ;;' for pattern, words in rows),
        first=" ".join(_first_words()),
    )


def _fish() -> str:
    lines = ["complete -c swr-bot -f"]
    for first in _first_words():
        lines.append(f"complete -c swr-bot -n __fish_use_subcommand -a {first}")
        lines += [f"complete -c swr-bot -n '__fish_seen_subcommand_from {first}' -a {w}" for w in _second_words(first)]
    for command in _commands():
        lines += [
            f"complete -c swr-bot -n '__fish_seen_subcommand_from {command.words}' -a {w}" for w in _targets(command)
        ]
        seen = " ; and ".join(f"__fish_seen_subcommand_from {word}" for word in command.words.split())
        for flag in command.flags:
            values = f" -x -a '{' '.join(flag.choices)}'" if flag.choices else (" -r" if flag.value else "")
            lines.append(
                f"complete -c swr-bot -n '{seen}' -l {flag.name[2:]} -d '{flag.help.replace(chr(39), '')}'{values}"
            )
    return "\n".join(lines)
