"""The question before a create, and what stands there while it is carried out."""

from collections.abc import Sequence

from swr_bot.slack_app.cards.blocks import (
    Block,
    Element,
    Row,
    button,
    buttons,
    header,
    line,
    moment,
    paragraph,
    person,
    plain,
    small,
    table_of_facts,
    words,
)
from swr_bot.slack_app.cards.message import Message
from swr_bot.slack_app.cards.text import fallback, shown
from swr_bot.slack_app.vocabulary import PROGRAM, Action
from swr_tools.gate.confirmation import Confirmation, confirmation_of
from swr_tools.gate.proposal import subject_of
from swr_tools.proposals import Proposal

_SECOND_LOOK = "Anybody will be able to pull its images, without logging in."


def confirmation(proposal: Proposal, *, asked_by: str) -> Message:
    """Everything that will be sent, and the two buttons; they carry the proposal's id and nothing else.

    Args:
        proposal: What was asked for, still pending.
        asked_by: The Slack id of whoever asked.

    Raises:
        ProposalMissing: It cannot be read here, as one that a newer swr-bot wrote.
        ArgumentInvalid: Its arguments break today's rules.
    """
    question = confirmation_of(proposal)
    facts = " ".join(f"{fact.label}: {fact.value}." for fact in question.facts)
    until = f"It expires at {question.expires_at:%H:%M} UTC; its code is {question.code}."
    return Message(
        fallback(question.question, facts, "Press Create or Cancel.", until),
        (*question_blocks(question, asked_by), buttons(*_answers(proposal.id, question), block_id="answer")),
    )


def question_blocks(question: Confirmation, asked_by: str) -> Sequence[Block]:
    """All but the buttons."""
    rows: list[Row] = [(fact.label, words(fact.value, bold=fact.loud)) for fact in question.facts]
    asked = (words("Asked for by "), person(asked_by), words(f", code {question.code}. Expires "))
    return (
        header(question.question),
        table_of_facts(rows),
        line(*asked, moment(question.expires_at), words("."), block_id="asked"),
    )


def waiting(proposal: Proposal) -> Message:
    """In place of the buttons, while SWR works."""
    return Message(fallback(f"Creating {subject_of(proposal)}."), tuple(waiting_blocks(proposal)))


def waiting_blocks(proposal: Proposal) -> Sequence[Block]:
    """What stands there while SWR works, in a message or a view."""
    return (
        header(f"Creating {subject_of(proposal)} …"),
        paragraph("It was confirmed, and SWR is asked now. The result will stand here.", block_id="state"),
        small(f"If nothing follows, type {PROGRAM} pending. Code {proposal.code}.", block_id="code"),
    )


def _answers(proposal_id: str, question: Confirmation) -> tuple[Element, Element]:
    what = question.question.removesuffix("?")
    yes = button(
        "Create",
        Action.CONFIRM,
        proposal_id,
        spoken=what,
        style="danger" if question.public else "primary",
        second_look=_second_look(what) if question.public else None,
    )
    return yes, button("Cancel", Action.DECLINE, proposal_id, spoken="Cancel, nothing will be created")


def _second_look(what: str) -> Element:
    return {
        "title": plain("Public: are you sure?", 100),
        "text": plain(f"{shown(what, 200)}. {_SECOND_LOOK}", 300),
        "confirm": plain("Create, public", 30),
        "deny": plain("Go back", 30),
        "style": "danger",
    }
