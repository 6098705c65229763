"""Tokens, project ids and temporary keys: what is asked of other services before SWR, how often, and when again."""

import asyncio
import json
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from swr_tools import errors
from swr_tools.clock import ManualClock
from swr_tools.cloud.accounts import KeyCredentials, MachineCredentials, UserCredentials
from swr_tools.cloud.iam import User
from swr_tools.cloud.signing import Keys
from swr_tools.names import ExistingOrganizationName, OrganizationName

if TYPE_CHECKING:
    from tests.contract.cloud.conftest import Call, Connect, EmulatorProcess, Emulators, OddServer, Transports

KEYS = Keys("AKEXAMPLE00000000001", "SKexample0000000000000000000000000000001")
ORG = ExistingOrganizationName("ours")
ALICE = UserCredentials(User("alice", "wonderland", "acme"), source="test")
TOKENS, PROJECTS = "POST /v3/auth/tokens", "GET /v3/projects"
METADATA = ["PUT /meta-data/latest/api/token", "GET /openstack/latest/securitykey"]
LOOK = "GET /v2/manage/namespaces/ours"


@pytest.fixture
def clock() -> ManualClock:
    """A clock that starts at the real time, since the emulator checks dates."""
    return ManualClock(datetime.now(UTC))


async def test_a_user_gets_one_token_for_many_waiting_calls(
    emulator: "EmulatorProcess", connect: "Connect", transports: "Transports"
) -> None:
    """However many calls wait for the first token, it is fetched once, and kept."""
    client = connect(emulator.url, ALICE, iam_url=emulator.url, transport=transports()).client()
    await asyncio.gather(*(client.show_organization(ORG, fresh=True) for _ in range(50)))
    await client.list_organizations()
    seen = emulator.seen()
    assert seen.count(TOKENS) == 1
    assert seen.count(LOOK) == 50


async def test_a_token_is_renewed_before_it_expires(
    emulator: "EmulatorProcess", connect: "Connect", clock: ManualClock
) -> None:
    """Near the end of its hour the token is replaced without a call having to fail first."""
    client = connect(emulator.url, ALICE, iam_url=emulator.url, clock=clock).client()
    await client.show_organization(ORG)
    clock.advance(3600 - 6 * 60)
    await client.show_organization(ORG)
    assert emulator.seen().count(TOKENS) == 1
    clock.advance(2 * 60)
    await client.show_organization(ORG)
    assert emulator.seen().count(TOKENS) == 2


async def test_an_expired_token_is_renewed_once(
    emulator: "EmulatorProcess", connect: "Connect", transports: "Transports"
) -> None:
    """When SWR calls the token expired, it is renewed and the call sent once more: also a create."""
    client = connect(emulator.url, ALICE, iam_url=emulator.url, transport=transports()).client()
    await client.show_organization(ORG)
    emulator.shift_clock(2 * 3600)
    await client.create_organization(OrganizationName("fresh"))
    post = "POST /v2/manage/namespaces"
    assert emulator.seen() == [TOKENS, LOOK, post, TOKENS, post]


async def test_many_expired_calls_renew_once(emulator: "EmulatorProcess", connect: "Connect") -> None:
    """Calls that are refused together wait for one new token."""
    client = connect(emulator.url, ALICE, iam_url=emulator.url).client()
    await client.show_organization(ORG)
    emulator.shift_clock(2 * 3600)
    await asyncio.gather(*(client.show_organization(ORG, fresh=True) for _ in range(20)))
    assert emulator.seen().count(TOKENS) == 2


async def test_a_token_that_stays_refused_is_not_renewed_again(odd: "OddServer", connect: "Connect") -> None:
    """One renewal for a call; a second refusal is the answer."""
    odd.says(201, {"token": {}}, x_subject_token="one")
    odd.says(401, {"error_code": "APIGW.0307"})
    odd.says(201, {"token": {}}, x_subject_token="two")
    odd.says(401, {"error_code": "APIGW.0307"})
    with pytest.raises(errors.CredentialsRejected):
        await connect(odd.url, ALICE, iam_url=odd.url).client().show_organization(ORG)
    assert [request.headers.get("x-auth-token") for request in odd.requests] == [None, "one", None, "two"]


