"""The forms: opened at once, checked while Slack waits, and followed by the question before the create."""

import asyncio
import json
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from swr_bot.slack_app import creating
from swr_bot.slack_app.cards.blocks import Block, paragraph, plain
from swr_bot.slack_app.cards.confirmation import confirmation, waiting
from swr_bot.slack_app.cards.failures import crash, notice
from swr_bot.slack_app.cards.message import Message
from swr_bot.slack_app.cards.results import outcome as outcome_card
from swr_bot.slack_app.face import Face
from swr_bot.slack_app.form_answers import arguments_of, errors_of, operation_of, organization_options
from swr_bot.slack_app.interaction import Body, Interaction, Place, part_at, text_at
from swr_bot.slack_app.views import (
    View,
    confirm_view,
    create_organization_view,
    create_repository_view,
    failure_view,
    outcome_view,
    waiting_view,
)
from swr_bot.slack_app.vocabulary import PROGRAM, Callback
from swr_bot.slack_app.web_api import SlackRefusedError
from swr_bot.slack_app.work import reference_of, told
from swr_tools.errors import SwrError, UsageError
from swr_tools.proposals import Outcome, Proposal, State

_Values = Mapping[str, Mapping[str, Mapping[str, object]]]
Answer = Mapping[str, object]
_TOO_LATE = ("expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id")


async def open_repository_form(face: Face, asked: Interaction) -> None:
    """Show the form for a new repository; its organizations are fetched meanwhile."""
    await _open(face, asked, create_repository_view(private_metadata=_metadata(asked.place)))
    face.suggestions.refresh(face.access.actor(asked))


async def open_organization_form(face: Face, asked: Interaction) -> None:
    """Show the form for a new organization."""
    await _open(face, asked, create_organization_view(private_metadata=_metadata(asked.place)))


async def options(face: Face, asked: Interaction, body: Body) -> Answer:
    """The organizations to choose from, for what was typed so far."""
    face.access.require(asked)
    names = await face.suggestions.names(face.access.actor(asked))
    return organization_options(names or (), text_at(body, "value"), complete=names is not None)


async def _open(face: Face, asked: Interaction, view: View) -> None:
    try:
        view_id = await face.replies.open_view(asked.trigger, view)
    except SlackRefusedError as error:
        if error.code not in _TOO_LATE:
            raise
        late = notice("Slack waits three seconds for the form, and it came too late.", "Ask for it again.")
        await face.conversation(asked).say(late)
    else:
        face.opened.keep(view_id, asked.place)


