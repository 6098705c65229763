"""The Slack face over Socket Mode, joined from its parts, and what is asked about its installation."""

import asyncio
import signal
import sys
from collections.abc import Callable, Mapping, Sequence

from swr_bot.bootstrap import make_toolbox
from swr_bot.settings import Settings
from swr_bot.slack_app.config import SlackConfig
from swr_bot.slack_app.manifest import SCOPES, manifest, manifest_text, problems
from swr_bot.slack_app.socket_mode import SocketMode
from swr_bot.slack_app.starting import examine, start
from swr_tools.clock import SystemClock
from swr_tools.errors import SettingsInvalid, UsageError

DRAIN_SECONDS = 20.0


def slack_config(settings: Settings, environ: Mapping[str, str]) -> SlackConfig:
    """Slack's tokens and whom it may deliver for; raises SettingsInvalid."""
    return SlackConfig.from_environ(
        environ,
        teams=settings.slack_teams,
        enterprises=settings.slack_enterprises,
        app_id=settings.slack_app_id,
    )


async def serve_slack(settings: Settings, environ: Mapping[str, str], connected: Callable[[str], None]) -> None:
    """Serve Slack over Socket Mode until a signal comes; calls `connected` with the workspace's name.

    Raises:
        SettingsInvalid: A token is missing, refused, or lacks a scope.
        Unavailable: Slack cannot be reached.
    """
    config = slack_config(settings, environ).for_socket_mode()
    stopping = asyncio.Event()
    if sys.platform != "win32":
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with make_toolbox(settings, environ, many_callers=True) as toolbox:
        started = await start(toolbox, SystemClock(), config, emulator=settings.emulator)
        try:
            workspace = started.installation.workspace
            await SocketMode(started).run(stopping, lambda: connected(workspace))
            await started.drain(DRAIN_SECONDS)
        finally:
            await started.aclose()


async def examine_slack(settings: Settings, environ: Mapping[str, str]) -> tuple[str, Sequence[str]]:
    """Whom Slack takes this bot for, and the scopes of the manifest that the installed app lacks.

    Raises:
        SettingsInvalid: A token is missing, refused, or lacks a scope; or the workspace is not one that is served.
        Unavailable: Slack cannot be reached.
    """
    found = await examine(slack_config(settings, environ))
    if found.team and settings.slack_teams and found.team not in settings.slack_teams:
        raise SettingsInvalid(
            f"The bot is installed in {found.team}, which is not one of SWR_BOT_SLACK_TEAMS.",
            hint="Add it there, or use the token of another installation.",
        )
    missing = [scope for scope in SCOPES if found.scopes and scope not in found.scopes]
    return f"{found.workspace or found.team} as {found.bot} (app {found.app or 'not named'}).", missing


def slack_manifest(http_url: str) -> str:
    """The manifest of the Slack app.

    Raises:
        UsageError: Slack would refuse it with that URL.
    """
    if found := problems(manifest(http_url=http_url)):
        raise UsageError(f"Slack would refuse that manifest: {found[0]}", hint="Give a URL that begins with https://.")
    return manifest_text(http_url=http_url)
