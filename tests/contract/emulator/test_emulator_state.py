"""The state without the web: shared files, seeds, broken files, times."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from swr_bot.emulators.swr import (
    DEFAULT_ACCOUNT,
    Behaviour,
    EmulatorSeedError,
    EmulatorStateError,
    Seed,
    SeedOrganization,
    SeedRepository,
    create_app,
)
from swr_bot.emulators.swr.errors import ServiceRefusal
from swr_bot.emulators.swr.seed_file import load_seed
from swr_bot.emulators.swr.state import State, timestamp

CREATE_MANY = """
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from swr_bot.emulators.swr import DEFAULT_ACCOUNT, Behaviour
from swr_bot.emulators.swr.errors import ServiceRefusal
from swr_bot.emulators.swr.state import State

state = State(Path(sys.argv[1]), behaviour=Behaviour(organization_quota=600))
print("ready", flush=True)
sys.stdin.readline()
refused = []
for number in range(800):
    try:
        state.create_organization(DEFAULT_ACCOUNT, f"group{number}")
    except ServiceRefusal as refusal:
        refused.append(refusal.code)
print(800 - len(refused))
"""


def child(command: list[str]) -> subprocess.Popen[str]:
    """A process that waits for a line."""
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own text


def test_two_processes_share_one_file(tmp_path: Path) -> None:
    """Each name is created once and the quota holds, however the writes of two processes meet."""
    path = tmp_path / "new" / "swr.db"
    command = [sys.executable, "-c", CREATE_MANY, str(path)]
    with child(command) as one, child(command) as two:
        for process in (one, two):
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in (one, two):
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        created = [process.communicate(timeout=60)[0] for process in (one, two)]
    assert sum(int(count) for count in created) == 600
    state = State(path)
    assert len(state.organizations(DEFAULT_ACCOUNT)) == 600
    state.close()


async def test_what_one_app_creates_the_next_finds(tmp_path: Path, key_pair: Callable[[str, str], httpx.Auth]) -> None:
    """Two apps in their clients' processes, without lifespan events."""
    auth = key_pair(DEFAULT_ACCOUNT.access_key, DEFAULT_ACCOUNT.secret_key)
    path = str(tmp_path / "swr.db")
    for method, expected in (("POST", 201), ("GET", 200)):
        transport = httpx.ASGITransport(app=create_app(state=path))
        async with httpx.AsyncClient(transport=transport, base_url="http://swr.test", auth=auth) as client:
            answer = await client.request(method, "/v2/manage/namespaces", json={"namespace": "group"})
            assert answer.status_code == expected
    assert [each["name"] for each in answer.json()["namespaces"]] == ["group"]


def test_a_file_keeps_regions_apart(tmp_path: Path) -> None:
    """A name is unique in a region, not over all of them."""
    here, there = (State(tmp_path / "swr.db", region=region) for region in ("cn-north-4", "eu-de"))
    here.create_organization(DEFAULT_ACCOUNT, "group")
    there.create_organization(DEFAULT_ACCOUNT, "group")
    with pytest.raises(ServiceRefusal):
        here.create_organization(DEFAULT_ACCOUNT, "group")
    here.delete_organization(DEFAULT_ACCOUNT, "group")
    assert [each.name for each in there.organizations(DEFAULT_ACCOUNT)] == ["group"]


def garbage(path: Path) -> None:
    """No database at all."""
    path.write_bytes(b"this is no database, " * 50)


def stranger(path: Path) -> None:
    """A database of another program."""
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE journal (id INTEGER)")
    connection.close()


def folder(path: Path) -> None:
    """A folder where the file should be."""
    path.mkdir()


