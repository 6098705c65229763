"""What this machine does wrong, and people in odd order: seen at the terminal, with what exists afterwards."""

import os
import resource
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.faces.conftest import Emulator, Terminal

NOBODY = 65534
CREATE = ("org", "create", "payments")
CREATED = "Created payments in cn-north-4."


@contextmanager
def disk_that_can_fill() -> Generator[Callable[[], None]]:
    """Give a way to let no file of this process grow; undone at once, as pytest's own output may be a file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (600, before[1]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def state_folder(terminal: "Terminal") -> Generator[Path]:
    """A state folder that other users may look into, outside pytest's own, which is private."""
    folder = Path(tempfile.mkdtemp(prefix="swr-bot-state-"))
    folder.chmod(0o777)
    terminal.environ["SWR_BOT_STATE_DIR"] = str(folder)
    (folder / "config.toml").touch()
    terminal.environ["SWR_BOT_CONFIG"] = str(folder / "config.toml")
    yield folder
    folder.chmod(0o777)
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


def journal_of(terminal: "Terminal") -> Path:
    """The file of its journal."""
    return Path(terminal.environ["SWR_BOT_STATE_DIR"]) / "journal.sqlite3"


def minutes_pass(terminal: "Terminal", minutes: int) -> None:
    """Move what the journal says about open proposals into the past."""
    with closing(sqlite3.connect(journal_of(terminal))) as database, database:
        for column in ("expires_at", "claimed_at", "claimed_until"):
            database.execute(
                f"UPDATE proposals SET {column} = strftime('%Y-%m-%dT%H:%M:%f000+00:00', {column}, ?)",  # noqa: S608 - two constants
                (f"-{minutes} minutes",),
            )


def test_a_disk_full_before_the_question_creates_nothing(terminal: "Terminal", emulator: "Emulator") -> None:
    """Without a journal nothing is even asked."""
    terminal.answering("n").run(*CREATE)

    with disk_that_can_fill() as fill:
        fill()
        ran = terminal.run(*CREATE)

    assert_the_disk_is_named(ran.code, ran.told, journal_of(terminal))
    assert emulator.creates == 0


def test_a_disk_that_fills_while_the_question_stands_creates_nothing(
    terminal: "Terminal", emulator: "Emulator"
) -> None:
    """The claim cannot be written, so nothing is sent."""
    with disk_that_can_fill() as fill:

        def yes() -> str:
            fill()
            return "y"

        ran = terminal.answering(yes).run(*CREATE)

    assert_the_disk_is_named(ran.code, ran.told, journal_of(terminal))
    assert emulator.creates == 0
    assert emulator.holds() == set()


def assert_the_disk_is_named(code: int, told: list[str], journal: Path) -> None:
    """Which file, what to do, and that nothing was created."""
    assert code == 1
    assert told[0].startswith(f"Error: The journal {journal} cannot be") or "no space left" in told[0]
    assert str(journal) in told[0]
    assert told[0].endswith(" Nothing was created.")
    assert told[1]
    assert len(told) == 2


def test_a_disk_that_fills_during_the_create_does_not_hide_it(terminal: "Terminal", emulator: "Emulator") -> None:
    """The outcome is told although it cannot be written, and the next command finds out by reading."""
    emulator.misbehave({"kind": "latency", "method": "POST", "milliseconds": 300})
    with disk_that_can_fill() as fill:

        def fill_once_it_is_under_way() -> None:
            while emulator.ask("GET", "faults"):
                pass
            fill()

        filling = threading.Thread(target=fill_once_it_is_under_way)

        def yes() -> str:
            filling.start()
            return "y"

        ran = terminal.answering(yes).run(*CREATE)
        filling.join()

    ran.is_plain()
    assert ran.code == 0
    assert ran.told[0] == f"\u2713 {CREATED}"
    assert f"The journal could not record this: The journal {journal_of(terminal)}" in ran.told[1]
    minutes_pass(terminal, 5)
    again = terminal.run(*CREATE)
    assert (again.code, emulator.creates) == (0, 1)
    assert "was interrupted after it was confirmed" in again.told[0]
    assert "it is there now." in again.told[0]


def test_a_read_only_state_folder_creates_nothing(
    terminal: "Terminal", emulator: "Emulator", state_folder: Path, read_only: Callable[[Path], None]
) -> None:
    """Where no journal can be made, nothing is asked."""
    terminal.scripted().run("org", "list")
    read_only(state_folder)

    ran = terminal.run(*CREATE)

    ran.failed(
        1,
        f"The journal {state_folder}/journal.sqlite3 cannot be written. Nothing was created.",
        "Make the file and its folder writable for this user, or set SWR_BOT_STATE_DIR to another folder.",
        nothing_created=True,
    )
    assert emulator.creates == 0


def test_a_state_folder_that_becomes_read_only_creates_nothing(
    terminal: "Terminal", emulator: "Emulator", state_folder: Path, read_only: Callable[[Path], None]
) -> None:
    """The claim cannot be written, so nothing is sent; a look-up still works."""

    def yes() -> str:
        journal_of(terminal).chmod(0o444)
        read_only(state_folder)
        return "y"

    ran = terminal.answering(yes).run(*CREATE)

    assert ran.code == 1
    assert ran.told[0].endswith(" Nothing was created.")
    assert terminal.run("org", "list").code == 0
    assert emulator.creates == 0


