"""The bot mentioned in channels and threads, where slash commands do not work."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.faces.slack.conftest import Bot, Desk

CREATED = "Created payments/api in cn-north-4."


async def asked_in_thread(desk: "Desk", text: str) -> str:
    """A thread under a message of Grace's in which Ada mentions the bot; returns the thread's ts."""
    first = await desk.do("grace", "message", channel="general", text="Which image is that?")
    await desk.do("ada", "message", channel="general", text=text, thread_ts=first["ts"])
    return str(first["ts"])


@pytest.mark.usefixtures("bot")
async def test_a_look_up_in_a_thread_is_answered_in_the_thread(desk: "Desk") -> None:
    """Everybody saw the question, so everybody sees the answer."""
    thread = await asked_in_thread(desk, "@swr repo info payments/taken")
    answer = await desk.says("payments/taken is private", person="grace")
    assert answer["thread_ts"] == thread


@pytest.mark.usefixtures("bot")
async def test_a_mention_in_a_channel_is_answered_under_it(desk: "Desk") -> None:
    """A thread begins there, and the channel stays quiet."""
    asked = await desk.do("ada", "message", channel="general", text="hey @swr payments/taken:1.2")
    answer = await desk.says("payments/taken is private", person="grace")
    assert answer["thread_ts"] == asked["ts"]


async def test_a_create_in_a_thread_is_asked_of_the_asker_alone(desk: "Desk", bot: "Bot") -> None:
    """In that thread; the card then turns into the outcome."""
    thread = await asked_in_thread(desk, "@swr repo create payments/api")
    card = await desk.says("Create the repository payments/api?")
    assert card["thread_ts"] == thread
    assert card["ephemeral"]
    await desk.click("Create")
    outcome = await desk.says(CREATED)
    assert outcome["ts"] == card["ts"]
    await bot.quiet()
    assert not any("Create" in text for text in await desk.messages("grace"))


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("@swr", "org list"),
        ("@swr help repo info", "Look up a repository"),
        ("@swr repo crate payments/api", "Did you mean /swr repo create?"),
        ("@swr repo create", "repo create needs ORG/NAME."),
        ("thanks @swr", "org list"),
        ("@swr pending", "Nothing waits for you."),
    ],
)
async def test_everything_else_is_told_to_the_asker_alone(desk: "Desk", text: str, shown: str) -> None:
    """A thread of many is no place for one person's typing mistakes."""
    await asked_in_thread(desk, text)
    await desk.says(shown)
    assert not any(shown in seen for seen in await desk.messages("grace"))


async def test_an_event_that_slack_sends_again_is_answered_once(desk: "Desk", bot: "Bot") -> None:
    """Slack repeats events that it does not know to have arrived."""
    await desk.faults({"kind": "duplicate", "method": "events_api", "times": 0})
    await desk.do("ada", "message", channel="general", text="@swr payments/taken")
    await desk.says("payments/taken is private")
    await bot.quiet()
    assert sum("payments/taken is private" in text for text in await desk.messages()) == 1


async def test_another_bot_is_not_answered(desk: "Desk", bot: "Bot") -> None:
    """Two bots that answer each other never end."""
    event = {"type": "app_mention", "user": "U0OTHERBOT", "bot_id": "B1", "text": "<@U0SWRBOT00> help", "ts": "1.1"}
    body = {
        "type": "event_callback",
        "team_id": "T0EMULATOR",
        "event_id": "Ev1",
        "event": {**event, "channel": "C0GENERAL0"},
    }
    assert (await bot.dispatch(body)).status == 200
    await bot.quiet()
    assert await desk.messages() == []
    assert await desk.refused() == []


@pytest.mark.usefixtures("bot")
async def test_a_mention_in_a_direct_message_channel_of_other_kinds_does_no_harm(desk: "Desk") -> None:
    """Events that nobody subscribed this bot to are taken and forgotten."""
    outcome = await desk.do("ada", "message", channel="general", text="just talking")
    assert outcome["error"] is None
    assert len(await desk.messages()) == 1
