"""The one way to a create: proposed, confirmed by the right person, claimed once, carried out, written down."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from swr_tools.actor import Actor
from swr_tools.errors import JournalUnavailable, NotAllowed, ProposalMissing, SwrError
from swr_tools.gate import sentences
from swr_tools.gate.attempt import Attempt
from swr_tools.gate.policy import Policy
from swr_tools.gate.proposal import create_of, new_proposal, subject_of
from swr_tools.gate.sentences import Seen
from swr_tools.journal.journal import CodeTaken
from swr_tools.models import Record
from swr_tools.operations import CreateOperation
from swr_tools.proposals import Outcome, OutcomeKind, Proposal, Site, State

if TYPE_CHECKING:
    from swr_tools.clock import Clock
    from swr_tools.cloud.connection import SwrCloud
    from swr_tools.journal.journal import Journal

_REMEMBERED = (OutcomeKind.CREATED, OutcomeKind.UNKNOWN)
_TWIN_WAIT = 2.0
_TWIN_POLL = 0.1
# After the deadline: the last request and its look (30 s and 5 s), and twice a journal that is busy (10 s).
_LEASE_MARGIN = 60.0


class Gate:
    """Creates behind a confirmation.

    Args:
        connect: Gives the cloud that creates go to; asked only by what needs it.
        journal: Where proposals live and outcomes are written.
        policy: Who may create what.
        clock: The time.
        ttl: How long a proposal can be confirmed.
        deadline: Seconds in which a confirmed create may be sent, and sent again.
    """

    def __init__(
        self,
        connect: Callable[[], "SwrCloud"],
        journal: "Journal",
        policy: Policy,
        clock: "Clock",
        *,
        ttl: timedelta,
        deadline: float,
    ) -> None:
        self._connect = connect
        self._journal = journal
        self._policy = policy
        self._clock = clock
        self._ttl = ttl
        self._deadline = deadline
        self._lease = timedelta(seconds=deadline + _LEASE_MARGIN)

    @property
    def _cloud(self) -> "SwrCloud":
        return self._connect()

    @property
    def site(self) -> Site:
        """Where this gate creates."""
        cloud = self._cloud
        return Site(
            cloud=cloud.endpoint.cloud,
            region=cloud.endpoint.region,
            endpoint=cloud.endpoint.api_url,
            account=cloud.account,
            account_id=cloud.account_id,
        )

    async def propose(self, create: CreateOperation, actor: Actor) -> Proposal:
        """Store what was asked for, once everything that can be known now allows it.

        Asking for the same again returns the same proposal while it is open, and what became of it for as long
        as it lived, unless SWR does not show it, or it was declined, refused or expired. What became of it is
        told in words of now, which are not those of the journal.

        Raises:
            NotAllowed: The policy says no.
            NameTaken, OrganizationMissing: The cloud says no.
            SwrError: SWR or the journal cannot be asked.
        """
        self._policy.require(actor, create, emulator=self.site.cloud == "emulator")
        earlier = await self._still_standing(create, await self._journal.latest_like(self._draft(create, actor)))
        if earlier is not None:
            return earlier
        await create.check(self._cloud)
        return await self._store(create, actor)

    async def confirm(self, proposal_id: str, actor: Actor) -> Outcome:
        """Create what was proposed, if nobody did yet; a settled proposal answers with its outcome.

        Cancelled once it is claimed, it sends nothing more, settles with what is known, and returns that.

        Raises:
            ProposalMissing: No such proposal.
            NotAllowed: Another person's, another account's, or the policy says no by now.
            JournalUnavailable: Nothing can be written, so nothing is created.
        """
        at = self._clock.now()
        proposal = await self._open_for(proposal_id, actor, at)
        if proposal.outcome is not None:
            return proposal.outcome
        if proposal.state is State.PENDING:
            try:
                outcome = await self._confirm_pending(proposal, actor, at)
            except SwrError as error:  # only what comes before the request is raised
                error.nothing_created = True
                raise
            if outcome is not None:
                return outcome
        return await self._twin_outcome(proposal)

    async def decline(self, proposal_id: str, actor: Actor) -> Outcome:
        """Say no to a proposal; a settled one answers with its outcome.

        Raises:
            ProposalMissing: No such proposal.
            NotAllowed: Another person's.
            JournalUnavailable: It cannot be written down; the proposal expires by itself.
        """
        proposal = await self._open_for(proposal_id, actor, self._clock.now())
        if proposal.outcome is not None:
            return proposal.outcome
        outcome = sentences.declined(subject_of(proposal), actor, self._clock.now())
        if await self._journal.settle(proposal.id, expected=State.PENDING, outcome=outcome):
            return outcome
        return await self._twin_outcome(proposal)

    async def unsettled(self, actor: Actor) -> Sequence[Proposal]:
        """This person's open proposals, oldest first: pending ones, and confirmed ones without an outcome."""
        now = self._clock.now()
        found = [await self._expired_or_same(p, now) for p in await self._journal.open_proposals(actor.person)]
        return [proposal for proposal in found if proposal.outcome is None]

    async def with_code(self, code: str, actor: Actor) -> Proposal:
        """This person's newest proposal with that short code.

        Raises:
            ProposalMissing: There is none.
        """
        for proposal in await self._journal.with_code(code):
            if proposal.actor.person == actor.person:
                return await self._expired_or_same(proposal, self._clock.now())
        raise ProposalMissing(
            f"No request of yours has the code {code.upper()[:12]}.", hint="The command pending lists those that wait."
        )

    async def _confirm_pending(self, proposal: Proposal, actor: Actor, at: datetime) -> Outcome | None:
        """Claim it and create it; None where somebody else claimed or settled it first."""
        create = create_of(proposal)
        self._require_same_site(proposal)
        self._policy.require(actor, create, emulator=self.site.cloud == "emulator")
        attempt = Attempt(create, self._cloud, self._clock, self._deadline)

        async def claim_and_create() -> Outcome | None:
            if not await self._journal.claim(proposal.id, by=actor, at=at, until=at + self._lease):
                return None
            settled = await attempt.carry_out()
            outcome = sentences.settled(create, proposal, actor, settled, self._clock.now())
            return await self._write(proposal, State.CLAIMED, outcome)

        return await _to_its_end(asyncio.create_task(claim_and_create()), attempt.interrupt)

    async def _open_for(self, proposal_id: str, actor: Actor, now: datetime) -> Proposal:
        proposal = await self._journal.find(proposal_id)
        if proposal is None:
            raise ProposalMissing("This request is not known here.", hint="Ask again.")
        if proposal.actor.person != actor.person:
            asker = proposal.actor.name or str(proposal.actor)
            refusal = NotAllowed(f"Only {asker}, who asked for this, can confirm or decline it.")
            refusal.nothing_created = proposal.state is State.PENDING
            raise refusal
        return await self._expired_or_same(proposal, now)

    def _require_same_site(self, proposal: Proposal) -> None:
        if not proposal.site.same_place(self.site):
            raise NotAllowed(
                sentences.other_site(proposal, self.site), hint="Confirm it with the settings it was asked with."
            )

    async def _still_standing(self, create: CreateOperation, earlier: Proposal | None) -> Proposal | None:
        """An earlier proposal for the same, if it still answers the question; a settled one as SWR shows it now."""
        if earlier is None:
            return None
        now = self._clock.now()
        earlier = await self._expired_or_same(earlier, now)
        if earlier.outcome is None:
            return earlier
        if earlier.outcome.kind not in _REMEMBERED or now >= earlier.expires_at:
            return None
        seen, record = await self._look(create)
        if seen in (Seen.ABSENT, Seen.FOREIGN):
            return None
        outcome = sentences.remembered(create, earlier, earlier.outcome, record, now)
        return earlier.model_copy(update={"outcome": outcome})

    async def _expired_or_same(self, proposal: Proposal, now: datetime) -> Proposal:
        """The proposal, settled as expired if its time is over and nobody confirmed it."""
        if proposal.state is not State.PENDING or now < proposal.expires_at:
            return proposal
        outcome = sentences.expired(subject_of(proposal), now)
        await self._journal.settle(proposal.id, expected=State.PENDING, outcome=outcome)
        return await self._journal.find(proposal.id) or proposal

    def _draft(self, create: CreateOperation, actor: Actor) -> Proposal:
        return new_proposal(create, actor, self.site, self._clock.now(), self._ttl)

    async def _store(self, create: CreateOperation, actor: Actor) -> Proposal:
        """Its proposal, which lives from now on; the one that came in between, while SWR was asked, if it is open."""
        while True:
            try:
                stored = await self._journal.propose(self._draft(create, actor))
            except CodeTaken:
                continue
            stored = await self._expired_or_same(stored, self._clock.now())
            if stored.outcome is None:
                return stored

    async def _twin_outcome(self, proposal: Proposal) -> Outcome:
        """What became of a proposal that was claimed elsewhere: its outcome, or after a short wait what SWR shows."""
        gives_up = self._clock.monotonic() + _TWIN_WAIT
        while True:
            current = await self._journal.find(proposal.id) or proposal
            if current.outcome is not None:
                return current.outcome
            if self._clock.monotonic() >= gives_up or self._age_of_claim(current) > _TWIN_WAIT:
                return await self._interrupted(current)
            await self._clock.sleep(_TWIN_POLL)

    def _age_of_claim(self, proposal: Proposal) -> float:
        return (self._clock.now() - (proposal.claimed_at or self._clock.now())).total_seconds()

    async def _interrupted(self, proposal: Proposal) -> Outcome:
        """A claim without an outcome: reported by reading, and settled once its lease is over."""
        create = create_of(proposal)
        if not proposal.site.same_place(self.site):
            return sentences.interrupted_elsewhere(create, proposal, self._clock.now())
        seen, _ = await self._look(create)
        now = self._clock.now()
        if seen is Seen.NOT_ASKED or now < (proposal.claimed_until or now):
            return sentences.interrupted(create, proposal, seen, now)
        return await self._write(proposal, State.CLAIMED, sentences.recovered(create, proposal, seen, now))

    async def _look(self, create: CreateOperation) -> tuple[Seen, Record | None]:
        """What SWR shows under that name now."""
        try:
            record = await create.read_back(self._cloud)
        except SwrError:
            return Seen.NOT_ASKED, None
        if record is None:
            return Seen.ABSENT, None
        return (Seen.THERE if create.matches(record) else Seen.FOREIGN), record

    async def _write(self, proposal: Proposal, expected: State, outcome: Outcome) -> Outcome:
        """Write an outcome that is true already, unless another process settled it while this one was held up.

        Neither that nor a journal that cannot be written makes a create undone.
        """
        try:
            if await self._journal.settle(proposal.id, expected=expected, outcome=outcome):
                return outcome
            settled = await self._journal.find(proposal.id)
        except JournalUnavailable as error:
            return sentences.not_recorded(outcome, f"The journal could not record this: {error.sentence}")
        if settled is None or settled.outcome is None:
            return outcome
        if outcome.kind is not OutcomeKind.CREATED or settled.outcome.kind is outcome.kind:
            return settled.outcome
        return sentences.not_recorded(outcome, f"The journal says {settled.outcome.kind}: it was settled before.")


async def _to_its_end(work: "asyncio.Task[Outcome | None]", interrupt: Callable[[], None]) -> Outcome | None:
    """The work's result; whoever is cancelled while waiting for it interrupts it, and still waits for its end."""
    while not work.done():
        try:
            await asyncio.wait({work})
        except asyncio.CancelledError:
            if waiting := asyncio.current_task():
                waiting.uncancel()
            interrupt()
    return work.result()
