"""The MCP registry's server.json: what the registry demands, and what is true of this package.

What its schema of 2025-12-11 demands is written out here as far as this file uses it.
"""

import json
import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from swr_bot.cli.commands import terminal_commands
from swr_bot.grammar import parse
from swr_bot.settings import PREFIX, Settings, load_settings

Json = Any  # as much as is known of a JSON file before a test looks at it
ROOT = Path(__file__).parents[2]
CREDENTIALS = {"HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_PROJECT_ID"}
SERVER_FIELDS = {"$schema", "name", "title", "description", "version", "packages"}
PACKAGE_FIELDS = {"registryType", "identifier", "version", "runtimeHint", "transport"}
VARIABLE_FIELDS = {"name", "description", "format", "isRequired", "isSecret", "default", "placeholder", "choices"}


@pytest.fixture
def server() -> Json:
    """The whole file."""
    return json.loads((ROOT / "server.json").read_text(encoding="utf-8"))


@pytest.fixture
def package(server: Json) -> Json:
    """Its only package."""
    (package,) = server["packages"]
    return package


def test_it_is_what_the_registry_takes(server: Json) -> None:
    """Its fields, their lengths, and a name in reverse-DNS form."""
    assert set(server) == SERVER_FIELDS
    assert server["$schema"].endswith("/schemas/2025-12-11/server.schema.json")
    assert re.fullmatch(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", server["name"])
    assert 1 <= len(server["description"]) <= 100
    assert 1 <= len(server["title"]) <= 100


def test_its_package_is_this_one(server: Json, package: Json) -> None:
    """The published package, in this very version: ranges are refused there."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert set(package) == PACKAGE_FIELDS | {"packageArguments", "environmentVariables"}
    assert (package["registryType"], package["identifier"]) == ("pypi", project["name"])
    assert server["version"] == package["version"] == project["version"]
    assert (package["runtimeHint"], package["transport"]) == ("uvx", {"type": "stdio"})


def test_its_arguments_start_the_server_on_standard_input_and_output(package: Json) -> None:
    """They are a command line of ours."""
    assert all((word["type"], set(word)) == ("positional", {"type", "value"}) for word in package["packageArguments"])
    words = [word["value"] for word in package["packageArguments"]]

    assert parse(words, terminal_commands()).command.words == "mcp"


def test_every_variable_is_one_that_is_read(package: Json, tmp_path: Path) -> None:
    """A setting, or a credential of the SDK's, explained, and with a default that is the program's own."""
    variables = package["environmentVariables"]
    known = {f"{PREFIX}{info.name.upper()}" for info in fields(Settings)} | CREDENTIALS
    nobodys = {"SWR_BOT_CONFIG": str(tmp_path / "config.toml")}
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    defaults = {variable["name"]: variable["default"] for variable in variables if "default" in variable}

    assert [variable["name"] for variable in variables if variable["name"] not in known] == []
    assert all(set(variable) <= VARIABLE_FIELDS and variable["description"] for variable in variables)
    assert all(variable["format"] in ("string", "boolean") for variable in variables)
    assert load_settings({**nobodys, **defaults}) == load_settings(nobodys)


def test_keys_are_marked_as_secrets(package: Json) -> None:
    """Programs hide them and keep them apart."""
    secrets = {variable["name"] for variable in package["environmentVariables"] if variable.get("isSecret")}

    assert secrets == {"HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK"}


def test_the_readme_shows_that_the_name_is_ours(server: Json) -> None:
    """The registry looks for this line in the published package's description."""
    assert f"mcp-name: {server['name']}" in (ROOT / "README.md").read_text(encoding="utf-8")
