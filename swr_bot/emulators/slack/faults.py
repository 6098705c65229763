"""Faults a test may order: of the Web API, of response URLs, of deliveries."""

import asyncio
from dataclasses import dataclass

from .errors import AdminRequestError, SlackError
from .values import Json, mapping

API_KINDS = ("ratelimited", "error", "error-after", "http-500", "slow", "reset", "reset-after")
DELIVERY_KINDS = ("duplicate", "lost", "slow-delivery")
KINDS = (*API_KINDS, *DELIVERY_KINDS)
RESPONSE_URL = "response_url"
_BEFORE = ("error", "http-500", "reset")
_AFTER = ("error-after",)
_MEMBERS = {"kind", "method", "times", "error", "retry_after", "milliseconds"}


@dataclass(slots=True)
class Fault:
    """One fault.

    Attributes:
        kind: one of ``KINDS``.
        method: of the Web API; ``response_url`` for those; for deliveries their kind, for example
            ``slash_commands``; ``*`` for any.
        times: how often it strikes; 0 is always.
        error: the name that ``error`` and ``error-after`` answer with.
        retry_after: seconds, of ``ratelimited``.
        milliseconds: of ``slow`` and ``slow-delivery``.
    """

    kind: str
    method: str = "*"
    times: int = 1
    error: str = "internal_error"
    retry_after: int = 1
    milliseconds: int = 0

    def listing(self) -> Json:
        """The fault as the admin routes have it."""
        return {name: getattr(self, name) for name in sorted(_MEMBERS)}


async def strike(fault: Fault | None, *, before: bool) -> None:
    """Does what a fault does to a call, before or after it takes effect.

    Raises:
        SlackError: the call is to be refused.
    """
    if fault is None:
        return
    if before and fault.kind == "slow":
        await asyncio.sleep(fault.milliseconds / 1000)
    elif before and fault.kind == "ratelimited":
        raise SlackError("ratelimited", retry_after=fault.retry_after)
    elif fault.kind in (_BEFORE if before else _AFTER):
        raise SlackError(fault.error)


class Faults:
    """The faults in force."""

    def __init__(self) -> None:
        self.all: list[Fault] = []

    def take(self, kinds: tuple[str, ...], method: str) -> Fault | None:
        """The first fault of these kinds that fits, counted down."""
        for fault in self.all:
            if fault.kind in kinds and fault.method in ("*", method):
                if fault.times == 1:
                    self.all.remove(fault)
                elif fault.times > 1:
                    fault.times -= 1
                return fault
        return None


def read_fault(content: object) -> Fault:
    """A fault from JSON.

    Raises:
        AdminRequestError: it is not one.
    """
    given = mapping(content)
    if unknown := sorted(set(given) - _MEMBERS):
        raise AdminRequestError(f"A fault has no member {unknown[0]!r}; it has {', '.join(sorted(_MEMBERS))}.")
    if given.get("kind") not in KINDS:
        raise AdminRequestError(f"The kind of a fault is one of {', '.join(KINDS)}.")
    fault = Fault("slow")
    for name, value in given.items():
        wanted = int if isinstance(getattr(fault, name), int) else str
        if not isinstance(value, wanted) or isinstance(value, bool):
            raise AdminRequestError(f"A fault's {name} is a {'number' if wanted is int else 'string'}.")
        setattr(fault, name, value)
    return fault
