"""What this face and Slack call things: the command, its flags, and the ids of what can be clicked or sent."""

from dataclasses import replace
from enum import StrEnum

from swr_bot.grammar import Command, Flag, operation_commands
from swr_tools.operations import Effect

PROGRAM = "/swr"
BOT_NAME = "swr"
SHORTCUT_NAME = "New image repository"
SHARE = Flag("--share", "share", "Show the answer to everybody in the channel.")

_OWN = (
    Command("pending", "List your creates that are not settled.", examples=("pending",)),
    Command("help", "Explain a command.", ("command",), "[COMMAND]", (), ("help repo create",)),
)


class Action(StrEnum):
    """The `action_id` of everything that can be clicked or typed into."""

    CONFIRM = "proposal.confirm"
    DECLINE = "proposal.decline"
    SHOW = "proposal.show"
    PREVIOUS_PAGE = "organizations.page.previous"
    NEXT_PAGE = "organizations.page.next"
    ORGANIZATION = "organization"
    REPOSITORY = "repository"
    PUBLIC = "public"
    CATEGORY = "category"
    DESCRIPTION = "description"
    SECOND_LOOK = "second_look"


class Callback(StrEnum):
    """The `callback_id` of every view and of the shortcut."""

    CREATE_REPOSITORY = "create-repository"
    CREATE_ORGANIZATION = "create-organization"
    CONFIRM_PROPOSAL = "confirm-proposal"
    NEW_REPOSITORY = "new-image-repository"


def slack_commands() -> tuple[Command, ...]:
    """Every command that can be typed after `/swr`; look-ups take `--share`."""
    return (*(_with_share(command) for command in operation_commands()), *_OWN)


def _with_share(command: Command) -> Command:
    reads = command.operation is not None and command.operation.effect is Effect.READ
    return replace(command, flags=(*command.flags, SHARE)) if reads else command
