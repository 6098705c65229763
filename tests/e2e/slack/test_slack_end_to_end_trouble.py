"""SWR that is slow, gone or cut off, and a Slack that limits, refuses and fails: the person hears of the outcome."""

import socket
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.slack.conftest import House, Room, Server

TEN_SECONDS = {"kind": "latency", "milliseconds": 10_000}
MENU_MILLISECONDS = 3_000
GENERAL = "C0GENERAL0"


async def test_while_swr_takes_ten_seconds_everybody_is_answered_and_cards_expire(
    own_house: "House", own_room: "Room", swr: "Server", image: str
) -> None:
    """A look-up says that it is under way and ends well; the form offers what was typed; ten-second cards are over."""
    room = own_room
    own_house.starts_bot(SWR_BOT_PROPOSAL_TTL="10")
    await room.card(image)
    swr.misbehaves({**TEN_SECONDS, "times": 2})
    await room.types("repo info payments/taken")
    await room.sees("Looking up payments/taken")
    await room.does("ada", "shortcut", callback_id="new-image-repository")
    await room.view("New image repository")
    offered = await room.does("ada", "type-ahead", block_id="organization", text="pay")
    assert offered["ack"]["milliseconds"] < MENU_MILLISECONDS
    assert [each["value"] for each in offered["options"]] == ["pay"]
    assert "org list" in str((await room.types("help"))["ack"]["body"])

    assert await room.sees("payments/taken is private")
    await room.does("ada", "close")
    await room.clicks("Create")
    expired = await room.sees("expired before it was confirmed. Nothing was created.")
    assert f"/swr repo create {image}" in str(expired["blocks"])
    assert "button" not in str(expired["blocks"])
    assert swr.creates == 0


async def test_where_swr_is_down_it_is_said(own_house: "House", own_room: "Room") -> None:
    """For a look-up, a create, and in the form; nothing is created."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, and not listened on
        own_house.starts_bot(SWR_BOT_ENDPOINT=f"http://127.0.0.1:{nobody.getsockname()[1]}")
        await own_room.types("repo info payments/taken")
        await own_room.types("repo create payments/api")
        await own_room.sees("Nothing was created.")
        assert "SWR cannot be used now" in str(await own_room.screen())
        await own_room.types("repo create")
        await own_room.view("New image repository")
        await own_room.fills(organization="payments", repository="api")
        await own_room.does("ada", "submit")
        assert await own_room.view("That did not work")


async def test_a_create_whose_answer_is_cut_off_is_found(room: "Room", swr: "Server", image: str) -> None:
    """It is sent once, and what SWR shows decides."""
    await room.card(image)
    swr.misbehaves({"kind": "reset-after", "method": "POST"})
    await room.clicks("Create")
    outcome = await room.sees(f"Created {image} in cn-north-4: SWR's answer was lost, but it is there now.")
    assert "button" not in str(outcome["blocks"])
    assert swr.creates == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_errors_of_swr_are_told(room: "Room", swr: "Server", image: str, status: int) -> None:
    """At the look-up, and at the create, whose card then has no buttons and says what is known."""
    swr.misbehaves({"kind": "5xx", "method": "GET", "status": status, "times": 0})
    await room.types("repo info payments/taken")
    assert "SWR cannot be used now" in str((await room.sees("SWR"))["blocks"])
    swr.misbehaves()
    card = await room.card(image)
    swr.misbehaves({"kind": "5xx", "method": "POST", "status": status, "times": 0})
    await room.clicks("Create")
    settled = await room.becomes(card)
    assert f"failed with {status}" in settled["plain"]
    assert "button" not in str(settled["blocks"])


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "ratelimited", "retry_after": 1}, "ratelimited"),
        ({"kind": "http-500", "times": 2}, ""),
        ({"kind": "reset"}, ""),
    ],
)
async def test_an_answer_that_slack_limits_or_loses_arrives(
    room: "Room", may_refuse: list[str], fault: dict[str, object], error: str
) -> None:
    """Through the response URL, when Slack takes it."""
    may_refuse += [error, "internal_error"]
    await room.faults({"method": "response_url", **fault})
    await room.types("repo info payments/taken")
    assert (await room.sees("payments/taken is private"))["ephemeral"]
    assert await room.calls("chat.postEphemeral") == []


@pytest.mark.parametrize(
    ("channel", "method", "seen_in"),
    [("general", "chat.postEphemeral", GENERAL), ("random", "chat.postMessage", "D0ADA00000")],
)
async def test_an_answer_whose_response_url_is_used_up_comes_as_a_message(
    room: "Room", may_refuse: list[str], channel: str, method: str, seen_in: str
) -> None:
    """To the asker alone; as a direct message where the bot is no member."""
    may_refuse += ["used_url", "not_in_channel", "channel_not_found"]
    await room.faults({"kind": "error", "method": "response_url", "error": "used_url", "times": 0})
    await room.types("repo info payments/taken", channel=channel)
    await room.sees("payments/taken is private")
    assert "payments/taken is private" in str(await room.channel(seen_in))
    assert (await room.calls(method))[-1]["error"] is None
    assert "payments/taken" not in str((await room.screen("grace"))["channels"])


async def test_an_answer_after_half_an_hour_comes_as_a_message(
    room: "Room", swr: "Server", image: str, may_refuse: list[str]
) -> None:
    """Slack's own clock ends a response URL; a create that took long is told all the same."""
    may_refuse.append("expired_url")
    await room.card(image)
    swr.misbehaves({"kind": "latency", "method": "POST", "milliseconds": 700})
    await room.clicks("Create")
    await room.sees(f"Creating {image}.")
    await room.turn_clock(31 * 60)
    await room.sees(f"Created {image} in cn-north-4.")
    assert (await room.calls("chat.postEphemeral"))[-1]["error"] is None


async def test_errors_of_slacks_api_end_as_a_sentence(room: "Room", may_refuse: list[str]) -> None:
    """A form that Slack does not open, and a conversation that it does not let the bot into."""
    may_refuse += ["internal_error", "channel_not_found"]
    await room.faults({"kind": "error", "method": "views.open", "error": "internal_error", "times": 0})
    await room.types("repo create")
    await room.sees("Something went wrong inside this bot.")
    await room.faults({"kind": "error", "method": "chat.postEphemeral", "error": "channel_not_found"})
    await room.writes("@swr org lst")
    await room.sees("Did you mean")
    assert "Did you mean" in str(await room.channel("D0ADA00000"))
    await room.faults({"kind": "ratelimited", "method": "chat.postEphemeral", "retry_after": 1})
    may_refuse.append("ratelimited")
    await room.writes("@swr repo crate payments/api")
    assert await room.sees("There is no command repo crate.")


async def test_a_form_that_comes_too_late_is_a_sentence(room: "Room", may_refuse: list[str]) -> None:
    """Slack's right to open one ends after three seconds, by its own clock."""
    may_refuse.append("expired_trigger_id")
    await room.faults({"kind": "slow", "method": "views.open", "milliseconds": 300})
    await room.types("repo create")
    await room.turn_clock(4)
    assert await room.sees("came too late")
