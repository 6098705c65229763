"""A sign of life while SWR takes its time."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from swr_bot.cli.console import Console

T = TypeVar("T")
_QUIET_SECONDS = 1.0


async def with_progress(work: Coroutine[Any, Any, T], console: Console, what: str) -> T:
    """Await the work; after a second, say on a terminal what is being waited for and for how long."""
    if not console.interactive:
        return await work
    ticker = asyncio.create_task(_tick(console, what))
    try:
        return await work
    finally:
        ticker.cancel()
        with suppress(asyncio.CancelledError):
            await ticker


async def _tick(console: Console, what: str) -> None:
    await asyncio.sleep(_QUIET_SECONDS)
    seconds = 1
    try:
        while True:
            console.err.write(f"\r{console.style(f'{what} … {seconds} s', 'dim')}")
            console.err.flush()
            await asyncio.sleep(1)
            seconds += 1
    finally:
        console.err.write("\r\x1b[K")
        console.err.flush()
