"""Settings: environment variables over one TOML file, checked together, frozen afterwards."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from swr_tools.errors import SettingsInvalid
from swr_tools.gate.policy import Policy
from swr_tools.wording import did_you_mean, safe

PREFIX = "SWR_BOT_"
CONFIG_VARIABLE = "SWR_BOT_CONFIG"


class Settings(BaseModel):
    """What a person can set; each field is `SWR_BOT_` and its name in capitals, and the same key in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cloud: str = Field(default="huaweicloud", description="`huaweicloud` or `otc`")
    region: str = Field(default="", description="a region of that cloud, such as `cn-north-4`")
    endpoint: str = Field(default="", description="a URL of the SWR API in place of the region's")
    iam_endpoint: str = Field(default="", description="a URL of IAM in place of the region's")
    metadata_endpoint: str = Field(
        default="http://169.254.169.254",
        description="where a cloud server's own keys are asked for; `off`: not at all",
    )
    emulator: bool = Field(default=False, description="`1`: the embedded SWR, as `--emulator`")
    state_dir: Path = Field(
        default_factory=lambda: _user_folder("state"),
        description="the folder of the journal and the emulator's state",
    )
    read_only: bool = Field(default=False, description="`1`: no create on any face")
    proposal_ttl: int = Field(default=600, ge=10, le=86_400, description="seconds in which a create can be confirmed")
    deadline: float = Field(default=30.0, ge=1, le=600, description="seconds in which a confirmed create may be sent")
    policy: Policy = Field(default=Policy(), description="`[[policy.rule]]` tables; only in the file")


def load_settings(environ: Mapping[str, str], **overrides: object) -> Settings:
    """Read the file and the environment; the environment wins, and flags of the command line win over both.

    Raises:
        SettingsInvalid: One error for all that is wrong, with where each value came from.
    """
    path = Path(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None
    values: dict[str, object] = {**_read_file(path), **_read_environment(environ), **overrides}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        problems = [_problem(details["loc"], details["msg"]) for details in error.errors()]
        raise SettingsInvalid(" ".join(problems), hint="Mend the settings and run it again.") from None


def _read_file(path: Path | None) -> Mapping[str, Any]:
    """The TOML file; a missing one is no error unless it was named."""
    import tomllib

    file = path or _user_folder("config") / "config.toml"
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if path is None:
            return {}
        raise SettingsInvalid(
            f"The settings file {file} does not exist.", hint=f"{CONFIG_VARIABLE} names it."
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsInvalid(f"The settings file {file} cannot be read: {error}.") from None


def _read_environment(environ: Mapping[str, str]) -> Mapping[str, str]:
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(PREFIX) and name != CONFIG_VARIABLE and value != ""
    }


def _user_folder(kind: str) -> Path:
    import platformdirs

    folders = {"state": platformdirs.user_state_path, "config": platformdirs.user_config_path}
    return folders[kind]("swr-bot", appauthor=False)


def _problem(location: tuple[int | str, ...], message: str) -> str:
    name = str(location[0])
    if name not in Settings.model_fields:
        close = did_you_mean(name, Settings.model_fields)
        meant = f" Did you mean {PREFIX}{close.upper()}?" if close else ""
        return f"There is no setting {PREFIX}{safe(name.upper(), 60)}.{meant}"
    where = ".".join(str(part) for part in location[1:])
    return f"{PREFIX}{name.upper()}{' ' + where if where else ''}: {message.lower()}."
