"""The documentation says what the emulator does: its tables are compared with the code."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from swr_bot.emulators.swr import Account, Behaviour, SeedOrganization, SeedRepository
from swr_bot.emulators.swr.faults import KINDS
from swr_bot.emulators.swr.routes import ROUTES
from swr_bot.emulators.swr.seed_file import load_seed

PAGE = Path(__file__).parents[3] / "docs" / "emulator.md"


@pytest.fixture
def page() -> str:
    """The documentation."""
    return PAGE.read_text(encoding="utf-8")


def test_every_route_is_documented_and_every_documented_route_exists(page: str) -> None:
    """Method, path and who may use it."""
    documented = re.findall(r"^\| ([A-Z]+) \| `(/[^`]*)` \| ([^|]*) \|", page, re.MULTILINE)
    assert documented == [(route.method, route.path, route.access.value) for route in ROUTES]


def test_every_fault_is_documented_in_its_own_words(page: str) -> None:
    """The same sentence in the code and on the page."""
    table = page.partition("| kind | what happens |")[2]
    assert dict(re.findall(r"^\| `([\w-]+)` \| (.*) \|$", table, re.MULTILINE)) == KINDS


def test_the_example_seed_can_be_loaded_and_names_every_field(page: str, tmp_path: Path) -> None:
    """It is complete, and its behaviour is the default."""
    example = page.partition("```toml\n")[2].partition("```")[0]
    path = tmp_path / "seed.toml"
    path.write_text(example, encoding="utf-8")
    assert load_seed(path).behaviour == Behaviour(repository_quota=100)
    content = tomllib.loads(example)
    organization = content["organizations"][0]
    records = [
        (Behaviour, content["behaviour"]),
        (Account, content["accounts"][0]),
        (SeedOrganization, organization),
        (SeedRepository, organization["repositories"][0]),
    ]
    for kind, item in records:
        assert list(item) == [field.name for field in fields(kind)]
