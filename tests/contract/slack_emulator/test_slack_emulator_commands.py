"""Commands, messages and shortcuts, from a person's fingers to slack_bolt and back."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from swr_bot.emulators.slack import SlackOptions
from swr_bot.emulators.slack.desk import Desk, Json

App = Any  # slack_bolt's own annotations are incomplete
Ack = Callable[..., Awaitable[object]]
Connect = Callable[[App], Awaitable[Any]]
Next = Callable[[], Awaitable[object]]


def collecting(app: App) -> list[Json]:
    """Everything the app is sent from now on, acknowledged at once."""
    seen: list[Json] = []

    @app.use
    async def keep(body: Json, next_: Next) -> None:
        seen.append(body)
        await next_()

    @app.command("/swr")
    async def command(ack: Ack) -> None:
        await ack()

    for kind in ("app_mention", "message", "app_home_opened"):

        @app.event(kind)
        async def event() -> None:
            pass

    for kind in ("new", "from-message"):

        @app.shortcut(kind)
        async def shortcut(ack: Ack) -> None:
            await ack()

    return seen


async def test_a_command_reaches_the_app_and_its_answer_is_shown_to_its_person_only(
    desk: Desk, connect: Connect, app: App
) -> None:
    """An ephemeral answer in the acknowledgement appears where the command was typed, and nobody else sees it."""
    seen: list[Json] = []

    @app.command("/swr")
    async def answer(ack: Ack, command: Json) -> None:
        seen.append(command)
        await ack("Here you are.")

    await connect(app)
    outcome = await desk.do("ada", "command", channel="general", command="/swr", text="repo info a<b & c")
    assert (outcome["sent"], outcome["error"], outcome["ack"]["transport"]) == (True, None, "socket")
    assert seen[0]["text"] == "repo info a&lt;b &amp; c"
    assert [each["text"] for each in await desk.channel("general")] == ["Here you are."]
    assert await desk.channel("general", "grace") == []


async def test_an_answer_in_channel_is_shown_to_all_and_can_be_raw(desk: Desk, connect: Connect, app: App) -> None:
    """What the app shares everybody sees; raw text is not touched on its way to the app."""

    @app.command("/swr")
    async def answer(ack: Ack, command: Json) -> None:
        await ack(text=command["text"], response_type="in_channel")

    await connect(app)
    await desk.do("ada", "command", channel="general", command="/swr", text="<http://h/p|h/p>", raw=True)
    shown = await desk.channel("general", "grace")
    assert [(each["text"], each["ephemeral"]) for each in shown] == [("<http://h/p|h/p>", False)]


async def test_a_command_in_a_thread_never_leaves_slack(desk: Desk, connect: Connect, app: App) -> None:
    """Slash commands do not work in threads; the person is told so by Slack itself."""
    seen = collecting(app)
    await connect(app)
    first = await desk.do("ada", "message", channel="random", text="hello")
    outcome = await desk.do("ada", "command", channel="random", command="/swr", thread_ts=first["ts"])
    assert (outcome["sent"], outcome["error"]) == (False, "not_supported_in_thread")
    assert (await desk.screen())["notices"][0]["text"] == "/swr is not supported in threads. Sorry!"
    assert seen == []


async def test_nobody_listening_fails_at_once(desk: Desk) -> None:
    """Without a connection the person sees that the dispatch failed."""
    outcome = await desk.do("ada", "command", channel="general", command="/swr")
    assert outcome["error"] == "dispatch_failed"
    assert "dispatch_failed" in (await desk.screen())["notices"][0]["text"]


async def test_an_acknowledgement_after_three_seconds_is_too_late(desk: Desk, connect: Connect, app: App) -> None:
    """By the workspace's clock: turning it on makes the wait short."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    @app.command("/swr")
    async def answer(ack: Ack) -> None:
        begun.set()
        await go_on.wait()
        await ack("too late")

    await connect(app)
    typing = asyncio.ensure_future(desk.do("ada", "command", channel="general", command="/swr"))
    await asyncio.wait_for(begun.wait(), 5)
    await desk.turn_clock(3)
    outcome = await asyncio.wait_for(typing, 2)
    go_on.set()
    assert outcome["error"] == "operation_timeout"
    assert await desk.channel("general") == []


async def test_a_bad_answer_in_the_acknowledgement_is_shown_as_slack_shows_it(
    desk: Desk, connect: Connect, app: App
) -> None:
    """Blocks that Slack refuses make the command fail, and the faults are there to read."""

    @app.command("/swr")
    async def answer(ack: Ack) -> None:
        await ack(text="x", blocks=[{"type": "section", "text": {"type": "text", "text": "x"}}])

    await connect(app)
    outcome = await desk.do("ada", "command", channel="general", command="/swr")
    assert outcome["error"] == "invalid_command_response"
    assert outcome["messages"] == [
        "invalid_blocks",
        "[ERROR] unsupported type: text [json-pointer:/blocks/0/text/type]",
    ]
    assert (await desk.refused())[-1]["error"] == "invalid_blocks"


