"""Bots that stop, are killed, or work side by side, and connections that end: what waits is answered later."""

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.slack.conftest import House, Room, Server

RECOVERS_WITHIN = 10.0


async def test_a_click_after_a_restart_creates(
    own_house: "House", own_room: "Room", swr: "Server", image: str, may_refuse: list[str]
) -> None:
    """What waits lives in the journal; the card of the former process is as good as ever."""
    bot = own_house.starts_bot()
    card = await own_room.card(image)
    assert bot.stops() == 0
    may_refuse.append("dispatch_failed")
    failed = await own_room.do("ada", "click", channel="general", label="Create")
    assert failed["error"] == "dispatch_failed"
    own_house.starts_bot()
    await own_room.clicks("Create")
    assert (await own_room.sees(f"Created {image} in cn-north-4."))["ts"] == card["ts"]
    assert swr.creates == 1


async def test_of_two_bots_one_is_killed_between_command_and_click(
    own_house: "House", own_room: "Room", swr: "Server", image: str
) -> None:
    """Before that, two clicks at once that reach both create once; after it, the other answers."""
    first, second = own_house.starts_bot(), own_house.starts_bot()
    if own_house.transport == "socket":
        await own_room.connected(2)
    await own_room.card(f"{image}-both")
    await own_room.faults({"kind": "slow", "method": "response_url", "milliseconds": 300, "times": 2})
    await asyncio.gather(own_room.clicks("Create"), own_room.clicks("Create"))
    await own_room.sees(f"Created {image}-both in cn-north-4.")
    await own_room.settles()
    assert swr.creates == 1

    own_house.turns_to(first)
    await own_room.card(image)
    first.is_killed()
    own_house.turns_to(second)
    if own_house.transport == "socket":
        await own_room.connected(1)
    await own_room.clicks("Create")
    await own_room.sees(f"Created {image} in cn-north-4.")
    assert swr.creates == 2


async def test_a_bot_that_is_told_to_stop_finishes_what_it_was_asked(
    own_house: "House", own_room: "Room", swr: "Server", image: str
) -> None:
    """The look-up and the create both end as sentences to the person, and it exits with 0."""
    bot = own_house.starts_bot(SWR_BOT_DEADLINE="30")
    await own_room.card(image)
    swr.misbehaves({"kind": "latency", "milliseconds": 2_000, "times": 0})
    await own_room.types("repo info payments/taken")
    await own_room.clicks("Create")
    await own_room.sees("Looking up payments/taken")
    await own_room.sees(f"Creating {image}.")
    code = await asyncio.to_thread(bot.stops)
    swr.misbehaves()
    assert code == 0, bot.said
    assert await own_room.sees("payments/taken is private")
    assert await own_room.sees(f"Created {image} in cn-north-4.")
    assert swr.creates == 1


@pytest.mark.parametrize("transport", ["socket"], indirect=True)
@pytest.mark.parametrize("what", ["disconnect", "close", "abort", "silence"])
async def test_a_connection_that_ends_is_made_anew_within_seconds(room: "Room", what: str, image: str) -> None:
    """However it ends, a command after it is answered and a card of before it works."""
    (before,) = (await room.get("sockets"))["connections"]
    await room.card(image)
    began = time.monotonic()
    status, _ = await room.ask("POST", "sockets", {"do": what})
    assert status == 200
    await room.connects_anew(before["number"] + 1)
    assert time.monotonic() - began < RECOVERS_WITHIN
    await room.clicks("Create")
    assert await room.sees(f"Created {image} in cn-north-4.")
