"""`swr-bot serve` as a real process."""

import json
import signal
import socket
import time
import urllib.error
import urllib.request
from typing import Any

import pytest

Machine = Any  # the one of conftest.py
Process = Any
PATIENCE = 20.0
EVERYWHERE = "0.0.0.0"  # noqa: S104 - that it is refused is the subject


def _serving(machine: Machine, *flags: str) -> tuple[Process, str]:
    """The process and its address."""
    process = machine.start("serve", "--port", "0", "--json", *flags)
    line = process.stdout.readline()
    assert line, process.stderr.read()
    return process, str(json.loads(line)["url"])


def _initialize(url: str, token: str = "") -> int:
    """The status of a client's first request."""
    params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    body = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return _ask(urllib.request.Request(url, json.dumps(body).encode(), headers))  # noqa: S310 - loopback


def _ask(request: urllib.request.Request | str) -> int:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=PATIENCE) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def _ended(process: Process) -> tuple[int, str, str]:
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def test_on_loopback_it_serves_whoever_sits_here_and_says_so(machine: Machine) -> None:
    """One line of JSON with the address, a warning beside it, and a quiet end."""
    process, url = _serving(machine)
    first, ready = _initialize(url), _ask(url.replace("/mcp", "/readyz"))
    code, out, err = _ended(process)

    assert (first, ready, code, out) == (200, 200, 0, "")
    assert err == (
        "Everybody on this machine can use this server: it asks for no token. "
        "To change that, type swr-bot token add NAME and start it again.\n"
    )


def test_a_person_reads_a_sentence(machine: Machine) -> None:
    """And Ctrl-C ends it without a traceback."""
    machine.run("token", "add", "me")
    screen = machine.types("serve", "--port", "0")
    screen.waits_for("MCP clients reach swr-bot at http://127.0.0.1:")
    screen.types("\x03")

    assert screen.ends() == 0
    assert screen.plain.replace("^C", "").count("\n") == 1


def test_off_loopback_it_does_not_start_without_a_way_to_know_who_asks(machine: Machine) -> None:
    """Both ways on are named."""
    ran = machine.with_environment(SWR_BOT_PUBLIC_URL="https://swr-bot.example.com/mcp").run(
        "serve", "--host", EVERYWHERE, "--port", "0"
    )

    assert (ran.returncode, ran.stdout) == (2, "")
    assert "everybody on the network could use this server" in ran.stderr
    assert "swr-bot token add NAME" in ran.stderr
    assert "SWR_BOT_OAUTH_ISSUER" in ran.stderr


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"SWR_BOT_OAUTH_ISSUER": "https://id.example.com"}, "without SWR_BOT_PUBLIC_URL"),
        ({"SWR_BOT_OAUTH_AUDIENCE": "swr"}, "mean nothing without SWR_BOT_OAUTH_ISSUER"),
        ({"SWR_BOT_PUBLIC_URL": "http://swr-bot.example.com/mcp"}, "it must begin with https://"),
    ],
)
def test_settings_that_do_not_fit_are_told_before_anything_listens(
    machine: Machine, variables: dict[str, str], said: str
) -> None:
    """With exit code 2."""
    ran = machine.with_environment(**variables).run("serve", "--port", "0")

    assert (ran.returncode, ran.stdout) == (2, "")
    assert said in ran.stderr


def test_a_port_that_is_taken_is_a_sentence(machine: Machine) -> None:
    """With the next step and exit code 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ran = machine.run("serve", "--port", port)

    assert ran.returncode == 1
    assert f"swr-bot cannot listen on 127.0.0.1 port {port}: Address already in use." in ran.stderr
    assert "--port 0 picks a free one" in ran.stderr


@pytest.mark.parametrize("port", ["65536", "-1", "x", "80 "])
def test_a_port_that_is_no_port_is_usage(machine: Machine, port: str) -> None:
    """The range is said."""
    ran = machine.run("serve", "--port", port)

    assert ran.returncode == 2
    assert "from 0 to 65535" in ran.stderr


def test_a_token_opens_the_server_until_it_is_revoked(machine: Machine) -> None:
    """While it runs, by another process; no token is ever in its log."""
    token = machine.run("token", "add", "ci-bot").stdout.strip()
    process, url = _serving(machine)
    statuses = [_initialize(url), _initialize(url, token + "x"), _initialize(url, token)]
    machine.run("token", "revoke", "ci-bot")
    statuses.append(_initialize(url, token))
    code, out, err = _ended(process)

    assert (statuses, code) == ([401, 401, 200, 401], 0)
    assert token not in out + err


def test_without_credentials_it_lives_and_is_not_ready(machine: Machine) -> None:
    """The log says what to do; the answer to whoever asks does not."""
    keys = ("HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_PROJECT_ID")
    process, url = _serving(machine.with_environment(**dict.fromkeys(keys, "")))
    statuses = _ask(url.replace("/mcp", "/healthz")), _ask(url.replace("/mcp", "/readyz"))
    _code, _out, err = _ended(process)

    assert statuses == (200, 503)
    assert "Not ready: the credentials of SWR" in err


def test_a_signal_right_after_the_start_ends_it(machine: Machine) -> None:
    """Within a bound, whatever it was doing."""
    process, _url = _serving(machine)
    began = time.monotonic()
    code, _out, _err = _ended(process)

    assert code == 0
    assert time.monotonic() - began < 10
