"""Block Kit, rule by rule: what Slack refuses is refused, with a pointer to the fault."""

from typing import Any

import pytest

from swr_bot.emulators.slack.block_kit import check_blocks, check_options_answer, check_view

Json = dict[str, Any]  # blocks are written as an app writes them


def text(content: str = "x", kind: str = "plain_text") -> Json:
    """A text object."""
    return {"type": kind, "text": content}


def option(value: str = "v", label: str = "x", **more: object) -> Json:
    """An option."""
    return {"text": text(label), "value": value, **more}


def button(**more: object) -> Json:
    """A button."""
    return {"type": "button", "text": text(), "action_id": "a", **more}


def section(**more: object) -> Json:
    """A section."""
    return {"type": "section", "text": text(), **more}


def actions(*elements: Json) -> Json:
    """An actions block."""
    return {"type": "actions", "elements": list(elements)}


def field(element: Json, **more: object) -> Json:
    """An input block."""
    return {"type": "input", "label": text(), "element": element, **more}


def static(*options: Json, **more: object) -> Json:
    """A static select."""
    return {"type": "static_select", "action_id": "s", "options": list(options), **more}


def rich(*elements: Json) -> Json:
    """A rich text block with one section."""
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def table(*rows: list[Json], **more: object) -> Json:
    """A table."""
    return {"type": "table", "rows": list(rows), **more}


def modal(*blocks: Json, **more: object) -> Json:
    """A modal with a submit button."""
    return {"type": "modal", "title": text(), "submit": text(), "blocks": list(blocks), **more}


CELL: Json = {"type": "raw_text", "text": "x"}
IMAGE: Json = {"type": "image", "image_url": "http://h/i.png", "alt_text": "x"}
CONFIRM: Json = {"title": text(), "text": text(kind="mrkdwn"), "confirm": text(), "deny": text(), "style": "danger"}
CARD: Json = {"type": "card", "title": text(), "body": text(kind="mrkdwn"), "actions": [button()]}
TASK: Json = {"type": "task_card", "task_id": "1", "title": "x", "status": "complete"}

GOOD: list[list[Json]] = [
    [],
    [section(), {"type": "divider"}, {"type": "header", "text": text()}, IMAGE],
    [section(accessory=button(confirm=CONFIRM, style="danger", value="n", url="http://h"))],
    [section(accessory=IMAGE), section(text=text("*x*", "mrkdwn"), expand=True)],
    [{"type": "section", "fields": [text(), text("x", "mrkdwn")]}],
    [actions(button(), static(option(), option("w"), action_id="b"), {"type": "overflow", "options": [option()]})],
    [{"type": "context", "elements": [text(), IMAGE, text("x", "mrkdwn")]}],
    [rich({"type": "text", "text": "x", "style": {"bold": True}}, {"type": "user", "user_id": "U1"})],
    [rich({"type": "date", "timestamp": 1_800_000_000, "format": "{time}", "fallback": "noon"})],
    [table([CELL, CELL], [CELL, rich({"type": "text", "text": "x"})], column_settings=[{"align": "right"}, None])],
    [{"type": "markdown", "text": "# x"}],
    [CARD, {"type": "carousel", "elements": [CARD]}],
    [{"type": "container", "title": text(), "child_blocks": [section(), table([CELL])], "width": "wide"}],
    [TASK, {"type": "plan", "title": "x", "tasks": [TASK]}],
    [{"type": "data_table", "caption": "x", "rows": [[CELL]], "page_size": 10}],
    [{"type": "context_actions", "elements": [{"type": "icon_button", "icon": "trash", "text": text()}]}],
    [section(text=None, fields=[text()])],
]