@pytest.mark.parametrize("spoil", [garbage, stranger, folder])
def test_a_file_that_cannot_be_used_is_one_sentence(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    """With the file's name and a way on; a stranger's file is left as it was."""
    path = tmp_path / "swr.db"
    spoil(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(EmulatorStateError, match=r"swr\.db.*Choose another file"):
        create_app(state=path)
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    """As with a folder that may not be written to."""
    (tmp_path / "file").touch()
    with pytest.raises(EmulatorStateError, match="cannot be used"):
        create_app(state=tmp_path / "file" / "swr.db")


async def test_a_file_that_breaks_later_is_an_internal_error(
    tmp_path: Path, key_pair: Callable[[str, str], httpx.Auth]
) -> None:
    """500 of the gateway with the sentence, not a traceback."""
    path = tmp_path / "swr.db"
    app = create_app(state=path)
    path.write_bytes(b"x" * path.stat().st_size)
    auth = key_pair(DEFAULT_ACCOUNT.access_key, DEFAULT_ACCOUNT.secret_key)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://swr.test", auth=auth) as client:
        answer = await client.get("/v2/manage/namespaces")
    assert (answer.status_code, answer.json()["error_code"]) == (500, "APIGW.0601")
    assert "swr.db" in answer.json()["error_msg"]


SEED = Seed(
    organizations=(
        SeedOrganization("group", repositories=(SeedRepository("team/app", tags=("1.0",), size=7),)),
        SeedOrganization("empty"),
    )
)


def test_a_seed_is_filled_in_once_and_again_after_a_reset() -> None:
    """What is there already is left alone."""
    state = State()
    state.fill(SEED)
    state.delete_repository(DEFAULT_ACCOUNT, "group", "team/app")
    state.create_organization(DEFAULT_ACCOUNT, "more")
    state.fill(SEED)
    assert [each.name for each in state.organizations(DEFAULT_ACCOUNT)] == ["group", "empty", "more"]
    state.reset(SEED)
    assert [each.name for each in state.organizations(DEFAULT_ACCOUNT)] == ["group", "empty"]
    assert state.repository(DEFAULT_ACCOUNT, "group", "team/app").tags == ("1.0",)
    state.reset()
    assert state.organizations(DEFAULT_ACCOUNT) == []


def test_a_seed_leaves_alone_what_became_somebody_elses() -> None:
    """Its organization was taken by another account before."""
    other = replace(DEFAULT_ACCOUNT, domain_id="f" * 32)
    state = State()
    state.create_organization(other, "group")
    state.fill(SEED)
    assert state.repositories(other) == []
    assert [each.name for each in state.organizations(DEFAULT_ACCOUNT)] == ["empty"]


def test_a_refused_write_leaves_nothing_behind() -> None:
    """The transaction is undone and the next one works."""
    state = State(behaviour=Behaviour(organization_quota=1))
    state.create_organization(DEFAULT_ACCOUNT, "group")
    for name in ("group", "other"):
        with pytest.raises(ServiceRefusal):
            state.create_organization(DEFAULT_ACCOUNT, name)
    state.delete_organization(DEFAULT_ACCOUNT, "group")
    state.create_organization(DEFAULT_ACCOUNT, "other")


def test_times_have_six_digits_and_a_z() -> None:
    """Also when they fall on a whole second."""
    assert timestamp(0) == "1970-01-01T00:00:00.000000Z"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[behaviour", "cannot be used"),
        ("colour = 1", "colour"),
        ("[behaviour]\ncreate_repository_status = 204", "200 or 201"),
        ("[behaviour]\nstrict_hyphens = 1", "behaviour.strict_hyphens"),
        ("[[accounts]]\naccess_key = 'K'", "accounts.0.secret_key"),
        ("accounts = []", "needs accounts"),
        ("[[organizations]]\nname = 'Group'", "no organization name"),
        ("[[organizations]]\nname = 'g'\n[[organizations]]\nname = 'g'", "twice"),
        ("[[organizations]]\nname = 'group'\nowner = 'nobody'", "owner of group"),
        ("[[organizations]]\nname = 'g'\n[[organizations.repositories]]\nname = 'A'", "lacks a valid name"),
        ("[[organizations]]\nname = 2030-01-01\nsize = 1", "organizations.0"),
    ],
)
def test_a_wrong_seed_is_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    """With the place of the mistake."""
    path = tmp_path / "seed.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EmulatorSeedError, match=says) as caught:
        load_seed(path)
    assert "\n" not in str(caught.value)


def test_a_missing_seed_is_one_sentence(tmp_path: Path) -> None:
    """With its name."""
    with pytest.raises(EmulatorSeedError, match=r"none\.toml"):
        load_seed(tmp_path / "none.toml")


def test_keys_and_passwords_are_not_printed() -> None:
    """Accounts end up in logs of tests."""
    assert DEFAULT_ACCOUNT.secret_key not in repr(DEFAULT_ACCOUNT)
    assert DEFAULT_ACCOUNT.password not in repr(DEFAULT_ACCOUNT)
