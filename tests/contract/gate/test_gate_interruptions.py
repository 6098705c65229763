"""Creates that are interrupted: by Ctrl-C at any moment, by a crash, by a computer that slept."""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from swr_bot.emulators.swr import Behaviour, create_app
from swr_bot.emulators.swr.app import EmulatorApp
from swr_bot.emulators.swr.faults import Fault
from swr_tools.actor import Actor
from swr_tools.proposals import Outcome, OutcomeKind, Proposal, State
from swr_tools.toolbox import Toolbox

if TYPE_CHECKING:
    from tests.contract.gate.conftest import Answer, House, ScriptedSwr, Swr

ORGANIZATION = ("create-organization", {"organization": "payments"})
AFTER_THE_LEASE = 3600


class Moments:
    """Counts every place where any task of a loop waits, and calls back at some of them."""

    def __init__(self, wanted: Callable[[int], bool], then: Callable[[], None]) -> None:
        self._wanted = wanted
        self._then = then
        self.count = 0

    def task(
        self, loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any] | Generator[Any, None, Any], **more: Any
    ) -> "asyncio.Task[Any]":  # fmt: skip
        """A task whose waits are counted: a task factory."""

        async def counted() -> object:
            return await Counted(self, work)

        return asyncio.Task(counted(), loop=loop, **more)

    def pass_one(self) -> None:
        """One more wait."""
        self.count += 1
        if self._wanted(self.count):
            self._then()


class Counted:
    """Awaits the work, and tells of every wait."""

    def __init__(self, moments: Moments, work: Coroutine[Any, Any, Any] | Generator[Any, None, Any]) -> None:
        self._moments = moments
        self._work = work

    def __await__(self) -> Generator[Any, None, Any]:
        """The work, step by step."""
        steps = self._work.__await__() if isinstance(self._work, Coroutine) else self._work
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
    """What one interrupted create left behind."""

    outcome: Outcome | None
    stored: Proposal
    there: bool
    posts_after: int
    moments: int


async def interrupted(
    house: "House", actor: Actor, number: int, faults: tuple[Fault, ...], wanted: Callable[[int], bool], *, all_tasks: bool
) -> Interrupted:  # fmt: skip
    """Confirm a create and cancel it at the wanted moments.

    Args:
        number: Makes a name of its own.
        faults: Of SWR, from the confirmation on.
        wanted: At which waits it is cancelled, counted from 1.
        all_tasks: Whether all tasks are cancelled, as at the end of a loop, or only the one that called `confirm`.
    """
    app = create_app(behaviour=Behaviour(organization_quota=9))
    wire = Wire(app)
    toolbox = await house.toolbox(transport=wire)
    name = f"team{number}"
    proposal = await house.ask(toolbox, "create-organization", {"organization": name}, actor)
    app.emulator.faults.replace(faults)
    loop, test = asyncio.get_running_loop(), asyncio.current_task()
    posts: list[int] = []

    def cancel() -> None:
        posts.append(wire.posts)
        for task in asyncio.all_tasks() if all_tasks else (confirming,):
            if task is not test:
                task.cancel()

    moments = Moments(wanted, cancel)
    loop.set_task_factory(moments.task)
    confirming = asyncio.create_task(toolbox.confirm(proposal.id, actor))
    try:
        done = (await asyncio.gather(confirming, return_exceptions=True))[0]
        others = asyncio.all_tasks() - {test}
        await asyncio.gather(*others, return_exceptions=True)
    finally:
        loop.set_task_factory(None)
    assert isinstance(done, Outcome | asyncio.CancelledError), done
    there = any(found.name == name for found in app.emulator.state.organizations(app.emulator.seed.accounts[0]))
    posts_after = wire.posts - posts[0] if posts else 0
    outcome = done if isinstance(done, Outcome) else None
    stored = await house.stored(proposal)
    app.close()
    return Interrupted(outcome, stored, there, posts_after, moments.count)


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


@pytest.mark.parametrize("faults", STORIES.values(), ids=STORIES)
@pytest.mark.parametrize("again", [False, True], ids=["once", "over and over"])
async def test_a_cancelled_create_ends_settled_and_true(
    house: "House", alice: Actor, faults: tuple[Fault, ...], *, again: bool
) -> None:
    """At every place where it waits, once, or from there on at each: no open end, no second create, no lie."""
    moment, moments = 0, 1
    while moment < moments:
        moment += 1
        at = moment
        wanted: Callable[[int], bool] = (lambda count: count >= at) if again else (lambda count: count == at)  # noqa: B023 - called in this turn only
        end = await interrupted(house, alice, moment, faults, wanted, all_tasks=False)
        moments = moments if again and end.moments == at else max(moments, min(end.moments, moment + 1))
        assert end.stored.state is not State.CLAIMED, f"moment {moment}"
        if end.outcome is None:
            assert (end.stored.state, end.there) == (State.PENDING, False), f"moment {moment}"
        check_truth(end.stored.outcome, there=end.there)
        assert end.outcome == end.stored.outcome
        if end.stored.outcome is not None and end.stored.outcome.kind is not OutcomeKind.CREATED:
            assert end.posts_after == 0, f"moment {moment}"
        assert end.posts_after <= 1
    assert moment > 20