def test_a_state_folder_that_is_a_file_is_named(terminal: "Terminal", tmp_path: Path) -> None:
    """The sentence says which path, the hint how to choose another."""
    (tmp_path / "file").write_text("")
    ran = terminal.with_environment(SWR_BOT_STATE_DIR=str(tmp_path / "file" / "state")).run(*CREATE)

    assert ran.code == 1
    assert str(tmp_path / "file" / "state") in ran.told[0]
    assert "SWR_BOT_STATE_DIR" in ran.told[1]


def test_an_emulator_whose_state_cannot_be_kept_is_named(terminal: "Terminal", tmp_path: Path) -> None:
    """The same for the embedded SWR."""
    (tmp_path / "file").write_text("")
    ran = terminal.with_environment(SWR_BOT_STATE_DIR=str(tmp_path / "file")).run("org", "list", "--emulator")

    assert ran.code == 1
    assert str(tmp_path / "file") in ran.told[0]
    assert "SWR_BOT_STATE_DIR" in ran.told[1]


def test_a_journal_that_is_something_else_is_named_and_left_alone(terminal: "Terminal", emulator: "Emulator") -> None:
    """Nothing is created without a journal that can be believed."""
    journal = journal_of(terminal)
    journal.parent.mkdir()
    journal.write_text("Dear diary, " * 1000)

    ran = terminal.run(*CREATE)

    assert ran.code == 1
    assert ran.told[0].startswith(f"Error: The file {journal} is not a journal of swr-bot")
    assert ran.told[0].endswith("Nothing was created.")
    assert journal.read_text() == "Dear diary, " * 1000
    assert emulator.creates == 0


def test_of_two_terminals_that_confirm_the_same_one_creates(terminal: "Terminal", emulator: "Emulator") -> None:
    """The second yes learns what became of it: the same outcome, one request."""

    def yes_after_the_other() -> str:
        code = terminal.scripted().run("pending").out.split()[0]
        other = terminal.scripted().run("confirm", code, "--yes")
        assert other.code == 0
        return "y"

    ran = terminal.answering(yes_after_the_other).run(*CREATE)

    assert (0, f"\u2713 {CREATED}") == (ran.code, ran.told[0])
    assert emulator.creates == 1


def test_a_yes_after_another_terminal_declined_creates_nothing(terminal: "Terminal", emulator: "Emulator") -> None:
    """The no came first, and is what the yes is told."""

    def yes_after_a_no() -> str:
        code = terminal.scripted().run("pending").out.split()[0]
        assert terminal.scripted().run("decline", code).code == 8
        return "y"

    ran = terminal.answering(yes_after_a_no).run(*CREATE)

    assert (ran.code, ran.told[0]) == (8, "- Declined payments. Nothing was created.")
    assert emulator.creates == 0


def test_a_yes_that_comes_too_late_creates_nothing(terminal: "Terminal", emulator: "Emulator") -> None:
    """Ten minutes are over; asking again makes a new request."""

    def yes_too_late() -> str:
        minutes_pass(terminal, 11)
        return "y"

    ran = terminal.answering(yes_too_late).run(*CREATE)

    assert ran.code == 8
    assert ran.told == [
        "- The request for payments expired before it was confirmed. Nothing was created.",
        "Ask again.",
    ]
    assert emulator.creates == 0
    assert terminal.answering("y").run(*CREATE).code == 0


def test_a_name_that_is_taken_while_the_question_stands_is_refused(terminal: "Terminal", emulator: "Emulator") -> None:
    """SWR's own answer decides, and is told with SWR's code."""
    other = terminal.with_environment(SWR_BOT_STATE_DIR=f"{terminal.environ['SWR_BOT_STATE_DIR']}-of-another")

    def yes_after_another() -> str:
        assert other.run(*CREATE, "--yes").code == 0
        return "y"

    ran = terminal.answering(yes_after_another).run(*CREATE)

    ran.failed(
        5,
        "The name payments is taken in cn-north-4, possibly by another account. Nothing was created.",
        "Pick another name: an organization's name is unique in its region across all accounts.",
        nothing_created=True,
    )
    assert ran.told[2].startswith("SWR code SVCSTG.SWR.4090060, request ")
    assert emulator.creates == 2


def test_a_proposal_for_other_keys_is_not_confirmed_with_these(terminal: "Terminal", emulator: "Emulator") -> None:
    """The question named an account; a yes holds for that one only."""
    code = ask(terminal)

    other = terminal.with_environment(HUAWEICLOUD_SDK_AK="ANOTHER0KEY0OF0MINE")
    ran = other.run("confirm", code, "--yes")

    assert ran.code == 6
    place = f"huaweicloud cn-north-4 at {emulator.url}"
    assert ran.told[0].startswith(f"Error: {code} was asked for {place} with access key \u2026KEY1; ")
    assert ran.told[0].endswith("Nothing was created.")
    assert ran.told[1] == "Confirm it with the settings it was asked with."
    assert emulator.creates == 0


def ask(terminal: "Terminal") -> str:
    """Ask for an organization where nobody can be asked back, and return the code."""
    ran = terminal.scripted().run(*CREATE, "--json")
    assert ran.code == 8
    return terminal.scripted().run("pending", "--json").json[0]["code"]
