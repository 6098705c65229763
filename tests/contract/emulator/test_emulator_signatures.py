"""Signatures are checked over exactly the headers they list."""

import hashlib
import time
from collections.abc import Callable, Generator

import httpx
import pytest

from swr_bot.emulators.swr import DEFAULT_ACCOUNT, Account
from swr_bot.emulators.swr.server import EmulatorServer
from swr_bot.emulators.swr.signing import Signature, canonical_request, matches, parse_authorization
from swr_bot.emulators.swr.wire import Request

KeyPairs = Callable[[str, str], httpx.Auth]
Change = Callable[[httpx.Request], httpx.Request]


class ChangedAfterwards(httpx.Auth):
    """Signs a request, then changes it."""

    requires_request_body = True

    def __init__(self, auth: httpx.Auth, change: Change) -> None:
        self._auth = auth
        self._change = change

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        """Sends the changed request."""
        yield self._change(next(self._auth.auth_flow(request)))


@pytest.fixture
def auth(key_pair: KeyPairs) -> httpx.Auth:
    """The emulator's own account."""
    return key_pair(DEFAULT_ACCOUNT.access_key, DEFAULT_ACCOUNT.secret_key)


def with_header(name: str, value: str) -> Change:
    """A change of one header."""

    def change(request: httpx.Request) -> httpx.Request:
        request.headers[name] = value
        return request

    return change


def with_other_target(url: str) -> Change:
    """A change of path or query."""

    def change(request: httpx.Request) -> httpx.Request:
        request.url = request.url.join(url)
        return request

    return change


def with_other_body(request: httpx.Request) -> httpx.Request:
    """A change of the body to one of the same length."""
    headers = request.headers
    return httpx.Request(request.method, request.url, headers=headers, content=b'{"namespace":"other"}')


def with_authorization(old: str, new: str) -> Change:
    """A change inside the Authorization header."""

    def change(request: httpx.Request) -> httpx.Request:
        request.headers["Authorization"] = request.headers["Authorization"].replace(old, new)
        return request

    return change


def create(client: httpx.Client, auth: httpx.Auth, **headers: str) -> httpx.Response:
    """Tries to create an organization."""
    content = b'{"namespace":"group"}'
    return client.post("/v2/manage/namespaces", content=content, params={"a": "1"}, auth=auth, headers=headers)


@pytest.mark.parametrize(
    "change",
    [
        with_header("User-Agent", "somebody else"),
        with_header("X-Project-Id", "f" * 32),
        with_header("Content-Type", "application/json; charset=utf-8"),
    ],
)
def test_headers_that_are_not_listed_may_change(swr: httpx.Client, auth: httpx.Auth, change: Change) -> None:
    """Proxies and other SDKs add headers after signing."""
    assert create(swr, ChangedAfterwards(auth, change)).status_code == 201


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (with_other_body, "verify aksk signature fail"),
        (with_header("Host", "elsewhere"), "verify aksk signature fail"),
        (with_other_target("?a=2"), "verify aksk signature fail"),
        (with_other_target("?a=1&b=2"), "verify aksk signature fail"),
        (with_other_target("/v2/manage/namespaces/x/repos?a=1"), "verify aksk signature fail"),
        (with_authorization("host;", "host;x-missing;"), "verify aksk signature fail"),
        (with_authorization("host;x-sdk-date", "host"), "x-sdk-date must be sent and signed"),
        (with_authorization("KEY1", "KEY9"), "ak:EMULATOR0ACCESS0KEY9,err:ak not exist"),
        (with_authorization("SDK-HMAC-SHA256", "V11-HMAC-SHA256"), "authorization header must look like"),
        (with_header("X-Sdk-Content-Sha256", "0" * 64), "verify aksk signature fail"),
    ],
)
def test_whatever_was_signed_may_not_change(swr: httpx.Client, auth: httpx.Auth, change: Change, says: str) -> None:
    """Body, query, path, listed headers, key and algorithm: each change is a 401 of the gateway."""
    answer = create(swr, ChangedAfterwards(auth, change))
    content = answer.json()
    assert (answer.status_code, content["error_code"]) == (401, "APIGW.0301")
    assert says in content["error_msg"]
    assert content["request_id"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize(("minutes", "status"), [(-20, 401), (-14, 201), (14, 201), (20, 401)])
def test_the_clock_may_be_off_by_fifteen_minutes(
    swr: httpx.Client, auth: httpx.Auth, minutes: int, status: int
) -> None:
    """The date is signed, so an old request cannot be sent again later."""
    date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() + minutes * 60))
    assert create(swr, auth, **{"X-Sdk-Date": date}).status_code == status


def test_a_malformed_date_is_refused(swr: httpx.Client, auth: httpx.Auth) -> None:
    """Only the one documented form counts."""
    assert create(swr, auth, **{"X-Sdk-Date": "2030-01-01T00:00:00Z"}).status_code == 401
    assert create(swr, auth, **{"X-Sdk-Date": "20301301T000000Z"}).status_code == 401


def test_a_request_without_signature_or_token_is_refused(server: EmulatorServer) -> None:
    """401 of the gateway, and unknown routes are 404 before anybody asks who it is."""
    with httpx.Client(base_url=server.announcement["url"], trust_env=False) as client:
        assert client.get("/v2/manage/namespaces").json()["error_code"] == "APIGW.0301"
        assert client.get("/v2/manage/nothing").json()["error_code"] == "APIGW.0101"