async def test_a_loop_that_ends_leaves_nothing_untrue(house: "House", alice: Actor) -> None:
    """Every task is cancelled at once, at every place: what is not settled then is settled later, by reading."""
    moment, moments = 0, 1
    while moment < moments:
        moment += 1
        end = await interrupted(house, alice, moment, (), lambda count, at=moment: count == at, all_tasks=True)
        moments = max(moments, min(end.moments, moment + 1))
        check_truth(end.stored.outcome, there=end.there)
        check_truth(end.outcome, there=end.there)
        assert end.posts_after == 0 or end.there
    assert moment > 20


async def test_ctrl_c_during_the_create_tells_what_is_there(
    scripted_house: "House", scripted: "ScriptedSwr", says: "type[Answer]", alice: Actor, until: Any
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

        async def sleep(self, _seconds: float) -> None:
            """Never ends by itself."""
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


async def crashed(
    house: "House", toolbox: Toolbox, alice: Actor, operation: str, arguments: dict[str, str]
) -> Proposal:
    """A proposal that was claimed by a process that is no more."""
    proposal = await house.ask(toolbox, operation, arguments, alice)
    journal = await house.journal()
    assert await journal.claim(proposal.id, by=alice, at=house.clock.now())
    return proposal


@pytest.mark.parametrize("there", [False, True])
async def test_after_a_crash_everybody_hears_what_is_known(
    *, house: "House", swr: "Swr", alice: Actor, there: bool
) -> None:
    """Before the lease is over nothing is settled, as it may still be under way; nothing is ever sent again."""
    toolbox = await house.toolbox()
    proposal = await crashed(house, toolbox, alice, *ORGANIZATION)
    if there:
        swr.add("payments")
    asked_again = await house.ask(toolbox, *ORGANIZATION, alice)
    assert (asked_again.id, asked_again.state) == (proposal.id, State.CLAIMED)
    for settle in (toolbox.confirm, toolbox.decline):
        outcome = await settle(proposal.id, alice)
        assert outcome.kind is OutcomeKind.UNKNOWN
        seen = "SWR shows it now" if there else "SWR does not show it now"
        assert f"its outcome was not written down: it is still under way, or it was interrupted. {seen}." in (
            outcome.sentence
        )
    assert (await house.stored(proposal)).state is State.CLAIMED
    assert [each.id for each in await toolbox.unsettled(alice)] == [proposal.id]
    assert swr.posts == 0


@pytest.mark.parametrize(("there", "kind"), [(False, OutcomeKind.UNKNOWN), (True, OutcomeKind.CREATED)])
@pytest.mark.parametrize("by", ["confirm", "decline"])
async def test_after_its_lease_a_crashed_create_is_settled_by_reading(
    *, house: "House", swr: "Swr", alice: Actor, there: bool, kind: OutcomeKind, by: str
) -> None:
    """Created if it is there, unknown if it is not; never sent again; then it may be asked for anew."""
    toolbox = await house.toolbox()
    proposal = await crashed(house, toolbox, alice, *ORGANIZATION)
    if there:
        swr.add("payments")
    house.clock.advance(AFTER_THE_LEASE)
    swr.turn_clock(AFTER_THE_LEASE)
    settle = {"confirm": toolbox.confirm, "decline": toolbox.decline}[by]
    outcome = await settle(proposal.id, alice)
    assert outcome.kind is kind
    assert outcome.sentence.startswith("Creating payments was interrupted after it was confirmed")
    assert await house.outcome(proposal) == outcome
    assert swr.posts == 0
    if not there:
        assert (await house.ask(toolbox, *ORGANIZATION, alice)).state is State.PENDING


async def test_a_crashed_create_stays_open_while_swr_cannot_be_read(house: "House", swr: "Swr", alice: Actor) -> None:
    """Without a reading there is nothing to settle it by."""
    toolbox = await house.toolbox()
    proposal = await crashed(house, toolbox, alice, *ORGANIZATION)
    house.clock.advance(AFTER_THE_LEASE)
    outcome = await (await house.toolbox(url="http://127.0.0.1:1")).confirm(proposal.id, alice)
    assert outcome.sentence.endswith("SWR could not be asked now.")
    assert "was confirmed 1 hour ago" in outcome.sentence
    assert (await house.stored(proposal)).state is State.CLAIMED
    assert swr.posts == 0


async def test_a_crashed_create_in_another_region_stays_open(house: "House", swr: "Swr", alice: Actor) -> None:
    """What is there under the same name here says nothing about there."""
    proposal = await crashed(house, await house.toolbox(region="cn-north-1"), alice, *ORGANIZATION)
    swr.add("payments")
    house.clock.advance(AFTER_THE_LEASE)
    swr.turn_clock(AFTER_THE_LEASE)
    outcome = await (await house.toolbox()).confirm(proposal.id, alice)
    assert outcome.sentence.endswith("SWR could not be asked now.")
    assert (await house.stored(proposal)).state is State.CLAIMED


async def test_a_crashed_repository_whose_organization_is_gone_does_not_stay_open(
    house: "House", swr: "Swr", alice: Actor
) -> None:
    """No organization, no repository: that is an answer, and the person can ask for something else."""
    swr.add("payments")
    toolbox = await house.toolbox()
    asked = {"organization": "payments", "repository": "api"}
    proposal = await crashed(house, toolbox, alice, "create-repository", asked)
    swr.remove("payments")
    house.clock.advance(AFTER_THE_LEASE)
    swr.turn_clock(AFTER_THE_LEASE)
    outcome = await toolbox.confirm(proposal.id, alice)
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert outcome.sentence.endswith("SWR does not show it.")
    assert await house.outcome(proposal) == outcome


async def test_a_create_that_takes_as_long_as_it_may_is_not_taken_for_a_crash(
    scripted_house: "House", scripted: "ScriptedSwr", alice: Actor
) -> None:
    """The last request may leave at the deadline and take its whole time; the lease outlasts that and the look."""
    toolbox, other = await scripted_house.toolbox(), await scripted_house.toolbox()
    proposal = await scripted_house.ask(toolbox, *ORGANIZATION, alice)
    heard: list[Outcome] = []

    async def at_the_end(method: str) -> None:
        if method == "POST":
            scripted_house.clock.advance(30 + 30 + 5)
            scripted.on_request = None
            heard.append(await other.confirm(proposal.id, alice))

    scripted.on_request = at_the_end
    outcome = await toolbox.confirm(proposal.id, alice)
    assert heard[0].sentence.endswith("SWR does not show it now.")
    assert outcome.kind is OutcomeKind.CREATED
    assert await scripted_house.outcome(proposal) == outcome


async def test_a_computer_that_slept_during_its_create_still_tells_the_truth(
    scripted_house: "House", scripted: "ScriptedSwr", alice: Actor
) -> None:
    """Others settled it meanwhile by reading; that stands in the journal, and the sleeper says what it did."""
    toolbox, other = await scripted_house.toolbox(), await scripted_house.toolbox()
    proposal = await scripted_house.ask(toolbox, *ORGANIZATION, alice)
    heard: list[Outcome] = []

    async def sleep(method: str) -> None:
        if method == "POST":
            scripted_house.clock.advance(AFTER_THE_LEASE)
            scripted.on_request = None
            heard.append(await other.confirm(proposal.id, alice))

    scripted.on_request = sleep
    outcome = await toolbox.confirm(proposal.id, alice)
    assert (heard[0].kind, outcome.kind) == (OutcomeKind.UNKNOWN, OutcomeKind.CREATED)
    assert await scripted_house.outcome(proposal) == heard[0]
    assert "unknown" in outcome.hint
    assert await scripted_house.events(proposal) == ["proposed", "claimed", "settled"]


async def test_a_create_that_others_settled_is_told_as_they_wrote_it(
    scripted_house: "House", scripted: "ScriptedSwr", says: "type[Answer]", alice: Actor
) -> None:
    """Where the sleeper knows no better, its answer is the one in the journal."""
    toolbox, other = await scripted_house.toolbox(), await scripted_house.toolbox()
    proposal = await scripted_house.ask(toolbox, *ORGANIZATION, alice)
    heard: list[Outcome] = []

    async def sleep(method: str) -> None:
        if method == "POST":
            scripted_house.clock.advance(AFTER_THE_LEASE)
            scripted.on_request = None
            heard.append(await other.confirm(proposal.id, alice))

    scripted.on_request = sleep
    scripted.posts_get = [says(500)]
    outcome = await toolbox.confirm(proposal.id, alice)
    assert outcome == heard[0] == await scripted_house.outcome(proposal)


async def test_a_second_click_waits_for_the_first(
    scripted_house: "House", scripted: "ScriptedSwr", alice: Actor
) -> None:
    """Two seconds at most; then it hears that the create is under way, and whether SWR shows it."""
    first, second = await scripted_house.toolbox(), await scripted_house.toolbox()
    proposal = await scripted_house.ask(first, *ORGANIZATION, alice)
    clicked: list[Outcome] = []

    async def click(method: str) -> None:
        if method == "POST":
            scripted.on_request = None
            clicked.append(await second.confirm(proposal.id, alice))

    scripted.on_request = click
    outcome = await first.confirm(proposal.id, alice)
    assert outcome.kind is OutcomeKind.CREATED
    assert clicked[0].kind is OutcomeKind.UNKNOWN
    assert "was confirmed just now" in clicked[0].sentence
    assert timedelta(seconds=2) <= clicked[0].at - proposal.created_at < timedelta(seconds=3)
    assert scripted.posts == 1
