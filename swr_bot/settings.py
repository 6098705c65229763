"""Settings: environment variables over one TOML file, checked together, frozen afterwards.

Plain dataclasses and readers of their own: a look-up at the terminal must not wait for pydantic to load.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import cast

from swr_tools.errors import ArgumentInvalid, SettingsInvalid
from swr_tools.gate.policy import Policy
from swr_tools.wording import did_you_mean, safe

PREFIX = "SWR_BOT_"
CONFIG_VARIABLE = "SWR_BOT_CONFIG"
# What Kubernetes puts into every container next to a Service that is called swr-bot.
_FOREIGN = re.compile(r"SWR_BOT_(?:SERVICE_(?:HOST|PORT(?:_.+)?)|PORT(?:_.+)?)")
# A name, an IPv4 address or an IPv6 one in brackets, then a port or `:*` for any.
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(?:[0-9]{1,5}|\*))?", re.ASCII)
_LOOPBACK = re.compile(r"localhost|::1|127(?:\.[0-9]{1,3}){3}")
_SHORTEST_KEY = 32
_TRUTHS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ArgumentInvalid("it must be text")
    return value


def _truth(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() not in _TRUTHS:
        raise ValueError("it must be 1 or 0")
    return _TRUTHS[str(value).lower()]


def _number(least: int, most: int) -> Callable[[object], float]:
    def read(value: object) -> float:
        try:
            number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else least - 1
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise ValueError(f"it must be a number from {least} to {most}")
        return number

    return read


def _folder(value: object) -> Path:
    text = _text(value)
    if "\0" in text:
        raise ValueError("it must be a path")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise ValueError("the home folder in it is not known") from None


def _url(value: object) -> str:
    """A URL whose path may matter: https, or plain http where it never leaves this machine."""
    from urllib.parse import urlsplit

    text = _text(value)
    parts = urlsplit(text)  # a ValueError of its own for a bad bracket or port
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username is not None or parts.port == 0:
        raise ValueError("it must be a URL such as https://swr-bot.example.com/mcp")
    if parts.scheme == "http" and not _LOOPBACK.fullmatch(parts.hostname):
        raise ValueError("it must begin with https://, because plain http shows tokens to the network")
    if parts.query or parts.fragment or not text.isascii() or any(character <= " " for character in text):
        raise ValueError("it must be a URL without a space, a question mark or a hash sign")
    return text


def _words(value: object) -> tuple[str, ...]:
    """A list of the file, or words with commas between them."""
    parts = cast("list[object]", value) if isinstance(value, list) else _text(value).split(",")
    return tuple(word for word in (_text(part).strip() for part in parts) if word)


def _hosts(value: object) -> tuple[str, ...]:
    hosts = tuple(word.lower() for word in _words(value))
    if any(not _HOST.fullmatch(host) for host in hosts):
        raise ValueError("it must be host names with commas between them, each with a port or without")
    return hosts


def _origins(value: object) -> tuple[str, ...]:
    origins = tuple(word.lower().removesuffix("/") for word in _words(value))
    split = [origin.partition("://") for origin in origins]
    if any(scheme not in ("http", "https") or not _HOST.fullmatch(host) for scheme, _, host in split):
        raise ValueError("it must be origins such as https://app.example.com with commas between them")
    return origins


def _keys(value: object) -> tuple[str, ...]:
    keys = _words(value)
    if any(len(key) < _SHORTEST_KEY for key in keys):
        raise ValueError(f"each key must have {_SHORTEST_KEY} characters or more")
    if len(set(keys)) < len(keys):
        raise ValueError("no key may stand in it twice")
    return keys


def _rules(value: object) -> Policy:
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Policy).validate_python(value)
    except ValidationError as error:
        raise ValueError(
            "; ".join(_rule_problem(details["loc"], details["msg"]) for details in error.errors())
        ) from None


def _rule_problem(location: tuple[int | str, ...], message: str) -> str:
    words = [f"number {part + 1}" if isinstance(part, int) else part for part in location]
    return f"{' '.join(words)}: {message.removeprefix('Value error, ')}".removeprefix(": ")


def _meaning(
    description: str, read: Callable[[object], object] = _text, *, secret: bool = False
) -> Mapping[str, object]:
    return {"description": description, "read": read, "secret": secret}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a person can set; each field is `SWR_BOT_` and its name in capitals, and the same key in the file."""

    cloud: str = field(default="huaweicloud", metadata=_meaning("`huaweicloud` or `otc`"))
    region: str = field(default="", metadata=_meaning("a region of that cloud, such as `cn-north-4`"))
    endpoint: str = field(default="", metadata=_meaning("a URL of the SWR API in place of the region's"))
    iam_endpoint: str = field(default="", metadata=_meaning("a URL of IAM in place of the region's"))
    metadata_endpoint: str = field(
        default="http://169.254.169.254",
        metadata=_meaning("where a cloud server's own keys are asked for; `off`: not at all"),
    )
    emulator: bool = field(default=False, metadata=_meaning("`1`: the embedded SWR, as `--emulator`", _truth))
    state_dir: Path = field(
        default_factory=lambda: _user_folder("state"),
        metadata=_meaning("the folder of the journal and the emulator's state", _folder),
    )
    read_only: bool = field(default=False, metadata=_meaning("`1`: no create on any face", _truth))
    proposal_ttl: float = field(
        default=600, metadata=_meaning("seconds in which a create can be confirmed", _number(10, 86_400))
    )
    deadline: float = field(
        default=30, metadata=_meaning("seconds in which a confirmed create may be sent", _number(1, 600))
    )
    public_url: str = field(
        default="", metadata=_meaning("the URL that MCP clients use, such as `https://swr-bot.example.com/mcp`", _url)
    )
    allowed_hosts: tuple[str, ...] = field(
        default=(), metadata=_meaning("host names that requests may be for, besides the public URL's", _hosts)
    )
    allowed_origins: tuple[str, ...] = field(
        default=(), metadata=_meaning("origins of web pages that may ask, such as `https://app.example.com`", _origins)
    )
    token_file: Path | None = field(
        default=None,
        metadata=_meaning("the file of the tokens; `tokens.json` in the state folder unless said", _folder),
    )
    oauth_issuer: str = field(
        default="", metadata=_meaning("the OAuth issuer whose tokens are let in, exactly as its `iss` says", _url)
    )
    oauth_audience: str = field(
        default="", metadata=_meaning("what the `aud` of those tokens must be; the public URL unless said")
    )
    oauth_jwks_url: str = field(
        default="", metadata=_meaning("where that issuer's keys are; found through its metadata unless said", _url)
    )
    request_state_keys: tuple[str, ...] = field(
        default=(),
        repr=False,
        metadata=_meaning(
            "secrets of 32 characters or more, the newest first, where several processes serve the same clients",
            _keys,
            secret=True,
        ),
    )
    slack_teams: tuple[str, ...] = field(
        default=(), metadata=_meaning("ids of the Slack workspaces that are served; the app's own unless said", _words)
    )
    slack_enterprises: tuple[str, ...] = field(
        default=(), metadata=_meaning("ids of the Enterprise Grid organizations that are served", _words)
    )
    slack_app_id: str = field(
        default="", metadata=_meaning("the only Slack app whose payloads are taken; the one Slack names unless said")
    )
    rate_limit: float = field(
        default=120,
        metadata=_meaning("calls a minute that one person may make over HTTP; `0`: any", _number(0, 100_000)),
    )
    policy: Policy = field(default=Policy(), metadata=_meaning("`[[policy.rule]]` tables; only in the file", _rules))

    @property
    def tokens(self) -> Path:
        """The file of the bearer tokens."""
        return self.token_file or self.state_dir / "tokens.json"


