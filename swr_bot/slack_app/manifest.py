"""The app manifest that Slack installs this bot from: made from the grammar, and checked without asking Slack."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from swr_bot.slack_app.vocabulary import BOT_NAME, PROGRAM, SHORTCUT_NAME, Callback, slack_commands

EVENTS_PATH = "/slack/events"
# What Slack lets this bot do, each with its reason.
SCOPES: dict[str, str] = {
    "commands": f"Receive {PROGRAM}, the shortcut, button clicks and forms, and answer them.",
    "app_mentions:read": f"Answer @{BOT_NAME} in threads, where Slack has no slash commands.",
    "chat:write": "Answer in threads, and send a result by direct message where the answer to a command came too late.",
}
# What the app-level token needs, which is made apart from the manifest.
APP_TOKEN_SCOPES: dict[str, str] = {"connections:write": "Open the Socket Mode connection; not needed with HTTP."}

_ABOUT = "Create and look up image repositories in Huawei Cloud's registry (SWR), never without a confirmation."
_EVENTS = ("app_mention",)


def manifest(*, http_url: str = "") -> Mapping[str, object]:
    """The manifest of this release.

    Args:
        http_url: Where Slack reaches this bot over https, such as `https://bot.example.com`; empty for Socket Mode.
    """
    url = f"{http_url.rstrip('/').removesuffix(EVENTS_PATH)}{EVENTS_PATH}" if http_url else ""
    return {
        "display_information": {"name": "swr-bot", "description": _ABOUT, "long_description": _long_description()},
        "features": {
            # Nobody can write to it where it would not answer: slash commands and mentions are its only ways in.
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": BOT_NAME, "always_online": False},
            "shortcuts": [
                {
                    "name": SHORTCUT_NAME,
                    "type": "global",
                    "callback_id": Callback.NEW_REPOSITORY.value,
                    "description": "Opens a form; nothing is created before you confirm.",
                }
            ],
            "slash_commands": [
                {
                    "command": PROGRAM,
                    "description": "Image repositories and organizations in SWR",
                    "usage_hint": _usage_hint(),
                    "should_escape": False,
                    **_given(url=url),
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": [*SCOPES]}},
        "settings": {
            "event_subscriptions": {"bot_events": [*_EVENTS], **_given(request_url=url)},
            "interactivity": {"is_enabled": True, **_given(request_url=url, message_menu_options_url=url)},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": False,
        },
    }


def manifest_text(*, http_url: str = "") -> str:
    """The manifest as the file `manifest.json` holds it."""
    return json.dumps(manifest(http_url=http_url), indent=2, ensure_ascii=False) + "\n"


def problems(manifest: Mapping[str, object]) -> list[str]:
    """What Slack would refuse in a manifest of this bot, a line for each; empty where nothing is known against it."""
    found: list[str] = []
    for path, value in _leaves("", manifest):
        rule = _RULES.get(re.sub(r"\[\d+\]", "[]", path))
        found += [f"{path} is not a key that Slack knows"] if rule is None else rule.problems(path, value)
    for path, least, most in _COUNTS:
        items = _at(manifest, path)
        if items is not None and not least <= len(_listed(items)) <= most:
            found.append(f"{path} has {len(_listed(items))} entries; from {least} to {most} are possible")
    found += [f"{path} is missing" for path in _REQUIRED if _at(manifest, path) is None]
    return [*found, *_transport_problems(manifest), *_scope_problems(manifest)]


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a value may be: text of so many characters and a shape, or true or false."""

    least: int = 0
    most: int = 0
    shape: str = r"[\s\S]*"
    switch: bool = False

    def problems(self, path: str, value: object) -> list[str]:
        if self.switch:
            return [] if isinstance(value, bool) else [f"{path} is neither true nor false"]
        if not isinstance(value, str):
            return [f"{path} is no text"]
        if not self.least <= len(value) <= self.most:
            return [f"{path} has {len(value)} characters; from {self.least} to {self.most} are possible"]
        return [] if re.fullmatch(self.shape, value) else [f"{path} has the wrong form: {value}"]


