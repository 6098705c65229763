"""Whom the bot listens to: members of its workspace, and nobody who only shares a channel with them."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from swr_bot.slack_app.config import SlackConfig
from swr_bot.slack_app.starting import examine, start
from swr_tools.clock import ManualClock
from swr_tools.errors import SettingsInvalid, Unavailable

if TYPE_CHECKING:
    from tests.faces.slack.conftest import Bot, Desk, Surroundings

Start = Callable[["Surroundings"], Awaitable["Bot"]]
CREATE = "repo create payments/api"


def typed(text: str, user: str, **more: str) -> dict[str, Any]:
    """A command as Slack delivers it, with nothing to answer to but the acknowledgement."""
    plain = {"command": "/swr", "user_name": "somebody", "channel_id": "C0GENERAL0", "api_app_id": "A0EMULATOR"}
    return {**plain, "text": text, "user_id": user, "team_id": "T0EMULATOR", **more}


@pytest.mark.parametrize("text", [CREATE, "repo info payments/taken", "org list", "pending"])
@pytest.mark.parametrize("more", [{"team_id": "T0PARTNER0"}, {"api_app_id": "A0OTHER000"}])
async def test_a_foreign_workspace_and_another_app_are_not_served(
    surroundings: "Surroundings", start_bot: Start, text: str, more: dict[str, str]
) -> None:
    """Reads included: what an account holds is its people's business."""
    bot = await start_bot(replace(surroundings, changes={"app_id": "A0EMULATOR"}))
    answer = await bot.dispatch(typed(text, "U0VERA0000", **more))
    assert "This bot does not serve this workspace." in answer.body
    await bot.quiet()
    assert await bot.pending() == []


async def test_a_guest_of_a_shared_channel_is_told_and_gets_nothing(desk: "Desk", bot: "Bot") -> None:
    """They see the channel; they are no members of the workspace."""
    await desk.do("vera", "message", channel="partners", text=f"@swr {CREATE}")
    await desk.says("answers only members of its own workspace", person="vera")
    await desk.do("vera", "message", channel="partners", text="@swr repo info payments/taken")
    await desk.says("answers only members of its own workspace", person="vera", count=2)
    await bot.quiet()
    assert await bot.pending() == []
    assert not any("docker pull" in text for text in await desk.messages("vera"))


async def test_a_guests_click_on_a_shared_list_is_told(desk: "Desk", bot: "Bot") -> None:
    """The message stays as it is for everybody else."""
    for number in range(2):
        await desk.type("org list --share", channel="partners")
        await desk.says("1 organization", count=number + 1)
    click = {
        "type": "block_actions",
        "user": {"id": "U0VERA0000", "username": "vera", "team_id": "T0PARTNER0"},
        "team": {"id": "T0PARTNER0"},
        "api_app_id": "A0EMULATOR",
        "trigger_id": "1",
        "container": {"type": "message", "channel_id": "C0PARTNERS", "is_ephemeral": False},
        "channel": {"id": "C0PARTNERS"},
        "actions": [{"type": "button", "action_id": "organizations.page.next", "value": "{}"}],
    }
    await bot.dispatch(click)
    assert await desk.says("does not serve this workspace", person="vera")


@pytest.mark.parametrize(
    ("user", "sentence"),
    [("U0OTTO0000", "This Slack account is deactivated."), ("U0NOBODY00", "Slack does not know this account.")],
)
async def test_former_and_unknown_members_create_nothing(
    bot: "Bot", loud: Callable[[], str], user: str, sentence: str
) -> None:
    """Where the scope for it was granted, Slack is asked about the account; nobody can be told who is not there."""
    await bot.dispatch(typed(CREATE, user))
    await bot.quiet()
    assert await bot.pending() == []
    assert sentence not in loud()


async def test_where_slack_cannot_be_asked_nobody_creates(desk: "Desk", bot: "Bot") -> None:
    """Not knowing is no yes; looking up goes on."""
    await desk.faults({"kind": "error", "method": "users.info", "times": 0})
    await desk.type(CREATE)
    await desk.says("Slack could not be asked about this account. Nothing was created.")
    await desk.type("repo info payments/taken")
    await desk.says("payments/taken is private")
    assert await bot.pending() == []


async def test_an_account_is_asked_about_once_a_minute(desk: "Desk", bot: "Bot") -> None:
    """Slack limits how often it may be asked."""
    for number in range(3):
        await desk.type(f"repo create payments/api{number}")
        await desk.says(f"Create the repository payments/api{number}?")
    asked = [each for each in (await desk.ask("GET", "requests"))["recent"] if each.get("method") == "users.info"]
    assert len(asked) == 1
    bot.clock.advance(61)
    await desk.type("repo create payments/api9")
    await desk.says("Create the repository payments/api9?")
    asked = [each for each in (await desk.ask("GET", "requests"))["recent"] if each.get("method") == "users.info"]
    assert len(asked) == 2


async def test_without_the_scope_nobody_is_asked_about(
    desk: "Desk", surroundings: "Surroundings", start_bot: Start
) -> None:
    """The bot asks for no more scopes than its features need."""
    await desk.ask("PUT", "app", {"scopes": ["commands"]})
    await start_bot(surroundings)
    await desk.type(CREATE)
    await desk.says("Create the repository payments/api?")
    await desk.click("Create")
    assert await desk.says("Created payments/api in cn-north-4.")
    assert await desk.refused() == []


