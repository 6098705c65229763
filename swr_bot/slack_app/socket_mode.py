"""Socket Mode: deliveries over a connection that this bot opens, held open through whatever happens to it."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from swr_bot.slack_app.starting import Started
from swr_bot.slack_app.web_api import SlackRefusedError, SlackSilentError, WebApi
from swr_tools.errors import SettingsInvalid, Unavailable

_logger = logging.getLogger("swr_bot.slack")
# A peer that falls silent is noticed after two of these.
_PING_SECONDS = 3.0
_WATCH_SECONDS = 5.0
_LAST_ANSWERS = 3.0


class _Handler(AsyncSocketModeHandler):
    """Bolt's handler, which knows the deliveries that are being answered."""

    def __init__(self, started: Started) -> None:
        super().__init__(started.app, started.config.app_token, ping_interval=_PING_SECONDS)
        self._answering: set[asyncio.Task[None]] = set()

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:
        """Answer one delivery."""
        task = asyncio.create_task(super().handle(client, req))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)
        await task

    async def answered(self, seconds: float) -> None:
        """Return when nothing is being answered any more, or when the time is over."""
        if self._answering:
            await asyncio.wait(set(self._answering), timeout=seconds)


class SocketMode:
    """One connection to Slack.

    Args:
        started: The face whose deliveries come over it.
    """

    def __init__(self, started: Started) -> None:
        self._started = started
        self._handler: _Handler | None = None

    async def connected(self) -> bool:
        """Whether deliveries can arrive now; this is the bot's readiness."""
        return self._handler is not None and await self._handler.client.is_connected()

    async def run(self, stopping: asyncio.Event, on_connected: Callable[[], None]) -> None:
        """Hold the connection open until told to stop, then let the deliveries that arrived be answered.

        Args:
            stopping: Set when it is to end.
            on_connected: Called once, when the first connection stands.

        Raises:
            SettingsInvalid: Slack refuses the app-level token.
            Unavailable: Slack cannot be reached.
        """
        api = WebApi(self._started.face.replies.api.client)
        address = await first_address(api, self._started.config.app_token)
        self._handler = handler = _Handler(self._started)
        handler.client.wss_uri = address
        tasks = {asyncio.create_task(self._hold(handler, on_connected)), asyncio.create_task(stopping.wait())}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await handler.answered(_LAST_ANSWERS)
            await handler.close_async()

    async def _hold(self, handler: _Handler, on_connected: Callable[[], None]) -> None:
        watching = asyncio.create_task(self._watch(handler.client))
        try:
            await handler.connect_async()
            on_connected()
            await watching
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching

    async def _watch(self, client: SocketModeClient) -> None:
        """Notice what the SDK does not: it tries one address until it works, and Slack's addresses work once."""
        while True:
            was_connected = await client.is_connected()
            await asyncio.sleep(_WATCH_SECONDS)
            if not was_connected and not await client.is_connected():
                _logger.warning("There is no connection to Slack; trying again with a new address.")
                client.wss_uri = None


async def first_address(api: WebApi, app_token: str) -> str:
    """An address to connect to, which shows that the token is good.

    Raises:
        SettingsInvalid: Slack refuses the app-level token.
        Unavailable: Slack cannot be reached.
    """
    try:
        return await api.open_connection(app_token)
    except SlackRefusedError as error:
        raise SettingsInvalid(
            f"Slack opens no Socket Mode connection: {error.code}.",
            hint="SLACK_APP_TOKEN needs the scope connections:write, and the app Socket Mode switched on.",
        ) from None
    except SlackSilentError as error:
        raise Unavailable(f"Slack cannot be reached ({error}).", hint="Check the network, and run it again.") from None
