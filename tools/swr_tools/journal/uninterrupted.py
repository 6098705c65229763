"""Database work that ends in its own time although whoever asked for it is cancelled.

Cancelling SQLAlchemy's asynchronous SQLite while it begins a transaction leaves the file locked for everybody.
"""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar


class Worker(Protocol):
    """What such methods belong to.

    Attributes:
        work: What is under way.
    """

    work: set[asyncio.Task[Any]]


P = ParamSpec("P")
T = TypeVar("T")
W = TypeVar("W", bound=Worker)


def uninterrupted(
    method: Callable[Concatenate[W, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[W, P], Coroutine[Any, Any, T]]:
    """Run the method in a task of its own; a cancelled caller waits for its end, then is cancelled."""

    @wraps(method)
    async def run(self: W, *args: P.args, **kwargs: P.kwargs) -> T:
        task = asyncio.create_task(method(self, *args, **kwargs))
        self.work.add(task)
        task.add_done_callback(self.work.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait([task])
            raise

    return run


async def finished(worker: Worker) -> None:
    """Wait until nothing is under way any more."""
    if worker.work:
        await asyncio.wait(list(worker.work))
