"""The table of outcomes: what each answer of SWR to a confirmed create becomes, over real HTTP."""

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from swr_bot.emulators.swr.faults import Fault
from swr_tools.actor import Actor
from swr_tools.cloud.client import Timeouts
from swr_tools.errors import JournalUnavailable
from swr_tools.proposals import Outcome, OutcomeKind, Proposal, State
from swr_tools.toolbox import Toolbox

if TYPE_CHECKING:
    from tests.contract.gate.conftest import Answer, House, ScriptedSwr, Swr

CREATED, REFUSED, UNKNOWN = OutcomeKind.CREATED, OutcomeKind.REFUSED, OutcomeKind.UNKNOWN
ORGANIZATION = ("create-organization", {"organization": "payments"})
NOTHING = " Nothing was created."
VERIFIED = "Created payments in cn-north-4: SWR's answer was lost, but it is there now."
FOR_EVER = 100
HTML = b"<html><h1>502 Bad Gateway</h1></html>"
IMPATIENT = Timeouts(connect=0.05, read=0.05, operation=0.1)


def refusal(status: int, code: str) -> dict[str, Any]:
    """A clear no, as SWR or its gateway sends it."""
    return {"status": status, "body": {"error_code": code, "error_msg": "No."}, "headers": {"X-Request-Id": "r-1"}}


@dataclass(frozen=True)
class Row:
    """One row of the table.

    Attributes:
        answers: What the POSTs get, in turn; then SWR behaves.
        kind: The outcome.
        says: How its sentence begins.
        posts: How many creates are sent.
        there: Whether it is there in the end.
        error: The code of the error behind it.
        reads: What the GETs after the first get, in turn.
    """

    answers: tuple[dict[str, Any], ...]
    kind: OutcomeKind
    says: str
    posts: int
    there: bool
    error: str | None = None
    reads: tuple[dict[str, Any], ...] = ()


