"""The commands as people and scripts use them when all is well: what is printed, and what a program reads."""

import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.faces.conftest import Emulator, Terminal

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)")
CODE = re.compile(r"[ACDEFGHJKMNPQRTUVWXY34679]{4}")
PULL = "swr.cn-north-4.myhuaweicloud.com/payments/team/api"


def settled(value: Mapping[str, object]) -> Mapping[str, object]:
    """A JSON object with what differs from run to run replaced by its kind."""
    kinds = {"proposal_code": CODE, "by": re.compile("cli:.+/.+")}
    found = dict(value)
    for name, item in value.items():
        text = item if isinstance(item, str) else ""
        if kinds.get(name, MOMENT).fullmatch(text):
            found[name] = name.upper() if name in kinds else "MOMENT"
    return found


@pytest.fixture
def payments(terminal: "Terminal") -> "Terminal":
    """A terminal in front of an SWR that holds payments and payments/team/api."""
    assert terminal.answering("y").run("org", "create", "payments").code == 0
    words = ("--category", "lang", "--description", "Card payments")
    assert terminal.answering("y").run("repo", "create", "payments/team/api", *words).code == 0
    return terminal


def test_a_create_shows_what_is_there_then(terminal: "Terminal", emulator: "Emulator") -> None:
    """The sentence, the record; one request."""
    ran = terminal.answering("y").run("org", "create", "payments")

    assert ran.code == 0
    assert ran.out == (
        "\u2713 Created payments in cn-north-4.\n\npayments\n  Access      manage\n  Created by  emulator-user\n"
    )
    assert emulator.creates == 1


@pytest.mark.parametrize("answer", ["y", "Y", "yes", " YES "])
def test_a_yes_is_a_yes_however_it_is_written(terminal: "Terminal", answer: str) -> None:
    """People do not type alike."""
    assert terminal.answering(answer).run("org", "create", "payments").code == 0


@pytest.mark.parametrize("answer", ["n", "", "yeah", "public", "ja", "y n", EOFError, KeyboardInterrupt])
def test_anything_else_is_a_no(terminal: "Terminal", emulator: "Emulator", answer: str | type[BaseException]) -> None:
    """Nothing is sent, and the same may be asked for anew."""
    ran = terminal.answering(answer).run("org", "create", "payments")

    assert (ran.code, ran.out) == (8, "- Declined payments. Nothing was created.\n")
    assert emulator.creates == 0
    assert terminal.answering("y").run("org", "create", "payments").code == 0


def test_asking_again_after_it_was_created_returns_what_became_of_it(
    terminal: "Terminal", emulator: "Emulator"
) -> None:
    """Within the life of the request the answer is remembered; nobody is asked and nothing is sent."""
    first = terminal.answering("y").run("org", "create", "payments")
    again = terminal.answering().run("org", "create", "payments")

    assert first.out.startswith("\u2713 Created payments in cn-north-4.\n")
    assert again.code == 0
    assert re.match(r"\u2713 payments was created just now in cn-north-4 \(\w{4}\); nothing was sent now\.", again.out)
    assert emulator.creates == 1


def test_asking_again_for_what_was_deleted_since_asks_anew(terminal: "Terminal", emulator: "Emulator") -> None:
    """A remembered success is looked at before it is told again."""
    terminal.answering("y").run("org", "create", "payments")
    emulator.ask("POST", "reset")

    again = terminal.answering("y").run("org", "create", "payments")

    assert (again.code, again.out.splitlines()[0]) == (0, "\u2713 Created payments in cn-north-4.")
    assert emulator.holds() == {"payments"}


def test_what_waits_can_be_listed_and_declined_without_keys(terminal: "Terminal", emulator: "Emulator") -> None:
    """Neither asks SWR anything."""
    code = terminal.scripted().run("org", "create", "payments", "--json").json["error"]["proposal_code"]
    asked = len(emulator.requests())
    keyless = terminal.with_environment(HUAWEICLOUD_SDK_AK="", HUAWEICLOUD_SDK_SK="").scripted()

    assert keyless.run("pending").out.startswith(f"{code}\tcreate-organization\tpayments\t")
    assert keyless.run("decline", code).code == 8
    assert len(emulator.requests()) == asked


def test_yes_in_a_script_confirms_without_a_question(terminal: "Terminal") -> None:
    """It does not skip the confirmation: the journal holds all three steps."""
    assert terminal.scripted().run("org", "create", "payments", "--yes").code == 0

    events = [line.split("\t")[2] for line in terminal.scripted().run("audit", "list").out.splitlines()]
    assert events == ["proposed", "claimed", "settled"]