async def test_somebody_of_another_workspace_comes_with_their_own_team(desk: Desk, connect: Connect, app: App) -> None:
    """In a shared channel the payload names the team of the person, not the one the app is installed in."""
    seen = collecting(app)
    await connect(app)
    await desk.do("vera", "command", channel="partners", command="/swr", text="help")
    assert (seen[0]["team_id"], seen[0]["user_id"]) == ("T0PARTNER0", "U0VERA0000")
    assert "cannot see" in await desk.cannot("vera", "command", channel="general", command="/swr")


@pytest.mark.parametrize(
    ("person", "deed", "body", "says"),
    [
        ("otto", "command", {"channel": "general", "command": "/swr"}, "deactivated"),
        ("swr", "message", {"channel": "general", "text": "x"}, "is the app"),
        ("nobody", "submit", {}, "Nobody here is called"),
        ("grace", "message", {"channel": "platform", "text": "x"}, "cannot see"),
        ("ada", "message", {"channel": "archived", "text": "x"}, "archived"),
        ("ada", "message", {"channel": "general", "text": " "}, "1 to 12,000"),
        ("ada", "message", {"channel": "general", "text": "x", "thread_ts": "1.2"}, "no message 1.2"),
        ("ada", "command", {"channel": "general", "command": "swr"}, "begins with a slash"),
        ("ada", "submit", {}, "no modal open"),
    ],
)
async def test_what_nobody_could_do_is_a_clear_error(desk: Desk, person: str, deed: str, body: Json, says: str) -> None:
    """A test that asks for the impossible is told, with a 409."""
    assert says in await desk.cannot(person, deed, **body)


async def test_a_mention_in_a_thread_becomes_two_events_with_slacks_markup(
    desk: Desk, connect: Connect, app: App
) -> None:
    """Handles become ids, addresses links, and characters entities, as in real events."""
    seen = collecting(app)
    await connect(app)
    first = await desk.do("ada", "message", channel="general", text="look")
    await desk.do(
        "ada", "message", channel="general", text="@swr repo info <a> http://h/p @grace @who", thread_ts=first["ts"]
    )
    events = [each["event"] for each in seen]
    assert [each["type"] for each in events] == ["message", "app_mention", "message"]
    assert events[1]["text"] == "<@U0SWRBOT00> repo info &lt;a&gt; <http://h/p> <@U0GRACE000> @who"
    assert events[1]["thread_ts"] == first["ts"]
    assert seen[1]["authorizations"][0]["user_id"] == "U0SWRBOT00"


async def test_a_mention_where_the_app_is_not_a_member_is_not_delivered(desk: Desk, connect: Connect, app: App) -> None:
    """Slack tells the person that the app was not told."""
    seen = collecting(app)
    await connect(app)
    await desk.do("ada", "message", channel="random", text="@swr help")
    assert seen == []
    assert (await desk.screen())["notices"][0]["error"] == "not_in_channel"


async def test_shortcuts_and_the_home_tab_reach_the_app(desk: Desk, connect: Connect, app: App) -> None:
    """A global shortcut has a trigger id; one on a message brings the message and a response URL."""
    seen = collecting(app)
    await connect(app)
    first = await desk.do("ada", "message", channel="random", text="make group/app")
    await desk.do("ada", "shortcut", callback_id="new")
    await desk.do("ada", "message-shortcut", callback_id="from-message", channel="random", message_ts=first["ts"])
    await desk.do("ada", "open-home")
    assert [each.get("type") for each in seen] == ["shortcut", "message_action", "event_callback"]
    assert seen[0]["trigger_id"]
    assert (seen[1]["message"]["text"], bool(seen[1]["response_url"])) == ("make group/app", True)
    assert seen[2]["event"]["tab"] == "home"


async def test_an_enterprise_is_named_in_every_payload(desk_of: Callable[[SlackOptions], Desk]) -> None:
    """Commands have its id and name as fields, interactions as an object, events as their context."""
    desk = desk_of(SlackOptions(enterprise=True))
    client = AsyncWebClient(token=desk.announcement["bot_token"], base_url=desk.announcement["api_url"])
    app: App = AsyncApp(client=client, process_before_response=True)
    seen = collecting(app)
    handler = AsyncSocketModeHandler(app, desk.announcement["app_token"])
    await handler.connect_async()
    await desk.connected(1)
    await desk.do("ada", "command", channel="general", command="/swr")
    await desk.do("ada", "shortcut", callback_id="new")
    await desk.do("ada", "open-home")
    await handler.close_async()
    assert (seen[0]["enterprise_id"], seen[0]["enterprise_name"]) == ("E0EMULATOR", "Emulated Enterprise")
    assert seen[1]["enterprise"] == {"id": "E0EMULATOR", "name": "Emulated Enterprise"}
    assert seen[2]["context_enterprise_id"] == "E0EMULATOR"
