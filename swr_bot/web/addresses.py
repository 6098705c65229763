"""Which hosts requests may be for, which web pages they may come from, and what counts as this machine."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from swr_bot.settings import Settings
from swr_tools.errors import SettingsInvalid

_LOOPBACK_HOSTS = ("localhost:*", "127.0.0.1:*", "[::1]:*")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_PORT = re.compile(r":[0-9]+$")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens there; a name that could mean anything is not it."""
    if host.lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def is_private_url(url: str) -> bool:
    """Whether nobody on the way can read what is sent there: https, or this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


@dataclass(frozen=True, slots=True)
class Addresses:
    """What the `Host` and `Origin` of a request may be; `NAME:*` stands for every port of a name.

    A web page whose name an attacker points at this machine (DNS rebinding) sends its own name as the host.
    """

    hosts: frozenset[str]
    origins: frozenset[str]

    @classmethod
    def of(cls, settings: Settings, host: str) -> Self:
        """Those of the settings, and this machine's own names where they lead here.

        Args:
            settings: They name the public URL, more hosts and the origins.
            host: The address that is listened on.

        Raises:
            SettingsInvalid: It would listen on every address and answer for none.
        """
        public = urlsplit(settings.public_url)
        everywhere = host in ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not listened on
        if everywhere and not (public.netloc or settings.allowed_hosts):
            raise SettingsInvalid(
                f"Nobody could reach a server on {host}: it would answer for no host name.",
                hint="Set SWR_BOT_PUBLIC_URL to the URL that clients use, or SWR_BOT_ALLOWED_HOSTS.",
            )
        own = () if everywhere else (f"[{host}]:*" if ":" in host else f"{host}:*".lower(),)
        here = _LOOPBACK_HOSTS if everywhere or is_loopback(host) else ()
        served = (*_with_default_port(public.scheme, public.netloc.lower()), *settings.allowed_hosts)
        origins = [f"{public.scheme}://{public.netloc}".lower()] if public.netloc else []
        if is_loopback(host):
            origins += [f"http://{name}" for name in _LOOPBACK_HOSTS]
        return cls(frozenset({*served, *here, *own}), frozenset({*origins, *settings.allowed_origins}))

    def allow_host(self, host: str) -> bool:
        """Whether a request may be for this host."""
        return _among(host.lower(), self.hosts)

    def allow_origin(self, origin: str) -> bool:
        """Whether a request may come from a page of this origin."""
        return _among(origin.lower(), self.origins)


def _with_default_port(scheme: str, netloc: str) -> Iterable[str]:
    """A public URL's host as clients write it: the scheme's own port may be said or left out."""
    port = _DEFAULT_PORTS.get(scheme, "")
    if not netloc:
        return ()
    return (netloc, netloc.removesuffix(port)) if _PORT.search(netloc) else (netloc, f"{netloc}{port}")


def _among(given: str, known: frozenset[str]) -> bool:
    name = _PORT.sub("", given)
    return given in known or f"{name}:*" in known