def test_organizations_are_listed_for_people_and_for_programs(payments: "Terminal") -> None:
    """Columns at a terminal, tabs in a pipe, records as JSON."""
    payments.scripted().run("org", "create", "ledger", "--yes")

    people = payments.run("org", "list")
    assert people.out == (
        "NAME      ACCESS  REPOSITORIES  CREATED BY\n"
        "ledger    manage  0             emulator-user\n"
        "payments  manage  1             emulator-user\n"
    )
    assert people.err == "2 organizations.\n"
    assert payments.run("org", "list", "PAY").err == "1 organization of 2 with 'pay' in the name.\n"
    assert payments.scripted().run("org", "list", "pay").out == "payments\tmanage\t1\temulator-user\n"
    assert payments.scripted().run("org", "list", "nothing").out == ""
    found = payments.run("org", "list", "pay", "--json").json
    record = {"name": "payments", "created_by": "emulator-user", "access": "manage", "repositories": 1}
    assert isinstance(found["organizations"][0].pop("id"), int)
    assert found == {"organizations": [record], "total": 2, "text": "pay"}


@pytest.mark.parametrize(
    "typed",
    [
        ("repo", "info", "payments/team/api"),
        ("REPO", "Info", "payments/team/api"),
        ("payments/team/api",),
        ("--json", "repo", "info", "payments/team/api"),
        ("repo", "info", "--json", "payments/team/api"),
        ("repo", "info", PULL),
        ("repo", "info", f"https://{PULL}"),
        ("repo", "info", "docker", "pull", PULL),
        ("repo", "info", f"docker pull {PULL}"),
    ],
)
def test_a_repository_is_found_by_anything_that_names_it(payments: "Terminal", typed: tuple[str, ...]) -> None:
    """What people on call paste, with flags in any place."""
    ran = payments.run(*typed, *(() if "--json" in typed else ("--json",)))

    assert ran.code == 0
    assert settled(ran.json) == {
        "organization": "payments",
        "name": "team/api",
        "address": PULL,
        "pull_command": f"docker pull {PULL}",
        "public": False,
        "category": "lang",
        "description": "Card payments",
        "size_bytes": 0,
        "images": 0,
        "downloads": 0,
        "created_by": "emulator-user",
        "created_at": "MOMENT",
        "updated_at": "MOMENT",
    }


def test_a_look_up_for_people_shows_the_tag_that_was_asked_about(payments: "Terminal") -> None:
    """The line to paste next comes first."""
    lines = payments.run("repo", "info", "payments/team/api:1.2").out.splitlines()

    assert lines[:5] == [
        "payments/team/api",
        f"  Pull         docker pull {PULL}:1.2",
        "  Visibility   private",
        "  Size         0 B, 0 images, 0 downloads",
        "  Category     lang",
    ]
    assert re.fullmatch(r"  Created      \d{4}-\d\d-\d\d \d\d:\d\d UTC \(just now\) by emulator-user", lines[5])


def test_the_outcome_of_a_create_as_json(terminal: "Terminal") -> None:
    """Everything the journal holds about it."""
    found = terminal.scripted().run("org", "create", "payments", "--yes", "--json").json

    assert isinstance(found["result"].pop("id"), int)
    assert settled(found) == {
        "proposal_code": "PROPOSAL_CODE",
        "kind": "created",
        "sentence": "Created payments in cn-north-4.",
        "hint": "",
        "at": "MOMENT",
        "by": "BY",
        "error_code": None,
        "swr_code": None,
        "request_id": None,
        "result": {
            "name": "payments",
            "created_by": "emulator-user",
            "access": "manage",
            "repositories": None,
        },
    }


def test_open_requests_are_listed_and_settled_by_their_codes(terminal: "Terminal", emulator: "Emulator") -> None:
    """Asked in one process, found, declined and confirmed in others; codes may be typed in any case."""
    script = terminal.scripted()
    assert [script.run("org", "create", name).code for name in ("ledger", "payments")] == [8, 8]
    rows = [line.split("\t") for line in script.run("pending").out.splitlines()]
    assert [(row[1], row[2], row[4]) for row in rows] == [
        ("create-organization", "ledger", "huaweicloud cn-north-4"),
        ("create-organization", "payments", "huaweicloud cn-north-4"),
    ]
    (ledger, payments) = (row[0] for row in rows)

    assert script.run("decline", ledger.lower()).out == "- Declined ledger. Nothing was created.\n"
    assert terminal.answering("y").run("confirm", f" {payments.lower()} ").code == 0
    assert (terminal.run("pending").out, terminal.run("pending").err) == ("", "Nothing waits for you.\n")
    assert script.run("confirm", ledger).told == ["- Declined ledger. Nothing was created."]
    assert script.run("decline", payments).told[0] == "\u2713 Created payments in cn-north-4."
    assert emulator.holds() == {"payments"}


