"""Who may call what, and how often."""

from swr_bot.mcp_server.face import Caller, Face
from swr_tools.errors import NotAllowed, Unavailable
from swr_tools.wording import listed, safe


def admitted(face: Face, *operations: str) -> Caller:
    """Who is calling, if they may call these operations and do not call too often.

    Raises:
        Unavailable: The server is being stopped.
        RateLimited: There were too many calls.
        NotAllowed: They may not use one of the operations.
    """
    caller = face.caller()
    if face.in_flight.draining:
        raise Unavailable("This swr-bot is being stopped.")
    face.admit(caller.actor)
    require(caller, *operations)
    return caller


def require(caller: Caller, *operations: str) -> None:
    """Raise NotAllowed unless they may use these operations."""
    if missing := [operation for operation in operations if operation not in caller.operations]:
        raise NotAllowed(
            f"The token of {safe(caller.actor.name, 80)} does not let it use {listed(missing)}.",
            hint="Ask whoever runs this swr-bot for a token that does.",
        )
