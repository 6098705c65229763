"""The global shortcut: the form for a new repository, from anywhere, threads included."""

from swr_bot.slack_app.cards.failures import notice
from swr_bot.slack_app.face import Face
from swr_bot.slack_app.interaction import Body, Interaction, text_at
from swr_bot.slack_app.modals import open_repository_form
from swr_bot.slack_app.vocabulary import PROGRAM, Callback


def answer(face: Face, asked: Interaction, body: Body) -> None:
    """Open the form; what is wrong is told in a direct message, as there is no conversation.

    The right to ask is looked at in the job, since nothing can be said in the answer to a shortcut.
    """
    conversation = face.conversation(asked)

    async def job() -> None:
        face.access.require(asked)
        if text_at(body, "callback_id") == Callback.NEW_REPOSITORY:
            await open_repository_form(face, asked)
        else:
            old = notice("This shortcut is of another release of this bot.", f"Type {PROGRAM} help instead.")
            await conversation.say(old)

    face.work.start(conversation, job)
