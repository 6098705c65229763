"""Whole surfaces: the blocks of a message, a modal, a home tab, and the answer to a type-ahead."""

from swr_bot.emulators.slack.values import mapping, mappings

from .blocks import block
from .checks import Check, Report, array, boolean, by_type, either, record, string
from .objects import option, option_group, plain_text

MOST_IN_MESSAGE = 50
MOST_IN_VIEW = 100

_KIND: dict[str, Check] = {"type": string()}
_METADATA: dict[str, Check] = {
    "private_metadata": string(0, 3000),
    "callback_id": string(0, 255),
    "external_id": string(0, 255),
}


def _submit_with_inputs(value: object, pointer: str, report: Report) -> None:
    content = mapping(value)
    has_inputs = any(each.get("type") == "input" for each in mappings(content.get("blocks")))
    if has_inputs and content.get("submit") is None:
        report.fault(f"{pointer}/submit", "missing required field: submit; a modal with an input block needs it")


_blocks = array(block, 1, MOST_IN_VIEW)
_modal = record(
    {**_KIND, "title": plain_text(24), "blocks": _blocks},
    {
        **_METADATA,
        "submit": plain_text(24),
        "close": plain_text(24),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
    _submit_with_inputs,
)
_home = record({**_KIND, "blocks": _blocks}, _METADATA)
_options_answer = record(
    {},
    {"options": array(option(), 0, 100), "option_groups": array(option_group, 0, 100)},
    either("options", "option_groups"),
)


def check_blocks(blocks: object, pointer: str = "/blocks") -> list[str]:
    """The faults of a message's blocks in Slack's words; an empty list is a good message."""
    report = Report("message")
    array(block, 0, MOST_IN_MESSAGE)(blocks, pointer, report)
    return report.messages


def check_view(view: object, kind: str, pointer: str = "/view") -> list[str]:
    """The faults of a view that is to be a ``modal`` or a ``home``."""
    report = Report(kind)
    by_type({kind: _modal if kind == "modal" else _home})(view, pointer, report)
    return report.messages


def check_options_answer(answer: object) -> list[str]:
    """The faults of an app's answer to a ``block_suggestion``."""
    report = Report("modal")
    _options_answer(answer, "", report)
    return report.messages
