"""Resident memory of `swr-bot mcp` after 10,000 calls of `get-repository-info`, against after the first thousand.

Aim: at most 1.05. Run on Linux: python benchmarks/mcp_memory.py
"""

import sys

from support.emulator import emulator, lookup
from support.stdio import Served, served

WARM, ALL = 1_000, 10_000
AIM = 1.05


def resident_after(server: Served, calls: range) -> float:
    """MiB after these calls, one after the other."""
    for number in calls:
        assert b'"isError":false' in server.ask("tools/call", lookup(number))
    return server.resident


def main() -> None:
    """Print and claim the ratio."""
    with emulator() as swr, served([sys.executable, "-m", "swr_bot", "mcp"], swr.environ) as server:
        server.shake_hands()
        early = resident_after(server, range(WARM))
        late = resident_after(server, range(WARM, ALL))
    ratio = late / early
    print(f"memory: {ratio:.3f} (aim: at most {AIM}); {early:.1f} MiB after {WARM} calls, {late:.1f} MiB after {ALL}")
    assert ratio <= AIM


if __name__ == "__main__":
    main()
