"""Modals: opened by a trigger, filled in, answered with errors, updates and pushes, closed."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from swr_bot.emulators.slack.desk import Desk, Json

App = Any  # slack_bolt's own annotations are incomplete
Client = Any  # slack_sdk's own annotations are incomplete
Ack = Callable[..., Awaitable[object]]
Connect = Callable[[App], Awaitable[Any]]


def text(content: str) -> Json:
    """A plain text object."""
    return {"type": "plain_text", "text": content}


def field(name: str, element: Json, **more: object) -> Json:
    """An input block."""
    return {"type": "input", "block_id": name, "label": text(name.title()), "element": element, **more}


FORM = (
    field("org", {"type": "external_select", "action_id": "org", "min_query_length": 1}),
    field("name", {"type": "plain_text_input", "action_id": "name", "max_length": 10}),
    field(
        "kind",
        {
            "type": "static_select",
            "action_id": "kind",
            "options": [{"text": text(each), "value": each} for each in ("linux", "other")],
            "initial_option": {"text": text("linux"), "value": "linux"},
        },
    ),
    field("note", {"type": "plain_text_input", "action_id": "note"}, optional=True),
)


def modal(*blocks: Json, **more: object) -> Json:
    """A modal with some blocks."""
    shown = list(blocks or FORM)
    return {
        "type": "modal",
        "title": text("New"),
        "submit": text("Next"),
        "blocks": shown,
        "callback_id": "form",
        **more,
    }


def leaf(words: str, **more: object) -> Json:
    """A modal that only says something."""
    return modal({"type": "section", "text": text(words)}, **more)


class Bot:
    """An app that opens what it is told to open, and answers as it is told to answer."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.view: Json = modal()
        self.answer: Json = {}
        self.options: Any = {"options": [{"text": text("Payments"), "value": "payments"}]}
        self.opened: list[Json] = []
        self.bodies: list[Json] = []
        self.app.shortcut("new")(self.open)
        self.app.options("org")(self.offer)
        self.app.view("form")(self.submit)
        self.app.view_closed("form")(self.submit)
        self.app.action("more")(self.keep)

    async def open(self, ack: Ack, body: Json, client: Client) -> None:
        """A shortcut opens the view."""
        await ack()
        self.opened.append((await client.views_open(trigger_id=body["trigger_id"], view=self.view))["view"])

    async def offer(self, ack: Ack, body: Json) -> None:
        """Type-ahead."""
        self.bodies.append(body)
        await ack(self.options)

    async def submit(self, ack: Ack, body: Json) -> None:
        """A submission or a closing."""
        self.bodies.append(body)
        await ack(**self.answer)

    async def keep(self, ack: Ack, body: Json) -> None:
        """A button in a view."""
        self.bodies.append(body)
        await ack()


@pytest.fixture
async def bot(app: App, connect: Connect) -> Bot:
    """A connected app with a form."""
    bot = Bot(app)
    await connect(bot.app)
    return bot


async def open_form(desk: Desk) -> Json:
    """Ada picks the shortcut and waits for the modal."""
    await desk.do("ada", "shortcut", callback_id="new")
    return (await desk.until(lambda shown: bool(shown["views"])))["views"][-1]


async def test_a_form_is_filled_in_and_its_values_reach_the_app(desk: Desk, bot: Bot) -> None:
    """Type-ahead asks the app, the choice is one of what it offered, and state.values has everything."""
    await open_form(desk)
    assert (await desk.do("ada", "type-ahead", action_id="org", text=""))["sent"] is False
    assert "Type into it first" in await desk.cannot("ada", "choose", action_id="org", value="payments")
    offered = await desk.do("ada", "type-ahead", label="Org", text="pay")
    assert [each["value"] for each in offered["options"]] == ["payments"]
    await desk.do("ada", "choose", action_id="org", value="payments")
    await desk.do("ada", "type-ahead", action_id="org", text="")
    assert "there is nothing" in await desk.cannot("ada", "choose", action_id="org", value="payments")
    await desk.do("ada", "choose", action_id="name", value="api")
    await desk.do("ada", "choose", action_id="kind", value="other")
    outcome = await desk.do("ada", "submit")
    assert (outcome["error"], outcome["errors"], (await desk.screen())["views"]) == (None, {}, [])
    values = bot.bodies[-1]["view"]["state"]["values"]
    assert values["org"]["org"]["selected_option"]["value"] == "payments"
    assert values["name"]["name"] == {"type": "plain_text_input", "value": "api"}
    assert values["kind"]["kind"]["selected_option"]["value"] == "other"
    assert values["note"]["note"]["value"] is None
    assert bot.bodies[0]["type"] == "block_suggestion"


