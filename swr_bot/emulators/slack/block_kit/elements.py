"""Interactive elements, and in which blocks each may stand."""

from swr_bot.emulators.slack.values import mapping

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
    pattern,
    record,
    string,
)
from .objects import (
    URL,
    any_text,
    confirmation,
    conversation_filter,
    dispatch_config,
    identifier,
    initial_among_options,
    option,
    option_groups,
    options,
    plain_text,
    slack_file,
    values_unique,
)
from .rich_text import rich_text

_KIND: dict[str, Check] = {"type": string()}
_PLACEHOLDER: dict[str, Check] = {"placeholder": plain_text(150)}
_DATE = pattern(r"\d{4}-\d{2}-\d{2}", "must be a date: YYYY-MM-DD")
_TIME = pattern(r"([01]\d|2[0-3]):[0-5]\d", "must be a time: HH:mm")
_NUMBER = pattern(r"-?\d+(\.\d+)?", "must be a number in a string")
_MANY: dict[str, Check] = {"max_selected_items": integer(1, 100)}


def _focus(value: object, pointer: str, report: Report) -> None:
    boolean(value, pointer, report)
    report.focused += value is True
    if report.focused > 1:
        report.fault(pointer, "only one element may have focus_on_load")


def _bounds(low: str, high: str) -> Check:
    def check(value: object, pointer: str, report: Report) -> None:
        least, most = mapping(value).get(low), mapping(value).get(high)
        if least is not None and most is not None and float(str(least)) > float(str(most)):
            report.fault(pointer, f"{low} must not be greater than {high}")

    return check


def _menu(required: dict[str, Check], optional: dict[str, Check], *more: Check) -> Check:
    own: dict[str, Check] = {"action_id": identifier, "confirm": confirmation, "focus_on_load": _focus}
    return record({**_KIND, **required}, {**own, **_PLACEHOLDER, **optional}, *more)


def _field(required: dict[str, Check], optional: dict[str, Check], *more: Check) -> Check:
    own: dict[str, Check] = {
        "action_id": identifier,
        "focus_on_load": _focus,
        "dispatch_action_config": dispatch_config,
    }
    return record({**_KIND, **required}, {**own, **_PLACEHOLDER, **optional}, *more)


button = record(
    {**_KIND, "text": plain_text(75)},
    {
        "action_id": identifier,
        "url": string(1, URL),
        "value": string(0, 2000),
        "style": one_of("primary", "danger"),
        "confirm": confirmation,
        "accessibility_label": string(1, 75),
        "agent_prompt": string(1, 4000),
        "visible_to_user_ids": array(string(1)),
    },
)
image = record(
    {**_KIND, "alt_text": string(1, 2000)},
    {"image_url": string(1, URL), "slack_file": slack_file},
    either("image_url", "slack_file"),
)
_icon_button = record(
    {**_KIND, "icon": one_of("trash"), "text": plain_text(75)},
    {
        "action_id": identifier,
        "value": string(0, 2000),
        "confirm": confirmation,
        "accessibility_label": string(1, 75),
        "visible_to_user_ids": array(string(1)),
    },
)
_feedback_button = record({"text": plain_text(75), "value": string(1, 2000)}, {"accessibility_label": string(1, 75)})
_feedback = record(
    {**_KIND, "positive_button": _feedback_button, "negative_button": _feedback_button}, {"action_id": identifier}
)
_STATIC: dict[str, Check] = {"options": options, "option_groups": option_groups}
_EXTERNAL: dict[str, Check] = {"min_query_length": integer(0, 1000)}
_BOXES: dict[str, Check] = {"options": array(option(marked=True), 1, 10)}
_static_rules = (either("options", "option_groups"), initial_among_options, values_unique)
_CONVERSATIONS: dict[str, Check] = {"default_to_current_conversation": boolean, "filter": conversation_filter}

_MENUS: dict[str, Check] = {
    "static_select": _menu({}, {**_STATIC, "initial_option": option()}, *_static_rules),
    "multi_static_select": _menu({}, {**_STATIC, **_MANY, "initial_options": array(option(), 1, 100)}, *_static_rules),
    "external_select": _menu({}, {**_EXTERNAL, "initial_option": option()}),
    "multi_external_select": _menu({}, {**_EXTERNAL, **_MANY, "initial_options": array(option(), 1, 100)}),
    "users_select": _menu({}, {"initial_user": string(1)}),
    "multi_users_select": _menu({}, {**_MANY, "initial_users": array(string(1))}),
    "channels_select": _menu({}, {"initial_channel": string(1), "response_url_enabled": boolean}),
    "multi_channels_select": _menu({}, {**_MANY, "initial_channels": array(string(1))}),
    "conversations_select": _menu(
        {}, {**_CONVERSATIONS, "initial_conversation": string(1), "response_url_enabled": boolean}
    ),
    "multi_conversations_select": _menu({}, {**_CONVERSATIONS, **_MANY, "initial_conversations": array(string(1))}),
    "datepicker": _menu({}, {"initial_date": _DATE}),
    "timepicker": _menu({}, {"initial_time": _TIME, "timezone": string(1)}),
}
_own: dict[str, Check] = {"action_id": identifier, "confirm": confirmation, "focus_on_load": _focus}
_BUTTONS: dict[str, Check] = {
    "checkboxes": record(
        {**_KIND, **_BOXES},
        {**_own, "initial_options": array(option(marked=True), 1, 10)},
        initial_among_options,
        values_unique,
    ),
    "radio_buttons": record(
        {**_KIND, **_BOXES}, {**_own, "initial_option": option(marked=True)}, initial_among_options, values_unique
    ),
    "datetimepicker": on_surfaces(
        record({**_KIND}, {**_own, "initial_date_time": integer(1_000_000_000, 9_999_999_999)}), "message", "modal"
    ),
}
_OVERFLOW: dict[str, Check] = {
    "overflow": record(
        {**_KIND, "options": array(option(url=True), 1, 5)},
        {"action_id": identifier, "confirm": confirmation},
        values_unique,
    )
}
_rich_text_input = on_surfaces(_field({}, {"initial_value": rich_text}), "modal", "home")
_FIELDS: dict[str, Check] = {
    "plain_text_input": _field(
        {},
        {
            "initial_value": string(0, 3000),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
        _bounds("min_length", "max_length"),
    ),
    "email_text_input": on_surfaces(_field({}, {"initial_value": string()}), "modal"),
    "url_text_input": on_surfaces(_field({}, {"initial_value": string()}), "modal"),
    "number_input": on_surfaces(
        _field(
            {"is_decimal_allowed": boolean},
            {"initial_value": _NUMBER, "min_value": _NUMBER, "max_value": _NUMBER},
            _bounds("min_value", "max_value"),
        ),
        "modal",
    ),
    "file_input": on_surfaces(
        record(
            {**_KIND},
            {"action_id": identifier, "filetypes": array(string(1)), "max_files": integer(1, 10)},
        ),
        "modal",
    ),
    "rich_text_input": _rich_text_input,
}

in_actions = by_type({"button": button, **_MENUS, **_BUTTONS, **_OVERFLOW})
as_accessory = by_type({"button": button, "image": image, **_MENUS, **_BUTTONS, **_OVERFLOW})
in_input = by_type({**_MENUS, **_BUTTONS, **_FIELDS})
in_context = by_type({"image": image, "plain_text": plain_text(2000), "mrkdwn": any_text(2000)})
in_context_actions = by_type({"icon_button": _icon_button, "feedback_buttons": _feedback})
a_button = by_type({"button": button})
an_image = by_type({"image": image})
