"""What every face says about an outcome: one table of sentences, from what happened to words."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime

from swr_tools.actor import Actor
from swr_tools.errors import NOTHING_CREATED
from swr_tools.gate.effect import Settled
from swr_tools.models import Record, plain
from swr_tools.operations import CreateOperation
from swr_tools.proposals import Outcome, OutcomeKind, Proposal
from swr_tools.wording import age_text

_CHECK_FIRST = "Look it up before asking again."


def settled(create: CreateOperation, proposal: Proposal, by: Actor, result: Settled, at: datetime) -> Outcome:
    """The outcome of a create that was carried out."""
    error = result.error
    return Outcome(
        kind=result.kind,
        sentence=_sentence(create, proposal, result),
        hint=_hint(result),
        at=at,
        by=str(by),
        error_code=error.code if error else None,
        swr_code=error.swr_code if error else None,
        request_id=error.request_id if error else None,
        result=_json(result.record),
    )


def _sentence(create: CreateOperation, proposal: Proposal, result: Settled) -> str:
    where = f"in {proposal.site.region}"
    if result.kind is OutcomeKind.CREATED and result.verified:
        return f"Created {create.subject} {where}: SWR's answer was lost, but it is there now."
    if result.kind is OutcomeKind.CREATED:
        return f"Created {create.subject} {where}."
    why = result.error.sentence if result.error else "It was interrupted before anything was sent."
    if result.kind is OutcomeKind.REFUSED:
        return f"{why} {NOTHING_CREATED}"
    return f"Whether {create.subject} was created {where} is not known. {why}"


def _hint(result: Settled) -> str:
    if result.kind is OutcomeKind.UNKNOWN:
        return _CHECK_FIRST
    return result.error.hint if result.error else ""


def _json(record: Record | None) -> Mapping[str, object] | None:
    return None if record is None else {field.name: plain(getattr(record, field.name)) for field in fields(record)}


def declined(create_subject: str, by: Actor, at: datetime) -> Outcome:
    """The outcome of a proposal that its person said no to."""
    return Outcome(
        kind=OutcomeKind.DECLINED, sentence=f"Declined {create_subject}. {NOTHING_CREATED}", at=at, by=str(by)
    )


def expired(create_subject: str, at: datetime) -> Outcome:
    """The outcome of a proposal that nobody confirmed in time."""
    return Outcome(
        kind=OutcomeKind.EXPIRED,
        sentence=f"The request for {create_subject} expired before it was confirmed. {NOTHING_CREATED}",
        hint="Ask again.",
        at=at,
    )


def interrupted(create: CreateOperation, proposal: Proposal, there: bool | None, now: datetime) -> Outcome:
    """What is known of a confirmed create whose outcome was never written.

    Args:
        create: The call.
        proposal: In state CLAIMED.
        there: Whether SWR shows it now; None where SWR could not be asked.
        now: UTC.
    """
    since = age_text(proposal.claimed_at or proposal.created_at, now)
    seen = {True: "SWR shows it now", False: "SWR does not show it now", None: "SWR could not be asked now"}[there]
    return Outcome(
        kind=OutcomeKind.UNKNOWN,
        sentence=(
            f"{create.subject} was confirmed {since} ({proposal.code}) and its outcome was not written down: "
            f"it is still under way, or it was interrupted. {seen}."
        ),
        hint=_CHECK_FIRST,
        at=now,
        by=proposal.claimed_by,
        error_code="outcome-unknown",
    )


def recovered(create: CreateOperation, proposal: Proposal, there: bool, now: datetime) -> Outcome:
    """The outcome of an interrupted create, settled by reading once nothing of it can be under way any more."""
    kind = OutcomeKind.CREATED if there else OutcomeKind.UNKNOWN
    state = "it is there now" if there else "SWR does not show it"
    return Outcome(
        kind=kind,
        sentence=f"Creating {create.subject} was interrupted after it was confirmed ({proposal.code}); {state}.",
        hint="" if there else _CHECK_FIRST,
        at=now,
        by=proposal.claimed_by,
        error_code=None if there else "outcome-unknown",
    )


def not_recorded(outcome: Outcome, why: str) -> Outcome:
    """An outcome that is true but is not what the journal holds."""
    return outcome.model_copy(update={"hint": f"{outcome.hint} {why}".strip()})
