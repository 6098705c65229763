"""Whether the process lives, and whether it can serve."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from swr_tools.clock import Clock
from swr_tools.errors import SwrError
from swr_tools.wording import safe

Check = Callable[[], Awaitable[object]]
_FRESH = 3.0
_PATIENCE = 5.0
_log = logging.getLogger(__name__)


class Readiness:
    """Whether requests can be served, found out at most every few seconds, however often it is asked.

    Args:
        checks: What must work, each under the name that is told when it does not; a check that fails raises
            SwrError. The reason goes to the log only: whoever can reach the port can read the answer.
        clock: The time.

    Attributes:
        draining: Whether the server is about to stop.
    """

    def __init__(self, checks: Mapping[str, Check], clock: Clock) -> None:
        self._checks = checks
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._asked: float | None = None
        self._reasons: dict[str, str] = {}
        self.draining = False

    async def problem(self) -> str:
        """One sentence saying why nothing can be served, or nothing."""
        if self.draining:
            return "This server is about to stop."
        async with self._one_at_a_time:
            if self._asked is None or self._clock.monotonic() - self._asked >= _FRESH:
                await self._look()
                self._asked = self._clock.monotonic()
        names = " and ".join(self._reasons)
        return f"Not usable: {names}. The log says why." if names else ""

    async def _look(self) -> None:
        found = await asyncio.gather(*(_reason(check) for check in self._checks.values()))
        reasons = {name: reason for name, reason in zip(self._checks, found, strict=True) if reason}
        for name, reason in reasons.items():
            if self._reasons.get(name) != reason:
                _log.warning("Not ready: %s: %s", name, safe(reason))
        for name in self._reasons.keys() - reasons.keys():
            _log.warning("Ready again: %s", name)
        self._reasons = reasons


async def _reason(check: Check) -> str:
    try:
        async with asyncio.timeout(_PATIENCE):
            await check()
    except SwrError as error:
        return f"{error.sentence} {error.hint}".strip()
    except TimeoutError:
        return f"No answer within {_PATIENCE:g} seconds."
    return ""


async def live(_request: Request) -> Response:
    """The process lives and its loop turns."""
    return JSONResponse({"status": "ok"})


def ready(readiness: Readiness) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint that says whether requests can be served."""

    async def answer(_request: Request) -> Response:
        problem = await readiness.problem()
        if problem:
            return JSONResponse({"status": "unavailable", "reason": problem}, 503)
        return JSONResponse({"status": "ok"})

    return answer
