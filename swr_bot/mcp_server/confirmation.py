"""A create's question to the person, and what their answer leads to; one body for every protocol version."""

import math
from collections import OrderedDict
from typing import Annotated, Any, Literal

import anyio
from mcp.server.elicitation import AcceptedElicitation
from mcp.server.mcpserver import Context, Elicit, ElicitationResult, Resolve
from mcp_types import CallToolResult
from mcp_types.version import is_version_at_least
from pydantic import BaseModel, Field, WithJsonSchema

from swr_bot.mcp_server.admission import require
from swr_bot.mcp_server.face import Face
from swr_bot.mcp_server.results import DO_NOT_RETRY, outcome_of, refusal
from swr_tools.actor import Actor
from swr_tools.errors import NOTHING_CREATED, NotAllowed
from swr_tools.gate.confirmation import confirmation_of
from swr_tools.gate.proposal import subject_of
from swr_tools.proposals import Outcome, OutcomeKind, Proposal, State
from swr_tools.wording import safe, time_left_text

# Programs that answer for their person do it at once; nobody reads a question and answers it in this time.
_READING_TIME = 0.5
_REMEMBERED_QUESTIONS = 1_000
# From this version on a question travels in the result, and needs no way back while the call runs.
_QUESTIONS_IN_RESULTS = "2026-07-28"
_OVER_HTTP = (
    "Over HTTP it can only be confirmed where this program asks its person: tell them to use one that shows the "
    "questions of MCP servers (elicitation), or swr-bot in a terminal with keys of their own."
)


class Answer(BaseModel):
    """Whether to create it."""

    create: Literal["yes", "no"] = Field(title="Create it?", description="yes creates it; no creates nothing.")


class AskedAt:
    """When the questions that are open in other messages were asked, on the monotonic clock."""

    def __init__(self) -> None:
        self._times: OrderedDict[str, float] = OrderedDict()

    def note(self, proposal_id: str, at: float) -> None:
        """Remember it; the oldest are forgotten."""
        self._times[proposal_id] = at
        self._times.move_to_end(proposal_id)
        if len(self._times) > _REMEMBERED_QUESTIONS:
            self._times.popitem(last=False)

    def take(self, proposal_id: str) -> float:
        """When it was asked here, or long ago where another process asked; it is not asked any more."""
        return self._times.pop(proposal_id, -math.inf)


