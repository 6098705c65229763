"""OAuth tokens, from an issuer on loopback with keys of the tests' own."""

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

Start = Callable[..., Any]
Issuer = Any
PUBLIC_URL = "https://swr-bot.example.com/mcp"
READS = ["get-repository-info", "list-organizations"]


@pytest.fixture
def site(start: Start, issuer: Issuer) -> Any:  # noqa: ANN401 - a Site of conftest.py
    """A server that trusts the issuer."""
    return start(public_url=PUBLIC_URL, oauth_issuer=issuer.url)


def test_the_subject_of_a_token_is_the_actor(site: Any, issuer: Issuer) -> None:  # noqa: ANN401
    """The issuer vouches for it; what to call them is their user name."""
    actor, name, holds_keys, operations = site.who(token=issuer.token())

    assert (actor, name, holds_keys) == (f"mcp:{issuer.url}/alice", "Alice Example", False)
    assert len(operations) == 4


@pytest.mark.parametrize(
    ("claims", "operations"),
    [
        ({"scope": "swr:read"}, READS),
        ({"scope": None, "scp": "swr:read openid"}, READS),
        ({"scope": None, "scp": ["swr:read"]}, READS),
        ({"scope": None, "scp": ["swr:read", "swr:create", 7]}, None),
        ({"scope": "swr:read swr:creates"}, READS),
    ],
)
def test_scopes_say_what_a_token_may_do(site: Any, issuer: Issuer, claims: Any, operations: Any) -> None:  # noqa: ANN401
    """Reading is one scope, creating another."""
    found = site.who(token=issuer.token(**claims))[3]

    assert found == operations if operations else len(found) == 4


@pytest.mark.parametrize("claims", [{"scope": "openid"}, {"scope": None}, {"scope": "swr:create"}, {"scope": 7}])
def test_without_the_scope_to_read_nothing_is_open(site: Any, issuer: Issuer, claims: Any) -> None:  # noqa: ANN401
    """Who it is is known, and said to be not enough."""
    answer = site.initialize(token=issuer.token(**claims))

    assert answer.status_code == 403
    assert answer.json()["error"] == "insufficient_scope"
    assert "swr:read" in answer.headers["www-authenticate"]


def test_clients_learn_where_tokens_come_from(site: Any, issuer: Issuer) -> None:  # noqa: ANN401
    """From the 401 to the metadata to the issuer, whose name is not altered by a letter."""
    refused = site.initialize()
    place = "https://swr-bot.example.com/.well-known/oauth-protected-resource/mcp"

    assert refused.status_code == 401
    assert f'resource_metadata="{place}"' in refused.headers["www-authenticate"]
    assert site.get("/.well-known/oauth-protected-resource/mcp", host="swr-bot.example.com").json() == {
        "resource": PUBLIC_URL,
        "authorization_servers": [issuer.url],
        "scopes_supported": ["swr:read", "swr:create"],
        "bearer_methods_supported": ["header"],
        "resource_name": "swr-bot",
    }


NOW = int(time.time())


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://evil.example.com"}, "another issuer"),
        ({"iss": None}, "lacks a claim"),
        ({"aud": "https://other.example.com/mcp"}, "another audience"),
        ({"aud": [PUBLIC_URL + "/"]}, "another audience"),
        ({"aud": None}, "lacks a claim"),
        ({"exp": NOW - 60}, "expired"),
        ({"exp": None}, "lacks a claim"),
        ({"exp": "soon"}, "malformed"),
        ({"exp": float("inf")}, "malformed"),
        ({"nbf": NOW + 600}, "time has not come"),
        ({"iat": NOW + 600}, "time has not come"),
        ({"sub": None}, "lacks a claim"),
        ({"sub": ""}, "subject"),
        ({"sub": "a\u202eb"}, "subject"),
        ({"sub": "x" * 256}, "subject"),
    ],
)
def test_a_token_with_a_wrong_claim_is_refused(
    site: Any,  # noqa: ANN401
    issuer: Issuer,
    caplog: pytest.LogCaptureFixture,
    claims: Any,  # noqa: ANN401
    reason: str,
) -> None:
    """The client learns that it is refused, and whoever runs the server learns why."""
    token = issuer.token(**claims)

    assert site.initialize(token=token).status_code == 401
    assert reason in caplog.text
    assert token not in caplog.text


