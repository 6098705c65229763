"""`doctor`, wrong settings, and the rules of the settings file: what people see before anything works."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.faces.conftest import Emulator, Terminal

NO_KEYS = {"HUAWEICLOUD_SDK_AK": "", "HUAWEICLOUD_SDK_SK": "", "HUAWEICLOUD_SDK_PROJECT_ID": ""}
TYPO = {"SWR_BOT_ENDPOINT": "", "SWR_BOT_REGION": "cn-nort-4"}
WAYS_ON = (
    "Set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK to an access key and its secret key, or add --emulator to try "
    "everything without an account."
)


@pytest.fixture
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without a credentials file."""
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_doctor_says_what_works(terminal: "Terminal", emulator: "Emulator", empty_home: Path) -> None:
    """Which keys are used, where they lead, what SWR and the journal say; one request."""
    ran = terminal.run("doctor")

    ran.is_plain()
    state = terminal.environ["SWR_BOT_STATE_DIR"]
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "\u2713 Credentials in environment HUAWEICLOUD_SDK_AK: used, access key \u2026KEY1",
        f"- Credentials in file {empty_home}/.huaweicloud/credentials: none",
        "- Credentials in environment HW_ACCESS_KEY: none",
        "- Credentials in environment HW_USER_NAME: none",
        f"\u2713 Connection: huaweicloud cn-north-4 at {emulator.url} with access key \u2026KEY1.",
        "\u2713 SWR: It answers, and shows 0 organizations.",
        f"\u2713 Journal: {state}/journal.sqlite3 holds 0 entries and is whole.",
        "- Creates: open to whoever sits here",
    ]
    assert len(emulator.requests()) == 1


@pytest.mark.usefixtures("empty_home")
def test_doctor_without_keys_names_both_ways_on(terminal: "Terminal", emulator: "Emulator") -> None:
    """Once, and nothing is sent."""
    ran = terminal.with_environment(**NO_KEYS).run("doctor")

    assert ran.code == 6
    lines = ran.out.splitlines()
    assert lines[4:6] == ["\u2717 Connection: No credentials for SWR were found.", f"    {WAYS_ON}"]
    assert ran.out.count(WAYS_ON) == 1
    assert emulator.requests() == []


@pytest.mark.usefixtures("empty_home")
def test_doctor_with_half_a_key_says_what_is_missing(terminal: "Terminal") -> None:
    """The variable by its name."""
    ran = terminal.with_environment(HUAWEICLOUD_SDK_SK="").run("doctor")

    assert ran.code == 6
    assert ran.out.splitlines()[:2] == [
        "\u2717 Credentials in environment HUAWEICLOUD_SDK_AK: incomplete",
        "    Missing: HUAWEICLOUD_SDK_SK",
    ]


@pytest.mark.usefixtures("empty_home")
def test_doctor_with_half_of_keys_it_does_not_use_is_content(terminal: "Terminal") -> None:
    """Another place comes first."""
    ran = terminal.with_environment(HW_ACCESS_KEY="HALF0A0KEY").run("doctor")

    assert ran.code == 0
    assert (
        "- Credentials in environment HW_ACCESS_KEY: incomplete; not used, another place comes first"
        in ran.out.splitlines()
    )


@pytest.mark.usefixtures("empty_home")
def test_doctor_with_wrong_keys_asks_once(terminal: "Terminal", emulator: "Emulator") -> None:
    """Five failures lock a key."""
    ran = terminal.with_environment(HUAWEICLOUD_SDK_SK="wrong-secret-key").run("doctor")

    assert ran.code == 6
    assert "\u2717 SWR: SWR in cn-north-4 does not accept these credentials." in ran.out.splitlines()
    assert "wrong-secret-key" not in ran.out + ran.err
    assert len(emulator.requests()) == 1


def test_doctor_on_the_emulator_looks_for_no_keys(terminal: "Terminal", emulator: "Emulator") -> None:
    """They are its own."""
    ran = terminal.with_environment(**NO_KEYS).run("doctor", "--emulator")

    assert ran.code == 0
    assert [line.partition(":")[0] for line in ran.out.splitlines()] == [
        "\u2713 Connection",
        "\u2713 SWR",
        "\u2713 Journal",
        "- Creates",
    ]
    assert emulator.requests() == []