LIMITED = refusal(429, "APIGW.0308")
FAILED = {"status": 500}
FAILED_AFTER = {"status": 500, "effect": True}
TABLE = {
    "201": Row(({"status": 201, "effect": True},), CREATED, "Created payments in cn-north-4.", 1, True),
    "200": Row(({"status": 200, "effect": True},), CREATED, "Created payments in cn-north-4.", 1, True),
    "201 without a body": Row(({"status": 201, "effect": True, "body": b""},), CREATED, "Created payments", 1, True),
    "201, and the read back fails": Row(
        ({"status": 201, "effect": True},),
        *(CREATED, "Created payments in cn-north-4.", 1, True),
        reads=({"status": 403, "body": {}},),
    ),
    "204": Row(({"status": 204, "body": b"", "effect": True},), CREATED, VERIFIED, 1, True),
    "a captive portal's 200": Row(({"status": 200, "body": HTML},), CREATED, "Created payments in", 2, True),
    "400": Row((refusal(400, "SVCSTG.SWR.4001028"),), REFUSED, "SWR in cn-north-4 calls", 1, False, "request-refused"),
    "400 quota": Row((refusal(400, "SVCSTG.SWR.4000097"),), REFUSED, "This account has as", 1, False, "quota-reached"),
    "401": Row((refusal(401, "APIGW.0301"),), REFUSED, "SWR in cn-north-4 does not", 1, False, "credentials-rejected"),
    "403": Row((refusal(403, "SVCSTG.SWR.4030170"),), REFUSED, "These credentials may not", 1, False, "not-allowed"),
    "404": Row((refusal(404, "APIGW.0101"),), REFUSED, "What answers at", 1, False, "address-wrong"),
    "406": Row((refusal(406, "SVCSTG.SWR.4060074"),), REFUSED, "SWR in cn-north-4 calls", 1, False, "request-refused"),
    "409": Row((refusal(409, "SVCSTG.SWR.4090060"),), REFUSED, "The name payments is taken", 1, False, "name-taken"),
    "413": Row((refusal(413, "APIGW.0201"),), REFUSED, "SWR in cn-north-4 calls", 1, False, "request-refused"),
    "429 once": Row((LIMITED,), CREATED, "Created payments in cn-north-4.", 2, True),
    "429 for ever": Row((LIMITED,) * FOR_EVER, REFUSED, "SWR in cn-north-4 asks for", 7, False, "rate-limited"),
    "429 that names a time": Row(
        ({**LIMITED, "headers": {"Retry-After": "20"}},), CREATED, "Created payments in cn-north-4.", 2, True
    ),
    "429 that names a time past the deadline": Row(
        ({**LIMITED, "headers": {"Retry-After": "31"}},), REFUSED, "SWR in cn-north-4 asks", 1, False, "rate-limited"
    ),
    "403 4031032": Row((refusal(403, "SVCSTG.SWR.4031032"),), CREATED, "Created payments in cn-north-4.", 2, True),
    "403 4031042": Row((refusal(403, "SVCSTG.SWR.4031042"),), CREATED, "Created payments in cn-north-4.", 2, True),
    "5xx before": Row((FAILED,), CREATED, "Created payments in cn-north-4.", 2, True),
    "5xx after": Row((FAILED_AFTER,), CREATED, VERIFIED, 1, True),
    "5xx for ever": Row((FAILED,) * FOR_EVER, UNKNOWN, "Whether payments was created", 7, False, "swr-failing"),
    "HTML 502 before": Row(({"status": 502, "body": HTML},), CREATED, "Created payments in cn-north-4.", 2, True),
    "HTML 502 after": Row(({"status": 502, "body": HTML, "effect": True},), CREATED, VERIFIED, 1, True),
    "reset before": Row(({"ending": "reset"},), CREATED, "Created payments in cn-north-4.", 2, True),
    "reset after": Row(({"ending": "reset", "effect": True},), CREATED, VERIFIED, 1, True),
    "SWR dies in its answer": Row(
        ({"body": {"long": "x" * 99}, "ending": "cut", "effect": True},), CREATED, VERIFIED, 1, True
    ),
    "time-out before": Row(({"ending": "hang"},), CREATED, "Created payments in cn-north-4.", 2, True),
    "time-out after": Row(({"ending": "hang", "effect": True},), CREATED, VERIFIED, 1, True),
    "409 on a retry of ours, and it is there": Row(
        (FAILED_AFTER,), CREATED, VERIFIED, 2, True, reads=({"status": 404, "body": b""},)
    ),
    "409 on a retry of ours, and it is not there": Row(
        (FAILED, *(refusal(409, "SVCSTG.SWR.4090060"),) * FOR_EVER),
        *(UNKNOWN, "Whether payments was created in cn-north-4 is not known. SWR in", 7, False, "swr-failing"),
    ),
    "403 on a retry of ours": Row(
        (FAILED, refusal(403, "SVCSTG.SWR.4030170")), UNKNOWN, "Whether payments was", 2, False, "swr-failing"
    ),
    "403 on a retry of ours, and it is there": Row(
        (FAILED_AFTER, refusal(403, "SVCSTG.SWR.4030170")),
        *(CREATED, VERIFIED, 2, True),
        reads=({"status": 404, "body": b""},),
    ),
    "in doubt, then limited until the deadline, and it is there after all": Row(
        (FAILED_AFTER, *(LIMITED,) * FOR_EVER), CREATED, VERIFIED, 7, True, reads=({"status": 404, "body": b""},)
    ),
    "limited with a time, then failing": Row(
        ({**LIMITED, "headers": {"Retry-After": "20"}}, FAILED), CREATED, "Created payments in cn-north-4.", 3, True
    ),
}


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
async def test_each_answer_has_its_outcome(
    scripted_house: "House", scripted: "ScriptedSwr", says: "type[Answer]", alice: Actor, row: Row
) -> None:
    """Outcome, sentence, number of POSTs, what exists and what the journal says are those of the table."""
    toolbox = await scripted_house.toolbox(timeouts=IMPATIENT)
    proposal = await scripted_house.ask(toolbox, *ORGANIZATION, alice)
    scripted.posts_get = [says(**answer) for answer in row.answers]
    scripted.reads_get = [says(**answer) for answer in row.reads]

    outcome = await toolbox.confirm(proposal.id, alice)

    assert (outcome.kind, scripted.posts, scripted.there) == (row.kind, row.posts, row.there)
    assert outcome.sentence.startswith(row.says)
    assert outcome.sentence.endswith(NOTHING) == (row.kind is REFUSED)
    assert outcome.error_code == row.error
    assert bool(outcome.hint) == (row.kind is not CREATED)
    assert (await scripted_house.outcome(proposal)) == outcome
    assert await scripted_house.events(proposal) == ["proposed", "claimed", "settled"]
    assert sum(scripted_house.clock.slept) < 30
    assert await toolbox.confirm(proposal.id, alice) == outcome
    assert scripted.posts == row.posts