def _unsigned(claims: dict[str, object], **header: object) -> str:
    parts = [json.dumps(part).encode() for part in ({"typ": "JWT", **header}, claims)]
    return ".".join([*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), ""])


def test_a_token_signed_in_another_way_is_refused(site: Any, issuer: Issuer) -> None:  # noqa: ANN401
    """Not at all, with the public key as a password, or with somebody else's key under the right name."""
    good = issuer.token()
    claims = jwt.decode(good, options={"verify_signature": False})
    public = issuer.signing["first"].public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    signed = _unsigned(claims, alg="HS256", kid="first")
    mac = hmac.new(pem, signed.removesuffix(".").encode(), hashlib.sha256).digest()
    forged = signed + base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    bad = [
        _unsigned(claims, alg="none", kid="first"),
        _unsigned(claims, alg="None"),
        forged,
        jwt.encode(claims, stranger, "RS256", headers={"kid": "first"}),
        jwt.encode(claims, issuer.signing["first"], "RS256", headers={"kid": "first", "crit": ["b65"], "b65": 1}),
        good[:-8] + "AAAAAAAA",
        good.rpartition(".")[0] + ".",
        "a.b",
        "[" * 8000 + ".a.b",
    ]

    assert [site.initialize(token=token).status_code for token in bad] == [401] * len(bad)
    assert site.initialize(token=good).status_code == 200


@pytest.mark.parametrize(
    ("make", "algorithm"),
    [
        (lambda: ec.generate_private_key(ec.SECP256R1()), "ES256"),
        (lambda: ec.generate_private_key(ec.SECP384R1()), "ES384"),
        (ed25519.Ed25519PrivateKey.generate, "EdDSA"),
        (lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048), "PS256"),
        (lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048), "RS512"),
    ],
)
def test_every_public_key_algorithm_is_let_in(site: Any, issuer: Issuer, make: Any, algorithm: str) -> None:  # noqa: ANN401
    """Whatever the issuer chose, also where the key does not say which."""
    key = make()
    jwk = json.loads(jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key()))
    issuer.signing["other"] = key
    issuer.pages["/keys"].body = json.dumps(
        {"keys": [{"kty": "oct", "k": "AAAA"}, 7, {**jwk, "kid": "other"}]}
    ).encode()

    assert site.initialize(token=issuer.token("other", algorithm)).status_code == 200


def test_a_key_for_encryption_or_of_a_password_signs_nothing(site: Any, issuer: Issuer) -> None:  # noqa: ANN401
    """Nor does one that is too short."""
    issuer.publish(use="enc")
    first = site.initialize(token=issuer.token()).status_code
    issuer.signing["first"] = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - that is the point
    issuer.publish()
    site.clock.advance(30)
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = issuer.token()

    assert (first, site.initialize(token=token).status_code) == (401, 401)


def test_a_rotated_key_is_found_and_the_old_one_forgotten(site: Any, issuer: Issuer) -> None:  # noqa: ANN401
    """A token with an unknown key makes the server look again."""
    old = issuer.token()
    assert site.initialize(token=old).status_code == 200
    issuer.signing["second"] = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    issuer.publish("second")
    site.clock.advance(30)

    assert site.initialize(token=issuer.token("second")).status_code == 200
    assert site.initialize(token=old).status_code == 401


def test_unknown_keys_do_not_make_the_server_hammer_the_issuer(site: Any, issuer: Issuer) -> None:  # noqa: ANN401
    """However many tokens come with names of keys that nobody has."""
    issuer.signing["unknown"] = issuer.signing["first"]
    for _ in range(20):
        assert site.initialize(token=issuer.token("unknown")).status_code == 401
    site.clock.advance(29)
    assert site.initialize(token=issuer.token("unknown")).status_code == 401

    assert issuer.asked.count("/keys") == 1


