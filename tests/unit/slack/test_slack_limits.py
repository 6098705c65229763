"""Each of Slack's limits, one step inside it and one step beyond; those its own SDK lets through included."""

from collections.abc import Callable, Mapping
from typing import cast

import pytest
from slack_sdk.models.basic_objects import JsonObject
from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    HeaderBlock,
    InputBlock,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from swr_bot.slack_app.cards.limits import check

Json = Mapping[str, object]


def plain(length: int) -> Json:
    """A text of so many characters."""
    return {"type": "plain_text", "text": "x" * length}


def section(**more: object) -> Json:
    """The smallest section."""
    return {"type": "section", "text": plain(1), **more}


def message(*blocks: Json, text: str = "Hello.") -> Json:
    """A message of these blocks."""
    return {"text": text, "blocks": [*blocks]}


def modal(*blocks: Json, **more: object) -> Json:
    """A view of these blocks."""
    return {"type": "modal", "title": plain(1), "blocks": [*blocks], **more}


def button(**more: object) -> Json:
    """The smallest button."""
    return {"type": "button", "action_id": "a", "text": plain(1), **more}


def actions(*elements: Json) -> Json:
    """A row of elements."""
    return {"type": "actions", "elements": [*elements]}


def table(rows: int, columns: int) -> Json:
    """A table of single letters."""
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * columns] * rows}


def field(**element: object) -> Json:
    """A form with one field, and the button that sends it."""
    block = {"type": "input", "label": plain(1), "element": {"action_id": "a", **element}}
    return modal(block, submit=plain(1))


def options(count: int) -> list[Json]:
    """So many different options."""
    return [{"text": plain(1), "value": str(number)} for number in range(count)]


def confirm(**more: object) -> Json:
    """A message with a button that asks again."""
    return message(actions(button(confirm={"title": plain(1), "text": plain(1), **more})))


def select(kind: str, count: int) -> Json:
    """A form with a menu."""
    return field(type=kind, options=options(count))


