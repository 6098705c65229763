"""Random stories at the gate: whatever people, networks and computers do, a create happens once, and is told truly."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from swr_bot.emulators.swr import DEFAULT_ACCOUNT, create_app
from swr_bot.emulators.swr.app import EmulatorApp
from swr_bot.emulators.swr.faults import Fault
from swr_tools.actor import Actor
from swr_tools.clock import ManualClock
from swr_tools.cloud.accounts import KeyCredentials
from swr_tools.cloud.connection import SwrCloud
from swr_tools.cloud.endpoints import endpoint_for
from swr_tools.cloud.signing import Keys
from swr_tools.errors import NameTaken, NotAllowed
from swr_tools.gate.policy import Policy, ReadOnlyPolicy, Rule
from swr_tools.journal.chain import Event
from swr_tools.journal.journal import Journal
from swr_tools.proposals import Outcome, OutcomeKind, Proposal, State
from swr_tools.toolbox import Toolbox

T = TypeVar("T")
ALICE = Actor(face="cli", tenant="laptop", id="alice", name="Alice", holds_keys=True)
PEOPLE = (
    ALICE,
    Actor(face="mcp", tenant="laptop", id="alice", holds_keys=True),
    Actor(face="slack", tenant="T", id="U"),
)
ANYBODY = Policy(rule=(Rule(actors=("*",)),))
FAULTS = [
    *(Fault(kind, method="POST", times=times) for kind in ("429", "403-throttle") for times in (1, 0)),
    *(Fault(kind, method="POST", times=times) for kind in ("5xx", "reset-before", "html-502") for times in (1, 0)),
    *(Fault(kind, method="POST") for kind in ("5xx-after", "reset-after")),
]
BOX, INDEX = st.integers(0, 2), st.integers(0, 30)  # the index counts from the newest proposal
SOMEBODY = st.none() | st.sampled_from(PEOPLE)  # None: whoever asked
NO_EFFECT = (OutcomeKind.REFUSED, OutcomeKind.DECLINED, OutcomeKind.EXPIRED)


class Wire(httpx.AsyncBaseTransport):
    """The way to an emulator in this process, which watches every create that passes."""

    def __init__(self, machine: "GateMachine") -> None:
        self._machine = machine
        self._inner = httpx.ASGITransport(machine.app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request; a reset reaches the client as it does over a network."""
        machine = self._machine
        machine.turn_emulators_clock()
        before = machine.names()
        if request.method == "POST":
            await machine.watch(request)
        try:
            return await self._inner.handle_async_request(request)
        except ConnectionResetError as error:
            raise httpx.ReadError(str(error), request=request) from error
        finally:
            if machine.names() != before:
                machine.effects.append(machine.sending)


