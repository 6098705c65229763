"""From a typed `/swr repo info` to its answer on screen, over Socket Mode and HTTP, with SWR answering at once.

The clock starts when somebody presses Enter and stops at the time that the workspace gives the answer: within it lie
Slack's delivery and the bot's acknowledgement, the signed request to SWR, and the answer through the response URL.
Reported, with the acknowledgement alone next to it, and how many look-ups a second are answered.
Run: python benchmarks/slack_answer.py
"""

import asyncio
import statistics
import time

from support.emulator import Emulator, emulator
from support.slack import TRANSPORTS, Side, lookup, quantiles, sides

COMMANDS, WARM = 600, 40
ROUNDS, CALLS, AT_ONCE = 10, 100, 10


async def one_by_one(ours: Side) -> tuple[list[float], list[float]]:
    """Milliseconds to the acknowledgements, and to the answers on screen, each typed when the last was answered."""
    acks: list[float] = []
    answers: list[float] = []
    for number in range(WARM + COMMANDS):
        if number % WARM == 0:
            await ours.clear()
        typed = time.time()
        acks.append((await ours.command(lookup(number)))["ack"]["milliseconds"])
        newest = (await ours.seen(number % WARM + 1))[-1]
        answers.append((float(newest["ts"]) - typed) * 1_000)
    return acks[WARM:], answers[WARM:]


async def together(ours: Side) -> float:
    """Look-ups answered in a second, with several people typing."""
    await ours.clear()
    numbers = iter(range(CALLS))

    async def person() -> None:
        for number in numbers:
            await ours.command(lookup(number))

    start = time.time()
    await asyncio.gather(*(person() for _ in range(AT_ONCE)))
    newest = max(float(each["ts"]) for each in await ours.seen(CALLS))
    return CALLS / (newest - start)


async def measure(transport: str, swr: Emulator) -> None:
    """Measure one transport, and print."""
    async with sides(transport, swr, bare=False) as (ours,):
        acks, answers = await one_by_one(ours)
        rate = statistics.median([await together(ours) for _ in range(ROUNDS)])
    (ack, slow_ack), (answer, slow_answer) = quantiles(acks), quantiles(answers)
    print(
        f"look-up over {TRANSPORTS[transport]}: answer p50 {answer:.1f} ms, p99 {slow_answer:.1f} ms; "
        f"its ack p50 {ack:.1f} ms, p99 {slow_ack:.1f} ms; {rate:.0f} answered per second, {AT_ONCE} at once",
        flush=True,
    )


def main() -> None:
    """Measure Socket Mode, then HTTP."""
    with emulator() as swr:
        for transport in TRANSPORTS:
            asyncio.run(measure(transport, swr))


if __name__ == "__main__":
    main()
