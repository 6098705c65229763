"""How the schema came to be, and that it is what the code believes."""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from swr_tools.journal.journal import Journal
from swr_tools.journal.tables import REVISIONS, metadata
from swr_tools.proposals import Proposal

Draft = Callable[..., Proposal]


def migrations() -> Config:
    """Alembic's view of the migrations in the package."""
    config = Config()
    config.set_main_option("script_location", "swr_tools.journal:migrations")
    return config


def upgrade(place: Path, revision: str) -> None:
    """Make a journal as the version with this schema made it."""
    engine = create_engine(f"sqlite:///{place}")
    with engine.begin() as connection:
        config = migrations()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def schema(place: Path) -> Mapping[str, str]:
    """The statements that make up a database, without Alembic's own and the triggers."""
    with closing(sqlite3.connect(place)) as database:
        found = database.execute(
            "SELECT name, sql FROM sqlite_master WHERE type <> 'trigger' AND tbl_name <> 'alembic_version'"
        )
        return {name: " ".join(sql.split()) for name, sql in found if sql}


def content(place: Path) -> bytes:
    """Every byte of the file."""
    return place.read_bytes()


def test_the_known_revisions_are_those_of_the_migrations() -> None:
    """The constant that spares loading Alembic names every migration, oldest first."""
    scripts = ScriptDirectory.from_config(migrations())

    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == REVISIONS
    assert [REVISIONS[-1]] == scripts.get_heads()


async def test_the_migrations_make_the_tables_of_the_code(journal: Journal, place: Path, tmp_path: Path) -> None:
    """Alembic sees no difference, and the statements are the same to the letter, partial indexes included."""
    assert journal
    engine = create_engine(f"sqlite:///{place}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()

    fresh = create_engine(f"sqlite:///{tmp_path / 'fresh.db'}")
    metadata.create_all(fresh)
    fresh.dispose()
    assert schema(tmp_path / "fresh.db") == schema(place)


async def test_an_empty_file_becomes_a_journal(tmp_path: Path, draft: Draft) -> None:
    """A file without a byte, as `touch` leaves it, is migrated like none at all."""
    place = tmp_path / "journal.db"
    place.touch()

    async with await Journal.open(place) as journal:
        proposal = await journal.propose(draft())
        assert [proposal] == await journal.open_proposals()


@pytest.mark.parametrize("revision", REVISIONS)
async def test_a_journal_of_every_past_schema_opens_and_works(place: Path, draft: Draft, revision: str) -> None:
    """Each is brought up to date, is whole, and takes new proposals."""
    place.parent.mkdir()
    upgrade(place, revision)

    async with await Journal.open(place) as journal:
        proposal = await journal.propose(draft())
        assert [proposal] == await journal.open_proposals()
        assert (await journal.verify()).ok

    with closing(sqlite3.connect(place)) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [(REVISIONS[-1],)]


async def test_opening_again_changes_nothing(place: Path, draft: Draft) -> None:
    """An up-to-date journal is opened without a write."""
    async with await Journal.open(place) as journal:
        await journal.propose(draft())
    before = content(place)

    async with await Journal.open(place):
        pass

    assert before == content(place)
