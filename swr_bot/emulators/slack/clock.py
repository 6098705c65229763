"""Time that a test may turn."""

import asyncio
import time


class Clock:
    """The machine's time plus an offset; whoever waits by this clock notices when it is turned."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._turned = asyncio.Event()
        self._latest = 0

    def __call__(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self._offset

    @property
    def offset_seconds(self) -> float:
        """How far ahead of the machine's clock it is."""
        return self._offset

    def turn(self, offset_seconds: float) -> None:
        """Sets the distance to the machine's clock; negative is behind."""
        self._offset = offset_seconds
        self._turned.set()
        self._turned = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Returns once this clock has moved on by so much, by itself or by being turned."""
        until = self() + seconds
        while (left := until - self()) > 0:
            turned = self._turned
            try:
                await asyncio.wait_for(turned.wait(), left)
            except TimeoutError:
                return

    def stamp(self) -> str:
        """A message's ``ts``: seconds and microseconds, unlike any before and later than all of them."""
        self._latest = max(self._latest + 1, int(self() * 1_000_000))
        return f"{self._latest // 1_000_000}.{self._latest % 1_000_000:06d}"
