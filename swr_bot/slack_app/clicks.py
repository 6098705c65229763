"""Buttons: each carries an id and nothing else, and every click gets an answer."""

from swr_bot.slack_app import creating
from swr_bot.slack_app.cards.failures import notice
from swr_bot.slack_app.cards.lists import asked_page
from swr_bot.slack_app.commands import result_of
from swr_bot.slack_app.face import Face
from swr_bot.slack_app.interaction import Body, Interaction, items_at, part_at, text_at
from swr_bot.slack_app.replies import Conversation
from swr_bot.slack_app.vocabulary import PROGRAM, Action
from swr_bot.slack_app.work import told
from swr_tools.errors import SwrError
from swr_tools.models import Record
from swr_tools.operations import ListOrganizations
from swr_tools.proposals import Proposal

_PAGES = (Action.PREVIOUS_PAGE, Action.NEXT_PAGE)
_TYPE_AGAIN = f"Type the command again; {PROGRAM} pending lists what waits for you."


def answer(face: Face, asked: Interaction, body: Body) -> None:
    """Do what the button says; one of another release is answered too."""
    if part_at(body, "view") is not None:
        return  # a field of a form; it is read when the form is sent
    clicked = next(iter(items_at(body, "actions")), None)
    name, value = text_at(clicked, "action_id"), text_at(clicked, "value")
    for_all = part_at(body, "container", "is_ephemeral") is not True
    conversation = face.conversation(asked, standing=True, for_all=for_all)
    face.work.start(conversation, lambda: _do(face, asked, conversation, name, value))


async def _do(face: Face, asked: Interaction, conversation: Conversation, name: str, value: str) -> None:
    proposal: Proposal | None = None
    try:
        face.access.require(asked)
        if name in _PAGES:
            await _turn_page(face, asked, conversation, value)
        elif name in (Action.CONFIRM, Action.DECLINE, Action.SHOW):
            proposal = await creating.found(face, asked, value)
        else:
            await conversation.note(notice("This button is of another release of this bot.", _TYPE_AGAIN))
    except SwrError as error:  # nothing was done, so the card stays as it is
        await conversation.note(told(error))
        return
    if proposal is not None:
        await _settle(face, asked, conversation, name, proposal)


async def _settle(face: Face, asked: Interaction, conversation: Conversation, name: str, proposal: Proposal) -> None:
    if name == Action.CONFIRM:
        await creating.confirm(face, asked, conversation, proposal)
    elif name == Action.DECLINE:
        await creating.decline(face, asked, conversation, proposal)
    else:
        await conversation.note(await creating.card_of(face, asked, proposal))


async def _turn_page(face: Face, asked: Interaction, conversation: Conversation, value: str) -> None:
    text, page = asked_page(value)
    record = await face.toolbox.call(ListOrganizations.name, {"text": text}, face.access.actor(asked))
    if isinstance(record, Record):
        shown = result_of(record, shared=conversation.for_all, emulator=face.emulator, page=page)
        await conversation.say(shown)
