"""What `call` does with a create: refused before it is stored, stored once, remembered, never carried out."""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from swr_bot.emulators.swr.faults import Fault
from swr_tools.actor import Actor
from swr_tools.errors import (
    ArgumentInvalid,
    JournalUnavailable,
    NameInvalid,
    NameTaken,
    NotAllowed,
    OrganizationMissing,
    ReadOnly,
    SwrError,
    SwrUnreachable,
    UsageError,
)
from swr_tools.gate.policy import Policy, ReadOnlyPolicy, Rule
from swr_tools.models import OrganizationList
from swr_tools.operations import CATALOG, CreateOperation
from swr_tools.proposals import OutcomeKind, Proposal, State

if TYPE_CHECKING:
    from tests.contract.gate.conftest import House, ScriptedSwr, Swr

ORGANIZATION = ("create-organization", {"organization": "payments"})
REPOSITORY = ("create-repository", {"organization": "payments", "repository": "api"})
BOB = Actor(face="slack", tenant="T1", id="U1", name="Bob")
CREATES = {"create-organization": ORGANIZATION[1], "create-repository": REPOSITORY[1]}


def test_every_create_has_an_example_here() -> None:
    """A new creating operation must join these tests."""
    assert {each.name for each in CATALOG if issubclass(each, CreateOperation)} == set(CREATES)


@pytest.mark.parametrize("operation", CREATES)
async def test_a_create_never_runs_in_call(house: "House", swr: "Swr", alice: Actor, operation: str) -> None:
    """It gives a pending proposal; nothing was sent and nothing is there."""
    if operation == "create-repository":
        swr.add("payments")
    before = swr.has("payments")
    proposal = await house.ask(await house.toolbox(), operation, CREATES[operation], alice)
    assert isinstance(proposal, Proposal)
    assert proposal.state is State.PENDING
    assert proposal.outcome is None
    assert (swr.posts, swr.has("payments")) == (0, before)
    assert await house.events(proposal) == ["proposed"]


async def test_a_read_runs_at_once_and_writes_nothing(house: "House", swr: "Swr", alice: Actor) -> None:
    """It returns its result; no journal is even opened."""
    swr.add("payments")
    result = await (await house.toolbox()).call("list-organizations", {}, alice)
    assert isinstance(result, OrganizationList)
    assert [found.name for found in result.organizations] == ["payments"]
    assert not house.path.exists()


async def test_an_unknown_operation_is_a_usage_error(house: "House", alice: Actor) -> None:
    """Nothing is guessed."""
    with pytest.raises(UsageError, match=r"There is no operation delete-organization."):
        await house.ask(await house.toolbox(), "delete-organization", {}, alice)


async def test_a_proposal_holds_what_was_asked(house: "House", alice: Actor) -> None:
    """Canonical arguments and their hash, who, where, ten minutes, an id of 128 bits and a code to read aloud."""
    proposal = await house.ask(await house.toolbox(), *ORGANIZATION, alice)
    assert proposal.operation == "create-organization"
    assert proposal.arguments == '{"organization":"payments"}'
    assert len(bytes.fromhex(proposal.arguments_hash)) == 32
    assert proposal.actor == alice
    assert (proposal.site.cloud, proposal.site.region) == ("huaweicloud", "cn-north-4")
    assert (proposal.expires_at - proposal.created_at).total_seconds() == 600
    assert len(bytes.fromhex(proposal.id)) * 8 >= 128
    assert len(proposal.code) == 4
    assert not set(proposal.code) & set("O0I1S5B8L")
    assert await house.stored(proposal) == proposal


