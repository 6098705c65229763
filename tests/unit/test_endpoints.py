"""Clouds, regions and the addresses that follow."""

import pytest

from swr_tools.cloud.endpoints import Endpoint, check_region, endpoint_for, is_loopback, regions, sibling
from swr_tools.errors import RegionUnknown, SettingsInvalid


def test_a_region_gives_every_address() -> None:
    """Management API, registry and identity service follow from cloud and region."""
    assert endpoint_for("huaweicloud", "cn-north-4") == Endpoint(
        cloud="huaweicloud",
        region="cn-north-4",
        api_url="https://swr-api.cn-north-4.myhuaweicloud.com",
        registry="swr.cn-north-4.myhuaweicloud.com",
        iam_url="https://iam.cn-north-4.myhuaweicloud.com",
    )


def test_one_region_ends_in_eu() -> None:
    """eu-west-101 alone is under another top-level domain."""
    odd = [name for name in regions("huaweicloud") if not endpoint_for("huaweicloud", name).api_url.endswith(".com")]
    assert odd == ["eu-west-101"]
    assert endpoint_for("huaweicloud", "eu-west-101").registry == "swr.eu-west-101.myhuaweicloud.eu"


def test_open_telekom_cloud_has_two_regions() -> None:
    """OTC is a cloud of its own."""
    assert regions("otc") == ("eu-de", "eu-nl")
    endpoint = endpoint_for("otc", "eu-nl")
    assert endpoint.api_url == "https://swr-api.eu-nl.otc.t-systems.com"
    assert endpoint.iam_url == "https://iam.eu-nl.otc.t-systems.com"


def test_the_table_is_the_sdk_s() -> None:
    """35 regions, each once, sorted, without one that only has documents."""
    known = regions("huaweicloud")
    assert len(known) == len(set(known)) == 35
    assert list(known) == sorted(known)
    assert "tr-central-201" not in known


@pytest.mark.parametrize(("given", "meant"), [("cn-north4", "cn-north-4"), ("CN_NORTH_4", "cn-north-4")])
def test_a_mistyped_region_is_corrected(given: str, meant: str) -> None:
    """The error says what was probably meant, without a list of all there is."""
    with pytest.raises(RegionUnknown, match="huaweicloud has no region") as caught:
        endpoint_for("huaweicloud", given)
    assert caught.value.hint == f"Did you mean {meant}?"


def test_a_region_of_the_other_cloud_is_unknown() -> None:
    """Regions belong to their cloud, and what resembles nothing gets no suggestion."""
    with pytest.raises(RegionUnknown) as caught:
        endpoint_for("otc", "zz")
    assert caught.value.hint == "Its regions: eu-de, eu-nl."


def test_a_region_says_which_cloud_it_is_of() -> None:
    """A region that another cloud has is not taken for a slip of the pen."""
    with pytest.raises(RegionUnknown, match="huaweicloud has no region “eu-de”") as caught:
        endpoint_for("huaweicloud", "eu-de")
    assert caught.value.hint == "It is a region of Open Telekom Cloud; set SWR_BOT_CLOUD=otc, with keys for it."


def test_an_unknown_cloud_lists_the_clouds() -> None:
    """There are two."""
    with pytest.raises(SettingsInvalid, match="no cloud “aws”") as caught:
        endpoint_for("aws", "us-east-1")
    assert "huaweicloud, otc" in caught.value.hint


def test_a_url_takes_the_place_of_the_table() -> None:
    """By URL any region may be named, and no identity service is asked unless it is given too."""
    endpoint = endpoint_for("huaweicloud", "tr-central-201", api_url="https://swr-api.tr-central-201.example.com/")
    assert endpoint.api_url == "https://swr-api.tr-central-201.example.com"
    assert endpoint.registry == "swr.tr-central-201.example.com"
    assert endpoint.iam_url is None
    local = endpoint_for("otc", "eu-de", api_url="http://127.0.0.1:8080", iam_url="http://[::1]:8081")
    assert (local.registry, local.iam_url) == ("swr.eu-de.otc.t-systems.com", "http://[::1]:8081")


def test_the_identity_service_alone_may_be_replaced() -> None:
    """The rest stays as in the table."""
    endpoint = endpoint_for("huaweicloud", "cn-north-4", iam_url="https://iam.example.com")
    assert endpoint.api_url == "https://swr-api.cn-north-4.myhuaweicloud.com"
    assert endpoint.iam_url == "https://iam.example.com"


