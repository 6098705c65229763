"""Repositories over HTTP: lists with paging and order, malformed bodies, and the switches."""

from collections.abc import Callable

import httpx
import pytest

from swr_bot.emulators.swr import DEFAULT_ACCOUNT, Account
from swr_bot.emulators.swr.server import EmulatorServer
from swr_bot.emulators.swr.wire import registry_host

REPOSITORIES = "/v2/manage/namespaces/group/repos"
Connect = Callable[[EmulatorServer, Account], httpx.Client]
StartSeeded = Callable[[str], EmulatorServer]

SEED = """
[[organizations]]
name = "group"
[[organizations.repositories]]
name = "team/app"
tags = ["1.0", "2.0"]
size = 2099575
num_download = 3
description = "first"
[[organizations.repositories]]
name = "busybox"
is_public = true
category = "linux"
[[organizations.repositories]]
name = "zoo"
tags = ["latest"]
[[organizations]]
name = "other"
[[organizations.repositories]]
name = "busybox"
"""


@pytest.fixture
def filled(start_seeded: StartSeeded, connect: Connect) -> httpx.Client:
    """A client of an emulator with two organizations and four repositories."""
    return connect(start_seeded(SEED), DEFAULT_ACCOUNT)


def code(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return response.status_code, response.json()["error_code"].removeprefix("SVCSTG.SWR.")


def listed(client: httpx.Client, **query: str) -> list[str]:
    """The addresses of the repositories in a list."""
    items = client.get("/v2/manage/repos", params=query).json()
    return [f"{item['namespace']}/{item['name']}" for item in items]


def test_a_list_item_has_other_fields_than_a_show(filled: httpx.Client) -> None:
    """No id, ``created_at`` for ``created``, the names of the tags, and the total in each item."""
    item = filled.get("/v2/manage/repos").json()[0]
    shown = filled.get(f"{REPOSITORIES}/team$app").json()
    assert item == {
        "name": "team/app",
        "category": "other",
        "description": "first",
        "size": 2099575,
        "is_public": False,
        "num_images": 2,
        "num_download": 3,
        "created_at": shown["created"],
        "updated_at": shown["updated"],
        "logo": "",
        "url": "",
        "path": shown["path"],
        "internal_path": shown["path"],
        "domain_name": DEFAULT_ACCOUNT.domain_name,
        "namespace": "group",
        "tags": ["1.0", "2.0"],
        "status": False,
        "total_range": 4,
    }
    assert len(shown["created"]) == len("2030-01-01T00:00:00.000000Z")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["group/team/app", "group/busybox", "group/zoo", "other/busybox"]),
        ({"namespace": "other"}, ["other/busybox"]),
        ({"namespace": "nowhere"}, []),
        ({"name": "m$a"}, ["group/team/app"]),
        ({"name": "o"}, ["group/busybox", "group/zoo", "other/busybox"]),
        ({"name": "%"}, []),
        ({"category": "linux"}, ["group/busybox"]),
        ({"is_public": "true"}, ["group/busybox"]),
        (
            {"order_column": "name", "order_type": "desc", "namespace": "group"},
            ["group/zoo", "group/team/app", "group/busybox"],
        ),
        (
            {"order_column": "tag_count", "order_type": "asc", "namespace": "group"},
            ["group/busybox", "group/zoo", "group/team/app"],
        ),
        ({"order_column": "name", "limit": "1"}, ["group/team/app", "group/busybox", "group/zoo", "other/busybox"]),
        ({"offset": "1", "limit": "2"}, ["group/busybox", "group/zoo"]),
        ({"offset": "9", "limit": "2"}, []),
        ({"filter": "namespace::group|name::busy", "name": "zoo"}, ["group/busybox"]),
        ({"filter": "center::self|limit::1|offset::3"}, ["other/busybox"]),
    ],
)
def test_lists_are_filtered_ordered_and_paged(filled: httpx.Client, query: dict[str, str], expected: list[str]) -> None:
    """Half a pair is ignored, and a filter makes the other parameters be ignored."""
    assert listed(filled, **query) == expected


