"""Creates that are interrupted, as by Ctrl-C, at any moment."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Coroutine, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from swr_bot.emulators.swr import DEFAULT_ACCOUNT, create_app
from swr_bot.emulators.swr.app import EmulatorApp
from swr_bot.emulators.swr.faults import Fault
from swr_tools.actor import Actor
from swr_tools.proposals import Outcome, OutcomeKind, Proposal, State

if TYPE_CHECKING:
    from tests.contract.gate.conftest import Answer, House, ScriptedSwr, Swr

Until = Callable[[Callable[[], bool]], Awaitable[None]]
ORGANIZATION = ("create-organization", {"organization": "payments"})


@dataclass(frozen=True)
class Moment:
    """When something is cancelled.

    Attributes:
        number: At which place where any task of the loop waits, counted from 1.
        again: Whether at every place after it as well, as a cancelled scope of anyio does.
    """

    number: int
    again: bool


class Moments:
    """Counts every place where any task of a loop waits, and calls back at the wanted ones."""

    def __init__(self, wanted: Moment, then: Callable[[], None]) -> None:
        self._wanted = wanted
        self._then = then
        self.count = 0
        self._tasks = 0

    def task(self, loop: asyncio.AbstractEventLoop, work: Any, **more: Any) -> "asyncio.Task[Any]":  # noqa: ANN401 - a task factory takes whatever a loop gives it
        """A task whose waits are counted, from the second task on: the one that claims and creates."""
        self._tasks += 1

        async def counted() -> object:
            return await Counted(self, work)

        return asyncio.Task(counted(), loop=loop, **more)

    def pass_one(self) -> None:
        """One more wait; before the claim is tried, nothing but a reading of the journal can be cut off."""
        self.count += self._tasks > 1
        if self.count == self._wanted.number or (self._wanted.again and self.count > self._wanted.number):
            self._then()


class Counted:
    """Awaits the work, and tells of every wait."""

    def __init__(self, moments: Moments, work: Coroutine[Any, Any, Any]) -> None:
        self._moments = moments
        self._work = work

    def __await__(self) -> Generator[Any, None, Any]:
        """The work, step by step."""
        steps = self._work.__await__()
        try:
            future = next(steps)
            while True:
                self._moments.pass_one()
                try:
                    answer = yield future
                except BaseException as error:  # noqa: BLE001 - whatever is thrown in belongs to the work
                    future = steps.throw(error)
                else:
                    future = steps.send(answer)
        except StopIteration as end:
            return end.value


class Wire(httpx.AsyncBaseTransport):
    """An emulator in this process; a reset reaches the client as it does over a network."""

    def __init__(self, app: EmulatorApp) -> None:
        self._inner = httpx.ASGITransport(app)
        self.posts = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request, with a moment on its way there and one on its way back."""
        self.posts += request.method == "POST"
        await asyncio.sleep(0)
        try:
            answer = await self._inner.handle_async_request(request)
        except ConnectionResetError as error:
            raise httpx.ReadError(str(error), request=request) from error
        await asyncio.sleep(0)
        return answer


@dataclass(frozen=True)
class Interrupted:
    """What one interrupted create left behind.

    Attributes:
        outcome: What `confirm` returned, or None where it was cancelled.
        stored: What the journal holds.
        there: Whether the organization is there.
        posts_before: How many creates had been sent when it was cancelled first.
        posts_after: How many were sent from then on.
        moments: At how many places it waited in all.
    """

    outcome: Outcome | None
    stored: Proposal
    there: bool
    posts_before: int
    posts_after: int
    moments: int


async def interrupted(house: "House", actor: Actor, faults: tuple[Fault, ...], at: Moment) -> Interrupted:
    """Confirm the create of an organization at an SWR with these faults, and cancel it then."""
    app = create_app()
    wire = Wire(app)
    toolbox = await house.toolbox(transport=wire)
    name = f"team{at.number}"
    proposal = await house.ask(toolbox, "create-organization", {"organization": name}, actor)
    app.emulator.faults.replace(faults)
    test = asyncio.current_task()
    posts: list[int] = []

    def cancel() -> None:
        posts.append(wire.posts)
        confirming.cancel()

    moments = Moments(at, cancel)
    asyncio.get_running_loop().set_task_factory(moments.task)
    confirming = asyncio.create_task(toolbox.confirm(proposal.id, actor))
    done = (await asyncio.gather(confirming, return_exceptions=True))[0]
    asyncio.get_running_loop().set_task_factory(None)
    await asyncio.gather(*(asyncio.all_tasks() - {test}), return_exceptions=True)
    assert isinstance(done, Outcome | asyncio.CancelledError), done
    there = bool(app.emulator.state.organizations(DEFAULT_ACCOUNT, name))
    stored = await house.stored(proposal)
    await toolbox.aclose()
    app.close()
    return Interrupted(
        outcome=done if isinstance(done, Outcome) else None,
        stored=stored,
        there=there,
        posts_before=posts[0] if posts else wire.posts,
        posts_after=wire.posts - posts[0] if posts else 0,
        moments=moments.count,
    )


