"""The few blocks and elements that the cards and views are put together from."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from swr_bot.slack_app.cards.text import shown
from swr_bot.slack_app.vocabulary import Action

Block = Mapping[str, object]
Element = Mapping[str, object]
Row = tuple[str, Element]

_LONGEST_VALUE = 2_000
_SLACK_ID = re.compile(r"[UW][A-Z0-9]{2,20}")
_LATEST = 99_999_999_999


def plain(text: str, limit: int) -> Element:
    """A text object that shows its characters as they are."""
    return {"type": "plain_text", "text": shown(text, limit), "emoji": False}


def header(text: str) -> Block:
    """The heading of a card."""
    return {"type": "header", "block_id": "heading", "text": plain(text, 150)}


def paragraph(text: str, *, block_id: str) -> Block:
    """One or more sentences."""
    return {"type": "section", "block_id": block_id, "text": plain(text, 3_000)}


def small(text: str, *, block_id: str) -> Block:
    """A remark, in small grey letters."""
    return {"type": "context", "block_id": block_id, "elements": [plain(text, 2_000)]}


def words(text: str, *, bold: bool = False, limit: int = _LONGEST_VALUE) -> Element:
    """Text in rich text."""
    element = {"type": "text", "text": shown(text, limit)}
    return {**element, "style": {"bold": True}} if bold else element


def person(who: str) -> Element:
    """Somebody, by a Slack id or by what the journal calls an actor of Slack; anybody else as text."""
    found = who.rpartition("/")[2] if who.startswith("slack:") else who
    return {"type": "user", "user_id": found} if _SLACK_ID.fullmatch(found) else words(who, limit=200)


def moment(at: datetime) -> Element:
    """A time of day in the zone of whoever reads it; in UTC for old clients."""
    utc = f"{at:%Y-%m-%d %H:%M} UTC"
    seconds = int(at.timestamp())
    if not 0 <= seconds <= _LATEST:
        return words(utc)
    return {"type": "date", "timestamp": seconds, "format": "{date_short_pretty} at {time}", "fallback": utc}


def line(*elements: Element, block_id: str) -> Block:
    """A paragraph of rich text."""
    return {
        "type": "rich_text",
        "block_id": block_id,
        "elements": [{"type": "rich_text_section", "elements": [*elements]}],
    }


def table_of_facts(rows: Sequence[Row], *, block_id: str = "facts") -> Block:
    """One line for each fact: its label in bold, which no value can imitate, and its value."""
    elements: list[Element] = []
    for number, (label, value) in enumerate(rows):
        elements += [words(f"{label}: ", bold=True), value]
        if number + 1 < len(rows):
            elements.append({"type": "text", "text": "\n"})
    return line(*elements, block_id=block_id)


def to_copy(text: str, *, block_id: str) -> Block:
    """One line to be copied and typed."""
    return {
        "type": "rich_text",
        "block_id": block_id,
        "elements": [{"type": "rich_text_preformatted", "elements": [words(text)]}],
    }


def button(
    label: str, action: Action, value: str, *, spoken: str, style: str = "", second_look: Element | None = None
) -> Element:
    """A button.

    Args:
        label: What stands on it.
        action: What clicking it means.
        value: What comes back with the click.
        spoken: What a screen reader says instead of the label.
        style: `primary`, `danger` or empty.
        second_look: A confirmation object that asks again before the click counts.
    """
    optional = {"style": style, "confirm": second_look}
    return {
        "type": "button",
        "action_id": action.value,
        "text": plain(label, 75),
        "value": value,
        "accessibility_label": shown(spoken, 75),
        **{name: given for name, given in optional.items() if given},
    }


def buttons(*elements: Element, block_id: str) -> Block:
    """A row of buttons."""
    return {"type": "actions", "block_id": block_id, "elements": [*elements]}


def table(titles: Sequence[str], rows: Sequence[Sequence[str]], *, block_id: str, limit: int = 128) -> Block:
    """Columns under titles; a message may hold one table."""
    cells = [[{"type": "raw_text", "text": shown(cell, limit)} for cell in row] for row in (titles, *rows)]
    return {"type": "table", "block_id": block_id, "rows": cells}
