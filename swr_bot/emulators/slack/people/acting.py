"""A person presses buttons, types ahead, picks, submits and closes."""

from swr_bot.emulators.slack import payloads
from swr_bot.emulators.slack.block_kit import check_options_answer, check_view
from swr_bot.emulators.slack.controls import controls, key_of
from swr_bot.emulators.slack.delivery import Delivery
from swr_bot.emulators.slack.dispatcher import Dispatcher
from swr_bot.emulators.slack.errors import ImpossibleError, SlackError
from swr_bot.emulators.slack.parts import Parts
from swr_bot.emulators.slack.seed import Person
from swr_bot.emulators.slack.values import Json, mapping, mappings, text
from swr_bot.emulators.slack.views import View

from .choosing import fault_of, value_after
from .looking import Control, find_option, options_of
from .outcome import TROUBLE, Outcome
from .typing import must_be_signed_in

_PRESSED = ("button", "icon_button", "overflow")
_TYPED_AHEAD = ("external_select", "multi_external_select")


class Acting:
    """Everything that is done with a mouse."""

    def __init__(self, parts: Parts, dispatcher: Dispatcher) -> None:
        self._parts = parts
        self._dispatcher = dispatcher

    async def click(self, control: Control, *, option: object, confirm: bool | None) -> Outcome:
        """Presses a button, or picks an entry of an overflow menu."""
        outcome = self._start(control.person)
        if control.kind not in _PRESSED:
            raise ImpossibleError(f"A {control.kind} cannot be clicked; choose a value.")
        if not _confirmed(control.element, confirm):
            return outcome
        value: Json = {}
        if control.kind == "overflow":
            picked = find_option(options_of(control.element), option)
            if picked is None:
                raise ImpossibleError(f"{option!r} is not in this menu.")
            value = {"selected_option": picked}
        return await self._act(outcome, control, value)

    async def choose(self, control: Control, wanted: object, *, confirm: bool | None) -> Outcome:
        """Types or picks a value; outside of inputs the app is told at once."""
        outcome = self._start(control.person)
        value = value_after(self._parts, control, wanted)
        told = control.block.get("type") != "input" or control.block.get("dispatch_action") is True
        if told and not _confirmed(control.element, confirm):
            return outcome
        control.filled.values[control.key] = value
        self._parts.workspace.changed()
        return await self._act(outcome, control, value) if told else outcome

    async def _act(self, outcome: Outcome, control: Control, value: Json) -> Outcome:
        payload = payloads.interaction(self._parts, control.person, "block_actions", view=control.view)
        payload |= self._place(control)
        payload["actions"] = [payloads.action(self._parts, control.block, control.element, value)]
        if control.message is not None:
            message = control.message
            payload["state"] = {"values": control.filled.state()}
            payload["response_url"] = self._parts.grants.response_url(
                "actions", control.person, message.channel, message.ts
            )
        outcome.received(await self._dispatcher.deliver(Delivery("interactive", payload)))
        return self._told(outcome, control)

    def _place(self, control: Control) -> Json:
        if control.view is not None:
            return payloads.in_view(control.view)
        return payloads.in_message(self._parts, control.message) if control.message else {}

    def _told(self, outcome: Outcome, control: Control) -> Outcome:
        if outcome.error is not None:
            outcome.notice = TROUBLE
            channel = control.message.channel if control.message is not None else None
            self._parts.workspace.notice(control.person, channel, outcome.error, TROUBLE)
        return outcome

    async def type_ahead(self, control: Control, typed: str) -> Outcome:
        """Types into an external select and sees what the app offers."""
        outcome = self._start(control.person)
        if control.kind not in _TYPED_AHEAD:
            raise ImpossibleError(f"A {control.kind} offers nothing while typing.")
        least = control.element.get("min_query_length", 3)
        control.filled.offered[control.key] = []
        if isinstance(least, int) and len(typed) < least:
            return outcome
        payload = payloads.interaction(self._parts, control.person, "block_suggestion", view=control.view)
        del payload["trigger_id"]
        payload |= self._place(control)
        payload |= {"block_id": control.key[0], "action_id": control.key[1], "value": typed}
        outcome.received(await self._dispatcher.deliver(Delivery("interactive", payload)))
        if outcome.error is None and outcome.ack is not None:
            self._take_options(outcome, outcome.ack.body)
        if outcome.error is None:
            control.filled.offered[control.key] = outcome.options
        return self._told(outcome, control)

    def _take_options(self, outcome: Outcome, body: object) -> None:
        outcome.messages = check_options_answer(body)
        if outcome.messages:
            outcome.error = "invalid_options"
            self._parts.log.note(method="ack", what="block_suggestion", error=outcome.error, messages=outcome.messages)
        else:
            outcome.options = options_of(mapping(body))

    async def submit(self, person: Person) -> Outcome:
        """Presses the submit button of the top modal."""
        outcome = self._start(person)
        view = self._top(person)
        if view.content.get("submit") is None:
            raise ImpossibleError("This modal has no submit button.")
        view.errors = self._own_faults(view)
        self._parts.workspace.changed()
        if view.errors:
            outcome.errors = view.errors
            return outcome
        payload = payloads.view_submission(self._parts, view)
        outcome.received(await self._dispatcher.deliver(Delivery("interactive", payload)))
        if outcome.error is None and outcome.ack is not None:
            self._answered(outcome, view, outcome.ack.body)
        if outcome.error is not None:
            outcome.notice = TROUBLE
            self._parts.workspace.notice(person, None, outcome.error, TROUBLE)
        return outcome

    def _own_faults(self, view: View) -> dict[str, str]:
        found: dict[str, str] = {}
        for block, element in controls(view.blocks):
            if block.get("type") != "input":
                continue
            kept = dict(view.filled.values.get(key_of(block, element), {}))
            kept.pop("type", None)
            fault = fault_of(block, element, next(iter(kept.values()), None))
            if fault is not None:
                found[text(block.get("block_id"))] = fault
        return found

    def _answered(self, outcome: Outcome, view: View, body: object) -> None:
        try:
            self._respond(outcome, view, body)
        except SlackError as error:
            outcome.error = error.error
            outcome.messages = list(error.messages)
            self._parts.log.note(method="ack", what="view_submission", error=error.error, messages=outcome.messages)

    def _respond(self, outcome: Outcome, view: View, body: object) -> None:
        if body in (None, "", {}):
            self._parts.views.close(view.person)
            return
        answer = mapping(body)
        match answer.get("response_action"):
            case "clear":
                self._parts.views.close(view.person, everything=True)
            case "errors":
                outcome.errors = view.errors = _errors_for(view, answer.get("errors"))
                self._parts.workspace.changed()
            case "update":
                self._parts.views.update(view, _checked(answer.get("view")))
            case "push":
                self._parts.views.push(view.person, _checked(answer.get("view")))
            case _:
                raise SlackError("invalid_response_action")

    async def close(self, person: Person, *, everything: bool) -> Outcome:
        """Closes the top modal, or all of them with the cross."""
        outcome = self._start(person)
        view = self._top(person)
        cleared = everything or view.content.get("clear_on_close") is True
        for gone in self._parts.views.close(person, everything=cleared):
            if gone.content.get("notify_on_close") is True:
                payload = payloads.view_closed(self._parts, gone, is_cleared=cleared)
                outcome.received(await self._dispatcher.deliver(Delivery("interactive", payload)))
        return outcome

    def reload(self, person: Person) -> Outcome:
        """Reloads the window: ephemeral messages and open modals are gone."""
        outcome = self._start(person)
        for channel in self._parts.workspace.messages:
            for message in self._parts.workspace.visible(person, channel):
                if message.only_for is not None:
                    self._parts.workspace.remove(message)
        self._parts.views.close(person, everything=True)
        return outcome

    def _top(self, person: Person) -> View:
        view = self._parts.views.top(person)
        if view is None:
            raise ImpossibleError(f"{person.name} has no modal open.")
        return view

    def _start(self, person: Person) -> Outcome:
        must_be_signed_in(person)
        return Outcome(self._parts.workspace.version)


def _confirmed(element: Json, confirm: bool | None) -> bool:
    dialog = mapping(element.get("confirm"))
    if dialog and confirm is None:
        title = text(mapping(dialog.get("title")).get("text"))
        raise ImpossibleError(f"Slack first asks {title!r}; say confirm: true or false.")
    if not dialog and confirm is not None:
        raise ImpossibleError("Slack does not ask here; leave confirm out.")
    return confirm is not False


def _errors_for(view: View, errors: object) -> dict[str, str]:
    given = mapping(errors)
    inputs = {text(block.get("block_id")) for block in mappings(view.content.get("blocks")) if block["type"] == "input"}
    wrong = [name for name, sentence in given.items() if name not in inputs or not isinstance(sentence, str)]
    if not given or wrong:
        messages = tuple(f"[ERROR] no input block with this id [json-pointer:/errors/{name}]" for name in wrong)
        raise SlackError("invalid_errors", messages)
    return {name: str(sentence) for name, sentence in given.items()}


def _checked(view: object) -> Json:
    if messages := check_view(view, "modal"):
        raise SlackError("invalid_view", tuple(messages))
    return mapping(view)
