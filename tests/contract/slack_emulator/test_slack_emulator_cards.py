"""Cards with buttons: who sees them, who can press them, and what an answer through a response URL may do."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from swr_bot.emulators.slack.desk import Desk, Json

App = Any  # slack_bolt's own annotations are incomplete
Client = Any  # slack_sdk's own annotations are incomplete
Ack = Callable[..., Awaitable[object]]
Connect = Callable[[App], Awaitable[Any]]

BUTTON = {"type": "button", "text": {"type": "plain_text", "text": "Create"}, "action_id": "create", "value": "n1"}
CONFIRM = {"title": {"type": "plain_text", "text": "Sure?"}, "text": {"type": "plain_text", "text": "It is public."}}


def card(*elements: Json) -> list[Json]:
    """Blocks with some buttons."""
    return [{"type": "actions", "elements": list(elements or (BUTTON,))}]


@pytest.fixture
def clicks() -> list[Json]:
    """What clicks brought to the app."""
    return []


@pytest.fixture
def bot(app: App, clicks: list[Json]) -> App:
    """An app that shows a card on /swr and keeps what clicks bring."""

    @app.command("/swr")
    async def command(ack: Ack) -> None:
        await ack(text="Create it?", blocks=card())

    @app.action("create")
    async def click(ack: Ack, body: Json) -> None:
        clicks.append(body)
        await ack()

    return app


async def post(url: str, **content: object) -> tuple[int, str]:
    """An answer through a response URL."""
    async with aiohttp.ClientSession() as session, session.post(url, json=content) as response:
        return response.status, await response.text()


async def test_a_click_on_an_ephemeral_card_can_replace_it_by_its_response_url_only(
    desk: Desk, bot: App, clicks: list[Json], connect: Connect, client: Client
) -> None:
    """chat.update and chat.delete do not know ephemeral messages; the response URL of the click does."""
    await connect(bot)
    shown = await desk.do("ada", "command", channel="general", command="/swr")
    outcome = await desk.do("ada", "click", channel="general", label="Create")
    body = clicks[0]
    assert (outcome["error"], body["actions"][0]["value"]) == (None, "n1")
    assert (body["container"]["is_ephemeral"], "message" in body) == (True, False)
    refused = await client.api_call("auth.test")
    assert refused["ok"]
    for method in ("chat.update", "chat.delete"):
        with pytest.raises(Exception, match="message_not_found"):
            await client.api_call(
                method, json={"channel": "C0GENERAL0", "ts": shown["ts"]} | ({"text": "x"} if "up" in method else {})
            )
    assert await post(body["response_url"], replace_original=True, text="Created.") == (200, "ok")
    assert [(each["text"], each["ts"]) for each in await desk.channel("general")] == [("Created.", shown["ts"])]


async def test_a_response_url_works_five_times_in_half_an_hour(
    desk: Desk, bot: App, clicks: list[Json], connect: Connect
) -> None:
    """The sixth answer is refused as used, a late one as expired, an invented one as invalid."""
    await connect(bot)
    await desk.do("ada", "command", channel="general", command="/swr")
    await desk.do("ada", "click", channel="general", label="Create")
    await desk.do("ada", "click", channel="general", label="Create")
    first, second = (each["response_url"] for each in clicks)
    answers = [await post(first, text=f"answer {number}") for number in range(6)]
    assert [status for status, _ in answers] == [200] * 5 + [404]
    assert "used_url" in answers[5][1]
    await desk.turn_clock(30 * 60 + 1)
    assert "expired_url" in (await post(second, text="late"))[1]
    assert "invalid_url" in (await post(first + "x", text="?"))[1]
    texts = [each["text"] for each in await desk.channel("general")]
    assert texts == ["Create it?", *(f"answer {number}" for number in range(5))]


async def test_a_bad_answer_through_a_response_url_is_refused_and_uses_nothing_up(
    desk: Desk, bot: App, clicks: list[Json], connect: Connect
) -> None:
    """Unknown members, bad blocks and empty answers are refused with Slack's names."""
    await connect(bot)
    await desk.do("ada", "command", channel="general", command="/swr")
    await desk.do("ada", "click", channel="general", label="Create")
    url = clicks[0]["response_url"]
    assert "invalid_arguments" in (await post(url, text="x", colour="red"))[1]
    assert "invalid_blocks" in (await post(url, text="x", blocks=[{"type": "alert"}]))[1]
    assert "no_text" in (await post(url, replace_original=True))[1]
    assert [(await post(url, text="x"))[0] for _ in range(5)] == [200] * 5


