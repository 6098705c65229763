"""Creates whose process died, slept, or is still at it: told as far as it is known, settled by reading only."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from swr_tools.actor import Actor
from swr_tools.proposals import Outcome, OutcomeKind, Proposal, State
from swr_tools.toolbox import Toolbox

if TYPE_CHECKING:
    from tests.contract.gate.conftest import Answer, House, ScriptedSwr, Swr

ORGANIZATION = ("create-organization", {"organization": "payments"})
AFTER_THE_LEASE = 3600
SOMEBODY_ELSES = (
    "A repository payments/api is there now, but it is not what was asked for; somebody else may have made it."
)


async def crashed(
    house: "House", toolbox: Toolbox, alice: Actor, operation: str, arguments: dict[str, str]
) -> Proposal:
    """A proposal that was claimed by a process that is no more."""
    proposal = await house.ask(toolbox, operation, arguments, alice)
    journal = await house.journal()
    now = house.clock.now()
    assert await journal.claim(proposal.id, by=alice, at=now, until=now + timedelta(seconds=90))
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


async def test_a_crashed_create_stays_open_while_swr_cannot_be_read(
    scripted_house: "House", scripted: "ScriptedSwr", alice: Actor
) -> None:
    """Without a reading there is nothing to settle it by."""
    toolbox = await scripted_house.toolbox()
    proposal = await crashed(scripted_house, toolbox, alice, *ORGANIZATION)
    scripted_house.clock.advance(AFTER_THE_LEASE)
    scripted.stop()
    outcome = await toolbox.confirm(proposal.id, alice)
    assert outcome.sentence.endswith("SWR could not be asked now.")
    assert "was confirmed 1 hour ago" in outcome.sentence
    assert (await scripted_house.stored(proposal)).state is State.CLAIMED
    assert scripted.posts == 0


async def test_a_crashed_create_in_another_region_stays_open(house: "House", swr: "Swr", alice: Actor) -> None:
    """What is there under the same name here says nothing about there."""
    proposal = await crashed(house, await house.toolbox(region="cn-north-1"), alice, *ORGANIZATION)
    swr.add("payments")
    house.clock.advance(AFTER_THE_LEASE)
    swr.turn_clock(AFTER_THE_LEASE)
    outcome = await (await house.toolbox()).confirm(proposal.id, alice)
    assert f"It was asked for huaweicloud cn-north-1 at {swr.url} with " in outcome.sentence
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


async def test_a_lease_is_as_long_as_the_claimer_said(
    scripted_house: "House", scripted: "ScriptedSwr", alice: Actor
) -> None:
    """A process with a shorter deadline does not settle what another may still be at."""
    patient, hasty = await scripted_house.toolbox(deadline=300), await scripted_house.toolbox(deadline=1)
    proposal = await scripted_house.ask(patient, *ORGANIZATION, alice)
    heard: list[Outcome] = []

    async def in_the_middle(method: str) -> None:
        if method == "POST":
            scripted_house.clock.advance(200)
            scripted.on_request = None
            heard.append(await hasty.confirm(proposal.id, alice))

    scripted.on_request = in_the_middle
    outcome = await patient.confirm(proposal.id, alice)
    assert heard[0].sentence.endswith("SWR does not show it now.")
    assert outcome.kind is OutcomeKind.CREATED
    assert await scripted_house.outcome(proposal) == outcome


@pytest.mark.parametrize("later", [0, AFTER_THE_LEASE])
async def test_a_crashed_create_is_not_said_to_have_made_what_somebody_else_made(
    house: "House", swr: "Swr", alice: Actor, later: int
) -> None:
    """Another description than the one that was asked for: what is there is not called ours."""
    swr.add("payments")
    toolbox = await house.toolbox()
    asked = {"organization": "payments", "repository": "api", "description": "Cards"}
    proposal = await crashed(house, toolbox, alice, "create-repository", asked)
    swr.add("payments/api")
    house.clock.advance(later)
    swr.turn_clock(later)
    outcome = await toolbox.confirm(proposal.id, alice)
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert outcome.sentence.endswith(SOMEBODY_ELSES)


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