@pytest.mark.parametrize(
    ("call", "policy", "error"),
    [
        (("create-organization", {"organization": "Pay ments"}), Policy(), NameInvalid),
        (("create-repository", {"organization": "payments"}), Policy(), ArgumentInvalid),
        (("create-organization", {"organization": "new"}), ReadOnlyPolicy(), ReadOnly),
        (("create-organization", {"organization": "new"}), Policy(rule=(Rule(actors=("slack:*",)),)), NotAllowed),
        (ORGANIZATION, Policy(), NameTaken),
        (("create-repository", {"organization": "payments", "repository": "taken"}), Policy(), NameTaken),
        (("create-repository", {"organization": "nowhere", "repository": "api"}), Policy(), OrganizationMissing),
    ],
    ids=["name", "missing", "read-only", "policy", "organization-taken", "repository-taken", "organization-missing"],
)
async def test_what_cannot_work_is_refused_before_it_is_stored(
    *, house: "House", swr: "Swr", alice: Actor, call: tuple[str, dict[str, str]], policy: Policy, error: type[SwrError]
) -> None:
    """The person learns it at once, with the promise that nothing was created; the journal stays empty."""
    swr.add("payments")
    swr.add("payments/taken")
    with pytest.raises(error) as caught:
        await house.ask(await house.toolbox(policy=policy), *call, alice)
    assert caught.value.nothing_created
    assert swr.posts == 0
    assert await (await house.journal()).entries() == []


async def test_without_an_answer_from_swr_nothing_is_stored(house: "House", alice: Actor) -> None:
    """Whether it could work is not known, so nobody is asked to confirm it."""
    with pytest.raises(SwrUnreachable) as caught:
        await house.ask(await house.toolbox(url="http://127.0.0.1:1"), *ORGANIZATION, alice)
    assert caught.value.nothing_created
    assert await (await house.journal()).entries() == []


async def test_without_a_journal_nothing_is_proposed(house: "House", alice: Actor) -> None:
    """A proposal that cannot be written down does not exist."""
    house.path.mkdir()
    toolbox = await house.toolbox()
    with pytest.raises(JournalUnavailable) as caught:
        await house.ask(toolbox, *ORGANIZATION, alice)
    assert caught.value.nothing_created
    house.path.rmdir()


async def test_the_same_again_while_pending_is_the_same_proposal(house: "House", swr: "Swr", alice: Actor) -> None:
    """From any process, and without asking SWR again; the other face of the same person too."""
    first = await house.ask(await house.toolbox(), *ORGANIZATION, alice)
    house.clock.advance(599)
    assistant = replace(alice, face="mcp", name="Assistant")
    looks = len(swr.seen("GET"))
    assert await house.ask(await house.toolbox(), *ORGANIZATION, alice) == first
    assert await house.ask(await house.toolbox(), *ORGANIZATION, assistant) == first
    assert len(swr.seen("GET")) == looks
    assert await house.events(first) == ["proposed"]


async def test_two_calls_at_once_make_one_proposal(house: "House", alice: Actor) -> None:
    """Also from two processes."""
    boxes = [await house.toolbox() for _ in range(2)]
    found = await asyncio.gather(*(house.ask(box, *ORGANIZATION, alice) for box in (*boxes, *boxes)))
    assert len({proposal.id for proposal in found}) == 1


async def test_a_toolbox_opens_its_journal_once(house: "House", alice: Actor) -> None:
    """Also when its first two creates come at the same time."""
    toolbox = await house.toolbox()
    await asyncio.gather(house.ask(toolbox, *ORGANIZATION, alice), house.ask(toolbox, *ORGANIZATION, alice))
    assert house.opened == 1


async def test_other_people_arguments_and_places_are_other_proposals(
    house: "House", anybody: Policy, alice: Actor
) -> None:
    """One per actor, arguments, cloud, region and account."""
    here = await house.toolbox(policy=anybody)
    there = await house.toolbox(policy=anybody, region="cn-north-1")
    asked = [
        await house.ask(here, *ORGANIZATION, alice),
        await house.ask(here, "create-organization", {"organization": "payments2"}, alice),
        await house.ask(here, *ORGANIZATION, BOB),
        await house.ask(here, *ORGANIZATION, replace(BOB, tenant="T2")),
        await house.ask(here, *ORGANIZATION, replace(BOB, face="mcp")),
        await house.ask(there, *ORGANIZATION, alice),
    ]
    assert len({proposal.id for proposal in asked}) == len(asked)
    assert len({proposal.code for proposal in asked}) == len(asked)


