"""Small pieces of text that every face shows alike: sizes, ages, untrusted text made safe."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime

_UNITS = ("KiB", "MiB", "GiB", "TiB")
_AGES = (("year", 31_536_000), ("month", 2_592_000), ("day", 86_400), ("hour", 3_600), ("minute", 60))
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def size_text(size_bytes: int) -> str:
    """A number of bytes for people, in units of 1024: `2.0 MiB`."""
    if size_bytes < 1024:
        return f"{size_bytes} B"
    power = min((size_bytes.bit_length() - 1) // 10, len(_UNITS))
    return f"{size_bytes / 1024**power:.1f} {_UNITS[power - 1]}"


def age_text(then: datetime, now: datetime) -> str:
    """How long ago `then` was, in its largest unit: `3 days ago`, or `just now`."""
    seconds = int((now - then).total_seconds())
    for unit, length in _AGES:
        if seconds >= length:
            count = seconds // length
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def time_left_text(seconds: float) -> str:
    """How long something still holds, for people: `9 min`, `40 s`."""
    return f"{round(seconds / 60)} min" if seconds >= 120 else f"{max(0, int(seconds))} s"


def safe(text: str, limit: int = 0) -> str:
    """Text from outside, fit to be shown: what cannot be seen (controls, bidi marks) is spelled out.

    Args:
        text: Anything.
        limit: The most characters to show, or 0 for all; a cut is marked with an ellipsis.
    """
    kept = text[:limit] if limit else text
    shown = kept if kept.isprintable() else "".join(_visible(character) for character in kept)
    return f"{shown}…" if limit and len(text) > limit else shown


def _visible(character: str) -> str:
    if unicodedata.category(character) not in _INVISIBLE:
        return character
    return character.encode("unicode_escape").decode("ascii")


def first_invisible(text: str) -> int | None:
    """The index of the first character that cannot be seen, or None."""
    return next((i for i, c in enumerate(text) if unicodedata.category(c) in _INVISIBLE), None)


def did_you_mean(given: str, known: Iterable[str], closeness: float = 0.5) -> str | None:
    """The known word closest to the given one, or None where none is as close as this, from 0 to 1."""
    from difflib import get_close_matches

    matches = get_close_matches(given.lower(), list(known), n=1, cutoff=closeness)
    return matches[0] if matches else None


def listed(words: Iterable[str]) -> str:
    """Words as a sentence lists them: `a, b and c`."""
    *rest, last = list(words) or [""]
    return f"{', '.join(rest)} and {last}" if rest else last
