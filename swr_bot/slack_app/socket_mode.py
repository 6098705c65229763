"""Socket Mode: deliveries over a connection that this bot opens, held open through whatever happens to it."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress

from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from swr_bot.slack_app.library_log import library_logger
from swr_bot.slack_app.starting import Started, first_address

_logger = logging.getLogger("swr_bot.slack")
# A peer that falls silent is noticed after two of these.
PING_SECONDS = 3.0
_LAST_ANSWERS = 3.0


class _Client(SocketModeClient):
    """The SDK's client, which knows what is being answered and replaces a connection once.

    Slack says that it will close a connection and then closes it; the SDK takes each for a reason of its own, and
    what arrived over the first new connection is lost when the second takes its place.
    """

    def __init__(self, started: Started, ping_seconds: float) -> None:
        super().__init__(
            started.config.app_token,
            logger=library_logger(),
            web_client=started.face.replies.api.client,
            ping_interval=ping_seconds,
        )
        self._app = started.app
        self._answering: set[asyncio.Task[None]] = set()
        self._replacing = asyncio.Lock()
        self.socket_mode_request_listeners.append(self._answer)

    async def connect_to_new_endpoint(self, force: bool = False) -> None:
        """Replace the connection, unless that was done while waiting for a turn."""
        before = self.current_session
        async with self._replacing:
            if self.current_session is before:
                await super().connect_to_new_endpoint(force)

    async def answered(self, seconds: float) -> None:
        """Return when nothing is being answered any more, or when the time is over."""
        if self._answering:
            await asyncio.wait(set(self._answering), timeout=seconds)

    async def _answer(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        task = asyncio.create_task(self._dispatched(client, request))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)
        await task

    async def _dispatched(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        began = time.time()
        await send_async_response(client, request, await run_async_bolt_app(self._app, request), began)


class SocketMode:
    """One connection to Slack.

    Args:
        started: The face whose deliveries come over it.
        ping_seconds: How often the connection is tried.
    """

    def __init__(self, started: Started, *, ping_seconds: float = PING_SECONDS) -> None:
        self._started = started
        self._ping_seconds = ping_seconds
        self._client: _Client | None = None

    async def connected(self) -> bool:
        """Whether deliveries can arrive now; this is the bot's readiness."""
        return self._client is not None and await self._client.is_connected()

    async def run(self, stopping: asyncio.Event, on_connected: Callable[[], None]) -> None:
        """Hold the connection open until told to stop, then let the deliveries that arrived be answered.

        Args:
            stopping: Set when it is to end.
            on_connected: Called once, when the first connection stands.

        Raises:
            SettingsInvalid: Slack refuses the app-level token.
            Unavailable: Slack cannot be reached.
        """
        address = await first_address(self._started.face.replies.api, self._started.config.app_token)
        self._client = client = _Client(self._started, self._ping_seconds)
        client.wss_uri = address
        holding, told = asyncio.create_task(self._hold(client, on_connected)), asyncio.create_task(stopping.wait())
        try:
            await asyncio.wait({holding, told}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            holding.cancel()
            told.cancel()
            await asyncio.wait({holding, told})
            await client.answered(_LAST_ANSWERS)
            await client.close()
        if not holding.cancelled():
            holding.result()  # it ends by itself only by failing

    async def _hold(self, client: _Client, on_connected: Callable[[], None]) -> None:
        watching = asyncio.create_task(self._watch(client))
        try:
            await client.connect()
            on_connected()
            await watching
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching

    async def _watch(self, client: _Client) -> None:
        """Notice what the SDK does not: it tries one address until it works, and Slack's addresses work once."""
        while True:
            was_connected = await client.is_connected()
            await asyncio.sleep(2 * self._ping_seconds)
            if not was_connected and not await client.is_connected():
                _logger.warning("There is no connection to Slack; trying again with a new address.")
                client.wss_uri = None
