"""Many commands at once, for measuring: no HTTP between the load and the workspace."""

import asyncio
import time
from dataclasses import dataclass

from . import payloads
from .delivery import Ack, Delivery
from .dispatcher import Dispatcher
from .errors import AdminRequestError
from .parts import Parts
from .seed import Channel, Person
from .values import Json

_MOST = 100_000
_MOST_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Load:
    """So many commands, so many of them waiting for their acknowledgement at a time."""

    count: int
    at_once: int
    command: str
    text: str


async def run_load(parts: Parts, dispatcher: Dispatcher, person: Person, channel: Channel, load: Load) -> Json:
    """Sends the commands and says how long each acknowledgement took; answers in them are not shown.

    Raises:
        AdminRequestError: there are too many.
    """
    if not (1 <= load.count <= _MOST and 1 <= load.at_once <= _MOST_AT_ONCE):
        raise AdminRequestError(f"count is from 1 to {_MOST}, at_once from 1 to {_MOST_AT_ONCE}.")
    acks: list[Ack] = []
    left = iter(range(load.count))

    async def work() -> None:
        for _ in left:
            payload = payloads.command(parts, person, channel, load.command, load.text)
            acks.append(await dispatcher.deliver(Delivery("slash_commands", payload)))

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(load.at_once)))
    seconds = time.perf_counter() - started
    times = sorted(round(ack.milliseconds, 3) for ack in acks)
    errors = sum(ack.error is not None for ack in acks)
    return {"seconds": seconds, "per_second": load.count / seconds, "errors": errors, "milliseconds": times}
