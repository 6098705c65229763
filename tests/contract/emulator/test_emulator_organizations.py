"""Organizations over HTTP: accounts, quotas, filters, malformed bodies, and the switches."""

from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from swr_bot.emulators.swr import DEFAULT_ACCOUNT, Account
from swr_bot.emulators.swr.server import EmulatorServer

ORGANIZATIONS = "/v2/manage/namespaces"
SECOND = replace(DEFAULT_ACCOUNT, access_key="EMULATOR0ACCESS0KEY2", secret_key="another-key-which-opens-nothing")
Connect = Callable[[EmulatorServer, Account], httpx.Client]
StartSeeded = Callable[[str], EmulatorServer]


def answer(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal, which must be told in both forms."""
    content = response.json()
    assert [error["errorCode"] for error in content["errors"]] == [content["error_code"]]
    assert [error["error_code"] for error in content["details"]] == [content["error_code"]]
    assert len(response.headers["X-Request-Id"]) == 32
    return response.status_code, content["error_code"].removeprefix("SVCSTG.SWR.")


def create(client: httpx.Client, name: str) -> httpx.Response:
    """Tries to create an organization."""
    return client.post(ORGANIZATIONS, json={"namespace": name})


def test_a_create_answers_an_empty_object_and_a_delete_nothing(swr: httpx.Client) -> None:
    """Some clients decode the body of a 201; a 204 has neither body nor content type."""
    created = create(swr, "group")
    assert (created.status_code, created.content, created.headers["Content-Type"]) == (
        201,
        b"{}",
        "application/json",
    )
    deleted = swr.delete(f"{ORGANIZATIONS}/group")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert "Content-Type" not in deleted.headers
    assert deleted.headers["X-Request-Id"] != created.headers["X-Request-Id"]


def test_lists_carry_two_counts_that_shows_do_not(swr: httpx.Client) -> None:
    """The members of both answers."""
    create(swr, "group")
    swr.post(f"{ORGANIZATIONS}/group/repos", json={"repository": "app", "is_public": True})
    shown = {"id": 1, "name": "group", "creator_name": DEFAULT_ACCOUNT.user_name, "auth": 7}
    assert swr.get(f"{ORGANIZATIONS}/group").json() == shown
    assert swr.get(ORGANIZATIONS).json() == {"namespaces": [{**shown, "access_user_count": 1, "repo_count": 1}]}


def test_ids_ascend_and_never_come_back(swr: httpx.Client) -> None:
    """A name that is created again is another organization."""
    create(swr, "group")
    swr.delete(f"{ORGANIZATIONS}/group")
    create(swr, "group")
    assert swr.get(f"{ORGANIZATIONS}/group").json()["id"] == 2


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["group", "grouper"]),
        ({"namespace": "group"}, ["group"]),
        ({"namespace": "grou"}, []),
        ({"filter": "namespace::group"}, ["group"]),
        ({"filter": "mode::visible"}, ["group", "grouper"]),
        ({"filter": "namespace::grouper|mode::visible", "namespace": "ignored"}, ["grouper"]),
        ({"limit": "1", "whatever": "x"}, ["group", "grouper"]),
    ],
)
def test_lists_are_filtered_exactly_and_never_paged(swr: httpx.Client, query: dict[str, str], names: list[str]) -> None:
    """Both ways of filtering; unknown query parameters are ignored."""
    create(swr, "group")
    create(swr, "grouper")
    listed = swr.get(ORGANIZATIONS, params=query)
    assert [each["name"] for each in listed.json()["namespaces"]] == names
    assert "Content-Range" not in listed.headers


@pytest.mark.parametrize("text", ["", "namespace", "name::group", "mode::hidden", "namespace::a|x"])
def test_a_malformed_filter_is_refused(swr: httpx.Client, text: str) -> None:
    """400 4001035."""
    assert answer(swr.get(ORGANIZATIONS, params={"filter": text})) == (400, "4001035")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "4001018"),
        (b"{", "4001018"),
        (b"\xff", "4001018"),
        (b"[" * 100_000, "4001018"),
        (b'["namespace"]', "4001018"),
        (b"null", "4001018"),
        (b'{"namespace": "\\ud800"}', "4001018"),
        (b"{}", "4001014"),
        (b'{"namespace": 1}', "4001028"),
        (b'{"namespace": "group", "description": "x"}', "4000014"),
    ],
)
def test_a_malformed_body_is_refused(swr: httpx.Client, body: bytes, code: str) -> None:
    """Not JSON, not an object, a field missing, of the wrong type, or unknown."""
    assert answer(swr.post(ORGANIZATIONS, content=body)) == (400, code)


def test_an_unknown_field_is_named(swr: httpx.Client) -> None:
    """So that a misspelt field is found at once."""
    refused = swr.post(ORGANIZATIONS, json={"namespace": "group", "descripton": "x"})
    assert "descripton" in refused.json()["error_msg"]


def test_forms_and_query_parameters_are_no_body(swr: httpx.Client) -> None:
    """Older pages send them; real clients do not."""
    assert answer(swr.post(ORGANIZATIONS, data={"namespace": "group"})) == (400, "4001018")
    assert answer(swr.post(ORGANIZATIONS, files={"namespace": b"group"})) == (400, "4001018")
    assert answer(swr.post(ORGANIZATIONS, params={"namespace": "group"})) == (400, "4001018")


def test_a_body_above_twelve_megabytes_is_refused_by_the_gateway(swr: httpx.Client) -> None:
    """413 APIGW.0201."""
    refused = swr.post(ORGANIZATIONS, content=b" " * (12 * 1024 * 1024 + 1))
    assert (refused.status_code, refused.json()["error_code"]) == (413, "APIGW.0201")


def test_the_name_of_a_foreign_organization_is_taken(
    start_seeded: StartSeeded, connect: Connect, two_accounts: str
) -> None:
    """Unique over all accounts; who owns it is not said, and only the owner lists it."""
    server = start_seeded(two_accounts)
    first, second = connect(server, DEFAULT_ACCOUNT), connect(server, SECOND)
    assert create(first, "group").status_code == 201
    taken = create(second, "group")
    assert answer(taken) == (409, "4090060")
    assert DEFAULT_ACCOUNT.domain_name not in taken.text
    assert second.get(ORGANIZATIONS).json() == {"namespaces": []}
    assert second.get("/v2/manage/repos").json() == []


@pytest.mark.parametrize(("status", "code"), [(404, "4040058"), (403, "4037017"), (401, "4011064")])
def test_what_is_said_about_a_foreign_organization_is_a_switch(
    start_seeded: StartSeeded, connect: Connect, two_accounts: str, status: int, code: str
) -> None:
    """Three codes exist for it; clients must cope with each."""
    server = start_seeded(f"[behaviour]\nforeign_organization = {status}\n{two_accounts}")
    first, second = connect(server, DEFAULT_ACCOUNT), connect(server, SECOND)
    create(first, "group")
    path = f"{ORGANIZATIONS}/group"
    repository = {"repository": "app", "is_public": False}
    assert answer(second.get(path)) == (status, code)
    assert answer(second.delete(path)) == (status, code)
    assert answer(second.post(f"{path}/repos", json=repository)) == (status, code)
    assert answer(second.get(f"{path}/repos/app")) == (status, code)
    assert first.get(path).status_code == 200


def test_each_account_has_its_own_quota(start_seeded: StartSeeded, connect: Connect, two_accounts: str) -> None:
    """The behaviour's number, unless the account has one; a delete gives a place back."""
    seed = f"[behaviour]\norganization_quota = 2\n{two_accounts}organization_quota = 1\n"
    server = start_seeded(seed)
    first, second = connect(server, DEFAULT_ACCOUNT), connect(server, SECOND)
    assert [create(first, name).status_code for name in ("a", "b")] == [201, 201]
    assert answer(create(first, "c")) == (400, "4000097")
    assert create(second, "c").status_code == 201
    assert answer(create(second, "d")) == (400, "4000097")
    assert answer(create(second, "a")) == (409, "4090060")
    first.delete(f"{ORGANIZATIONS}/a")
    assert create(first, "e").status_code == 201
    path = f"/v2/manage/projects/{DEFAULT_ACCOUNT.project_id}/quotas"
    assert [(each["quota_limit"], each["used"]) for each in first.get(path).json()["quotas"]] == [(2, 2)]


def test_the_quotas_of_another_project_are_not_shown(swr: httpx.Client) -> None:
    """Such as the placeholder an SDK sends when it has no project."""
    path = "/v2/manage/projects/%7Bproject_id%7D/quotas"
    assert answer(swr.get(path)) == (400, "4000014")


def test_a_read_only_account_may_look_but_not_write(
    start_seeded: StartSeeded, connect: Connect, two_accounts: str
) -> None:
    """403 4030170, with the encoded message that only this refusal carries."""
    server = start_seeded(two_accounts + "read_only = true\n")
    client = connect(server, SECOND)
    refused = create(client, "group")
    assert answer(refused) == (403, "4030170")
    assert refused.json()["encoded_authorization_message"]
    assert client.get(ORGANIZATIONS).status_code == 200


def test_a_list_of_a_missing_organization_can_be_a_refusal(start_seeded: StartSeeded, connect: Connect) -> None:
    """The documents name a 404 that nobody has seen."""
    client = connect(start_seeded('[behaviour]\nlist_missing = "refuse"'), DEFAULT_ACCOUNT)
    assert answer(client.get(ORGANIZATIONS, params={"namespace": "none"})) == (404, "4040058")
    assert client.get(ORGANIZATIONS).json() == {"namespaces": []}


def test_hyphen_runs_are_a_switch(start_seeded: StartSeeded, connect: Connect, swr: httpx.Client) -> None:
    """Allowed by some pages, refused by others."""
    strict = connect(start_seeded("[behaviour]\nstrict_hyphens = true"), DEFAULT_ACCOUNT)
    assert create(swr, "a--b").status_code == 201
    assert answer(create(strict, "a--b")) == (400, "4001028")
    assert create(strict, "a-b").status_code == 201
    body = {"repository": "c--d", "is_public": True}
    assert answer(strict.post(f"{ORGANIZATIONS}/a-b/repos", json=body)) == (400, "4001029")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v2/manage/namespaces/"),
        ("GET", "/v2/manage/namespaces/group/"),
        ("GET", "/v2/manage/namespaces/a%2Fb"),
        ("GET", "/v2/manage/namespaces/%FF"),
        ("GET", "/v2/manage/namespaces/group/repos"),
        ("GET", "/v2/manage/namespaces/group/repos/team/app"),
        ("GET", "/v2/manage/namespaces/group/repos/team%2fapp"),
        ("PUT", "/v2/manage/namespaces"),
        ("HEAD", "/v2/manage/namespaces/group"),
        ("DELETE", "/v2/manage/namespaces/"),
        ("GET", "/v3/manage/repos"),
        ("GET", "/_emulator/nothing"),
    ],
)
def test_unknown_routes_end_at_the_gateway(swr: httpx.Client, method: str, path: str) -> None:
    """404 APIGW.0101, also for an encoded slash, a trailing slash, and a wrong method."""
    create(swr, "group")
    answered = swr.request(method, path)
    assert answered.status_code == 404
    if method != "HEAD":
        assert answered.json()["error_code"] == "APIGW.0101"
    assert swr.get(f"{ORGANIZATIONS}/group").status_code == 200
