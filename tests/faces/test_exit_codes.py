"""Exit codes and error codes, and the flags of `swr-bot emulator`: what scripts rely on."""

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING

from swr_bot.cli.exit_codes import MEANINGS, of_kind
from swr_tools.errors import Kind, SwrError, kind_of

if TYPE_CHECKING:
    from tests.faces.conftest import Emulator


def test_every_kind_of_failure_has_an_exit_code_of_its_own_with_a_meaning() -> None:
    """Scripts rely on them."""
    codes = [of_kind(kind) for kind in Kind]

    assert sorted(codes) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert list(MEANINGS) == list(range(10))


def test_every_error_has_a_code_of_its_own() -> None:
    """From the stable code a journal remembers, the kind and so the exit code is found again."""
    found: list[type[SwrError]] = [SwrError]
    for error in found:
        found += error.__subclasses__()

    for one, other in itertools.combinations(found, 2):
        assert one.code != other.code
    assert all(kind_of(error.code) == error.kind for error in found)


def test_the_emulator_misbehaves_as_its_flags_say(start_emulator: "Callable[..., Emulator]") -> None:
    """A flag that may be given several times counts each time."""
    emulator = start_emulator("--fault", "429,method=POST,times=2", "--fault", "latency,ms=1,times=0")

    faults = emulator.ask("GET", "faults")
    assert [(fault["kind"], fault["times"]) for fault in faults] == [("429", 2), ("latency", 0)]
