"""`swr-bot slack`: the four operations behind Slack's `/swr`, and the manifest of the app that brings it there."""

import asyncio
import gc
from collections.abc import Mapping

from swr_bot.bootstrap.slack_socket import serve_slack, slack_manifest
from swr_bot.cli import exit_codes
from swr_bot.cli.console import Console
from swr_bot.cli.logs import log_to_standard_error
from swr_bot.settings import Settings
from swr_tools.wording import safe


def serve(settings: Settings, environ: Mapping[str, str], console: Console) -> int:
    """Serve until told to stop; a line on standard output says when Slack is reached.

    Raises:
        SettingsInvalid: A token is missing, refused, or lacks a scope.
        Unavailable: Slack cannot be reached.
    """
    gc.enable()  # this one keeps running
    log_to_standard_error()
    asyncio.run(serve_slack(settings, environ, lambda name: _announce(console, name)))
    return exit_codes.DONE


def print_manifest(console: Console, http_url: str) -> int:
    """Print the manifest as JSON; raises UsageError where Slack would refuse it."""
    console.print(slack_manifest(http_url).rstrip())
    return exit_codes.DONE


def _announce(console: Console, workspace: str) -> None:
    console.print(f"Connected to Slack: {safe(workspace) or 'the workspace'}. People type /swr there.")