async def test_slack_itself_holds_back_what_is_missing_or_too_long(desk: Desk, bot: Bot) -> None:
    """Required fields and lengths are checked before the app hears of anything."""
    await open_form(desk)
    await desk.do("ada", "choose", action_id="name", value="elevenchars")
    outcome = await desk.do("ada", "submit")
    assert outcome["sent"] is False
    assert outcome["errors"] == {
        "org": "Please complete this required field.",
        "name": "Please use at most 10 characters.",
    }
    assert bot.bodies == []


async def test_errors_stand_under_their_fields(desk: Desk, bot: Bot) -> None:
    """The modal stays open with the app's sentences; an unknown block id is trouble, as on Slack."""
    bot.view = modal(FORM[1])
    await open_form(desk)
    await desk.do("ada", "choose", action_id="name", value="API")
    bot.answer = {"response_action": "errors", "errors": {"name": "Use lower case: api"}}
    assert (await desk.do("ada", "submit"))["errors"] == {"name": "Use lower case: api"}
    assert (await desk.screen())["views"][0]["errors"] == {"name": "Use lower case: api"}
    bot.answer = {"response_action": "errors", "errors": {"nome": "?"}}
    outcome = await desk.do("ada", "submit")
    assert (outcome["error"], outcome["notice"]) == ("invalid_errors", "We had some trouble connecting. Try again?")


async def test_a_submission_may_update_push_and_clear(desk: Desk, bot: Bot) -> None:
    """Three views stack at most; clear takes all of them away."""
    bot.view = leaf("one")
    await open_form(desk)
    bot.answer = {"response_action": "update", "view": leaf("still one")}
    await desk.do("ada", "submit")
    for words in ("two", "three"):
        bot.answer = {"response_action": "push", "view": leaf(words)}
        assert (await desk.do("ada", "submit"))["error"] is None
    shown = (await desk.screen())["views"]
    assert [view["blocks"][0]["text"]["text"] for view in shown] == ["still one", "two", "three"]
    assert (shown[2]["previous_view_id"], shown[2]["root_view_id"]) == (shown[1]["id"], shown[0]["id"])
    bot.answer = {"response_action": "push", "view": leaf("four")}
    assert (await desk.do("ada", "submit"))["error"] == "push_limit_reached"
    bot.answer = {"response_action": "clear"}
    await desk.do("ada", "submit")
    assert (await desk.screen())["views"] == []


async def test_a_view_that_slack_refuses_in_an_acknowledgement_is_trouble(desk: Desk, bot: Bot) -> None:
    """The person sees trouble, and the faults are there to read."""
    bot.view = leaf("one")
    await open_form(desk)
    bot.answer = {"response_action": "update", "view": {**leaf("x"), "title": text("t" * 25)}}
    outcome = await desk.do("ada", "submit")
    assert outcome["error"] == "invalid_view"
    assert outcome["messages"] == ["[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"]
    bot.answer = {"response_action": "replace"}
    assert (await desk.do("ada", "submit"))["error"] == "invalid_response_action"


async def test_bad_options_are_refused(desk: Desk, bot: Bot) -> None:
    """An answer to type-ahead is checked too."""
    await open_form(desk)
    bot.options = {"options": [{"text": text("x" * 76), "value": "x"}]}
    outcome = await desk.do("ada", "type-ahead", action_id="org", text="x")
    assert (outcome["error"], outcome["options"]) == ("invalid_options", [])


async def test_a_trigger_id_works_once_and_for_three_seconds(desk: Desk, client: Client, app: App) -> None:
    """A second use, a late one and an invented one each have their own error."""
    triggers: list[str] = []

    @app.command("/swr")
    async def command(ack: Ack, command: Json) -> None:
        triggers.append(command["trigger_id"])
        await ack()

    first, second = [await _trigger(desk, app, triggers) for _ in range(2)]
    await client.views_open(trigger_id=first, view=leaf("x"))
    await desk.turn_clock(3.1)
    for trigger, error in ((first, "exchanged"), (second, "expired"), ("1.2.3", "invalid")):
        with pytest.raises(SlackApiError, match=f"{error}_trigger_id"):
            await client.views_open(trigger_id=trigger, view=leaf("x"))


async def _trigger(desk: Desk, app: App, triggers: list[str]) -> str:
    from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

    handler = AsyncSocketModeHandler(app, desk.announcement["app_token"])
    await handler.connect_async()
    await desk.connected(1)
    await desk.do("ada", "command", channel="general", command="/swr")
    await handler.close_async()
    await desk.connected(0)
    return triggers[-1]


