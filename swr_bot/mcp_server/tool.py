"""One tool of the catalog: the SDK's, with our arguments, our words and our patience around it."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import anyio
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.server.mcpserver.tools import Tool
from mcp.shared.exceptions import MCPError
from mcp_types import CONNECTION_CLOSED, CallToolResult, InputRequiredResult, ToolAnnotations
from pydantic import InstanceOf

from swr_bot.mcp_server.admission import admitted
from swr_bot.mcp_server.broken import broken
from swr_bot.mcp_server.confirmation import AskedAt, Creation, can_be_asked, carry_out
from swr_bot.mcp_server.face import Caller, Face
from swr_bot.mcp_server.progress import signs_of_life
from swr_bot.mcp_server.results import failure, outcome_of, refusal, success
from swr_bot.mcp_server.schemas import input_schema, output_schema
from swr_tools.errors import SwrError
from swr_tools.models import Record
from swr_tools.operations import Effect, Operation
from swr_tools.proposals import Proposal, State
from swr_tools.wording import time_left_text

_logger = logging.getLogger("swr_bot.mcp")
_CONFIRMED = "The person is asked to confirm it: call it once and wait. Without their yes nothing is created."
Arguments = Mapping[str, Any]
Result = CallToolResult | InputRequiredResult


class OperationTool(Tool):
    """A tool that calls one operation of the catalog.

    Attributes:
        operation: Which.
        face: The surroundings.
        asked_at: When the questions were asked that wait for another message.
    """

    operation: type[Operation]
    face: InstanceOf[Face]
    asked_at: InstanceOf[AskedAt]

    async def run(self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False) -> Result:  # noqa: ARG002 - the SDK's signature
        """Call the operation; whatever goes wrong is a result that the assistant can read.

        Raises:
            MCPError: What the protocol wants answered as an error of its own.
        """
        with self.face.in_flight.call():
            try:
                return await self._run(arguments, context)
            except SwrError as error:
                return failure(error, self.face.offered())
            except MCPError:
                raise
            except Exception as error:  # noqa: BLE001 - the last boundary: an assistant gets a sentence, the log the place
                return self._broken(error)

    @property
    def _creates(self) -> bool:
        return self.operation.effect is Effect.CREATE

    async def _run(self, arguments: Arguments, context: Context[Any, Any]) -> Result:
        caller = self._admitted()
        async with signs_of_life(context, self.face, "Waiting for SWR"):
            called = await self.face.toolbox.call(self.name, arguments, caller.actor)
        if isinstance(called, Record):
            return success(called, emulator=self.face.emulator)
        return await self._create(called, caller, context)

    def _admitted(self) -> Caller:
        try:
            return admitted(self.face, self.name)
        except SwrError as error:
            error.nothing_created = self._creates
            raise

    async def _create(self, proposal: Proposal, caller: Caller, context: Context[Any, Any]) -> Result:
        if proposal.outcome is not None:
            return self._told(proposal)
        if proposal.state is not State.PENDING:  # confirmed before; confirming again only tells what is known
            outcome = await self.face.toolbox.confirm(proposal.id, caller.actor)
            return outcome_of(proposal, outcome, emulator=self.face.emulator)
        answering = context.input_responses is not None
        asked_at = self.asked_at.take(proposal.id) if answering else None
        askable = can_be_asked(context)
        creation = Creation(self.face, proposal, caller.actor, asked_at, askable=askable)
        if not askable:
            return await creation.unconfirmed("This program cannot show its person a question.")
        return await self._answered(creation, context)

    def _told(self, proposal: Proposal) -> Result:
        assert proposal.outcome is not None  # noqa: S101 - the caller looked
        return outcome_of(proposal, proposal.outcome, emulator=self.face.emulator)

    async def _answered(self, creation: Creation, context: Context[Any, Any]) -> Result:
        """Ask and carry out what the answer says, with an end to the waiting."""
        result: Result | None = None
        with anyio.CancelScope() as waiting:

            def give_up() -> None:
                if not creation.answered:
                    waiting.cancel()

            try:
                async with signs_of_life(context, self.face, "Waiting for the person's answer", give_up):
                    with self.face.in_flight.question(give_up):
                        result = await super().run({"creation": creation}, context, convert_result=True)
            except (ToolError, MCPError) as error:
                return await self._not_answered(creation, error)
            except asyncio.CancelledError:
                if not creation.answered and not waiting.cancel_called:
                    await creation.withdraw()
                raise
        if result is None:
            return await self._nobody_answered(creation)
        if isinstance(result, InputRequiredResult):
            self.asked_at.note(creation.proposal.id, self.face.clock.monotonic())
        return result

    async def _not_answered(self, creation: Creation, error: ToolError | MCPError) -> Result:
        cause = error.__cause__
        if isinstance(cause, SwrError):
            raise cause
        if isinstance(error, UnexpectedToolError):
            raise error
        if isinstance(error, MCPError):
            if error.code == CONNECTION_CLOSED:
                await creation.withdraw()
            return await creation.unconfirmed("This program did not show its person the question.")
        return await creation.unconfirmed("The answer cannot be read: it is neither yes nor no.")

    async def _nobody_answered(self, creation: Creation) -> Result:
        if self.face.in_flight.draining:
            return await creation.unconfirmed("This swr-bot is being stopped before the person answered.")
        return await creation.unconfirmed(f"Nobody answered within {time_left_text(self.face.patience)}.")

    def _broken(self, error: Exception) -> Result:
        known = "Whether anything was created is not known: look first." if self._creates else ""
        return refusal(broken(self.name, error), known)


def make_tool(operation: type[Operation], face: Face, asked_at: AskedAt) -> OperationTool:
    """The tool of an operation."""
    creates = operation.effect is Effect.CREATE
    base = Tool.from_function(
        carry_out,
        name=operation.name,
        title=operation.name.replace("-", " ").capitalize(),
        description=" ".join(filter(None, [operation.summary, operation.guidance, _CONFIRMED if creates else ""])),
        annotations=ToolAnnotations(
            read_only_hint=not creates, destructive_hint=False, idempotent_hint=not creates, open_world_hint=True
        ),
    )
    base.fn_metadata.output_schema = output_schema(operation)
    return OperationTool.model_validate(
        {
            **dict(base),
            "parameters": input_schema(operation),
            "operation": operation,
            "face": face,
            "asked_at": asked_at,
        }
    )
