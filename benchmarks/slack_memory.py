"""Resident memory of `swr-bot slack` after 20,000 look-ups, against after the first two thousand.

They come over Socket Mode, a batch at a time, the next when all of the last are answered.
Aim: at most 1.05. Run on Linux: python benchmarks/slack_memory.py
"""

import asyncio

from support.emulator import Emulator, emulator
from support.slack import Side, lookup, sides

WARM, ALL = 2_000, 20_000
BATCH, KINDS, AT_ONCE = 200, 10, 2
AIM = 1.05
# The delivery of the command, and the answer through its response URL.
NOTED = 2


async def resident_after(ours: Side, commands: range) -> float:
    """MiB after these commands, all of them answered."""
    for first in range(commands.start, commands.stop, BATCH):
        noted = await ours.noted() + NOTED * BATCH
        numbers = range(first, first + KINDS)
        await asyncio.gather(*(ours.load(lookup(each), count=BATCH // KINDS, at_once=AT_ONCE) for each in numbers))
        await ours.until_noted(noted)
        await ours.clear()
    return ours.program.resident


async def measure(swr: Emulator) -> tuple[float, float]:
    """MiB after the first commands, and after all."""
    async with sides("socket", swr, bare=False) as (ours,):
        return await resident_after(ours, range(WARM)), await resident_after(ours, range(WARM, ALL))


def main() -> None:
    """Print and claim the ratio."""
    with emulator() as swr:
        early, late = asyncio.run(measure(swr))
    ratio = late / early
    print(
        f"memory: {ratio:.3f} (aim: at most {AIM}); {early:.1f} MiB after {WARM} commands, {late:.1f} MiB after {ALL}"
    )
    assert ratio <= AIM


if __name__ == "__main__":
    main()