async def test_an_update_needs_the_newest_hash_and_an_open_view(desk: Desk, bot: Bot, client: Client) -> None:
    """What was filled in survives an update that keeps the field; old hashes and closed views are refused."""
    bot.view = modal(FORM[1])
    shown = await open_form(desk)
    await desk.do("ada", "choose", action_id="name", value="api")
    updated = await client.views_update(view_id=shown["id"], hash=shown["hash"], view=modal(FORM[1], FORM[3]))
    assert updated["view"]["state"]["values"]["name"]["name"]["value"] == "api"
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=shown["id"], hash=shown["hash"], view=modal())
    await desk.do("ada", "close")
    with pytest.raises(SlackApiError, match="not_found"):
        await client.views_update(view_id=shown["id"], view=modal())


async def test_closing_is_told_when_the_view_asks_for_it(desk: Desk, bot: Bot) -> None:
    """notify_on_close brings a view_closed; without it nothing is sent."""
    bot.view = leaf("x")
    await open_form(desk)
    assert (await desk.do("ada", "close"))["sent"] is False
    bot.view = leaf("x", notify_on_close=True)
    await open_form(desk)
    assert (await desk.do("ada", "close", everything=True))["sent"] is True
    assert (bot.bodies[-1]["type"], bot.bodies[-1]["is_cleared"]) == ("view_closed", True)


async def test_a_button_in_a_modal_gives_a_trigger_to_push_with(desk: Desk, bot: Bot, client: Client) -> None:
    """views.push needs a trigger that arose in a modal; one from a command does not do."""
    button = {"type": "button", "text": text("More"), "action_id": "more", "value": "1"}
    bot.view = modal({"type": "actions", "elements": [button]})
    await open_form(desk)
    await desk.do("ada", "click", label="More")
    await client.views_push(trigger_id=bot.bodies[-1]["trigger_id"], view=leaf("over it"))
    assert len((await desk.screen())["views"]) == 2


async def test_the_home_tab_is_published_for_one_person(desk: Desk, bot: Bot, client: Client) -> None:
    """Only its person sees it, and its buttons work there."""
    button = {"type": "button", "text": text("More"), "action_id": "more", "value": "1"}
    home = {"type": "home", "blocks": [{"type": "actions", "elements": [button]}]}
    published = await client.views_publish(user_id="U0ADA00000", view=home)
    assert (await desk.screen())["home"]["id"] == published["view"]["id"]
    assert (await desk.screen("grace"))["home"] is None
    await desk.do("ada", "click", home=True, action_id="more")
    assert bot.bodies[-1]["container"] == {"type": "view", "view_id": published["view"]["id"]}


@pytest.mark.parametrize(
    ("element", "value", "kept"),
    [
        ({"type": "users_select"}, "grace", {"selected_user": "U0GRACE000"}),
        ({"type": "conversations_select"}, "general", {"selected_conversation": "C0GENERAL0"}),
        ({"type": "datepicker"}, "2026-11-21", {"selected_date": "2026-11-21"}),
        ({"type": "multi_users_select"}, ["grace", "joan"], {"selected_users": ["U0GRACE000", "U0JOAN0000"]}),
        (
            {"type": "checkboxes", "options": [{"text": text("Public"), "value": "public"}]},
            ["public"],
            {"selected_options": [{"text": text("Public"), "value": "public"}]},
        ),
        (
            {"type": "radio_buttons", "options": [{"text": text("Public"), "value": "public"}]},
            "Public",
            {"selected_option": {"text": text("Public"), "value": "public"}},
        ),
    ],
)
async def test_every_kind_of_control_can_be_filled_in(
    desk: Desk, bot: Bot, element: Json, value: object, kept: Json
) -> None:
    """Values stand in state.values under the name Slack gives them."""
    bot.view = modal(field("it", {**element, "action_id": "it"}))
    await open_form(desk)
    await desk.do("ada", "choose", action_id="it", value=value)
    await desk.do("ada", "submit")
    assert bot.bodies[-1]["view"]["state"]["values"]["it"]["it"] == {"type": element["type"], **kept}


async def test_an_apps_own_view_id_is_taken_once(desk: Desk, bot: Bot, client: Client) -> None:
    """Two open views cannot share an external id; one may keep its own, and is found by it."""
    home = {"type": "home", "blocks": [{"type": "divider"}], "external_id": "mine"}
    await client.views_publish(user_id="U0ADA00000", view=home)
    await client.views_update(external_id="mine", view=home)
    bot.view = leaf("x", external_id="other")
    shown = await open_form(desk)
    with pytest.raises(SlackApiError, match="duplicate_external_id"):
        await client.views_update(view_id=shown["id"], view=leaf("x", external_id="mine"))
