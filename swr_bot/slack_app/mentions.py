"""The bot mentioned in a channel or a thread: the same commands, where slash commands do not work."""

from swr_bot.slack_app import commands
from swr_bot.slack_app.face import Face
from swr_bot.slack_app.interaction import Body, Interaction, text_at


def answer(face: Face, asked: Interaction, body: Body) -> None:
    """Do what was asked; look-ups are answered in the thread, everything else to the asker alone."""
    text = text_at(body, "event", "text")
    if not asked.user or text_at(body, "event", "bot_id"):
        return  # another bot: nobody to answer, and two bots that answer each other never end
    conversation = face.conversation(asked)

    async def job() -> None:
        told = commands.answer(face, asked, _after_mention(text, face.bot))
        if told is not None:
            await conversation.say(told)

    face.work.start(conversation, job)


def _after_mention(text: str, bot: str) -> str:
    """What follows the bot's name: `<@U1>` or, as some programs write it, `<@U1|swr>`."""
    _, mention, after = text.partition(f"<@{bot}")
    return after.partition(">")[2] if mention else text