def test_five_failures_in_a_row_lock_the_key_for_five_minutes(
    swr: httpx.Client, key_pair: KeyPairs, auth: httpx.Auth
) -> None:
    """A client that retries a 401 locks itself out; the right key does not help then."""
    wrong = key_pair(DEFAULT_ACCOUNT.access_key, "wrong")
    for _ in range(4):
        assert create(swr, wrong).status_code == 401
    assert swr.get("/v2/manage/namespaces").status_code == 200
    for _ in range(5):
        assert "verify aksk signature fail" in create(swr, wrong).text
    assert "AK access failed to reach the limit" in create(swr, auth).text
    swr.post("/_emulator/clock", json={"offset_seconds": 301})
    date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() + 301))
    assert create(swr, auth, **{"X-Sdk-Date": date}).status_code == 201


def test_the_lock_can_be_switched_off(
    start_seeded: Callable[[str], EmulatorServer],
    connect: Callable[[EmulatorServer, Account], httpx.Client],
    key_pair: KeyPairs,
    auth: httpx.Auth,
) -> None:
    """For tests of other things."""
    client = connect(start_seeded("[behaviour]\nlock_failed_keys = false"), DEFAULT_ACCOUNT)
    for _ in range(7):
        assert create(client, key_pair(DEFAULT_ACCOUNT.access_key, "wrong")).status_code == 401
    assert create(client, auth).status_code == 201


def test_a_captured_signature_of_the_official_sdk_verifies() -> None:
    """A request as the SDK put it on the wire, with headers it listed and values it signed."""
    agent = (
        b"huaweicloud-usdk-python/3.0; os/Linux##1_SMP_PREEMPT_DYNAMIC_@0#x86_64 python/3.11.7 impl/CPython; "
        b"app/b50b43eb-a67a-407c-b0d1-d11fcbc0e859"
    )
    request = Request(
        method="POST",
        raw_path=b"/v2/manage/namespaces",
        query_string=b"",
        headers={
            b"content-type": b"application/json",
            b"host": b"127.0.0.1:18971",
            b"user-agent": agent,
            b"x-project-id": b"0123456789abcdef0123456789abcdef",
            b"x-sdk-date": b"20261121T000435Z",
        },
        body=b'{"namespace": "group"}',
        request_id="",
    )
    signature = Signature(
        "AKEXAMPLE00000000001",
        b"content-type;host;user-agent;x-project-id;x-sdk-date",
        "9503639c2fda0a0a5f5f0e4357b44a375d0b9b7738584a425bfaf670db2f204a",
    )
    assert matches(request, signature, "SKexample0000000000000000000000000000001")
    assert not matches(request, signature, "SKexample0000000000000000000000000000002")


@pytest.mark.parametrize(
    ("raw_path", "query", "path_line", "query_line"),
    [
        (b"/a/team$app", b"", b"/a/team%24app/", b""),
        (b"/a/team%24app", b"", b"/a/team%24app/", b""),
        (b"/a/team%2Fapp/", b"", b"/a/team/app/", b""),
        (b"/a", b"b=2&a=x%7Cy&a=1&c", b"/a/", b"a=1&a=x%7Cy&b=2&c="),
        (b"/a", b"f=namespace::x%20y~", b"/a/", b"f=namespace%3A%3Ax%20y~"),
    ],
)
def test_paths_and_queries_are_put_in_one_form(
    raw_path: bytes, query: bytes, path_line: bytes, query_line: bytes
) -> None:
    """However a client escapes them, the same bytes are signed."""
    request = Request("GET", raw_path, query, {b"x-sdk-date": b"1"}, b"", "")
    canonical = canonical_request(request, b"x-sdk-date")
    assert canonical is not None
    assert canonical.split(b"\n")[1:3] == [path_line, query_line]


@pytest.mark.parametrize(
    ("headers", "body", "payload"),
    [
        ({}, b"", hashlib.sha256().hexdigest()),
        ({}, b"{}", hashlib.sha256(b"{}").hexdigest()),
        (
            {b"x-sdk-content-sha256": hashlib.sha256(b"{}").hexdigest().encode()},
            b"{}",
            hashlib.sha256(b"{}").hexdigest(),
        ),
        ({b"x-sdk-content-sha256": b"UNSIGNED-PAYLOAD"}, b"{}", "UNSIGNED-PAYLOAD"),
        ({b"x-sdk-content-sha256": hashlib.sha256(b"[]").hexdigest().encode()}, b"{}", None),
    ],
)
def test_an_announced_body_must_be_the_one_that_came(
    headers: dict[bytes, bytes], body: bytes, payload: str | None
) -> None:
    """The official SDK leaves bodies other than JSON out of the signature, and says so."""
    request = Request("POST", b"/", b"", {b"x-sdk-date": b"1", **headers}, body, "")
    canonical = canonical_request(request, b"x-sdk-date")
    assert (canonical and canonical.rpartition(b"\n")[2].decode()) == payload


def test_a_listed_header_must_be_there() -> None:
    """Even one that was signed as empty."""
    request = Request("GET", b"/", b"", {b"x-sdk-date": b"1"}, b"", "")
    assert canonical_request(request, b"host;x-sdk-date") is None


def test_the_authorization_header_is_taken_apart() -> None:
    """Spaces after the commas are optional."""
    digest = "a" * 64
    value = f"SDK-HMAC-SHA256 Access=K,SignedHeaders=host;x-sdk-date, Signature={digest}"
    assert parse_authorization(value.encode()) == Signature("K", b"host;x-sdk-date", digest)
