"""The workspace as a program, its admin routes in the documents, and what changes while it runs."""

import json
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from swr_bot.emulators.slack import SlackEmulatorError, SlackEmulatorServer, SlackOptions, serve
from swr_bot.emulators.slack.admin import Admin
from swr_bot.emulators.slack.desk import Desk, DeskError, Json
from swr_bot.emulators.slack.dispatcher import Dispatcher
from swr_bot.emulators.slack.faults import KINDS
from swr_bot.emulators.slack.parts import assemble
from swr_bot.emulators.slack.seed import AppSettings, fresh
from swr_bot.emulators.slack.web_api.methods import METHODS

Client = Any  # slack_sdk's own annotations are incomplete
App = Any  # slack_bolt's own annotations are incomplete
DOCUMENT = Path(__file__).parents[3] / "docs" / "slack-emulator.md"


def test_it_prints_one_line_serves_and_ends_quietly_when_told() -> None:
    """The line has what a bot needs; SIGTERM ends it with 0 and nothing more is said."""
    program = "from swr_bot.emulators.slack import SlackOptions, serve; raise SystemExit(serve(SlackOptions()))"
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own program
        assert process.stdout is not None
        announced = json.loads(process.stdout.readline())
        assert list(announced) == ["api_url", "bot_token", "app_token", "signing_secret", "team_id"]
        request = urllib.request.Request(  # noqa: S310 - loopback
            announced["api_url"] + "auth.test", headers={"Authorization": "Bearer " + announced["bot_token"]}
        )
        with urllib.request.urlopen(request) as response:  # noqa: S310 - loopback
            assert json.load(response)["team_id"] == announced["team_id"]
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=10) == ("", "")
        assert process.returncode == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (SlackOptions(port=70_000), "0 to 65535"),
        (SlackOptions(host="203.0.113.1"), "cannot listen on 203.0.113.1:0"),
        (SlackOptions(request_url="localhost:3000"), "begins with http"),
        (SlackOptions(manifest=Path("nowhere.json")), "cannot be read"),
    ],
)
def test_what_keeps_it_from_starting_is_said(
    options: SlackOptions, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1 and one sentence."""
    assert serve(options) == 1
    assert says in capsys.readouterr().err


def test_a_manifest_must_be_an_object(tmp_path: Path) -> None:
    """Anything else is refused by name."""
    manifest = tmp_path / "manifest.json"
    manifest.write_text("[]")
    with pytest.raises(SlackEmulatorError, match="no JSON object"):
        SlackEmulatorServer(SlackOptions(manifest=manifest))


async def test_the_document_names_every_admin_route_method_fault_and_person() -> None:
    """And no route that is not there."""
    document = re.sub(r"```.*?```", "", DOCUMENT.read_text(encoding="utf-8"), flags=re.DOTALL)
    parts = assemble("http://127.0.0.1:1", AppSettings())
    dispatcher = Dispatcher(parts)
    routes = {(route.method, route.path) for route in Admin(parts, dispatcher).routes()}
    assert set(re.findall(r"\| (GET|POST|PUT|DELETE) \| `(/_emulator/[^`]*)` \|", document)) == routes
    named = set(re.findall(r"`([^`]+)`", document))
    assert {method.name for method in METHODS} <= named
    assert set(KINDS) <= named
    assert {person.name for person in fresh().people.values()} <= named
    await dispatcher.close()


async def test_people_can_be_deactivated_and_regrouped_while_it_runs(desk: Desk, client: Client) -> None:
    """Whoever was deactivated can do nothing more; groups have the members they were given."""
    assert (await desk.ask("PUT", "people/grace", {"groups": ["platform-team"]}))[0] == 200
    await desk.do("ada", "message", channel="random", text="still here")
    changed = await desk.ask("PUT", "people/ada", {"deleted": True, "is_admin": True, "groups": []})
    assert (changed[1]["deleted"], changed[1]["is_admin"]) == (True, True)
    members = (await client.usergroups_users_list(usergroup="S0PLATFORM"))["users"]
    assert members == ["U0JOAN0000", "U0GRACE000"]
    assert "deactivated" in await desk.cannot("ada", "message", channel="random", text="x")
    with pytest.raises(DeskError, match="409"):
        await desk.do("ada", "submit")
    with pytest.raises(DeskError, match="200"):
        await desk.cannot("grace", "message", channel="random", text="x")


async def test_a_reload_takes_ephemeral_messages_away(desk: Desk, app: App, connect: Callable[[App], Any]) -> None:
    """As closing Slack's window does."""

    @app.command("/swr")
    async def answer(ack: Callable[[str], Any]) -> None:
        await ack("only for you")

    await connect(app)
    await desk.do("ada", "command", channel="general", command="/swr")
    assert (await desk.says("only for you"))["ephemeral"]
    await desk.do("ada", "reload")
    assert await desk.channel("general") == []


async def test_a_load_of_commands_is_measured(desk: Desk, app: App, connect: Callable[[App], Any]) -> None:
    """Every acknowledgement is counted."""
    seen: list[Json] = []

    @app.command("/swr")
    async def answer(ack: Callable[[], Any], command: Json) -> None:
        seen.append(command)
        await ack()

    await connect(app)
    load = {"person": "ada", "channel": "general", "command": "/swr", "count": 20, "at_once": 4}
    measured = (await desk.ask("POST", "load", load))[1]
    assert (len(seen), measured["errors"], len(measured["milliseconds"])) == (20, 0, 20)
    assert (await desk.ask("POST", "load", {**load, "count": 0}))[0] == 400
