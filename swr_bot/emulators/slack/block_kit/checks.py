"""Small checks from which the rules for every block and element are put together."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from swr_bot.emulators.slack.values import Json, is_mapping, is_sequence, mapping, sequence

_MOST_FAULTS = 50


@dataclass(slots=True)
class Report:
    """The faults found, in Slack's words, and what must be unique across a whole surface.

    Attributes:
        surface: ``message``, ``modal`` or ``home``.
    """

    surface: str
    messages: list[str] = field(default_factory=list[str])
    block_ids: set[str] = field(default_factory=set[str])
    focused: int = 0
    tables: int = 0
    markdown: int = 0

    def fault(self, pointer: str, sentence: str) -> None:
        """Notes a fault; beyond fifty nobody reads on."""
        if len(self.messages) < _MOST_FAULTS:
            self.messages.append(f"[ERROR] {sentence} [json-pointer:{pointer}]")


Check = Callable[[object, str, Report], None]


def string(least: int = 0, most: int | None = None) -> Check:
    """A string of so many characters."""

    def check(value: object, pointer: str, report: Report) -> None:
        if not isinstance(value, str):
            report.fault(pointer, "must provide a string")
        elif len(value) < least:
            report.fault(pointer, f"must be more than {least - 1} characters")
        elif most is not None and len(value) > most:
            report.fault(pointer, f"must be less than {most + 1} characters")

    return check


def pattern(expression: str, sentence: str) -> Check:
    """A string of a given form."""
    compiled = re.compile(expression)

    def check(value: object, pointer: str, report: Report) -> None:
        if not isinstance(value, str):
            report.fault(pointer, "must provide a string")
        elif not compiled.fullmatch(value):
            report.fault(pointer, sentence)

    return check


def boolean(value: object, pointer: str, report: Report) -> None:
    """``true`` or ``false``."""
    if not isinstance(value, bool):
        report.fault(pointer, "must provide a boolean")


def integer(least: int, most: int) -> Check:
    """A whole number between two bounds."""

    def check(value: object, pointer: str, report: Report) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            report.fault(pointer, "must provide an integer")
        elif value < least:
            report.fault(pointer, f"must be greater than or equal to {least}")
        elif value > most:
            report.fault(pointer, f"must be less than or equal to {most}")

    return check


def one_of(*values: str) -> Check:
    """One of some strings."""

    def check(value: object, pointer: str, report: Report) -> None:
        if value not in values:
            report.fault(pointer, f"must be a valid enum value: {', '.join(values)}")

    return check


def array(each: Check, least: int = 1, most: int | None = None) -> Check:
    """So many items, each passing a check."""

    def check(value: object, pointer: str, report: Report) -> None:
        if not is_sequence(value):
            report.fault(pointer, "must provide an array")
            return
        items = sequence(value)
        if len(items) < least:
            report.fault(pointer, f"no fewer than {least} items allowed")
        if most is not None and len(items) > most:
            report.fault(pointer, f"no more than {most} items allowed")
        for number, item in enumerate(items[:200]):
            each(item, f"{pointer}/{number}", report)

    return check


def record(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None, *more: Check) -> Check:
    """An object with exactly these members; ``more`` looks at it as a whole once its members are right."""
    known = {**required, **(optional or {})}

    def check(value: object, pointer: str, report: Report) -> None:
        if not is_mapping(value):
            report.fault(pointer, "must provide an object")
            return
        before = len(report.messages)
        content = mapping(value)
        _check_members(content, pointer, report, required, known)
        if len(report.messages) == before:
            for each in more:
                each(content, pointer, report)

    return check


def _check_members(
    content: Json, pointer: str, report: Report, required: Mapping[str, Check], known: Mapping[str, Check]
) -> None:
    for name in required:
        if content.get(name) is None:
            report.fault(pointer, f"missing required field: {name}")
    for name, value in content.items():
        if name not in known:
            report.fault(pointer, f"invalid additional property: {name[:75]}")
        elif value is not None:
            known[name](value, f"{pointer}/{name}", report)


def by_type(kinds: Mapping[str, Check]) -> Check:
    """An object whose ``type`` says which check it must pass."""

    def check(value: object, pointer: str, report: Report) -> None:
        if not is_mapping(value):
            report.fault(pointer, "must provide an object")
            return
        kind = mapping(value).get("type")
        if kind is None:
            report.fault(pointer, "missing required field: type")
        elif not isinstance(kind, str) or kind not in kinds:
            report.fault(f"{pointer}/type", f"unsupported type: {str(kind)[:75]}")
        else:
            kinds[kind](value, pointer, report)

    return check


def either(*names: str) -> Check:
    """Exactly one of some members."""

    def check(value: object, pointer: str, report: Report) -> None:
        given = [name for name in names if mapping(value).get(name) is not None]
        if not given:
            report.fault(pointer, f"must define one of {', '.join(names)}")
        elif len(given) > 1:
            report.fault(pointer, f"must define only one of {', '.join(names)}")

    return check


def some_of(*names: str) -> Check:
    """At least one of some members."""

    def check(value: object, pointer: str, report: Report) -> None:
        if all(mapping(value).get(name) is None for name in names):
            report.fault(pointer, f"must define at least one of {', '.join(names)}")

    return check


def on_surfaces(inner: Check, *surfaces: str) -> Check:
    """Something that may stand on these surfaces only."""

    def check(value: object, pointer: str, report: Report) -> None:
        if report.surface not in surfaces:
            report.fault(f"{pointer}/type", f"unsupported type: {mapping(value).get('type')} in a {report.surface}")
        else:
            inner(value, pointer, report)

    return check
