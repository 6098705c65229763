"""Deliveries over HTTP: what is not provably Slack's, new and for this bot, is turned away before bolt sees it."""

import hashlib
import hmac
import json
import logging
import re
from collections.abc import Mapping
from typing import cast
from urllib.parse import parse_qsl

from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from starlette.types import Receive, Scope, Send

from swr_bot.slack_app.config import SlackConfig
from swr_bot.slack_app.face import Patience
from swr_bot.slack_app.interaction import Body, enterprise_of, installed_team, text_at
from swr_bot.slack_app.recent import Recent
from swr_bot.slack_app.starting import Started, start
from swr_tools.clock import Clock
from swr_tools.toolbox import Toolbox

_logger = logging.getLogger("swr_bot.slack")
MOST_BYTES = 1024 * 1024
_MOST_FIELDS = 100
_WINDOW_SECONDS = 300
_SEEN_SECONDS = 2.0 * _WINDOW_SECONDS  # a timestamp may lie in the future as well
_MOST_SEEN = 10_000
_TIMESTAMP = re.compile(rb"[0-9]{1,12}")
_FORM, _JSON = b"application/x-www-form-urlencoded", b"application/json"


class _TurnedAwayError(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class SlackEvents:
    """The ASGI app of `/slack/events`.

    Args:
        toolbox: The tool layer; it stays open.
        clock: The time.
        config: With a signing secret.
        emulator: Whether SWR is the emulator.
        patience: How long to wait for what.
    """

    def __init__(
        self,
        toolbox: Toolbox,
        clock: Clock,
        config: SlackConfig,
        *,
        emulator: bool = False,
        patience: Patience | None = None,
    ) -> None:
        self._toolbox = toolbox
        self._clock = clock
        self._config = config.for_http()
        self._emulator = emulator
        self._patience = patience
        self._started: Started | None = None
        self._seen = Recent[bool](clock, seconds=_SEEN_SECONDS, most=_MOST_SEEN)

    async def start(self) -> Started:
        """Ask Slack who this bot is; until then nothing is taken. Raises as `starting.start`."""
        self._started = await start(
            self._toolbox, self._clock, self._config, emulator=self._emulator, patience=self._patience
        )
        return self._started

    async def drain(self, seconds: float) -> bool:
        """Let what is under way end; says whether all did."""
        return self._started is None or await self._started.drain(seconds)

    async def aclose(self) -> None:
        """Close the connections to Slack."""
        if self._started is not None:
            await self._started.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; only HTTP is spoken here."""
        if scope["type"] != "http":
            return
        try:
            answer = await self._answer(scope, receive)
        except _TurnedAwayError as refused:
            _logger.warning("A request to the Slack address was turned away: %s (%d).", refused, refused.status)
            answer = BoltResponse(status=refused.status, body={"error": str(refused)})
        headers = [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, values in cast("Mapping[str, list[str]]", answer.headers).items()
            for value in values
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body.encode()})

    async def _answer(self, scope: Scope, receive: Receive) -> BoltResponse:
        if self._started is None:
            raise _TurnedAwayError(503, "not started")
        if scope["method"] != "POST":
            raise _TurnedAwayError(405, "not a POST")
        headers = dict(cast("list[tuple[bytes, bytes]]", scope["headers"]))
        kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if kind not in (_FORM, _JSON):
            raise _TurnedAwayError(415, "a content type that Slack does not send")
        raw = await _read(receive)
        self._require_signature(headers, raw)
        body = _parsed(kind, raw)
        if text_at(body, "type") != "url_verification":
            self._require_ours(self._started, body)
        return await _dispatched(self._started, body)

    def _require_signature(self, headers: Mapping[bytes, bytes], raw: bytes) -> None:
        timestamp = headers.get(b"x-slack-request-timestamp", b"")
        signature = headers.get(b"x-slack-signature", b"")
        if not _TIMESTAMP.fullmatch(timestamp):
            raise _TurnedAwayError(401, "no timestamp")
        if abs(self._clock.now().timestamp() - int(timestamp)) > _WINDOW_SECONDS:
            raise _TurnedAwayError(401, "a timestamp outside the window")
        secret = self._config.signing_secret.encode()
        expected = hmac.new(secret, b"v0:" + timestamp + b":" + raw, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(b"v0=" + expected.encode(), signature):
            raise _TurnedAwayError(401, "a wrong signature")
        if not self._seen.is_new(expected, value=True):
            raise _TurnedAwayError(409, "a request that was answered before")

    def _require_ours(self, started: Started, body: Body) -> None:
        access, app = started.face.access, text_at(body, "api_app_id")
        if access.is_ours(app) and text_at(body, "type") == "block_actions":
            return  # somebody of another workspace in a shared channel: they are told, by the face
        if not access.serves(installed_team(body), enterprise_of(body), app):
            raise _TurnedAwayError(403, "a workspace or an app that is not served")


async def _read(receive: Receive) -> bytes:
    """The whole body, as long as it is not too long."""
    raw = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise _TurnedAwayError(400, "a body that ends too early")
        raw += cast("bytes", message.get("body", b""))
        if len(raw) > MOST_BYTES:
            raise _TurnedAwayError(413, "a body that is too long")
        if not message.get("more_body", False):
            return bytes(raw)


def _parsed(kind: bytes, raw: bytes) -> Body:
    """What the body says; bolt's own reader loses a command whose text holds the word payload."""
    try:
        text = raw.decode()
        if kind == _JSON:
            body: object = json.loads(text)
        else:
            fields = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
            body = json.loads(fields["payload"]) if "payload" in fields else fields
    except (ValueError, RecursionError):
        raise _TurnedAwayError(400, "a body that cannot be read") from None
    if not isinstance(body, dict):
        raise _TurnedAwayError(400, "a body that is no object")
    return cast("Body", body)


async def _dispatched(started: Started, body: Body) -> BoltResponse:
    """Hand it to bolt as a delivery that is known to be Slack's, as one over a socket is.

    What a listener does wrong never comes here; what does is bolt, at a loss with a body.
    """
    try:
        return await started.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=dict(body)))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        raise _TurnedAwayError(400, "a body that Slack does not send") from None
