"""Buttons: each carries an id and nothing else, and every click gets an answer."""

import json

from swr_bot.slack_app import creating
from swr_bot.slack_app.cards.failures import notice
from swr_bot.slack_app.cards.lists import asked_page
from swr_bot.slack_app.commands import result_of
from swr_bot.slack_app.face import Face
from swr_bot.slack_app.interaction import Body, Interaction, items_at, part_at, text_at
from swr_bot.slack_app.replies import Conversation
from swr_bot.slack_app.vocabulary import PROGRAM, Action
from swr_bot.slack_app.work import told
from swr_tools.errors import NotAllowed, ProposalMissing
from swr_tools.models import Record
from swr_tools.operations import ListOrganizations

_PROPOSAL_ACTIONS = {Action.CONFIRM: creating.confirm, Action.DECLINE: creating.decline}
_PAGES = (Action.PREVIOUS_PAGE, Action.NEXT_PAGE)


def answer(face: Face, asked: Interaction, body: Body) -> None:
    """Do what the button says; a button of another release is answered too."""
    clicked = next(iter(items_at(body, "actions")), None)
    name, value = text_at(clicked, "action_id"), text_at(clicked, "value")
    if part_at(body, "view") is not None:
        return  # fields of a form; they are read when it is sent
    conversation = face.conversation(asked, standing=True)

    async def job() -> None:
        try:
            face.access.require(asked)
            await _do(face, asked, conversation, name, value)
        except (NotAllowed, ProposalMissing) as error:
            await conversation.note(told(error))

    face.work.start(conversation, job)
