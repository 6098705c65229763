"""What is done after Slack was answered: tracked, bounded, and never ending in silence."""

import asyncio
import logging
import secrets
import traceback
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from swr_bot.slack_app.cards.failures import crash, failure, notice, usage
from swr_bot.slack_app.cards.message import Message
from swr_bot.slack_app.replies import Conversation
from swr_bot.slack_app.turnstile import Turnstile
from swr_tools.errors import SwrError, UsageError

_logger = logging.getLogger("swr_bot.slack")
_MOST_AT_ONCE = 100
_LAST_WORDS = 10.0
T = TypeVar("T")
Job = Callable[[], Coroutine[Any, Any, None]]


class Work:
    """The jobs that are under way, held so that none is collected or forgotten.

    Args:
        most: How many run at once; the others wait their turn.
    """

    def __init__(self, most: int = _MOST_AT_ONCE) -> None:
        self._turns = asyncio.Semaphore(most)
        self._turnstile = Turnstile()
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, conversation: Conversation, job: Job) -> None:
        """Do this; whatever goes wrong is said in the conversation."""
        self.track(self._answered(conversation, job))

    def track(self, job: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Do this at once, and wait for it when the program stops."""
        task = asyncio.create_task(job)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def drain(self, seconds: float) -> bool:
        """Let everything end, interrupt what takes longer, and say whether nothing had to be interrupted.

        A create that is interrupted is settled with what is known of it, and its person is told.
        """
        ends = asyncio.get_running_loop().time() + seconds
        while self._tasks and (left := ends - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(self._tasks, timeout=left)
        interrupted = tuple(self._tasks)
        for task in interrupted:
            task.cancel()
        if interrupted:
            await asyncio.wait(interrupted, timeout=_LAST_WORDS)
        return not interrupted

    async def _answered(self, conversation: Conversation, job: Job) -> None:
        try:
            async with self._turns:
                await self._turnstile.pass_through()
                await job()
        except SwrError as error:
            await conversation.say(told(error))
        except asyncio.CancelledError:
            await conversation.say(notice("This bot was stopped before it had the answer.", "Ask again in a minute."))
        except Exception as error:  # noqa: BLE001 - the last boundary: a person gets a sentence, the log the place
            await conversation.say(crash(reference_of(error, "a job")))


def told(error: SwrError) -> Message:
    """An error as people read it."""
    return usage(error) if isinstance(error, UsageError) else failure(error)


def reference_of(error: BaseException, what: str) -> str:
    """Write down where it happened, and return what finds it in the log."""
    reference = secrets.token_hex(4)
    frames = traceback.extract_tb(error.__traceback__)
    place = frames[-1] if frames else None
    # What the error says may hold anything; where it happened is enough to mend it.
    _logger.error(
        "%s failed (reference %s): %s at %s:%d",
        what,
        reference,
        type(error).__name__,
        "/".join(Path(place.filename).parts[-3:]) if place else "?",
        (place.lineno or 0) if place else 0,
    )
    return reference