def check_truth(outcome: Outcome | None, *, there: bool) -> None:
    """An outcome says nothing that is not so."""
    if outcome is None:
        return
    assert outcome.kind in (OutcomeKind.CREATED, OutcomeKind.REFUSED, OutcomeKind.UNKNOWN)
    if outcome.kind is OutcomeKind.CREATED:
        assert there
    if outcome.kind is OutcomeKind.REFUSED:
        assert not there
        assert outcome.sentence.endswith("Nothing was created.")


STORIES: dict[str, tuple[Fault, ...]] = {
    "SWR behaves": (),
    "its answer is lost": (Fault("reset-after", method="POST"),),
    "it fails at first": (Fault("5xx", method="POST"),),
    "it asks to wait": (Fault("429", method="POST", times=2),),
}


@pytest.mark.parametrize(
    ("story", "again"), [*((story, False) for story in STORIES), ("SWR behaves", True), ("its answer is lost", True)]
)
async def test_a_cancelled_create_ends_settled_and_true(
    house: "House", alice: Actor, story: str, *, again: bool
) -> None:
    """At every place where it waits, once, or from there on at each: no open end, no second create, no lie."""
    moment = 0
    for moment in itertools.count(1):
        end = await interrupted(house, alice, STORIES[story], Moment(moment, again))
        if end.moments < moment:
            break
        assert end.stored.state is not State.CLAIMED, f"moment {moment}"
        assert end.outcome == end.stored.outcome
        if end.outcome is None:
            assert not end.there, f"moment {moment}"
        check_truth(end.stored.outcome, there=end.there)
        assert end.posts_after <= (end.posts_before == 0), f"moment {moment}"
    assert moment > 20


async def test_ctrl_c_during_the_create_tells_what_is_there(
    scripted_house: "House", scripted: "ScriptedSwr", says: "type[Answer]", alice: Actor, until: Until
) -> None:
    """SWR took the request and never answers: it is looked up once, and not sent again."""
    toolbox = await scripted_house.toolbox()
    for effect, kind in ((False, OutcomeKind.UNKNOWN), (True, OutcomeKind.CREATED)):
        scripted.seen.clear()
        name = f"team{effect:d}"
        proposal = await scripted_house.ask(toolbox, "create-organization", {"organization": name}, alice)
        scripted.posts_get = [says(ending="hang", effect=effect)]
        confirming = asyncio.create_task(toolbox.confirm(proposal.id, alice))
        await until(lambda: scripted.posts == 1)
        confirming.cancel()
        outcome = await confirming
        assert (outcome.kind, scripted.posts) == (kind, 1)
        assert await scripted_house.outcome(proposal) == outcome


async def test_ctrl_c_while_waiting_for_swr_refuses(house: "House", swr: "Swr", alice: Actor) -> None:
    """In the pause after "slow down" nothing is under way: nothing was created, and nothing more is sent."""
    paused = asyncio.Event()

    class Stops:
        """A clock on which a pause lasts until somebody cancels it."""

        now = staticmethod(house.clock.now)
        monotonic = staticmethod(house.clock.monotonic)

        async def sleep(self, seconds: float) -> None:
            """Never ends by itself."""
            assert seconds > 0
            paused.set()
            await asyncio.Event().wait()

    toolbox = await house.toolbox(clock=Stops())
    proposal = await house.ask(toolbox, *ORGANIZATION, alice)
    swr.misbehave(Fault("429", method="POST", times=0))
    confirming = asyncio.create_task(toolbox.confirm(proposal.id, alice))
    await paused.wait()
    confirming.cancel()
    outcome = await confirming
    assert (outcome.kind, outcome.error_code) == (OutcomeKind.REFUSED, "rate-limited")
    assert outcome.sentence.endswith("Nothing was created.")
    assert (swr.posts, await house.outcome(proposal)) == (1, outcome)