def test_open_requests_as_json(terminal: "Terminal") -> None:
    """The whole proposal, for programs."""
    script = terminal.scripted()
    script.run("org", "create", "payments")
    found = script.run("pending", "--json").json

    (proposal,) = found
    assert {"id", "code", "actor", "created_at", "expires_at", "claimed_at", "outcome"} <= set(proposal)
    assert (proposal["operation"], proposal["state"]) == ("create-organization", "pending")
    assert proposal["arguments"] == '{"organization":"payments"}'
    site = proposal["site"]
    assert (site["cloud"], site["region"], site["account"]) == ("huaweicloud", "cn-north-4", "access key \u2026KEY1")
    assert site["endpoint"] == terminal.environ["SWR_BOT_ENDPOINT"]


def test_the_audit_trail_is_listed_and_verified(payments: "Terminal") -> None:
    """What was asked, confirmed and created, newest last."""
    script = payments.scripted()
    rows = [line.split("\t") for line in script.run("audit", "list").out.splitlines()]
    assert [(row[0], row[2]) for row in rows] == list(
        zip("123456", ["proposed", "claimed", "settled"] * 2, strict=True)
    )
    assert rows[5][4] == "Created payments/team/api in cn-north-4."
    newest_two = script.run("audit", "list", "--limit", "2").out.splitlines()
    assert [line.split("\t")[0] for line in newest_two] == ["5", "6"]
    newest = script.run("audit", "list", "--limit", "1", "--json").json[0]
    assert set(newest) == {"number", "at", "event", "proposal_id", "actor", "body", "previous_hash", "hash"}

    verified = payments.run("audit", "verify")
    assert verified.code == 0
    assert verified.out.splitlines()[0] == "The journal is whole: 6 entries, none changed or missing."
    as_json = payments.run("audit", "verify", "--json").json
    assert as_json == {"entries": 6, "head": newest["hash"], "problem": "", "entry": None, "proposal_id": None}


def test_the_emulator_is_named_by_every_command_that_works_on_it(terminal: "Terminal") -> None:
    """Embedded, asked for by flag or by setting; what it holds stays for the next command."""
    own = terminal.with_environment(SWR_BOT_EMULATOR="1", SWR_BOT_ENDPOINT="")
    created = own.scripted().run("org", "create", "payments", "--yes")
    assert (created.code, created.err) == (0, "Emulator: nothing here is real.\n")

    listed = terminal.run("org", "list", "--emulator")
    assert listed.err == "Emulator: nothing here is real.\n1 organization.\n"
    asked = own.answering("n").run("org", "create", "ledger")
    assert "  Cloud         emulator (nothing real is created)\n" in asked.err
    code = own.scripted().run("org", "create", "third", "--json").json["error"]["proposal_code"]
    assert own.scripted().run("decline", code).err == "Emulator: nothing here is real.\n"


def test_a_request_on_the_emulator_is_never_confirmed_on_the_real_cloud(
    terminal: "Terminal", emulator: "Emulator"
) -> None:
    """The two share a journal, not a world."""
    script = terminal.scripted()
    script.run("org", "create", "payments", "--emulator")
    code = script.run("pending").out.split("\t")[0]

    ran = script.run("confirm", code, "--yes")

    assert ran.code == 6
    assert ran.told[0].startswith(f"Error: {code} was asked for emulator cn-north-4")
    assert ran.told[0].endswith("Nothing was created.")
    assert emulator.creates == 0


def test_where_nobody_looks_there_is_no_sign_of_life(terminal: "Terminal", emulator: "Emulator") -> None:
    """A log file has no cursor."""
    emulator.misbehave({"kind": "latency", "method": "POST", "milliseconds": 1100})

    ran = terminal.scripted().run("org", "create", "payments", "--yes")

    assert (ran.code, ran.err) == (0, "")


