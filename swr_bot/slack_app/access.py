"""Who is served: which workspace and app a delivery is of, and whether its person belongs there."""

from dataclasses import dataclass

from swr_bot.slack_app.config import SlackConfig
from swr_bot.slack_app.interaction import Interaction, part_at, text_at
from swr_bot.slack_app.recent import Recent
from swr_bot.slack_app.web_api import SlackRefusedError, SlackSilentError, WebApi
from swr_tools.actor import Actor
from swr_tools.clock import Clock
from swr_tools.errors import NotAllowed

READ_PEOPLE = "users:read"
_KNOWN_SECONDS = 60.0
_MOST_KNOWN = 1_000
_UNKNOWN = ("user_not_found", "user_not_visible")
_SILENT = "Slack could not be asked about this account."
_LATER = "Try again in a minute."


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What Slack says about this app's installation.

    Attributes:
        team: The id of the workspace, or empty where the app is installed for a whole organization.
        enterprise: The id of its Enterprise Grid organization, or empty.
        app: The app's id, or empty where Slack does not say.
        bot: The id of the bot user, which mentions carry.
        workspace: What people call the workspace.
        scopes: What the bot token may do; empty where Slack does not say.
    """

    team: str
    enterprise: str
    app: str
    bot: str
    workspace: str = ""
    scopes: frozenset[str] = frozenset()


class Access:
    """Decides whom this bot listens to, and whose creates go on to the gate.

    Args:
        api: The Web API.
        clock: The time.
        config: Which workspaces, organizations and app are served.
        installation: What they are unless the settings say so.
    """

    def __init__(self, api: WebApi, clock: Clock, config: SlackConfig, installation: Installation) -> None:
        self._api = api
        self._teams = frozenset(config.teams or filter(None, [installation.team]))
        self._enterprises = frozenset(config.enterprises or ([] if installation.team else [installation.enterprise]))
        self._app = config.app_id or installation.app
        self._installation = installation
        self._people = Recent[str](clock, seconds=_KNOWN_SECONDS, most=_MOST_KNOWN)

    def is_ours(self, app: str) -> bool:
        """Whether a delivery is for this app; Slack leaves the app out of some."""
        return not (app and self._app) or app == self._app

    def serves(self, team: str, enterprise: str, app: str) -> bool:
        """Whether a delivery of this workspace and app is taken."""
        return self.is_ours(app) and self._knows(team, enterprise)

    def require(self, asked: Interaction) -> None:
        """Refuse a foreign workspace, another app, and people of another workspace in a shared channel.

        Raises:
            NotAllowed: It is one of them.
        """
        if not self.serves(asked.team, asked.enterprise, asked.app):
            raise NotAllowed("This bot does not serve this workspace.", hint="Ask whoever runs it.")
        if not asked.user or not (asked.home == asked.team or self._is_home(asked.home)):
            raise NotAllowed(
                "This bot answers only members of its own workspace.",
                hint="Ask somebody of that workspace to look, or to ask for it.",
            )

    async def require_creator(self, asked: Interaction) -> None:
        """Refuse a create to somebody whose account Slack does not vouch for, as far as the scopes let it be asked.

        Raises:
            NotAllowed: The account is deactivated, unknown, or of another workspace, or Slack could not be asked.
        """
        self.require(asked)
        if READ_PEOPLE not in self._installation.scopes:
            return
        problem = self._people.get(asked.user)
        if problem is None:
            problem = await self._problem_with(asked.user)
            self._people.keep(asked.user, problem)
        if problem:
            raise _refused(problem, "Ask a member of this workspace.")

    def actor(self, asked: Interaction) -> Actor:
        """Who asks, as the gate knows them: the same at the command and at the click, whichever ids Slack sends."""
        tenant = self._installation.team or self._installation.enterprise
        return Actor(face="slack", tenant=tenant, id=asked.user, name=asked.name or asked.user)

    def _knows(self, team: str, enterprise: str) -> bool:
        return team in self._teams or (bool(enterprise) and enterprise in self._enterprises)

    def _is_home(self, home: str) -> bool:
        """Whether people of this workspace, or of the whole organization as Grid says at times, belong here."""
        return self._knows(home, home) or home == self._installation.enterprise != ""

    async def _problem_with(self, user: str) -> str:
        """Why this account may not create, or empty."""
        try:
            answer, _ = await self._api.ask("users.info", user=user)
        except SlackRefusedError as error:
            if error.code in _UNKNOWN:
                return "Slack does not know this account."
            raise _refused(_SILENT, _LATER) from None
        except SlackSilentError:
            raise _refused(_SILENT, _LATER) from None
        found = part_at(answer, "user")
        if part_at(found, "deleted") is True:
            return "This Slack account is deactivated."
        team, enterprise = text_at(found, "team_id"), text_at(found, "enterprise_user", "enterprise_id")
        if part_at(found, "is_stranger") is True or (team and not self._knows(team, enterprise)):
            return "This bot creates only for members of its own workspace."
        return ""


def _refused(sentence: str, hint: str) -> NotAllowed:
    refusal = NotAllowed(sentence, hint=hint)
    refusal.nothing_created = True
    return refusal
