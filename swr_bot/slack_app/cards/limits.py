"""Slack's limits, checked before anything is sent: those of its reference pages, and those its own SDK lets through.

Only what the cards and views use is known here; any other block or element is a problem too.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from swr_bot.slack_app.cards.text import units

Json = Mapping[str, object]

# The longest text of each member; a text object's is that of its `text`.
LENGTHS = {
    "header.text": 150,
    "section.text": 3_000,
    "context.elements": 2_000,
    "input.label": 2_000,
    "input.hint": 2_000,
    "button.text": 75,
    "button.value": 2_000,
    "button.accessibility_label": 75,
    "option.text": 75,
    "option.value": 150,
    "confirm.title": 100,
    "confirm.text": 300,
    "confirm.confirm": 30,
    "confirm.deny": 30,
    "plain_text_input.initial_value": 3_000,
    "any.placeholder": 150,
    "any.action_id": 255,
    "any.block_id": 255,
    "modal.title": 24,
    "modal.submit": 24,
    "modal.close": 24,
    "modal.callback_id": 255,
    "modal.private_metadata": 3_000,
    "message.text": 4_000,
}
# How many items each list may have; none may be empty.
COUNTS = {
    "message.blocks": 50,
    "modal.blocks": 100,
    "actions.elements": 25,
    "context.elements": 10,
    "table.rows": 100,
    "static_select.options": 100,
    "radio_buttons.options": 10,
    "checkboxes.options": 10,
}
REQUIRED = {
    "header": ("text",),
    "section": ("text",),
    "context": ("elements",),
    "actions": ("elements",),
    "input": ("label", "element"),
    "rich_text": ("elements",),
    "table": ("rows",),
    "button": ("text", "action_id"),
    "external_select": ("action_id",),
    "static_select": ("action_id", "options"),
    "radio_buttons": ("action_id", "options"),
    "checkboxes": ("action_id", "options"),
    "plain_text_input": ("action_id",),
    "option": ("text", "value"),
    "confirm": ("title", "text"),
    "plain_text": ("text",),
    "mrkdwn": ("text",),
    "raw_text": ("text",),
    "rich_text_section": ("elements",),
    "rich_text_list": ("elements", "style"),
    "rich_text_preformatted": ("elements",),
    "text": ("text",),
    "user": ("user_id",),
    "date": ("timestamp", "format"),
    "style": (),
    "modal": ("title", "blocks"),
    "message": ("text", "blocks"),
}
# Members that hold objects which do not say themselves what they are.
_UNTYPED = {"options": "option", "initial_option": "option", "confirm": "confirm", "style": "style"}
_ONLY_IN_MESSAGES = {"table"}
_ONLY_IN_MODALS = {"input"}
_MAY_BE_EMPTY = {"button.value", "plain_text_input.initial_value", "modal.private_metadata"}
_MOST_COLUMNS = 20
# Slack refuses blocks that are too long as a whole and publishes no number; this one is meant to be on the safe side.
_MOST_TEXT = 12_000


def check(surface: Json) -> list[str]:
    """What in a message or a modal breaks one of Slack's limits, a line for each; empty where nothing does.

    Args:
        surface: The arguments of `chat.postMessage`, or a view.
    """
    kind = str(surface.get("type", "message"))
    found = [problem for at, path, each in _walk(kind, kind, surface) for problem in _object_problems(at, path, each)]
    return [*found, *_surface_problems(kind, surface)]


def _walk(kind: str, path: str, value: Json) -> Iterator[tuple[str, str, Json]]:
    """Every object in it, with what it is and where it stands."""
    yield kind, path, value
    for name, member in value.items():
        for place, each in _objects(f"{path}.{name}", member):
            inner = each.get("type") or _UNTYPED.get(name, "object without a type")
            yield from _walk(str(inner), place, each)


def _objects(path: str, member: object) -> Iterator[tuple[str, Json]]:
    if isinstance(member, Mapping):
        yield path, cast("Json", member)
    elif isinstance(member, list | tuple):
        for number, each in enumerate(cast("Sequence[object]", member)):
            yield from _objects(f"{path}[{number}]", each)


def _object_problems(kind: str, path: str, value: Json) -> Iterator[str]:
    if kind not in REQUIRED:
        yield f"{path}: {kind} is not known"
        return
    yield from (f"{path}: {name} is missing" for name in REQUIRED[kind] if name not in value)
    for name, member in value.items():
        yield from _length_problems(f"{kind}.{name}", f"any.{name}", f"{path}.{name}", member)
        yield from _count_problems(f"{kind}.{name}", f"{path}.{name}", member)
    if kind in ("plain_text", "raw_text", "text") and not str(value.get("text", "")):
        yield f"{path}: the text is empty"
    yield from _special_problems(kind, path, value)


def _length_problems(own: str, general: str, path: str, member: object) -> Iterator[str]:
    limit = LENGTHS.get(own, LENGTHS.get(general))
    if limit is None:
        return
    for text in _texts(member):
        if units(text) > limit:
            yield f"{path}: {units(text)} characters, at most {limit}"
        if not text and own not in _MAY_BE_EMPTY:
            yield f"{path}: empty"


def _texts(member: object) -> Iterator[str]:
    if isinstance(member, str):
        yield member
    for _, each in _objects("", member):
        yield str(each.get("text", ""))


def _count_problems(own: str, path: str, member: object) -> Iterator[str]:
    if own not in COUNTS or not isinstance(member, list | tuple):
        return
    items = cast("Sequence[object]", member)
    if not 1 <= len(items) <= COUNTS[own]:
        yield f"{path}: {len(items)} items, from 1 to {COUNTS[own]}"


def _special_problems(kind: str, path: str, value: Json) -> Iterator[str]:
    if kind == "table":
        rows = [len(cast("Sequence[object]", row)) for row in cast("Sequence[object]", value.get("rows", ()))]
        if rows and (len(set(rows)) > 1 or not 1 <= rows[0] <= _MOST_COLUMNS):
            yield f"{path}: rows of {min(rows)} to {max(rows)} columns; all alike, from 1 to {_MOST_COLUMNS}"
    if kind == "actions":
        yield from _twice(path, "action_id", _members(value.get("elements"), "action_id"))
    options = value.get("options")
    if options is not None:
        yield from _twice(path, "option value", _members(options, "value"))
        chosen = value.get("initial_option")
        if chosen is not None and chosen not in cast("Sequence[object]", options):
            yield f"{path}: initial_option is not among the options"
    if kind == "plain_text_input" and not 1 <= int(str(value.get("max_length", 1))) <= 3_000:
        yield f"{path}: max_length is from 1 to 3000"


def _members(objects: object, name: str) -> list[str]:
    return [str(each[name]) for _, each in _objects("", objects) if name in each]


def _twice(path: str, what: str, names: Sequence[str]) -> Iterator[str]:
    yield from (f"{path}: {what} {name} stands there twice" for name in dict.fromkeys(names) if names.count(name) > 1)


def _surface_problems(kind: str, surface: Json) -> Iterator[str]:
    kinds = [str(block.get("type")) for _, block in _objects("", surface.get("blocks"))]
    yield from _twice(kind, "block_id", _members(surface.get("blocks"), "block_id"))
    misplaced = _ONLY_IN_MODALS if kind == "message" else _ONLY_IN_MESSAGES
    yield from (f"{kind}: a {name} cannot stand here" for name in misplaced if name in kinds)
    if kinds.count("table") > 1:
        yield f"{kind}: one table at most"
    if "input" in kinds and "submit" not in surface:
        yield f"{kind}: an input needs submit"
    total = sum(units(str(each["text"])) for _, _, each in _walk(kind, kind, surface) if _is_text(each))
    if total > _MOST_TEXT:
        yield f"{kind}: {total} characters in all, at most {_MOST_TEXT}"


def _is_text(each: Json) -> bool:
    return isinstance(each.get("text"), str) and "type" in each
