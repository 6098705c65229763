"""From the workspace to the app: over a socket or signed HTTP, with faults, retries and a log."""

import asyncio
import secrets
from collections.abc import Coroutine

from . import seed as seeds
from .delivery import ACK_SECONDS, FAILED, TIMED_OUT, Ack, Delivery
from .errors import ImpossibleError
from .faults import DELIVERY_KINDS
from .http_delivery import HttpDelivery
from .parts import Parts
from .values import Json

_RETRY_AFTER = (0, 60, 300)
_REASONS = {TIMED_OUT: "http_timeout", FAILED: "http_error"}
_SOCKET_REASONS = {TIMED_OUT: "timeout", FAILED: "timeout"}


class Dispatcher:
    """Sends what people do to the app, whichever way the app is reached."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._http = HttpDelivery(parts.clock)
        self._tasks: set[asyncio.Task[None]] = set()

    async def deliver(self, delivery: Delivery) -> Ack:
        """Sends one thing once, and notes it."""
        fault = self._parts.faults.take(DELIVERY_KINDS, delivery.kind)
        kind = fault.kind if fault is not None else ""
        if fault is not None and kind == "slow-delivery":
            await asyncio.sleep(fault.milliseconds / 1000)
        if kind == "lost":
            await self._parts.clock.wait(ACK_SECONDS)
            ack = Ack("none", ACK_SECONDS * 1000, TIMED_OUT)
        else:
            ack = await self._send(delivery, copies=2 if kind == "duplicate" else 1)
        entry = {**ack.listing(), "body": None, "retry": delivery.retry, "fault": kind}
        self._parts.log.note(delivery=delivery.kind, what=delivery.name, error=ack.error, **entry)
        return ack

    async def _send(self, delivery: Delivery, *, copies: int) -> Ack:
        if self._parts.settings.request_url is not None:
            return await self._http.send(self._parts.settings.request_url, delivery, copies=copies)
        sockets = self._parts.sockets
        acks = await asyncio.gather(*(sockets.send(delivery) for _ in range(copies)))
        return min(acks, key=lambda ack: (ack.error is not None, ack.milliseconds))

    async def deliver_event(self, event: Json, authorized: Json) -> Ack:
        """Sends an event; when it is not acknowledged, again at once, after one minute and after five."""
        payload = self._envelope(event, authorized)
        ack = await self.deliver(Delivery("events_api", payload))
        if ack.error is not None and not ack.no_retry:
            self._in_background(self._retry(payload, ack))
        return ack

    async def _retry(self, payload: Json, ack: Ack) -> None:
        for number, seconds in enumerate(_RETRY_AFTER, start=1):
            await self._parts.clock.wait(seconds)
            reasons = _REASONS if ack.transport == "http" else _SOCKET_REASONS
            reason = reasons.get(ack.error or "", "timeout")
            ack = await self.deliver(Delivery("events_api", payload, number, reason))
            if ack.error is None or ack.no_retry:
                return

    def _envelope(self, event: Json, authorized: Json) -> Json:
        authorization: Json = {
            "enterprise_id": self._parts.settings.enterprise,
            "team_id": seeds.TEAM,
            "user_id": seeds.BOT_USER,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        return {
            "token": seeds.VERIFICATION_TOKEN,
            "team_id": seeds.TEAM,
            "context_team_id": seeds.TEAM,
            "context_enterprise_id": self._parts.settings.enterprise,
            "api_app_id": seeds.APP,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev0{secrets.token_hex(4).upper()}",
            "event_time": int(self._parts.clock()),
            "authorizations": [authorization],
            "is_ext_shared_channel": False,
            "event_context": secrets.token_urlsafe(24),
            **authorized,
        }

    async def change_request_url(self, url: str | None) -> None:
        """Saves a request URL as Slack's settings page does: only when the app behind it answers.

        Raises:
            ImpossibleError: it does not answer with the challenge.
        """
        if url is not None and not await self._http.verify(url, secrets.token_urlsafe(30)):
            raise ImpossibleError("Your URL didn't respond with the value of the `challenge` parameter.")
        self._parts.settings.request_url = url

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def forget_retries(self) -> None:
        """Nothing is sent again."""
        for task in self._tasks:
            task.cancel()

    async def close(self) -> None:
        """Stops retrying and closes the connections to the app."""
        self.forget_retries()
        await self._http.close()