class GateMachine(RuleBasedStateMachine):
    """Three processes on one journal and one SWR, three faces of two people, and everything that can go wrong.

    Attributes:
        seen: The outcome of every settled proposal when it was seen first.
        states: The furthest state each proposal was seen in.
        sending: The proposal whose create is under way.
        effects: The proposals whose create changed SWR, in order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="swr-gate-machine-"))
        self.runner = asyncio.Runner()
        self.clock = ManualClock()
        self.app: EmulatorApp = create_app()
        self.policies: list[Policy] = [ANYBODY] * 3
        self.boxes: list[Toolbox] = []
        self.ids: list[str] = []
        self.seen: dict[str, Outcome] = {}
        self.states: dict[str, State] = {}
        self.sending = ""
        self.effects: list[str] = []

    def run_async(self, step: Coroutine[Any, Any, T]) -> T:
        """Take one step."""
        return self.runner.run(step)

    @initialize()
    def open(self) -> None:
        """Three processes start."""
        self.reader = self.run_async(Journal.open(self.folder / "journal.db"))
        self.boxes = [self.start(policy) for policy in self.policies]

    def start(self, policy: Policy) -> Toolbox:
        """A process."""
        keys = Keys(DEFAULT_ACCOUNT.access_key, DEFAULT_ACCOUNT.secret_key)
        credentials = KeyCredentials(keys, source="test", project_id=DEFAULT_ACCOUNT.project_id)
        endpoint = endpoint_for("huaweicloud", "cn-north-4", api_url="http://127.0.0.1")
        return Toolbox(
            connect=lambda: SwrCloud(endpoint, credentials, transport=Wire(self), clock=self.clock),
            open_journal=lambda: Journal.open(self.folder / "journal.db"),
            policy=policy,
            clock=self.clock,
            ttl=timedelta(minutes=10),
            deadline=30,
        )

    def names(self) -> set[str]:
        """The organizations that are there."""
        return {found.name for found in self.app.emulator.state.organizations(DEFAULT_ACCOUNT)}

    def turn_emulators_clock(self) -> None:
        """It accepts signatures of this machine's time only."""
        self.app.emulator.clock.offset_seconds = self.clock.now().timestamp() - time.time()

    async def watch(self, request: httpx.Request) -> None:
        """A create passes: the newest entry of its proposal must be a claim."""
        entries = [entry for entry in await self.reader.entries() if entry.proposal_id == self.sending]
        assert [entry.event for entry in entries] == [Event.PROPOSED, Event.CLAIMED]
        proposal = await self.reader.find(self.sending)
        assert proposal is not None
        assert request.content == proposal.arguments.replace("organization", "namespace").replace(":", ": ").encode()

    @rule(box=BOX, who=st.sampled_from(PEOPLE), name=st.sampled_from("ab"))
    def call(self, box: int, who: Actor, name: str) -> None:
        """A create is asked for: a proposal, a remembered outcome, or a clear no; SWR is not changed."""
        before, effects = self.names(), list(self.effects)
        answer = self.run_async(self.attempt(self.boxes[box].call("create-organization", {"organization": name}, who)))
        assert (self.names(), self.effects) == (before, effects)
        if isinstance(answer, Proposal):
            assert answer.actor.person == who.person
            if answer.id not in self.ids:
                assert answer.state is State.PENDING
                self.ids.append(answer.id)
            elif answer.outcome is not None:
                assert name in before
        elif isinstance(answer, NameTaken):
            assert name in before

    @rule(box=BOX, who=SOMEBODY, index=INDEX)
    def confirm(self, box: int, who: Actor | None, index: int) -> None:
        """Somebody says yes."""
        self.settle(index, who, box)

    @rule(boxes=st.tuples(BOX, BOX), who=SOMEBODY, index=INDEX)
    def confirm_twice_at_once(self, boxes: tuple[int, int], who: Actor | None, index: int) -> None:
        """Two clicks, on two processes or one."""
        self.settle(index, who, *boxes)

    def settle(self, index: int, somebody: Actor | None, *boxes: int) -> None:
        """Confirm, on each of these processes at once, and compare what is said with what is so."""
        if not self.ids:
            return
        self.sending = self.ids[-1 - index % len(self.ids)]
        who = somebody or self.stored(self.sending).actor
        answers = self.run_async(self.all_of([self.boxes[box].confirm(self.sending, who) for box in boxes]))
        proposal = self.stored(self.sending)
        there = str(proposal.arguments[17:-2]) in self.names()
        for answer in answers:
            if isinstance(answer, Outcome):
                assert proposal.actor.person == who.person
                assert answer.kind is not OutcomeKind.CREATED or there or self.sending in self.seen
                assert answer == proposal.outcome or answer.kind is OutcomeKind.UNKNOWN
            else:
                assert isinstance(answer, NotAllowed)
        self.app.emulator.faults.replace(())

    async def all_of(self, steps: list[Coroutine[Any, Any, Any]]) -> list[Any]:
        """Take steps at the same time."""
        return await asyncio.gather(*(self.attempt(step) for step in steps))

    async def attempt(self, step: Coroutine[Any, Any, Any]) -> object:
        """The result of a step, or the error that a person would see."""
        try:
            return await step
        except (NotAllowed, NameTaken) as error:
            return error

    @rule(box=BOX, who=SOMEBODY, index=INDEX)
    def decline(self, box: int, who: Actor | None, index: int) -> None:
        """Somebody says no."""
        if self.ids:
            effects = list(self.effects)
            proposal = self.stored(self.ids[-1 - index % len(self.ids)])
            self.run_async(self.attempt(self.boxes[box].decline(proposal.id, who or proposal.actor)))
            assert self.effects == effects

    @rule(box=BOX, who=st.sampled_from(PEOPLE))
    def look(self, box: int, who: Actor) -> None:
        """Somebody lists what is open, all of it their own."""
        for proposal in self.run_async(self.boxes[box].unsettled(who)):
            assert (proposal.actor.person, proposal.outcome) == (who.person, None)

    @rule(index=INDEX, took_effect=st.booleans())
    def crash(self, index: int, *, took_effect: bool) -> None:
        """A process claims a proposal and dies, before or after SWR did what it asked for."""
        if not self.ids:
            return
        proposal = self.stored(self.ids[index % len(self.ids)])
        now = self.clock.now()
        until = now + timedelta(seconds=90)
        claimed = self.run_async(self.reader.claim(proposal.id, by=proposal.actor, at=now, until=until))
        name = proposal.arguments[17:-2]
        if claimed and took_effect and name not in self.names():
            self.app.emulator.state.create_organization(DEFAULT_ACCOUNT, name)
            self.effects.append(proposal.id)

    @rule(seconds=st.sampled_from([1, 3, 95, 300, 601]))
    def wait(self, seconds: int) -> None:
        """Time passes: second clicks give up, leases end, proposals expire."""
        self.clock.advance(seconds)

    @rule(fault=st.sampled_from(FAULTS))
    def misbehave(self, fault: Fault) -> None:
        """SWR will misbehave at the next create."""
        self.app.emulator.faults.replace((fault,))

    @rule(box=BOX)
    def restart(self, box: int) -> None:
        """A process ends, and another takes its place."""
        self.run_async(self.boxes[box].aclose())
        self.boxes[box] = self.start(self.policies[box])

    @rule(box=BOX, policy=st.sampled_from([ANYBODY, Policy(), ReadOnlyPolicy()]))
    def change_policy(self, box: int, policy: Policy) -> None:
        """A process is restarted with other settings."""
        self.policies[box] = policy
        self.restart(box)

    @rule(name=st.sampled_from("ab"))
    def delete(self, name: str) -> None:
        """Somebody deletes it in the cloud's own console."""
        if name in self.names():
            self.app.emulator.state.delete_organization(DEFAULT_ACCOUNT, name)

    def stored(self, proposal_id: str) -> Proposal:
        """What the journal says."""
        found = self.run_async(self.reader.find(proposal_id))
        assert found is not None
        return found

    @invariant()
    def each_create_took_effect_once_at_most(self) -> None:
        """However often it was sent."""
        assert len(set(self.effects)) == len(self.effects)

    @invariant()
    def what_is_settled_is_true_and_stays(self) -> None:
        """States only move on; an outcome never changes; a no means that nothing came of it."""
        order = list(State)
        for proposal_id in self.ids:
            proposal = self.stored(proposal_id)
            assert order.index(proposal.state) >= order.index(self.states.get(proposal_id, State.PENDING))
            self.states[proposal_id] = proposal.state
            assert (proposal.outcome is not None) == (proposal.state is State.SETTLED)
            if proposal.outcome is None:
                continue
            if proposal_id not in self.seen and proposal.outcome.kind is OutcomeKind.CREATED:
                assert proposal.arguments[17:-2] in self.names()
            assert self.seen.setdefault(proposal_id, proposal.outcome) == proposal.outcome
            if proposal.outcome.kind in NO_EFFECT:
                assert proposal_id not in self.effects

    @invariant()
    def the_journal_holds(self) -> None:
        """Its chain, and its proposals against it."""
        if self.boxes:
            assert self.run_async(self.reader.verify()).problem == ""

    def teardown(self) -> None:
        """Close what is open and leave no file."""
        for box in self.boxes:
            self.run_async(box.aclose())
        if self.boxes:
            self.run_async(self.reader.aclose())
        self.runner.close()
        self.app.close()
        shutil.rmtree(self.folder)


TestGateMachine = GateMachine.TestCase
TestGateMachine.settings = settings(
    max_examples=25,
    stateful_step_count=35,
    deadline=None,  # every write waits for the disk
    suppress_health_check=[HealthCheck.too_slow],
)