@pytest.mark.parametrize("flag", ["--public", "-public", "\u2014public", "\u2013public", "--PUBLIC"])
def test_a_flag_may_be_typed_with_the_dashes_of_a_chat(payments: "Terminal", flag: str) -> None:
    """Pasted from a document, its two hyphens are one dash."""
    ran = payments.answering("n").run("repo", "create", "payments/api", flag)

    assert "  Visibility    PUBLIC: anybody can pull it\n" in ran.err


@pytest.mark.parametrize("flag", ["--help", "--HELP", "--Help", "-h", "-H"])
def test_help_is_help_in_any_case_and_creates_nothing(terminal: "Terminal", emulator: "Emulator", flag: str) -> None:
    """Flags may be typed in capitals, and whoever asks for help wants nothing done."""
    ran = terminal.run("org", "create", "payments", "--yes", flag)

    assert ran.code == 0
    assert "Usage: swr-bot org create NAME" in ran.out
    assert emulator.creates == 0


def test_a_value_that_begins_with_a_dash_stays_a_value(terminal: "Terminal", emulator: "Emulator") -> None:
    """Only what stands where a flag can stand is read as one."""
    terminal.answering("y").run("org", "create", "payments")

    ran = terminal.answering("y").run("repo", "create", "payments/api", "--description", "-json")

    assert ran.code == 0
    assert "Description  -json" in ran.out
    assert emulator.creates == 2


def test_the_hint_of_a_create_that_nobody_confirms_can_be_typed_as_it_is(terminal: "Terminal") -> None:
    """On the emulator it says so too."""
    environ = {name: terminal.environ[name] for name in ("SWR_BOT_STATE_DIR", "SWR_BOT_CONFIG")}
    machine = replace(terminal, environ=environ).scripted()
    asked = machine.run("org", "create", "payments", "--emulator", "--json")

    assert asked.code == 8
    error = asked.json["error"]
    typed = f"swr-bot confirm {error['proposal_code']} --emulator"
    assert f"Confirm it in a terminal with {typed}, or add --yes." == error["hint"]
    assert machine.run(*typed.split()[1:], "--yes").code == 0


def test_the_audit_trail_of_a_damaged_journal_can_still_be_listed(terminal: "Terminal") -> None:
    """Whoever audits wants to see most where something is wrong."""
    terminal.answering("n").run("org", "create", "payments")
    with closing(sqlite3.connect(Path(terminal.environ["SWR_BOT_STATE_DIR"]) / "journal.sqlite3")) as journal, journal:
        for trigger in journal.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            journal.execute(f"DROP TRIGGER {trigger[0]}")
        journal.execute("UPDATE entries SET body = '{}'")

    listed = terminal.run("audit", "list")

    assert listed.code == 0
    assert "? ? ?" in listed.out


def test_a_switch_between_the_words_of_a_command_is_read(terminal: "Terminal") -> None:
    """People put flags where they come to mind."""
    assert terminal.run("org", "--json", "list").json == {"organizations": [], "total": 0, "text": ""}


def test_what_was_settled_before_is_said_to_be(terminal: "Terminal", emulator: "Emulator") -> None:
    """A decline that comes too late does not look like one, nor a second confirmation like a create."""
    script = terminal.scripted()
    code = script.run("org", "create", "payments", "--json").json["error"]["proposal_code"]
    assert script.run("confirm", code, "--yes").err == ""

    for words in (("decline", code), ("confirm", code, "--yes")):
        assert script.run(*words).err == f"{code} was settled before; nothing is done now.\n"
    assert emulator.creates == 1


def test_a_failure_nobody_foresaw_is_a_sentence_with_its_place(terminal: "Terminal", emulator: "Emulator") -> None:
    """No traceback, nothing of what the error says, and where to look for what was created."""
    ran = terminal.answering(ZeroDivisionError).run("org", "create", "payments")

    assert ran.code == 1
    assert re.search(r"Error: swr-bot itself failed: ZeroDivisionError at \S+\.py:\d+\.\n", ran.err)
    assert ran.err.endswith("if anything: swr-bot audit list\n")
    assert emulator.creates == 0


@pytest.mark.parametrize("words", [("pending", "--json", "--emulator"), ("--emulator", "--json", "pending")])
def test_switches_alone_after_a_command_are_read_as_switches(terminal: "Terminal", words: tuple[str, ...]) -> None:
    """In any order and number."""
    ran = terminal.run(*words)

    assert (ran.code, ran.json) == (0, [])
