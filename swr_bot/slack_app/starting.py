"""Starting the face: Slack is asked once who this bot is, and what is missing is said before anybody types."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from slack_bolt.async_app import AsyncApp

from swr_bot.slack_app.access import Access, Installation
from swr_bot.slack_app.app import make_app
from swr_bot.slack_app.config import SlackConfig
from swr_bot.slack_app.face import Face, Patience
from swr_bot.slack_app.interaction import Place, part_at, text_at
from swr_bot.slack_app.recent import Recent
from swr_bot.slack_app.replies import Replies
from swr_bot.slack_app.suggestions import Suggestions
from swr_bot.slack_app.web_api import SlackRefusedError, SlackSilentError, WebApi, make_client, open_session
from swr_bot.slack_app.work import Work
from swr_tools.clock import Clock
from swr_tools.errors import SettingsInvalid, Unavailable
from swr_tools.toolbox import Toolbox

_logger = logging.getLogger("swr_bot.slack")
_NEEDED = "commands"
_MISSED: Mapping[str, str] = {
    "chat:write": "answers in threads, and those that come too late for the command, do not arrive",
    "app_mentions:read": "mentions of the bot do not reach it",
}
# Repeated deliveries come within minutes; a form stays open as long as its command can be answered.
_DELIVERY_SECONDS = 600.0
_MOST_DELIVERIES = 5_000
_FORM_SECONDS = 1_800.0
_MOST_FORMS = 2_000


@dataclass(frozen=True, slots=True)
class Started:
    """The face at work.

    Attributes:
        app: Bolt's app; whatever delivers hands its requests to it.
        face: The surroundings.
        config: The settings.
        installation: Who Slack says this bot is.
    """

    app: AsyncApp
    face: Face
    config: SlackConfig
    installation: Installation

    async def drain(self, seconds: float) -> bool:
        """Let what is under way end; see `Work.drain`."""
        return await self.face.work.drain(seconds)

    async def aclose(self) -> None:
        """Close the connections to Slack; the tool layer belongs to whoever gave it."""
        await self.face.replies.session.close()


async def start(
    toolbox: Toolbox,
    clock: Clock,
    config: SlackConfig,
    *,
    emulator: bool = False,
    patience: Patience | None = None,
) -> Started:
    """Ask Slack who this bot is, and make the app.

    Args:
        toolbox: The tool layer; it stays open.
        clock: The time.
        config: The Slack side of the settings.
        emulator: Whether SWR is the emulator.
        patience: How long to wait for what.

    Raises:
        SettingsInvalid: Slack refuses the token, or it lacks a scope.
        Unavailable: Slack cannot be reached.
    """
    session = open_session()
    try:
        api = WebApi(make_client(config.bot_token, config.api_url, session))
        installation = await ask_installation(api, config)
    except BaseException:
        await session.close()
        raise
    patience = patience or Patience()
    work = Work()
    face = Face(
        toolbox=toolbox,
        clock=clock,
        access=Access(api, clock, config, installation),
        replies=Replies(api, session, clock),
        work=work,
        suggestions=Suggestions(toolbox, clock, work, patience.answer),
        delivered=Recent[bool](clock, seconds=_DELIVERY_SECONDS, most=_MOST_DELIVERIES),
        opened=Recent[Place](clock, seconds=_FORM_SECONDS, most=_MOST_FORMS),
        bot=installation.bot,
        patience=patience,
        emulator=emulator,
    )
    return Started(make_app(face, config, installation), face, config, installation)


async def examine(config: SlackConfig) -> Installation:
    """Who Slack says this bot is, without starting it; an app-level token is tried too.

    Raises:
        SettingsInvalid: Slack refuses a token, or it lacks a scope.
        Unavailable: Slack cannot be reached.
    """
    async with open_session() as session:
        api = WebApi(make_client(config.bot_token, config.api_url, session))
        installation = await ask_installation(api, config)
        if config.app_token:
            await first_address(api, config.app_token)
        return installation


async def first_address(api: WebApi, app_token: str) -> str:
    """An address for a Socket Mode connection, which shows that the token is good.

    Raises:
        SettingsInvalid: Slack refuses the app-level token.
        Unavailable: Slack cannot be reached.
    """
    try:
        return await api.open_connection(app_token)
    except SlackRefusedError as error:
        raise SettingsInvalid(
            f"Slack opens no Socket Mode connection: {error.code}.",
            hint="SLACK_APP_TOKEN needs the scope connections:write, and the app Socket Mode switched on.",
        ) from None
    except SlackSilentError as error:
        raise Unavailable(f"Slack cannot be reached ({error}).", hint="Check the network, and run it again.") from None


async def ask_installation(api: WebApi, config: SlackConfig) -> Installation:
    """Who Slack says this bot is, by `auth.test`; what it may not do is logged, or refused where nothing would work.

    Raises:
        SettingsInvalid: Slack refuses the token, or it lacks the scope for commands.
        Unavailable: Slack cannot be reached.
    """
    try:
        answer, headers = await api.ask("auth.test")
    except SlackRefusedError as error:
        raise SettingsInvalid(
            f"Slack refuses the bot token: {error.code}.",
            hint="Copy the Bot User OAuth Token of the installed app into SLACK_BOT_TOKEN.",
        ) from None
    except SlackSilentError as error:
        raise Unavailable(
            f"Slack cannot be reached at {config.api_url} ({error}).", hint="Check the network, and run it again."
        ) from None
    scopes = frozenset(filter(None, (scope.strip() for scope in headers.get("x-oauth-scopes", "").split(","))))
    _look_at_scopes(scopes)
    whole = part_at(answer, "is_enterprise_install") is True
    return Installation(
        team="" if whole else text_at(answer, "team_id"),
        enterprise=text_at(answer, "enterprise_id"),
        app=text_at(answer, "app_id") or config.app_of_token,
        bot=text_at(answer, "user_id"),
        workspace=text_at(answer, "team"),
        scopes=scopes,
    )


def _look_at_scopes(scopes: frozenset[str]) -> None:
    """Refuse or warn; Slack's own servers always say which scopes a token has."""
    if not scopes:
        return
    if _NEEDED not in scopes:
        raise SettingsInvalid(
            f"The bot token lacks the scope {_NEEDED}, without which no command arrives.",
            hint="Install the app of manifest.json anew, and set SLACK_BOT_TOKEN to its token.",
        )
    for scope, missed in _MISSED.items():
        if scope not in scopes:
            _logger.warning("The bot token lacks the scope %s: %s.", scope, missed)
