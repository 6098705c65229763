"""Random stories: a journal does what a dictionary would, and its chain holds after every step."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from swr_tools.actor import Actor
from swr_tools.journal import CodeTaken
from swr_tools.journal.journal import Journal
from swr_tools.proposals import Outcome, OutcomeKind, Proposal, Site, State

T = TypeVar("T")
NOON = datetime(2031, 5, 6, 12, 0, tzinfo=UTC)
PEOPLE = st.sampled_from([Actor(face="slack", tenant="T1", id=each) for each in ("U1", "U2")])
INDEX = st.integers(0, 30)


class JournalMachine(RuleBasedStateMachine):
    """Two handles on one journal file, a clock, and the dictionary that says what must be in it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="swr-journal-machine-"))
        self.runner = asyncio.Runner()
        self.model: dict[str, Proposal] = {}
        self.entries = 0
        self.now = NOON
        self.journals: list[Journal] = []

    def run_async(self, step: Coroutine[Any, Any, T]) -> T:
        """Take one step of the journal."""
        return self.runner.run(step)

    @initialize()
    def open(self) -> None:
        """Open the journal twice, as two processes would."""
        self.journals = [self.run_async(Journal.open(self.folder / "journal.db")) for _ in range(2)]

    def any_id(self, index: int) -> str:
        """An id that exists, or one that does not."""
        ids = [*self.model, "unknown"]
        return ids[index % len(ids)]

    @rule(handle=st.integers(0, 1), actor=PEOPLE, name=st.sampled_from("ab"), code=st.sampled_from("QRST"))
    def propose(self, handle: int, actor: Actor, name: str, code: str) -> None:
        """A new proposal is stored, the pending one comes back, or the code is taken."""
        proposal = Proposal(
            id=f"id-{len(self.model)}",
            code=code,
            operation="create-organization",
            arguments=f'{{"name":"{name}"}}',
            arguments_hash=name,
            actor=actor,
            site=Site(cloud="emulator", region="cn-north-4", endpoint="", account="", account_id=""),
            created_at=self.now,
            expires_at=self.now + timedelta(minutes=10),
        )
        same = [each for each in self.alike(proposal) if each.state is State.PENDING]
        taken = any(each.code == code and each.state is not State.SETTLED for each in self.model.values())
        try:
            kept = self.run_async(self.journals[handle].propose(proposal))
        except CodeTaken:
            assert taken
            assert not same
            return
        assert kept == (same[0] if same else proposal)
        assert same or not taken
        if not same:
            self.model[proposal.id] = proposal
            self.entries += 1

    def alike(self, proposal: Proposal) -> list[Proposal]:
        """Those of the model with the same person and arguments, oldest first."""
        return [
            each
            for each in self.model.values()
            if (each.actor.person, each.arguments_hash) == (proposal.actor.person, proposal.arguments_hash)
        ]

    @rule(handle=st.integers(0, 1), index=INDEX, by=PEOPLE)
    def claim(self, handle: int, index: int, by: Actor) -> None:
        """Only a pending proposal that has not expired is claimed."""
        proposal_id = self.any_id(index)
        known = self.model.get(proposal_id)
        may = known is not None and known.state is State.PENDING and known.expires_at > self.now

        until = self.now + timedelta(seconds=90)
        claim = self.journals[handle].claim(proposal_id, by=by, at=self.now, until=until)
        assert may == self.run_async(claim)

        if may:
            self.change(proposal_id, state=State.CLAIMED, claimed_at=self.now, claimed_until=until, claimed_by=str(by))

    @rule(
        handle=st.integers(0, 1),
        index=INDEX,
        expected=st.sampled_from(State),
        kind=st.sampled_from(OutcomeKind),
    )
    def settle(self, handle: int, index: int, expected: State, kind: OutcomeKind) -> None:
        """Only from the expected state, and never twice."""
        proposal_id = self.any_id(index)
        known = self.model.get(proposal_id)
        outcome = Outcome(kind=kind, sentence="It ended.", at=self.now, by="somebody", result={"kind": kind.value})
        may = known is not None and known.state is expected and expected is not State.SETTLED

        assert may == self.run_async(self.journals[handle].settle(proposal_id, expected=expected, outcome=outcome))

        if may:
            self.change(proposal_id, state=State.SETTLED, outcome=outcome)

    def change(self, proposal_id: str, **parts: object) -> None:
        """What the dictionary does where the journal says True."""
        self.model[proposal_id] = self.model[proposal_id].model_copy(update=parts)
        self.entries += 1

    @rule(minutes=st.integers(1, 12))
    def wait(self, minutes: int) -> None:
        """Time passes; proposals expire."""
        self.now += timedelta(minutes=minutes)

    @rule(handle=st.integers(0, 1))
    def restart(self, handle: int) -> None:
        """A process ends and another takes its place."""
        self.run_async(self.journals[handle].aclose())
        self.journals[handle] = self.run_async(Journal.open(self.folder / "journal.db"))

    @invariant()
    def is_what_the_dictionary_says(self) -> None:
        """Every reading of either handle agrees with the dictionary, and the chain holds."""
        if self.journals:
            self.run_async(self.compare(self.journals[self.entries % 2]))

    async def compare(self, journal: Journal) -> None:
        """All readings against the dictionary, in its order: that of the asking."""
        found = await journal.verify()
        assert (found.problem, found.entries) == ("", self.entries)
        everything = list(self.model.values())
        assert await journal.open_proposals() == [each for each in everything if each.state is not State.SETTLED]
        for code in "qrst":
            of_code = [each for each in reversed(everything) if each.code == code.upper()]
            assert await journal.with_code(code) == of_code
        for each in everything[-3:]:
            assert await journal.find(each.id) == each
            assert await journal.latest_like(each) == self.alike(each)[-1]

    def teardown(self) -> None:
        """Close what is open and leave no file."""
        for journal in self.journals:
            self.run_async(journal.aclose())
        self.runner.close()
        shutil.rmtree(self.folder)


TestJournalMachine = JournalMachine.TestCase
TestJournalMachine.settings = settings(
    max_examples=12,
    stateful_step_count=30,
    deadline=None,  # every write waits for the disk
    suppress_health_check=[HealthCheck.too_slow],
)
