"""What resources, completions and prompts share: who may ask, and how a failure is told."""

from swr_bot.mcp_server.face import Caller, Face
from swr_tools.errors import NotAllowed, SwrError
from swr_tools.wording import listed


def admitted(face: Face, *operations: str) -> Caller:
    """Who is calling, if they may call these operations and do not call too often.

    Raises:
        RateLimited: There were too many calls.
        NotAllowed: They may not use one of the operations.
    """
    caller = face.caller()
    face.admit(caller.actor)
    if missing := [operation for operation in operations if operation not in caller.operations]:
        raise NotAllowed(
            f"This needs {listed(missing)}, which you may not use here.",
            hint="Ask whoever runs this swr-bot for access.",
        )
    return caller


def told(error: SwrError) -> str:
    """A failure as one text: what is wrong, and what to do next."""
    return f"{error.sentence} {error.hint}".strip()
