"""What every face says about an outcome: one table of sentences, from what happened to words."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from enum import StrEnum

from swr_tools.actor import Actor
from swr_tools.errors import NOTHING_CREATED
from swr_tools.gate.attempt import Settled
from swr_tools.models import Record, plain
from swr_tools.operations import CreateOperation
from swr_tools.proposals import Outcome, OutcomeKind, Proposal, Site
from swr_tools.wording import age_text

_CHECK_FIRST = "Look it up before asking again."


class Seen(StrEnum):
    """What a look at SWR shows of a create whose outcome is not known."""

    THERE = "there"
    FOREIGN = "foreign"  # there, and not as it was asked for
    ABSENT = "absent"
    NOT_ASKED = "not asked"


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
    if result.foreign:
        why = _somebody_elses(create)
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


def interrupted(create: CreateOperation, proposal: Proposal, seen: Seen, now: datetime) -> Outcome:
    """What is known of a confirmed create, in state CLAIMED, whose outcome was never written."""
    words = {
        Seen.THERE: "SWR shows it now.",
        Seen.FOREIGN: _somebody_elses(create),
        Seen.ABSENT: "SWR does not show it now.",
        Seen.NOT_ASKED: "SWR could not be asked now.",
    }
    return _open_end(create, proposal, words[seen], now)


def interrupted_elsewhere(create: CreateOperation, proposal: Proposal, now: datetime) -> Outcome:
    """The same where this swr-bot creates at another site, so that its SWR has nothing to say about it."""
    outcome = _open_end(create, proposal, f"It was asked for {site(proposal.site)}, so SWR was not asked here.", now)
    return outcome.model_copy(update={"hint": "Confirm it again with the settings it was asked with."})


def _open_end(create: CreateOperation, proposal: Proposal, seen: str, now: datetime) -> Outcome:
    since = age_text(proposal.claimed_at or proposal.created_at, now)
    return Outcome(
        kind=OutcomeKind.UNKNOWN,
        sentence=(
            f"{create.subject} was confirmed {since} ({proposal.code}) and its outcome was not written down: "
            f"it is still under way, or it was interrupted. {seen}"
        ),
        hint=_CHECK_FIRST,
        at=now,
        by=proposal.claimed_by,
        error_code="outcome-unknown",
    )


def recovered(create: CreateOperation, proposal: Proposal, seen: Seen, now: datetime) -> Outcome:
    """The outcome of an interrupted create, settled by reading once nothing of it can be under way any more."""
    there = seen is Seen.THERE
    state = "it is there now." if there else "SWR does not show it."
    if seen is Seen.FOREIGN:
        state = f"whether it was created is not known. {_somebody_elses(create)}"
    return Outcome(
        kind=OutcomeKind.CREATED if there else OutcomeKind.UNKNOWN,
        sentence=f"Creating {create.subject} was interrupted after it was confirmed ({proposal.code}); {state}",
        hint="" if there else _CHECK_FIRST,
        at=now,
        by=proposal.claimed_by,
        error_code=None if there else "outcome-unknown",
    )


def remembered(
    create: CreateOperation, proposal: Proposal, outcome: Outcome, record: Record | None, now: datetime
) -> Outcome:
    """What became of a settled proposal, for somebody who asks for the same again; the journal keeps its own words.

    Args:
        create: The call.
        proposal: The one that ended.
        outcome: How: `created` or `unknown`.
        record: What is there now; None where SWR could not be asked.
        now: UTC.
    """
    since, where = age_text(outcome.at, now), f"in {proposal.site.region}"
    if outcome.kind is OutcomeKind.CREATED:
        sentence = f"{create.subject} was created {since} {where} ({proposal.code}); nothing was sent now."
        if record is None:
            sentence += " SWR could not be asked whether it is still there."
        return outcome.model_copy(update={"sentence": sentence})
    if record is None:
        return outcome
    since = age_text(proposal.created_at, now)
    sentence = f"It is there now: {create.subject} {where}, asked for {since} ({proposal.code}); nothing was sent now."
    there = {"kind": OutcomeKind.CREATED, "hint": "", "error_code": None, "swr_code": None, "request_id": None}
    return outcome.model_copy(update={**there, "sentence": sentence, "result": _json(record)})


def other_site(proposal: Proposal, here: Site) -> str:
    """Why a proposal cannot be confirmed here."""
    asked = proposal.site
    other = "another account" if asked.account == here.account and asked.account_id != here.account_id else here.account
    return (
        f"{proposal.code} was asked for {site(asked)}; "
        f"this swr-bot is set to {site(here.model_copy(update={'account': other}))}."
    )


def site(where: Site) -> str:
    """A place as people read it."""
    return f"{where.cloud} {where.region} at {where.endpoint} with {where.account}"


def _somebody_elses(create: CreateOperation) -> str:
    return (
        f"A {create.noun} {create.subject} is there now, but it is not what was asked for; "
        "somebody else may have made it."
    )


def not_recorded(outcome: Outcome, why: str) -> Outcome:
    """An outcome that is true but is not what the journal holds."""
    return outcome.model_copy(update={"hint": f"{outcome.hint} {why}".strip()})
