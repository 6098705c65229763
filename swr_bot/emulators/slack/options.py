"""How a workspace is started."""

from dataclasses import dataclass
from pathlib import Path

from .errors import SlackEmulatorError
from .seed import ENTERPRISE, AppSettings
from .values import at, is_mapping, mappings, parse, sequence, text


@dataclass(frozen=True, slots=True)
class SlackOptions:
    """What the command line says.

    Attributes:
        port: 0 lets the system choose.
        request_url: where the app takes signed requests; without it the app connects by Socket Mode.
        manifest: the app's manifest; scopes, commands, shortcuts and events are then exactly what it says.
        enterprise: the workspace belongs to an enterprise, and payloads carry its id.
    """

    host: str = "127.0.0.1"
    port: int = 0
    request_url: str | None = None
    manifest: Path | None = None
    enterprise: bool = False

    def settings(self) -> AppSettings:
        """The app as Slack knows it.

        Raises:
            SlackEmulatorError: the manifest cannot be read, or the request URL is none.
        """
        settings = AppSettings() if self.manifest is None else read_manifest(self.manifest)
        if self.request_url is not None and not self.request_url.startswith(("http://", "https://")):
            raise SlackEmulatorError("A request URL begins with http:// or https://.")
        settings.request_url = self.request_url
        settings.enterprise = ENTERPRISE if self.enterprise else None
        return settings


def read_manifest(path: Path) -> AppSettings:
    """The parts of an app's manifest that Slack acts on.

    Raises:
        SlackEmulatorError: it cannot be read or is no JSON object.
    """
    try:
        content = parse(path.read_bytes())
    except (OSError, ValueError) as error:
        raise SlackEmulatorError(f"The manifest {path} cannot be read: {error}.") from None
    if not is_mapping(content):
        raise SlackEmulatorError(f"The manifest {path} is no JSON object.")
    return AppSettings(
        scopes=_strings(at(content, "oauth_config", "scopes", "bot")),
        events=_strings(at(content, "settings", "event_subscriptions", "bot_events")),
        commands=_named(at(content, "features", "slash_commands"), "command"),
        shortcuts=_named(at(content, "features", "shortcuts"), "callback_id"),
    )


def _strings(value: object) -> tuple[str, ...]:
    return tuple(text(each) for each in sequence(value))


def _named(value: object, name: str) -> tuple[str, ...]:
    return tuple(text(each.get(name)) for each in mappings(value))
