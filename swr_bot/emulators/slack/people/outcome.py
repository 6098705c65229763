"""What became of something a person did."""

from dataclasses import dataclass, field

from swr_bot.emulators.slack.delivery import FAILED, TIMED_OUT, Ack
from swr_bot.emulators.slack.values import Json

TROUBLE = "We had some trouble connecting. Try again?"


@dataclass(slots=True)
class Outcome:
    """What happened, as the admin routes tell it.

    Attributes:
        sent: whether the app was sent anything.
        error: ``operation_timeout``, ``dispatch_failed``, or what was wrong with the app's answer.
        notice: what Slack itself showed to the person.
        messages: the faults of the app's answer in detail.
        ts: the message that the person wrote, or that came with the acknowledgement.
        options: what type-ahead offered.
        errors: sentences under inputs, by block id.
        changed: how many changes the workspace had seen when it began; ``screen?after=`` takes it.
    """

    changed: int
    sent: bool = False
    ack: Ack | None = None
    error: str | None = None
    notice: str | None = None
    messages: list[str] = field(default_factory=list[str])
    ts: str | None = None
    options: list[Json] = field(default_factory=list[Json])
    errors: dict[str, str] = field(default_factory=dict[str, str])

    def received(self, ack: Ack) -> None:
        """Notes how the delivery ended."""
        self.sent, self.ack, self.error = True, ack, ack.error

    def listing(self) -> Json:
        """The outcome as JSON."""
        return {
            "sent": self.sent,
            "ack": self.ack.listing() if self.ack is not None else None,
            "error": self.error,
            "notice": self.notice,
            "messages": self.messages,
            "ts": self.ts,
            "options": self.options,
            "errors": self.errors,
            "changed": self.changed,
        }


def failed_command(name: str, error: str) -> str:
    """What Slackbot says of a command that went wrong."""
    if error == TIMED_OUT:
        return f"{name} failed because the app did not respond in time ({TIMED_OUT})."
    if error == FAILED:
        return f"{name} failed with the error “{FAILED}”."
    return f"{name} failed with the error “{error}”."
