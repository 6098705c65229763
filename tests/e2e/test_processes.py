"""`swr-bot` as scripts run it: nobody at a terminal, several at once, killed in the middle, readers that leave."""

import json
import os
import re
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Machine, Swr

CREATE = ("org", "create", "payments")


def ask(machine: "Machine") -> str:
    """Ask for an organization where nobody can be asked back, and return the code."""
    ran = machine.run(*CREATE)
    found = re.search(r"swr-bot confirm ([A-Z0-9]{4})", ran.stderr)
    assert found
    assert ran.returncode == 8
    return found[1]


def minutes_pass(machine: "Machine", minutes: int) -> None:
    """Move what the journal says about claims into the past."""
    with closing(sqlite3.connect(machine.journal)) as database, database:
        database.execute(
            "UPDATE proposals SET claimed_at = strftime('%Y-%m-%dT%H:%M:%f000+00:00', claimed_at, :back), "
            "claimed_until = strftime('%Y-%m-%dT%H:%M:%f000+00:00', claimed_until, :back)",
            {"back": f"-{minutes} minutes"},
        )


def test_without_a_terminal_nothing_is_created_and_the_printed_command_works(machine: "Machine", swr: "Swr") -> None:
    """Exit code 8, and a code that a person confirms from another process."""
    ran = machine.run(*CREATE)
    found = re.search(r"Confirm it in a terminal with (swr-bot confirm [A-Z0-9]{4}), or add --yes\.", ran.stderr)

    assert (ran.returncode, ran.stdout, swr.creates) == (8, "", 0)
    assert ran.stderr.splitlines()[0].endswith("Nothing was created.")
    assert found
    screen = machine.types(*found[1].split()[1:])
    screen.waits_for("to create it, anything else to decline: ")
    screen.types("y\n")
    assert (screen.ends(), swr.creates) == (0, 1)


def test_a_person_must_be_there_to_be_asked(machine: "Machine", swr: "Swr") -> None:
    """A `y` that was piped in is no confirmation."""
    ran = machine.run(*CREATE, stdin=None, input="y\n")

    assert (ran.returncode, swr.creates) == (8, 0)


def test_two_processes_that_confirm_the_same_send_one_create(machine: "Machine", swr: "Swr") -> None:
    """At the same moment; both are told what became of it."""
    code = ask(machine)
    swr.misbehave(kind="latency", method="POST", milliseconds=300)
    both = [machine.start("confirm", code, "--yes") for _ in range(2)]
    told = [process.communicate(timeout=20) for process in both]

    assert [process.returncode for process in both] == [0, 0]
    assert [out.splitlines()[0] for out, _ in told] == ["\u2713 Created payments in cn-north-4."] * 2
    assert swr.creates == 1


@pytest.mark.parametrize(
    ("fault", "seen", "settled"),
    [
        ("latency", "SWR shows it now", (0, "it is there now.")),
        ("reset-before", "SWR does not show it now", (9, "SWR does not show it.")),
    ],
)
def test_a_process_killed_while_creating_leaves_what_the_next_command_tells(
    machine: "Machine", swr: "Swr", fault: str, seen: str, settled: tuple[int, str]
) -> None:
    """Kill -9 between the claim and SWR's answer: nothing is sent again, and nothing is claimed that is not so."""
    swr.ask(
        "PUT",
        "faults",
        [
            {"kind": "latency", "method": "POST", "milliseconds": 400},
            *([{"kind": fault, "method": "POST"}] if fault != "latency" else []),
        ],
    )
    process = machine.start(*CREATE, "--yes")
    swr.wait_until_it_has_seen_the_fault()
    process.kill()
    assert process.wait(20) == -signal.SIGKILL
    swr.wait_for_creates(1)

    pending = machine.run("pending").stdout.split("\t")
    assert pending[1:3] == ["create-organization", "payments"]
    assert pending[3].endswith("outcome not written")
    for words in [(*CREATE, "--yes"), ("decline", pending[0])]:
        again = machine.run(*words)
        assert (again.returncode, again.stderr) == (9, "")
        assert f"{seen}." in again.stdout
        assert "Nothing was created" not in again.stdout

    minutes_pass(machine, 5)
    code, sentence = settled
    recovered = machine.run(*CREATE, "--yes")
    assert (recovered.returncode, swr.creates) == (code, 1)
    assert sentence in recovered.stdout
    assert machine.run("pending").stdout == ""


