"""The Slack app: what is listened to, each answered at once, and nothing left without an answer."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, cast

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse

from swr_bot.slack_app import clicks, commands, mentions, modals, shortcuts
from swr_bot.slack_app.access import Installation
from swr_bot.slack_app.cards.failures import crash
from swr_bot.slack_app.cards.message import Message
from swr_bot.slack_app.config import SlackConfig
from swr_bot.slack_app.face import Face
from swr_bot.slack_app.interaction import Body, Interaction, interaction_of, text_at
from swr_bot.slack_app.library_log import library_logger
from swr_bot.slack_app.modals import Form, broken_view
from swr_bot.slack_app.web_api import make_client
from swr_bot.slack_app.work import reference_of, told
from swr_tools.errors import SwrError

_ANY = re.compile(r".*", re.DOTALL)
_NO_OPTIONS: Mapping[str, object] = {"options": []}

Listener = Callable[..., Awaitable[None]]
Register = Callable[[Listener], object]


class Ack(Protocol):
    """Answers Slack, once."""

    async def __call__(self, answer: dict[str, object] | str = "", /) -> object:
        """Nothing, or what the kind of delivery takes."""
        ...


class _Listening(Protocol):
    """The part of bolt's app that takes listeners; its own types leave parts unknown."""

    def command(self, command: re.Pattern[str]) -> Register: ...
    def action(self, constraints: re.Pattern[str]) -> Register: ...
    def options(self, constraints: re.Pattern[str]) -> Register: ...
    def shortcut(self, constraints: re.Pattern[str]) -> Register: ...
    def view(self, constraints: re.Pattern[str]) -> Register: ...
    def view_closed(self, constraints: re.Pattern[str]) -> Register: ...
    def event(self, event: re.Pattern[str] | str) -> Register: ...
    def error(self, func: Callable[..., Awaitable[BoltResponse]]) -> object: ...


def make_app(face: Face, config: SlackConfig, installation: Installation) -> AsyncApp:
    """Bolt's app around the face; nothing is asked of Slack here, nor at any delivery.

    Every listener takes whatever is delivered of its kind: what an older release posted is answered too.
    """

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=installation.enterprise or None,
            team_id=installation.team or None,
            bot_user_id=installation.bot,
            bot_token=config.bot_token,
        )

    app = AsyncApp(
        name="swr-bot",
        logger=library_logger(),
        # The acknowledgement leaves when it is made, not at the next of bolt's looks, ten milliseconds apart.
        process_before_response=True,
        raise_error_for_unhandled_request=True,
        signing_secret=config.signing_secret,
        client=make_client(None, config.api_url, face.replies.session),
        authorize=authorize,
        attaching_function_token_enabled=False,
    )
    _listen(cast("_Listening", app), face)
    return app


def _listen(app: _Listening, face: Face) -> None:
    app.command(_ANY)(_command(face))
    app.action(_ANY)(_job(face, clicks.answer))
    app.options(_ANY)(_options(face))
    app.view(_ANY)(_form(face))
    app.shortcut(_ANY)(_job(face, shortcuts.answer))
    app.event("app_mention")(_job(face, mentions.answer))
    app.view_closed(_ANY)(_job(face, _closed))
    app.event(_ANY)(_nothing)
    app.error(_crashed(face))


def _command(face: Face) -> Listener:
    async def on_command(ack: Ack, body: Body) -> None:
        asked = interaction_of(body)
        said: Message | None = None
        if face.delivered.is_new(asked.once, value=True):
            try:
                said = commands.answer(face, asked, text_at(body, "text"))
            except SwrError as error:
                said = told(error)
        await (ack() if said is None else ack(_to_the_asker(said)))

    return on_command


def _job(face: Face, answer: Callable[[Face, Interaction, Body], None]) -> Listener:
    """A listener whose answer holds nothing: a job tells the rest."""

    async def on_delivery(ack: Ack, body: Body) -> None:
        asked = interaction_of(body)
        if face.delivered.is_new(asked.once, value=True):
            answer(face, asked, body)
        await ack()

    return on_delivery


def _options(face: Face) -> Listener:
    async def on_options(ack: Ack, body: Body) -> None:
        try:
            offered = await modals.options(face, interaction_of(body), body)
        except SwrError:  # nothing can be said in a menu; what is sent with the form is checked again
            offered = _NO_OPTIONS
        await ack(dict(offered))

    return on_options


def _form(face: Face) -> Listener:
    async def on_form(ack: Ack, body: Body) -> None:
        asked = interaction_of(body)
        if face.delivered.is_new(asked.once, value=True):
            await ack(dict(await Form(face, asked, body).sent()))
        else:
            await ack()

    return on_form


def _closed(face: Face, asked: Interaction, body: Body) -> None:
    Form(face, asked, body).closed()


async def _nothing(ack: Ack) -> None:
    """Events that nobody asked this bot to follow."""
    await ack()


def _crashed(face: Face) -> Callable[..., Awaitable[BoltResponse]]:
    """The answer where a listener failed, or where there is none: a sentence, wherever Slack shows one."""

    async def on_crash(error: Exception, body: Body) -> BoltResponse:
        kind = text_at(body, "type")
        reference = reference_of(error, f"A delivery ({kind or 'command'})")
        if text_at(body, "command"):
            answer = _to_the_asker(crash(reference))
        elif kind == "view_submission":
            answer = {"response_action": "update", "view": broken_view(reference)}
        elif kind == "block_suggestion":
            answer = _NO_OPTIONS
        else:
            answer = {}
            conversation = face.conversation(interaction_of(body))
            face.work.start(conversation, lambda: conversation.note(crash(reference)))
        return BoltResponse(status=200, body=dict(answer))

    return on_crash


def _to_the_asker(message: Message) -> dict[str, object]:
    return {**message.payload(), "response_type": "ephemeral"}
