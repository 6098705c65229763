"""How a confirmed create is carried out: when it is sent again, how long it waits, what an interruption leaves."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, cast

import pytest

from swr_tools.clock import ManualClock
from swr_tools.cloud.connection import SwrCloud
from swr_tools.errors import (
    AddressWrong,
    AnswerLost,
    CredentialsRejected,
    NameTaken,
    NotAllowed,
    QuotaReached,
    RateLimited,
    RequestRefused,
    SwrError,
    SwrFailing,
    SwrUnreachable,
)
from swr_tools.gate.attempt import Attempt, Settled
from swr_tools.models import Organization, Record
from swr_tools.operations import Command, CreateOperation, Fact
from swr_tools.proposals import OutcomeKind

CREATED, REFUSED, UNKNOWN = OutcomeKind.CREATED, OutcomeKind.REFUSED, OutcomeKind.UNKNOWN
NO_CLOUD = cast("SwrCloud", None)  # this create needs none
THERE = Organization(name="payments", id=1)
Step = Callable[[], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Story(CreateOperation):
    """A create that goes as it is told.

    Attributes:
        sends: What each request ends with, in turn: an error, something to wait for, or None for success.
        looks: The same for each look: an error, or whether it is there; then as the last one.
        ours: Whether what is there is what was asked for.
        done: What was done, in order: `send` and `look`.
    """

    name: ClassVar[str] = "create-story"
    summary: ClassVar[str] = "Create a story."
    noun: ClassVar[str] = "story"
    command: ClassVar[Command] = Command(words="story create", target=(), label="", examples=())
    result: ClassVar[type[Record]] = Organization

    sends: list[SwrError | Step | None]
    looks: list[Exception | bool] = field(default_factory=lambda: [True])
    ours: bool = True
    done: list[str] = field(default_factory=list[str])

    @property
    def subject(self) -> str:
        """Its name."""
        return "payments"

    @property
    def target_organization(self) -> str:
        """Its name again."""
        return "payments"

    def facts(self) -> Sequence[Fact]:
        """None."""
        return ()

    async def check(self, cloud: SwrCloud) -> None:
        """Always fine."""

    async def send(self, cloud: SwrCloud) -> None:
        """The next of the story."""
        del cloud
        self.done.append("send")
        step = self.sends.pop(0) if len(self.sends) > 1 else self.sends[0]
        await asyncio.sleep(0)
        if isinstance(step, SwrError):
            raise step
        if step is not None:
            await step()

    async def read_back(self, cloud: SwrCloud) -> Record | None:
        """The next of the story."""
        del cloud
        self.done.append("look")
        seen = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        await asyncio.sleep(0)
        if isinstance(seen, Exception):
            raise seen
        return THERE if seen else None

    def matches(self, record: Record) -> bool:
        """As told."""
        del record
        return self.ours


LOST, FAILING = AnswerLost("Lost."), SwrFailing("Failing.")
LIMITED, UNREACHABLE = RateLimited("Slower."), SwrUnreachable("No way there.")
REFUSALS = (RequestRefused, NotAllowed, QuotaReached, CredentialsRejected, NameTaken, AddressWrong)


async def carried_out(story: Story, clock: ManualClock, deadline: float = 30) -> Settled:
    """What becomes of the story; at most a second of real time."""
    async with asyncio.timeout(1):
        return await Attempt(story, NO_CLOUD, clock, deadline).carry_out()


async def test_success_is_read_back_once() -> None:
    """One request, one look."""
    story = Story(sends=[None])
    assert await carried_out(story, ManualClock()) == Settled(CREATED, record=THERE)
    assert story.done == ["send", "look"]


@pytest.mark.parametrize("look", [False, UNREACHABLE, NotAllowed("No.")])
async def test_success_stays_success_when_it_cannot_be_read_back(look: SwrError | bool) -> None:
    """SWR said yes."""
    assert await carried_out(Story(sends=[None], looks=[look]), ManualClock()) == Settled(CREATED)


@pytest.mark.parametrize("family", REFUSALS)
async def test_a_clear_no_is_final(family: type[SwrError]) -> None:
    """One request, no look."""
    error = family("No.")
    story = Story(sends=[error])
    assert await carried_out(story, ManualClock()) == Settled(REFUSED, error=error)
    assert story.done == ["send"]


@pytest.mark.parametrize("error", [LIMITED, UNREACHABLE])
async def test_what_was_not_carried_out_is_sent_again_until_the_deadline(error: SwrError) -> None:
    """With pauses that double, to eight seconds; no look is needed."""
    clock, story = ManualClock(), Story(sends=[error])
    assert await carried_out(story, clock) == Settled(REFUSED, error=error)
    assert clock.slept == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0]
    assert story.done == ["send"] * 7


@pytest.mark.parametrize("deadline", [1, 5, 30, 60, 600])
async def test_no_request_leaves_after_the_deadline(deadline: float) -> None:
    """Whatever it is."""
    clock, story = ManualClock(), Story(sends=[LIMITED])
    await carried_out(story, clock, deadline)
    assert sum(clock.slept) < deadline
    assert len(story.done) == len(clock.slept) + 1


@pytest.mark.parametrize(
    ("retry_after", "slept"), [(0.0, 0.5), (0.2, 0.5), (3.0, 3.0), (29.0, 29.0), (30.0, None), (3600.0, None)]
)
async def test_swr_says_how_long_to_wait(retry_after: float, slept: float | None) -> None:
    """At least the usual pause; what would pass the deadline is not waited for at all."""
    clock = ManualClock()
    result = await carried_out(Story(sends=[RateLimited("Slower.", retry_after=retry_after), None]), clock)
    assert clock.slept == ([] if slept is None else [slept])
    assert result.kind is (REFUSED if slept is None else CREATED)


@pytest.mark.parametrize("doubt", [LOST, FAILING])
async def test_doubt_is_settled_by_a_look(doubt: SwrError) -> None:
    """There: created, and nothing is sent again."""
    story = Story(sends=[doubt], looks=[True])
    assert await carried_out(story, ManualClock()) == Settled(CREATED, record=THERE, verified=True)
    assert story.done == ["send", "look"]


@pytest.mark.parametrize("doubt", [LOST, FAILING])
async def test_not_there_is_sent_again(doubt: SwrError) -> None:
    """The name can only be taken once."""
    story = Story(sends=[doubt, None], looks=[False, True])
    assert await carried_out(story, ManualClock()) == Settled(CREATED, record=THERE)
    assert story.done == ["send", "look", "send", "look"]


@pytest.mark.parametrize("look", [False, UNREACHABLE])
async def test_doubt_at_the_deadline_stays_doubt(look: SwrError | bool) -> None:
    """Unknown, with the first doubt as the reason; never refused."""
    clock = ManualClock()
    result = await carried_out(Story(sends=[LOST, FAILING, LIMITED, UNREACHABLE], looks=[look]), clock)
    assert result == Settled(UNKNOWN, error=LOST)
    assert sum(clock.slept) < 30


async def test_doubt_at_the_deadline_is_looked_up_once_more() -> None:
    """It may have shown up while SWR only said to wait."""
    result = await carried_out(Story(sends=[LOST, LIMITED], looks=[False, True]), ManualClock())
    assert result == Settled(CREATED, record=THERE, verified=True)


@pytest.mark.parametrize("family", [RequestRefused, NotAllowed, QuotaReached, AddressWrong])
@pytest.mark.parametrize("there", [True, False])
async def test_a_no_to_a_retry_says_nothing_about_the_first(family: type[SwrError], *, there: bool) -> None:
    """Reading decides; without a sight of it, it is unknown."""
    result = await carried_out(Story(sends=[LOST, family("No.")], looks=[False, there]), ManualClock())
    assert result == (Settled(CREATED, record=THERE, verified=True) if there else Settled(UNKNOWN, error=LOST))


async def test_a_taken_name_after_a_doubt_is_looked_up() -> None:
    """By us, as the look shows."""
    result = await carried_out(Story(sends=[LOST, NameTaken("Taken.")], looks=[False, True]), ManualClock())
    assert result == Settled(CREATED, record=THERE, verified=True)


async def test_rejected_keys_are_used_no_more() -> None:
    """Not for a look either."""
    story = Story(sends=[LOST, CredentialsRejected("Wrong keys.")], looks=[False])
    assert await carried_out(story, ManualClock()) == Settled(UNKNOWN, error=LOST)
    assert story.done == ["send", "look", "send"]


async def test_a_wait_that_swr_asked_for_is_over_once_it_answers_otherwise() -> None:
    """The next pause is the usual one again."""
    clock = ManualClock()
    story = Story(sends=[RateLimited("Slower.", retry_after=20.0), FAILING, None], looks=[False, True])
    assert (await carried_out(story, clock)).kind is CREATED
    assert clock.slept == [20.0, 1.0]


async def test_interrupted_before_it_began_nothing_is_sent() -> None:
    """And nothing is in doubt."""
    story = Story(sends=[None])
    attempt = Attempt(story, NO_CLOUD, ManualClock(), 30)
    attempt.interrupt()
    assert await attempt.carry_out() == Settled(REFUSED)
    assert story.done == []


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("times", [1, 3])
async def test_interrupted_while_sending_it_is_looked_up(*, there: bool, times: int) -> None:
    """Created or unknown, however often it is interrupted; nothing is sent again."""
    reached = asyncio.Event()

    async def hang() -> None:
        reached.set()
        await asyncio.Event().wait()

    story = Story(sends=[hang], looks=[there])
    attempt = Attempt(story, NO_CLOUD, ManualClock(), 30)
    work = asyncio.create_task(attempt.carry_out())
    await reached.wait()
    for _ in range(times):
        attempt.interrupt()
        await asyncio.sleep(0)
    result = await work
    assert (result.kind, result.verified) == ((CREATED, True) if there else (UNKNOWN, False))
    assert story.done == ["send", "look"]


async def test_interrupted_after_it_ended_changes_nothing() -> None:
    """Too late."""
    attempt = Attempt(Story(sends=[None]), NO_CLOUD, ManualClock(), 30)
    result = await attempt.carry_out()
    attempt.interrupt()
    assert result == Settled(CREATED, record=THERE)


@pytest.mark.parametrize("there", [True, False])
async def test_a_fault_of_ours_is_doubt(*, there: bool) -> None:
    """An exception that is no SwrError: looked up and never sent again, and told by the name of its kind."""

    async def break_down() -> None:
        raise ZeroDivisionError("s3cret")

    story = Story(sends=[break_down], looks=[there])
    result = await carried_out(story, ManualClock())
    assert result.kind is (CREATED if there else UNKNOWN)
    assert story.done == ["send", "look"]
    if not there:
        assert result.error is not None
        assert result.error.sentence == "An unexpected error (ZeroDivisionError) came up while SWR was asked."


async def test_a_fault_of_ours_while_reading_back_changes_nothing() -> None:
    """SWR said that it is there."""
    assert await carried_out(Story(sends=[None], looks=[ZeroDivisionError()]), ManualClock()) == Settled(CREATED)


@pytest.mark.parametrize("again", [False, True])
async def test_what_is_there_but_was_not_asked_for_is_not_ours(*, again: bool) -> None:
    """In doubt it is unknown, and not sent again; after SWR's own yes it is what SWR made of it."""
    sends: list[SwrError | Step | None] = [LOST, NameTaken("Taken.")] if again else [LOST]
    story = Story(sends=sends, looks=[False, True] if again else [True], ours=False)
    assert await carried_out(story, ManualClock()) == Settled(UNKNOWN, error=LOST, foreign=True)
    assert await carried_out(Story(sends=[None], ours=False), ManualClock()) == Settled(CREATED, record=THERE)
