"""Reading JSON whose shape nobody has promised."""

import json
from collections.abc import Mapping
from typing import TypeGuard

Json = dict[str, object]


def is_mapping(value: object) -> TypeGuard[Json]:
    """Whether it is an object; the names in parsed JSON are always strings."""
    return isinstance(value, dict)


def is_sequence(value: object) -> TypeGuard[list[object]]:
    """Whether it is an array."""
    return isinstance(value, list)


def mapping(value: object) -> Json:
    """The object itself, or an empty one where there is none."""
    return value if is_mapping(value) else {}


def sequence(value: object) -> list[object]:
    """The array itself, or an empty one where there is none."""
    return value if is_sequence(value) else []


def mappings(value: object) -> list[Json]:
    """The objects in an array."""
    return [each for each in sequence(value) if is_mapping(each)]


def text(value: object) -> str:
    """The string itself, or an empty one."""
    return value if isinstance(value, str) else ""


def at(value: object, *keys: str) -> object:
    """What lies at a path of names, or ``None``."""
    for key in keys:
        value = mapping(value).get(key)
    return value


def without_nothing(content: Mapping[str, object]) -> Json:
    """The members that have a value."""
    return {name: value for name, value in content.items() if value is not None}


def parse(raw: str | bytes) -> object:
    """JSON, or ``ValueError`` for anything else, nesting beyond reason included."""
    try:
        return json.loads(raw, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")