async def test_a_foreign_organization_costs_no_token(emulators: "Emulators", connect: "Connect") -> None:
    """SWR's 401 for an organization of another account says nothing about the token."""
    emulator = emulators(foreign=401)
    client = connect(emulator.url, ALICE, iam_url=emulator.url).client()
    with pytest.raises(errors.OrganizationMissing):
        await client.show_organization(ExistingOrganizationName("theirs"))
    assert emulator.seen().count(TOKENS) == 1


async def test_a_wrong_password_is_tried_once(emulator: "EmulatorProcess", connect: "Connect", call: "Call") -> None:
    """A refused password is not tried again, and the error names the user, not the password."""
    wrong = UserCredentials(User("alice", "looking-glass", "acme"), source="test")
    with pytest.raises(errors.CredentialsRejected, match="does not accept user alice of account acme") as caught:
        await call(connect(emulator.url, wrong, iam_url=emulator.url))
    assert emulator.seen() == [TOKENS]
    assert "looking-glass" not in repr([caught.value.as_json(), wrong, caught.value.__cause__])


async def test_many_waiting_calls_share_one_wrong_password(emulator: "EmulatorProcess", connect: "Connect") -> None:
    """Waiting calls are all refused by one attempt, so that they do not lock the user out."""
    wrong = UserCredentials(User("alice", "looking-glass", "acme"), source="test")
    client = connect(emulator.url, wrong, iam_url=emulator.url).client()
    calls = [client.show_organization(ORG, fresh=True) for _ in range(20)]
    failed = await asyncio.gather(*calls, return_exceptions=True)
    assert {type(error) for error in failed} == {errors.CredentialsRejected}
    assert emulator.seen() == [TOKENS]


async def test_the_token_is_scoped_to_the_project(odd: "OddServer", connect: "Connect") -> None:
    """The request for a token says who, and for which project: the named one, else the region's."""
    for project in ({"id": "1" * 32}, {"name": "cn-north-4_sub"}, {}):
        odd.says(201, {"token": {"expires_at": "2999-01-01T00:00:00.000000Z"}}, x_subject_token="t")
        odd.says(200, {"name": "ours"})
        credentials = UserCredentials(User("alice", 'won"der', "acme", project), source="test")
        await connect(odd.url, credentials, iam_url=odd.url).client().show_organization(ORG)
        asked = json.loads(odd.requests[-2].body)["auth"]
        assert asked["scope"] == {"project": project or {"name": "cn-north-4"}}
        user = {"name": "alice", "password": 'won"der', "domain": {"name": "acme"}}
        assert asked["identity"] == {"methods": ["password"], "password": {"user": user}}
        assert odd.requests[-1].headers["x-auth-token"] == "t"
        assert "x-project-id" not in odd.requests[-1].headers


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (500, {}, errors.SwrUnreachable),
        (502, b"<html>", errors.SwrUnreachable),
        (200, b"", errors.SwrUnreachable),
        (201, {"token": {}}, errors.SwrUnreachable),
        (302, b"", errors.SwrUnreachable),
        (404, b"<html>", errors.SwrUnreachable),
        (429, b"", errors.RateLimited),
        (403, {"error": {"code": 403, "message": "no"}}, errors.CredentialsRejected),
        (400, {"error_code": "IAM.0001"}, errors.CredentialsRejected),
    ],
)
async def test_a_create_that_got_no_token_was_never_sent(
    odd: "OddServer", connect: "Connect", status: int, body: object, error: type[errors.SwrError]
) -> None:
    """Whatever IAM answers in place of a token, SWR was not asked, and no error says it might have been."""
    odd.says(status, body)
    with pytest.raises(error) as caught:
        await connect(odd.url, ALICE, iam_url=odd.url).client().create_organization(OrganizationName("fresh"))
    assert type(caught.value) is error
    assert len(odd.requests) == 1


async def test_a_silent_iam_means_never_sent(odd: "OddServer", connect: "Connect") -> None:
    """A connection to IAM that breaks off is no lost answer of SWR."""
    odd.says_bytes(b"HTTP/1.1 201 Cre")
    with pytest.raises(errors.SwrUnreachable, match="did not answer; SWR was not asked"):
        await connect(odd.url, ALICE, iam_url=odd.url).client().create_organization(OrganizationName("fresh"))


async def test_a_user_needs_an_identity_service(connect: "Connect") -> None:
    """With an endpoint by URL and no IAM, a name and password are of no use, and the error says what is."""
    with pytest.raises(errors.SettingsInvalid, match="need an identity service") as caught:
        connect("http://127.0.0.1:9", ALICE).client()
    assert "SWR_BOT_IAM_ENDPOINT" in caught.value.hint


