"""A Slack workspace on loopback, and the official framework and client in front of it."""

import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from swr_bot.emulators.slack import SlackEmulatorServer, SlackOptions
from swr_bot.emulators.slack.desk import Desk


@pytest.fixture
def start() -> Iterator[Callable[[SlackOptions], SlackEmulatorServer]]:
    """Starts workspaces, each in a thread of its own, and stops them after the test."""
    running: list[tuple[SlackEmulatorServer, threading.Thread]] = []

    def start_one(options: SlackOptions) -> SlackEmulatorServer:
        server = SlackEmulatorServer(options)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        running.append((server, thread))
        return server

    yield start_one
    for server, thread in running:
        server.stop()
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
async def desk_of(
    start: Callable[[SlackOptions], SlackEmulatorServer],
) -> AsyncIterator[Callable[[SlackOptions], Desk]]:
    """Starts a workspace with options of one's own."""
    async with aiohttp.ClientSession() as session:
        yield lambda options: Desk(start(options).announcement, session)


@pytest.fixture
def desk(desk_of: Callable[[SlackOptions], Desk]) -> Desk:
    """A workspace as it is by default."""
    return desk_of(SlackOptions())


@pytest.fixture
def client(desk: Desk) -> AsyncWebClient:
    """The official client, pointed at the workspace."""
    return AsyncWebClient(token=desk.announcement["bot_token"], base_url=desk.announcement["api_url"])


@pytest.fixture
def new_app(desk: Desk) -> Callable[[], AsyncApp]:
    """Makes apps with the official framework, pointed at the workspace."""

    def make() -> AsyncApp:
        announced = desk.announcement
        client = AsyncWebClient(token=announced["bot_token"], base_url=announced["api_url"])
        return AsyncApp(client=client, signing_secret=announced["signing_secret"], process_before_response=True)

    return make


@pytest.fixture
def app(new_app: Callable[[], AsyncApp]) -> AsyncApp:
    """One app."""
    return new_app()


@pytest.fixture
async def connect(desk: Desk) -> AsyncIterator[Callable[[AsyncApp], Awaitable[AsyncSocketModeHandler]]]:
    """Connects an app by Socket Mode for the length of the test."""
    async with AsyncExitStack() as stack:
        number = 0

        async def connect_one(app: AsyncApp) -> AsyncSocketModeHandler:
            nonlocal number
            number += 1
            handler = await stack.enter_async_context(_connection(desk, app))
            await desk.connected(number)
            return handler

        yield connect_one


@asynccontextmanager
async def _connection(desk: Desk, app: AsyncApp) -> AsyncGenerator[AsyncSocketModeHandler]:
    handler = AsyncSocketModeHandler(app, desk.announcement["app_token"], ping_interval=1)
    await handler.connect_async()
    try:
        yield handler
    finally:
        await handler.close_async()