def _metadata(place: Place, proposal_id: str = "") -> str:
    """What comes back with the form: people can see it, so it holds no secret."""
    return json.dumps({"channel": place.channel, "proposal": proposal_id})


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a form leads to.

    Attributes:
        view: What stands in its place.
        message: The same for the conversation, said where the view cannot be shown.
        both: Whether it is said there in any case.
        errors: What stands under the fields while the form still stands.
    """

    view: View
    message: Message
    both: bool = False
    errors: Mapping[str, str] = field(default_factory=dict[str, str])

    def answer(self) -> Answer:
        """What Slack does with the form."""
        return {"response_action": "errors", "errors": self.errors} if self.errors else _instead(self.view)


class Form:
    """A form that was sent or closed: answered in time, and shown the rest of it when that is known.

    Args:
        face: The surroundings.
        asked: Who sent it.
        body: What Slack delivered.
    """

    def __init__(self, face: Face, asked: Interaction, body: Body) -> None:
        self._face = face
        self._view_id = text_at(body, "view", "id")
        self._callback = text_at(body, "view", "callback_id")
        self._values = cast("_Values", part_at(body, "view", "state", "values") or {})
        held = _held(text_at(body, "view", "private_metadata"))
        self._proposal_id = text_at(held, "proposal")
        place = face.opened.get(self._view_id) or Place(user=asked.user, channel=text_at(held, "channel"))
        self._asked = replace(asked, place=place)
        self._conversation = face.conversation(self._asked)

    async def sent(self) -> Answer:
        """The answer to a form that was sent, within Slack's three seconds."""
        if self._callback in (Callback.CREATE_REPOSITORY, Callback.CREATE_ORGANIZATION):
            arguments = arguments_of(self._values)
            return await self._answered(self._reviewed(arguments), _one_moment("Checking"))
        if self._callback == Callback.CONFIRM_PROPOSAL:
            return await self._answered(self._confirmed(), _one_moment("Creating"))
        old = UsageError("This form is of another release of this bot.", hint="Close it and ask again.")
        return _instead(failure_view(old))

    def closed(self) -> None:
        """The question was closed: that is a no."""
        self._face.work.start(self._conversation, self._declined)

    async def _answered(self, work: Coroutine[Any, Any, _Shown], meanwhile: View) -> Answer:
        task = self._face.work.track(self._without_errors(work))
        await asyncio.wait({task}, timeout=self._face.patience.answer)
        if not task.done():
            self._face.work.start(self._conversation, lambda: self._show_late(task))
            return _instead(meanwhile)
        shown = task.result()
        if shown.both:
            self._face.work.start(self._conversation, lambda: self._conversation.say(shown.message))
        return shown.answer()

    async def _show_late(self, task: "asyncio.Task[_Shown]") -> None:
        await asyncio.sleep(self._face.patience.travel)
        shown = await task
        arrived = await self._face.replies.update_view(self._view_id, shown.view)
        if shown.both or not arrived:
            await self._conversation.say(shown.message)

    async def _without_errors(self, work: Coroutine[Any, Any, _Shown]) -> _Shown:
        try:
            return await work
        except SwrError as error:
            return _Shown(failure_view(error), told(error))
        except Exception as error:  # noqa: BLE001 - the last boundary: a person gets a sentence, the log the place
            reference = reference_of(error, "a form")
            return _Shown(broken_view(reference), crash(reference))

    async def _reviewed(self, arguments: Mapping[str, object]) -> _Shown:
        try:
            proposal = await creating.proposed(self._face, self._asked, operation_of(arguments), arguments)
        except SwrError as error:
            errors = errors_of(error, arguments)
            view = self._form_again(arguments, errors) if errors else failure_view(error)
            return _Shown(view, told(error), errors=errors)
        if proposal.outcome is not None:
            return _settled(proposal, proposal.outcome)
        if proposal.state is not State.PENDING:
            return _Shown(waiting_view(proposal), waiting(proposal))
        view = confirm_view(proposal, _metadata(self._asked.place, proposal.id))
        return _Shown(view, confirmation(proposal, asked_by=self._asked.user))

    async def _confirmed(self) -> _Shown:
        proposal = await creating.found(self._face, self._asked, self._proposal_id)
        await self._face.access.require_creator(self._asked)
        outcome = await self._face.toolbox.confirm(proposal.id, self._face.access.actor(self._asked))
        return replace(_settled(proposal, outcome), both=True)

    async def _declined(self) -> None:
        self._face.access.require(self._asked)
        proposal = await creating.found(self._face, self._asked, self._proposal_id)
        if proposal.state is State.PENDING:
            await creating.decline(self._face, self._asked, self._conversation, proposal)

    def _form_again(self, arguments: Mapping[str, object], errors: Mapping[str, str]) -> View:
        """The form as it was filled in, with what is wrong above it; errors under fields come in time only."""
        typed = {name: str(value) for name, value in arguments.items() if name != "public"}
        metadata = _metadata(self._asked.place)
        if self._callback == Callback.CREATE_ORGANIZATION:
            view = create_organization_view(organization=typed["organization"], private_metadata=metadata)
        else:
            public = arguments.get("public") is True
            view = create_repository_view(
                organization=typed["organization"],
                repository=typed["repository"],
                public=public,
                category=typed.get("category", ""),
                description=typed.get("description", ""),
                private_metadata=metadata,
            )
        problems = [paragraph(text, block_id=f"problem-{name}") for name, text in errors.items()]
        return {**view, "blocks": [*problems, *cast("list[Block]", view["blocks"])]}


def broken_view(reference: str) -> View:
    """What stands in place of a form where nobody foresaw what happened."""
    broken = SwrError("Something went wrong inside this bot.", hint=f"{PROGRAM} pending shows what is under way.")
    return failure_view(broken, reference=reference)


def _settled(proposal: Proposal, outcome: Outcome) -> _Shown:
    return _Shown(outcome_view(proposal, outcome), outcome_card(proposal, outcome))


def _one_moment(title: str) -> View:
    """What stands there while SWR takes its time."""
    return {**create_repository_view(loading=True), "title": plain(title, 24)}


def _instead(view: View) -> Answer:
    return {"response_action": "update", "view": view}


def _held(metadata: str) -> object:
    """What `_metadata` put in, or None."""
    try:
        return json.loads(metadata)
    except ValueError:
        return None