def test_requests_that_come_together_wait_for_one_fetch(site: Any, issuer: Issuer) -> None:  # noqa: ANN401
    """The first tokens of the day are not refused because the keys are still on their way."""
    gate = issuer.pages["/keys"].gate = threading.Event()
    answers: list[int] = []

    def ask() -> None:
        answers.append(site.initialize(token=issuer.token()).status_code)

    waiting = [threading.Thread(target=ask) for _ in range(5)]
    for thread in waiting:
        thread.start()
    ends = time.monotonic() + 10
    while len(site.server.server_state.tasks) < len(waiting) and not answers and time.monotonic() < ends:
        time.sleep(0.005)
    gate.set()
    for thread in waiting:
        thread.join(20)

    assert (answers, issuer.asked.count("/keys")) == ([200] * 5, 1)


def test_keys_are_fetched_again_after_an_hour(site: Any, issuer: Issuer) -> None:  # noqa: ANN401
    """So that one the issuer withdrew does not hold for ever."""
    token = issuer.token()
    assert site.initialize(token=token).status_code == 200
    issuer.signing["second"] = issuer.signing.pop("first")
    issuer.publish()
    site.clock.advance(3599)
    before = site.initialize(token=token).status_code
    site.clock.advance(1)

    assert (before, site.initialize(token=token).status_code) == (200, 401)


def test_an_issuer_that_is_away_for_a_while_locks_nobody_out(site: Any, issuer: Issuer) -> None:  # noqa: ANN401
    """Its keys hold for a day, and no longer."""
    token = issuer.token()
    assert site.initialize(token=token).status_code == 200
    issuer.pages["/keys"].status = 500
    site.clock.advance(23 * 3600)
    meanwhile = site.initialize(token=token).status_code, site.get("/readyz").status_code
    site.clock.advance(3600)

    assert meanwhile == (200, 200)
    assert (site.initialize(token=token).status_code, site.get("/readyz").status_code) == (401, 503)


def test_metadata_is_found_where_either_standard_puts_it(start: Start, issuer: Issuer) -> None:
    """OpenID Connect after the issuer's path, RFC 8414 before it."""
    issuer.pages.pop("/.well-known/openid-configuration")
    issuer.url = f"{issuer.url}/realms/team"
    issuer.tell(
        {"issuer": issuer.url, "jwks_uri": f"{issuer.url.removesuffix('/realms/team')}/keys"},
        "/.well-known/oauth-authorization-server/realms/team",
    )
    site = start(public_url=PUBLIC_URL, oauth_issuer=issuer.url)

    assert site.initialize(token=issuer.token()).status_code == 200
    assert issuer.asked[0] == "/realms/team/.well-known/openid-configuration"