BAD: list[tuple[list[Any], str]] = [
    ([section(text=text("x" * 3001))], "less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    ([section(text=text(""))], "more than 0 characters"),
    ([section(colour="red")], "invalid additional property: colour [json-pointer:/blocks/0]"),
    ([section(text="x")], "must provide an object [json-pointer:/blocks/0/text]"),
    ([section(text={"type": "mrkdwn", "text": "x", "emoji": True})], "invalid additional property: emoji"),
    ([section(text={"type": "plain_text", "text": "x", "verbatim": True})], "invalid additional property: verbatim"),
    ([{"type": "section"}], "must define at least one of text, fields"),
    ([{"type": "section", "fields": []}], "no fewer than 1 items"),
    ([{"type": "section", "fields": [text()] * 11}], "no more than 10 items"),
    ([{"type": "section", "fields": [text("x" * 2001)]}], "less than 2001 characters"),
    ([{"type": "header", "text": text("x", "mrkdwn")}], "unsupported type: mrkdwn"),
    ([{"type": "header", "text": text("x" * 151)}], "less than 151 characters"),
    ([{"type": "header"}], "missing required field: text"),
    ([{}], "missing required field: type"),
    ([{"type": "blink"}], "unsupported type: blink"),
    ([{"type": 7}], "unsupported type: 7"),
    ([None], "must provide an object"),
    ([{"type": "divider", "block_id": "x" * 256}], "less than 256 characters"),
    ([{"type": "divider", "block_id": "x"}] * 2, "block_id already exists"),
    ([{"type": "divider"}] * 51, "no more than 50 items"),
    ([actions()], "no fewer than 1 items"),
    ([actions(*[button(action_id=str(each)) for each in range(26)])], "no more than 25 items"),
    ([actions(button(), button())], "`action_id` must be unique"),
    ([actions(button(action_id="x" * 256))], "less than 256 characters"),
    ([actions(button(text=text("x" * 76)))], "less than 76 characters"),
    ([actions(button(text=text("x", "mrkdwn")))], "unsupported type: mrkdwn"),
    ([actions(button(value="x" * 2001))], "less than 2001 characters"),
    ([actions(button(value=7))], "must provide a string"),
    ([actions(button(style="default"))], "valid enum value: primary, danger"),
    ([actions(button(accessibility_label="x" * 76))], "less than 76 characters"),
    ([actions(button(confirm={**CONFIRM, "type": "confirm"}))], "invalid additional property: type"),
    ([actions(button(confirm={**CONFIRM, "title": text("x" * 101)}))], "less than 101 characters"),
    ([actions(button(confirm={**CONFIRM, "text": text("x" * 301)}))], "less than 301 characters"),
    ([actions(button(confirm={**CONFIRM, "deny": text("x" * 31)}))], "less than 31 characters"),
    ([actions(IMAGE)], "unsupported type: image"),
    ([actions({"type": "plain_text_input", "action_id": "a"})], "unsupported type: plain_text_input"),
    ([actions(static())], "no fewer than 1 items"),
    ([actions(static(*[option(str(each)) for each in range(101)]))], "no more than 100 items"),
    ([actions(static(option(label="x" * 76)))], "less than 76 characters"),
    ([actions(static(option("x" * 151)))], "less than 151 characters"),
    ([actions(static(option(), option()))], "option values must be unique"),
    ([actions(static(option(), initial_option=option("w")))], "must match one of the options"),
    ([actions(static(option(url="http://h")))], "invalid additional property: url"),
    ([actions({"type": "static_select", "action_id": "a"})], "must define one of options, option_groups"),
    ([actions(static(option(), option_groups=[{"label": text(), "options": [option()]}]))], "only one of"),
    ([actions(static(option(), placeholder=text("x" * 151)))], "less than 151 characters"),
    ([actions({"type": "checkboxes", "options": [option(str(each)) for each in range(11)]})], "no more than 10 items"),
    ([actions({"type": "overflow", "options": [option(str(each)) for each in range(6)]})], "no more than 5 items"),
    ([actions({"type": "datepicker", "initial_date": "21.11.2026"})], "must be a date"),
    ([{"type": "context", "elements": [text()] * 11}], "no more than 10 items"),
    ([{"type": "context", "elements": [button()]}], "unsupported type: button"),
    ([{**IMAGE, "slack_file": {"id": "F1"}}], "only one of image_url, slack_file"),
    ([{"type": "image", "image_url": "http://h"}], "missing required field: alt_text"),
    ([rich({"type": "text", "text": ""})], "more than 0 characters"),
    ([rich({"type": "text", "text": "x", "style": {"loud": True}})], "invalid additional property: loud"),
    ([rich({"type": "broadcast", "range": "all"})], "valid enum value"),
    ([{"type": "rich_text", "elements": [{"type": "text", "text": "x"}]}], "unsupported type: text"),
    (
        [
            {
                "type": "rich_text",
                "elements": [{"type": "rich_text_preformatted", "elements": [{"type": "user", "user_id": "U1"}]}],
            }
        ],
        "unsupported type: user",
    ),
    ([table(*[[CELL]] * 101)], "no more than 100 items"),
    ([table([CELL] * 21)], "no more than 20 items"),
    ([table([CELL], [CELL, CELL])], "same number of cells"),
    ([table([{"type": "raw_text", "text": ""}])], "more than 0 characters"),
    ([table([CELL]), table([CELL])], "only_one_table_allowed"),
    ([{"type": "markdown", "text": "x" * 12_001}], "less than 12001 characters"),
    ([{"type": "markdown", "text": "x" * 6_001}] * 2, "over all markdown blocks"),
    ([{"type": "alert", "text": text()}], "unsupported type: alert in a message"),
    ([field({"type": "email_text_input", "action_id": "a"})], "unsupported type: email_text_input in a message"),
    ([field({"type": "plain_text_input", "max_length": 3001})], "less than or equal to 3000"),
    ([field({"type": "plain_text_input", "min_length": 5, "max_length": 4})], "must not be greater than max_length"),
    ([field({"type": "plain_text_input"}, label=text("x", "mrkdwn"))], "unsupported type: mrkdwn"),
    ([field({"type": "plain_text_input"}, optional="yes")], "must provide a boolean"),
    ([field({"type": "plain_text_input", "focus_on_load": True})] * 2, "only one element may have focus_on_load"),
    ([{"type": "card", "subtitle": text()}], "at least one of hero_image, title, actions, body"),
    ([{**CARD, "body": text("x" * 201)}], "less than 201 characters"),
    ([{"type": "carousel", "elements": [CARD] * 11}], "no more than 10 items"),
    ([{"type": "container", "child_blocks": [section()]}], "at least one of title, rich_text_title"),
    ([{"type": "container", "title": text(), "child_blocks": [section()] * 11}], "no more than 10 items"),
    (
        [{"type": "container", "title": text(), "child_blocks": [section()], "default_collapsed": True}],
        "requires is_coll",
    ),
]


@pytest.mark.parametrize("blocks", GOOD)
def test_good_blocks_have_no_faults(blocks: list[Json]) -> None:
    """What Slack's reference shows passes."""
    assert check_blocks(blocks) == []


@pytest.mark.parametrize(("blocks", "says"), BAD, ids=[says for _, says in BAD])
def test_bad_blocks_are_refused_with_a_sentence(blocks: list[Json], says: str) -> None:
    """Each fault is named, in Slack's words where they are known."""
    messages = check_blocks(blocks)
    assert any(says in each for each in messages), messages


VIEWS: list[tuple[object, str]] = [
    (modal(section(), title=text("x" * 25)), "less than 25 characters [json-pointer:/view/title/text]"),
    (modal(section(), submit=text("x" * 25)), "less than 25 characters"),
    (modal(section(), close=text("x", "mrkdwn")), "unsupported type: mrkdwn"),
    (modal(section(), private_metadata="x" * 3001), "less than 3001 characters"),
    (modal(section(), callback_id="x" * 256), "less than 256 characters"),
    (modal(section(), colour="red"), "invalid additional property: colour"),
    (modal(), "no fewer than 1 items"),
    (modal(*[{"type": "divider"}] * 101), "no more than 100 items"),
    (modal(table([CELL])), "unsupported type: table in a modal"),
    (modal({"type": "markdown", "text": "x"}), "unsupported type: markdown in a modal"),
    (modal(CARD), "unsupported type: card in a modal"),
    ({**modal(field({"type": "plain_text_input"})), "submit": None}, "missing required field: submit"),
    ({"type": "home", "blocks": [section()]}, "unsupported type: home"),
    ({"type": "modal", "blocks": [section()]}, "missing required field: title"),
    ([], "must provide an object"),
]


@pytest.mark.parametrize(("view", "says"), VIEWS)
def test_bad_modals_are_refused_with_a_sentence(view: object, says: str) -> None:
    """Lengths, the submit button that inputs need, and blocks that have no place in a modal."""
    messages = check_view(view, "modal")
    assert any(says in each for each in messages), messages


def test_good_views_have_no_faults() -> None:
    """A modal with an input and an alert, and a home tab."""
    alert = {"type": "alert", "level": "warning", "text": text()}
    number = {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "9"}
    assert check_view(modal(alert, field(number), private_metadata="x" * 3000, notify_on_close=True), "modal") == []
    assert check_view({"type": "home", "blocks": [section(), CARD]}, "home") == []


def test_an_answer_to_type_ahead_has_options_or_groups() -> None:
    """A hundred at most, and not both."""
    assert check_options_answer({"options": []}) == []
    assert check_options_answer({"option_groups": [{"label": text(), "options": [option()]}]}) == []
    assert check_options_answer({"options": [option(str(each)) for each in range(101)]})
    assert check_options_answer({"options": [], "option_groups": []})
    assert check_options_answer("options")