async def test_what_was_created_is_remembered_while_the_proposal_lives(
    house: "House", swr: "Swr", alice: Actor
) -> None:
    """Until it would have expired; then SWR decides anew."""
    toolbox = await house.toolbox()
    first = await house.ask(toolbox, *ORGANIZATION, alice)
    await toolbox.confirm(first.id, alice)
    house.clock.advance(599)
    assert (await house.ask(toolbox, *ORGANIZATION, alice)).id == first.id
    house.clock.advance(1)
    with pytest.raises(NameTaken):
        await house.ask(toolbox, *ORGANIZATION, alice)
    assert swr.posts == 1


async def test_what_was_declined_may_be_asked_anew(house: "House", swr: "Swr", alice: Actor) -> None:
    """A new proposal, with a new id; the old one stays declined."""
    toolbox = await house.toolbox()
    first = await house.ask(toolbox, *ORGANIZATION, alice)
    outcome = await toolbox.decline(first.id, alice)
    assert outcome.kind is OutcomeKind.DECLINED
    assert outcome.sentence == "Declined payments. Nothing was created."
    second = await house.ask(toolbox, *ORGANIZATION, alice)
    assert second.id != first.id
    assert await toolbox.confirm(first.id, alice) == outcome
    assert (swr.posts, (await house.stored(second)).state) == (0, State.PENDING)


async def test_what_was_refused_may_be_asked_anew(house: "House", swr: "Swr", alice: Actor) -> None:
    """SWR said no; it may say yes the next time."""
    toolbox = await house.toolbox()
    first = await house.ask(toolbox, *ORGANIZATION, alice)
    swr.add("payments")
    assert (await toolbox.confirm(first.id, alice)).kind is OutcomeKind.REFUSED
    swr.remove("payments")
    second = await house.ask(toolbox, *ORGANIZATION, alice)
    assert second.id != first.id
    assert (await toolbox.confirm(second.id, alice)).kind is OutcomeKind.CREATED


async def test_what_expired_may_be_asked_anew(house: "House", swr: "Swr", alice: Actor) -> None:
    """The old one is settled as expired on the way."""
    toolbox = await house.toolbox()
    first = await house.ask(toolbox, *ORGANIZATION, alice)
    house.clock.advance(600)
    second = await house.ask(toolbox, *ORGANIZATION, alice)
    assert second.id != first.id
    expired = await house.outcome(first)
    assert expired.kind is OutcomeKind.EXPIRED
    assert expired.sentence == "The request for payments expired before it was confirmed. Nothing was created."
    assert swr.posts == 0


async def test_a_proposal_lives_from_when_it_is_stored(house: "House", swr: "Swr", alice: Actor) -> None:
    """A slow check at a busy SWR does not use up the time that people have to answer."""
    toolbox = await house.toolbox(ttl=10)
    swr.misbehave(Fault("5xx", status=503, times=3))
    slow = await house.ask(toolbox, *ORGANIZATION, alice)
    assert sum(house.clock.slept) > 0
    assert (slow.expires_at - house.clock.now()).total_seconds() == 10


@pytest.mark.parametrize(("ttl", "same"), [(600, True), (10, False)], ids=["open", "expired"])
async def test_a_proposal_that_came_in_between_is_taken_while_it_is_open(
    *, scripted_house: "House", scripted: "ScriptedSwr", alice: Actor, ttl: float, same: bool
) -> None:
    """Another process was faster while SWR was being asked; what expired meanwhile is no answer."""
    slow, fast = await scripted_house.toolbox(), await scripted_house.toolbox(ttl=ttl)
    between: list[Proposal] = []

    async def ask(method: str) -> None:
        assert method == "GET"
        scripted.on_request = None
        between.append(await scripted_house.ask(fast, *ORGANIZATION, alice))
        scripted_house.clock.advance(20)

    scripted.on_request = ask
    proposal = await scripted_house.ask(slow, *ORGANIZATION, alice)
    assert (proposal.id == between[0].id) == same
    assert proposal.state is State.PENDING
    assert proposal.expires_at > scripted_house.clock.now()
