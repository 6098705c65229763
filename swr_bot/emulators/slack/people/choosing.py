"""What a control holds once a person has typed or picked something."""

from swr_bot.emulators.slack.controls import KEPT_AS
from swr_bot.emulators.slack.errors import ImpossibleError
from swr_bot.emulators.slack.parts import Parts
from swr_bot.emulators.slack.values import Json, sequence

from .looking import Control, find_option, options_of

_TEXTS = ("value", "selected_date", "selected_time")


def value_after(parts: Parts, control: Control, wanted: object) -> Json:
    """The new value, as payloads have it; ``None`` empties the control.

    Raises:
        ImpossibleError: the control takes no such value.
    """
    if control.kind not in KEPT_AS:
        raise ImpossibleError(f"A {control.kind} holds no value; click it.")
    kept, _ = KEPT_AS[control.kind]
    if kept.endswith("s"):
        chosen: object = [_single(parts, control, kept[:-1], each) for each in sequence(wanted)]
        _must_be_few_enough(control, len(sequence(chosen)))
    else:
        chosen = None if wanted is None else _single(parts, control, kept, wanted)
    return {"type": control.kind, kept: chosen}


def _single(parts: Parts, control: Control, kept: str, wanted: object) -> object:
    match kept:
        case "selected_option":
            return _option(control, wanted)
        case "selected_user":
            return parts.workspace.person(str(wanted)).id
        case "selected_channel" | "selected_conversation":
            return parts.workspace.channel_for(control.person, str(wanted)).id
        case "selected_date_time" if isinstance(wanted, int):
            return wanted
        case _ if kept in _TEXTS and isinstance(wanted, str):
            return wanted
        case _:
            raise ImpossibleError(f"A {control.kind} does not take {wanted!r}.")


def _option(control: Control, wanted: object) -> Json:
    external = control.kind in ("external_select", "multi_external_select")
    options = control.filled.offered.get(control.key, []) if external else options_of(control.element)
    found = find_option(options, wanted)
    if found is None:
        offered = ", ".join(str(option.get("value")) for option in options[:20]) or "nothing"
        hint = " Type into it first." if external and not options else ""
        raise ImpossibleError(f"{wanted!r} is not offered; there is {offered}.{hint}")
    return found


def _must_be_few_enough(control: Control, count: int) -> None:
    most = control.element.get("max_selected_items")
    if isinstance(most, int) and count > most:
        raise ImpossibleError(f"Nobody can pick more than {most} here.")


REQUIRED = "Please complete this required field."


def fault_of(block: Json, element: Json, held: object) -> str | None:
    """What Slack itself says under an input when the modal is submitted; ``None`` when it is good."""
    if held in (None, "", []):
        return None if block.get("optional") is True else REQUIRED
    match element.get("type"):
        case "plain_text_input":
            return _length_fault(element, str(held))
        case "number_input":
            return _number_fault(element, str(held))
        case "email_text_input" if "@" not in str(held):
            return "Please enter a valid email address."
        case "url_text_input" if not str(held).startswith(("http://", "https://")):
            return "Please enter a valid URL."
        case _:
            return None


def _length_fault(element: Json, held: str) -> str | None:
    least, most = element.get("min_length"), element.get("max_length", 3000)
    if isinstance(least, int) and len(held) < least:
        return f"Please use at least {least} characters."
    if isinstance(most, int) and len(held) > most:
        return f"Please use at most {most} characters."
    return None


def _number_fault(element: Json, held: str) -> str | None:
    try:
        number = float(held)
    except ValueError:
        return "Please enter a number."
    if element.get("is_decimal_allowed") is not True and not number.is_integer():
        return "Please enter a whole number."
    least, most = element.get("min_value"), element.get("max_value")
    if least is not None and number < float(str(least)):
        return f"Please enter a number of at least {least}."
    if most is not None and number > float(str(most)):
        return f"Please enter a number of at most {most}."
    return None
