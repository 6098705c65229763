"""Who may confirm or decline, when, and how often it takes effect."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from swr_bot.emulators.swr.faults import Fault
from swr_tools.actor import Actor
from swr_tools.clock import ManualClock
from swr_tools.errors import NotAllowed, ProposalMissing
from swr_tools.gate.policy import Policy, ReadOnlyPolicy, Rule
from swr_tools.operations import CATALOG, CreateOperation
from swr_tools.proposals import Outcome, OutcomeKind, State

if TYPE_CHECKING:
    from tests.contract.gate.conftest import House, Swr

ORGANIZATION = ("create-organization", {"organization": "payments"})
BOB = Actor(face="slack", tenant="T1", id="U1", name="Bob")
FOREIGN = {
    "another user of the host": {"id": "mallory"},
    "the same name on another host": {"tenant": "other-laptop"},
    "the same name without keys": {"holds_keys": False},
}


async def test_a_confirmed_create_is_there_and_shown(house: "House", swr: "Swr", alice: Actor) -> None:
    """The outcome says so, holds what was read back, and is what the journal holds."""
    toolbox = await house.toolbox()
    proposal = await house.ask(toolbox, *ORGANIZATION, alice)
    outcome = await toolbox.confirm(proposal.id, alice)
    assert outcome.kind is OutcomeKind.CREATED
    assert outcome.sentence == "Created payments in cn-north-4."
    assert outcome.by == "cli:laptop/alice"
    assert outcome.result is not None
    assert outcome.result["name"] == "payments"
    assert swr.seen("POST") == ["/v2/manage/namespaces"]
    assert (await house.outcome(proposal)) == outcome
    assert await house.events(proposal) == ["proposed", "claimed", "settled"]


async def test_a_created_repository_shows_where_to_pull_it(house: "House", swr: "Swr", alice: Actor) -> None:
    """With the address SWR gives it, and everything as it was asked for."""
    swr.add("payments")
    toolbox = await house.toolbox()
    asked = {"organization": "payments", "repository": "team/api", "category": "lang", "description": "Cards <b>"}
    proposal = await house.ask(toolbox, "create-repository", asked, alice)
    outcome = await toolbox.confirm(proposal.id, alice)
    assert outcome.kind is OutcomeKind.CREATED
    assert outcome.result is not None
    assert outcome.result["pull_command"].startswith("docker pull swr.cn-north-4.")
    assert (outcome.result["public"], outcome.result["category"]) == (False, "lang")
    assert outcome.result["description"] == "Cards <b>"
    assert swr.has("payments/team/api")


async def test_every_later_click_gets_the_outcome(house: "House", swr: "Swr", alice: Actor) -> None:
    """Confirmed or declined, from any process, for ever; SWR is not asked again."""
    toolbox = await house.toolbox()
    proposal = await house.ask(toolbox, *ORGANIZATION, alice)
    outcome = await toolbox.confirm(proposal.id, alice)
    house.clock.advance(100_000)
    later = await house.toolbox(url="http://127.0.0.1:1", policy=ReadOnlyPolicy(), region="cn-north-1")
    for _ in range(2):
        assert await later.confirm(proposal.id, alice) == outcome
        assert await later.decline(proposal.id, alice) == outcome
    assert swr.posts == 1


async def test_a_declined_proposal_cannot_be_confirmed(house: "House", swr: "Swr", alice: Actor) -> None:
    """The no stands."""
    toolbox = await house.toolbox()
    proposal = await house.ask(toolbox, *ORGANIZATION, alice)
    declined = await toolbox.decline(proposal.id, alice)
    assert await toolbox.confirm(proposal.id, alice) == declined
    assert await toolbox.decline(proposal.id, alice) == declined
    assert (swr.posts, await house.events(proposal)) == (0, ["proposed", "settled"])


@pytest.mark.parametrize("boxes", [1, 2, 3])
async def test_many_clicks_at_once_make_one_create(house: "House", swr: "Swr", alice: Actor, boxes: int) -> None:
    """In one process or several: one POST, one claim, and everybody hears the same."""
    processes = [await house.toolbox() for _ in range(boxes)]
    proposal = await house.ask(processes[0], *ORGANIZATION, alice)
    clicks = [processes[n % boxes].confirm(proposal.id, alice) for n in range(6)]
    outcomes: list[Outcome] = await asyncio.gather(*clicks)
    assert swr.posts == 1
    assert (await house.events(proposal)).count("claimed") == 1
    assert {outcome.kind for outcome in outcomes} <= {OutcomeKind.CREATED, OutcomeKind.UNKNOWN}
    assert sum(outcome.kind is OutcomeKind.CREATED for outcome in outcomes) >= 1
    for outcome in outcomes:
        if outcome.kind is OutcomeKind.UNKNOWN:
            assert "was confirmed just now" in outcome.sentence
    assert (await house.outcome(proposal)).kind is OutcomeKind.CREATED


async def test_confirming_and_declining_at_once_end_one_way(house: "House", swr: "Swr", alice: Actor) -> None:
    """Whichever comes first; both hear of that one."""
    first, second = await house.toolbox(), await house.toolbox()
    for number in range(5):
        proposal = await house.ask(first, "create-organization", {"organization": f"team{number}"}, alice)
        settling = (first.confirm(proposal.id, alice), second.decline(proposal.id, alice))
        await asyncio.gather(*(settling if number % 2 else reversed(settling)))
        kind = (await house.outcome(proposal)).kind
        assert kind in (OutcomeKind.CREATED, OutcomeKind.DECLINED)
        assert swr.has(f"team{number}") == (kind is OutcomeKind.CREATED)


async def test_a_proposal_survives_a_restart(house: "House", swr: "Swr", alice: Actor) -> None:
    """It lives in the journal: a new process confirms what an older one proposed."""
    async with await house.toolbox() as before:
        proposal = await house.ask(before, *ORGANIZATION, alice)
    after = await house.toolbox()
    assert await after.unsettled(alice) == [proposal]
    assert await after.with_code(proposal.code.lower(), alice) == proposal
    assert (await after.confirm(proposal.id, alice)).kind is OutcomeKind.CREATED
    assert swr.posts == 1


async def test_the_faces_of_one_host_are_one_person(house: "House", swr: "Swr", alice: Actor) -> None:
    """What an assistant on this machine proposed is confirmed in its terminal."""
    toolbox = await house.toolbox()
    assistant = replace(alice, face="mcp", name="Assistant")
    proposal = await house.ask(toolbox, *ORGANIZATION, assistant)
    assert await toolbox.unsettled(alice) == [proposal]
    outcome = await toolbox.confirm(proposal.id, alice)
    assert (outcome.kind, outcome.by) == (OutcomeKind.CREATED, "cli:laptop/alice")
    assert swr.posts == 1


@pytest.mark.parametrize("change", FOREIGN.values(), ids=FOREIGN)
async def test_a_foreign_person_settles_nothing(
    house: "House", swr: "Swr", alice: Actor, anybody: Policy, change: dict[str, Any]
) -> None:
    """Neither yes nor no; they learn whose it is, and see none of it in their lists."""
    toolbox = await house.toolbox(policy=anybody)
    proposal = await house.ask(toolbox, *ORGANIZATION, alice)
    foreign = replace(alice, **change)
    for settle in (toolbox.confirm, toolbox.decline):
        with pytest.raises(NotAllowed, match=r"Only Alice, who asked for this, can confirm or decline it"):
            await settle(proposal.id, foreign)
    with pytest.raises(ProposalMissing):
        await toolbox.with_code(proposal.code, foreign)
    assert await toolbox.unsettled(foreign) == []
    assert (swr.posts, (await house.stored(proposal)).state) == (0, State.PENDING)


@pytest.mark.parametrize("change", [{"tenant": "T2"}, {"id": "U2"}, {"face": "mcp"}])
async def test_in_slack_only_the_asker_settles(
    house: "House", swr: "Swr", anybody: Policy, change: dict[str, Any]
) -> None:
    """A user id means nothing outside its workspace and its face."""
    toolbox = await house.toolbox(policy=anybody)
    proposal = await house.ask(toolbox, *ORGANIZATION, BOB)
    for settle in (toolbox.confirm, toolbox.decline):
        with pytest.raises(NotAllowed):
            await settle(proposal.id, replace(BOB, **change))
    renamed = replace(BOB, name="Robert")
    assert (await toolbox.confirm(proposal.id, renamed)).kind is OutcomeKind.CREATED
    assert swr.posts == 1


async def test_a_foreign_click_on_a_settled_proposal_tells_nothing_false(
    house: "House", swr: "Swr", alice: Actor, anybody: Policy
) -> None:
    """It was created, so a stranger is not told that nothing was."""
    toolbox = await house.toolbox(policy=anybody)
    proposal = await house.ask(toolbox, *ORGANIZATION, alice)
    await toolbox.confirm(proposal.id, alice)
    with pytest.raises(NotAllowed) as caught:
        await toolbox.confirm(proposal.id, BOB)
    assert not caught.value.nothing_created
    assert swr.has("payments")


async def test_an_unknown_id_is_missing(house: "House", alice: Actor) -> None:
    """A guessed, mistyped or forgotten one."""
    toolbox = await house.toolbox()
    for settle in (toolbox.confirm, toolbox.decline):
        with pytest.raises(ProposalMissing, match=r"This request is not known here."):
            await settle("00" * 16, alice)
    with pytest.raises(ProposalMissing, match=r"No request of yours has the code QQQQ."):
        await toolbox.with_code("qqqq", alice)


@pytest.mark.parametrize(("seconds", "kind"), [(599.999999, OutcomeKind.CREATED), (600, OutcomeKind.EXPIRED)])
async def test_a_proposal_can_be_confirmed_for_ten_minutes(
    house: "House", swr: "Swr", alice: Actor, seconds: float, kind: OutcomeKind
) -> None:
    """To the microsecond; then it is settled as expired and stays so, even should the clock go back."""
    toolbox = await house.toolbox()
    proposal = await house.ask(toolbox, *ORGANIZATION, alice)
    house.clock.advance(seconds)
    outcome = await toolbox.confirm(proposal.id, alice)
    assert outcome.kind is kind
    assert swr.has("payments") == (kind is OutcomeKind.CREATED)
    house.clock.advance(-500)
    assert await toolbox.confirm(proposal.id, alice) == outcome
    assert (await house.outcome(proposal)) == outcome


async def test_an_expired_proposal_is_no_longer_listed(house: "House", alice: Actor) -> None:
    """Listing settles it; declining it says the same."""
    toolbox = await house.toolbox()
    proposal = await house.ask(toolbox, *ORGANIZATION, alice)
    house.clock.advance(601)
    assert await toolbox.unsettled(alice) == []
    assert (await toolbox.decline(proposal.id, alice)).kind is OutcomeKind.EXPIRED
    assert (await toolbox.with_code(proposal.code, alice)).outcome == await house.outcome(proposal)


class StepsBack:
    """A clock that is set back by a second between two looks at it, after `looks` of them."""

    def __init__(self, clock: ManualClock, looks: int) -> None:
        self._clock = clock
        self._looks = looks
        self.monotonic = clock.monotonic
        self.sleep = clock.sleep

    def now(self) -> datetime:
        """The time of day."""
        self._looks -= 1
        if self._looks == 0:
            self._clock.advance(0.5)
        if self._looks == -1:
            self._clock.advance(-1)
        return self._clock.now()


@pytest.mark.parametrize("looks", range(1, 6))
async def test_a_clock_that_is_set_back_at_the_end_of_a_proposal_misleads_nobody(
    house: "House", swr: "Swr", alice: Actor, looks: int
) -> None:
    """Expired at one look and not at the next: it is created, or expired, and said to be just that."""
    proposal = await house.ask(await house.toolbox(), *ORGANIZATION, alice)
    house.clock.advance(599.75)
    outcome = await (await house.toolbox(clock=StepsBack(house.clock, looks))).confirm(proposal.id, alice)
    assert outcome.kind in (OutcomeKind.CREATED, OutcomeKind.EXPIRED)
    assert swr.has("payments") == (outcome.kind is OutcomeKind.CREATED)


@pytest.mark.parametrize(
    "policy", [ReadOnlyPolicy(), Policy(rule=(Rule(actors=("slack:*",)),))], ids=["read-only", "rule"]
)
async def test_the_right_is_asked_for_again_at_the_confirmation(
    house: "House", swr: "Swr", alice: Actor, policy: Policy
) -> None:
    """Who lost it meanwhile creates nothing; the proposal stays for when the right comes back."""
    proposal = await house.ask(await house.toolbox(), *ORGANIZATION, alice)
    with pytest.raises(NotAllowed) as caught:
        await (await house.toolbox(policy=policy)).confirm(proposal.id, alice)
    assert caught.value.nothing_created
    assert (swr.posts, (await house.stored(proposal)).state) == (0, State.PENDING)
    assert (await (await house.toolbox()).confirm(proposal.id, alice)).kind is OutcomeKind.CREATED


@pytest.mark.parametrize("change", [{"region": "cn-north-1"}, {"access_key": "EMULATOR0ACCESS0KEY9"}])
async def test_a_proposal_is_confirmed_where_it_was_asked_for(
    house: "House", swr: "Swr", alice: Actor, change: dict[str, Any]
) -> None:
    """With other settings the same name would be another thing; declining is possible everywhere."""
    proposal = await house.ask(await house.toolbox(), *ORGANIZATION, alice)
    elsewhere = await house.toolbox(**change)
    with pytest.raises(NotAllowed, match=r"this swr-bot is set to") as caught:
        await elsewhere.confirm(proposal.id, alice)
    assert caught.value.nothing_created
    assert (swr.posts, (await house.stored(proposal)).state) == (0, State.PENDING)
    assert (await elsewhere.decline(proposal.id, alice)).kind is OutcomeKind.DECLINED


async def test_the_read_back_never_joins_an_older_look_up(house: "House", swr: "Swr", alice: Actor) -> None:
    """A look-up that began before the create would show that nothing is there."""
    swr.add("payments")
    toolbox = await house.toolbox()
    asked = {"organization": "payments", "repository": "api"}
    proposal = await house.ask(toolbox, "create-repository", asked, alice)
    path = "/v2/manage/namespaces/payments/repos/api"
    swr.misbehave(Fault("latency", method="GET", path=path, milliseconds=300))
    older = asyncio.create_task(toolbox.call("get-repository-info", {"repository": "payments/api"}, alice))
    await asyncio.sleep(0)
    looked_up = len(swr.seen("GET"))
    outcome = await toolbox.confirm(proposal.id, alice)
    assert outcome.kind is OutcomeKind.CREATED
    assert outcome.result is not None
    await older
    assert len(swr.seen("GET")) == looked_up + 2


async def test_a_proposal_of_a_newer_version_stops_nothing_else(house: "House", swr: "Swr", alice: Actor) -> None:
    """It can be listed, declined and left to expire; confirming it says to upgrade."""
    toolbox = await house.toolbox()
    newer = await house.ask(toolbox, *ORGANIZATION, alice)
    own = await house.ask(toolbox, "create-organization", {"organization": "own"}, alice)
    journal = await house.journal()
    later = newer.model_copy(update={"id": "ff" * 16, "code": "ZZZZ", "operation": "create-robot"})
    await journal.propose(later)
    with pytest.raises(ProposalMissing, match=r"holds an operation this swr-bot does not know") as caught:
        await toolbox.confirm(later.id, alice)
    assert caught.value.nothing_created
    assert [each.id for each in await toolbox.unsettled(alice)] == [newer.id, own.id, later.id]
    house.clock.advance(601)
    assert await toolbox.unsettled(alice) == []
    assert (await toolbox.confirm(later.id, alice)).kind is OutcomeKind.EXPIRED
    assert swr.posts == 0


async def test_a_proposal_of_a_newer_version_can_be_declined(house: "House", alice: Actor) -> None:
    """Saying no takes no understanding."""
    toolbox = await house.toolbox()
    known = await house.ask(toolbox, *ORGANIZATION, alice)
    journal = await house.journal()
    later = known.model_copy(update={"id": "ff" * 16, "code": "ZZZZ", "operation": "create-robot"})
    await journal.propose(later)
    outcome = await toolbox.decline(later.id, alice)
    assert outcome.sentence == "Declined create-robot ZZZZ. Nothing was created."


async def test_arguments_changed_behind_the_journal_create_nothing(house: "House", swr: "Swr", alice: Actor) -> None:
    """What was shown is what is created, or nothing is."""
    toolbox = await house.toolbox()
    proposal = await house.ask(toolbox, *ORGANIZATION, alice)
    for tampered in ('{"organization":"other"}', "not JSON", "[]"):
        house.write("UPDATE proposals SET arguments = ? WHERE id = ?", tampered, proposal.id)
        with pytest.raises(ProposalMissing, match=r"was changed after it was asked for") as caught:
            await toolbox.confirm(proposal.id, alice)
        assert caught.value.nothing_created
    house.write("UPDATE proposals SET arguments = ? WHERE id = ?", proposal.arguments, proposal.id)
    assert swr.posts == 0


def test_nothing_but_the_gate_may_send() -> None:
    """Only `create.send`, which the gate calls, reaches the cloud's create methods."""
    for operation in CATALOG:
        assert issubclass(operation, CreateOperation) == hasattr(operation, "send")
        assert issubclass(operation, CreateOperation) != hasattr(operation, "run")
