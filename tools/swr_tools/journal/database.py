"""Opening the journal's database: the file, the engine, the schema."""

import os
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.event import listen
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from swr_tools.errors import JournalUnavailable
from swr_tools.journal.tables import REVISIONS

_BUSY_SECONDS = 10
_VERSION = text("SELECT version_num FROM alembic_version")


def make_file(path: Path) -> Path:
    """Create the file and its folder for this user alone; those that exist stay as they are.

    Returns:
        Its absolute path, which stays right when the process moves to another folder.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    return path.absolute()


def sqlite_engine(path: Path) -> AsyncEngine:
    """An engine whose transactions are SQLite's own, and durable once they are committed.

    The file keeps SQLite's rollback journal: unlike WAL it is safe on a network disk and leaves one file to
    copy. In that mode only synchronous=EXTRA also syncs the folder, without which a power cut can bring a
    committed claim back to life as pending.
    """
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)),
        connect_args={"isolation_level": None, "timeout": _BUSY_SECONDS},
        hide_parameters=True,
    )
    listen(engine.sync_engine, "connect", _prepare)
    listen(engine.sync_engine, "begin", _begin)
    return engine


def _prepare(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = EXTRA")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A writer takes its lock at once: one that read first and then wanted to write would meet SQLITE_BUSY.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


async def bring_up_to_date(engine: AsyncEngine, writing: AsyncEngine, place: str) -> None:
    """Create the schema or migrate it, once, however many processes open the journal together.

    Raises:
        JournalUnavailable: The journal has a schema that this version does not know.
    """
    async with engine.connect() as connection:
        version = await connection.run_sync(_version)
    if version == REVISIONS[-1]:
        return
    if version is not None and version not in REVISIONS:
        raise JournalUnavailable(
            f"The journal {place} was written by a newer swr-bot (its schema is {version}).",
            hint="Update this swr-bot, or set SWR_BOT_STATE_DIR to another folder.",
        )
    async with writing.begin() as connection:
        await connection.run_sync(_upgrade)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(_VERSION).scalar()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "swr_tools.journal:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
