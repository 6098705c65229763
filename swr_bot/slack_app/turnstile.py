"""A crowd in a row, so that what is quick need not wait behind all of it."""

import asyncio


class Turnstile:
    """Lets one through in each round of the event loop.

    Where SWR answers a hundred look-ups at once, their next steps would else all run before the next acknowledgement.
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def pass_through(self) -> None:
        """Return when it is one's turn."""
        async with self._lock:
            await asyncio.sleep(0)
