"""A create in Slack: proposed, shown as a card, and settled by whoever asked."""

import asyncio
from collections.abc import Mapping

from swr_bot.slack_app.cards.confirmation import confirmation, waiting
from swr_bot.slack_app.cards.message import Message
from swr_bot.slack_app.cards.results import outcome as outcome_card
from swr_bot.slack_app.face import Face
from swr_bot.slack_app.interaction import Interaction
from swr_bot.slack_app.replies import Conversation
from swr_tools.errors import NotAllowed, ProposalMissing
from swr_tools.models import Record
from swr_tools.operations import Operation
from swr_tools.proposals import Proposal, State


async def proposed(
    face: Face, asked: Interaction, operation: type[Operation], arguments: Mapping[str, object]
) -> Proposal:
    """The proposal for a create.

    Raises:
        SwrError: Why there is none; nothing was created.
    """
    await face.access.require_creator(asked)
    called = await face.toolbox.call(operation.name, arguments, face.access.actor(asked))
    if isinstance(called, Record):
        raise TypeError(operation.name)
    return called


async def propose(
    face: Face,
    asked: Interaction,
    conversation: Conversation,
    operation: type[Operation],
    arguments: Mapping[str, object],
) -> None:
    """Propose a create and show its card."""
    async with conversation.progress("Asking SWR whether this can be created", face.patience.progress):
        proposal = await proposed(face, asked, operation, arguments)
    await conversation.say(await card_of(face, asked, proposal))


async def card_of(face: Face, asked: Interaction, proposal: Proposal) -> Message:
    """What to show of a proposal of this person: the question while it is open, else what became of it."""
    if proposal.outcome is not None:
        return outcome_card(proposal, proposal.outcome)
    if proposal.state is State.PENDING:
        return confirmation(proposal, asked_by=asked.user)
    # Confirmed before: confirming again only tells what is known.
    return outcome_card(proposal, await face.toolbox.confirm(proposal.id, face.access.actor(asked)))


async def found(face: Face, asked: Interaction, proposal_id: str) -> Proposal:
    """A proposal of this person.

    Raises:
        ProposalMissing: There is none with that id.
        NotAllowed: It is another person's.
    """
    proposal = await (await face.toolbox.journal()).find(proposal_id)
    if proposal is None:
        raise ProposalMissing("This request is not known here.", hint="Ask again.")
    if proposal.actor.person != face.access.actor(asked).person:
        raise NotAllowed(f"Only {proposal.actor.name}, who asked for this, can confirm or decline it.")
    return proposal


async def confirm(face: Face, asked: Interaction, conversation: Conversation, proposal: Proposal) -> None:
    """Create what was proposed, and show what becomes of it; the buttons go first."""
    await face.access.require_creator(asked)
    is_open = proposal.state is State.PENDING and face.clock.now() < proposal.expires_at
    sign = asyncio.create_task(conversation.say(waiting(proposal))) if is_open else None
    try:
        outcome = await face.toolbox.confirm(proposal.id, face.access.actor(asked))
    finally:
        if sign is not None:  # it arrives first, or it would cover the outcome
            await asyncio.wait({sign})
    await conversation.say(outcome_card(proposal, outcome))


async def decline(face: Face, asked: Interaction, conversation: Conversation, proposal: Proposal) -> None:
    """Say no, and show that nothing was created."""
    outcome = await face.toolbox.decline(proposal.id, face.access.actor(asked))
    await conversation.say(outcome_card(proposal, outcome))
