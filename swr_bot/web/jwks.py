"""The public keys of an OAuth issuer, fetched seldom and held for a while."""

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from typing import cast
from urllib.parse import urlsplit

import httpx
import jwt

from swr_bot.web.addresses import is_private_url
from swr_tools.clock import Clock
from swr_tools.errors import SwrError
from swr_tools.wording import safe

# Only those that anybody can check and only the issuer can make.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
Key = Mapping[str, object]
_MOST_BYTES = 256 * 1024
_SECONDS = 5.0
_BETWEEN_FETCHES = 30.0
_FRESH = 3600.0
_USABLE = 24 * 3600.0
_log = logging.getLogger(__name__)


class IssuerUnusable(SwrError):
    """The issuer's keys cannot be had."""

    code = "issuer-unusable"


class IssuerKeys:
    """The keys an issuer signs with.

    They are fetched when the first token comes, once an hour, and when a token names one that is not known;
    never more often than every 30 seconds, so that nobody can make us a nuisance to the issuer. While it cannot
    be reached, the keys of the last day still hold.

    Args:
        issuer: Its URL, as its tokens say it.
        jwks_url: Where the keys are; found through the issuer's metadata when empty.
        clock: The time.
    """

    def __init__(self, issuer: str, jwks_url: str, clock: Clock) -> None:
        self._issuer = issuer
        self._jwks_url = jwks_url
        self._clock = clock
        self._keys: Sequence[Key] = ()
        self._fetched = float("-inf")
        self._tried = float("-inf")
        self._problem = ""
        self._one_at_a_time = asyncio.Lock()

    async def matching(self, key_id: object, algorithm: str) -> Sequence[jwt.PyJWK]:
        """The keys a token with this header may be signed with."""
        await self._refresh_after(_FRESH)
        found = self._find(key_id, algorithm)
        if not found:
            await self._fetch_under_way()
            await self._refresh_after(_BETWEEN_FETCHES)
            found = self._find(key_id, algorithm)
        return found

    async def check(self) -> None:
        """Raise IssuerUnusable while no token can be checked."""
        await self._refresh_after(_FRESH)
        await self._fetch_under_way()
        if not self._usable():
            raise IssuerUnusable(self._problem or f"The keys of {self._issuer} were not fetched yet.")

    def _find(self, key_id: object, algorithm: str) -> Sequence[jwt.PyJWK]:
        named = [key for key in self._usable() if key_id in (None, key.get("kid"))]
        return [key for key in (_prepared(key, algorithm) for key in named) if key is not None]

    def _usable(self) -> Sequence[Key]:
        return self._keys if self._clock.monotonic() - self._fetched < _USABLE else ()

    async def _fetch_under_way(self) -> None:
        """Wait for the fetch that another request began; what it brings may be what is missing."""
        async with self._one_at_a_time:
            pass

    async def _refresh_after(self, seconds: float) -> None:
        """Fetch the keys again where they are older than that; a failure is told and leaves those there are."""
        if not self._due(seconds):
            return
        async with self._one_at_a_time:
            if not self._due(seconds):  # somebody else has just done it
                return
            self._tried = self._clock.monotonic()
            try:
                self._keys = await self._fetch()
            except IssuerUnusable as error:
                self._problem = error.sentence
                _log.warning("The keys of the OAuth issuer were not fetched. %s", safe(error.sentence))
            else:
                self._fetched = self._clock.monotonic()

    def _due(self, seconds: float) -> bool:
        now = self._clock.monotonic()
        return now - self._fetched >= seconds and now - self._tried >= _BETWEEN_FETCHES

    async def _fetch(self) -> Sequence[Key]:
        try:
            async with asyncio.timeout(_SECONDS), httpx.AsyncClient(follow_redirects=False, timeout=_SECONDS) as client:
                keys = (await _get_json(client, await self._where(client))).get("keys")
        except TimeoutError:
            raise IssuerUnusable(f"{self._issuer} did not answer within {_SECONDS:g} seconds.") from None
        entries = cast("list[object]", keys) if isinstance(keys, list) else []
        usable = [cast("Key", entry) for entry in entries if _signs(entry)]
        if not usable:
            raise IssuerUnusable(f"{self._issuer} publishes no key that signs tokens.")
        return usable

    async def _where(self, client: httpx.AsyncClient) -> str:
        """The address of the keys."""
        if self._jwks_url:
            return self._jwks_url
        problems: list[str] = []
        for url in _metadata_urls(self._issuer):
            try:
                metadata = await _get_json(client, url)
            except IssuerUnusable as error:
                problems.append(error.sentence)
                continue
            return _keys_url(metadata, self._issuer)
        raise IssuerUnusable(" ".join(problems))


def _metadata_urls(issuer: str) -> Sequence[str]:
    """OpenID Connect appends the well-known path to the issuer; RFC 8414 puts it in front of the issuer's own."""
    parts = urlsplit(issuer)
    path = parts.path.rstrip("/")
    origin = f"{parts.scheme}://{parts.netloc}"
    return (
        f"{origin}{path}/.well-known/openid-configuration",
        f"{origin}/.well-known/oauth-authorization-server{path}",
    )


def _keys_url(metadata: Mapping[str, object], issuer: str) -> str:
    url = metadata.get("jwks_uri")
    if metadata.get("issuer") != issuer:
        raise IssuerUnusable(f"The metadata of {issuer} is of another issuer, {str(metadata.get('issuer'))[:200]}.")
    if not isinstance(url, str) or not is_private_url(url):
        raise IssuerUnusable(f"The metadata of {issuer} names no https address of its keys.")
    return url


async def _get_json(client: httpx.AsyncClient, url: str) -> Mapping[str, object]:
    body = bytearray()
    try:
        async with client.stream("GET", url, headers={"Accept": "application/json"}) as response:
            if response.status_code != 200:
                raise IssuerUnusable(f"{url} answered {response.status_code}.")
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > _MOST_BYTES:
                    raise IssuerUnusable(f"{url} answered with more than {_MOST_BYTES} bytes.")
        read: object = json.loads(body)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise IssuerUnusable(f"{url} cannot be asked: {str(error) or type(error).__name__}.") from None
    except (ValueError, RecursionError):
        raise IssuerUnusable(f"{url} did not answer with JSON.") from None
    if not isinstance(read, dict):
        raise IssuerUnusable(f"{url} did not answer with a JSON object.")
    return cast("Mapping[str, object]", read)


def _signs(entry: object) -> bool:
    """Whether this is a public key that checks signatures, so far as we know its kind."""
    if not isinstance(entry, dict):
        return False
    key = cast("Key", entry)
    return key.get("kty") in ("RSA", "EC", "OKP") and key.get("use", "sig") == "sig" and "d" not in key


def _prepared(key: Key, algorithm: str) -> jwt.PyJWK | None:
    """The key for this algorithm, or None where it is not one for it."""
    if key.get("alg", algorithm) != algorithm:
        return None
    try:
        return jwt.PyJWK(dict(key), algorithm)
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
        return None