def test_doctor_as_json_is_a_list_of_checks(terminal: "Terminal") -> None:
    """The same, for programs."""
    ran = terminal.run("doctor", "--json")

    assert all(set(check) == {"name", "ok", "found", "hint"} for check in ran.json)
    assert [check["ok"] for check in ran.json if check["name"] in ("Connection", "SWR", "Journal")] == [True] * 3


def test_doctor_finds_a_journal_that_was_changed(terminal: "Terminal") -> None:
    """As `audit verify` does, which names the entry."""
    terminal.scripted().run("org", "create", "payments", "--yes")
    change_the_journal(terminal)

    ran = terminal.run("doctor")
    assert ran.code == 1
    assert any(line.startswith("\u2717 Journal: Entry 1 was changed") for line in ran.out.splitlines())
    verified = terminal.run("audit", "verify")
    assert verified.code == 1
    assert verified.out == "The journal is not as it was written. Entry 1 was changed after it was written.\n"
    as_json = terminal.run("audit", "verify", "--json")
    assert (as_json.code, as_json.json["entry"]) == (1, 1)


def change_the_journal(terminal: "Terminal") -> None:
    """Write another name into an entry, past swr-bot, in a file of the same size."""
    journal = Path(terminal.environ["SWR_BOT_STATE_DIR"]) / "journal.sqlite3"
    before = journal.read_bytes()
    after = before.replace(b'"holds_keys":true', b'"holds_keys":null')
    assert before != after
    journal.write_bytes(after)


def settings_file(terminal: "Terminal", text: str) -> "Terminal":
    """The terminal with this settings file."""
    path = Path(terminal.environ["SWR_BOT_CONFIG"])
    path.write_text(text, encoding="utf-8")
    return terminal


def test_every_wrong_setting_is_told_at_once(terminal: "Terminal") -> None:
    """Whether from the environment or from the file, each with what it should be."""
    wrong = settings_file(terminal, 'regoin = "cn-north-4"\nread_only = "maybe"\n').with_environment(
        SWR_BOT_DEADLINE="soon", SWR_BOT_PROPOSAL_TTL="1", SWR_BOT_STAT_DIR="/var"
    )

    ran = wrong.run("org", "list")

    ran.is_plain()
    assert ran.code == 2
    assert ran.told == [
        (
            "Error: SWR_BOT_DEADLINE is 'soon'; it must be a number from 1 to 600. "
            "SWR_BOT_PROPOSAL_TTL is '1'; it must be a number from 10 to 86400. "
            "SWR_BOT_READ_ONLY is 'maybe'; it must be 1 or 0. "
            "There is no setting SWR_BOT_REGOIN. Did you mean SWR_BOT_REGION? "
            "There is no setting SWR_BOT_STAT_DIR. Did you mean SWR_BOT_STATE_DIR?"
        ),
        "Mend the settings and run it again.",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("region = \n", "Invalid value (at line 1, column 10)"),
        ('region = "a"\nregion = "b"\n', "Cannot overwrite a value (at line 2, column 13)"),
        ("\udcff", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
    ],
)
def test_a_settings_file_that_cannot_be_read_is_named(terminal: "Terminal", text: str, reason: str) -> None:
    """With the line, and where the name of the file comes from."""
    path = Path(terminal.environ["SWR_BOT_CONFIG"])
    path.write_bytes(text.encode("utf-8", "surrogateescape"))

    ran = terminal.run("org", "list")

    assert (ran.code, ran.told[0]) == (2, f"Error: The settings file {path} cannot be read: {reason}.")
    assert "SWR_BOT_CONFIG" in ran.told[1]


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_settings_file_that_is_none_is_named(terminal: "Terminal", tmp_path: Path, name: str) -> None:
    """Not there, or a folder."""
    ran = terminal.with_environment(SWR_BOT_CONFIG=str(tmp_path / name)).run("org", "list")

    assert ran.code == 2
    assert ran.told[0].startswith(f"Error: The settings file {tmp_path / name} cannot be read: ")


