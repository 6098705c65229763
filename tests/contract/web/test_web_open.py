"""A server on loopback without authentication, and what every request passes first."""

import socket
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import pytest

from swr_bot.settings import load_settings
from swr_bot.web.addresses import Addresses
from swr_tools.errors import SettingsInvalid, StateUnavailable

Start = Callable[..., Any]
EVERYWHERE = "0.0.0.0"  # noqa: S104 - what is done about it is the subject


def test_on_loopback_without_tokens_everybody_is_anonymous(start: Start) -> None:
    """They may read and ask for creates; what is created is for the policy to say."""
    actor, name, holds_keys, operations = start().who()

    assert actor == f"mcp:{socket.gethostname()}/anonymous"
    assert (name, holds_keys, len(operations)) == ("anonymous", False, 4)


@pytest.mark.parametrize(
    "host", ["evil.example.com", "127.0.0.1.evil.com", "localhost.evil.com:80", "", "127.0.0.1@evil.com", "10.0.0.1"]
)
def test_a_request_for_a_foreign_host_is_misdirected(start: Start, host: str) -> None:
    """A page whose name was pointed at this machine learns nothing, not even that a token is needed."""
    answer = start(token_file="/nowhere/tokens.json").initialize(host=host)

    assert (answer.status_code, answer.headers.get("www-authenticate")) == (421, None)


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1:65000", "[::1]:8970", "LOCALHOST:8970"])
def test_the_names_of_this_machine_are_served_on_loopback(start: Start, host: str) -> None:
    """A forwarded port may have another number."""
    assert start().initialize(host=host).status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example.com", "null", "http://localhost.evil.com", "http://127.0.0.1@evil.com", "file://"]
)
def test_a_page_of_a_foreign_origin_is_forbidden(start: Start, origin: str) -> None:
    """Before anybody is asked for a token, and for every path."""
    site = start(token_file="/nowhere/tokens.json")
    answers = [site.initialize(origin=origin), site.get("/readyz", origin=origin), site.get("/other", origin=origin)]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert all("www-authenticate" not in answer.headers for answer in answers)


def test_an_allowed_origin_may_ask_and_read_the_session(start: Start) -> None:
    """The browser is told which headers it may send and show."""
    site = start(allowed_origins="https://app.example.com/, https://b.example.com:8443")
    asked = {"origin": "https://app.example.com", "access_control_request_method": "POST"}
    before = site.client.options(
        site.url,
        headers={
            **{k.replace("_", "-"): v for k, v in asked.items()},
            "access-control-request-headers": "Authorization",
        },
    )
    answer = site.initialize(origin="https://app.example.com")

    assert before.status_code == 200
    assert before.headers["access-control-allow-origin"] == "https://app.example.com"
    assert answer.status_code == 200
    assert "Mcp-Session-Id" in answer.headers["access-control-expose-headers"]
    assert site.initialize(origin="https://b.example.com:8443").status_code == 200
    assert site.initialize(origin="https://b.example.com").status_code == 403


@pytest.mark.parametrize(
    ("settings", "origin"),
    [
        ({}, "http://localhost:6274"),
        ({}, "http://127.0.0.1"),
        ({}, "http://[::1]:6274"),
        ({"allowed_origins": "https://app.example.com:*"}, "https://app.example.com:8443"),
    ],
)
def test_a_page_that_may_ask_is_told_so_by_the_browsers_rules(
    start: Start, settings: dict[str, str], origin: str
) -> None:
    """On whatever port of a name that is let in with all of them; else its browser would hold the answer back."""
    site = start(**settings)
    preflight = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    answers = [site.client.options(site.url, headers=preflight), site.initialize(origin=origin)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.headers.get("access-control-allow-origin") for answer in answers] == [origin, origin]


def test_the_public_url_and_the_allowed_hosts_are_served(start: Start) -> None:
    """With the scheme's own port or without."""
    site = start(public_url="https://swr-bot.example.com/mcp", allowed_hosts="inner:9000")
    hosts = ["swr-bot.example.com", "swr-bot.example.com:443", "SWR-BOT.example.com", "inner:9000"]

    assert [site.initialize(host=host).status_code for host in hosts] == [200] * 4
    assert [site.initialize(host=host).status_code for host in ["inner", "swr-bot.example.com:80"]] == [421] * 2


def test_two_host_headers_are_none() -> None:
    """What a proxy believes and what this server believes must not differ."""
    addresses = Addresses.of(load_settings({}), "127.0.0.1")

    assert addresses.allow_host("127.0.0.1:8970")
    assert not addresses.allow_host("127.0.0.1:8970, evil.example.com")


@pytest.mark.parametrize(("host", "loopback"), [("192.0.2.7", False), ("::", True), (EVERYWHERE, True)])
def test_off_loopback_the_names_served_are_those_that_were_said(host: str, loopback: bool) -> None:
    """Every address of a machine includes its own."""
    addresses = Addresses.of(load_settings({}, public_url="https://swr-bot.example.com/mcp"), host)

    assert addresses.allow_host("swr-bot.example.com")
    assert addresses.allow_host("localhost:8970") is loopback
    assert addresses.allow_host("192.0.2.7:8970") is (host == "192.0.2.7")
    assert not addresses.allow_origin("http://localhost:3000")