LIMITS: Mapping[str, tuple[int, Callable[[int], Json]]] = {
    "blocks of a message": (50, lambda n: message(*[section()] * n)),
    "blocks of a view": (100, lambda n: modal(*[section()] * n)),
    "text of a message": (4_000, lambda n: message(section(), text="x" * n)),
    "section": (3_000, lambda n: message(section(text=plain(n)))),
    "header": (150, lambda n: message({"type": "header", "text": plain(n)})),
    "context": (2_000, lambda n: message({"type": "context", "elements": [plain(n)]})),
    "context elements": (10, lambda n: message({"type": "context", "elements": [plain(1)] * n})),
    "actions": (25, lambda n: message(actions(*(button(action_id=str(i)) for i in range(n))))),
    "button label": (75, lambda n: message(actions(button(text=plain(n))))),
    "button value": (2_000, lambda n: message(actions(button(value="x" * n)))),
    "button spoken": (75, lambda n: message(actions(button(accessibility_label="x" * n)))),
    "action id": (255, lambda n: message(actions(button(action_id="x" * n)))),
    "block id": (255, lambda n: message(section(block_id="x" * n))),
    "confirm title": (100, lambda n: confirm(title=plain(n))),
    "confirm text": (300, lambda n: confirm(text=plain(n))),
    "confirm yes": (30, lambda n: confirm(confirm=plain(n))),
    "confirm no": (30, lambda n: confirm(deny=plain(n))),
    "table rows": (100, lambda n: message(table(n, 1))),
    "table columns": (20, lambda n: message(table(1, n))),
    "tables": (1, lambda n: message(*[table(1, 1)] * n)),
    "title": (24, lambda n: modal(section(), title=plain(n))),
    "submit": (24, lambda n: modal(section(), submit=plain(n))),
    "close": (24, lambda n: modal(section(), close=plain(n))),
    "private metadata": (3_000, lambda n: modal(section(), private_metadata="x" * n)),
    "callback id": (255, lambda n: modal(section(), callback_id="x" * n)),
    "menu": (100, lambda n: select("static_select", n)),
    "radio buttons": (10, lambda n: select("radio_buttons", n)),
    "checkboxes": (10, lambda n: select("checkboxes", n)),
    "option label": (75, lambda n: field(type="static_select", options=[{"text": plain(n), "value": "1"}])),
    "option value": (150, lambda n: field(type="static_select", options=[{"text": plain(1), "value": "x" * n}])),
    "placeholder": (150, lambda n: field(type="external_select", placeholder=plain(n))),
    "initial value": (3_000, lambda n: field(type="plain_text_input", initial_value="x" * n)),
    "max length": (3_000, lambda n: field(type="plain_text_input", max_length=n)),
    "all text": (12_000, lambda n: message(*(section(text=plain(n // 4)) for _ in range(4)))),
}


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_is_kept_to_the_last_character(name: str) -> None:
    """And broken with the next."""
    limit, made = LIMITS[name]
    assert check(made(limit)) == []
    assert check(made(limit + 4)) != []
    if name != "all text":
        assert check(made(limit + 1)) != []


@pytest.mark.parametrize(
    "surface",
    [
        message(section(text={"type": "plain_text", "text": ""})),
        message(section(text=plain(0))),
        message(text="x"),
        message(section(), text=""),
        message(section(block_id="a"), section(block_id="a")),
        message(actions(button(), button())),
        message(actions(button(action_id=""))),
        message({"type": "table", "rows": [[{"type": "raw_text", "text": ""}]]}),
        message({"type": "table", "rows": [[{"type": "raw_text", "text": "x"}], []]}),
        message({"type": "video"}),
        message({"text": plain(1)}),
        message({"type": "header"}),
        message({"type": "input", "label": plain(1), "element": {"type": "plain_text_input", "action_id": "a"}}),
        modal({"type": "input", "label": plain(1), "element": {"type": "external_select", "action_id": "a"}}),
        modal(table(1, 1)),
        field(type="static_select", options=[*options(1), *options(1)]),
        field(type="static_select", options=options(1), initial_option={"text": plain(1), "value": "9"}),
        field(type="email_text_input"),
    ],
)
def test_what_slack_refuses_for_another_reason_is_found_too(surface: Json) -> None:
    """Empty texts, ids that stand twice, what is missing, in the wrong place or not known."""
    assert check(surface) != []


def test_length_is_counted_so_that_slack_cannot_count_more() -> None:
    """A character beyond the first plane counts twice."""
    assert check(message(section(text={"type": "plain_text", "text": "\U0001f600" * 1_500}))) == []
    assert check(message(section(text={"type": "plain_text", "text": "\U0001f600" * 1_501}))) != []


def test_a_problem_says_where_it_is() -> None:
    """So that it can be mended."""
    assert check(message(section(), actions(button(text=plain(76))))) == [
        "message.blocks[1].elements[0].text: 76 characters, at most 75"
    ]


def built(model: JsonObject) -> Json:
    """What a model of the SDK sends."""
    return cast("Json", model.to_dict())  # pyright: ignore[reportUnknownMemberType] - the SDK says no more than dict


def test_what_the_sdk_lets_through_is_refused_here() -> None:
    """The reason for this checker."""
    text = PlainTextObject(text="x")
    unlimited = PlainTextInputElement(action_id="a", max_length=3_001)
    unsent = View(type="modal", title="x", blocks=[InputBlock(label=text, element=unlimited)])
    assert check(message(*[built(SectionBlock(text=text))] * 51)) == ["message.blocks: 51 items, from 1 to 50"]
    assert check(built(unsent)) == [
        "modal.blocks[0].element: max_length is from 1 to 3000",
        "modal: an input needs submit",
    ]


def test_the_sdk_agrees_on_what_is_allowed() -> None:
    """What its models build passes."""
    text = PlainTextObject(text="x")
    blocks = [
        built(HeaderBlock(text=text)),
        built(SectionBlock(text=text)),
        built(ActionsBlock(elements=[ButtonElement(text=text, action_id="a", value="v")])),
    ]
    assert check(message(*blocks)) == []
