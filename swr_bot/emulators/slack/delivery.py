"""What Slack sends to the app, and what came back."""

from dataclasses import dataclass
from typing import Literal

from .values import Json

Kind = Literal["slash_commands", "interactive", "events_api"]

ACK_SECONDS = 3
TIMED_OUT = "operation_timeout"
FAILED = "dispatch_failed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing to send.

    Attributes:
        kind: as Socket Mode names it.
        retry: how often it was sent before; events only.
        reason: why it is sent again.
    """

    kind: Kind
    payload: Json
    retry: int = 0
    reason: str = ""

    @property
    def name(self) -> str:
        """What the payload is, for the log."""
        return str(self.payload.get("type") or self.payload.get("command") or self.kind)


@dataclass(frozen=True, slots=True)
class Ack:
    """How a delivery ended.

    Attributes:
        error: ``dispatch_failed`` or ``operation_timeout``; ``None`` when the app answered in time.
        body: parsed JSON, a text, or ``None`` for an empty answer.
        no_retry: the app asked not to be sent this event again.
    """

    transport: str
    milliseconds: float
    error: str | None = None
    status: int | None = None
    body: object = None
    no_retry: bool = False

    def listing(self) -> Json:
        """The acknowledgement as the admin routes have it."""
        return {
            "transport": self.transport,
            "milliseconds": round(self.milliseconds, 3),
            "status": self.status,
            "body": self.body,
        }
