"""What was seen a while ago: bounded in time and in number."""

from typing import Generic, TypeVar

from swr_tools.clock import Clock

Kept = TypeVar("Kept")


class Recent(Generic[Kept]):
    """Remembers values by key for some seconds; the oldest go first where there are too many.

    Args:
        clock: The time.
        seconds: How long.
        most: How many.
    """

    def __init__(self, clock: Clock, *, seconds: float, most: int) -> None:
        self._clock = clock
        self._seconds = seconds
        self._most = most
        # By the key's hash, which is salted and 64 bits long: the keys are secrets, and long.
        self._kept: dict[int, tuple[float, Kept]] = {}

    def keep(self, key: str, value: Kept) -> None:
        """Remember it, anew if it was known."""
        self._forget_old()
        self._kept.pop(hash(key), None)
        if len(self._kept) >= self._most:
            del self._kept[next(iter(self._kept))]
        self._kept[hash(key)] = (self._clock.monotonic() + self._seconds, value)

    def get(self, key: str) -> Kept | None:
        """What was remembered, or None."""
        self._forget_old()
        found = self._kept.get(hash(key))
        return None if found is None else found[1]

    def is_new(self, key: str, value: Kept) -> bool:
        """Whether this key was not seen before; it is from now on. An empty key is always new."""
        if not key:
            return True
        if self.get(key) is not None:
            return False
        self.keep(key, value)
        return True

    def _forget_old(self) -> None:
        now = self._clock.monotonic()
        while self._kept:
            oldest = next(iter(self._kept))
            if self._kept[oldest][0] > now:
                return
            del self._kept[oldest]