def load_settings(environ: Mapping[str, str], **overrides: object) -> Settings:
    """Read the file and the environment; the environment wins, and flags of the command line win over both.

    Raises:
        SettingsInvalid: One error for all that is wrong.
    """
    path = Path(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None
    given = {**_read_file(path), **_read_environment(environ), **overrides}
    known = {info.name: info.metadata["read"] for info in fields(Settings)}
    secret = {info.name: bool(info.metadata["secret"]) for info in fields(Settings)}
    problems = [_unknown(name, list(known)) for name in given if name not in known]
    values: dict[str, object] = {}
    for name in given.keys() & known.keys():
        try:
            values[name] = known[name](given[name])
        except ValueError as error:
            problems.append(_problem(name, given[name], error, secret=secret[name]))
    if problems:
        raise SettingsInvalid(" ".join(sorted(problems)), hint="Mend the settings and run it again.")
    return Settings(**values)  # pyright: ignore[reportArgumentType] - each reader returns its field's type


def _read_file(path: Path | None) -> Mapping[str, object]:
    """The TOML file; a missing one is no error unless it was named."""
    file = path or _user_folder("config") / "config.toml"
    try:
        text = file.read_text(encoding="utf-8")
        import tomllib

        return tomllib.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        if path is None and isinstance(error, FileNotFoundError):
            return {}
        raise SettingsInvalid(
            f"The settings file {file} cannot be read: {_reason(error)}.", hint=f"{CONFIG_VARIABLE} names another one."
        ) from None


def _reason(error: OSError | ValueError | RecursionError) -> str:
    return (error.strerror or type(error).__name__) if isinstance(error, OSError) else str(error)


def _read_environment(environ: Mapping[str, str]) -> Mapping[str, str]:
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(PREFIX) and name != CONFIG_VARIABLE and not _FOREIGN.fullmatch(name) and value != ""
    }


def _user_folder(kind: str) -> Path:
    import platformdirs

    folders = {"state": platformdirs.user_state_path, "config": platformdirs.user_config_path}
    try:
        return folders[kind]("swr-bot", appauthor=False)
    except RuntimeError:
        raise SettingsInvalid(
            "This user has no home folder to keep settings and the journal in.",
            hint=f"Set HOME, or {CONFIG_VARIABLE} and {PREFIX}STATE_DIR to places of your choice.",
        ) from None


def home_folder() -> Path:
    """The user's home folder; the root of the file system for a user that has none."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/")


def _problem(name: str, value: object, error: ValueError, *, secret: bool) -> str:
    if name == "policy":
        return f"The policy in the settings file cannot be read; {error}."
    if secret:
        return f"{PREFIX}{name.upper()} is not shown here; {error}."
    return f"{PREFIX}{name.upper()} is {safe(str(value), 60)!r}; {error}."


def _unknown(name: str, known: list[str]) -> str:
    close = did_you_mean(name, known)
    meant = f" Did you mean {PREFIX}{close.upper()}?" if close else ""
    return f"There is no setting {PREFIX}{safe(name.upper(), 60)}.{meant}"
