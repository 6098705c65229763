"""Tokens, projects and temporary keys: who may call, and for how long."""

import base64
import json
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from swr_bot.emulators.swr import DEFAULT_ACCOUNT
from swr_bot.emulators.swr.server import EmulatorServer

DAY = 24 * 60 * 60
KeyPairs = Callable[[str, str], httpx.Auth]


@pytest.fixture
def anybody(server: EmulatorServer) -> Iterator[httpx.Client]:
    """A client without keys."""
    with httpx.Client(base_url=server.announcement["url"], trust_env=False) as client:
        yield client


def login(password: str = DEFAULT_ACCOUNT.password, **project: str) -> dict[str, object]:
    """The body of a token request."""
    domain = {"name": DEFAULT_ACCOUNT.domain_name}
    user = {"name": DEFAULT_ACCOUNT.user_name, "password": password, "domain": domain}
    identity = {"methods": ["password"], "password": {"user": user}}
    return {"auth": {"identity": identity, "scope": {"project": project or {"name": "cn-north-4"}}}}


def sdk_date(offset: float) -> dict[str, str]:
    """The signing date of a clock that is ahead."""
    return {"X-Sdk-Date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() + offset))}


def test_a_token_opens_swr_until_it_expires(anybody: httpx.Client) -> None:
    """201 with the token in a header; 24 hours later it must be renewed."""
    answer = anybody.post("/v3/auth/tokens", json=login())
    assert answer.status_code == 201
    token = {"X-Auth-Token": answer.headers["X-Subject-Token"]}
    content = answer.json()["token"]
    assert content["project"]["id"] == DEFAULT_ACCOUNT.project_id
    assert content["expires_at"].endswith("Z")
    assert content["catalog"][0]["type"] == "swr"
    assert anybody.post("/v2/manage/namespaces", json={"namespace": "group"}, headers=token).status_code == 201
    anybody.post("/_emulator/clock", json={"offset_seconds": DAY - 60})
    assert anybody.get("/v2/manage/namespaces", headers=token).status_code == 200
    anybody.post("/_emulator/clock", json={"offset_seconds": DAY + 1})
    expired = anybody.get("/v2/manage/namespaces", headers=token)
    assert (expired.status_code, expired.json()["error_code"]) == (401, "APIGW.0307")


def test_the_catalogue_is_left_out_on_request(anybody: httpx.Client) -> None:
    """``nocatalog`` makes the answer short."""
    assert "catalog" not in anybody.post("/v3/auth/tokens?nocatalog=true", json=login()).json()["token"]


def test_the_project_may_be_given_by_its_id(anybody: httpx.Client) -> None:
    """Name or id."""
    body = login(id=DEFAULT_ACCOUNT.project_id)
    assert anybody.post("/v3/auth/tokens", json=body).status_code == 201


@pytest.mark.parametrize("token", ["nonsense", "a.b", "e30=.00", "{}", "ÿ"])
def test_a_token_nobody_issued_is_refused(anybody: httpx.Client, token: str) -> None:
    """401 APIGW.0301: it cannot be decrypted."""
    answer = anybody.get("/v2/manage/namespaces", headers={b"X-Auth-Token": token.encode("latin-1")})
    assert (answer.status_code, answer.json()["error_code"]) == (401, "APIGW.0301")


def test_a_changed_token_is_refused(anybody: httpx.Client) -> None:
    """Its expiry cannot be moved."""
    token = anybody.post("/v3/auth/tokens", json=login()).headers["X-Subject-Token"]
    payload, _, seal = token.partition(".")
    claims = json.loads(base64.urlsafe_b64decode(payload))
    claims["expires"] += DAY
    longer = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()
    refused = anybody.get("/v2/manage/namespaces", headers={"X-Auth-Token": f"{longer}.{seal}"})
    assert refused.json()["error_code"] == "APIGW.0301"


def test_a_token_of_the_metadata_service_does_not_open_swr(anybody: httpx.Client) -> None:
    """Whoever can reach that service still needs the keys it hands out."""
    session = anybody.put("/meta-data/latest/api/token", headers={"X-Metadata-Token-Ttl-Seconds": "60"}).text
    assert anybody.get("/v2/manage/namespaces", headers={"X-Auth-Token": session}).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (login("wrong"), 401),
        (login(name="eu-de"), 401),
        ({"auth": {}}, 400),
        ({**login(), "extra": 1}, 400),
        ([], 400),
    ],
)
def test_a_wrong_login_is_refused_in_the_words_of_iam(anybody: httpx.Client, body: object, status: int) -> None:
    """Wrong password and project are 401, anything the emulator does not know is 400."""
    answer = anybody.post("/v3/auth/tokens", json=body)
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == status
    assert "X-Subject-Token" not in answer.headers