async def test_swrs_own_words_are_kept(
    scripted_house: "House", scripted: "ScriptedSwr", says: "type[Answer]", alice: Actor
) -> None:
    """Its code and its request id, for a ticket."""
    toolbox = await scripted_house.toolbox()
    proposal = await scripted_house.ask(toolbox, *ORGANIZATION, alice)
    scripted.posts_get = [says(**refusal(403, "SVCSTG.SWR.4030170"))]
    outcome = await toolbox.confirm(proposal.id, alice)
    assert (outcome.swr_code, outcome.request_id) == ("SVCSTG.SWR.4030170", "r-1")


async def test_rejected_keys_are_not_used_again(
    scripted_house: "House", scripted: "ScriptedSwr", says: "type[Answer]", alice: Actor
) -> None:
    """After a 401 not even a look is sent, though an earlier try is in doubt: five failures lock the key."""
    toolbox = await scripted_house.toolbox()
    proposal = await scripted_house.ask(toolbox, *ORGANIZATION, alice)
    scripted.posts_get = [says(500), says(**refusal(401, "APIGW.0301"))]
    scripted.seen.clear()
    outcome = await toolbox.confirm(proposal.id, alice)
    assert outcome.kind is UNKNOWN
    assert scripted.seen == ["POST", "GET", "POST"]


async def test_a_refused_connection_is_tried_until_the_deadline(
    scripted_house: "House", scripted: "ScriptedSwr", alice: Actor
) -> None:
    """Nothing was ever sent, so it ends in a clear refusal."""
    house, toolbox = scripted_house, await scripted_house.toolbox()
    proposal = await house.ask(toolbox, *ORGANIZATION, alice)
    scripted.stop()
    outcome = await toolbox.confirm(proposal.id, alice)
    assert (outcome.kind, outcome.error_code) == (REFUSED, "swr-unreachable")
    assert outcome.sentence.startswith(f"No connection to SWR at {scripted.url.removeprefix('http://')} could be made")
    assert outcome.sentence.endswith(NOTHING)
    assert house.clock.slept == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0]
    assert await house.outcome(proposal) == outcome


@dataclass(frozen=True)
class FaultRow:
    """What a fault that the emulator makes becomes."""

    fault: Fault
    kind: OutcomeKind
    posts: int
    verified: bool = False


FAULTS = {
    "429": FaultRow(Fault("429", method="POST", times=2), CREATED, 3),
    "403 throttle": FaultRow(Fault("403-throttle", method="POST"), CREATED, 2),
    "429 always": FaultRow(Fault("429", method="POST", times=0), REFUSED, 7),
    "500 before": FaultRow(Fault("5xx", method="POST"), CREATED, 2),
    "500 after": FaultRow(Fault("5xx-after", method="POST"), CREATED, 1, verified=True),
    "503 before, always": FaultRow(Fault("5xx", method="POST", status=503, times=0), UNKNOWN, 7),
    "html 502": FaultRow(Fault("html-502", method="POST"), CREATED, 2),
    "reset before": FaultRow(Fault("reset-before", method="POST"), CREATED, 2),
    "reset after": FaultRow(Fault("reset-after", method="POST"), CREATED, 1, verified=True),
    "slow": FaultRow(Fault("slow-body", method="POST", milliseconds=5), CREATED, 1),
}