async def test_the_allow_list_wins_over_what_slack_says(
    desk: "Desk", surroundings: "Surroundings", start_bot: Start
) -> None:
    """A workspace that is not on it is not served, even where the app is installed."""
    bot = await start_bot(replace(surroundings, changes={"teams": ("T0ELSEWHERE",)}))
    assert "does not serve this workspace" in (await bot.dispatch(typed("pending", "U0ADA00000"))).body
    assert await desk.messages() == []


async def test_an_organization_on_the_allow_list_is_served(surroundings: "Surroundings", start_bot: Start) -> None:
    """All of its workspaces are."""
    bot = await start_bot(replace(surroundings, changes={"teams": ("T0ELSEWHERE",), "enterprises": ("E0OURS",)}))
    answer = await bot.dispatch(typed("help", "U0ADA00000", enterprise_id="E0OURS", team_id="T0THIRD"))
    assert "org list" in answer.body


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({}, "No Slack bot token is set."),
        ({"SLACK_BOT_TOKEN": "xapp-secret"}, "must begin with xoxb-"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xoxb-secret"}, "must begin with xapp-"),
        ({"SLACK_BOT_TOKEN": "xoxb-secret\n1"}, "must begin with xoxb-"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_API_URL": "http://slack.example.com/api/"}, "begins with https://"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_API_URL": "nonsense"}, "begins with https://"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_API_URL": "https://[x"}, "begins with https://"),
    ],
)
def test_wrong_settings_are_refused_without_showing_a_token(environ: dict[str, str], sentence: str) -> None:
    """At the start, not at the first command."""
    with pytest.raises(SettingsInvalid) as caught:
        SlackConfig.from_environ(environ)
    assert sentence in caught.value.sentence
    assert "secret" not in f"{caught.value.sentence} {caught.value.hint}"


def test_settings_show_no_secret() -> None:
    """Whatever prints them."""
    environ = {
        "SLACK_BOT_TOKEN": "xoxb-s3cret",
        "SLACK_APP_TOKEN": "xapp-1-A0123-s3cret",
        "SLACK_SIGNING_SECRET": "s3cret",
    }
    config = SlackConfig.from_environ(environ)
    assert "s3cret" not in repr(config)
    assert config.app_of_token == "A0123"
    assert config.for_socket_mode() == config.for_http() == config


def test_each_way_to_slack_names_the_secret_it_needs() -> None:
    """One sentence and where to find it."""
    bare = SlackConfig.from_environ({"SLACK_BOT_TOKEN": "xoxb-1"})
    with pytest.raises(SettingsInvalid, match="app-level token"):
        bare.for_socket_mode()
    with pytest.raises(SettingsInvalid, match="signing secret"):
        bare.for_http()


@pytest.mark.parametrize(
    ("scopes", "token", "sentence"),
    [
        (["chat:write"], "xoxb-emulator-opens-nothing", "lacks the scope commands"),
        (["commands"], "xoxb-wrong", "Slack refuses the bot token: invalid_auth."),
    ],
)
async def test_a_bot_that_could_not_work_does_not_start(
    desk: "Desk", surroundings: "Surroundings", scopes: list[str], token: str, sentence: str
) -> None:
    """It says what is missing and where it comes from."""
    await desk.ask("PUT", "app", {"scopes": scopes})
    clock = ManualClock()
    async with surroundings.toolbox(clock) as toolbox:
        with pytest.raises(SettingsInvalid) as caught:
            await start(toolbox, clock, replace(surroundings.config(), bot_token=token))
    assert sentence in caught.value.sentence
    assert token not in caught.value.sentence


async def test_a_slack_that_cannot_be_reached_is_said(surroundings: "Surroundings") -> None:
    """With its address, as a wrong one is the usual reason."""
    clock = ManualClock()
    async with surroundings.toolbox(clock) as toolbox:
        with pytest.raises(Unavailable, match=r"Slack cannot be reached at http://127\.0\.0\.1:9/api/"):
            await start(toolbox, clock, replace(surroundings.config(), api_url="http://127.0.0.1:9/api/"))


async def test_scopes_that_are_missed_are_told_in_the_log(
    desk: "Desk", surroundings: "Surroundings", start_bot: Start, loud: Callable[[], str]
) -> None:
    """The bot works without them, and says what does not."""
    await desk.ask("PUT", "app", {"scopes": ["commands"]})
    await start_bot(surroundings)
    assert "chat:write" in loud()
    assert "app_mentions:read" in loud()


async def test_the_tokens_can_be_tried_without_starting(surroundings: "Surroundings") -> None:
    """For whoever sets the bot up."""
    found = await examine(surroundings.config())
    assert (found.team, found.workspace, found.bot) == ("T0EMULATOR", "Emulated", "U0SWRBOT00")
    assert "commands" in found.scopes
    with pytest.raises(SettingsInvalid, match="Slack opens no Socket Mode connection"):
        await examine(replace(surroundings.config(), app_token="xapp-wrong"))


async def test_the_keys_of_another_way_of_installing_are_ignored(
    desk: "Desk", surroundings: "Surroundings", start_bot: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library would take them as a wish to be installed by anybody."""
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "s3cret")
    await start_bot(surroundings)
    await desk.type("repo info payments/taken")
    assert await desk.says("payments/taken is private")
