"""What the Slack face is told from outside: tokens, where Slack is, and which workspaces it serves."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from swr_tools.errors import SettingsInvalid
from swr_tools.wording import safe

SLACK_API = "https://slack.com/api/"
_LOOPBACK = re.compile(r"localhost|::1|127(?:\.[0-9]{1,3}){3}")
_APP_OF_TOKEN = re.compile(r"xapp-[0-9]+-(A[A-Z0-9]+)-.+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackConfig:
    """The Slack side of the settings.

    Attributes:
        bot_token: `xoxb-…`, from the app's installation.
        app_token: `xapp-…` with `connections:write`; for Socket Mode.
        signing_secret: What Slack signs its requests with; for HTTP.
        api_url: The Web API's address.
        teams: Ids of the workspaces that are served; the one that `auth.test` names, unless given.
        enterprises: Ids of the Enterprise Grid organizations that are served.
        app_id: The only app whose payloads are taken; the one that Slack names, unless given.
    """

    bot_token: str = field(repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    api_url: str = SLACK_API
    teams: tuple[str, ...] = ()
    enterprises: tuple[str, ...] = ()
    app_id: str = ""

    @classmethod
    def from_environ(
        cls,
        environ: Mapping[str, str],
        *,
        teams: Sequence[str] = (),
        enterprises: Sequence[str] = (),
        app_id: str = "",
    ) -> Self:
        """What the environment says, under the names that Slack's own tools use.

        Raises:
            SettingsInvalid: A token is missing or is not of its kind; it is never shown.
        """
        bot_token, app_token = (environ.get(name, "").strip() for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"))
        if not bot_token:
            raise SettingsInvalid(
                "No Slack bot token is set.",
                hint="Install the app of manifest.json in your workspace and set SLACK_BOT_TOKEN to its bot token.",
            )
        _require_kind("SLACK_BOT_TOKEN", bot_token, "xoxb-")
        _require_kind("SLACK_APP_TOKEN", app_token, "xapp-")
        return cls(
            bot_token=bot_token,
            app_token=app_token,
            signing_secret=environ.get("SLACK_SIGNING_SECRET", "").strip(),
            api_url=_api_url(environ.get("SLACK_API_URL", "").strip()),
            teams=tuple(teams),
            enterprises=tuple(enterprises),
            app_id=app_id,
        )

    def for_socket_mode(self) -> Self:
        """The same; raises SettingsInvalid where Socket Mode could not start."""
        if not self.app_token:
            raise SettingsInvalid(
                "No Slack app-level token is set, and Socket Mode needs one.",
                hint="Make one with the scope connections:write under Basic Information and set SLACK_APP_TOKEN.",
            )
        return self

    def for_http(self) -> Self:
        """The same; raises SettingsInvalid where nobody could tell Slack's requests from others."""
        if not self.signing_secret:
            raise SettingsInvalid(
                "No Slack signing secret is set, and requests over HTTP are believed by it alone.",
                hint="Copy it from Basic Information of the app and set SLACK_SIGNING_SECRET.",
            )
        return self

    @property
    def app_of_token(self) -> str:
        """The id of the app that the app-level token belongs to, or empty."""
        found = _APP_OF_TOKEN.fullmatch(self.app_token)
        return found[1] if found else ""


def _require_kind(name: str, token: str, beginning: str) -> None:
    if token and not (token.startswith(beginning) and token.isascii() and token.isprintable()):
        raise SettingsInvalid(
            f"{name} is not shown here; it must begin with {beginning}.",
            hint="The bot token begins with xoxb-, the app-level token with xapp-.",
        )


def _api_url(given: str) -> str:
    if not given:
        return SLACK_API
    if not _is_private(given):
        raise SettingsInvalid(
            f"SLACK_API_URL is {safe(given, 60)!r}; it must be a URL that begins with https://.",
            hint="Leave it out for Slack itself; plain http is for this machine only, as it shows tokens.",
        )
    return given if given.endswith("/") else f"{given}/"


def _is_private(url: str) -> bool:
    """Whether nobody on the way can read the tokens that are sent there."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and bool(_LOOPBACK.fullmatch(host))))
