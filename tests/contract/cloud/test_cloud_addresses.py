"""What is really sent: the URL that was meant, byte for byte, to the region that was meant."""

import json
import traceback
from typing import TYPE_CHECKING, cast

import httpx
import pytest

from swr_tools import errors
from swr_tools.clock import ManualClock
from swr_tools.cloud.accounts import KeyCredentials
from swr_tools.cloud.connection import SwrCloud
from swr_tools.cloud.endpoints import endpoint_for
from swr_tools.cloud.lean_transport import LeanTransport
from swr_tools.cloud.signing import Keys
from swr_tools.cloud.transport import fast_transport
from swr_tools.models import Category
from swr_tools.names import ExistingOrganizationName, ExistingRepositoryName, ImageReference, RepositoryName
from swr_tools.operations.get_repository_info import GetRepositoryInfo

if TYPE_CHECKING:
    from tests.contract.cloud.conftest import Call, Connect, OddServer, Transports

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
    cloud = connect("http://127.0.0.1:9")
    assert cloud.account == "access key …0001"
    assert cloud.account_id == KeyCredentials(KEYS, source="elsewhere", project_id="1" * 32).account_id


@pytest.mark.parametrize("at", ["{host}", "[bad", "{host}:port"])
async def test_a_proxy_s_password_is_told_to_nobody(
    odd: "OddServer",
    connect: "Connect",
    proxying_transports: "Transports",
    monkeypatch: pytest.MonkeyPatch,
    at: str,
) -> None:
    """Neither a proxy that wants another password nor one that cannot be used is told with its address."""
    proxy = f"http://puser:proxysecret@{at.format(host=odd.url.removeprefix('http://'))}"
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    odd.says(407, b"")
    with pytest.raises((errors.SwrUnreachable, errors.SettingsInvalid)) as caught:
        await create_through(connect, proxying_transports)
    told = "".join([*traceback.format_exception(caught.value), repr(caught.value.as_json())])
    assert "proxysecret" not in told
    assert ("407" in told) == bool(odd.requests)


async def create_through(connect: "Connect", transports: "Transports") -> None:
    """Send a create to the real SWR, which only a proxy of the environment leads to."""
    cloud = connect("https://swr-api.cn-north-4.myhuaweicloud.com", transport=transports())
    await cloud.client().create_repository(ORG, RepositoryName("app"), public=False, category=None, description="")


class _Breaking(httpx.AsyncBaseTransport):
    """Fails in a way that no transport should."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        raise self._error


@pytest.mark.parametrize(
    "error",
    [
        ValueError("Invalid header value b'S3CRET'"),
        UnicodeEncodeError("ascii", "S3CRET", 0, 1, "why"),
        httpx.InvalidURL("S3CRET"),
        httpx.LocalProtocolError("Illegal header value b'S3CRET'"),
        OSError("S3CRET"),
        RuntimeError("S3CRET"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_no_other_exception_comes_out(connect: "Connect", call: "Call", error: Exception) -> None:
    """Whatever breaks while a request is under way, it may have been sent; what broke may quote a secret."""
    with pytest.raises(errors.AnswerLost) as caught:
        await call(connect("http://127.0.0.1:9", transport=_Breaking(error), clock=ManualClock()))
    assert "S3CRET" not in "".join(traceback.format_exception(caught.value))


async def test_what_breaks_before_swr_is_asked_is_no_lost_answer(connect: "Connect") -> None:
    """The same on the way to the identity service means that nothing was sent to SWR."""
    url, transport = "http://127.0.0.1:9", _Breaking(ValueError("S3CRET"))
    cloud = connect(url, KeyCredentials(KEYS, source="test"), iam_url=url, transport=transport)
    with pytest.raises(errors.SwrUnreachable, match="SWR was not asked") as caught:
        await cloud.client().create_repository(ORG, RepositoryName("a"), public=False, category=None, description="")
    assert "S3CRET" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("name", ["\ud800", "x" * 70_000])
async def test_a_name_that_makes_no_address_is_not_sent(connect: "Connect", name: str) -> None:
    """Half a character, or a name longer than an address can be, is refused as an argument."""
    client = connect("http://127.0.0.1:9").client()
    for call in (client.show_organization, client.list_repositories):
        with pytest.raises(errors.ArgumentInvalid):
            await call(cast("ExistingOrganizationName", name))


async def test_a_header_that_cannot_be_sent_is_not_quoted(odd: "OddServer") -> None:
    """The terminal's transport names no value of a header that breaks the rules, and sends nothing."""
    odd.says(200)
    transport = LeanTransport(httpx.create_ssl_context)
    request = httpx.Request("GET", odd.url, headers={"x-token": "S3CRET\nx-evil: 1"})
    with pytest.raises(httpx.LocalProtocolError) as caught:
        await transport.handle_async_request(request)
    assert "S3CRET" not in "".join(traceback.format_exception(caught.value))
    assert odd.requests == []


@pytest.mark.parametrize(
    ("region", "registry", "sentence", "hint"),
    [
        ("eu-de", "swr.eu-de.otc.t-systems.com", "in Open Telekom Cloud", "Set SWR_BOT_CLOUD=otc"),
        ("cn-north-4", "swr.cn-north-4.otc.t-systems.com", "in Open Telekom Cloud", "Set SWR_BOT_CLOUD=otc"),
        ("cn-north-5", "swr.cn-north-5.myhuaweicloud.com", "huaweicloud has no region", "Did you mean"),
    ],
)
async def test_an_image_of_another_cloud_says_which(region: str, registry: str, sentence: str, hint: str) -> None:
    """The registry of an image names its cloud, so that no list of regions is needed."""
    credentials = KeyCredentials(KEYS, source="test")
    async with SwrCloud(endpoint_for("huaweicloud", "cn-north-4"), credentials, transport=_Recorder()) as cloud:
        with pytest.raises(errors.RegionUnknown, match=sentence) as caught:
            cloud.client(region, registry=registry)
        assert caught.value.hint.startswith(hint)
        assert "ae-ad-1" not in caught.value.hint
        assert cloud.client("cn-north-4", registry="swr.cn-north-4.myhuaweicloud.com") is cloud.client()


async def test_open_telekom_cloud_sends_huawei_s_images_away() -> None:
    """The same the other way round, and through the operation that reads images."""
    credentials = KeyCredentials(KEYS, source="test")
    wanted = GetRepositoryInfo(repository=ImageReference.parse("swr.cn-north-4.myhuaweicloud.com/ours/app"))
    async with SwrCloud(endpoint_for("otc", "eu-de"), credentials, transport=_Recorder()) as cloud:
        with pytest.raises(errors.RegionUnknown, match="That image is in Huawei Cloud") as caught:
            await wanted.run(cloud)
    assert "SWR_BOT_CLOUD=huaweicloud" in caught.value.hint
