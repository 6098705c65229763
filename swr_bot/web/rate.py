"""How often one person may call."""

import math
from collections import OrderedDict

from swr_tools.actor import Actor
from swr_tools.clock import Clock
from swr_tools.errors import RateLimited

_MOST_PEOPLE = 10_000
_ROUNDING = 1e-6


class RateLimit:
    """A bucket for each person: full at first, emptied by calls, filled again at an even pace.

    Args:
        per_minute: The calls a minute of one person, and how many of them may come at once; 0 for any.
        clock: The time.
    """

    def __init__(self, per_minute: float, clock: Clock) -> None:
        self._size = per_minute
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def admit(self, actor: Actor) -> None:
        """Count one call; raises RateLimited where there were too many."""
        if not self._size:
            return
        now = self._clock.monotonic()
        left, seen = self._buckets.pop(actor.person, (self._size, now))
        left = min(self._size, left + (now - seen) * self._size / 60)
        admitted = left >= 1 - _ROUNDING
        self._buckets[actor.person] = (left - admitted, now)
        # Whoever has not called for longest has the fullest bucket, and loses least by being forgotten.
        if len(self._buckets) > _MOST_PEOPLE:
            self._buckets.popitem(last=False)
        if not admitted:
            raise self._refusal((1 - left) * 60 / self._size)

    def _refusal(self, wait: float) -> RateLimited:
        seconds = max(1, math.ceil(wait))
        return RateLimited(
            f"That is more than {self._size:g} call{_s(self._size)} a minute, the most for one person here.",
            hint=f"Wait {seconds} second{_s(seconds)} and call again.",
            retry_after=seconds,
        )


def _s(count: float) -> str:
    return "" if count == 1 else "s"
