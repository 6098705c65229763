"""From loose arguments to an operation that can be called, or one error that says everything that is wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from swr_tools.errors import ArgumentInvalid
from swr_tools.operations.operation import Operation
from swr_tools.wording import did_you_mean, first_invisible, listed, safe

SomeOperation = TypeVar("SomeOperation", bound=Operation)
Reader = Callable[[str, object], object]


class Name(Protocol):
    """A type of names: it parses text or raises NameInvalid."""

    @classmethod
    def parse(cls, text: str) -> object:
        """The name that the text spells."""
        ...


def argument(
    read: Reader, description: str, *, examples: Sequence[object] = (), **schema: object
) -> Mapping[str, object]:
    """The metadata of an operation's field.

    Args:
        read: Turns what was given into the field's type, or raises ArgumentInvalid; it coerces nothing.
        description: One sentence for help and schemas.
        examples: Values that work.
        schema: More for the published schema, such as `max_length`.
    """
    return {"read": read, "description": description, "examples": list(examples) or None, **schema}


def named(kind: type[Name]) -> Reader:
    """Reads a name, or an image reference."""
    return lambda field, given: kind.parse(text(field, given))


def line(limit: int) -> Reader:
    """Reads one line of text, kept as it is."""

    def read(field: str, given: object) -> str:
        found = text(field, given)
        if len(found) > limit:
            raise ArgumentInvalid(
                f"The argument {field} has {len(found):,} characters; at most {limit:,} are possible.",
                hint="Shorten it.",
            )
        at = first_invisible(found)
        if at is not None:
            raise ArgumentInvalid(
                f"The argument {field} holds a character that cannot be seen, {safe(found[at])}, at position {at + 1}.",
                hint="Leave out line breaks, control characters and direction marks.",
            )
        return found

    return read


def choice(kind: type[StrEnum]) -> Reader:
    """Reads one of an enumeration's values; None stays None."""

    def read(field: str, given: object) -> StrEnum | None:
        if given is None:
            return None
        found = text(field, given)
        if found in list(kind):
            return kind(found)
        close = did_you_mean(found, list(kind))
        hint = f"Did you mean {close}? " if close else ""
        raise ArgumentInvalid(
            f"There is no {field} '{safe(found, 60)}'.", hint=f"{hint}Choose one of {', '.join(kind)}."
        )

    return read


def truth(field: str, given: object) -> bool:
    """Reads true or false, and nothing that looks like it."""
    if not isinstance(given, bool):
        raise ArgumentInvalid(f"The argument {field} must be true or false.")
    return given


def text(field: str, given: object) -> str:
    """Reads text."""
    if not isinstance(given, str):
        raise ArgumentInvalid(f"The argument {field} must be text.")
    return given


def parse_arguments(operation: type[SomeOperation], arguments: Mapping[str, object]) -> SomeOperation:
    """Check arguments against an operation's rules; unknown ones are refused, nothing is coerced.

    Raises:
        ArgumentInvalid: One error for all that is wrong; a NameInvalid where a name is the only thing wrong.
    """
    known = {field.name: field for field in fields(operation)}
    problems = [_unknown_argument(operation, name, list(known)) for name in arguments if name not in known]
    values: dict[str, object] = {}
    for name, field in known.items():
        if name not in arguments and field.default is not MISSING:
            continue
        try:
            values[name] = _read(field.metadata, name, arguments)
        except ArgumentInvalid as problem:
            problems.append(problem)
    if problems:
        raise _combined(problems)
    return operation(**values)


def _read(metadata: Mapping[str, Any], name: str, arguments: Mapping[str, object]) -> object:
    if name not in arguments:
        raise ArgumentInvalid(f"The argument {name} is missing.", hint=f"It means: {metadata['description']}")
    read: Reader = metadata["read"]
    return read(name, arguments[name])


def _unknown_argument(operation: type[Operation], name: str, known: Sequence[str]) -> ArgumentInvalid:
    close = did_you_mean(name, known)
    hint = f"Did you mean {close}?" if close else f"{operation.name} takes {listed(known)}."
    return ArgumentInvalid(f"There is no argument {safe(name, 60)}.", hint=hint)


def _combined(problems: Sequence[ArgumentInvalid]) -> ArgumentInvalid:
    if len(problems) == 1:
        return problems[0]
    return ArgumentInvalid(
        " ".join(problem.sentence for problem in problems),
        hint=" ".join(dict.fromkeys(problem.hint for problem in problems if problem.hint)),
    )
