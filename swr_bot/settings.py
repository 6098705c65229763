"""Settings: environment variables over one TOML file, checked together, frozen afterwards.

Plain dataclasses and readers of their own: a look-up at the terminal must not wait for pydantic to load.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from swr_tools.errors import ArgumentInvalid, SettingsInvalid
from swr_tools.gate.policy import Policy
from swr_tools.wording import did_you_mean, safe

PREFIX = "SWR_BOT_"
CONFIG_VARIABLE = "SWR_BOT_CONFIG"
# What Kubernetes puts into every container next to a Service that is called swr-bot.
_FOREIGN = re.compile(r"SWR_BOT_(?:SERVICE_(?:HOST|PORT(?:_.+)?)|PORT(?:_.+)?)")
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


def _meaning(description: str, read: Callable[[object], object] = _text) -> Mapping[str, object]:
    return {"description": description, "read": read}


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
    policy: Policy = field(default=Policy(), metadata=_meaning("`[[policy.rule]]` tables; only in the file", _rules))


def load_settings(environ: Mapping[str, str], **overrides: object) -> Settings:
    """Read the file and the environment; the environment wins, and flags of the command line win over both.

    Raises:
        SettingsInvalid: One error for all that is wrong.
    """
    path = Path(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None
    given = {**_read_file(path), **_read_environment(environ), **overrides}
    known = {info.name: info.metadata["read"] for info in fields(Settings)}
    problems = [_unknown(name, list(known)) for name in given if name not in known]
    values: dict[str, object] = {}
    for name in given.keys() & known.keys():
        try:
            values[name] = known[name](given[name])
        except ValueError as error:
            problems.append(_problem(name, given[name], error))
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


def _problem(name: str, value: object, error: ValueError) -> str:
    if name == "policy":
        return f"The policy in the settings file cannot be read; {error}."
    return f"{PREFIX}{name.upper()} is {safe(str(value), 60)!r}; {error}."


def _unknown(name: str, known: list[str]) -> str:
    close = did_you_mean(name, known)
    meant = f" Did you mean {PREFIX}{close.upper()}?" if close else ""
    return f"There is no setting {PREFIX}{safe(name.upper(), 60)}.{meant}"