async def test_the_project_is_looked_up_once(
    emulator: "EmulatorProcess", connect: "Connect", transports: "Transports"
) -> None:
    """An access key without a project id asks IAM for the region's, once for many waiting calls."""
    credentials = KeyCredentials(emulator.keys, source="test")
    client = connect(emulator.url, credentials, iam_url=emulator.url, transport=transports()).client()
    await asyncio.gather(*(client.show_organization(ORG, fresh=True) for _ in range(10)))
    assert emulator.seen() == [PROJECTS, *[LOOK] * 10]


async def test_the_project_that_was_found_is_sent(odd: "OddServer", connect: "Connect") -> None:
    """The id goes into the request and its signature; only a project of exactly the region's name counts."""
    projects = [{"id": "sub", "name": "cn-north-4_sub"}, {"id": "2" * 32, "name": "cn-north-4"}]
    odd.says(200, {"projects": projects})
    odd.says(200, {"name": "ours"})
    await connect(odd.url, KeyCredentials(KEYS, source="test"), iam_url=odd.url).client().show_organization(ORG)
    asked, looked = odd.requests
    assert "x-project-id" not in asked.headers
    assert looked.headers["x-project-id"] == "2" * 32
    assert "x-project-id;" in looked.headers["authorization"]


@pytest.mark.parametrize(
    "projects", [[], [{"id": "1", "name": "cn-north-4"}, {"id": "2", "name": "cn-north-4"}], None, [{"id": "1"}]]
)
async def test_no_single_project_is_an_error(odd: "OddServer", connect: "Connect", projects: object) -> None:
    """Zero or several projects are not guessed about; the hint names the variable to set."""
    odd.says(200, {"projects": projects})
    credentials = KeyCredentials(KEYS, source="test")
    with pytest.raises(errors.CredentialsRejected, match="named cn-north-4") as caught:
        await connect(odd.url, credentials, iam_url=odd.url).client().show_organization(ORG)
    assert "HUAWEICLOUD_SDK_PROJECT_ID" in caught.value.hint


async def test_without_an_iam_no_project_is_looked_up(odd: "OddServer", connect: "Connect") -> None:
    """An endpoint by URL gets its requests at once, without a project."""
    odd.says(200, {"name": "ours"})
    await connect(odd.url, KeyCredentials(KEYS, source="test")).client().show_organization(ORG)
    (request,) = odd.requests
    assert "x-project-id" not in request.headers


async def test_a_cloud_server_uses_its_own_keys(
    emulator: "EmulatorProcess", connect: "Connect", clock: ManualClock
) -> None:
    """Temporary keys come from the metadata service, are kept, and are renewed before they expire."""
    client = connect(emulator.url, MachineCredentials(emulator.url), clock=clock).client()
    await asyncio.gather(*(client.show_organization(ORG, fresh=True) for _ in range(10)))
    assert emulator.seen() == [*METADATA, *[LOOK] * 10]
    clock.advance(3600 - 6 * 60)
    emulator.shift_clock(3600 - 6 * 60)
    await client.show_organization(ORG)
    assert emulator.seen().count(METADATA[1]) == 1
    clock.advance(2 * 60)
    await client.show_organization(ORG)
    assert emulator.seen().count(METADATA[1]) == 2


