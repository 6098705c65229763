"""Repairing what phones, chat programs and autocorrection do to a typed command line, and splitting it into words."""

import re
from typing import Self

from swr_tools.errors import UsageError
from swr_tools.spelling import shown

_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f\uff02"
_SINGLE_QUOTES = "\u2018\u2019\u201a\u201b\uff07"
_UNSEEN = [0xAD, 0x61C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)]
_CHARACTERS: dict[int, str | None] = {
    **{ord(character): " " for character in _SPACES},
    **{ord(character): '"' for character in _DOUBLE_QUOTES},
    **{ord(character): "'" for character in _SINGLE_QUOTES},
    **dict.fromkeys(_UNSEEN),
}
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_ENTITY = re.compile("|".join(_ENTITIES))
_LINK = re.compile(r"<(?P<url>[A-Za-z][A-Za-z0-9+.-]*:[^<>|\s]+)(?:\|(?P<label>[^<>]*))?>")

_LONG_DASH = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d"
_LETTER = r"[^\W\d_]"
# A quoted value is matched first, and left alone, so that no dash inside one is taken for a flag's.
_FLAG_OR_QUOTED = re.compile(
    rf'"[^"]*"?|(?<!\S)(?:[-{_LONG_DASH}]{{2,}}+(?={_LETTER})|[{_LONG_DASH}](?={_LETTER})|-(?={_LETTER}{{2}}))'
)
_TOKEN = re.compile(r'(?:"[^"]*"?|[^\s"]++)+')


class Token(str):
    """One word of a command line, without its quotes, in the case it was typed in.

    Attributes:
        at: The index in the repaired line where it begins.
        quoted: Whether any of it stood in quotes, so that it is a value even if it looks like a flag.
    """

    __slots__ = ("at", "quoted")
    at: int
    quoted: bool

    def __new__(cls, text: str, *, at: int, quoted: bool) -> Self:
        """A word that began at this index."""
        token = super().__new__(cls, text)
        token.at = at
        token.quoted = quoted
        return token


def repair(text: str) -> str:
    """The line as it was meant, still in one piece.

    Links that Slack made of addresses become the addresses again, its entities characters; curly quotes become
    straight, special spaces plain, characters nobody sees vanish. Any run of dashes before a word becomes `--`, and a
    single hyphen too, if the word has more than one letter; within double quotes dashes stay as they are.
    """
    unwrapped = _LINK.sub(lambda link: link["label"] or link["url"], text)
    # Entities come after links: `&lt;` is a `<` that was typed, never the beginning of a link.
    decoded = _ENTITY.sub(lambda entity: _ENTITIES[entity.group()], unwrapped)
    return _FLAG_OR_QUOTED.sub(_two_dashes, decoded.translate(_CHARACTERS))


def split(text: str) -> list[Token]:
    """The words of a typed line, repaired first.

    Only `"` quotes; an apostrophe, a backslash and `#` mean themselves.

    Raises:
        UsageError: A quote is never closed; the sentence says which one.
    """
    line = repair(text)
    return [_token(line, found) for found in _TOKEN.finditer(line)]


def _two_dashes(found: re.Match[str]) -> str:
    return found.group() if found.group().startswith('"') else "--"


def _token(line: str, found: re.Match[str]) -> Token:
    word = found.group()
    if word.count('"') % 2:
        opened = found.start() + word.rindex('"')
        raise UsageError(
            f"The quote at character {opened + 1} is never closed; after it comes {shown(line[opened + 1 :])}.",
            hint='Type a " after the last word of the value.',
        )
    return Token(word.replace('"', ""), at=found.start(), quoted='"' in word)