def test_a_folder_that_cannot_be_one_is_told(terminal: "Terminal") -> None:
    """No file system takes such a name."""
    ran = settings_file(terminal, 'state_dir = "a\\u0000b"\n').with_environment(SWR_BOT_STATE_DIR="").run("org", "list")

    assert (ran.code, ran.told[0]) == (2, r"Error: SWR_BOT_STATE_DIR is 'a\\x00b'; it must be a path.")


def test_settings_of_the_file_hold_and_the_environment_wins(terminal: "Terminal") -> None:
    """The same keys in small letters; a flag wins over both."""
    read_only = settings_file(terminal, "read_only = true\n")

    assert read_only.scripted().run("org", "create", "payments", "--yes").code == 6
    overruled = read_only.with_environment(SWR_BOT_READ_ONLY="0").scripted()
    assert overruled.run("org", "create", "payments", "--yes").code == 0


@pytest.mark.parametrize(
    ("changes", "code", "says"),
    [
        (TYPO, 3, "huaweicloud has no region \u201ccn-nort-4\u201d."),
        ({"SWR_BOT_CLOUD": "aws"}, 2, "There is no cloud \u201caws\u201d."),
        ({"SWR_BOT_REGION": ""}, 2, "No region is set, and names belong to one region."),
        ({"SWR_BOT_ENDPOINT": "http://swr.example.com"}, 2, "The address of SWR must begin with https://"),
        ({"SWR_BOT_ENDPOINT": "https://me:hunter2@swr.example.com"}, 2, "The address of SWR must be like https://"),
        (NO_KEYS, 6, "No credentials for SWR were found."),
    ],
)
@pytest.mark.usefixtures("empty_home")
def test_settings_that_lead_nowhere_are_told_before_anything_is_sent(
    terminal: "Terminal", changes: dict[str, str], code: int, says: str
) -> None:
    """No request, no secret, a next step where one exists."""
    ran = terminal.with_environment(**changes).run("repo", "info", "payments/api")

    ran.is_plain()
    assert ran.code == code
    assert ran.told[0].startswith(f"Error: {says}")
    assert "hunter2" not in ran.err


def test_a_read_only_swr_bot_creates_nothing(terminal: "Terminal", emulator: "Emulator") -> None:
    """Whatever is confirmed: also what was asked for before."""
    script = terminal.scripted()
    script.run("org", "create", "payments")
    code = script.run("pending").out.split("\t")[0]
    closed = script.with_environment(SWR_BOT_READ_ONLY="1")

    for words in [("org", "create", "payments", "--yes"), ("confirm", code, "--yes")]:
        closed.run(*words).failed(
            6,
            "This swr-bot only reads. Nothing was created.",
            "Creates are switched off by SWR_BOT_READ_ONLY.",
            nothing_created=True,
        )
    assert emulator.creates == 0
    assert closed.run("org", "list").code == 0


RULES = """
[[policy.rule]]
actors = ["cli:*"]
organizations = ["payments*"]
operations = ["create-organization", "create-repository"]

[[policy.rule]]
actors = ["cli:*"]
organizations = ["payments-open"]
public = true
"""


def test_the_rules_of_the_file_decide(terminal: "Terminal", emulator: "Emulator") -> None:
    """What no rule allows is refused before anybody is asked; public only where it is said."""
    script = settings_file(terminal, RULES).scripted()
    for name in ("payments", "payments-open"):
        assert script.run("org", "create", name, "--yes").code == 0
    assert script.run("repo", "create", "payments/api", "--yes").code == 0
    assert script.run("repo", "create", "payments-open/api", "--public", "--yes").code == 0
    reached = len(emulator.requests())

    refused = script.run("org", "create", "ledger", "--yes")
    assert refused.code == 6
    assert refused.told[0].endswith(" run create-organization in the organization ledger. Nothing was created.")
    public = script.run("repo", "create", "payments/open", "--public", "--yes")
    assert public.code == 6
    assert public.told[0].endswith(" make public repositories in payments. Nothing was created.")
    assert all(ran.told[1].startswith(("Ask whoever keeps", "Leave out public")) for ran in (refused, public))
    assert len(emulator.requests()) == reached
    assert script.run("org", "list").code == 0


