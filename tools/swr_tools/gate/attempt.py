"""What a confirmed create does: send, and where the answer leaves doubt, read, until what happened is known."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from swr_tools.errors import (
    AnswerLost,
    CredentialsRejected,
    NameTaken,
    RateLimited,
    SwrError,
    SwrFailing,
    SwrUnreachable,
)
from swr_tools.models import Record
from swr_tools.operations import CreateOperation
from swr_tools.proposals import OutcomeKind

if TYPE_CHECKING:
    from swr_tools.clock import Clock
    from swr_tools.cloud.connection import SwrCloud

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 8.0
_LAST_LOOK = 5.0


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a create.

    Attributes:
        kind: `created`, `refused` or `unknown`.
        record: What is there now, where it could be read.
        error: What SWR answered instead, or what left the doubt.
        verified: True where SWR's own answer was lost and reading showed that it is there.
        foreign: True where what is there is not what was asked for, so that somebody else may have made it.
    """

    kind: OutcomeKind
    record: Record | None = None
    error: SwrError | None = None
    verified: bool = False
    foreign: bool = False


class Attempt:
    """One create being carried out, inside its deadline.

    Args:
        create: What to create.
        cloud: Where.
        clock: For the deadline and the pauses.
        deadline: Seconds in which requests may still be sent, once it is carried out.
    """

    def __init__(self, create: CreateOperation, cloud: "SwrCloud", clock: "Clock", deadline: float) -> None:
        self._create = create
        self._cloud = cloud
        self._clock = clock
        self._deadline = deadline
        self._ends = 0.0
        self._pause = _FIRST_PAUSE
        self._in_doubt: SwrError | None = None
        self._not_sent: SwrError | None = None
        self._acknowledged = False
        self._interrupted = False
        self._sending: asyncio.Task[Settled] | None = None

    async def carry_out(self) -> Settled:
        """Send until SWR's answer is clear or the deadline is over; an interrupted one is looked up once more."""
        self._ends = self._clock.monotonic() + self._deadline
        if self._interrupted:
            return await self._what_is_known()
        self._sending = asyncio.create_task(self._send_until_clear())
        try:
            return await self._sending
        except asyncio.CancelledError:
            return await self._what_is_known()

    def interrupt(self) -> None:
        """Send nothing more; `carry_out` ends soon, with what is known."""
        self._interrupted = True
        if self._sending is not None:
            self._sending.cancel()

    async def _send_until_clear(self) -> Settled:
        while True:
            settled = await self._send_once()
            if settled is not None:
                return settled
            if not await self._wait():
                return await self._what_is_known()

    async def _send_once(self) -> Settled | None:
        """One request and what its answer means; None: not clear yet, or not sent."""
        doubt_before, self._not_sent = self._in_doubt, None
        self._in_doubt = doubt_before or AnswerLost("The create was interrupted before SWR answered.")
        try:
            await self._create.send(self._cloud)
        except (SwrUnreachable, RateLimited) as error:
            self._in_doubt, self._not_sent = doubt_before, error
            return None
        except (AnswerLost, SwrFailing) as error:
            self._in_doubt = doubt_before or error
            return await self._look()
        except SwrError as error:
            self._in_doubt = doubt_before
            return await self._refused(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the request may have left, and the claim must end
            self._in_doubt = doubt_before or _unexpected(error)
            return await self._look() or Settled(OutcomeKind.UNKNOWN, error=self._in_doubt)
        self._acknowledged = True
        return Settled(OutcomeKind.CREATED, record=await self._read_back())

    async def _refused(self, error: SwrError) -> Settled | None:
        """A clear no, unless an earlier request of ours is what it speaks of: then reading decides."""
        if self._in_doubt is None:
            return Settled(OutcomeKind.REFUSED, error=error)
        if isinstance(error, CredentialsRejected):  # a look would be one more failure of keys that five of them lock
            return Settled(OutcomeKind.UNKNOWN, error=self._in_doubt)
        found = await self._look()
        if found is not None or isinstance(error, NameTaken):
            return found
        return Settled(OutcomeKind.UNKNOWN, error=self._in_doubt)

    async def _look(self) -> Settled | None:
        """Read it: there as it was asked for means created; not there leaves the question open."""
        record = await self._read_back()
        if record is None:
            return None
        if not self._create.matches(record):
            return Settled(OutcomeKind.UNKNOWN, error=self._in_doubt, foreign=True)
        return Settled(OutcomeKind.CREATED, record=record, verified=True)

    async def _read_back(self) -> Record | None:
        """What is there now; None where it is not, or could not be read in the time that is left."""
        try:
            async with asyncio.timeout(max(self._ends - self._clock.monotonic(), _LAST_LOOK)):
                return await self._create.read_back(self._cloud)
        except Exception:  # noqa: BLE001 - a reading that fails, in whatever way, is no reading; the create stands
            return None

    async def _wait(self) -> bool:
        """Pause before the next try; False where the deadline leaves no room for one."""
        asked = self._not_sent.retry_after if isinstance(self._not_sent, RateLimited) else None
        pause = max(self._pause, asked or 0.0)
        if self._clock.monotonic() + pause >= self._ends:
            return False
        await self._clock.sleep(pause)
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        return True

    async def _what_is_known(self) -> Settled:
        """The end where SWR's answer was not clear in time: one last look, where there is doubt."""
        if self._acknowledged:
            return Settled(OutcomeKind.CREATED)
        if self._in_doubt is None:
            return Settled(OutcomeKind.REFUSED, error=self._not_sent)
        self._ends = self._clock.monotonic()
        return await self._look() or Settled(OutcomeKind.UNKNOWN, error=self._in_doubt)


def _unexpected(error: Exception) -> SwrError:
    """Its text may hold anything, so only its kind is told."""
    return AnswerLost(f"An unexpected error ({type(error).__name__}) came up while SWR was asked.")
