"""The MCPB bundle says what the package does: its version, its tools, and settings that exist."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from swr_bot.settings import PREFIX, Settings, load_settings
from swr_tools.cloud.credentials import find_credentials
from swr_tools.errors import CredentialsMissing
from swr_tools.operations import CATALOG

Json = Any  # as much as is known of a JSON file before a test looks at it
ROOT = Path(__file__).parents[2]
BUNDLE = ROOT / "packaging" / "mcpb"
CREDENTIALS = {"HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_PROJECT_ID"}


@pytest.fixture
def manifest() -> Json:
    """The manifest."""
    return json.loads((BUNDLE / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture
def nobodys(tmp_path: Path) -> Mapping[str, str]:
    """An environment that reads no settings file of whoever runs the tests."""
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    return {"SWR_BOT_CONFIG": str(tmp_path / "config.toml")}


def filled_in(manifest: Json, **typed: str | bool) -> Mapping[str, str]:
    """The environment that a program makes of the manifest and of what its person typed."""
    values = {key: option["default"] for key, option in manifest["user_config"].items()} | typed
    texts = {key: str(value).lower() if isinstance(value, bool) else value for key, value in values.items()}
    env: Mapping[str, str] = manifest["server"]["mcp_config"]["env"]
    return {
        name: re.sub(r"\$\{user_config\.(\w+)\}", lambda found: texts[found[1]], text) for name, text in env.items()
    }


def test_the_bundle_is_of_this_version_and_runs_it(manifest: Json) -> None:
    """Manifest, its project, and the package that it pins."""
    package = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    project = tomllib.loads((BUNDLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert manifest["version"] == project["version"] == package["version"]
    assert project["dependencies"] == [f"swr-bot=={package['version']}"]
    assert project["requires-python"] == package["requires-python"]
    assert manifest["compatibility"]["runtimes"]["python"] == package["requires-python"]
    assert (manifest["description"], manifest["license"]) == (package["description"], package["license"])


def test_it_lists_the_tools_of_the_catalog(manifest: Json) -> None:
    """By name, in order, with their summaries."""
    listed = [(tool["name"], tool["description"]) for tool in manifest["tools"]]

    assert listed == [(operation.name, operation.summary) for operation in CATALOG]


def test_every_variable_it_sets_is_read_and_every_field_is_used(manifest: Json) -> None:
    """A setting, or a credential of the SDK's; and nothing is asked for in vain."""
    env = manifest["server"]["mcp_config"]["env"]
    known = {f"{PREFIX}{info.name.upper()}" for info in fields(Settings)} | CREDENTIALS
    used = re.findall(r"\$\{user_config\.(\w+)\}", " ".join(env.values()))

    assert [name for name in env if name not in known] == []
    assert sorted(used) == sorted(manifest["user_config"])


def test_only_secrets_are_hidden_and_the_secret_key_is(manifest: Json) -> None:
    """Programs keep sensitive values in the system's key store."""
    assert [key for key, option in manifest["user_config"].items() if option.get("sensitive")] == ["secret_key"]


def test_fields_left_empty_mean_not_set(manifest: Json, nobodys: Mapping[str, str], tmp_path: Path) -> None:
    """Every field has a default, or programs would pass its placeholder on; an empty one falls back as if unset."""
    environ = filled_in(manifest)

    assert load_settings({**environ, **nobodys}) == load_settings(nobodys)
    with pytest.raises(CredentialsMissing, match=r"^No credentials for SWR were found\."):
        find_credentials(environ, home=tmp_path, metadata_url=None)


def test_fields_filled_in_arrive(manifest: Json, nobodys: Mapping[str, str], tmp_path: Path) -> None:
    """Keys, region and both switches, as programs write them."""
    typed = {"access_key": "AK", "secret_key": "SK", "project_id": "p", "region": "cn-north-4"}
    environ = filled_in(manifest, **typed, read_only=True, emulator=True)
    settings = load_settings({**environ, **nobodys})

    assert (settings.region, settings.read_only, settings.emulator) == ("cn-north-4", True, True)
    assert find_credentials(environ, home=tmp_path, metadata_url=None).source == "environment HUAWEICLOUD_SDK_AK"
