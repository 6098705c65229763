"""The calls being handled now, so that a server that stops ends open questions and lets creates finish."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager


class InFlight:
    """Counts calls and knows how to end the questions among them."""

    def __init__(self) -> None:
        self._calls = 0
        self._questions: set[Callable[[], None]] = set()
        self._none_left = asyncio.Event()
        self._none_left.set()
        self.draining = False

    @contextmanager
    def call(self) -> Generator[None]:
        """One call, for as long as the block runs."""
        self._calls += 1
        self._none_left.clear()
        try:
            yield
        finally:
            self._calls -= 1
            if not self._calls:
                self._none_left.set()

    @contextmanager
    def question(self, end: Callable[[], None]) -> Generator[None]:
        """A question that waits for a person; `end` ends the waiting."""
        self._questions.add(end)
        try:
            yield
        finally:
            self._questions.discard(end)

    async def drain(self, seconds: float) -> bool:
        """End the open questions, let the calls finish, and say whether all did within that time.

        From now on new calls are to be refused; `draining` says so.
        """
        self.draining = True
        for end in tuple(self._questions):
            end()
        try:
            async with asyncio.timeout(seconds):
                await self._none_left.wait()
        except TimeoutError:
            return False
        return True
