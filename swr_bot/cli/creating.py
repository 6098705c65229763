"""A create at the terminal: shown in full, asked once, confirmed or declined, and reported as it happened."""

from datetime import UTC, datetime

from swr_bot.cli import exit_codes
from swr_bot.cli.render import print_json
from swr_bot.cli.render_proposal import show_outcome, show_question, show_unsettled
from swr_bot.cli.session import Session
from swr_tools.errors import ConfirmationMissing
from swr_tools.gate.confirmation import Confirmation, confirmation_of
from swr_tools.gate.proposal import create_of, subject_of
from swr_tools.models import Record, record_of
from swr_tools.proposals import Outcome, Proposal, State


def settle(session: Session, proposal: Proposal) -> int:
    """Ask about a proposal, do what the person says, and return the exit code.

    Raises:
        ConfirmationMissing: Nobody can be asked; the proposal stays open.
        SwrError: It could not be confirmed or declined.
    """
    if proposal.outcome is not None:
        return report(session, proposal, proposal.outcome)
    agreed = session.yes or proposal.state is not State.PENDING or _ask(session, proposal)
    if agreed:
        try:
            outcome = session.wait(session.toolbox.confirm(proposal.id, session.actor), "Creating")
        except KeyboardInterrupt:
            session.console.note(f"\nStopped. See what is known of it with: {_confirming(proposal)}")
            return exit_codes.INTERRUPTED
    else:
        outcome = session.wait(session.toolbox.decline(proposal.id, session.actor))
    return report(session, proposal, outcome)


def report(session: Session, proposal: Proposal, outcome: Outcome) -> int:
    """Print an outcome and return its exit code."""
    if session.json:
        print_json(session.console, {"proposal_code": proposal.code, **outcome.model_dump(mode="json")})
    else:
        show_outcome(session.console, outcome, _record(proposal, outcome))
    return exit_codes.of_outcome(outcome)


def list_unsettled(session: Session) -> int:
    """Show this person's open proposals."""
    proposals = session.wait(session.toolbox.unsettled(session.actor))
    if session.json:
        print_json(session.console, [proposal.model_dump(mode="json") for proposal in proposals])
    else:
        subjects = {proposal.id: subject_of(proposal) for proposal in proposals}
        show_unsettled(session.console, proposals, subjects, datetime.now(UTC))
    return exit_codes.DONE


def warn_of_interrupted(session: Session, about: Proposal) -> None:
    """Say which other creates of this person were confirmed and never reported."""
    for proposal in session.wait(session.toolbox.unsettled(session.actor)):
        if proposal.state is State.CLAIMED and proposal.id != about.id:
            session.console.note(
                f"Note: {proposal.code}, {subject_of(proposal)}, was confirmed and its outcome is not known. "
                f"See it with: {_confirming(proposal)}"
            )


def _ask(session: Session, proposal: Proposal) -> bool:
    question = confirmation_of(proposal)
    if not session.console.interactive:
        raise _nobody_to_ask(proposal, question)
    show_question(session.console, question, datetime.now(UTC))
    word = "public" if question.public else "y"
    try:
        answer = session.console.ask(f"Type {word} to create it, anything else to decline: ")
    except (EOFError, KeyboardInterrupt):
        session.console.note()
        return False
    accepted = {"public"} if question.public else {"y", "yes"}
    return answer.strip().lower() in accepted


def _confirming(proposal: Proposal) -> str:
    """The command line that confirms it, or tells what became of it."""
    emulator = " --emulator" if proposal.site.cloud == "emulator" else ""
    return f"swr-bot confirm {proposal.code}{emulator}"


def _nobody_to_ask(proposal: Proposal, question: Confirmation) -> ConfirmationMissing:
    error = ConfirmationMissing(
        f"{question.question} That needs a confirmation, and there is no terminal to ask at.",
        hint=f"Confirm it in a terminal with {_confirming(proposal)}, or add --yes.",
        proposal_code=proposal.code,
    )
    error.nothing_created = True
    return error


def _record(proposal: Proposal, outcome: Outcome) -> Record | None:
    if outcome.result is None:
        return None
    return record_of(type(create_of(proposal)).result, outcome.result)
