"""The parts of one running workspace, and the log of what went in and out."""

from collections import deque
from dataclasses import dataclass, field

from .clock import Clock
from .faults import Faults
from .grants import Grants
from .seed import AppSettings
from .socket_mode import Sockets
from .values import Json
from .views import Views
from .workspace import Workspace

_RECENT = 2000


@dataclass(slots=True)
class Log:
    """The latest two thousand calls and deliveries, and every refusal among them apart.

    Tokens, trigger ids and response URLs are left out: a log may be shown around.
    """

    total: int = 0
    recent: deque[Json] = field(default_factory=lambda: deque[Json](maxlen=_RECENT))
    refused: deque[Json] = field(default_factory=lambda: deque[Json](maxlen=_RECENT))

    def note(self, **entry: object) -> None:
        """Adds an entry; one with an ``error`` is a refusal too."""
        self.total += 1
        self.recent.append(entry)
        if entry.get("error"):
            self.refused.append(entry)

    def clear(self) -> None:
        """Starts anew."""
        self.total = 0
        self.recent.clear()
        self.refused.clear()


@dataclass(frozen=True, slots=True)
class Parts:
    """What every route works with."""

    base_url: str
    clock: Clock
    settings: AppSettings
    workspace: Workspace
    views: Views
    grants: Grants
    faults: Faults
    log: Log
    sockets: Sockets

    def reset(self) -> None:
        """Back to the start; connections and the app's settings stay."""
        self.clock.turn(0.0)
        self.faults.all.clear()
        self.log.clear()
        self.grants.reset()
        self.views.reset()
        self.workspace.reset()


def assemble(base_url: str, settings: AppSettings) -> Parts:
    """A fresh workspace."""
    clock = Clock()
    workspace = Workspace(clock)
    return Parts(
        base_url=base_url,
        clock=clock,
        settings=settings,
        workspace=workspace,
        views=Views(workspace),
        grants=Grants(clock, base_url),
        faults=Faults(),
        log=Log(),
        sockets=Sockets(base_url, clock, workspace.changed),
    )
