"""What the MCP face is given: the tool layer, and who is calling."""

from collections.abc import Callable
from dataclasses import dataclass, field

from swr_bot.mcp_server.in_flight import InFlight
from swr_tools.actor import Actor
from swr_tools.clock import Clock
from swr_tools.errors import NotAllowed
from swr_tools.operations import CATALOG, Effect
from swr_tools.toolbox import Toolbox

ALL_OPERATIONS = frozenset(operation.name for operation in CATALOG)
READS = frozenset(operation.name for operation in CATALOG if operation.effect is Effect.READ)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who is calling, and what they may call.

    Attributes:
        actor: Whom the gate, the policy and the audit know.
        operations: The names of the operations they may use; all, unless their token says otherwise.
    """

    actor: Actor
    operations: frozenset[str] = ALL_OPERATIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One MCP server's surroundings.

    Attributes:
        toolbox: The tool layer.
        clock: The time.
        caller: Says who sent the message that is being handled.
        read_only: Whether the tools that create are left out.
        emulator: Whether it works on the embedded SWR; every answer says so.
        local: Whether the person who asks also has a terminal on this machine, where a create can be confirmed.
        patience: Seconds in which a person can answer a question.
        admit: Called before each call with its actor; raises RateLimited where there were too many.
        in_flight: The calls that are being handled, so that a server that stops can let them end.
    """

    toolbox: Toolbox
    clock: Clock
    caller: Callable[[], Caller]
    read_only: bool = False
    emulator: bool = False
    local: bool = False
    patience: float = 300
    admit: Callable[[Actor], None] = lambda _actor: None
    in_flight: InFlight = field(default_factory=InFlight)

    def offered(self) -> frozenset[str]:
        """The tools that this caller has."""
        try:
            allowed = self.caller().operations
        except NotAllowed:
            return frozenset()
        return allowed & READS if self.read_only else allowed