def test_listening_everywhere_without_a_name_is_refused() -> None:
    """No request could ever be for it."""
    with pytest.raises(SettingsInvalid, match=r"no host name") as refused:
        Addresses.of(load_settings({}), EVERYWHERE)

    assert "SWR_BOT_PUBLIC_URL" in refused.value.hint


def test_a_body_of_more_than_a_mebibyte_is_too_large(start: Start) -> None:
    """Said in its length or sent piece by piece."""
    site = start()
    said = site.post("tools/call", {"text": "x" * (1024 * 1024)})
    pieces = site.client.post(site.url, content=iter([b"x" * 65_536] * 17))

    assert (said.status_code, pieces.status_code) == (413, 413)


def test_a_large_body_is_not_read_before_the_token_is(start: Start) -> None:
    """Nobody without a token makes the server hold a mebibyte."""
    site = start(token_file="/nowhere/tokens.json")

    assert site.client.post(site.url, content=iter([b"x" * 65_536] * 17)).status_code == 401


def _port(url: str) -> int:
    return urlsplit(url).port or 0


def test_headers_without_end_are_refused(start: Start) -> None:
    """The connection gets an answer and ends."""
    site = start()
    with socket.create_connection(("127.0.0.1", _port(site.url)), 20) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ".ljust(32 * 1024 + 1, b"x"))
        answer = connection.recv(4096)

    assert answer.startswith(b"HTTP/1.1 400 ")


def test_answers_carry_headers_for_browsers_and_none_of_the_server(start: Start) -> None:
    """Nothing may be framed, guessed or kept."""
    headers = start().get("/healthz").headers

    assert "server" not in headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize(
    "path", ["/", "/mcp/", "/mcp/x", "/docs", "/openapi.json", "/.well-known/oauth-protected-resource/mcp"]
)
def test_there_is_nothing_at_other_paths(start: Start, path: str) -> None:
    """No redirect, no page."""
    assert start().get(path).status_code == 404


def test_health_is_told_to_whoever_asks_by_address(start: Start) -> None:
    """A kubelet knows no host name."""
    site = start(token_file="/nowhere/tokens.json")

    assert site.get("/healthz", host="10.1.2.3:8970").json() == {"status": "ok"}
    assert site.get("/readyz", host="10.1.2.3:8970").status_code == 503


def test_readiness_names_what_is_not_usable_and_keeps_the_reason_for_the_log(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    """The reason may hold a path; it is logged once, and so is the recovery."""
    broken = ["The file /secret/place is gone."]

    async def journal() -> None:
        if broken:
            raise StateUnavailable(broken[0])

    site = start(checks={"the journal": journal})
    first, second = site.get("/readyz"), site.get("/readyz")
    broken.clear()
    third = site.get("/readyz")
    site.clock.advance(3)
    fourth = site.get("/readyz")

    assert [answer.status_code for answer in (first, second, third, fourth)] == [503, 503, 503, 200]
    assert first.json() == {"status": "unavailable", "reason": "Not usable: the journal. The log says why."}
    told = [record.getMessage() for record in caplog.records if record.name.startswith("swr_bot")]
    assert told == ["Not ready: the journal: The file /secret/place is gone.", "Ready again: the journal"]


def test_readiness_is_asked_of_the_parts_every_few_seconds_only(start: Start) -> None:
    """However often a load balancer asks."""
    asked: list[int] = []

    async def part() -> None:
        asked.append(1)

    site = start(checks={"a part": part})
    answers = {site.get("/readyz").status_code for _ in range(5)}

    assert (answers, len(asked)) == ({200}, 1)


def test_a_server_about_to_stop_is_not_ready(start: Start) -> None:
    """It still lives."""
    site = start()
    site.readiness.draining = True

    assert site.get("/readyz").json() == {"status": "unavailable", "reason": "This server is about to stop."}
    assert site.get("/healthz").status_code == 200


def test_clients_that_send_too_slowly_are_let_go(start: Start) -> None:
    """Neither headers nor a body may take for ever to arrive."""
    site = start()
    begun = b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n"
    with ExitStack() as stack:
        silent, headers, body, second = (
            stack.enter_context(socket.create_connection(("127.0.0.1", _port(site.url)), 20)) for _ in range(4)
        )
        headers.sendall(begun)
        body.sendall(begun + b"\r\n{")
        second.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answered = b""
        while not answered.endswith(b'"ok"}'):
            answered += second.recv(4096)
        second.sendall(b"GET /")
        answers = [connection.recv(4096) for connection in (silent, headers, body, second)]

    assert [answer[:13] for answer in answers] == [b"", b"", b"HTTP/1.1 408 ", b""]
