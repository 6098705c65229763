"""Socket Mode with the official client: connections, their ends, and events that are sent again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from swr_bot.emulators.slack.desk import Desk, Json

App = Any  # slack_bolt's own annotations are incomplete
Request = Any  # as slack_bolt has it
Ack = Callable[..., Awaitable[object]]
Connect = Callable[[App], Awaitable[Any]]
Next = Callable[[], Awaitable[object]]


def counting(app: App) -> tuple[App, list[str]]:
    """An app that notes which of its commands it got."""
    seen: list[str] = []

    @app.command("/swr")
    async def command(ack: Ack, command: Json) -> None:
        seen.append(command["text"])
        await ack()

    return app, seen


async def works(desk: Desk, text: str = "x") -> bool:
    """Whether a command is acknowledged."""
    return (await desk.do("ada", "command", channel="general", command="/swr", text=text))["error"] is None


async def works_again(desk: Desk) -> None:
    """The official client may replace its connection twice in a row; what falls in between is lost."""
    async with asyncio.timeout(20):
        while not await works(desk):
            pass


async def link(desk: Desk, session: aiohttp.ClientSession) -> str:
    """A fresh WebSocket address."""
    headers = {"Authorization": "Bearer " + desk.announcement["app_token"]}
    url = desk.announcement["api_url"] + "apps.connections.open"
    async with session.post(url, headers=headers) as response:
        return (await response.json())["url"]


async def test_a_connection_is_greeted_and_envelopes_wait_for_their_acknowledgement(desk: Desk) -> None:
    """The greeting counts connections; an address works once; pings are answered."""
    async with aiohttp.ClientSession() as session:
        url = await link(desk, session)
        async with session.ws_connect(url, autoping=False) as ws:
            hello = await ws.receive_json()
            assert (hello["type"], hello["num_connections"]) == ("hello", 1)
            assert hello["connection_info"] == {"app_id": "A0EMULATOR"}
            assert set(hello["debug_info"]) == {"host", "build_number", "approximate_connection_time"}
            await ws.ping(b"are you there")
            pong = await ws.receive()
            assert (pong.type, pong.data) == (aiohttp.WSMsgType.PONG, b"are you there")
            typing = asyncio.ensure_future(desk.do("ada", "command", channel="general", command="/swr"))
            envelope = await ws.receive_json()
            assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
            await ws.send_str("no JSON")
            await ws.send_json({"envelope_id": "somebody else's"})
            await ws.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "hi"}})
            assert (await typing)["ack"]["body"] == {"text": "hi"}
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_envelopes_go_round_and_a_killed_process_leaves_the_other_one(
    desk: Desk, new_app: Callable[[], App], connect: Connect
) -> None:
    """Two connections share the work; with one of them aborted, the other gets everything."""
    (first, ones), (second, twos) = counting(new_app()), counting(new_app())
    handler = await connect(first)
    await connect(second)
    for _ in range(4):
        assert await works(desk)
    assert (len(ones), len(twos)) == (2, 2)
    await handler.close_async()
    await desk.connected(1)
    for _ in range(2):
        assert await works(desk)
    assert (len(ones), len(twos)) == (2, 4)


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled"])
async def test_a_disconnect_message_makes_the_client_come_back(
    desk: Desk, connect: Connect, reason: str, app: App
) -> None:
    """A new connection opens, and the old one gets nothing more."""
    _, seen = counting(app)
    await connect(app)
    before = (await desk.connected(1))[0]["number"]
    await desk.ask("POST", "sockets", {"do": "disconnect", "reason": reason})
    await another(desk, before)
    await works_again(desk)
    assert set(seen) == {"x"}


@pytest.mark.parametrize("what", ["close", "abort", "silence"])
async def test_a_lost_connection_makes_the_client_come_back(desk: Desk, connect: Connect, what: str, app: App) -> None:
    """A closing frame, a reset and a peer that answers no pings are all noticed."""
    counting(app)
    await connect(app)
    before = (await desk.connected(1))[0]["number"]
    await desk.ask("POST", "sockets", {"do": what})
    await another(desk, before)
    await works_again(desk)


async def another(desk: Desk, number: int) -> None:
    """Waits until there are connections, and all of them newer than a number."""
    path = "sockets"
    async with asyncio.timeout(20):
        while True:
            shown = (await desk.ask("GET", path))[1]
            if shown["connections"] and all(each["number"] > number for each in shown["connections"]):
                return
            path = f"sockets?after={shown['version']}"


async def test_an_envelope_into_a_silent_connection_times_out(desk: Desk, connect: Connect, app: App) -> None:
    """Nothing is sent and nothing comes back; the person sees the time-out."""
    _, seen = counting(app)
    await connect(app)
    await desk.ask("POST", "sockets", {"do": "silence"})
    typing = asyncio.ensure_future(works(desk))
    while (await desk.ask("GET", "sockets"))[1]["connections"][0]["sent"] == 0:
        pass
    await desk.turn_clock(3)
    assert (await typing, seen) == (False, [])


async def test_an_eleventh_connection_is_sent_away(desk: Desk) -> None:
    """An app has ten connections at most."""
    async with aiohttp.ClientSession() as session:
        kept = [await session.ws_connect(await link(desk, session)) for _ in range(10)]
        await desk.connected(10)
        ws = await session.ws_connect(await link(desk, session))
        farewell = await ws.receive_json()
        assert (farewell["type"], farewell["reason"]) == ("disconnect", "too_many_websockets")
        assert [ws.closed for ws in kept] == [False] * 10


async def test_a_duplicate_is_the_same_payload_twice(desk: Desk, connect: Connect, app: App) -> None:
    """The app is sent it twice; the person did it once."""
    _, seen = counting(app)
    await connect(app)
    await desk.faults({"kind": "duplicate", "method": "slash_commands"})
    assert await works(desk, "once")
    assert await works(desk, "again")
    assert seen == ["once", "once", "again"]


async def test_a_lost_envelope_times_out(desk: Desk, connect: Connect, app: App) -> None:
    """The app never hears of it."""
    _, seen = counting(app)
    await connect(app)
    await desk.faults({"kind": "lost"}, {"kind": "slow-delivery", "milliseconds": 1})
    typing = asyncio.ensure_future(works(desk))
    while not typing.done():
        await desk.turn_clock(1)
    assert (await typing, seen) == (False, [])
    assert await works(desk)


async def test_an_event_is_sent_again_until_it_is_acknowledged(desk: Desk, connect: Connect, app: App) -> None:
    """At once, after a minute, after five; the payload stays the same, and each says which attempt it is."""
    attempts: list[tuple[str, Any]] = []

    @app.middleware
    async def keep(body: Json, request: Request, next_: Next) -> None:
        attempts.append((body["event_id"], request.headers.get("x-slack-retry-num")))
        if len(attempts) > 3:
            await next_()

    @app.event("app_home_opened")
    async def opened() -> None:
        pass

    await connect(app)
    opening = asyncio.ensure_future(desk.do("ada", "open-home"))
    async with asyncio.timeout(20):
        for failed, pause in enumerate((0, 0, 60, 300)):
            while len(await desk.refused()) < failed:
                pass
            await desk.turn_clock(pause)
            while len(attempts) <= failed:
                await desk.get("app")
            await desk.turn_clock(3 if failed < 3 else 0)
    assert (await opening)["error"] == "operation_timeout"
    assert len({name for name, _ in attempts}) == 1
    assert [number for _, number in attempts] == [["0"], ["1"], ["2"], ["3"]]


async def test_any_payload_can_be_delivered_as_it_is(desk: Desk, connect: Connect, app: App) -> None:
    """For what no real person could send: foreign teams and apps, members of the wrong kind."""
    seen: list[Json] = []
    arrived = asyncio.Event()

    @app.shortcut("x")
    async def keep(body: Json) -> None:
        seen.append(body)
        arrived.set()

    await connect(app)
    payload = {"type": "shortcut", "api_app_id": "A0SOMEBODY", "callback_id": "x", "user": {"id": "U1"}}
    delivering = asyncio.ensure_future(desk.ask("POST", "deliver", {"kind": "interactive", "payload": payload}))
    await asyncio.wait_for(arrived.wait(), 5)
    await desk.turn_clock(3)
    assert (await delivering)[1]["error"] == "operation_timeout"
    assert seen == [payload]