_URL = _Rule(1, 3_000, r"https://\S+")
_SWITCH = _Rule(switch=True)
_RULES: Mapping[str, _Rule] = {
    "display_information.name": _Rule(1, 35),
    "display_information.description": _Rule(1, 140),
    "display_information.long_description": _Rule(175, 4_000),
    "display_information.background_color": _Rule(4, 7, "#(?:[0-9A-Fa-f]{3}){1,2}"),
    "features.app_home.home_tab_enabled": _SWITCH,
    "features.app_home.messages_tab_enabled": _SWITCH,
    "features.app_home.messages_tab_read_only_enabled": _SWITCH,
    "features.bot_user.display_name": _Rule(1, 80, "[a-z0-9_.-]+"),
    "features.bot_user.always_online": _SWITCH,
    "features.shortcuts[].name": _Rule(1, 24),
    "features.shortcuts[].type": _Rule(1, 10, "global|message"),
    "features.shortcuts[].callback_id": _Rule(1, 255),
    "features.shortcuts[].description": _Rule(1, 150),
    "features.slash_commands[].command": _Rule(2, 32, r"/\S+"),
    "features.slash_commands[].description": _Rule(1, 2_000),
    "features.slash_commands[].usage_hint": _Rule(1, 1_000),
    "features.slash_commands[].should_escape": _SWITCH,
    "features.slash_commands[].url": _URL,
    "oauth_config.scopes.bot[]": _Rule(1, 255, r"[a-z_.]+(?::[a-z_.]+)*"),
    "oauth_config.scopes.bot_optional[]": _Rule(1, 255, r"[a-z_.]+(?::[a-z_.]+)*"),
    "oauth_config.redirect_urls[]": _Rule(1, 2_500, r"https://\S+"),
    "settings.event_subscriptions.bot_events[]": _Rule(1, 50, "[a-z_.]+"),
    "settings.event_subscriptions.request_url": _Rule(1, 3_500, r"https://\S+"),
    "settings.interactivity.is_enabled": _SWITCH,
    "settings.interactivity.request_url": _URL,
    "settings.interactivity.message_menu_options_url": _URL,
    "settings.allowed_ip_address_ranges[]": _Rule(7, 50, r"[0-9a-fA-F.:/]+"),
    "settings.org_deploy_enabled": _SWITCH,
    "settings.socket_mode_enabled": _SWITCH,
    "settings.token_rotation_enabled": _SWITCH,
}
_COUNTS = (
    ("features.slash_commands", 1, 50),
    ("features.shortcuts", 1, 10),
    ("oauth_config.scopes.bot", 1, 255),
    ("oauth_config.scopes.bot_optional", 0, 255),
    ("oauth_config.redirect_urls", 0, 1_000),
    ("settings.event_subscriptions.bot_events", 1, 100),
    ("settings.allowed_ip_address_ranges", 0, 10),
)
_REQUIRED = (
    "display_information.name",
    "features.bot_user.display_name",
    "features.slash_commands[0].command",
    "features.slash_commands[0].description",
    "features.shortcuts[0].name",
    "features.shortcuts[0].type",
    "features.shortcuts[0].callback_id",
    "features.shortcuts[0].description",
    "oauth_config.scopes.bot",
    "settings.interactivity.is_enabled",
    "settings.socket_mode_enabled",
)
_URLS = (
    "features.slash_commands[0].url",
    "settings.event_subscriptions.request_url",
    "settings.interactivity.request_url",
    "settings.interactivity.message_menu_options_url",
)


def _transport_problems(manifest: Mapping[str, object]) -> Iterator[str]:
    if _at(manifest, "settings.socket_mode_enabled") is False:
        yield from (
            f"{path} is missing; without Socket Mode Slack needs it" for path in _URLS if not _at(manifest, path)
        )


def _scope_problems(manifest: Mapping[str, object]) -> Iterator[str]:
    main, optional = (_listed(_at(manifest, f"oauth_config.scopes.{name}")) for name in ("bot", "bot_optional"))
    yield from (f"oauth_config.scopes.bot lacks {scope}" for scope in SCOPES if main and scope not in main)
    yield from (f"oauth_config.scopes.bot_optional has {s}, which bot has not" for s in optional if s not in main)


def _leaves(path: str, value: object) -> Iterator[tuple[str, object]]:
    """Every value that is neither an object nor a list, with its path."""
    if isinstance(value, Mapping):
        for name, member in cast("Mapping[str, object]", value).items():
            yield from _leaves(f"{path}.{name}" if path else name, member)
    elif isinstance(value, list):
        for number, member in enumerate(cast("list[object]", value)):
            yield from _leaves(f"{path}[{number}]", member)
    else:
        yield path, value


def _at(value: object, path: str) -> object:
    """What stands at a path such as `features.shortcuts[0].name`, or None."""
    for name in re.findall(r"[^.\[\]]+", path):
        if isinstance(value, Mapping):
            value = cast("Mapping[str, object]", value).get(name)
        elif name.isdigit():
            value = dict(enumerate(_listed(value))).get(int(name))
        else:
            return None
    return value


def _listed(value: object) -> Sequence[object]:
    return cast("list[object]", value) if isinstance(value, list) else ()


def _given(**urls: str) -> Mapping[str, str]:
    return {name: url for name, url in urls.items() if url}


def _usage_hint() -> str:
    """`org create|list, repo create|info, pending, help`."""
    groups: dict[str, list[str]] = {}
    for command in slack_commands():
        first, _, second = command.words.partition(" ")
        groups.setdefault(first, []).extend([second] if second else [])
    return ", ".join(f"{first} {'|'.join(seconds)}".strip() for first, seconds in groups.items())


def _long_description() -> str:
    lines = [
        f"• {PROGRAM} {command.words} {command.label}".rstrip() + f": {command.summary}" for command in slack_commands()
    ]
    return "\n".join([_ABOUT, "", *lines])
