"""The app manifest: generated, committed, and checked offline against Slack's limits."""

import copy
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from swr_bot.slack_app.manifest import APP_TOKEN_SCOPES, SCOPES, manifest, manifest_text, problems
from swr_bot.slack_app.vocabulary import slack_commands

ROOT = Path(__file__).parents[3]
URL = "https://bot.example.com/slack/events"


def test_the_committed_manifest_is_the_generated_one() -> None:
    """`swr-bot slack manifest > manifest.json` renews it."""
    assert (ROOT / "manifest.json").read_text(encoding="utf-8") == manifest_text()


@pytest.mark.parametrize("http_url", ["", "https://bot.example.com", "https://example.com/bots/swr"])
def test_slack_has_nothing_against_it(http_url: str) -> None:
    """With Socket Mode and with HTTP."""
    assert problems(manifest(http_url=http_url)) == []


@pytest.mark.parametrize("given", ["https://bot.example.com", "https://bot.example.com/", URL])
def test_over_http_every_request_goes_to_one_address(given: str) -> None:
    """And Socket Mode is off."""
    made: Any = manifest(http_url=given)
    assert made["features"]["slash_commands"][0]["url"] == URL
    assert made["settings"]["event_subscriptions"]["request_url"] == URL
    assert made["settings"]["interactivity"] == {
        "is_enabled": True,
        "request_url": URL,
        "message_menu_options_url": URL,
    }
    assert made["settings"]["socket_mode_enabled"] is False


def test_with_socket_mode_it_names_no_address() -> None:
    """Slack needs to reach nothing."""
    assert "http" not in manifest_text()


def test_it_asks_for_the_least_and_says_why() -> None:
    """Three scopes, each with a sentence."""
    made: Any = manifest()
    assert made["oauth_config"] == {"scopes": {"bot": ["commands", "app_mentions:read", "chat:write"]}}
    assert list(SCOPES) == made["oauth_config"]["scopes"]["bot"]
    assert all(reason.endswith(".") for reason in (*SCOPES.values(), *APP_TOKEN_SCOPES.values()))


def test_people_see_every_command_before_they_install_it() -> None:
    """In the description and in the hint below the message field, which has room for about 60 characters."""
    made: Any = manifest()
    for command in slack_commands():
        assert f"/swr {command.words}" in made["display_information"]["long_description"]
    hint = made["features"]["slash_commands"][0]["usage_hint"]
    assert hint == "org create|list, repo create|info, pending, help"


def put(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    """Puts a value at a path such as `settings.x` or `features.shortcuts.0.name`."""

    def change(made: dict[str, Any]) -> None:
        *way, last = path.split(".")
        place: Any = made
        for step in way:
            place = place[int(step)] if step.isdigit() else place[step]
        place[last] = value

    return change


TOO_LONG = {
    "display_information.name": 35,
    "display_information.description": 140,
    "display_information.long_description": 4_000,
    "features.bot_user.display_name": 80,
    "features.shortcuts.0.name": 24,
    "features.shortcuts.0.description": 150,
    "features.shortcuts.0.callback_id": 255,
    "features.slash_commands.0.description": 2_000,
    "features.slash_commands.0.usage_hint": 1_000,
}


@pytest.mark.parametrize(("path", "limit"), TOO_LONG.items())
def test_a_text_may_be_as_long_as_slack_allows_and_no_longer(path: str, limit: int) -> None:
    """Slack's own table."""
    for length, fine in ((limit, True), (limit + 1, False)):
        made: Any = copy.deepcopy(manifest())
        put(path, "x" * length)(made)
        assert (problems(made) == []) is fine


REFUSED: list[tuple[str, object]] = [
    ("display_information.long_description", "too short"),
    ("display_information.background_color", "blue"),
    ("display_information.name", ""),
    ("display_information.name", None),
    ("features.bot_user.display_name", "SWR Bot"),
    ("features.slash_commands.0.command", "swr"),
    ("features.slash_commands.0.command", f"/{'x' * 32}"),
    ("features.slash_commands.0.command", "/two words"),
    ("features.slash_commands.0.should_escape", "no"),
    ("features.slash_commands.0.url", "http://example.com"),
    ("features.slash_commands", []),
    ("features.slash_commands", [{"command": "/swr", "description": "x"}] * 51),
    ("features.shortcuts.0.type", "everywhere"),
    ("features.shortcuts", [{"name": "n", "type": "global", "callback_id": "c", "description": "d"}] * 11),
    ("features.unheard_of", True),
    ("oauth_config.scopes.bot", ["commands"]),
    ("oauth_config.scopes.bot", None),
    ("oauth_config.scopes.bot", [{}]),
    ("oauth_config.scopes.bot_optional", ["users:read"]),
    ("settings.event_subscriptions.bot_events", ["e"] * 101),
    ("settings.event_subscriptions.request_url", f"https://{'x' * 3_500}"),
    ("settings.interactivity", {}),
    ("settings.socket_mode_enabled", None),
    ("settings.socket_mode_enabled", False),
    ("settings.allowed_ip_address_ranges", ["1.2.3.4"] * 11),
]


@pytest.mark.parametrize(("path", "value"), REFUSED)
def test_what_slack_would_refuse_is_found_without_asking_it(path: str, value: object) -> None:
    """Each line names the key."""
    made: Any = copy.deepcopy(manifest())
    put(path, value)(made)
    assert problems(made) != []
    assert all(isinstance(line, str) and "." in line for line in problems(made))


def test_an_empty_manifest_lacks_what_must_be_there() -> None:
    """Nothing is taken for granted."""
    assert "features.slash_commands[0].command is missing" in problems({})


def test_slack_run_starts_this_bot_and_leaves_the_connection_to_it() -> None:
    """The command line tool of Slack gives it the tokens."""
    hooks: Any = json.loads((ROOT / ".slack" / "hooks.json").read_text(encoding="utf-8"))
    assert hooks["hooks"]["start"] == "swr-bot slack"
    assert hooks["config"]["sdk-managed-connection-enabled"] is True


def test_slack_gets_the_committed_manifest_from_the_hook() -> None:
    """Through a shell, with the flag that Slack's tool adds."""
    hooks: Any = json.loads((ROOT / ".slack" / "hooks.json").read_text(encoding="utf-8"))
    shell = shutil.which("sh")
    assert shell
    printed = subprocess.run(  # noqa: S603 - the committed hook, run as Slack's tool runs it
        [shell, "-c", f"{hooks['hooks']['get-manifest']} --source={ROOT}"], cwd=ROOT, capture_output=True, check=True
    )
    assert json.loads(printed.stdout) == manifest()
