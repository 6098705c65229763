"""Slack's own way to write text: entities, mentions, links; and whom a text pings."""

import re
from collections.abc import Iterator, Mapping

from .values import Json, is_mapping, mapping, sequence, text

_MARK = re.compile(r"<[@#!][^<>]*>|<(?:https?|mailto|tel|slack):[^<>]*>")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt);)")
_ADDRESS = re.compile(r"(?<![<|\w])https?://[^\s<>|]+")
_CALL = re.compile(r"(?<![\w@])@([A-Za-z0-9._-]*[A-Za-z0-9])")
_BROADCASTS = ("channel", "here", "everyone")
_PINGS = re.compile(
    r"<!(channel|here|everyone)(?:\|[^<>]*)?>|<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>|<!subteam\^(S[A-Z0-9]+)[^<>]*>"
)


def escaped(typed: str) -> str:
    """The three entities in place of the characters they stand for."""
    return typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescaped(wire: str) -> str:
    """What a reader sees where entities stand."""
    return wire.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def from_composer(typed: str, handles: Mapping[str, str]) -> str:
    """What Slack makes of a message that somebody types: entities, links, and mentions of known people."""

    def mention(match: re.Match[str]) -> str:
        name = match[1]
        if name in _BROADCASTS:
            return f"<!{name}>"
        return f"<@{handles[name]}>" if name in handles else match[0]

    return _ADDRESS.sub(r"<\g<0>>", _CALL.sub(mention, escaped(typed)))


def from_app(sent: str) -> str:
    """What Slack stores of an app's text: its marks stay, any other ``&``, ``<`` and ``>`` become entities."""
    pieces: list[str] = []
    end = 0
    for match in _MARK.finditer(sent):
        pieces += [_entities(sent[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*pieces, _entities(sent[end:])])


def _entities(piece: str) -> str:
    return _ENTITY.sub("&amp;", piece).replace("<", "&lt;").replace(">", "&gt;")


def pinged(wire: str, blocks: object) -> tuple[str, ...]:
    """Who is notified: ``channel``, ``here``, ``everyone``, ids of people and groups, in order, each once."""
    found: dict[str, None] = {}
    for source in (wire, *_marked_texts(blocks)):
        for match in _PINGS.finditer(source):
            found[match[1] or match[2] or match[3]] = None
    for element in _objects(blocks):
        match element:
            case {"type": "broadcast", "range": str(name)} | {"type": "user", "user_id": str(name)}:
                found[name] = None
            case {"type": "usergroup", "usergroup_id": str(name)}:
                found[name] = None
            case _:
                pass
    return tuple(found)


def _marked_texts(blocks: object) -> Iterator[str]:
    for each in _objects(blocks):
        if each.get("type") in ("mrkdwn", "markdown"):
            yield text(each.get("text"))


def _objects(content: object) -> Iterator[Json]:
    """Every object of a JSON document, outermost first."""
    waiting = [content]
    while waiting:
        value = waiting.pop()
        if is_mapping(value):
            yield mapping(value)
            waiting += reversed(mapping(value).values())
        else:
            waiting += reversed(sequence(value))