def test_rules_that_cannot_be_read_are_told(terminal: "Terminal") -> None:
    """A rule with a typing error must not open or close anything by accident."""
    ran = settings_file(terminal, '[[policy.rule]]\nactor = ["cli:*"]\n').run("org", "list")

    assert ran.code == 2
    assert "rule number 1 actors: Field required" in ran.told[0]
    assert "rule number 1 actor: Unexpected" in ran.told[0]


def test_json_of_a_settings_error_is_an_error_object(terminal: "Terminal") -> None:
    """As for every other failure."""
    ran = terminal.with_environment(SWR_BOT_REGON="x").run("org", "list", "--json")

    error = json.loads(ran.out)["error"]
    assert error == {
        "code": "settings-invalid",
        "message": "There is no setting SWR_BOT_REGON. Did you mean SWR_BOT_REGION?",
        "hint": "Mend the settings and run it again.",
    }


def test_a_service_of_kubernetes_called_swr_bot_is_no_setting(terminal: "Terminal") -> None:
    """What a cluster injects into every container is not taken for a typing error."""
    injected = {
        "SWR_BOT_SERVICE_HOST": "10.0.0.1",
        "SWR_BOT_SERVICE_PORT": "80",
        "SWR_BOT_SERVICE_PORT_HTTP": "80",
        "SWR_BOT_PORT": "tcp://10.0.0.1:80",
        "SWR_BOT_PORT_80_TCP": "tcp://10.0.0.1:80",
    }
    assert terminal.with_environment(**injected).run("org", "list").code == 0


def test_a_home_that_is_not_known_is_told(terminal: "Terminal") -> None:
    """A folder of a user that does not exist has a sentence of its own."""
    ran = terminal.with_environment(SWR_BOT_STATE_DIR="~nobody-at-all/x").run("org", "list")

    assert ran.code == 2
    assert "the home folder in it is not known" in ran.told[0]


def test_a_settings_file_of_endless_brackets_is_told(terminal: "Terminal", tmp_path: Path) -> None:
    """Nothing in a file ends in a traceback."""
    file = tmp_path / "deep.toml"
    file.write_text(f"region = {'[' * 3_000}{']' * 3_000}", encoding="utf-8")

    ran = terminal.with_environment(SWR_BOT_CONFIG=str(file)).run("org", "list")

    assert ran.code == 2
    assert f"The settings file {file} cannot be read" in ran.told[0]


def test_somebody_with_nothing_set_is_told_of_the_emulator(terminal: "Terminal") -> None:
    """The first error of a newcomer names both ways on."""
    nothing = terminal.with_environment(**NO_KEYS, SWR_BOT_ENDPOINT="", SWR_BOT_REGION="")
    without_keys = nothing.run("org", "list")
    assert (without_keys.code, "HUAWEICLOUD_SDK_AK" in without_keys.told[1]) == (6, True)
    assert "--emulator" in without_keys.told[1]

    on_a_server = nothing.with_environment(SWR_BOT_METADATA_ENDPOINT="http://127.0.0.1:9").run("org", "list")
    assert on_a_server.code == 2
    assert "SWR_BOT_REGION" in on_a_server.told[1]
    assert "--emulator" in on_a_server.told[1]


@pytest.mark.parametrize(
    ("environ", "config", "says"),
    [
        ({"SWR_BOT_READ_ONLY": "1"}, "", "none, SWR_BOT_READ_ONLY is set"),
        ({}, '[[policy.rule]]\nactors = ["cli:*"]\n', "as 1 policy rule allows"),
    ],
)
def test_doctor_says_what_holds_creates_back(
    terminal: "Terminal", environ: dict[str, str], config: str, says: str
) -> None:
    """All may be well, and nothing be allowed."""
    ran = settings_file(terminal, config).with_environment(**environ).run("doctor")

    assert (ran.code, ran.out.splitlines()[-1]) == (0, f"- Creates: {says}")
