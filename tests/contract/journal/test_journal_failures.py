"""Disks fill, folders are read-only, files are damaged: a person is told which file and what to do."""

import asyncio
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import Pool

from swr_tools.errors import JournalUnavailable
from swr_tools.journal.journal import Journal
from swr_tools.proposals import Proposal

Draft = Callable[..., Proposal]
Start = Callable[..., Awaitable[Any]]
NOBODY = 65534


def assert_tells(failure: JournalUnavailable, place: Path, words: str) -> None:
    """A sentence that names the file, a hint, and no SQL."""
    assert words in failure.sentence
    assert str(place) in failure.sentence
    assert failure.sentence.endswith(".")
    assert failure.hint.endswith(".")
    assert not any(word in failure.sentence for word in ("SELECT", "INSERT", "UPDATE", "sqlite3", "sqlalche"))


def overwrite(place: Path) -> None:
    """Fill every page but the first two with rubbish."""
    size = place.stat().st_size
    with place.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xa5" * (size - 8192))


@pytest.fixture
def shared_folder() -> Generator[Path]:
    """A folder that every user may look into, outside pytest's own, which is private."""
    folder = Path(tempfile.mkdtemp(prefix="swr-journal-"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture
def read_only() -> Generator[Callable[[Path], None]]:
    """Take away the right to write, and with it the rights of root, to whom permissions mean nothing."""
    user = os.geteuid()

    def protect(path: Path) -> None:
        path.chmod(path.stat().st_mode & ~0o222)
        if user == 0:
            os.seteuid(NOBODY)

    yield protect
    os.seteuid(user)


async def test_a_full_disk_is_told_and_the_journal_stays_readable(
    place: Path, draft: Draft, pragma: Callable[[str], None]
) -> None:
    """What does not fit is not written at all; what was there before is still there, and whole."""
    async with await Journal.open(place) as journal:
        first = await journal.propose(draft())
    pragma("max_page_count = 20")
    written = [first]

    async with await Journal.open(place) as journal:
        failure: JournalUnavailable | None = None
        while failure is None:
            try:
                written.append(await journal.propose(draft(arguments="x" * 4000)))
            except JournalUnavailable as error:
                failure = error

        assert_tells(failure, place, "no space left")
        assert written == await journal.open_proposals()
        assert (await journal.verify()).ok


async def test_a_disk_that_refuses_to_grow_is_told_and_the_journal_stays_readable(
    journal: Journal, place: Path, draft: Draft, child: Start
) -> None:
    """The same with a limit of the operating system, in another process, on claims and outcomes too."""
    process = await child("fill", draft())
    process.go()
    steps = 0
    while (said := await process.hears())[0] != "failed":
        steps += 1

    assert str(place) in said[1]
    assert (await journal.verify()).ok
    assert len(await journal.entries()) == steps


async def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    """The path leads through a file."""
    (tmp_path / "state").write_text("a file")
    place = tmp_path / "state" / "journal.db"

    with pytest.raises(JournalUnavailable) as failure:
        await Journal.open(place)

    assert_tells(failure.value, place, "a file is where a folder must be")


async def test_a_journal_that_is_a_folder_is_told(tmp_path: Path) -> None:
    """A folder has the journal's name."""
    with pytest.raises(JournalUnavailable) as failure:
        await Journal.open(tmp_path)

    assert_tells(failure.value, tmp_path, "or a folder a file")


async def test_a_file_of_something_else_is_told_and_left_alone(tmp_path: Path) -> None:
    """A file that is no database is neither opened nor overwritten."""
    place = tmp_path / "journal.db"
    place.write_text("Dear diary, " * 1000)

    with pytest.raises(JournalUnavailable) as failure:
        await Journal.open(place)

    assert_tells(failure.value, place, "is not a journal")
    assert place.read_text() == "Dear diary, " * 1000


async def test_a_database_of_another_program_is_told_and_left_alone(tmp_path: Path) -> None:
    """One that has a table of the same name is not touched: the schema is made whole or not at all."""
    place = tmp_path / "journal.db"
    with closing(sqlite3.connect(place)) as database, database:
        database.execute("CREATE TABLE entries (diary TEXT)")
        before = database.execute("SELECT sql FROM sqlite_master").fetchall()

    with pytest.raises(JournalUnavailable) as failure:
        await Journal.open(place)

    assert_tells(failure.value, place, "is not a journal")
    with closing(sqlite3.connect(place)) as database:
        assert before == database.execute("SELECT sql FROM sqlite_master").fetchall()


async def test_a_damaged_file_is_told(place: Path, draft: Draft) -> None:
    """Pages that were overwritten are reported as damage when they are read."""
    async with await Journal.open(place) as journal:
        for _ in range(30):
            await journal.propose(draft(arguments="x" * 500))
    overwrite(place)

    with pytest.raises(JournalUnavailable) as failure:
        async with await Journal.open(place) as journal:
            await journal.entries()

    assert_tells(failure.value, place, f"The journal {place} is damaged.")


async def test_a_folder_that_vanished_is_told(place: Path, draft: Draft) -> None:
    """Somebody cleans up under a running program: neither a read nor a write pretends to work."""
    async with await Journal.open(place) as journal:
        shutil.rmtree(place.parent)
        answers = await asyncio.gather(journal.entries(), journal.entries(), return_exceptions=True)
        with pytest.raises(JournalUnavailable) as failure:
            await journal.propose(draft())

    assert_tells(failure.value, place, "cannot be written")
    (told,) = [answer for answer in answers if isinstance(answer, JournalUnavailable)]
    assert_tells(told, place, "cannot be opened")


async def test_a_journal_of_a_newer_version_is_told(place: Path, draft: Draft) -> None:
    """A schema this version does not know is not written to."""
    async with await Journal.open(place) as journal:
        await journal.propose(draft())
    with closing(sqlite3.connect(place)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0999'")

    with pytest.raises(JournalUnavailable) as failure:
        await Journal.open(place)

    assert_tells(failure.value, place, "written by a newer swr-bot (its schema is 0999)")


async def test_a_lock_that_is_held_too_long_is_told(place: Path, draft: Draft, pragma: Callable[[str], None]) -> None:
    """A writer waits its turn, then says so; once the lock is gone, it works again."""
    pragma("busy_timeout = 50")
    async with await Journal.open(place) as journal:
        with closing(sqlite3.connect(place, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(JournalUnavailable) as failure:
                await journal.propose(draft())
            other.execute("ROLLBACK")

        assert_tells(failure.value, place, "has been locked by another program for too long")
        proposal = await journal.propose(draft())
        assert [proposal] == await journal.open_proposals()


async def test_a_write_that_is_given_up_leaves_nothing_behind(
    place: Path, draft: Draft, pragma: Callable[[str], None]
) -> None:
    """A caller that stops waiting for a locked journal neither writes later nor keeps others from writing."""
    pragma("busy_timeout = 500")
    async with await Journal.open(place) as journal:
        with closing(sqlite3.connect(place, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await journal.propose(draft())
            other.execute("ROLLBACK")

        proposal = await journal.propose(draft())

        assert [proposal] == await journal.open_proposals()
        assert (await journal.verify()).ok


async def test_what_was_written_is_on_the_disk_before_the_answer(place: Path) -> None:
    """Connections sync file and folder at each commit, hold foreign keys, wait ten seconds and leave one file."""
    told: dict[str, object] = {}

    def look(connection: DBAPIConnection, _record: object, _proxy: object) -> None:
        cursor = connection.cursor()
        for name in ("synchronous", "foreign_keys", "journal_mode", "busy_timeout"):
            cursor.execute(f"PRAGMA {name}")
            ((told[name],),) = cursor.fetchall()
        cursor.close()

    event.listen(Pool, "checkout", look)
    try:
        async with await Journal.open(place):
            pass
    finally:
        event.remove(Pool, "checkout", look)

    assert told == {"synchronous": 3, "foreign_keys": 1, "journal_mode": "delete", "busy_timeout": 10_000}


async def test_a_read_only_folder_is_told(
    journal: Journal, shared_folder: Path, read_only: Callable[[Path], None]
) -> None:
    """No journal can be made where this user may not write."""
    assert journal
    read_only(shared_folder)

    for place in (shared_folder / "journal.db", shared_folder / "deeper" / "journal.db"):
        with pytest.raises(JournalUnavailable) as failure:
            await Journal.open(place)
        assert_tells(failure.value, place, "cannot be written")


async def test_a_read_only_file_is_told(shared_folder: Path, read_only: Callable[[Path], None]) -> None:
    """A journal that belongs to somebody else is not opened."""
    place = shared_folder / "journal.db"
    async with await Journal.open(place):
        pass
    place.chmod(0o644)
    read_only(place)

    with pytest.raises(JournalUnavailable) as failure:
        await Journal.open(place)

    assert_tells(failure.value, place, "cannot be written")


async def test_a_folder_that_became_read_only_is_told(
    draft: Draft, shared_folder: Path, read_only: Callable[[Path], None]
) -> None:
    """Reading goes on; a write, which needs a second file beside the journal, is refused with a sentence."""
    place = shared_folder / "journal.db"
    async with await Journal.open(place) as journal:
        proposal = await journal.propose(draft())
    place.chmod(0o666)
    read_only(shared_folder)

    async with await Journal.open(place) as journal:
        assert [proposal] == await journal.open_proposals()
        with pytest.raises(JournalUnavailable) as failure:
            await journal.propose(draft())

    assert_tells(failure.value, place, "cannot be written")
