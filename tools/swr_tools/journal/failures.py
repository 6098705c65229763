"""What a person is told when the journal's database fails; the only place where its errors are translated."""

import errno
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, MultipleResultsFound, NoResultFound, SQLAlchemyError

from swr_tools.errors import JournalUnavailable
from swr_tools.journal.rows import RowDamaged

_DAMAGED = (
    "The journal {place} is damaged.",
    "Run `swr-bot audit verify`, or put back the newest good copy of the file.",
)
_FULL = ("There is no space left to write the journal {place}.", "Free some space, then try again.")
_READ_ONLY = (
    "The journal {place} cannot be written.",
    "Make the file and its folder writable for this user, or set SWR_BOT_STATE_DIR to another folder.",
)
_NOT_OPENED = (
    "The journal {place} cannot be opened.",
    "Check that its folder exists and belongs to this user, or set SWR_BOT_STATE_DIR to another folder.",
)
_NOT_A_FOLDER = (
    "The journal {place} cannot be opened: on its path a file is where a folder must be, or a folder a file.",
    "Move it away, or set SWR_BOT_STATE_DIR to another folder.",
)
_LOCKED = (
    "The journal {place} has been locked by another program for too long.",
    "Try again; if it stays so, end the program that holds the file open.",
)
_NOT_A_JOURNAL = (
    "The file {place} is not a journal of swr-bot, or it is damaged.",
    "Move it away or put back the newest good copy; a new journal is made where there is none.",
)
_FAILED = (
    "The journal {place} cannot be read or written now.",
    "Check the disk it is on, then try again.",
)

_BY_SQLITE_CODE = {
    sqlite3.SQLITE_ERROR: _NOT_A_JOURNAL,  # a table or a column is not there, or is there before ours
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _NOT_OPENED,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_CONSTRAINT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _NOT_A_JOURNAL,
}


@contextmanager
def told(place: str) -> Generator[None]:
    """Turn every error of the database, the driver and the file system into JournalUnavailable.

    Args:
        place: The file.
    """
    try:
        yield
    except (SQLAlchemyError, OSError, RowDamaged) as error:
        sentence, hint = _words_for(error)
        raise JournalUnavailable(sentence.format(place=place), hint=hint) from error


def _words_for(error: Exception) -> tuple[str, str]:
    if isinstance(error, (RowDamaged, NoResultFound, MultipleResultsFound)):
        return _DAMAGED
    if isinstance(error, OSError):
        return _words_for_os(error)
    if isinstance(error, DBAPIError) and isinstance(error.orig, sqlite3.Error):
        # The low byte is the kind of failure, the rest where it was met.
        return _BY_SQLITE_CODE.get(getattr(error.orig, "sqlite_errorcode", 0) & 0xFF, _FAILED)
    return _FAILED


def _words_for_os(error: OSError) -> tuple[str, str]:
    if isinstance(error, (NotADirectoryError, FileExistsError, IsADirectoryError)):
        return _NOT_A_FOLDER
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return _READ_ONLY
    return _FULL if error.errno in {errno.ENOSPC, errno.EDQUOT} else _NOT_OPENED
