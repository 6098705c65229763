"""The commands people type, the same in Slack after `/swr` and in the terminal after `swr-bot`."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import Field, dataclass, field, fields
from typing import get_args

from swr_tools.errors import UsageError
from swr_tools.operations import CATALOG, Operation
from swr_tools.wording import did_you_mean, listed, safe

_SHOWN = 60
# A word with little in common with a command is no mistyped create.
_CLOSE = 0.6
# What people type, or programs make, in place of the two dashes of a flag.
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"


@dataclass(frozen=True, slots=True)
class Flag:
    """One `--flag` of a command.

    Attributes:
        name: With its dashes: `--public`.
        field: The argument it fills.
        help: What it means, one line.
        value: What the help calls its value, or empty for a switch.
        choices: The values there are, or empty where any text will do.
        many: Whether it may be given several times; its argument is then a tuple.
    """

    name: str
    field: str
    help: str
    value: str = ""
    choices: tuple[str, ...] = ()
    many: bool = False

    @property
    def usage(self) -> str:
        """`[--category CATEGORY]`."""
        return f"[{self.name} {self.value}]" if self.value else f"[{self.name}]"


@dataclass(frozen=True, slots=True)
class Command:
    """One command that can be typed.

    Attributes:
        words: `repo create`.
        summary: One sentence for the help.
        target: The arguments its positional words fill; with two, the text is split at its first slash.
        label: How the help shows that: `ORG/NAME`; in brackets where it may be left out; empty for none.
        flags: Its flags.
        examples: Lines that work.
        operation: The operation it runs, or None for a command of one face only.
    """

    words: str
    summary: str
    target: tuple[str, ...] = ()
    label: str = ""
    flags: tuple[Flag, ...] = ()
    examples: tuple[str, ...] = ()
    operation: type[Operation] | None = None

    @property
    def usage(self) -> str:
        """The whole line: `repo create ORG/NAME [--public] …`."""
        return " ".join(part for part in (self.words, self.label, *(flag.usage for flag in self.flags)) if part)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A command line that was understood.

    Attributes:
        command: Which command it is.
        arguments: Its arguments as typed: text, or True for a switch.
    """

    command: Command
    arguments: Mapping[str, object] = field(default_factory=dict[str, object])


def operation_commands(catalog: Sequence[type[Operation]] = CATALOG) -> tuple[Command, ...]:
    """One command for each operation, in the catalogue's order."""
    return tuple(_command_of(operation) for operation in catalog)


def parse(words: Sequence[str], commands: Sequence[Command], program: str = "swr-bot") -> Parsed:
    """Read a command line, already split into words; `program` is what people type before them.

    A lone image reference is a look-up. Commands and flags may be typed in capitals; values keep theirs.

    Raises:
        UsageError: It cannot be read; the sentence says what was not understood, the hint what to type.
    """
    command, rest = _find_command(words, commands, program)
    flags, positional = _split_flags(command, rest)
    return Parsed(command, {**_read_target(command, positional, program), **flags})


def _command_of(operation: type[Operation]) -> Command:
    typed = operation.command
    flags = tuple(_flag_of(info) for info in fields(operation) if info.name not in typed.target)
    return Command(
        words=typed.words,
        summary=operation.summary,
        target=typed.target,
        label=typed.label,
        flags=flags,
        examples=typed.examples,
        operation=operation,
    )


def _flag_of(info: "Field[object]") -> Flag:
    dashed = f"--{info.name.replace('_', '-')}"
    help_text = str(info.metadata["description"])
    if info.type is bool:
        return Flag(dashed, info.name, help_text)
    choices = _choices(info.type)
    return Flag(dashed, info.name, help_text, value=info.name.upper() if choices else "TEXT", choices=choices)


def _choices(annotation: object) -> tuple[str, ...]:
    kinds = (annotation, *get_args(annotation))
    return tuple(
        str(member.value) for kind in kinds if isinstance(kind, type) and issubclass(kind, enum.Enum) for member in kind
    )


def _find_command(words: Sequence[str], commands: Sequence[Command], program: str) -> tuple[Command, Sequence[str]]:
    typed = [word.lower() for word in words]
    for command in commands:
        length = len(command.words.split())
        if typed[:length] == command.words.split():
            return command, words[length:]
    if words and "/" in words[0]:
        lookup = next((command for command in commands if command.words == "repo info"), None)
        if lookup is not None:
            return lookup, words
    raise _unknown_command(typed, commands, program)


