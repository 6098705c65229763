"""A crowd of jobs leaves room for what is quick."""

import asyncio

from swr_bot.slack_app.turnstile import Turnstile


async def test_at_most_one_of_a_crowd_goes_through_in_each_round_of_the_loop() -> None:
    """All of them do in the end, in the order in which they came."""
    turnstile = Turnstile()
    through: list[int] = []

    async def one(number: int) -> None:
        await turnstile.pass_through()
        through.append(number)

    crowd = [asyncio.create_task(one(number)) for number in range(50)]
    before = 0
    while not all(task.done() for task in crowd):
        await asyncio.sleep(0)
        assert len(through) <= before + 1
        before = len(through)

    assert through == list(range(50))


async def test_one_that_gives_up_its_place_holds_up_nobody() -> None:
    """Jobs are cancelled when the program stops."""
    turnstile = Turnstile()
    first, second, third = (asyncio.create_task(turnstile.pass_through()) for _ in range(3))
    await asyncio.sleep(0)
    first.cancel()
    second.cancel()

    async with asyncio.timeout(5):
        await third
    assert first.cancelled()
    assert second.cancelled()
