"""Signed HTTP delivery to slack_bolt, which checks every signature itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.typedefs import Handler

from swr_bot.emulators.slack.desk import Desk, Json

App = Any  # slack_bolt's own annotations are incomplete
Ack = Callable[..., Awaitable[object]]


class Listening:
    """slack_bolt behind a real port, and the headers of what came."""

    def __init__(self, app: App) -> None:
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.statuses: list[int] = []
        self._bolt = app.server().web_app
        self.url = ""
        self.hold: asyncio.Event | None = None
        self.held = asyncio.Event()
        self._runner: web.AppRunner | None = None

    def application(self) -> web.Application:
        """The app's own web application, with a look at each request."""

        @web.middleware
        async def look(request: web.Request, handler: Handler) -> web.StreamResponse:
            self.headers.append({name.lower(): value for name, value in request.headers.items()})
            self.bodies.append(await request.read())
            if self.hold is not None:
                self.held.set()
                await self.hold.wait()
            response: web.StreamResponse = await handler(request)
            if self.statuses:
                return web.Response(status=self.statuses.pop(0), headers={"x-slack-no-retry": "0"})
            return response

        self._bolt.middlewares.append(look)
        return self._bolt

    async def open(self) -> None:
        """Listens on a free port."""
        self._runner = web.AppRunner(self.application(), shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/slack/events"

    async def close(self) -> None:
        """Closes the port."""
        if self._runner is not None:
            await self._runner.cleanup()


@pytest.fixture
def seen() -> list[Json]:
    """What the app was sent."""
    return []


@pytest.fixture
async def listening(desk: Desk, app: App, seen: list[Json]) -> AsyncIterator[Listening]:
    """An app that the workspace reaches over HTTP."""

    @app.command("/swr")
    async def command(ack: Ack, body: Json) -> None:
        seen.append(body)
        await ack("over HTTP")

    @app.shortcut("new")
    async def shortcut(ack: Ack, body: Json) -> None:
        seen.append(body)
        await ack()

    @app.event("app_mention")
    async def mention(body: Json) -> None:
        seen.append(body)

    @app.event("message")
    async def message() -> None:
        pass

    listening = Listening(app)
    await listening.open()
    status, answer = await desk.ask("PUT", "app", {"request_url": listening.url})
    assert (status, answer["request_url"]) == (200, listening.url)
    listening.headers.clear()
    listening.bodies.clear()
    yield listening
    await desk.ask("PUT", "app", {"request_url": None})
    await listening.close()


async def test_commands_come_as_a_signed_form_and_are_answered(
    desk: Desk, listening: Listening, seen: list[Json]
) -> None:
    """slack_bolt accepts the signature; the answer in the response is shown."""
    outcome = await desk.do("ada", "command", channel="general", command="/swr", text="help & <more>")
    assert (outcome["ack"]["transport"], outcome["ack"]["status"]) == ("http", 200)
    assert (await desk.channel("general"))[0]["text"] == "over HTTP"
    assert seen[0]["text"] == "help &amp; &lt;more&gt;"
    headers = listening.headers[0]
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert headers["x-slack-signature"].startswith("v0=")


async def test_interactions_and_events_come_in_their_own_shapes(
    desk: Desk, listening: Listening, seen: list[Json]
) -> None:
    """A payload field with JSON, and bare JSON."""
    await desk.do("ada", "shortcut", callback_id="new")
    await desk.do("ada", "message", channel="general", text="@swr help")
    assert listening.bodies[0].startswith(b"payload=")
    assert listening.headers[1]["content-type"] == "application/json"
    assert [each["type"] for each in seen] == ["shortcut", "event_callback"]


async def test_a_url_is_saved_only_when_its_app_answers_the_challenge(desk: Desk, listening: Listening) -> None:
    """As on Slack's settings page."""
    status, answer = await desk.ask("PUT", "app", {"request_url": listening.url + "/nowhere"})
    assert (status, "challenge" in answer["error"]) == (409, True)
    assert (await desk.ask("GET", "app"))[1]["request_url"] == listening.url


async def test_other_statuses_than_2xx_and_closed_ports_fail(desk: Desk, listening: Listening) -> None:
    """Both are a failed dispatch to the person."""
    listening.statuses.append(404)
    outcome = await desk.do("ada", "command", channel="general", command="/swr")
    assert (outcome["error"], outcome["ack"]["status"]) == ("dispatch_failed", 404)
    await listening.close()
    outcome = await desk.do("ada", "command", channel="general", command="/swr")
    assert (outcome["error"], outcome["ack"]["status"]) == ("dispatch_failed", None)


async def test_an_answer_after_three_seconds_is_too_late(desk: Desk, listening: Listening) -> None:
    """The connection is given up, and the person sees the time-out."""
    listening.hold = asyncio.Event()
    typing = asyncio.ensure_future(desk.do("ada", "command", channel="general", command="/swr"))
    await asyncio.wait_for(listening.held.wait(), 5)
    await desk.turn_clock(3)
    outcome = await asyncio.wait_for(typing, 2)
    listening.hold.set()
    assert (outcome["error"], outcome["ack"]["transport"]) == ("operation_timeout", "http")


async def test_a_duplicate_is_the_same_request_byte_for_byte(
    desk: Desk, listening: Listening, seen: list[Json]
) -> None:
    """Signature and timestamp are the same, as in a replay."""
    await desk.faults({"kind": "duplicate"})
    await desk.do("ada", "command", channel="general", command="/swr")
    assert (len(seen), listening.bodies[0]) == (2, listening.bodies[1])
    assert listening.headers[0]["x-slack-signature"] == listening.headers[1]["x-slack-signature"]


async def test_a_failed_event_comes_again_with_its_number_and_reason(
    desk: Desk, listening: Listening, seen: list[Json]
) -> None:
    """Only events do; commands and interactions are sent once."""
    await desk.ask("PUT", "app", {"events": ["app_mention"]})
    listening.statuses += [500, 500]
    outcome = await desk.do("ada", "message", channel="general", text="@swr help")
    assert outcome["error"] == "dispatch_failed"
    async with asyncio.timeout(10):
        while len((await desk.ask("GET", "requests"))[1]["refused"]) < 2:
            pass
        await desk.turn_clock(60)
        while len(seen) < 3:
            await desk.ask("GET", "app")
    numbers = [(each.get("x-slack-retry-num"), each.get("x-slack-retry-reason")) for each in listening.headers]
    assert numbers == [(None, None), ("1", "http_error"), ("2", "http_error")]
    assert len({each["event_id"] for each in seen}) == 1
