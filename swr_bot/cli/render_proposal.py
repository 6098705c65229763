"""Questions, outcomes and open proposals as a person reads them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from swr_bot.cli.console import Console
from swr_bot.cli.render import reference, show_record, show_table
from swr_tools.gate.confirmation import Confirmation
from swr_tools.models import Record
from swr_tools.proposals import Outcome, OutcomeKind, Proposal
from swr_tools.wording import age_text, safe, time_left_text

_MARKS = {
    OutcomeKind.CREATED: ("✓", "green"),
    OutcomeKind.REFUSED: ("✗", "red"),
    OutcomeKind.DECLINED: ("-", "yellow"),
    OutcomeKind.EXPIRED: ("-", "yellow"),
    OutcomeKind.UNKNOWN: ("?", "yellow"),
}


def show_question(console: Console, question: Confirmation, now: datetime) -> None:
    """Everything a person must see before they answer."""
    console.note(console.style(question.question, "bold"))
    console.note()
    width = max(len(fact.label) for fact in question.facts)
    for fact in question.facts:
        value = console.style(fact.value, "yellow", "bold") if fact.loud else fact.value
        console.note(f"  {console.style(fact.label.ljust(width), 'dim')}  {value}")
    left = time_left_text((question.expires_at - now).total_seconds())
    console.note()
    console.note(console.style(f"Code {question.code}, good for {left}.", "dim"))


def show_outcome(console: Console, outcome: Outcome, record: Record | None) -> None:
    """What became of a create: the sentence, the next step, and what is there now."""
    mark, colour = _MARKS[outcome.kind]
    console.print(f"{console.style(mark, colour)} {safe(outcome.sentence)}")
    if outcome.hint:
        console.print(f"  {safe(outcome.hint)}")
    if outcome.swr_code or outcome.request_id:
        console.print(f"  {reference(outcome.swr_code, outcome.request_id)}")
    if record is not None:
        console.print()
        show_record(console, record)


def show_unsettled(console: Console, proposals: Sequence[Proposal], subjects: Mapping[str, str], now: datetime) -> None:
    """The creates that still wait for an answer, or for their outcome to be known."""
    if not proposals:
        console.note("Nothing waits for you.")
        return
    rows = [
        (p.code, p.operation, subjects[p.id], _standing(p, now), f"{p.site.cloud} {p.site.region}") for p in proposals
    ]
    show_table(console, ("CODE", "OPERATION", "WHAT", "STATE", "WHERE"), rows)


def _standing(proposal: Proposal, now: datetime) -> str:
    if proposal.claimed_at is not None:
        return f"confirmed {age_text(proposal.claimed_at, now)}, outcome not written"
    return f"waits, {time_left_text((proposal.expires_at - now).total_seconds())} left"
