"""The SQLite database under the state: in memory, or a file that several processes may share."""

import sqlite3
import threading
import weakref
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import EmulatorStateError

Row = tuple[Any, ...]
"""A row of a query; its columns are typed by the schema below."""

_APPLICATION_ID = 0x5357_5245
_SCHEMA_VERSION = 1
_BUSY_MILLISECONDS = 10_000

# AUTOINCREMENT, so that ids only ever ascend: a deleted organization's id never comes back.
_SCHEMA = (
    """
    CREATE TABLE organizations (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        region TEXT NOT NULL,
        name TEXT NOT NULL,
        domain_id TEXT NOT NULL,
        creator_name TEXT NOT NULL,
        UNIQUE (region, name)
    )
    """,
    """
    CREATE TABLE repositories (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        organization_id INTEGER NOT NULL REFERENCES organizations (id),
        name TEXT NOT NULL,
        is_public INTEGER NOT NULL,
        category TEXT NOT NULL,
        description TEXT NOT NULL,
        tags TEXT NOT NULL,
        size INTEGER NOT NULL,
        num_download INTEGER NOT NULL,
        creator_id TEXT NOT NULL,
        creator_name TEXT NOT NULL,
        domain_id TEXT NOT NULL,
        domain_name TEXT NOT NULL,
        created TEXT NOT NULL,
        updated TEXT NOT NULL,
        UNIQUE (organization_id, name)
    )
    """,
)


class Database:
    """One connection, usable from any thread, one statement or transaction at a time.

    Args:
        path: a file, created together with its folder when missing, or ``None`` for memory.

    Raises:
        EmulatorStateError: here and from every method, when the file cannot be used.
    """

    def __init__(self, path: Path | None) -> None:
        self._name = "in memory" if path is None else f"file {path}"
        self._lock = threading.Lock()
        with self._translated():
            self._connection = _open(path)
        # An app mounted in its client's process is told of no shutdown: the file is closed with the last reference.
        self._finalizer = weakref.finalize(self, self._connection.close)
        try:
            self._prepare()
        except EmulatorStateError:
            self.close()
            raise

    def close(self) -> None:
        """Closes the file; the database cannot be used afterwards."""
        self._finalizer()

    def read(self, statement: str, values: tuple[object, ...]) -> list[Row]:
        """The rows of one query, outside a transaction."""
        try:
            with self._lock:
                return self.execute(statement, values)
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def execute(self, statement: str, values: tuple[object, ...] = ()) -> list[Row]:
        """One statement inside ``writing``, and its rows."""
        return self._connection.execute(statement, values).fetchall()

    @contextmanager
    def writing(self) -> Generator[None]:
        """A transaction that holds the write lock from the start; an exception undoes it."""
        with self._lock, self._translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.rollback()
                raise

    @contextmanager
    def _translated(self) -> Generator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> EmulatorStateError:
        text = f"The emulator's state ({self._name}) cannot be used: {error}."
        return EmulatorStateError(f"{text} Choose another file, or delete this one to start afresh.")

    def _prepare(self) -> None:
        with self.writing():
            if not self.execute("SELECT 1 FROM sqlite_master LIMIT 1"):
                for statement in _SCHEMA:
                    self.execute(statement)
                self.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
                self.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
            marks = self.execute("PRAGMA application_id") + self.execute("PRAGMA user_version")
            if marks != [(_APPLICATION_ID,), (_SCHEMA_VERSION,)]:
                raise sqlite3.DatabaseError("it belongs to another program or version")


def _open(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
    try:
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
        # A rollback journal rather than WAL: one file, and no race between processes that switch the mode.
        connection.execute("PRAGMA synchronous = OFF")
    except BaseException:
        connection.close()
        raise
    return connection
