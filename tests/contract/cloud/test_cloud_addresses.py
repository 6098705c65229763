"""What is really sent: the URL that was meant, byte for byte, to the region that was meant."""

import json
from typing import TYPE_CHECKING, cast

import httpx
import pytest

from swr_tools import errors
from swr_tools.cloud.accounts import KeyCredentials
from swr_tools.cloud.connection import SwrCloud
from swr_tools.cloud.endpoints import endpoint_for
from swr_tools.cloud.signing import Keys
from swr_tools.cloud.transport import fast_transport
from swr_tools.models import Category
from swr_tools.names import ExistingOrganizationName, ExistingRepositoryName, RepositoryName

if TYPE_CHECKING:
    from tests.contract.cloud.conftest import Connect, OddServer, Transports

KEYS = Keys("AKEXAMPLE00000000001", "SKexample0000000000000000000000000000001")
ORG = ExistingOrganizationName("ours")


async def test_a_slash_is_a_dollar_in_the_path(odd: "OddServer", connect: "Connect", transports: "Transports") -> None:
    """Both transports send the escaped dollar sign as it was signed and compared."""
    odd.says(200, {"name": "one/two/three"})
    client = connect(odd.url, transport=transports()).client()
    await client.show_repository(ORG, ExistingRepositoryName("one/two/three"))
    (request,) = odd.requests
    assert (request.method, request.target) == ("GET", "/v2/manage/namespaces/ours/repos/one%24two%24three")


async def test_a_slash_stays_one_in_the_body(odd: "OddServer", connect: "Connect", transports: "Transports") -> None:
    """A create is JSON; what was not given is not sent."""
    odd.says(201, {})
    client = connect(odd.url, transport=transports()).client()
    await client.create_repository(ORG, RepositoryName("a/b"), public=False, category=None, description="")
    await client.create_repository(ORG, RepositoryName("a/b"), public=True, category=Category.ARM, description="é\n")
    bare, full = odd.requests
    assert (bare.method, bare.target) == ("POST", "/v2/manage/namespaces/ours/repos")
    assert json.loads(bare.body) == {"repository": "a/b", "is_public": False}
    assert json.loads(full.body) == {"repository": "a/b", "is_public": True, "category": "arm", "description": "é\n"}
    assert bare.headers["content-type"] == "application/json"
    assert bare.headers["content-length"] == str(len(bare.body))


@pytest.mark.parametrize("name", ["..", ".", "", "a$b"])
async def test_a_name_that_changes_the_address_is_not_sent(odd: "OddServer", connect: "Connect", name: str) -> None:
    """Even a name that came past the naming rules never makes a request for something else."""
    odd.says(200, {})
    client = connect(odd.url).client()
    with pytest.raises(errors.ArgumentInvalid):
        await client.show_repository(ORG, cast("ExistingRepositoryName", name))
    assert odd.requests == []


@pytest.mark.parametrize("name", ["..", ".", "", "a/b", "a/../b"])
async def test_the_same_holds_for_organizations(odd: "OddServer", connect: "Connect", name: str) -> None:
    """An organization's name has no slash, so an escaped one is refused too."""
    odd.says(200, {})
    client = connect(odd.url).client()
    with pytest.raises(errors.ArgumentInvalid):
        await client.show_organization(cast("ExistingOrganizationName", name))
    with pytest.raises(errors.ArgumentInvalid):
        await client.show_repository(cast("ExistingOrganizationName", name), ExistingRepositoryName("app"))
    assert odd.requests == []


async def test_dots_between_slashes_stay_in_their_segment(
    odd: "OddServer", connect: "Connect", transports: "Transports"
) -> None:
    """Dot segments that would climb out of the organization are sent as a part of one name, and not resolved."""
    odd.says(200, {"name": "x"})
    lawless = cast("ExistingRepositoryName", "a/../../b c")
    await connect(odd.url, transport=transports()).client().show_repository(ORG, lawless)
    assert odd.requests[0].target == "/v2/manage/namespaces/ours/repos/a%24..%24..%24b%20c"


async def test_headers_are_those_that_swr_documents(
    odd: "OddServer", connect: "Connect", transports: "Transports"
) -> None:
    """Nothing is added that could identify more than swr-bot, and the signature covers what matters."""
    odd.says(200, {"name": "ours"})
    await connect(odd.url, transport=transports()).client().show_organization(ORG)
    headers = dict(odd.requests[0].headers)
    assert "SignedHeaders=content-type;host;x-project-id;x-sdk-date, " in headers.pop("authorization")
    assert len(headers.pop("x-sdk-date")) == 16
    headers.pop("connection", None)
    assert headers == {
        "host": odd.url.removeprefix("http://"),
        "user-agent": "swr-bot",
        "accept": "application/json",
        "accept-encoding": "gzip, deflate",
        "content-type": "application/json",
        "x-project-id": "1" * 32,
    }


