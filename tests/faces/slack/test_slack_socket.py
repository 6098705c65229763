"""The connection of Socket Mode, and what becomes of work when the bot is told to stop."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from swr_bot.slack_app.socket_mode import SocketMode
from swr_bot.slack_app.starting import start
from swr_tools.clock import ManualClock
from swr_tools.errors import SettingsInvalid

if TYPE_CHECKING:
    from tests.faces.slack.conftest import Bot, Desk, Surroundings

Start = Callable[["Surroundings"], Awaitable["Bot"]]
SLOW = {"kind": "latency", "milliseconds": 400, "times": 0}


async def test_readiness_is_the_sockets(bot: "Bot") -> None:
    """A bot without a connection hears nothing."""
    assert await bot.socket.connected()
    assert not await SocketMode(bot.started).connected()


@pytest.mark.parametrize("what", ["disconnect", "close", "abort", "silence"])
async def test_a_connection_that_ends_is_made_anew(desk: "Desk", bot: "Bot", what: str) -> None:
    """Within seconds, and commands are answered again."""
    await desk.ask("POST", "sockets", {"do": what})
    await _connected(desk, 2)
    await desk.type("repo info payments/taken")
    assert await desk.says("payments/taken is private")
    await bot.quiet()


async def test_a_connection_is_replaced_once(desk: "Desk", bot: "Bot") -> None:
    """Slack announces the end and then ends it; a second new connection would lose what came over the first."""
    for number in range(1, 6):
        await desk.ask("POST", "sockets", {"do": "disconnect"})
        await _connected(desk, number + 1)
        await desk.type("repo info payments/taken")
        await desk.says("payments/taken is private", count=number)
        assert await _numbers(desk) == {number + 1}
    await bot.quiet()


async def test_two_bots_side_by_side_answer_each_delivery_once(
    desk: "Desk", surroundings: "Surroundings", start_bot: Start
) -> None:
    """Slack picks one of their connections, the journal holds what both need to know."""
    bots = [await start_bot(surroundings), await start_bot(surroundings)]
    for number in range(6):
        await desk.type(f"repo create payments/api{number}")
        await desk.says(f"Create the repository payments/api{number}?")
        await desk.click("Create")
        await desk.says(f"Created payments/api{number} in cn-north-4.")
    for each in bots:
        await each.quiet()
    assert surroundings.swr.creates == 6


async def test_a_wrong_app_token_is_said_at_the_start(desk: "Desk", surroundings: "Surroundings") -> None:
    """Rather than tried again for ever."""
    clock = ManualClock()
    config = replace(surroundings.config(), app_token="xapp-wrong")
    async with surroundings.toolbox(clock) as toolbox:
        started = await start(toolbox, clock, config)
        with pytest.raises(SettingsInvalid, match="Slack opens no Socket Mode connection: "):
            await SocketMode(started).run(asyncio.Event(), lambda: None)
        await started.aclose()
    assert (await desk.ask("GET", "sockets"))["connections"] == []


async def test_what_is_under_way_ends_before_the_bot_does(
    desk: "Desk", bot: "Bot", surroundings: "Surroundings"
) -> None:
    """A look-up gets its answer, and a create its outcome."""
    surroundings.swr.misbehave(SLOW)
    await desk.type("repo info payments/taken")
    assert await bot.started.drain(10)
    assert any("payments/taken is private" in text for text in await desk.messages())


async def test_work_that_takes_too_long_is_interrupted_and_its_person_told(
    desk: "Desk", bot: "Bot", surroundings: "Surroundings"
) -> None:
    """Never silence."""
    surroundings.swr.misbehave({**SLOW, "milliseconds": 5000})
    await desk.type("repo info payments/taken")
    assert not await bot.started.drain(0.05)
    assert await desk.says("This bot was stopped before it had the answer.")


async def test_a_create_that_is_interrupted_is_settled_with_what_is_known(
    desk: "Desk", bot: "Bot", surroundings: "Surroundings"
) -> None:
    """It is not sent again, and the card says what SWR shows."""
    await desk.type("repo create payments/api")
    await desk.says("Create the repository payments/api?")
    surroundings.swr.misbehave({"kind": "latency", "method": "POST", "milliseconds": 3000, "times": 0})
    await desk.click("Create")
    await desk.says("Creating payments/api.")
    assert not await bot.started.drain(0.3)
    settled = await desk.says("payments/api was created in cn-north-4 is not known")
    assert "button" not in str(settled["blocks"])
    assert await bot.pending() == []


async def test_the_log_holds_no_secret(
    desk: "Desk", surroundings: "Surroundings", start_bot: Start, loud: Callable[[], str]
) -> None:
    """Neither when all is well nor when Slack misbehaves."""
    bot = await start_bot(surroundings)
    await desk.faults(
        {"kind": "http-500", "method": "response_url", "times": 2},
        {"kind": "error", "method": "views.open", "error": "internal_error"},
        {"kind": "reset", "method": "chat.postEphemeral"},
    )
    await desk.type("repo info payments/taken")
    await desk.says("payments/taken is private")
    await desk.type("repo create")
    await desk.says("Something went wrong inside this bot.")
    await bot.quiet()
    logged = loud()
    for part in ("xoxb-", "xapp-", "/commands/", "ticket", "emulator-opens-nothing", "trigger_id", "Traceback"):
        assert part not in logged


async def _numbers(desk: "Desk") -> set[int]:
    return {each["number"] for each in (await desk.ask("GET", "sockets"))["connections"]}


async def _connected(desk: "Desk", number: int) -> None:
    """Return when the connection with this number, counted from 1, stands alone."""
    async with asyncio.timeout(15):
        shown = await desk.ask("GET", "sockets")
        while {each["number"] for each in shown["connections"]} != {number}:
            shown = await desk.ask("GET", f"sockets?after={shown['version']}")
