"""Where SWR answers: clouds, their regions, and the addresses that follow from them."""

import ipaddress
import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import httpx

from swr_tools.errors import RegionUnknown, SettingsInvalid
from swr_tools.wording import did_you_mean, safe

_DOMAINS = {"huaweicloud": "{region}.myhuaweicloud.com", "otc": "{region}.otc.t-systems.com"}
_CLOUDS = {"huaweicloud": "Huawei Cloud", "otc": "Open Telekom Cloud"}
_EMULATOR = "emulator"
_OTHER_DOMAINS = {("huaweicloud", "eu-west-101"): "eu-west-101.myhuaweicloud.eu"}
_REGIONS = {
    "huaweicloud": (
        "ae-ad-1 af-north-1 af-south-1 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 "
        "cn-east-2 cn-east-3 cn-east-4 cn-east-5 cn-north-1 cn-north-11 cn-north-12 cn-north-2 cn-north-4 cn-north-9 "
        "cn-south-1 cn-south-2 cn-south-4 cn-southwest-2 cn-southwest-3 eu-west-0 eu-west-101 la-north-2 la-south-2 "
        "me-east-1 my-kualalumpur-1 na-mexico-1 ru-moscow-1 ru-northwest-2 sa-brazil-1 sa-peru-1 tr-west-1"
    ),
    "otc": "eu-de eu-nl",
}
_URL = re.compile(r"https?://(?:(?:[a-zA-Z0-9-]{1,63}\.)*[a-zA-Z0-9-]{1,63}\.?|\[[0-9a-fA-F:.]+\])(?::[0-9]+)?/?")
_REGION = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One region of one cloud.

    Attributes:
        cloud: `huaweicloud`, `otc`, or what the caller calls a cloud of its own.
        region: The region's id; a part of every organization's identity.
        api_url: Scheme, host and port of the management API, without a trailing slash.
        registry: The host that images are pulled from.
        iam_url: The same for the identity service, or None where there is none.
    """

    cloud: str
    region: str
    api_url: str
    registry: str
    iam_url: str | None


def regions(cloud: str) -> tuple[str, ...]:
    """The regions that a cloud is known to have, sorted.

    Huawei's are those of its own SDK: the list says what exists, not where an account may go.

    Raises:
        SettingsInvalid: There is no such cloud.
    """
    if cloud not in _REGIONS:
        raise SettingsInvalid(f"There is no cloud “{cloud}”.", hint=f"Use one of: {', '.join(_REGIONS)}.")
    return tuple(_REGIONS[cloud].split())


def endpoint_for(cloud: str, region: str, *, api_url: str | None = None, iam_url: str | None = None) -> Endpoint:
    """The endpoint of a region, by the cloud's table or by URL.

    With `api_url` the region is only a label, because there are regions that no table has; nothing is asked of an
    identity service then, unless `iam_url` names one.

    Raises:
        RegionUnknown: The cloud has no such region.
        SettingsInvalid: There is no such cloud, or a URL cannot be used.
    """
    known = regions(cloud)
    if api_url is None and region not in known:
        raise _unknown_region(cloud, region, known)
    check_region(region)
    domain = _OTHER_DOMAINS.get((cloud, region), _DOMAINS[cloud].format(region=region))
    if api_url is None:
        endpoint = Endpoint(cloud, region, f"https://swr-api.{domain}", f"swr.{domain}", f"https://iam.{domain}")
    else:
        endpoint = Endpoint(cloud, region, _secure(api_url, "SWR"), _registry(api_url, domain), None)
    return replace(endpoint, iam_url=_secure(iam_url, "IAM")) if iam_url else endpoint


def sibling(endpoint: Endpoint, region: str) -> Endpoint:
    """The same cloud in another region.

    Raises:
        RegionUnknown: The cloud has no such region, or the endpoint was given as a URL and serves only its own.
    """
    if region == endpoint.region:
        return endpoint
    if endpoint.cloud == _EMULATOR:
        raise RegionUnknown(
            f"The emulator plays only {endpoint.region}.",
            hint=f"Set SWR_BOT_REGION={safe(region, 64)} to let it play that one, or leave --emulator out.",
        )
    if not _by_table(endpoint):
        raise RegionUnknown(
            f"Only the region {endpoint.region} is served here, not “{region}”.",
            hint="The address of SWR is set by hand; start swr-bot without it to reach other regions.",
        )
    return endpoint_for(endpoint.cloud, region)


def check_registry(endpoint: Endpoint, registry: str) -> None:
    """Pass a registry that may be of the endpoint's cloud.

    Raises:
        RegionUnknown: It is of another cloud that is known here.
    """
    theirs = "otc" if registry.endswith(".otc.t-systems.com") else "huaweicloud"
    if registry != endpoint.registry and endpoint.cloud in _CLOUDS and endpoint.cloud != theirs:
        raise RegionUnknown(
            f"That image is in {_CLOUDS[theirs]}; swr-bot is set to {_CLOUDS[endpoint.cloud]}.",
            hint=f"Set SWR_BOT_CLOUD={theirs}, with one of its regions and keys for it.",
        )


def check_region(region: str) -> None:
    """Pass what looks like a region's id, in whatever cloud.

    Raises:
        RegionUnknown: It does not.
    """
    if not _REGION.fullmatch(region):
        raise RegionUnknown(
            f"“{safe(region, 64)}” is no region.",
            hint="A region's id is made of lower-case letters, digits and hyphens, such as cn-north-4.",
        )


def check_url(url: str, service: str, example: str) -> str:
    """A URL of scheme, host and port without its trailing slash; no error repeats it, as it may hold a password.

    Args:
        url: Where the service is said to be.
        service: What it is, for the sentence.
        example: A URL as it should be.

    Raises:
        SettingsInvalid: It is anything else.
    """
    try:
        # httpx finds out late about a host that begins like an international one and is none.
        usable = _URL.fullmatch(url) and urlsplit(url).port != 0 and httpx.URL(url).host
    except (ValueError, httpx.InvalidURL):
        usable = False
    if not usable:
        raise SettingsInvalid(
            f"The address of {service} must be like {example}: without a path, a query, a user name or a password."
        )
    return url.rstrip("/")


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine and so may go without TLS."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _by_table(endpoint: Endpoint) -> bool:
    try:
        return endpoint.api_url == endpoint_for(endpoint.cloud, endpoint.region).api_url
    except (RegionUnknown, SettingsInvalid):
        return False


def _registry(api_url: str, domain: str) -> str:
    host = urlsplit(api_url).hostname or ""
    return f"swr.{host.removeprefix('swr-api.')}" if host.startswith("swr-api.") else f"swr.{domain}"


def _secure(url: str, service: str) -> str:
    checked = check_url(url, service, "https://swr.example.com or https://swr.example.com:8443")
    if not url.startswith("https:") and not is_loopback(url):
        raise SettingsInvalid(
            f"The address of {service} must begin with https://; only this machine may be reached without TLS."
        )
    return checked


def _unknown_region(cloud: str, region: str, known: tuple[str, ...]) -> RegionUnknown:
    sentence = f"{cloud} has no region “{safe(region, 64)}”."
    for other in _REGIONS:
        if region in regions(other):
            hint = f"It is a region of {_CLOUDS[other]}; set SWR_BOT_CLOUD={other}, with keys for it."
            return RegionUnknown(sentence, hint=hint)
    near = did_you_mean(region.replace("_", "-"), known)
    return RegionUnknown(sentence, hint=f"Did you mean {near}?" if near else f"Its regions: {', '.join(known)}.")