async def test_cookies_are_not_kept(odd: "OddServer", connect: "Connect", transports: "Transports") -> None:
    """What a load balancer sets is not sent back."""
    odd.says(200, {"name": "ours"}, set_cookie="session=1; Path=/")
    client = connect(odd.url, transport=transports()).client()
    for _ in range(2):
        await client.show_organization(ORG)
    assert all("cookie" not in request.headers for request in odd.requests)


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
async def test_no_proxy_catches_this_machine(
    odd: "OddServer", connect: "Connect", transports: "Transports", monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A proxy of the environment is passed by for loopback addresses."""
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    odd.says(200, {"name": "ours"})
    assert await connect(odd.url, transport=transports()).client().show_organization(ORG)


async def test_a_proxy_is_used_for_everything_else(
    odd: "OddServer", connect: "Connect", proxying_transports: "Transports", monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real SWR is asked through the environment's proxy; one that refuses means that nothing was sent."""
    monkeypatch.setenv("HTTPS_PROXY", odd.url)
    odd.says(403, b"")
    cloud = connect("https://swr-api.cn-north-4.myhuaweicloud.com", transport=proxying_transports())
    with pytest.raises(errors.SwrUnreachable):
        await cloud.client().create_repository(ORG, RepositoryName("app"), public=False, category=None, description="")
    assert [(seen.method, seen.target) for seen in odd.requests] == [
        ("CONNECT", "swr-api.cn-north-4.myhuaweicloud.com:443")
    ]


async def test_each_address_decides_about_the_proxy_itself(
    odd: "OddServer", connect: "Connect", monkeypatch: pytest.MonkeyPatch
) -> None:
    """An identity service on this machine is reached directly, even where SWR itself is not."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    odd.says(200, {"projects": [{"id": "1", "name": "cn-north-4"}]})
    cloud = connect("https://swr-api.nowhere.invalid", KeyCredentials(KEYS, source="test"), iam_url=odd.url)
    with pytest.raises(errors.SwrUnreachable):
        await cloud.client().create_repository(ORG, RepositoryName("a"), public=False, category=None, description="")
    assert [request.target for request in odd.requests] == ["/v3/projects?name=cn-north-4"]


async def test_a_proxy_of_another_kind_is_a_wrong_setting(
    odd: "OddServer", connect: "Connect", monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said in a sentence; on the way to this machine it does not matter."""
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    with pytest.raises(errors.SettingsInvalid, match="proxy that the environment names"):
        connect("https://swr-api.cn-north-4.myhuaweicloud.com")
    fast = connect("https://swr-api.cn-north-4.myhuaweicloud.com", transport=fast_transport())
    with pytest.raises(errors.SwrUnreachable, match="only http and https proxies"):
        await fast.client().create_repository(ORG, RepositoryName("a"), public=False, category=None, description="")
    odd.says(200, {"name": "ours"})
    assert await connect(odd.url).client().show_organization(ORG)


class _Recorder(httpx.AsyncBaseTransport):
    """Answers everything, and keeps the URLs."""

    def __init__(self) -> None:
        self.urls: list[str] = []
        self.projects: list[str | None] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.urls.append(str(request.url))
        self.projects.append(request.headers.get("x-project-id"))
        projects = [{"id": "found", "name": request.url.params.get("name")}]
        return httpx.Response(200, json={"name": "ours", "projects": projects})


async def test_other_regions_share_the_connections() -> None:
    """One cloud serves all its regions; a project id is only sent to the region it belongs to."""
    recorder = _Recorder()
    credentials = KeyCredentials(KEYS, source="test", project_id="home")
    async with SwrCloud(endpoint_for("huaweicloud", "cn-north-4"), credentials, transport=recorder) as cloud:
        await cloud.client().show_organization(ORG)
        await cloud.client("eu-west-101").show_organization(ORG)
        await cloud.client("eu-west-101").show_organization(ORG)
        assert cloud.client("cn-north-4") is cloud.client()
    assert recorder.urls == [
        "https://swr-api.cn-north-4.myhuaweicloud.com/v2/manage/namespaces/ours",
        "https://iam.eu-west-101.myhuaweicloud.eu/v3/projects?name=eu-west-101",
        "https://swr-api.eu-west-101.myhuaweicloud.eu/v2/manage/namespaces/ours",
        "https://swr-api.eu-west-101.myhuaweicloud.eu/v2/manage/namespaces/ours",
    ]
    assert recorder.projects == ["home", None, "found", "found"]


def test_an_endpoint_by_url_has_one_region(connect: "Connect") -> None:
    """Another region cannot be reached through an address that was set by hand."""
    cloud = connect("http://127.0.0.1:9")
    assert cloud.client("cn-north-4").endpoint.region == "cn-north-4"
    with pytest.raises(errors.RegionUnknown, match="Only the region cn-north-4 is served here"):
        cloud.client("eu-de")


def test_the_account_is_shown_by_its_end(connect: "Connect") -> None:
    """The confirmation shows whose keys are used without showing the key."""
    assert connect("http://127.0.0.1:9").account == "access key …0001"
