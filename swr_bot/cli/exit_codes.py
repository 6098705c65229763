"""What each exit code means; scripts rely on it."""

from typing import TYPE_CHECKING

from swr_tools.errors import Kind, kind_of

if TYPE_CHECKING:
    from swr_tools.proposals import Outcome

DONE = 0
INTERRUPTED = 130  # the shell's own convention for Ctrl-C
PIPE_CLOSED = 141  # and for a reader that left, as `head` does

MEANINGS: dict[int, str] = {
    0: "done",
    1: "this machine failed: the journal or the state folder",
    2: "usage or settings",
    3: "invalid name or argument",
    4: "not found",
    5: "exists already",
    6: "not allowed (credentials or policy)",
    7: "SWR unreachable or failing",
    8: "declined, expired or nobody could be asked",
    9: "outcome unknown",
}

_OF_KIND: dict[Kind, int] = {
    Kind.LOCAL: 1,
    Kind.USAGE: 2,
    Kind.INVALID: 3,
    Kind.NOT_FOUND: 4,
    Kind.EXISTS: 5,
    Kind.NOT_ALLOWED: 6,
    Kind.UNAVAILABLE: 7,
    Kind.NOT_CONFIRMED: 8,
}


def of_kind(kind: Kind) -> int:
    """The exit code of an error."""
    return _OF_KIND[kind]


def of_outcome(outcome: "Outcome") -> int:
    """The exit code of a create that was asked for."""
    from swr_tools.proposals import OutcomeKind

    match outcome.kind:
        case OutcomeKind.CREATED:
            return DONE
        case OutcomeKind.DECLINED | OutcomeKind.EXPIRED:
            return _OF_KIND[Kind.NOT_CONFIRMED]
        case OutcomeKind.UNKNOWN:
            return 9
        case OutcomeKind.REFUSED:
            return of_kind(kind_of(outcome.error_code) if outcome.error_code else Kind.NOT_CONFIRMED)