def test_another_create_mentions_the_one_that_was_cut_short(machine: "Machine", swr: "Swr") -> None:
    """Whoever goes on working is told that something of theirs is open."""
    swr.misbehave(kind="latency", method="POST", milliseconds=300)
    process = machine.start(*CREATE, "--yes")
    swr.wait_until_it_has_seen_the_fault()
    process.kill()
    process.wait(20)
    swr.wait_for_creates(1)

    ran = machine.run("org", "create", "ledger", "--yes")

    assert ran.returncode == 0
    assert re.match(r"Note: ([A-Z0-9]{4}), payments, was confirmed .* swr-bot confirm \1\n", ran.stderr)


def test_the_demo_runs_without_a_terminal_and_leaves_nothing(machine: "Machine", tmp_path: Path) -> None:
    """No account, no question to answer, no file behind."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    environ = {"HOME": machine.environ["HOME"], "PATH": machine.environ["PATH"], "TMPDIR": str(scratch)}
    ran = machine.run("demo", env=environ)

    assert ran.returncode == 0
    assert "\u2713 Created payments/api in cn-north-4." in ran.stdout
    assert "The journal is whole: 8 entries" in ran.stdout
    assert list(scratch.iterdir()) == []
    assert list(Path(environ["HOME"]).iterdir()) == []


def test_a_reader_that_leaves_early_causes_no_traceback(machine: "Machine") -> None:
    """As `head` does; the exit code is the shell's own for it, as what was said may not have been read."""
    reader, writer = os.pipe()
    os.close(reader)
    ran = machine.run("help", stdout=writer)
    os.close(writer)

    assert (ran.returncode, ran.stderr) == (141, "")


def test_results_that_cannot_be_written_are_told(machine: "Machine", swr: "Swr") -> None:
    """The disk of the log is full: it was created all the same, and the journal says so."""
    with Path("/dev/full").open("w") as full:
        ran = machine.run(*CREATE, "--yes", stdout=full)

    assert ran.returncode == 1
    assert ran.stderr == (
        "Error: The output cannot be written: No space left on device. What was created, if anything: "
        "swr-bot audit list\n"
    )
    assert swr.creates == 1
    assert "Created payments in cn-north-4." in machine.run("audit", "list").stdout


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_process_started_without_a_standard_stream_works(machine: "Machine", swr: "Swr", closed: str) -> None:
    """As some schedulers do."""
    line = " ".join([*machine.command(*CREATE, "--yes"), closed])
    ran = subprocess.run(["/bin/sh", "-c", line], env=machine.environ, capture_output=True, check=False)  # noqa: S603 - this project's own

    assert ran.returncode == 0
    assert b"Traceback" not in ran.stderr
    assert swr.creates == 1


def test_an_outcome_is_said_on_a_terminal_without_its_characters(machine: "Machine") -> None:
    """A create that worked must not end in an encoding error."""
    plain = machine.with_environment(PYTHONIOENCODING="ascii")
    ran = plain.run(*CREATE, "--yes")
    assert (ran.returncode, ran.stdout.splitlines()[0]) == (0, "\\u2713 Created payments in cn-north-4.")

    words = ("repo", "create", "payments/api", "--description", "K\u00e4se", "--yes", "--json")
    described = plain.run(*words)
    assert json.loads(described.stdout)["result"]["description"] == "K\u00e4se"


def test_an_argument_that_is_no_text_is_refused(machine: "Machine") -> None:
    """Bytes that are no UTF-8 reach no URL and no database."""
    for words, code in [(("confirm",), 4), (("org", "create"), 3), (("repo", "info"), 3), (("org", "list"), 3)]:
        assert machine.run(*words, os.fsdecode(b"\xff")).returncode == code
