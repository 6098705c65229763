# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (the official SDK has no annotations)
"""The official Python SDK, unchanged, drives the emulator as it would drive SWR."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException, ServerResponseException
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkswr.v2 import (
    CreateNamespaceRequest,
    CreateNamespaceRequestBody,
    CreateRepoRequest,
    CreateRepoRequestBody,
    DeleteNamespacesRequest,
    DeleteRepoRequest,
    ListApiVersionsRequest,
    ListNamespacesRequest,
    ListQuotasRequest,
    ListReposDetailsRequest,
    ShowNamespaceRequest,
    ShowRepositoryRequest,
    SwrClient,
    UpdateRepoRequest,
    UpdateRepoRequestBody,
)

from swr_bot.emulators.swr import DEFAULT_ACCOUNT
from swr_bot.emulators.swr.faults import Fault
from swr_bot.emulators.swr.server import EmulatorServer, ServeOptions

Sdk = Any  # the official SDK's client has no annotations


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The SDK writes an application id into the home folder."""
    monkeypatch.setenv("HOME", str(tmp_path))


def connected(server: EmulatorServer, *, secret_key: str = DEFAULT_ACCOUNT.secret_key) -> Sdk:
    """The SDK's client with the emulator's keys."""
    keys = BasicCredentials(DEFAULT_ACCOUNT.access_key, secret_key, DEFAULT_ACCOUNT.project_id)
    config = HttpConfig.get_default_config()
    config.retry_times = 0
    builder: Sdk = SwrClient.new_builder().with_http_config(config).with_credentials(keys)
    return builder.with_endpoint(server.announcement["url"]).build()


@pytest.fixture
def sdk(server: EmulatorServer) -> Sdk:
    """The SDK's client of an empty emulator."""
    return connected(server)


def create_organization(sdk: Sdk, name: str) -> int:
    """Creates an organization and returns the status."""
    body = CreateNamespaceRequestBody(namespace=name)
    return sdk.create_namespace(CreateNamespaceRequest(body=body)).status_code


def create_repository(sdk: Sdk, organization: str, name: str, **more: object) -> int:
    """Creates a repository, private unless told otherwise, and returns the status."""
    body = CreateRepoRequestBody(repository=name, **{"is_public": False} | more)
    return sdk.create_repo(CreateRepoRequest(namespace=organization, body=body)).status_code


def refused(call: Callable[[], object]) -> tuple[int, str]:
    """Status and code of a call that must fail, as the SDK reads them."""
    with pytest.raises((ClientRequestException, ServerResponseException)) as caught:
        call()
    assert caught.value.request_id
    return caught.value.status_code, caught.value.error_code


def test_an_organization_is_created_listed_shown_and_deleted(sdk: Sdk) -> None:
    """The life of an organization, from 201 to 404."""
    assert create_organization(sdk, "group") == 201
    shown = sdk.show_namespace(ShowNamespaceRequest(namespace="group"))
    expected = {"id": 1, "name": "group", "creator_name": DEFAULT_ACCOUNT.user_name, "auth": 7}
    assert shown.to_json_object() == expected
    for request in (
        ListNamespacesRequest(),
        ListNamespacesRequest(namespace="group"),
        ListNamespacesRequest(filter="namespace::group|mode::visible"),
    ):
        listed = sdk.list_namespaces(request).to_json_object()["namespaces"]
        assert listed == [{**expected, "access_user_count": 1, "repo_count": 0}]
    assert sdk.delete_namespaces(DeleteNamespacesRequest(namespace="group")).status_code == 204
    assert refused(lambda: sdk.show_namespace(ShowNamespaceRequest(namespace="group"))) == (
        404,
        "SVCSTG.SWR.4040058",
    )
    assert sdk.list_namespaces(ListNamespacesRequest()).namespaces == []


def test_a_repository_with_a_slash_is_created_shown_changed_and_deleted(sdk: Sdk) -> None:
    """The body keeps the slash, the path takes a dollar sign, the answer has the slash again."""
    create_organization(sdk, "group")
    assert create_repository(sdk, "group", "team/app", category="linux", description="café") == 201
    address = {"namespace": "group", "repository": "team$app"}
    shown = sdk.show_repository(ShowRepositoryRequest(**address))
    path = "swr.cn-north-4.myhuaweicloud.com/group/team/app"
    assert shown.to_json_object() == {
        "id": 1,
        "ns_id": 1,
        "name": "team/app",
        "category": "linux",
        "description": "café",
        "creator_id": DEFAULT_ACCOUNT.user_id,
        "creator_name": DEFAULT_ACCOUNT.user_name,
        "size": 0,
        "is_public": False,
        "num_images": 0,
        "num_download": 0,
        "url": "",
        "path": path,
        "internal_path": path,
        "created": shown.created,
        "updated": shown.created,
        "domain_id": DEFAULT_ACCOUNT.domain_id,
        "priority": 0,
    }
    change = UpdateRepoRequestBody(is_public=True)
    assert sdk.update_repo(UpdateRepoRequest(**address, body=change)).status_code == 201
    changed = sdk.show_repository(ShowRepositoryRequest(**address))
    assert (changed.is_public, changed.category, changed.description) == (True, "linux", "café")
    assert sdk.delete_repo(DeleteRepoRequest(**address)).status_code == 204
    assert refused(lambda: sdk.show_repository(ShowRepositoryRequest(**address))) == (404, "SVCSTG.SWR.4040113")