async def test_an_original_can_be_deleted_and_thread_answers_stay_in_their_thread(
    desk: Desk, bot: App, clicks: list[Json], connect: Connect, client: Client
) -> None:
    """delete_original takes the card away; thread_ts puts an answer into a thread."""
    await connect(bot)
    posted = await client.chat_postMessage(channel="general", text="Create it?", blocks=card())
    await desk.do("grace", "click", channel="general", action_id="create")
    url = clicks[0]["response_url"]
    assert clicks[0]["message"]["ts"] == posted["ts"]
    await post(url, text="in the thread", response_type="in_channel", thread_ts=posted["ts"])
    await post(url, delete_original=True)
    assert [(each["text"], each["thread_ts"]) for each in await desk.channel("general")] == [
        ("in the thread", posted["ts"])
    ]
    state = (await desk.ask("GET", "state"))[1]
    general = next(each for each in state["channels"] if each["name"] == "general")
    assert [each["deleted"] for each in general["messages"]] == [True, False]


async def test_only_what_is_on_the_screen_can_be_pressed(
    desk: Desk, bot: App, clicks: list[Json], connect: Connect, client: Client
) -> None:
    """Foreign ephemeral cards, hidden buttons and unknown labels are refused, and the refusal says what is there."""
    await connect(bot)
    await desk.do("ada", "command", channel="general", command="/swr")
    assert "no controls at all" in await desk.cannot("grace", "click", channel="general", label="Create")
    hidden = {**BUTTON, "visible_to_user_ids": ["U0ADA00000"]}
    await client.chat_postMessage(channel="general", text="x", blocks=card(hidden))
    assert "no controls" in await desk.cannot("grace", "click", channel="general", label="Create")
    assert "create (Create)" in await desk.cannot("ada", "click", channel="general", label="Cancel")
    assert "no modal open" in await desk.cannot("ada", "click", label="Create")
    assert clicks == []


async def test_a_confirmation_dialog_wants_an_answer_first(
    desk: Desk, bot: App, clicks: list[Json], connect: Connect, client: Client
) -> None:
    """Saying no sends nothing; saying yes sends the click."""
    await connect(bot)
    await client.chat_postMessage(channel="general", text="x", blocks=card({**BUTTON, "confirm": CONFIRM}))
    assert "Sure?" in await desk.cannot("ada", "click", channel="general", label="Create")
    assert not (await desk.do("ada", "click", channel="general", label="Create", confirm=False))["sent"]
    assert (await desk.do("ada", "click", channel="general", label="Create", confirm=True))["sent"]
    assert len(clicks) == 1


async def test_two_clicks_at_once_are_two_payloads(desk: Desk, bot: App, clicks: list[Json], connect: Connect) -> None:
    """Slack does not hold a second click back."""
    await connect(bot)
    await desk.do("ada", "command", channel="general", command="/swr")
    await asyncio.gather(*(desk.do("ada", "click", channel="general", label="Create") for _ in range(2)))
    assert len({body["trigger_id"] for body in clicks}) == 2


async def test_a_button_nobody_answers_leaves_a_trace_on_the_screen(
    desk: Desk, bot: App, connect: Connect, client: Client
) -> None:
    """An action without a listener times out, and the person sees that something went wrong."""
    await connect(bot)
    other = {**BUTTON, "action_id": "from_an_older_release"}
    await client.chat_postMessage(channel="general", text="x", blocks=card(other))
    click = asyncio.ensure_future(desk.do("ada", "click", channel="general", label="Create"))
    await desk.connected(1)
    while not click.done():
        await desk.turn_clock(1)
    assert (await click)["error"] == "operation_timeout"
    assert (await desk.screen())["notices"][0]["channel"] == "C0GENERAL0"


async def test_pings_are_told_apart_from_text_that_only_looks_like_one(desk: Desk, client: Client) -> None:
    """A mention in mrkdwn pings; the same characters in plain_text or as entities do not."""
    plain = [{"type": "section", "text": {"type": "plain_text", "text": "<!channel> <@U0ADA00000>"}}]
    marked = [{"type": "section", "text": {"type": "mrkdwn", "text": "<!channel> <@U0ADA00000>"}}]
    rich = [
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "<!here>"}]}],
        }
    ]
    for text, blocks in (("safe &lt;!channel&gt;", plain), ("x", marked), ("<!here>", None), ("y", rich)):
        await client.chat_postMessage(channel="general", text=text, blocks=blocks)
    pings = [each["pings"] for each in await desk.channel("general")]
    assert pings == [[], ["channel", "U0ADA00000"], ["here"], []]