def test_the_project_is_found_by_the_name_of_the_region(swr: httpx.Client) -> None:
    """One project named like the region, and none of another name."""
    found = swr.get("/v3/projects", params={"name": "cn-north-4"}).json()["projects"]
    assert [project["id"] for project in found] == [DEFAULT_ACCOUNT.project_id]
    assert swr.get("/v3/projects", params={"name": "eu-de"}).json()["projects"] == []


def test_the_metadata_service_hands_out_keys_that_need_their_token(anybody: httpx.Client, key_pair: KeyPairs) -> None:
    """A temporary key signs like any other, but only together with its security token, and not for ever."""
    seconds = {"X-Metadata-Token-Ttl-Seconds": "21600"}
    session = anybody.put("/meta-data/latest/api/token", headers=seconds).text
    path = "/openstack/latest/securitykey"
    credential = anybody.get(path, headers={"X-Metadata-Token": session}).json()["credential"]
    auth = key_pair(credential["access"], credential["secret"])
    security = {"X-Security-Token": credential["securitytoken"]}
    assert anybody.get("/v2/manage/namespaces", auth=auth, headers=security).status_code == 200
    assert anybody.get("/v2/manage/namespaces", auth=auth).status_code == 401
    other = anybody.get(path).json()["credential"]["securitytoken"]
    assert anybody.get("/v2/manage/namespaces", auth=auth, headers={"X-Security-Token": other}).status_code == 401
    anybody.post("/_emulator/clock", json={"offset_seconds": DAY + 1})
    late = anybody.get("/v2/manage/namespaces", auth=auth, headers=security | sdk_date(DAY + 1))
    assert "security token has expired" in late.json()["error_msg"]


def test_a_permanent_key_with_a_foreign_security_token_is_refused(anybody: httpx.Client, key_pair: KeyPairs) -> None:
    """The token belongs to another key."""
    auth = key_pair(DEFAULT_ACCOUNT.access_key, DEFAULT_ACCOUNT.secret_key)
    headers = {"X-Security-Token": "nonsense"}
    assert anybody.get("/v2/manage/namespaces", auth=auth, headers=headers).status_code == 401


@pytest.mark.parametrize("seconds", ["", "0", "21601", "-1", "x"])
def test_a_metadata_token_has_a_sensible_life(anybody: httpx.Client, seconds: str) -> None:
    """From one second to six hours."""
    headers = {"X-Metadata-Token-Ttl-Seconds": seconds}
    assert anybody.put("/meta-data/latest/api/token", headers=headers).status_code == 400


def test_a_wrong_or_expired_metadata_token_is_refused(anybody: httpx.Client) -> None:
    """401, upon which clients fetch a new one."""
    session = anybody.put("/meta-data/latest/api/token", headers={"X-Metadata-Token-Ttl-Seconds": "60"}).text
    path = "/openstack/latest/securitykey"
    assert anybody.get(path, headers={"X-Metadata-Token": "x" + session}).status_code == 401
    anybody.post("/_emulator/clock", json={"offset_seconds": 61})
    assert anybody.get(path, headers={"X-Metadata-Token": session}).status_code == 401
