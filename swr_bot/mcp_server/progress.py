"""Signs of life for a client that waits, and an end to the waiting."""

import asyncio
import logging
import math
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

from mcp.server.mcpserver import Context

from swr_bot.mcp_server.face import Face

_logger = logging.getLogger("swr_bot.mcp")
# Clients drop a call after 30 to 60 seconds without a word.
_FIRST_SIGN = 1.0
_NEXT_SIGN = 10.0


@asynccontextmanager
async def signs_of_life(
    context: Context[Any, Any], face: Face, words: str, give_up: Callable[[], None] | None = None
) -> AsyncGenerator[None]:
    """Progress for the client while the block runs, so that it does not drop the call.

    Args:
        context: The call's.
        face: The surroundings.
        words: What the block does.
        give_up: Called when the face's patience is over; None where the block ends by itself.
    """
    clock, started = face.clock, face.clock.monotonic()
    end = started + face.patience if give_up else math.inf

    async def show() -> None:
        pause = _FIRST_SIGN
        while clock.monotonic() + pause < end:
            await clock.sleep(pause)
            await context.report_progress(clock.monotonic() - started, face.patience if give_up else None, words)
            pause = _NEXT_SIGN
        await clock.sleep(end - clock.monotonic())
        if give_up:
            give_up()

    showing = asyncio.ensure_future(show())
    showing.add_done_callback(_ended)
    try:
        yield
    finally:
        showing.cancel()


def _ended(showing: "asyncio.Future[None]") -> None:
    """A client that is gone needs no progress; its call ends in a way of its own."""
    if not showing.cancelled() and (error := showing.exception()):
        _logger.info("Progress could not be shown: %s", type(error).__name__)
