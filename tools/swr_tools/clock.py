"""Time as an argument: the system's, or one that a test turns by hand."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the tool layer asks about time; nothing in it reads the time any other way."""

    def now(self) -> datetime:
        """The time of day, UTC and aware."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Come back after that many seconds."""
        ...


class SystemClock:
    """The computer's own clock."""

    def now(self) -> datetime:
        """The time of day, UTC and aware."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Come back after that many seconds."""
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock for tests: it stands still until it is turned, and sleeping turns it at once.

    Args:
        start: Its first time of day, aware; noon of 1 January 2026, UTC, unless given.

    Attributes:
        slept: The seconds of every sleep so far, in order.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime(2026, 1, 1, 12, tzinfo=UTC)
        self._monotonic = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        """The time of day, as far as the clock was turned."""
        return self._now

    def monotonic(self) -> float:
        """Seconds that the clock was turned so far."""
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Turn the clock."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds

    async def sleep(self, seconds: float) -> None:
        """Turn the clock by that much and let other tasks run; never waits for real."""
        self.slept.append(seconds)
        self.advance(seconds)
        await asyncio.sleep(0)