def test_repositories_are_listed_in_pages(sdk: Sdk) -> None:
    """The SDK reads ``Content-Range`` and the total from the items."""
    create_organization(sdk, "group")
    for name in ("c", "a", "b"):
        create_repository(sdk, "group", name)
    paging = {"offset": "1", "limit": "2", "order_column": "name", "order_type": "asc"}
    answer = sdk.list_repos_details(ListReposDetailsRequest(namespace="group", **paging))
    assert [(each.name, each.namespace, each.total_range) for each in answer.body] == [
        ("b", "group", 3),
        ("c", "group", 3),
    ]
    assert answer.content_range == "1-2/3"


def test_the_quota_and_the_versions_are_shown(sdk: Sdk) -> None:
    """Five organizations by default; version 2 of the API."""
    create_organization(sdk, "group")
    quota = {"quota_key": "namespace", "quota_limit": 5, "used": 1, "unit": ""}
    assert sdk.list_quotas(ListQuotasRequest()).to_json_object() == {"quotas": [quota]}
    assert [version.id for version in sdk.list_api_versions(ListApiVersionsRequest()).versions] == ["v2"]


def test_refusals_reach_the_sdk_with_their_codes(sdk: Sdk) -> None:
    """Each situation a caller can bring about, and the code the documents give it."""
    create_organization(sdk, "group")
    create_repository(sdk, "group", "app")
    situations: list[tuple[Callable[[], object], int, str]] = [
        (lambda: create_organization(sdk, "group"), 409, "SVCSTG.SWR.4090060"),
        (lambda: create_organization(sdk, "Group"), 400, "SVCSTG.SWR.4001028"),
        (lambda: create_organization(sdk, "library"), 400, "SVCSTG.SWR.4001028"),
        (lambda: create_repository(sdk, "group", "app"), 409, "SVCSTG.SWR.4090006"),
        (lambda: create_repository(sdk, "group", "team$app"), 400, "SVCSTG.SWR.4001029"),
        (lambda: create_repository(sdk, "group", "b", is_public="no"), 400, "SVCSTG.SWR.4001009"),
        (lambda: create_repository(sdk, "nowhere", "app"), 404, "SVCSTG.SWR.4040058"),
        (
            lambda: sdk.show_repository(ShowRepositoryRequest(namespace="group", repository="none")),
            404,
            "SVCSTG.SWR.4040113",
        ),
        (
            lambda: sdk.show_repository(ShowRepositoryRequest(namespace="group", repository="team/app")),
            404,
            "APIGW.0101",
        ),
        (
            lambda: sdk.delete_namespaces(DeleteNamespacesRequest(namespace="group")),
            406,
            "SVCSTG.SWR.4060074",
        ),
        (
            lambda: sdk.list_repos_details(ListReposDetailsRequest(order_column="updated_at", order_type="desc")),
            400,
            "SVCSTG.SWR.4001096",
        ),
    ]
    for call, status, code in situations:
        assert refused(call) == (status, code)
    for name in ("b", "c", "d", "e"):
        create_organization(sdk, name)
    assert refused(lambda: create_organization(sdk, "f")) == (400, "SVCSTG.SWR.4000097")


def test_a_wrong_secret_key_is_refused_by_the_gateway(server: EmulatorServer) -> None:
    """401 APIGW.0301, as on the real service."""
    stranger = connected(server, secret_key="wrong")
    assert refused(lambda: create_organization(stranger, "group")) == (401, "APIGW.0301")


def test_faults_reach_the_sdk(start: Callable[[ServeOptions], EmulatorServer]) -> None:
    """Throttling, both ways, and a failing SWR."""
    server = start(ServeOptions(faults=("429", "403-throttle,code=4031042", "5xx")))
    sdk = connected(server)
    assert refused(lambda: create_organization(sdk, "group")) == (429, "APIGW.0308")
    assert refused(lambda: create_organization(sdk, "group")) == (403, "SVCSTG.SWR.4031042")
    assert refused(lambda: create_organization(sdk, "group")) == (500, "SVCSTG.SWR.5000059")
    assert create_organization(sdk, "group") == 201
    server.app.emulator.faults.replace([Fault("html-502")])
    assert refused(lambda: create_organization(sdk, "other"))[0] == 502


def test_the_sdk_finds_its_project_and_region_by_itself(
    server: EmulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a project id the SDK asks IAM for the project named like the region."""
    url = server.announcement["url"]
    monkeypatch.setenv("HUAWEICLOUD_SDK_IAM_ENDPOINT", url)
    keys = BasicCredentials(DEFAULT_ACCOUNT.access_key, DEFAULT_ACCOUNT.secret_key)
    builder: Sdk = SwrClient.new_builder().with_credentials(keys)
    sdk = builder.with_region(Region("cn-north-4", url)).build()
    assert sdk.list_quotas(ListQuotasRequest()).quotas[0].used == 0
    asked = [(seen.method, seen.path) for seen in server.app.emulator.log.recent]
    quotas = f"/v2/manage/projects/{DEFAULT_ACCOUNT.project_id}/quotas"
    assert asked == [("GET", "/v3/projects"), ("GET", quotas)]