def _unknown_command(words: Sequence[str], commands: Sequence[Command], program: str) -> UsageError:
    typed = [*words[:1], *(word for word in words[1:] if not word.startswith("--"))]
    if not typed:
        return UsageError("No command was given.", hint=f"Type {program} help")
    group = [command.words for command in commands if command.words.split()[0] == typed[0]]
    if group and len(typed) == 1:
        return UsageError(f"{typed[0]} needs one more word.", hint=f"Type {_either(group, program)}")
    tried = " ".join(typed[:2] if group or len(typed) > 1 else typed[:1])
    close = did_you_mean(tried, group or [command.words for command in commands], _CLOSE)
    close = close or did_you_mean(typed[0], [command.words for command in commands], _CLOSE)
    shown = safe(tried if close and " " in close else typed[0], _SHOWN)
    hint = f"Did you mean {program} {close}?" if close else f"Type {program} help"
    if group and not close:
        hint = f"Type {_either(group, program)}"
    return UsageError(f"There is no command {shown}.", hint=hint)


def _either(group: Sequence[str], program: str) -> str:
    return " or ".join(f"{program} {words}" for words in group)


def _split_flags(command: Command, words: Sequence[str]) -> tuple[dict[str, object], list[str]]:
    flags: dict[str, object] = {}
    given: dict[str, tuple[object, ...]] = {}
    positional: list[str] = []
    last_value = ""
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if _is_quoted(word):
            positional.append(word)
            continue
        word = _as_flag(command, word)
        if word == "--":
            positional += rest
            break
        if not word.startswith("--"):
            _refuse_stray(command, word, positional, last_value)
            positional.append(word)
            continue
        flag, value = _read_flag(command, word, rest)
        last_value = f'{flag.name} "{value} …"' if flag.value else last_value
        if flag.many:
            given[flag.field] = (*given.get(flag.field, ()), value)
            flags[flag.field] = given[flag.field]
        elif flag.field in flags:
            raise UsageError(f"{flag.name} is given twice.", hint="Keep the one you mean.")
        else:
            flags[flag.field] = value
    return flags, positional


def _is_quoted(word: str) -> bool:
    """Whether it stood in quotes, so that it is a value even if it looks like a flag."""
    return bool(getattr(word, "quoted", False))  # a `text_repair.Token`, which the terminal never loads


def _as_flag(command: Command, word: str) -> str:
    """A flag typed with one dash, or with the long dashes of a chat or a document, with its two dashes."""
    if word[:1] not in _DASHES or word.startswith("--"):
        return word
    meant = f"--{word.lstrip(_DASHES)}"
    return meant if any(flag.name == meant.partition("=")[0].lower() for flag in command.flags) else word


def _refuse_stray(command: Command, word: str, before: Sequence[str], last_value: str) -> None:
    """Say what a word behind the name is, rather than take it for a part of the name."""
    if before and word.startswith("-"):
        raise _unknown_flag(command, word)
    if before and last_value:
        raise UsageError(
            f"{command.words} does not know what {safe(word, _SHOWN)!r} is for.",
            hint=f"Put a value of several words in quotes: {safe(last_value, 2 * _SHOWN)}",
        )


def _read_flag(command: Command, word: str, rest: list[str]) -> tuple[Flag, object]:
    """One flag and its value, which is taken off `rest` where it is a word of its own."""
    name, equals, value = word.partition("=")
    flag = next((flag for flag in command.flags if flag.name == name.lower()), None)
    if flag is None:
        raise _unknown_flag(command, name)
    if not flag.value:
        if equals:
            raise UsageError(f"{flag.name} takes no value.", hint=f"Type {flag.name} alone, or leave it out.")
        return flag, True
    if equals:
        return flag, value
    if not rest or (rest[0].startswith("--") and not _is_quoted(rest[0])):
        known = f" Choose one of {', '.join(flag.choices)}." if flag.choices else ""
        raise UsageError(f"{flag.name} needs a value.", hint=f"Type {flag.name} {flag.value}.{known}")
    return flag, rest.pop(0)


def _unknown_flag(command: Command, name: str) -> UsageError:
    known = [flag.name for flag in command.flags]
    close = did_you_mean(name, known)
    if close:
        hint = f"Did you mean {close}?"
    elif known:
        hint = f"{command.words} knows {listed(known)}."
    else:
        hint = f"{command.words} knows no flags."
    return UsageError(f"There is no flag {safe(name, _SHOWN)}.", hint=hint)


def _read_target(command: Command, positional: Sequence[str], program: str) -> dict[str, object]:
    text = " ".join(positional)
    if not command.target:
        if positional:
            raise UsageError(f"{command.words} takes nothing after it.", hint=f"Leave out {safe(text, _SHOWN)}.")
        return {}
    if not positional:
        if command.label.startswith("["):
            return {}
        raise UsageError(f"{command.words} needs {command.label}.", hint=f"Type {program} {command.usage}")
    return dict(zip(command.target, _split_target(command, text, program), strict=True))


def _split_target(command: Command, text: str, program: str) -> Sequence[str]:
    if len(command.target) == 1:
        return (text,)
    organization, slash, repository = text.partition("/")
    if not slash:
        raise UsageError(
            f"{command.words} needs {command.label}, and {safe(text, _SHOWN)!r} has no slash.",
            hint=f"Type {program} {command.words} ORGANIZATION/{safe(text, _SHOWN)}",
        )
    return organization, repository