async def test_no_proxy_stands_before_the_metadata_service(
    emulator: "EmulatorProcess", connect: "Connect", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys that came through a proxy would be the proxy's."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert await connect(emulator.url, MachineCredentials(emulator.url)).client().show_organization(ORG)


async def test_the_security_token_is_sent_and_signed(odd: "OddServer", connect: "Connect") -> None:
    """Temporary keys go with their token, inside the signature."""
    credential = {"access": "TEMPORARY0", "secret": "s", "securitytoken": "security-token", "expires_at": ""}
    odd.says(404)
    odd.says(200, {"credential": credential})
    odd.says(200, {"name": "ours"})
    await connect(odd.url, MachineCredentials(odd.url)).client().show_organization(ORG)
    request = odd.requests[-1]
    assert request.headers["x-security-token"] == "security-token"
    assert "SignedHeaders=content-type;host;x-sdk-date;x-security-token," in request.headers["authorization"]


@pytest.mark.parametrize("body", [b"", b"<html>", {"credential": None}, {"credential": {"access": "a"}}])
async def test_a_cloud_server_without_an_agency_has_no_credentials(
    odd: "OddServer", connect: "Connect", body: object
) -> None:
    """A metadata service without keys is no source; the error names the ways on."""
    odd.says(200, b"session")
    odd.says(200, body)
    with pytest.raises(errors.CredentialsMissing, match="no agency") as caught:
        await connect(odd.url, MachineCredentials(odd.url)).client().show_organization(ORG)
    assert "HUAWEICLOUD_SDK_AK" in caught.value.hint
    assert "--emulator" in caught.value.hint


async def test_elsewhere_the_metadata_service_is_given_up_soon(odd: "OddServer", connect: "Connect") -> None:
    """A machine where nobody answers there learns within about a second that it has no credentials."""
    odd.hangs()
    cloud = connect(odd.url, MachineCredentials(odd.url))
    started = asyncio.get_running_loop().time()
    with pytest.raises(errors.CredentialsMissing, match="not a cloud server"):
        await cloud.client().show_organization(ORG)
    assert asyncio.get_running_loop().time() - started < 2


def test_no_repr_shows_a_secret() -> None:
    """Credentials and what they are made of may be printed."""
    shown = repr([KEYS, ALICE, User("alice", "wonderland", "acme"), KeyCredentials(KEYS, source="test")])
    assert "wonderland" not in shown
    assert "SKexample" not in shown


@pytest.mark.parametrize("part", ["access", "secret", "securitytoken"])
@pytest.mark.parametrize("text", ["S3CRET\nx-evil: 1", "S3CR\u00c9T"])
async def test_keys_of_the_metadata_service_are_checked_too(
    odd: "OddServer", connect: "Connect", transports: "Transports", part: str, text: str
) -> None:
    """Characters that no key has are refused without being shown, and SWR is not asked."""
    credential = {"access": "TEMPORARY0", "secret": "s", "securitytoken": "t", "expires_at": "", part: text}
    odd.says(404)
    odd.says(200, {"credential": credential})
    with pytest.raises(errors.CredentialsMissing, match="holds characters that no key") as caught:
        await connect(odd.url, MachineCredentials(odd.url), transport=transports()).client().show_organization(ORG)
    assert "S3CR" not in "".join([*traceback.format_exception(caught.value), repr(caught.value.as_json())])
    assert len(odd.requests) == 2


async def test_an_odd_session_of_the_metadata_service_is_no_keys(odd: "OddServer", connect: "Connect") -> None:
    """What cannot be sent back to it as a header comes from something else."""
    odd.says(200, "caf\u00e9\n\u00e9".encode())
    with pytest.raises(errors.CredentialsMissing):
        await connect(odd.url, MachineCredentials(odd.url)).client().show_organization(ORG)


@pytest.mark.parametrize("token", ["caf\u00e9", "a\x01b"])
async def test_a_token_that_cannot_be_sent_is_none(odd: "OddServer", connect: "Connect", token: str) -> None:
    """IAM's answer is unclear then, and SWR was not asked."""
    odd.says(201, {"token": {}}, x_subject_token=token)
    with pytest.raises(errors.SwrUnreachable):
        await connect(odd.url, ALICE, iam_url=odd.url).client().create_organization(OrganizationName("fresh"))
    assert len(odd.requests) == 1


@pytest.mark.parametrize("projects", [[None], [7], [{"id": "a\nb", "name": "cn-north-4"}]])
async def test_an_odd_project_is_none(odd: "OddServer", connect: "Connect", projects: object) -> None:
    """Entries that are no projects, and ids that no header takes, are errors in a sentence."""
    odd.says(200, {"projects": projects})
    credentials = KeyCredentials(KEYS, source="test")
    with pytest.raises(errors.NotAllowed):
        await connect(odd.url, credentials, iam_url=odd.url).client().show_organization(ORG)
    assert len(odd.requests) == 1


async def test_half_a_character_in_a_user_s_name_is_only_a_wrong_name(odd: "OddServer", connect: "Connect") -> None:
    """An environment may hold bytes that are no text; IAM may say what it thinks of them."""
    odd.says(401, {"error": {"code": 401, "message": "no"}})
    user = UserCredentials(User("al\udcffce", "wonder\udcff", "acme"), source="test")
    with pytest.raises(errors.CredentialsRejected):
        await connect(odd.url, user, iam_url=odd.url).client().create_organization(OrganizationName("fresh"))
