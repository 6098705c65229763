"""Keys, tokens, clocks and addresses that are wrong, and SWR being down: seen at the terminal."""

import http.server
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faces.conftest import Emulator, Terminal

AFTER = {"payments", "payments/taken", "payments/api"}
CREATE = ("repo", "create", "payments/api")
KEYS = "Check the keys and their region first: five failures in a row lock a key for five minutes."


def test_wrong_keys_are_sent_once_and_never_again(person: "Terminal", seeded: "Emulator") -> None:
    """Five failures in a row lock a key, so one command is one failure."""
    ran = person.with_environment(HUAWEICLOUD_SDK_SK="wrong").run("repo", "info", "payments/taken")

    ran.failed(6, "SWR in cn-north-4 does not accept these credentials.", KEYS, nothing_created=False)
    assert len(seeded.requests()) == 1


def test_an_expired_token_is_renewed_once(person: "Terminal", seeded: "Emulator") -> None:
    """The token ends while the question stands: the create is refused, sent again with a new one, and done once."""
    user = person.with_environment(
        HUAWEICLOUD_SDK_AK="",
        HUAWEICLOUD_SDK_SK="",
        HUAWEICLOUD_SDK_PROJECT_ID="",
        HW_USER_NAME="emulator-user",
        HW_USER_PASSWORD="emulator-password",
        HW_DOMAIN_NAME="emulator",
        SWR_BOT_IAM_ENDPOINT=seeded.url,
    )

    def yes_a_day_later() -> str:
        seeded.is_ahead_by(25 * 60 * 60)
        return "y"

    ran = user.answering(yes_a_day_later).run(*CREATE)

    ran.is_plain()
    assert ran.code == 0
    assert seeded.creates == 2
    assert len(seeded.requests("POST", "/v3/auth/tokens")) == 2
    assert seeded.holds() == AFTER


@pytest.mark.parametrize("minutes", [20, -20])
def test_a_clock_that_is_off_is_named_as_the_reason(person: "Terminal", seeded: "Emulator", minutes: int) -> None:
    """The keys are right, so the person is sent to the clock and not to the keys."""
    seeded.is_ahead_by(minutes * 60)

    ran = person.run(*CREATE)

    ran.failed(
        6,
        "SWR in cn-north-4 does not accept these credentials. This machine's clock is 20 minutes off from SWR's, and a "
        "signature is only good for 15 minutes. Nothing was created.",
        "Set the clock, then try again.",
        nothing_created=True,
    )
    assert len(seeded.requests()) == 1


@pytest.mark.parametrize("when", ["before the question", "after the question"])
def test_nothing_is_created_while_swr_is_down(
    when: str,
    start_emulator: "Callable[..., Emulator]",
    terminal_of: "Callable[[Emulator], Terminal]",
    tmp_path: "Path",
) -> None:
    """No connection, nothing sent; the same emulator, started again, holds what it held."""
    state = ("--state", str(tmp_path / "emulator.sqlite3"))
    gone = start_emulator(*state)
    host = gone.url.removeprefix("http://")
    person = terminal_of(gone).with_environment(SWR_BOT_DEADLINE="1")

    def yes() -> str:
        gone.stop()
        return "y"

    if when == "before the question":
        gone.stop()
    ran = person.answering(yes).run("org", "create", "payments")

    ran.is_plain()
    assert ran.code == 7
    assert (
        ran.told[0]
        .removeprefix("Error: ")
        .removeprefix("\u2717 ")
        .startswith(f"No connection to SWR at {host} could be made")
    )
    assert ran.told[0].endswith(" Nothing was created.")
    assert ran.told[1] == "Check the network, the proxy and the region, then try again."
    assert start_emulator(*state).holds() == set()


class Portal(http.server.BaseHTTPRequestHandler):
    """A web page where SWR should be: a captive portal, or a proxy's login."""

    def do_GET(self) -> None:
        """A page, with a good status."""
        page = b"<html><body>Welcome to our network!</body></html>"
        self.send_response(302 if "portal" in self.path else 200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        """Nothing."""


@pytest.fixture
def portal() -> Iterator[str]:
    """The address of one."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Portal) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("organization", ["payments", "portal"])
def test_a_web_page_in_place_of_swr_is_named_as_such(person: "Terminal", portal: str, organization: str) -> None:
    """Whether it answers with a page or sends the caller elsewhere."""
    ran = person.with_environment(SWR_BOT_ENDPOINT=f"http://{portal}").run("repo", "create", f"{organization}/api")

    ran.failed(
        7,
        f"What answers at {portal} is not the SWR API. Nothing was created.",
        "Check the endpoint, the region (cn-north-4) and any proxy in between.",
        nothing_created=True,
    )
