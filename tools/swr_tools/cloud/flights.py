"""Sharing work: identical calls that run at the same time become one, and short-lived values are renewed once."""

import asyncio
import copy
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from swr_tools.clock import Clock
from swr_tools.errors import SwrError

T = TypeVar("T")


@dataclass(slots=True)
class _Flight(Generic[T]):
    task: asyncio.Task[T]
    waiters: int = 0


class Flights(Generic[T]):
    """Work under way, by key. What has ended is forgotten: this shares, it does not remember."""

    def __init__(self) -> None:
        self._flights: dict[Hashable, _Flight[T]] = {}

    async def join(self, key: Hashable, start: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of the work under that key, begun with `start` when none is under way.

        A waiter that is cancelled leaves the others waiting; when the last one goes, the work is cancelled too.

        Raises:
            SwrError: The work failed; every waiter gets an exception of its own, caused by the first.
        """
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight(asyncio.create_task(start()))
        flight.waiters += 1
        try:
            return await asyncio.shield(flight.task)
        except SwrError as error:
            # One exception raised in many tasks would collect all their tracebacks.
            raise copy.copy(error) from error
        finally:
            flight.waiters -= 1
            self._leave(key, flight)

    def _leave(self, key: Hashable, flight: _Flight[T]) -> None:
        if flight.task.done() or not flight.waiters:
            if self._flights.get(key) is flight:
                del self._flights[key]
            flight.task.cancel()


class Renewed(Generic[T]):
    """A value that expires: fetched when it is first needed, and again shortly before its end.

    Args:
        fetch: Fetches a new value and the moment it expires.
        clock: Tells when that is.
        margin: How long before its end a value is no longer given out.
    """

    def __init__(
        self,
        fetch: Callable[[], Coroutine[Any, Any, tuple[T, datetime]]],
        clock: Clock,
        *,
        margin: timedelta = timedelta(minutes=5),
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._margin = margin
        self._current: tuple[T, datetime] | None = None
        self._flights: Flights[tuple[T, datetime]] = Flights()

    async def get(self, *, refused: T | None = None) -> T:
        """The value; callers that need a new one at the same time wait for one fetch.

        Args:
            refused: A value that turned out to be no longer good; it is not returned again.
        """
        current = self._current
        if current is None or current[0] == refused or self._clock.now() + self._margin >= current[1]:
            current = self._current = await self._flights.join("value", self._fetch)
        return current[0]
