"""Finding a control on a person's screen: nobody can press what they do not see."""

from dataclasses import dataclass

from swr_bot.emulators.slack.controls import Filled, Key, controls, key_of
from swr_bot.emulators.slack.errors import ImpossibleError
from swr_bot.emulators.slack.parts import Parts
from swr_bot.emulators.slack.seed import Person
from swr_bot.emulators.slack.values import Json, at, mappings, sequence, text
from swr_bot.emulators.slack.views import View
from swr_bot.emulators.slack.workspace import Message


@dataclass(frozen=True, slots=True)
class Sought:
    """Which control is meant.

    Attributes:
        label: a button's text, or the label over an input.
        channel: look at this channel's messages; without it, at the open modal.
        message_ts: only at this message; otherwise at the newest that has such a control.
        home: look at the app's home tab.
    """

    action_id: str | None = None
    block_id: str | None = None
    label: str | None = None
    channel: str | None = None
    message_ts: str | None = None
    home: bool = False

    def __str__(self) -> str:
        names = ("action_id", "block_id", "label")
        said = [f"{name} {getattr(self, name)!r}" for name in names if getattr(self, name) is not None]
        return "a control with " + " and ".join(said) if said else "a control"

    def fits(self, block: Json, element: Json) -> bool:
        """Whether a control is the one meant."""
        return (
            self.action_id in (None, element.get("action_id"))
            and self.block_id in (None, block.get("block_id"))
            and self.label in (None, label_of(block, element))
        )


@dataclass(frozen=True, slots=True)
class Control:
    """A control on somebody's screen: in a view or in a message."""

    person: Person
    block: Json
    element: Json
    view: View | None = None
    message: Message | None = None

    @property
    def kind(self) -> str:
        """The element's type."""
        return text(self.element.get("type"))

    @property
    def key(self) -> Key:
        """Under which key its value is kept."""
        return key_of(self.block, self.element)

    @property
    def filled(self) -> Filled:
        """What the controls around it hold."""
        if self.view is not None:
            return self.view.filled
        return self.message.filled_by(self.person) if self.message is not None else Filled()


def label_of(block: Json, element: Json) -> str:
    """What is written on a button or over an input."""
    return text(at(element, "text", "text")) or text(at(block, "label", "text"))


def find_control(parts: Parts, person: Person, sought: Sought) -> Control:
    """The control that is meant.

    Raises:
        ImpossibleError: it is not on the person's screen, or there are several.
    """
    seen: list[Control] = []
    for group in _screen(parts, person, sought):
        seen += group
        fitting = [control for control in group if sought.fits(control.block, control.element)]
        if len(fitting) > 1:
            raise ImpossibleError(f"There are {len(fitting)} of {sought}: {_named(fitting)}. Say block_id too.")
        if fitting:
            return fitting[0]
    there = f"there are {_named(seen)}" if seen else "there are no controls at all"
    raise ImpossibleError(f"{person.name} does not see {sought}; {there}.")


def _screen(parts: Parts, person: Person, sought: Sought) -> list[list[Control]]:
    if sought.home:
        home = parts.views.homes.get(person.id)
        return [_in_view(person, home)] if home is not None else []
    if sought.channel is not None:
        channel = parts.workspace.channel_for(person, sought.channel)
        seen = parts.workspace.visible(person, channel.id)
        return [_in_message(person, each) for each in seen if sought.message_ts in (None, each.ts)]
    view = parts.views.top(person)
    if view is None:
        raise ImpossibleError(f"{person.name} has no modal open; say in which channel to look.")
    return [_in_view(person, view)]


def _in_view(person: Person, view: View) -> list[Control]:
    return [
        Control(person, block, element, view=view)
        for block, element in controls(view.blocks)
        if _may_see(person, element)
    ]


def _in_message(person: Person, message: Message) -> list[Control]:
    return [
        Control(person, block, element, message=message)
        for block, element in controls(message.blocks)
        if _may_see(person, element)
    ]


def _may_see(person: Person, element: Json) -> bool:
    only = sequence(element.get("visible_to_user_ids"))
    return not only or person.id in only


def _named(seen: list[Control]) -> str:
    names = [f"{each.key[1]} ({label_of(each.block, each.element) or each.kind})" for each in seen]
    return ", ".join(names[:20])


def find_option(options: list[Json], wanted: object) -> Json | None:
    """An option by its value or by what is written on it."""
    for option in options:
        if wanted in (option.get("value"), at(option, "text", "text")):
            return option
    return None


def options_of(element: Json) -> list[Json]:
    """A menu's own options, those in groups included."""
    grouped = [each for group in mappings(element.get("option_groups")) for each in mappings(group.get("options"))]
    return [*mappings(element.get("options")), *grouped]
