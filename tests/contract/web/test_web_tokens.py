"""Bearer tokens of the file, over real HTTP and changed by real processes."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from swr_bot.web.tokens import OPERATIONS, TokenFile
from swr_tools.clock import ManualClock, SystemClock
from swr_tools.errors import ArgumentInvalid, NameInvalid, NameTaken, NotFound, StateUnavailable

Start = Callable[..., Any]
READS = ["get-repository-info", "list-organizations"]


def test_the_bearer_of_a_token_is_known_by_its_name(start: Start, tokens: TokenFile) -> None:
    """The gate and the audit speak of people, and may do what their token may."""
    token, _ = tokens.add("ci-bot", days=90, operations=READS)

    assert start().who(token=token) == ["mcp:tokens/ci-bot", "ci-bot", False, READS]


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer  x", "Basic YTpi", "Bearer swrbot_wrong", "Bearer \xe9\xe8", "swrbot_wrong", "Bearer a.b.c"],
)
def test_nobody_is_let_in_without_a_good_token(start: Start, tokens: TokenFile, header: str) -> None:
    """The answer says how to come, and nothing else."""
    tokens.add("somebody", days=1)
    site = start()
    answer = site.client.post(site.url, json={}, headers={"Authorization": header.encode("latin-1")} if header else {})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert "resource_metadata" not in answer.headers["www-authenticate"]
    assert answer.json() == {"error": "invalid_token", "error_description": "Authentication required"}


def test_a_token_in_the_url_is_not_looked_at(start: Start, tokens: TokenFile) -> None:
    """It would end up in the log of every proxy."""
    token, _ = tokens.add("somebody", days=1)
    site = start()

    assert site.client.post(f"{site.url}?access_token={token}", json={}).status_code == 401


def test_a_revoked_token_opens_nothing_from_then_on(start: Start, tokens: TokenFile) -> None:
    """The server that runs notices, in a session that is open too; so it does a token that is added."""
    token, _ = tokens.add("ci-bot", days=90)
    site = start()
    session = {"mcp_session_id": site.initialize(token=token).headers["mcp-session-id"]}
    before = site.post("tools/list", token=token, **session).status_code
    tokens.revoke("ci-bot")
    after = site.post("tools/list", token=token, **session).status_code
    another, _ = tokens.add("ci-bot-2", days=90)

    assert (before, after) == (200, 401)
    assert site.initialize(token=another).status_code == 200


def test_an_expired_token_opens_nothing(start: Start, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The log says whose it was."""
    past = ManualClock(SystemClock().now() - timedelta(days=2))
    token, _ = TokenFile(tmp_path / "state" / "tokens.json", past).add("old-bot", days=1)

    assert start().initialize(token=token).status_code == 401
    assert any("the token of old-bot: it expired" in record.getMessage() for record in caplog.records)
    assert token not in caplog.text


def test_one_persons_session_is_not_there_for_another(start: Start, tokens: TokenFile) -> None:
    """Knowing its id is not enough."""
    alice, _ = tokens.add("alice", days=1)
    mallory, _ = tokens.add("mallory", days=1)
    site = start()
    session = {"mcp_session_id": site.initialize(token=alice).headers["mcp-session-id"]}

    assert site.post("tools/list", token=mallory, **session).status_code == 404
    assert site.post("tools/list", token=alice, **session).status_code == 200


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "Invalid JSON"),
        ("[]", "Input should be an object"),
        ('{"tokens": [{"name": "a"}]}', "tokens 0 sha256: Field required"),
        ('{"tokens": [], "more": 1}', "more: Extra inputs are not permitted"),
        ("\xff", "Invalid JSON"),
    ],
)
def test_a_broken_file_lets_nobody_in_and_says_so(
    start: Start, tokens: TokenFile, caplog: pytest.LogCaptureFixture, content: str, reason: str
) -> None:
    """In the log with the reason, and in /readyz without; once it is mended everybody is back."""
    token, _ = tokens.add("ci-bot", days=90)
    site = start()
    good = tokens.path.read_bytes()
    tokens.path.write_bytes(content.encode("latin-1"))
    broken = [site.initialize(token=token).status_code for _ in range(3)], site.get("/readyz")
    tokens.path.write_bytes(good)
    site.clock.advance(3)

    assert broken[0] == [401, 401, 401]
    assert broken[1].json()["reason"] == "Not usable: the token file. The log says why."
    told = [record.getMessage() for record in caplog.records if "Nobody is let in" in record.getMessage()]
    assert len(told) == 1
    assert reason in told[0]
    assert (site.initialize(token=token).status_code, site.get("/readyz").status_code) == (200, 200)


def test_a_file_that_vanishes_lets_nobody_in(start: Start, tokens: TokenFile) -> None:
    """Deleting it does not open the server to everybody."""
    token, _ = tokens.add("ci-bot", days=90)
    site = start()
    tokens.path.unlink()

    assert site.initialize(token=token).status_code == 401
    assert site.initialize().status_code == 401
    assert site.get("/readyz").status_code == 503


def test_a_file_that_everybody_can_change_is_not_believed(start: Start, tokens: TokenFile) -> None:
    """Whoever can write it can let anybody in."""
    token, _ = tokens.add("ci-bot", days=90)
    tokens.path.chmod(0o666)

    assert start().initialize(token=token).status_code == 401
    with pytest.raises(StateUnavailable, match=r"Everybody on this machine can change"):
        tokens.read()