def test_the_address_of_the_keys_and_the_audience_can_be_set(start: Start, issuer: Issuer) -> None:
    """No metadata is asked for then."""
    site = start(
        public_url=PUBLIC_URL, oauth_issuer=issuer.url, oauth_audience="swr", oauth_jwks_url=f"{issuer.url}/keys"
    )

    assert site.initialize(token=issuer.token(aud=["other", "swr"])).status_code == 200
    assert site.initialize(token=issuer.token()).status_code == 401
    assert issuer.asked == ["/keys"]


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ({"issuer": "https://evil.example.com", "jwks_uri": "https://evil.example.com/keys"}, "of another issuer"),
        ({"jwks_uri": "/keys"}, "of another issuer"),
        ({"issuer": "SAME", "jwks_uri": "http://evil.example.com/keys"}, "names no https address"),
        ({"issuer": "SAME", "jwks_uri": "file:///etc/passwd"}, "names no https address"),
        ({"issuer": "SAME", "jwks_uri": 7}, "names no https address"),
        ({"issuer": "SAME"}, "names no https address"),
        ([], "JSON object"),
    ],
)
def test_metadata_that_cannot_be_believed_lets_nobody_in(
    site: Any,  # noqa: ANN401
    issuer: Issuer,
    caplog: pytest.LogCaptureFixture,
    metadata: Any,  # noqa: ANN401
    reason: str,
) -> None:
    """The server is not ready, and its log says why."""
    told: Any = {**metadata, **({"issuer": issuer.url} if metadata.get("issuer") == "SAME" else {})} if metadata else []
    issuer.tell(told)

    assert site.initialize(token=issuer.token()).status_code == 401
    assert site.get("/readyz").json()["reason"] == "Not usable: the OAuth issuer. The log says why."
    assert reason in caplog.text


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": 500}, "answered 500"),
        ({"status": 302, "location": "/other"}, "answered 302"),
        ({"body": b"x" * 300_000}, "more than 262144 bytes"),
        ({"body": b"<html>"}, "not answer with JSON"),
        ({"body": b"[" * 100_000}, "not answer with JSON"),
        ({"body": b'{"keys": []}'}, "no key that signs"),
        ({"body": b'{"keys": 7}'}, "no key that signs"),
        ({"body": b"[]"}, "JSON object"),
    ],
)
def test_keys_that_cannot_be_had_let_nobody_in(
    site: Any,  # noqa: ANN401
    issuer: Issuer,
    caplog: pytest.LogCaptureFixture,
    change: Any,  # noqa: ANN401
    reason: str,
) -> None:
    """A redirect is not followed, an endless answer not read, and nothing is a traceback."""
    for name, value in change.items():
        setattr(issuer.pages["/keys"], name, value)

    assert site.initialize(token=issuer.token()).status_code == 401
    assert site.get("/readyz").status_code == 503
    assert reason in caplog.text
    assert "Traceback" not in caplog.text
    assert "/other" not in issuer.asked


def test_an_issuer_that_is_not_there_is_a_line_in_the_log(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    """It is tried again half a minute later."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        site = start(public_url=PUBLIC_URL, oauth_issuer=url)
        key = ec.generate_private_key(ec.SECP256R1())
        token = jwt.encode({"iss": url}, key, "ES256")
        answers = [site.initialize(token=token).status_code for _ in range(3)]

    assert answers == [401] * 3
    assert caplog.text.count("The keys of the OAuth issuer were not fetched.") == 1


def test_an_issuer_that_never_answers_is_given_up(
    site: Any,  # noqa: ANN401
    issuer: Issuer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Meanwhile the server answers others."""
    issuer.pages["/keys"].gate = threading.Event()
    answers: list[int] = []
    waiting = threading.Thread(target=lambda: answers.append(site.initialize(token=issuer.token()).status_code))
    waiting.start()
    health = site.get("/healthz").status_code
    waiting.join(20)

    assert (health, answers) == (200, [401])
    assert "did not answer within 5 seconds" in caplog.text


def test_both_kinds_of_token_are_let_in(start: Start, issuer: Issuer, tokens: Any) -> None:  # noqa: ANN401
    """People come through the issuer, programs with the file's; of one name they are two."""
    token, _ = tokens.add("alice", days=1)
    site = start(public_url=PUBLIC_URL, oauth_issuer=issuer.url)
    session = {"mcp_session_id": site.initialize(token=token).headers["mcp-session-id"]}

    assert site.who(token=token)[0] == "mcp:tokens/alice"
    assert site.who(token=issuer.token())[0] == f"mcp:{issuer.url}/alice"
    assert site.post("tools/list", token=issuer.token(), **session).status_code == 404


def test_two_people_with_one_program_are_two(site: Any, issuer: Issuer) -> None:  # noqa: ANN401
    """A session belongs to the person, not to their client."""
    session = {"mcp_session_id": site.initialize(token=issuer.token()).headers["mcp-session-id"]}

    assert site.post("tools/list", token=issuer.token(sub="mallory"), **session).status_code == 404
    assert site.post("tools/list", token=issuer.token(), **session).status_code == 200
