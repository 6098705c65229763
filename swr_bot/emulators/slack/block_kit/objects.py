"""Composition objects: texts, options, confirmations."""

from swr_bot.emulators.slack.values import Json, mapping, mappings

from .checks import Check, Report, array, boolean, by_type, either, one_of, record, string

URL = 3000
_any_kind = string()

identifier = string(1, 255)


def plain_text(most: int, least: int = 1) -> Check:
    """A text object that shows its text as it is."""
    return by_type({"plain_text": _plain(most, least)})


def any_text(most: int, least: int = 1) -> Check:
    """A text object of either kind."""
    marked = record({"type": _any_kind, "text": string(least, most)}, {"verbatim": boolean})
    return by_type({"plain_text": _plain(most, least), "mrkdwn": marked})


def _plain(most: int, least: int) -> Check:
    return record({"type": _any_kind, "text": string(least, most)}, {"emoji": boolean})


confirmation = record(
    {"title": plain_text(100), "text": any_text(300)},
    {"confirm": plain_text(30), "deny": plain_text(30), "style": one_of("primary", "danger")},
)


def option(*, marked: bool = False, url: bool = False) -> Check:
    """One entry of a menu; only check boxes and radio buttons may be ``marked``, only an overflow has URLs."""
    words = any_text if marked else plain_text
    optional: dict[str, Check] = {"description": words(75)}
    if url:
        optional["url"] = string(1, URL)
    return record({"text": words(75), "value": string(1, 150)}, optional)


option_group = record({"label": plain_text(75), "options": array(option(), 1, 100)})
options = array(option(), 1, 100)
option_groups = array(option_group, 1, 100)

conversation_filter = record(
    {},
    {
        "include": array(one_of("im", "mpim", "private", "public")),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
dispatch_config = record({}, {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), 1, 2)})
slack_file = record({}, {"id": string(1), "url": string(1)}, either("id", "url"))


def choices(content: Json) -> list[Json]:
    """All options of a menu, those inside groups included."""
    grouped = [each for group in mappings(content.get("option_groups")) for each in mappings(group.get("options"))]
    return [*mappings(content.get("options")), *grouped]


def initial_among_options(value: object, pointer: str, report: Report) -> None:
    """What is chosen at first must be one of the options, in every member."""
    content = mapping(value)
    offered = choices(content)
    if "initial_option" in content and content["initial_option"] not in offered:
        report.fault(f"{pointer}/initial_option", "must match one of the options")
    for number, chosen in enumerate(mappings(content.get("initial_options"))):
        if chosen not in offered:
            report.fault(f"{pointer}/initial_options/{number}", "must match one of the options")


def values_unique(value: object, pointer: str, report: Report) -> None:
    """No two options of one control may have the same value."""
    values = [str(each.get("value")) for each in choices(mapping(value))]
    if len(set(values)) != len(values):
        report.fault(pointer, "option values must be unique")