def test_the_content_range_comes_only_with_offset_and_limit(filled: httpx.Client) -> None:
    """Offset, number on this page, total."""
    page = filled.get("/v2/manage/repos", params={"offset": "1", "limit": "2"})
    assert page.headers["Content-Range"] == "1-2/4"
    assert [item["total_range"] for item in page.json()] == [4, 4]
    for query in ({}, {"limit": "2"}, {"offset": "2"}):
        assert "Content-Range" not in filled.get("/v2/manage/repos", params=query).headers


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"filter": ""}, "4000055"),
        ({"filter": "colour::red"}, "4001035"),
        ({"filter": "name"}, "4001035"),
        ({"offset": "0", "limit": "0"}, "4000056"),
        ({"offset": "0", "limit": "1001"}, "4000056"),
        ({"offset": "0", "limit": "ten"}, "4000056"),
        ({"offset": "-1", "limit": "1"}, "4001025"),
        ({"offset": "9" * 30, "limit": "1"}, "4001025"),
        ({"order_column": "updated_at", "order_type": "asc"}, "4001096"),
        ({"order_column": "size", "order_type": "asc"}, "4001096"),
        ({"order_column": "name", "order_type": "up"}, "4001025"),
        ({"is_public": "maybe"}, "4001009"),
    ],
)
def test_a_malformed_list_query_is_refused(filled: httpx.Client, query: dict[str, str], expected: str) -> None:
    """400 with the code of the parameter."""
    assert code(filled.get("/v2/manage/repos", params=query)) == (400, expected)


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        ({"is_public": True}, 400, "4001014"),
        ({"repository": "a"}, 400, "4001014"),
        ({"repository": 7, "is_public": True}, 400, "4001029"),
        ({"repository": "A", "is_public": True}, 400, "4001029"),
        ({"repository": "a", "is_public": "true"}, 400, "4001009"),
        ({"repository": "a", "is_public": 1}, 400, "4001009"),
        ({"repository": "a", "is_public": True, "category": "food"}, 400, "4000014"),
        ({"repository": "a", "is_public": True, "category": []}, 400, "4000014"),
        ({"repository": "a", "is_public": True, "description": 1}, 400, "4000014"),
        ({"repository": "a", "is_public": True, "visibility": "public"}, 400, "4000014"),
        ({"repository": "a", "is_public": True, "description": "x" * 30_001}, 413, "4131012"),
    ],
)
def test_a_malformed_create_is_refused(
    filled: httpx.Client, body: dict[str, object], status: int, expected: str
) -> None:
    """Missing, mistyped, unknown or too long; nothing is created."""
    before = listed(filled)
    assert code(filled.post(REPOSITORIES, json=body)) == (status, expected)
    assert listed(filled) == before


def test_an_update_leaves_out_what_it_does_not_name(filled: httpx.Client) -> None:
    """Visibility must be named, category and description may be; the time of the update moves."""
    path = f"{REPOSITORIES}/team%24app"
    before = filled.get(path).json()
    assert code(filled.patch(path, json={"category": "linux"})) == (400, "4001014")
    changed = filled.patch(path, json={"is_public": True, "category": "arm"})
    assert (changed.status_code, changed.content) == (201, b"{}")
    after = filled.get(path).json()
    assert after.pop("updated") > before.pop("updated")
    assert after == {**before, "is_public": True, "category": "arm"}
    assert code(filled.patch(f"{REPOSITORIES}/none", json={"is_public": True})) == (404, "4040113")
    assert code(filled.patch(path, json={"is_public": True, "name": "new"})) == (400, "4000014")


def test_deleting_a_repository_takes_its_tags_along(filled: httpx.Client) -> None:
    """The newest reading of the documents."""
    assert filled.delete(f"{REPOSITORIES}/zoo").status_code == 204
    assert code(filled.delete(f"{REPOSITORIES}/zoo")) == (404, "4040113")


def test_an_organization_is_deleted_only_when_it_is_empty(filled: httpx.Client) -> None:
    """406 as long as one repository is left, even without tags."""
    organization = "/v2/manage/namespaces/other"
    assert code(filled.delete(organization)) == (406, "4060074")
    filled.delete(f"{organization}/repos/busybox")
    assert filled.delete(organization).status_code == 204


@pytest.fixture
def older(start_seeded: StartSeeded, connect: Connect) -> httpx.Client:
    """An emulator after the older pages: 200 for a create, 406 for a repository with tags, a repository quota."""
    behaviour = """
    [behaviour]
    create_repository_status = 200
    delete_repository_with_tags = "refuse"
    repository_quota = 5
    """
    return connect(start_seeded(behaviour + SEED), DEFAULT_ACCOUNT)


def test_the_status_of_a_create_is_a_switch(older: httpx.Client) -> None:
    """The documents say 200 in one place and 201 in another."""
    assert older.post(REPOSITORIES, json={"repository": "a", "is_public": False}).status_code == 200


def test_deleting_a_repository_with_tags_can_be_a_refusal(older: httpx.Client) -> None:
    """406 4060012, and a repository without tags still goes."""
    assert code(older.delete(f"{REPOSITORIES}/zoo")) == (406, "4060012")
    assert older.delete(f"{REPOSITORIES}/busybox").status_code == 204


def test_a_repository_quota_can_be_set(older: httpx.Client) -> None:
    """400 4000098 over all organizations of the account."""
    older.post(REPOSITORIES, json={"repository": "a", "is_public": False})
    assert code(older.post(REPOSITORIES, json={"repository": "b", "is_public": False})) == (400, "4000098")


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("cn-north-4", "swr.cn-north-4.myhuaweicloud.com"),
        ("eu-west-101", "swr.eu-west-101.myhuaweicloud.eu"),
        ("eu-de", "swr.eu-de.otc.t-systems.com"),
    ],
)
def test_the_pull_address_names_the_region(region: str, host: str) -> None:
    """As the registry of that region is called."""
    assert registry_host(region) == host
