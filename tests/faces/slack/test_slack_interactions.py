"""Who did something and where, read out of the different shapes that Slack delivers."""

from typing import Any

import pytest

from swr_bot.slack_app.interaction import interaction_of

OURS = {"authorizations": [{"team_id": "T1", "enterprise_id": "E1"}], "api_app_id": "A1", "event_id": "Ev1"}
MENTION = {"type": "app_mention", "user": "U1", "channel": "C1", "ts": "1.1", "text": "<@UBOT> help"}


@pytest.mark.parametrize(
    ("body", "home"),
    [
        ({**OURS, "team_id": "T1", "event": MENTION}, "T1"),
        ({**OURS, "team_id": "T1", "event": {**MENTION, "team": "T1"}}, "T1"),
        ({**OURS, "team_id": "T1", "event": {**MENTION, "team": "T1", "user_team": "T2"}}, "T2"),
        ({**OURS, "team_id": "T2", "is_ext_shared_channel": True, "event": {**MENTION, "team": "T1"}}, "T2"),
        ({**OURS, "team_id": "T1", "is_ext_shared_channel": True, "event": {**MENTION, "team": "T1"}}, "T1"),
        ({**OURS, "team_id": "T2", "event": {**MENTION, "team": "T2"}}, "T2"),
    ],
)
def test_whoever_mentions_the_bot_in_a_shared_channel_is_of_their_own_workspace(
    body: dict[str, Any], home: str
) -> None:
    """Whatever tells of another workspace is believed; the installation stays ours."""
    asked = interaction_of(body)
    assert (asked.home, asked.team, asked.enterprise, asked.app) == (home, "T1", "E1", "A1")
    assert asked.place.under == "1.1"
    assert asked.once == "Ev1"


@pytest.mark.parametrize(
    ("body", "team", "home"),
    [
        ({"type": "view_submission", "team": {"id": "T2"}, "view": {"app_installed_team_id": "T1"}}, "T1", "T1"),
        ({"type": "block_actions", "team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T2"}}, "T1", "T2"),
        ({"type": "block_actions", "team": None, "user": {"id": "U1", "team_id": "T1"}}, "T1", "T1"),
        ({"command": "/swr", "team_id": "T1", "user_id": "U1"}, "T1", "T1"),
        ({"type": "shortcut", "user": "U1", "team": "T1", "view": [], "enterprise": 7}, "", ""),
        ({}, "", ""),
    ],
)
def test_the_installation_and_the_home_are_told_apart(body: dict[str, Any], team: str, home: str) -> None:
    """Also where Slack leaves something out, or sends what nobody expects."""
    asked = interaction_of(body)
    assert (asked.team, asked.home) == (team, home)


def test_what_is_secret_is_not_shown() -> None:
    """A response URL and a trigger id open doors for a while."""
    asked = interaction_of({"command": "/swr", "response_url": "s3cret", "trigger_id": "s3cret", "user_id": "U1"})
    assert asked.place.response_url == asked.trigger == "s3cret"
    assert "s3cret" not in repr(asked)