@pytest.mark.parametrize(
    "url",
    [
        "http://swr-api.example.com",
        "http://10.0.0.1",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://[fe80::1]",
        "https://swr-api.example.com/v2",
        "https://swr-api.example.com?x=1",
        "https://swr-api.example.com#x",
        "https://user:S3CRET@swr-api.example.com",
        "https://S3CRET@swr-api.example.com",
        "https://@swr-api.example.com",
        "ftp://swr-api.example.com",
        "swr-api.example.com",
        "https://",
        "https://swr-api.example.com:port",
        "https://[::1",
        "https://swr-api.exa mple.com",
        "https://swr-api.example.com\n",
        "https://swr-api.example.com?",
        "https://swr-api.example.com:99999",
        "https://swr-api.example.com:0",
        "HTTP://swr-api.example.com",
        "x",
    ],
)
@pytest.mark.parametrize("which", ["api_url", "iam_url"])
def test_an_unusable_url_is_refused(url: str, which: str) -> None:
    """TLS except to this machine; nothing but scheme, host and port; and no error repeats a password."""
    with pytest.raises(SettingsInvalid) as caught:
        endpoint_for("huaweicloud", "cn-north-4", **{which: url})
    assert "S3CRET" not in repr(caught.value.as_json())


@pytest.mark.parametrize("region", ["", "..", "a/b", "cn north", "cn-north-4\n", "-x", "x" * 65, "Ü"])
def test_a_region_by_url_still_looks_like_one(region: str) -> None:
    """It goes into sentences and queries."""
    with pytest.raises(RegionUnknown):
        endpoint_for("huaweicloud", region, api_url="http://127.0.0.1")


@pytest.mark.parametrize("url", ["http://127.0.0.1", "http://127.9.9.9:1", "http://localhost:80", "http://[::1]:9"])
def test_this_machine_needs_no_tls(url: str) -> None:
    """Every loopback address counts."""
    assert is_loopback(url)
    assert endpoint_for("huaweicloud", "cn-north-4", api_url=url).api_url == url


def test_siblings_are_of_the_same_cloud() -> None:
    """An endpoint of the table leads to the others of its cloud; one by URL only to itself."""
    home = endpoint_for("otc", "eu-de")
    assert sibling(home, "eu-nl") == endpoint_for("otc", "eu-nl")
    assert sibling(home, "eu-de") is home
    with pytest.raises(RegionUnknown):
        sibling(home, "cn-north-4")
    own = Endpoint("emulator", "cn-north-4", "http://127.0.0.1", "swr.example.com", None)
    assert sibling(own, "cn-north-4") is own
    by_url = endpoint_for("huaweicloud", "cn-north-4", api_url="http://127.0.0.1")
    with pytest.raises(RegionUnknown, match="Only the region cn-north-4"):
        sibling(by_url, "cn-north-1")


@pytest.mark.parametrize("region", ["..%2f x", "", "CN", "a" * 65, "x\x1b[31m"])
def test_a_region_s_shape_is_checked_for_every_cloud(region: str) -> None:
    """The emulator plays any region, but nothing that is none; what cannot be seen is spelled out."""
    with pytest.raises(RegionUnknown, match="is no region") as caught:
        check_region(region)
    assert caught.value.sentence.isprintable()
    check_region("tr-central-201")


def test_the_emulator_says_that_it_is_one() -> None:
    """It has one region, and no address that somebody set."""
    own = Endpoint("emulator", "cn-north-4", "http://127.0.0.1", "swr.cn-north-4.myhuaweicloud.com", None)
    with pytest.raises(RegionUnknown, match="The emulator plays only cn-north-4") as caught:
        sibling(own, "eu-de")
    assert "SWR_BOT_REGION=eu-de" in caught.value.hint


@pytest.mark.parametrize("host", ["a..b", "a" * 64, ".a", "xn--a"])
def test_a_host_that_no_name_server_takes_is_refused(host: str) -> None:
    """Looking it up would fail with an error about its encoding."""
    with pytest.raises(SettingsInvalid):
        endpoint_for("huaweicloud", "cn-north-4", api_url=f"https://{host}")
