"""What every route's handler is given: the emulator's parts, and the log of what reached it."""

import time
from collections import Counter, deque
from dataclasses import dataclass, field

from .authentication import Authenticator
from .faults import FaultBox
from .seed import Account, Behaviour, Seed
from .state import State
from .wire import Request

_RECENT = 1000


class Clock:
    """Wall-clock time, shifted by what a test asked for."""

    def __init__(self) -> None:
        self.offset_seconds = 0.0

    def __call__(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self.offset_seconds


@dataclass(frozen=True, slots=True)
class Seen:
    """One request that reached the emulator; ``status`` is 0 when the connection was reset instead."""

    method: str
    path: str
    status: int
    access_key: str
    request_id: str
    fault: str


@dataclass(slots=True)
class RequestLog:
    """Counts all requests and keeps the latest thousand; those to the admin routes are left out.

    Attributes:
        began: how often it was begun anew.
    """

    began: int = 0
    total: int = 0
    counters: Counter[str] = field(default_factory=Counter[str])
    recent: deque[Seen] = field(default_factory=lambda: deque[Seen](maxlen=_RECENT))

    def note(self, request: Request, route: str, status: int, fault: str) -> None:
        """Adds a request that was answered, or reset."""
        self.total += 1
        self.counters[route] += 1
        path = request.raw_path.decode("latin-1")
        self.recent.append(Seen(request.method, path, status, request.access_key, request.request_id, fault))

    def clear(self) -> None:
        """Starts counting from zero."""
        self.began += 1
        self.total = 0
        self.counters.clear()
        self.recent.clear()


@dataclass(frozen=True, slots=True)
class Emulator:
    """The parts of one running emulator."""

    region: str
    seed: Seed
    behaviour: Behaviour
    clock: Clock
    state: State
    authenticator: Authenticator
    faults: FaultBox
    log: RequestLog

    def reset(self) -> None:
        """Back to how it started: the seed's contents, no faults, no counts, no locked keys, the right time."""
        self.clock.offset_seconds = 0.0
        self.faults.replace(())
        self.log.clear()
        self.authenticator.forget()
        self.state.reset(self.seed)


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a route, with the account that sent it."""

    emulator: Emulator
    request: Request
    account: Account
