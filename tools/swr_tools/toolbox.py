"""The shared tool layer as every face holds it: reads run, creates are proposed and confirmed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

from swr_tools.actor import Actor
from swr_tools.errors import SwrError, UsageError
from swr_tools.models import Record
from swr_tools.operations import CATALOG, CreateOperation, ReadOperation
from swr_tools.operations.arguments import parse_arguments

if TYPE_CHECKING:
    from swr_tools.clock import Clock
    from swr_tools.cloud.connection import SwrCloud
    from swr_tools.gate.gate import Gate
    from swr_tools.gate.policy import Policy
    from swr_tools.journal.journal import Journal
    from swr_tools.proposals import Outcome, Proposal


class Toolbox:
    """The four operations and the gate in front of those that create. There is no other way in.

    Args:
        connect: Makes the connection to the cloud; called when the first operation needs it.
        open_journal: Opens the journal; called when the first create needs it, so that reads never load it.
        policy: Who may create what.
        clock: The time.
        ttl: How long a proposal can be confirmed.
        deadline: Seconds in which a confirmed create may be sent.
    """

    def __init__(
        self,
        *,
        connect: "Callable[[], SwrCloud]",
        open_journal: "Callable[[], Awaitable[Journal]]",
        policy: "Policy",
        clock: "Clock",
        ttl: timedelta,
        deadline: float,
    ) -> None:
        self._connect = connect
        self._open_journal = open_journal
        self._policy = policy
        self._clock = clock
        self._ttl = ttl
        self._deadline = deadline
        self._journal: Journal | None = None
        self._opening = asyncio.Lock()

    async def call(self, operation: str, arguments: Mapping[str, object], actor: Actor) -> "Record | Proposal":
        """Run a read and return its result, or propose a create and return the proposal.

        Raises:
            UsageError: There is no such operation.
            SwrError: What is wrong; `nothing_created` is set where a create was asked for.
        """
        kind = next((known for known in CATALOG if known.name == operation), None)
        if kind is None:
            raise UsageError(f"There is no operation {operation}.")
        if issubclass(kind, ReadOperation):
            return await parse_arguments(kind, arguments).run(self.cloud)
        return await self._propose(kind, arguments, actor)

    async def confirm(self, proposal_id: str, actor: Actor) -> "Outcome":
        """Create what was proposed; see `Gate.confirm`."""
        return await (await self._gate()).confirm(proposal_id, actor)

    async def decline(self, proposal_id: str, actor: Actor) -> "Outcome":
        """Say no to a proposal; see `Gate.decline`."""
        return await (await self._gate()).decline(proposal_id, actor)

    async def unsettled(self, actor: Actor) -> "Sequence[Proposal]":
        """This person's proposals without an outcome, oldest first."""
        return await (await self._gate()).unsettled(actor)

    async def with_code(self, code: str, actor: Actor) -> "Proposal":
        """This person's proposal with that short code; raises ProposalMissing."""
        return await (await self._gate()).with_code(code, actor)

    @cached_property
    def cloud(self) -> "SwrCloud":
        """The connection to the cloud.

        Raises:
            CredentialsMissing: There are no keys to connect with.
        """
        return self._connect()

    async def journal(self) -> "Journal":
        """The journal, opened once; raises JournalUnavailable."""
        async with self._opening:
            if self._journal is None:
                self._journal = await self._open_journal()
        return self._journal

    async def aclose(self) -> None:
        """Close what was opened."""
        if "cloud" in self.__dict__:
            await self.cloud.aclose()
        if self._journal is not None:
            await self._journal.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _propose(self, kind: type[CreateOperation], arguments: Mapping[str, object], actor: Actor) -> "Proposal":
        try:
            create = parse_arguments(kind, arguments)
            return await (await self._gate()).propose(create, actor)
        except SwrError as error:
            error.nothing_created = True
            raise

    async def _gate(self) -> "Gate":
        from swr_tools.gate.gate import Gate

        journal = await self.journal()
        return Gate(lambda: self.cloud, journal, self._policy, self._clock, ttl=self._ttl, deadline=self._deadline)