def test_the_file_is_its_owners_and_holds_no_token(tokens: TokenFile) -> None:
    """Only what recognises one, and its last four characters."""
    token, record = tokens.add("ci-bot", days=90)
    text = tokens.path.read_text()

    assert stat.S_IMODE(tokens.path.stat().st_mode) == 0o600
    assert token.startswith("swrbot_")
    assert len(token) == len("swrbot_") + 43
    assert token[:-4] not in text
    assert record.ending == token[-4:]
    assert record.sha256 not in repr(record)


def test_processes_that_add_at_once_lose_nothing(tokens: TokenFile) -> None:
    """Every one of them finds the others' tokens under the lock."""
    script = (
        "import sys; from pathlib import Path; from swr_bot.web.tokens import TokenFile\n"
        "from swr_tools.clock import SystemClock\n"
        "[TokenFile(Path(sys.argv[1]), SystemClock()).add(f'{sys.argv[2]}-{i}', days=1) for i in range(10)]"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(tokens.path), f"p{n}"])  # noqa: S603 - this project's own
        for n in range(4)
    ]

    assert [process.wait(60) for process in running] == [0] * 4
    assert {record.name for record in tokens.read().tokens} == {f"p{n}-{i}" for n in range(4) for i in range(10)}
    assert sorted(path.name for path in tokens.path.parent.iterdir()) == ["tokens.json", "tokens.json.lock"]


def test_a_link_to_the_file_stays_a_link(tokens: TokenFile, tmp_path: Path) -> None:
    """Somebody put the file elsewhere on purpose."""
    real = tmp_path / "elsewhere.json"
    real.write_text('{"tokens": []}')
    tokens.path.parent.mkdir()
    tokens.path.symlink_to(real)
    tokens.add("ci-bot", days=1)

    assert tokens.path.is_symlink()
    assert json.loads(real.read_text())["tokens"][0]["name"] == "ci-bot"


def test_a_change_that_fails_leaves_the_file_as_it_was(tokens: TokenFile) -> None:
    """And says what to do."""
    tokens.add("first", days=1)
    before = tokens.path.read_bytes()
    tokens.path.write_bytes(b"{")
    with pytest.raises(StateUnavailable, match=r"cannot be read"):
        tokens.add("second", days=1)
    kept = tokens.path.read_bytes()
    tokens.path.write_bytes(before)

    assert kept == b"{"
    assert [record.name for record in tokens.read().tokens] == ["first"]


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    """Not a traceback."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StateUnavailable, match=r"cannot be written: File exists") as refused:
        TokenFile(tmp_path / "file" / "tokens.json", SystemClock()).add("a", days=1)

    assert "SWR_BOT_TOKEN_FILE" in refused.value.hint


@pytest.mark.parametrize("name", ["a", "ci-bot", "alice@example.com", "a_b.c-1", "x" * 64])
def test_a_name_is_a_persons_or_a_programs(tokens: TokenFile, name: str) -> None:
    """Lower-case letters, digits and four marks."""
    assert tokens.add(name, days=1)[1].name == name


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("", None),
        ("x" * 65, None),
        ("a/b", None),
        ("a b", None),
        ("Alice", "alice"),
        ("a*", None),
        ("ä", None),
        ("a\n", None),
    ],
)
def test_another_name_is_refused(tokens: TokenFile, name: str, suggestion: str | None) -> None:
    """Policy patterns and log lines can hold every name there is."""
    with pytest.raises(NameInvalid) as refused:
        tokens.add(name, days=1)

    assert refused.value.suggestion == suggestion
    assert not tokens.path.exists()


def test_a_name_is_given_once(tokens: TokenFile) -> None:
    """Two bearers of one name would be one person in the audit."""
    tokens.add("ci-bot", days=1)
    with pytest.raises(NameTaken, match=r"There is a token for ci-bot already") as refused:
        tokens.add("ci-bot", days=1)

    assert "token revoke ci-bot" in refused.value.hint


def test_an_operation_is_one_of_those_there_are(tokens: TokenFile) -> None:
    """A slip is named with what was meant."""
    with pytest.raises(ArgumentInvalid, match=r"no operation 'create-repo'") as refused:
        tokens.add("ci-bot", days=1, operations=["create-repo"])
    with pytest.raises(ArgumentInvalid, match=r"opens nothing"):
        tokens.add("ci-bot", days=1, operations=[])

    assert refused.value.hint == "Did you mean create-repository?"
    assert tokens.add("ci-bot", days=1)[1].operations == OPERATIONS


def test_revoking_somebody_unknown_names_whoever_is_close(tokens: TokenFile) -> None:
    """Thinking a token is gone when it is not is dangerous."""
    tokens.add("ci-bot", days=1)
    with pytest.raises(NotFound, match=r"no token for 'ci-bott'") as refused:
        tokens.revoke("ci-bott")

    assert refused.value.hint == "Did you mean ci-bot?"


def test_looking_at_an_unchanged_file_reads_it_once(tokens: TokenFile) -> None:
    """A request does not wait for the disk: what was read holds while the file is the same."""
    token, _ = tokens.add("ci-bot", days=1)
    assert tokens.bearer(token) is not None
    before = tokens.path.stat()
    with tokens.path.open("r+b") as file:
        file.write(b"[")
    os.utime(tokens.path, ns=(before.st_atime_ns, before.st_mtime_ns))

    # The change time cannot be set back, so even this is noticed.
    assert tokens.bearer(token) is None