@pytest.mark.parametrize("row", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("operation", ["create-organization", "create-repository"])
async def test_each_fault_of_the_emulator_has_its_outcome(
    *, house: "House", swr: "Swr", alice: Actor, row: FaultRow, operation: str
) -> None:
    """The same table, told by an SWR that was written from its documents alone."""
    thing, arguments = "payments", {"organization": "payments"}
    if operation == "create-repository":
        swr.add("payments")
        thing, arguments = "payments/api", {"organization": "payments", "repository": "api"}
    toolbox = await house.toolbox()
    proposal = await house.ask(toolbox, operation, arguments, alice)
    swr.misbehave(row.fault)
    outcome = await toolbox.confirm(proposal.id, alice)
    assert (outcome.kind, swr.posts, swr.has(thing)) == (row.kind, row.posts, row.kind is CREATED)
    assert ("SWR's answer was lost" in outcome.sentence) == row.verified
    assert (outcome.result is not None) == (row.kind is CREATED)
    assert await house.outcome(proposal) == outcome


@pytest.mark.parametrize("asked", [{"public": True}, {"description": "Cards"}, {"category": "lang"}])
async def test_a_lost_answer_does_not_make_somebody_elses_repository_ours(
    house: "House", swr: "Swr", alice: Actor, asked: dict[str, object]
) -> None:
    """What is there differs from what was asked for, so that who made it is not known."""
    swr.add("payments")
    toolbox = await house.toolbox()
    wanted = {"organization": "payments", "repository": "api", **asked}
    proposal = await house.ask(toolbox, "create-repository", wanted, alice)
    swr.misbehave(Fault("5xx", method="POST"))
    swr.add("payments/api")
    outcome = await toolbox.confirm(proposal.id, alice)
    assert (outcome.kind, outcome.result, swr.posts) == (UNKNOWN, None, 1)
    assert outcome.sentence.endswith(
        "A repository payments/api is there now, but it is not what was asked for; somebody else may have made it."
    )
    assert await house.outcome(proposal) == outcome


async def test_a_fault_of_ours_leaves_no_claim_open(
    scripted_house: "House", scripted: "ScriptedSwr", says: "type[Answer]", alice: Actor
) -> None:
    """An error that nobody foresaw, in the middle of the request: unknown, and written down, with its kind only."""

    class Broken(httpx.AsyncHTTPTransport):
        """Breaks down at every create, once it was sent."""

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            """One request."""
            answer = await super().handle_async_request(request)
            if request.method == "POST":
                await answer.aread()
                await answer.aclose()
                raise ZeroDivisionError("s3cret")
            return answer

    for effect, kind in ((False, UNKNOWN), (True, CREATED)):
        toolbox = await scripted_house.toolbox(transport=Broken())
        proposal = await scripted_house.ask(toolbox, *ORGANIZATION, alice)
        scripted.posts_get = [says(effect=effect)]
        outcome = await toolbox.confirm(proposal.id, alice)
        assert outcome.kind is kind
        assert "s3cret" not in outcome.model_dump_json()
        assert await scripted_house.outcome(proposal) == outcome
        await toolbox.aclose()


async def test_a_repository_of_an_organization_that_went_away_is_refused(
    house: "House", swr: "Swr", alice: Actor
) -> None:
    """SWR's 404 to the create itself."""
    swr.add("payments")
    toolbox = await house.toolbox()
    proposal = await house.ask(toolbox, "create-repository", {"organization": "payments", "repository": "api"}, alice)
    swr.remove("payments")
    outcome = await toolbox.confirm(proposal.id, alice)
    assert (outcome.kind, outcome.error_code) == (REFUSED, "organization-missing")
    assert swr.posts == 1


async def test_a_name_that_was_taken_meanwhile_is_refused(house: "House", swr: "Swr", alice: Actor) -> None:
    """Somebody else was faster; what they made is not called ours."""
    toolbox = await house.toolbox()
    proposal = await house.ask(toolbox, *ORGANIZATION, alice)
    swr.add("payments")
    outcome = await toolbox.confirm(proposal.id, alice)
    assert (outcome.kind, outcome.error_code, swr.posts) == (REFUSED, "name-taken", 1)


async def confirm_while_locked_at(
    house: "House", scripted: "ScriptedSwr", toolbox: Toolbox, proposal: Proposal, alice: Actor
) -> Outcome:
    """Confirm, with the journal held by somebody else from the create to its end."""
    holder = sqlite3.connect(house.path, isolation_level=None)

    async def hold(method: str) -> None:
        if method == "POST":
            holder.execute("BEGIN IMMEDIATE")

    scripted.on_request = hold
    try:
        return await toolbox.confirm(proposal.id, alice)
    finally:
        holder.execute("ROLLBACK")
        holder.close()
        scripted.on_request = None


@pytest.mark.usefixtures("impatient")
async def test_a_journal_that_fails_at_the_claim_stops_the_create(
    scripted_house: "House", scripted: "ScriptedSwr", alice: Actor
) -> None:
    """No intent written down, no effect; the proposal can be confirmed once the journal is back."""
    toolbox = await scripted_house.toolbox()
    proposal = await scripted_house.ask(toolbox, *ORGANIZATION, alice)
    with scripted_house.locked(), pytest.raises(JournalUnavailable) as caught:
        await toolbox.confirm(proposal.id, alice)
    assert caught.value.nothing_created
    assert scripted.posts == 0
    assert (await toolbox.confirm(proposal.id, alice)).kind is CREATED
    assert scripted.posts == 1


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("refused", [False, True])
async def test_a_journal_that_fails_at_the_end_does_not_change_what_happened(
    *, scripted_house: "House", scripted: "ScriptedSwr", says: "type[Answer]", alice: Actor, refused: bool
) -> None:
    """The person hears the truth and that it was not recorded; later it is settled by reading only."""
    toolbox = await scripted_house.toolbox()
    proposal = await scripted_house.ask(toolbox, *ORGANIZATION, alice)
    if refused:
        scripted.posts_get = [says(**refusal(403, "SVCSTG.SWR.4030170"))]
    outcome = await confirm_while_locked_at(scripted_house, scripted, toolbox, proposal, alice)
    assert outcome.kind is (REFUSED if refused else CREATED)
    assert "The journal could not record this" in outcome.hint
    assert (await scripted_house.stored(proposal)).state is State.CLAIMED
    scripted_house.clock.advance(3600)
    later = await toolbox.confirm(proposal.id, alice)
    assert later.kind is (UNKNOWN if refused else CREATED)
    assert await scripted_house.outcome(proposal) == later
    assert scripted.posts == 1


@pytest.mark.usefixtures("impatient")
async def test_a_second_click_never_says_that_nothing_was_created_when_it_cannot_know(
    house: "House", swr: "Swr", alice: Actor
) -> None:
    """The first click created it; the second one meets a journal that cannot be read."""
    toolbox, second = await house.toolbox(), await house.toolbox()
    proposal = await house.ask(toolbox, *ORGANIZATION, alice)
    await house.ask(second, *ORGANIZATION, alice)
    await toolbox.confirm(proposal.id, alice)
    holder = sqlite3.connect(house.path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(JournalUnavailable) as caught:
        await second.confirm(proposal.id, alice)
    holder.execute("ROLLBACK")
    holder.close()
    assert not caught.value.nothing_created
    assert swr.has("payments")