class Creation:
    """One call of a tool that creates, from its question to its result.

    Args:
        face: The surroundings.
        proposal: What was asked for; pending.
        actor: Who asked for it, and answers.
        asked_at: When an earlier message asked the question, on the monotonic clock; None: this one does.
        askable: Whether the client can show questions.
    """

    def __init__(self, face: Face, proposal: Proposal, actor: Actor, asked_at: float | None, *, askable: bool) -> None:
        self._face = face
        self.proposal = proposal
        self._actor = actor
        self._asked_at = asked_at
        self._askable = askable
        self.answered = False

    def question(self) -> Elicit[Answer]:
        """Ask; the clock for programs that answer by themselves starts here, unless it runs already."""
        if self._asked_at is None:
            self._asked_at = self._face.clock.monotonic()
        return Elicit(question_text(self.proposal), Answer)

    async def settle(self, answer: ElicitationResult[Answer]) -> CallToolResult:
        """Create on a yes, decline on a person's no."""
        self.answered = True
        if isinstance(answer, AcceptedElicitation) and answer.data.create == "yes":
            self._require_right()
            with anyio.CancelScope(shield=True):  # the person said yes: whoever stops waiting, it is carried out
                return self._told(await self._face.toolbox.confirm(self.proposal.id, self._actor))
        if self._answered_by_itself():
            return await self.unconfirmed(
                "The answer was no, sooner than a person can read the question: some programs answer by themselves."
            )
        outcome = await self._face.toolbox.decline(self.proposal.id, self._actor)
        if outcome.kind is not OutcomeKind.DECLINED:
            return self._told(outcome)
        return refusal(
            outcome.sentence, "The person said no.", f"{DO_NOT_RETRY[:-1]}; ask them what they want instead."
        )

    def _require_right(self) -> None:
        """What a caller may use can have been taken away while their question stood."""
        try:
            require(self._face.caller(), self.proposal.operation)
        except NotAllowed as error:
            error.nothing_created = True
            raise

    async def withdraw(self) -> None:
        """Decline it, since whoever called does not wait for it any more."""
        with anyio.CancelScope(shield=True):
            await self._face.toolbox.decline(self.proposal.id, self._actor)

    async def unconfirmed(self, why: str) -> CallToolResult:
        """Nobody said yes or no: it stays open, and both the person and the assistant learn what can be done.

        Where it was settled elsewhere meanwhile, or has expired, that is told.
        """
        waiting = [p.id for p in await self._face.toolbox.unsettled(self._actor) if p.state is State.PENDING]
        if self.proposal.id not in waiting:  # declining what is settled only tells what became of it
            return self._told(await self._face.toolbox.decline(self.proposal.id, self._actor))
        return refusal(why, f"{subject_of(self.proposal)} waits for a confirmation.", NOTHING_CREATED, *self._ways_on())

    def _ways_on(self) -> tuple[str, ...]:
        code, operation = self.proposal.code, self.proposal.operation
        again = f"After that, calling {operation} again with the same arguments shows what became of it."
        if not self._face.local and self._askable:
            return (f"When the person wants it, call {operation} again with the same arguments: they are asked again.",)
        if not self._face.local:
            return (_OVER_HTTP, again, DO_NOT_RETRY)
        emulator = " --emulator" if self.proposal.site.cloud == "emulator" else ""
        left = time_left_text((self.proposal.expires_at - self._face.clock.now()).total_seconds())
        return (
            f"Tell the person to confirm it within {left} in a terminal of this machine, as the same user:",
            f"`swr-bot confirm {code}{emulator}`.",
            again,
            DO_NOT_RETRY,
        )

    def _answered_by_itself(self) -> bool:
        return self._asked_at is not None and self._face.clock.monotonic() - self._asked_at < _READING_TIME

    def _told(self, outcome: Outcome) -> CallToolResult:
        return outcome_of(self.proposal, outcome, emulator=self._face.emulator)


def can_be_asked(context: Context[Any, Any]) -> bool:
    """Whether this client shows forms, and this connection can carry a question to it."""
    capabilities = context.client_capabilities
    elicitation = capabilities.elicitation if capabilities else None
    if elicitation is None or (elicitation.form is None and elicitation.url is not None):
        return False
    version = context.protocol_version or ""
    return is_version_at_least(version, _QUESTIONS_IN_RESULTS) or context.session.can_send_request


def question_text(proposal: Proposal) -> str:
    """The question with every fact, the same text whenever it is asked about this proposal."""
    asked = confirmation_of(proposal)
    lines = [f"{'!! ' if fact.loud else ''}{fact.label}: {safe(fact.value)}" for fact in asked.facts]
    until = f"{asked.expires_at:%H:%M:%S} UTC"
    return "\n".join(
        [
            f"{safe(asked.question)}",
            *lines,
            f"Code: {asked.code} (until {until})",
            "Only yes creates it; any other answer creates nothing.",
        ]
    )


async def ask(creation: Annotated[Creation, WithJsonSchema({})]) -> Elicit[Answer]:
    """The resolver: the SDK carries the question to the client, whichever way its version has."""
    return creation.question()


# The client sees these two as the question's key.
ask.__module__, ask.__qualname__ = "swr-bot", "confirmation"


async def carry_out(
    creation: Annotated[Creation, WithJsonSchema({})], answer: Annotated[ElicitationResult[Answer], Resolve(ask)]
) -> CallToolResult:
    """The tool's body: runs once the person has answered."""
    return await creation.settle(answer)
