"""The blocks themselves, and on which surface each may stand."""

from swr_bot.emulators.slack.values import mapping, mappings, sequence, text

from .checks import (
    Check,
    Report,
    array,
    boolean,
    by_type,
    either,
    integer,
    on_surfaces,
    one_of,
    record,
    some_of,
    string,
)
from .elements import a_button, an_image, as_accessory, in_actions, in_context, in_context_actions, in_input
from .objects import URL, any_text, plain_text, slack_file
from .rich_text import rich_text

_KIND: dict[str, Check] = {"type": string()}
_MOST_MARKDOWN = 12_000
_STATES = ("pending", "in_progress", "complete", "error")


def _block_id(value: object, pointer: str, report: Report) -> None:
    string(1, 255)(value, pointer, report)
    name = text(value)
    if name and name in report.block_ids:
        report.fault(pointer, "block_id already exists")
    report.block_ids.add(name)


def _block(required: dict[str, Check], optional: dict[str, Check] | None = None, *more: Check) -> Check:
    return record({**_KIND, **required}, {"block_id": _block_id, **(optional or {})}, *more)


def _action_ids_unique(value: object, pointer: str, report: Report) -> None:
    names = [text(each.get("action_id")) for each in mappings(mapping(value).get("elements"))]
    given = [name for name in names if name]
    if len(set(given)) != len(given):
        report.fault(f"{pointer}/elements", "`action_id` must be unique in a block")


def _one_table(_: object, pointer: str, report: Report) -> None:
    report.tables += 1
    if report.tables > 1:
        report.fault(pointer, "only_one_table_allowed")


def _rows_alike(value: object, pointer: str, report: Report) -> None:
    rows = [len(sequence(row)) for row in sequence(mapping(value).get("rows"))]
    if len(set(rows)) > 1:
        report.fault(f"{pointer}/rows", "all rows must have the same number of cells")


def _markdown_fits(value: object, pointer: str, report: Report) -> None:
    report.markdown += len(text(mapping(value).get("text")))
    if report.markdown > _MOST_MARKDOWN:
        report.fault(f"{pointer}/text", f"must be less than {_MOST_MARKDOWN + 1} characters over all markdown blocks")


def _header_and_collapsing(value: object, pointer: str, report: Report) -> None:
    content = mapping(value)
    if content.get("is_collapsible") is True and content.get("has_header_divider") is True:
        report.fault(f"{pointer}/has_header_divider", "cannot be set when is_collapsible is true")
    if content.get("default_collapsed") is True and content.get("is_collapsible") is not True:
        report.fault(f"{pointer}/default_collapsed", "requires is_collapsible")


def _number(value: object, pointer: str, report: Report) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        report.fault(pointer, "must provide a number")


def _rich_text(value: object, pointer: str, report: Report) -> None:
    rich_text(value, pointer, report)
    if isinstance(name := mapping(value).get("block_id"), str):
        _block_id(name, f"{pointer}/block_id", report)


def _maybe_column(value: object, pointer: str, report: Report) -> None:
    if value is not None:
        _column(value, pointer, report)


_raw_text = record({**_KIND, "text": string(1)})
_raw_number = record({**_KIND, "value": _number}, {"text": string(1)})
_cell = by_type({"raw_text": _raw_text, "raw_number": _raw_number, "rich_text": rich_text})
_column = record({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})


_source = record({**_KIND, "url": string(1, URL), "text": string(1)})
_task_card = record(
    {**_KIND, "task_id": string(1), "title": string(1), "status": one_of(*_STATES)},
    {"block_id": _block_id, "details": rich_text, "output": rich_text, "sources": array(by_type({"url": _source}))},
)
_card = _block(
    {},
    {
        "hero_image": an_image,
        "icon": an_image,
        "title": any_text(150),
        "subtitle": any_text(150),
        "body": any_text(200),
        "actions": array(a_button, 1, 5),
    },
    some_of("hero_image", "title", "actions", "body"),
)
_data_table = _block(
    {"caption": string(1), "rows": array(array(_cell, 1, 20), 1, 101)},
    {
        "page_size": integer(1, 100),
        "row_header_column_index": integer(0, 19),
    },
    _rows_alike,
    _one_table,
)


_SIMPLE: dict[str, Check] = {
    "actions": _block({"elements": array(in_actions, 1, 25)}, None, _action_ids_unique),
    "context": _block({"elements": array(in_context, 1, 10)}),
    "divider": _block({}),
    "header": _block({"text": plain_text(150)}),
    "image": _block(
        {"alt_text": string(1, 2000)},
        {"image_url": string(1, URL), "slack_file": slack_file, "title": plain_text(2000)},
        either("image_url", "slack_file"),
    ),
    "input": _block(
        {"label": plain_text(2000), "element": in_input},
        {"hint": plain_text(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "rich_text": _rich_text,
    "section": _block(
        {},
        {
            "text": any_text(3000),
            "fields": array(any_text(2000), 1, 10),
            "accessory": as_accessory,
            "expand": boolean,
        },
        some_of("text", "fields"),
    ),
}


_IN_MESSAGES: dict[str, Check] = {
    "markdown": _block({"text": string(1, _MOST_MARKDOWN)}, None, _markdown_fits),
    "table": _block(
        {"rows": array(array(_cell, 1, 20), 1, 100)},
        {"column_settings": array(_maybe_column, 0, 20)},
        _rows_alike,
        _one_table,
    ),
    "data_table": _data_table,
    "context_actions": _block({"elements": array(in_context_actions, 1, 5)}, None, _action_ids_unique),
    "task_card": _task_card,
    "plan": _block({"title": string(1)}, {"tasks": array(by_type({"task_card": _task_card}))}),
}
_CARDS: dict[str, Check] = {
    "card": _card,
    "carousel": _block({"elements": array(by_type({"card": _card}), 1, 10)}),
}
_in_container = by_type(
    {**_SIMPLE, **{name: _IN_MESSAGES[name] for name in ("table", "data_table", "markdown")}, "card": _card}
)
_container = _block(
    {"child_blocks": array(_in_container, 1, 10)},
    {
        "title": plain_text(150),
        "rich_text_title": rich_text,
        "subtitle": any_text(150),
        "width": one_of("narrow", "standard", "wide", "full"),
        "icon": an_image,
        "is_collapsible": boolean,
        "default_collapsed": boolean,
        "has_header_divider": boolean,
    },
    some_of("title", "rich_text_title"),
    _header_and_collapsing,
)
_alert = _block({"text": any_text(3000)}, {"level": one_of("default", "info", "warning", "error", "success")})

block = by_type(
    {
        **_SIMPLE,
        **{name: on_surfaces(check, "message") for name, check in _IN_MESSAGES.items()},
        **{name: on_surfaces(check, "message", "home") for name, check in _CARDS.items()},
        "container": on_surfaces(_container, "message"),
        "alert": on_surfaces(_alert, "modal"),
    }
)
