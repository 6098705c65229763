"""The global shortcut: the form for a new repository, from anywhere, threads included."""

from swr_bot.slack_app.face import Face
from swr_bot.slack_app.interaction import Interaction
from swr_bot.slack_app.modals import open_repository_form


def answer(face: Face, asked: Interaction) -> None:
    """Open the form; what is wrong is told in a direct message, as there is no conversation.

    The right to ask is looked at in the job, since nothing can be said in the answer to a shortcut.
    """

    async def job() -> None:
        face.access.require(asked)
        await open_repository_form(face, asked)

    face.work.start(face.conversation(asked), job)
