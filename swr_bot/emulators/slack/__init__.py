"""A Slack workspace on this machine: Web API, Socket Mode, signed HTTP, and people who act in it.

Written from Slack's documents alone, so that it can prove a bot wrong. ``docs/slack-emulator.md`` says what it does
and what it does not.
"""

from .errors import SlackEmulatorError
from .options import SlackOptions
from .server import SlackEmulatorServer, serve

__all__ = ["SlackEmulatorError", "SlackEmulatorServer", "SlackOptions", "serve"]
