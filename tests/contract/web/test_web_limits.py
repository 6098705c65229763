"""One person's program, however busy or odd, takes the server from nobody else."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from swr_bot.web.tokens import TokenFile
from swr_tools.clock import SystemClock

if TYPE_CHECKING:
    from tests.contract.web.conftest import Start

NEWEST = {"mcp_protocol_version": "2026-07-28"}


def tokens(tmp_path: Path) -> TokenFile:
    """The token file of the server."""
    return TokenFile(tmp_path / "state" / "tokens.json", SystemClock())


def test_one_person_opens_so_many_sessions_a_minute_and_others_open_theirs(start: "Start", tmp_path: Path) -> None:
    """Each session takes memory until it has been idle for long; the answer says when to come back."""
    (alice, _), (bob, _) = (tokens(tmp_path).add(name, days=1) for name in ("alice", "bob"))
    site = start(rate_limit="3")

    answers = [site.initialize(token=alice) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].headers["retry-after"] == "20"
    assert answers[-1].json()["error"]["message"] == "Too many new sessions. Wait 20 seconds and call again."
    assert site.initialize(token=bob).status_code == 200
    session = {"mcp_session_id": answers[0].headers["mcp-session-id"]}
    assert site.post("ping", token=alice, **session).status_code == 200


def test_a_client_of_the_newest_version_opens_none(start: "Start", tmp_path: Path) -> None:
    """It has no sessions, so it is not counted among those who do."""
    token, _ = tokens(tmp_path).add("alice", days=1)
    site = start(rate_limit="1")

    answers = [site.post("server/discover", token=token, mcp_method="server/discover", **NEWEST) for _ in range(3)]

    assert 429 not in [answer.status_code for answer in answers]


def test_a_request_with_two_authorization_headers_is_refused(start: "Start", tmp_path: Path) -> None:
    """A proxy may have believed the other one."""
    token, _ = tokens(tmp_path).add("alice", days=1)
    site = start()
    headers = [("Authorization", f"Bearer {token}"), ("Authorization", "Bearer swrbot_other")]

    answer = site.client.post(site.url, json={}, headers=headers)

    assert (answer.status_code, answer.text) == (400, "A request has one Authorization header.")


def test_a_token_file_that_is_a_pipe_holds_nothing_up(start: "Start", tmp_path: Path) -> None:
    """It lets nobody in, and everything else is answered; a good file lets people in again."""
    file = tokens(tmp_path)
    token, _ = file.add("alice", days=1)
    good = file.path.read_bytes()
    site = start()
    assert site.initialize(token=token).status_code == 200

    file.path.unlink()
    os.mkfifo(file.path)
    assert site.initialize(token=token).status_code == 401
    assert site.get("/healthz").status_code == 200

    file.path.unlink()
    file.path.write_bytes(good)
    file.path.chmod(0o600)
    assert site.initialize(token=token).status_code == 200
