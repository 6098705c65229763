"""Answers on their way to Slack: through the response URL where there is one, else as a message, never lost."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from swr_bot.slack_app.cards.failures import progress
from swr_bot.slack_app.cards.message import Message
from swr_bot.slack_app.interaction import Place, text_at
from swr_bot.slack_app.turnstile import Turnstile
from swr_bot.slack_app.views import View
from swr_bot.slack_app.web_api import SlackRefusedError, SlackSilentError, WebApi
from swr_tools.clock import Clock

_logger = logging.getLogger("swr_bot.slack")
_TRIES = 3
_LONGEST_WAIT = 30.0
_SHORT_WAIT = 0.5
_TAKEN = 200
_TOO_MANY = 429
_SERVER_FAILS = 500
_NOT_TAKEN = (SlackRefusedError, SlackSilentError)


@dataclass(frozen=True, slots=True)
class Replies:
    """The ways to reach somebody in Slack.

    Attributes:
        api: The Web API.
        session: For response URLs.
        clock: For the pauses that Slack asks for.
    """

    api: WebApi
    session: aiohttp.ClientSession
    clock: Clock
    turnstile: Turnstile = field(default_factory=Turnstile)

    async def send(self, place: Place, message: Message, *, replace: bool = False, shared: bool = False) -> bool:
        """Show a message, to the asker alone unless it is shared; says whether anything arrived.

        Args:
            place: Where.
            message: What.
            replace: Whether it takes the place of what stands there; through the response URL only.
            shared: Whether everybody in the conversation sees it.
        """
        await self.turnstile.pass_through()
        if place.response_url:
            kind = {"response_type": "in_channel" if shared else "ephemeral", "replace_original": replace}
            thread = {"thread_ts": place.thread} if place.thread and not replace else {}
            if await self._respond(place.response_url, {**message.payload(), **kind, **thread}):
                return True
        return await self._post(place, message, shared=shared)

    async def open_view(self, trigger: str, view: View) -> str:
        """Open a modal and return its id; raises SlackRefusedError or SlackSilentError."""
        return text_at(await self.api.call("views.open", {"trigger_id": trigger, "view": view}), "view", "id")

    async def update_view(self, view_id: str, view: View) -> bool:
        """Show another view in its place; False where that was not possible, as when it was closed."""
        return await self._call("views.update", {"view_id": view_id, "view": view})

    async def _respond(self, url: str, body: Mapping[str, object]) -> bool:
        """Post to a response URL, patient with a limit and with one failure; says whether Slack took it."""
        status, tries = 0, _TRIES
        while tries:
            status, pause = await self._respond_once(url, body)
            tries -= 1
            if status == _TAKEN:
                return True
            if _TAKEN < status < _SERVER_FAILS and status != _TOO_MANY:
                break
            if tries:
                await self.clock.sleep(pause)
        _logger.warning("A response URL did not take an answer (status %d).", status)
        return False

    async def _respond_once(self, url: str, body: Mapping[str, object]) -> tuple[int, float]:
        """The status, 0 for none, and the seconds to wait before the next try."""
        try:
            async with self.session.post(url, json=body, proxy=self.api.client.proxy) as answer:
                asked = answer.headers.get("Retry-After", "")
                return answer.status, min(float(asked), _LONGEST_WAIT) if asked.isdecimal() else _SHORT_WAIT
        except (aiohttp.ClientError, OSError, ValueError):
            return 0, _SHORT_WAIT

    async def _post(self, place: Place, message: Message, *, shared: bool) -> bool:
        """As a message: in the conversation, and where the bot is not let in, to the person directly."""
        content = dict(message.payload())
        if place.channel:
            thread = place.under if shared else place.thread
            where = {"channel": place.channel, **({"thread_ts": thread} if thread else {})}
            alone = {} if shared else {"user": place.user}
            if await self._call("chat.postMessage" if shared else "chat.postEphemeral", {**content, **where, **alone}):
                return True
        return await self._call("chat.postMessage", {**content, "channel": place.user})

    async def _call(self, method: str, arguments: Mapping[str, object]) -> bool:
        try:
            await self.api.call(method, arguments)
        except _NOT_TAKEN as error:  # Slack's word for it, or the kind of failure; neither holds more
            _logger.warning("%s did not take an answer: %s", method, error)
            return False
        return True


class Conversation:
    """One interaction being answered: knows what stands there, so that the next thing takes its place.

    Args:
        replies: The way there.
        place: Where.
        standing: Whether a card of ours stands there already, as at a click.
        for_all: Whether everybody sees that one.
    """

    def __init__(self, replies: Replies, place: Place, *, standing: bool = False, for_all: bool = False) -> None:
        self.place = place
        self.for_all = standing and for_all
        self._replies = replies
        self._standing = standing

    async def say(self, message: Message, *, shared: bool | None = None) -> None:
        """Show this, in the place of what stands there.

        Args:
            message: What.
            shared: Whether everybody sees it; None: whoever sees what stands there, else the asker alone.
        """
        for_all = self.for_all if shared is None else shared
        replace = self._standing and self.for_all == for_all  # what one person sees cannot become everybody's
        arrived = await self._replies.send(self.place, message, replace=replace, shared=for_all)
        self._standing, self.for_all = arrived, arrived and for_all

    async def note(self, message: Message) -> None:
        """Tell the one who acted, and leave what stands there."""
        await self._replies.send(self.place, message)

    @asynccontextmanager
    async def progress(self, words: str, after: float) -> AsyncGenerator[None]:
        """Say what is being done if the block takes longer than this many seconds, where that can be replaced."""
        if self._standing or not self.place.response_url:
            yield
            return
        sending: list[asyncio.Task[None]] = []
        due = asyncio.get_running_loop().call_later(
            after, lambda: sending.append(asyncio.create_task(self.say(progress(words))))
        )
        try:
            yield
        finally:
            due.cancel()
            if sending:  # it arrives first, or it would cover the answer
                await asyncio.wait(sending)
