"""The controls in blocks: their ids, and what they hold."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from .values import Json, mapping, mappings, text

Key = tuple[str, str]
"""Block id and action id."""

_TEXTS = ("plain_text_input", "email_text_input", "url_text_input", "number_input")
KEPT_AS = {
    **dict.fromkeys(_TEXTS, ("value", "initial_value")),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "file_input": ("files", "files"),
}
"""Under which name a control's value stands in payloads, and under which it is given at first."""


@dataclass(slots=True)
class Filled:
    """What the controls of one view, or of one message for one reader, hold.

    Attributes:
        offered: what type-ahead last offered.
    """

    values: dict[Key, Json] = field(default_factory=dict[Key, Json])
    offered: dict[Key, list[Json]] = field(default_factory=dict[Key, list[Json]])

    def state(self) -> Json:
        """The ``state.values`` of payloads."""
        state: dict[str, Json] = {}
        for (block_id, action_id), value in self.values.items():
            state.setdefault(block_id, {})[action_id] = value
        return dict(state)


def filled_at_first(blocks: list[Json]) -> Filled:
    """What the controls hold before anybody touched them."""
    filled = Filled()
    for block, element in controls(blocks):
        kind = text(element.get("type"))
        if kind in KEPT_AS:
            kept, initial = KEPT_AS[kind]
            nothing: object = [] if kept.endswith("s") else None
            filled.values[key_of(block, element)] = {"type": kind, kept: element.get(initial, nothing)}
    return filled


def key_of(block: Json, element: Json) -> Key:
    """Under which key a control's value is kept."""
    return text(block.get("block_id")), text(element.get("action_id"))


def controls(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every element a person can act on, with the block it stands in."""
    for block in blocks:
        for key in ("accessory", "element"):
            if (single := mapping(block.get(key))) and single.get("type") != "image":
                yield block, single
        for element in mappings(block.get(_ELEMENTS_IN.get(text(block.get("type")), ""))):
            yield block, element
        yield from controls(mappings(block.get(_BLOCKS_IN.get(text(block.get("type")), ""))))


_ELEMENTS_IN = {"actions": "elements", "context_actions": "elements", "card": "actions"}
_BLOCKS_IN = {"container": "child_blocks", "carousel": "elements"}


def with_ids(blocks: list[Json], seed: str) -> list[Json]:
    """Blocks as Slack stores them: every block and every interactive element has an id of its own."""
    return [_with_id(block, f"b{number:02d}{seed[-4:]}") for number, block in enumerate(blocks)]


def _with_id(block: Json, name: str) -> Json:
    named: Json = {**block, "block_id": block.get("block_id") or name}
    kind = text(block.get("type"))
    for key in ("accessory", "element"):
        if single := mapping(named.get(key)):
            named[key] = _with_action_id(single, f"{name}a")
    if (many := _ELEMENTS_IN.get(kind)) and many in named:
        elements = mappings(named[many])
        named[many] = [_with_action_id(each, f"{name}a{number}") for number, each in enumerate(elements)]
    if (inner := _BLOCKS_IN.get(kind)) and inner in named:
        children = mappings(named[inner])
        named[inner] = [_with_id(each, f"{name}{number}") for number, each in enumerate(children)]
    return named


def _with_action_id(element: Json, name: str) -> Json:
    if element.get("type") == "image":
        return element
    return {**element, "action_id": element.get("action_id") or name}
