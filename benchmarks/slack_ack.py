"""How long `/swr` waits for its acknowledgement, and how many a second are acknowledged, over Socket Mode and HTTP.

Against a bare bolt app on the same transport that only acknowledges, each in a process and a workspace of its own.
Idle: one look-up, and the next when its answer is on screen. In flight: SWR takes two seconds and 500 look-ups were
typed just before; the single acknowledgements of more of them are timed meanwhile. One command goes to the bot and one
to the bare app, in turn. Per second: those 500 look-ups, of which the bot starts a hundred at SWR meanwhile; 300 more
that wait behind them; and `/swr help`, whose acknowledgement carries the whole help, where the bare app's is empty.
Aims: p50 and p99 at most 1.5 of the bare app's, p99 under 5 ms idle, at least 0.7 of its commands per second.
Run: python benchmarks/slack_ack.py
"""

import asyncio
import statistics
import time
from collections.abc import Callable, Sequence

from support.emulator import Emulator, emulator
from support.slack import TRANSPORTS, Side, lookup, quantiles, sides, slow

IDLE = 600
WARM = 40
IN_FLIGHT, MORE, SINGLES, BURSTS = 500, 300, 100, 6
KINDS = 10
PAUSE = 0.02
ROUNDS, CALLS, AT_ONCE = 12, 400, 50
TIME_AIM, IDLE_AIM, RATE_AIM = 1.5, 5.0, 0.7
SWR_MILLISECONDS = 2_000

Pairs = Sequence[tuple[float, float]]


async def acknowledged(side: Side, number: int) -> float:
    """Milliseconds until one look-up was acknowledged."""
    return (await side.command(lookup(number)))["ack"]["milliseconds"]


async def idle(ours: Side, bare: Side) -> Pairs:
    """Milliseconds of acknowledgements, with nothing else going on."""
    pairs: list[tuple[float, float]] = []
    for number in range(WARM + IDLE):
        if number % WARM == 0:
            await ours.clear()
        mine = await acknowledged(ours, number)
        await ours.seen(number % WARM + 1)
        pairs.append((mine, await acknowledged(bare, number)))
    return pairs[WARM:]


async def burst(side: Side, count: int) -> float:
    """Type many look-ups at once, and return how many were acknowledged in a second."""
    start = time.perf_counter()
    each = count // KINDS
    await asyncio.gather(*(side.load(lookup(number), count=each, at_once=AT_ONCE // KINDS) for number in range(KINDS)))
    return count / (time.perf_counter() - start)


async def in_flight(swr: Emulator, ours: Side, bare: Side) -> tuple[Pairs, Pairs, Pairs]:
    """Milliseconds of acknowledgements while many look-ups wait for SWR; how fast those and more of them were taken."""
    pairs: list[tuple[float, float]] = []
    first: list[tuple[float, float]] = []
    then: list[tuple[float, float]] = []
    for _ in range(BURSTS):
        await ours.clear()
        await slow(swr, SWR_MILLISECONDS)
        first.append((await burst(ours, IN_FLIGHT), await burst(bare, IN_FLIGHT)))
        then.append((await burst(ours, MORE), await burst(bare, MORE)))
        for number in range(SINGLES):
            pairs.append((await acknowledged(ours, KINDS + number), await acknowledged(bare, KINDS + number)))
            await asyncio.sleep(PAUSE)  # people type; what is under way has its turns
        _, messages = await ours.messages()
        assert sum("Looking up" not in each["plain"] for each in messages) < MORE + SINGLES, "too few are in flight"
        await slow(swr, 0)
        await ours.seen(IN_FLIGHT + MORE + SINGLES)
    return pairs, first, then


async def helped(ours: Side, bare: Side) -> Pairs:
    """Commands per second that are answered in their acknowledgement."""

    async def rate(side: Side) -> float:
        return (await side.load("help", count=CALLS, at_once=AT_ONCE))["per_second"]

    return [(await rate(ours), await rate(bare)) for _ in range(ROUNDS + 1)][1:]


def show_times(what: str, pairs: Pairs, more: Callable[[float], str] = lambda _: "") -> None:
    """Print the quantiles of both sides and their ratios."""
    ours, bare = (quantiles([pair[side] for pair in pairs]) for side in (0, 1))
    for name, mine, theirs in (("p50", ours[0], bare[0]), ("p99", ours[1], bare[1])):
        note = more(mine) if name == "p99" else ""
        print(
            f"ack {what}, {name}: {mine / theirs:.2f} (aim: at most {TIME_AIM}{note}); "
            f"swr-bot {mine:.2f} ms, bare {theirs:.2f} ms",
            flush=True,
        )


def show_rates(what: str, pairs: Pairs) -> None:
    """Print the median ratio."""
    ratio = statistics.median(ours / bare for ours, bare in pairs)
    ours, bare = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
    print(f"{what} per second: {ratio:.2f} (aim: at least {RATE_AIM}); swr-bot {ours:.0f}, bare {bare:.0f}", flush=True)


async def measure(transport: str, swr: Emulator) -> None:
    """Measure one transport, and print."""
    way = TRANSPORTS[transport]
    async with sides(transport, swr) as (ours, bare):
        show_times(f"over {way}, idle", await idle(ours, bare), lambda p99: f", and {p99:.2f} under {IDLE_AIM:.0f} ms")
        show_rates(f"commands with the answer in the ack, over {way},", await helped(ours, bare))
        times, first, then = await in_flight(swr, ours, bare)
        show_times(f"over {way}, {IN_FLIGHT} in flight", times)
        show_rates(f"the {IN_FLIGHT} look-ups, over {way},", first)
        show_rates(f"{MORE} more with those in flight, over {way},", then)


def main() -> None:
    """Measure Socket Mode, then HTTP."""
    with emulator() as swr:
        for transport in TRANSPORTS:
            asyncio.run(measure(transport, swr))


if __name__ == "__main__":
    main()
