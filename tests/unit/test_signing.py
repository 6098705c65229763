"""The signature of requests."""

from datetime import UTC, datetime

import httpx
import pytest

from swr_tools.clock import ManualClock
from swr_tools.cloud.signing import Keys, SignatureAuth, canonical_request, sign

KEYS = Keys("AKEXAMPLE00000000001", "SKexample0000000000000000000000000000001")
USER_AGENT = (
    "huaweicloud-usdk-python/3.0; os/Linux##1_SMP_PREEMPT_DYNAMIC_@0#x86_64 python/3.11.7 impl/CPython; "
    "app/b50b43eb-a67a-407c-b0d1-d11fcbc0e859"
)
HEADERS = [
    ("content-type", "application/json"),
    ("host", "127.0.0.1:18971"),
    ("user-agent", USER_AGENT),
    ("x-project-id", "0123456789abcdef0123456789abcdef"),
    ("x-sdk-date", "20261121T000435Z"),
]


def test_the_sdk_s_own_request_is_signed_alike() -> None:
    """A request captured from the official SDK has the canonical form and the signature computed here."""
    canonical = canonical_request("POST", "/v2/manage/namespaces", "", HEADERS, b'{"namespace": "group"}')
    assert canonical.splitlines()[:4] == ["POST", "/v2/manage/namespaces/", "", "content-type:application/json"]
    assert canonical.endswith("2edbf581da1346a49c304fc0a2ac306f3494fee22a7a2637af18093ddc8ecf13")
    assert sign(canonical, "20261121T000435Z", KEYS.secret_key) == (
        "9503639c2fda0a0a5f5f0e4357b44a375d0b9b7738584a425bfaf670db2f204a"
    )


@pytest.mark.parametrize("path", ["/repos/team$app", "/repos/team%24app"])
def test_escapes_are_undone_before_signing(path: str) -> None:
    """However a path is escaped on the wire, it is signed in one form, which ends in a slash."""
    assert canonical_request("GET", path, "", [], b"").splitlines()[1] == "/repos/team%24app/"


def test_the_query_is_sorted_and_escaped_once() -> None:
    """Pairs are ordered by name, then value; a plus is a plus."""
    canonical = canonical_request("GET", "/", "b=2&a=x%20y&b=1&c&d=%2B+", [], b"")
    assert canonical.splitlines()[2] == "a=x%20y&b=1&b=2&c=&d=%2B%2B"


def signed(auth: SignatureAuth, request: httpx.Request) -> httpx.Headers:
    """The headers after one pass through the auth flow."""
    return next(auth.auth_flow(request)).headers


def test_everything_that_goes_with_the_keys_is_signed() -> None:
    """Project and security token are in the header and in the list of signed headers."""
    clock = ManualClock(datetime(2026, 11, 21, 0, 4, 35, tzinfo=UTC))
    keys = Keys("AK", "SK", "token")
    request = httpx.Request("POST", "https://swr.example.com/v2", content=b"{}", headers={"Content-Type": "x"})
    headers = signed(SignatureAuth(keys, "project", clock=clock), request)
    assert headers["x-sdk-date"] == "20261121T000435Z"
    assert (headers["x-project-id"], headers["x-security-token"]) == ("project", "token")
    listed = "content-type;host;x-project-id;x-sdk-date;x-security-token"
    assert headers["authorization"].startswith(f"SDK-HMAC-SHA256 Access=AK, SignedHeaders={listed}, Signature=")


def test_what_is_not_known_is_not_sent() -> None:
    """Without a project and a security token there are no such headers."""
    headers = signed(SignatureAuth(KEYS), httpx.Request("GET", "https://swr.example.com/v2"))
    assert "SignedHeaders=host;x-sdk-date," in headers["authorization"]
    assert "x-project-id" not in headers


def test_signing_again_replaces_the_signature() -> None:
    """A request that is sent once more gets a new date, and its old signature is not signed along."""
    clock = ManualClock()
    auth = SignatureAuth(KEYS, clock=clock)
    request = httpx.Request("GET", "https://swr.example.com/v2")
    first = signed(auth, request)["authorization"]
    clock.advance(60)
    again = signed(auth, request)
    assert again["authorization"] != first
    assert len(again.get_list("authorization")) == len(again.get_list("x-sdk-date")) == 1
    fresh = signed(auth, httpx.Request("GET", "https://swr.example.com/v2"))
    assert again["authorization"] == fresh["authorization"]


def test_no_repr_shows_a_secret() -> None:
    """Keys and what signs with them show the end of the access key at most."""
    keys = Keys("AKEXAMPLE00000000001", "SECRET", "TOKEN")
    shown = f"{keys!r} {keys} {keys.shown} {SignatureAuth(keys)!r}"
    assert "SECRET" not in shown
    assert "TOKEN" not in shown
    assert SignatureAuth(keys).__repr__() == "SignatureAuth(access key …0001)"
