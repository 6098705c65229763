"""How often one person may call."""

import math
from collections import OrderedDict
from collections.abc import Callable

from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from swr_tools.actor import Actor
from swr_tools.clock import Clock
from swr_tools.errors import RateLimited

_MOST_PEOPLE = 10_000
_ROUNDING = 1e-6


class RateLimit:
    """A bucket for each person: full at first, emptied by calls, filled again at an even pace.

    Args:
        per_minute: The calls a minute of one person, and how many of them may come at once; 0 for any.
        clock: The time.
    """

    def __init__(self, per_minute: float, clock: Clock) -> None:
        self._size = per_minute
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def admit(self, actor: Actor) -> None:
        """Count one call; raises RateLimited where there were too many."""
        if not self._size:
            return
        now = self._clock.monotonic()
        left, seen = self._buckets.pop(actor.person, (self._size, now))
        left = min(self._size, left + (now - seen) * self._size / 60)
        admitted = left >= 1 - _ROUNDING
        self._buckets[actor.person] = (left - admitted, now)
        # Whoever has not called for longest has the fullest bucket, and loses least by being forgotten.
        if len(self._buckets) > _MOST_PEOPLE:
            self._buckets.popitem(last=False)
        if not admitted:
            raise self._refusal((1 - left) * 60 / self._size)

    def _refusal(self, wait: float) -> RateLimited:
        seconds = max(1, math.ceil(wait))
        return RateLimited(
            f"That is more than {self._size:g} call{_s(self._size)} a minute, the most for one person here.",
            hint=f"Wait {seconds} second{_s(seconds)} and call again.",
            retry_after=seconds,
        )


class SessionLimit:
    """Refuses more new sessions a minute than one person needs: each takes memory until it has been idle for long.

    Args:
        app: The MCP endpoint, behind authentication.
        admit: Counts one, and raises RateLimited where there were too many.
    """

    def __init__(self, app: ASGIApp, admit: Callable[[], None]) -> None:
        self._app = app
        self._admit = admit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 429, or hand the request on."""
        app = self._app
        if scope["type"] == "http" and scope["method"] == "POST" and _opens(Headers(scope=scope)):
            try:
                self._admit()
            except RateLimited as error:
                app = _too_many(error)
        await app(scope, receive, send)


def _opens(headers: Headers) -> bool:
    """Whether it asks for a session, which clients of the newest versions do without."""
    return "mcp-session-id" not in headers and headers.get("mcp-protocol-version") not in MODERN_PROTOCOL_VERSIONS


def _too_many(error: RateLimited) -> JSONResponse:
    problem = {"code": -32000, "message": f"Too many new sessions. {error.hint}"}
    seconds = str(math.ceil(error.retry_after or 1))
    return JSONResponse({"jsonrpc": "2.0", "id": None, "error": problem}, 429, {"Retry-After": seconds})


def _s(count: float) -> str:
    return "" if count == 1 else "s"
