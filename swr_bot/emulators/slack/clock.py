"""Time that a test may turn."""

import asyncio
import time
from collections.abc import Callable


class Clock:
    """The machine's time plus an offset; alarms set by this clock ring earlier when it is turned on."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._alarms: dict[int, tuple[float, Callable[[], object], asyncio.TimerHandle]] = {}
        self._numbered = 0
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
        for number in list(self._alarms):
            until, ring, timer = self._alarms[number]
            timer.cancel()
            self._set(number, until, ring)

    def alarm(self, seconds: float, ring: Callable[[], object]) -> Callable[[], None]:
        """Calls ``ring`` once this clock has moved on by so much; returns what calls the alarm off."""
        self._numbered += 1
        number = self._numbered
        self._set(number, self() + seconds, ring)
        return lambda: self._call_off(number)

    async def wait(self, seconds: float) -> None:
        """Returns once this clock has moved on by so much."""
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        call_off = self.alarm(seconds, lambda: over.done() or over.set_result(None))
        try:
            await over
        finally:
            call_off()

    def stamp(self) -> str:
        """A message's ``ts``: seconds and microseconds, unlike any before and later than all of them."""
        self._latest = max(self._latest + 1, int(self() * 1_000_000))
        return f"{self._latest // 1_000_000}.{self._latest % 1_000_000:06d}"

    def _set(self, number: int, until: float, ring: Callable[[], object]) -> None:
        left = max(0.0, until - self())
        timer = asyncio.get_running_loop().call_later(left, self._ring, number)
        self._alarms[number] = (until, ring, timer)

    def _ring(self, number: int) -> None:
        _, ring, _ = self._alarms.pop(number)
        ring()

    def _call_off(self, number: int) -> None:
        if number in self._alarms:
            self._alarms.pop(number)[2].cancel()
