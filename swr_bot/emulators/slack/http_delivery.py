"""Signed HTTP delivery to the app's request URL."""

import asyncio
import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

import aiohttp

from . import seed as seeds
from .clock import Clock
from .delivery import ACK_SECONDS, FAILED, TIMED_OUT, Ack, Delivery
from .values import Json, parse

_TRANSPORT = "http"
_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"
_FORM = "application/x-www-form-urlencoded"
_MOST_BYTES = 1_000_000


def sign(body: bytes, timestamp: str, secret: str = seeds.SIGNING_SECRET) -> str:
    """Slack's signature, version 0: HMAC-SHA256 over version, timestamp and the raw body."""
    content = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


class HttpDelivery:
    """Sends to a request URL; keeps connections open between requests."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    async def send(self, url: str, delivery: Delivery, *, copies: int = 1) -> Ack:
        """Sends one delivery and waits three seconds; more copies are the same request, byte for byte."""
        body, kind = _body(delivery)
        headers = _headers(body, kind, delivery)
        acks = await asyncio.gather(*(self._post(url, body, headers) for _ in range(copies)))
        return acks[0]

    async def verify(self, url: str, challenge: str) -> bool:
        """Whether the app answers a ``url_verification`` as it should."""
        payload: Json = {"type": "url_verification", "challenge": challenge, "token": seeds.VERIFICATION_TOKEN}
        ack = await self.send(url, Delivery("events_api", payload))
        return ack.error is None and ack.body in (challenge, {"challenge": challenge})

    async def close(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> Ack:
        started = time.perf_counter()
        request = asyncio.ensure_future(self._exchange(url, body, headers))
        call_off = self._clock.alarm(ACK_SECONDS, request.cancel)
        try:
            await asyncio.wait((request,))
        finally:
            call_off()
            request.cancel()
        spent = (time.perf_counter() - started) * 1000
        if request.cancelled():
            return Ack(_TRANSPORT, spent, TIMED_OUT)
        try:
            status, content, no_retry = request.result()
        except (aiohttp.ClientError, OSError, ValueError):
            return Ack(_TRANSPORT, spent, FAILED)
        error = None if 200 <= status < 300 else FAILED
        return Ack(_TRANSPORT, spent, error, status, content, no_retry)

    async def _exchange(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[int, object, bool]:
        if self._session is None:
            # Slack keeps no cookies and follows no redirects; the time limit is the clock's.
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=None),
                cookie_jar=aiohttp.DummyCookieJar(),
                connector=aiohttp.TCPConnector(limit=0),
            )
        async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
            raw = await response.content.read(_MOST_BYTES)
            no_retry = response.headers.get("x-slack-no-retry") == "1"
            return response.status, _content(raw, response.content_type), no_retry


def _body(delivery: Delivery) -> tuple[bytes, str]:
    if delivery.kind == "events_api":
        return json.dumps(delivery.payload).encode(), "application/json"
    if delivery.kind == "interactive":
        return urlencode({"payload": json.dumps(delivery.payload)}).encode(), _FORM
    form = {name: str(value) for name, value in delivery.payload.items()}
    return urlencode(form).encode(), _FORM


def _headers(body: bytes, kind: str, delivery: Delivery) -> dict[str, str]:
    timestamp = str(int(time.time()))  # the machine's: the app's own clock is not turned
    headers = {
        "Content-Type": kind,
        "User-Agent": _AGENT,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": sign(body, timestamp),
    }
    if delivery.retry:
        headers |= {"X-Slack-Retry-Num": str(delivery.retry), "X-Slack-Retry-Reason": delivery.reason}
    return headers


def _content(raw: bytes, kind: str) -> object:
    if not raw.strip():
        return None
    if kind == "application/json":
        try:
            return parse(raw)
        except ValueError:
            return raw.decode("utf-8", "replace")
    return raw.decode("utf-8", "replace")
