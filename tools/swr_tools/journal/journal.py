"""The journal: proposals, and an append-only chain of what happened to them."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, and_, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from swr_tools.actor import Actor
from swr_tools.journal import CodeTaken, database
from swr_tools.journal.chain import (
    Entry,
    Event,
    Head,
    Link,
    Verification,
    canonical_json,
    link_after,
    utc_text,
)
from swr_tools.journal.failures import told
from swr_tools.journal.rows import entry_of, pending_row, proposal_of, proposed_body
from swr_tools.journal.tables import IS_OPEN, IS_PENDING, chain_head, entries, proposals
from swr_tools.journal.uninterrupted import finished, uninterrupted
from swr_tools.journal.verify import verified
from swr_tools.proposals import Outcome, Proposal, State

_HEAD = select(chain_head.c.count, chain_head.c.hash)


class Journal:
    """Where proposals live and what happened is written down.

    Every change of a proposal and the entry that tells of it are one transaction, on disk before the call
    returns. Several processes may hold the same journal open; of two that claim one proposal, one wins.

    Every method raises JournalUnavailable, with a sentence for a person, when the database cannot be used.
    """

    def __init__(self, engine: AsyncEngine, place: str) -> None:
        self._engine = engine
        self._writing = engine.execution_options(writes=True)
        self._place = place
        # SQLite's own queue is a poll with growing sleeps; the tasks of one process need not stand in it.
        self._one_writer = asyncio.Lock()
        self.work: set[asyncio.Task[Any]] = set()

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Open the journal in this file, and create it where there is none.

        Raises:
            JournalUnavailable: It cannot be opened, or a newer swr-bot wrote it.
        """
        with told(str(path)):
            file = database.make_file(path)
        journal = cls(database.sqlite_engine(file), str(file))
        try:
            with told(journal._place):
                await database.bring_up_to_date(journal._engine, journal._writing, journal._place)
        except BaseException:
            await journal.aclose()
            raise
        return journal

    async def aclose(self) -> None:
        """Close every connection, once what is under way has ended."""
        await finished(self)
        await self._engine.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    @uninterrupted
    async def propose(self, proposal: Proposal) -> Proposal:
        """Store a pending proposal, or return the one that this person already has for the same thing.

        The one returned may have expired meanwhile: the journal has no clock. Settle it, then propose again.

        Raises:
            CodeTaken: Another open proposal has the same code; nothing was stored.
            ValueError: The proposal is not pending.
        """
        if proposal.state is not State.PENDING:
            raise ValueError("Only a pending proposal can be proposed.")
        async with self._write() as writing:
            pending = await writing.first(_like(proposal).where(IS_PENDING))
            if pending is not None:
                return pending
            if await writing.first(_open().where(proposals.c.code == proposal.code)) is not None:
                raise CodeTaken(proposal.code)
            await writing.connection.execute(insert(proposals), pending_row(proposal, writing.head.number + 1))
            await writing.append(
                Event.PROPOSED,
                proposal.id,
                at=proposal.created_at,
                actor=str(proposal.actor),
                body=proposed_body(proposal),
            )
        return proposal

    @uninterrupted
    async def claim(self, proposal_id: str, *, by: Actor, at: datetime, until: datetime) -> bool:
        """Take a pending proposal that has not expired, to carry it out; True for one caller only, ever.

        Args:
            proposal_id: Which one.
            by: Who confirmed it.
            at: Now.
            until: From when on nothing of the create can be under way any more, should nobody settle it.
        """
        lease = {"claimed_at": utc_text(at), "claimed_until": utc_text(until)}
        async with self._write() as writing:
            claimed = await writing.change(
                proposal_id,
                and_(proposals.c.state == State.PENDING, proposals.c.expires_at > utc_text(at)),
                {"state": State.CLAIMED, **lease, "claimed_by": str(by)},
            )
            if claimed:
                body = {"by": asdict(by), "until": lease["claimed_until"]}
                await writing.append(Event.CLAIMED, proposal_id, at=at, actor=str(by), body=body)
        return claimed

    @uninterrupted
    async def settle(self, proposal_id: str, *, expected: State, outcome: Outcome) -> bool:
        """Write down what became of a proposal; True for one caller only, ever.

        Args:
            proposal_id: Which one.
            expected: PENDING or CLAIMED: the state in which the caller believes it to be. Where it is in
                another one, nothing changes.
            outcome: What became of it.
        """
        body = outcome.model_dump(mode="json")
        async with self._write() as writing:
            settled = await writing.change(
                proposal_id,
                and_(proposals.c.state == expected, proposals.c.state != State.SETTLED),
                {"state": State.SETTLED, "outcome": canonical_json(body)},
            )
            if settled:
                await writing.append(Event.SETTLED, proposal_id, at=outcome.at, actor=outcome.by, body=body)
        return settled

    @uninterrupted
    async def find(self, proposal_id: str) -> Proposal | None:
        """The proposal with this id, in any state."""
        return await self._one(select(proposals).where(proposals.c.id == proposal_id))

    @uninterrupted
    async def latest_like(self, proposal: Proposal) -> Proposal | None:
        """The newest one of the same person, operation, arguments and site, in any state."""
        return await self._one(_like(proposal).order_by(proposals.c.number.desc()).limit(1))

    @uninterrupted
    async def open_proposals(self, person: str | None = None) -> Sequence[Proposal]:
        """Those not settled yet, oldest first.

        Args:
            person: Only those of this `Actor.person`.
        """
        query = _open().order_by(proposals.c.number)
        return await self._all(query if person is None else query.where(proposals.c.person == person))

    @uninterrupted
    async def with_code(self, code: str) -> Sequence[Proposal]:
        """Those that have or had this code, newest first; codes are capitals, what people type need not be."""
        query = select(proposals).where(proposals.c.code == code.upper())
        return await self._all(query.order_by(proposals.c.number.desc()))

    @uninterrupted
    async def entries(self, *, limit: int | None = None, newest_first: bool = False) -> Sequence[Entry]:
        """What happened, in the order in which it was written.

        Args:
            limit: At most so many; all, without one.
            newest_first: The other way round.
        """
        order = entries.c.number.desc() if newest_first else entries.c.number
        with told(self._place):
            async with self._engine.connect() as connection:
                found = await connection.execute(select(entries).order_by(order).limit(limit))
            return [entry_of(Link(*row)) for row in found]

    @uninterrupted
    async def verify(self) -> Verification:
        """Walk the whole chain and compare every proposal with what its entries say.

        It shows entries that were changed, removed (the newest included), added or put in another order, and
        proposals edited past the journal. It cannot show the work of somebody who may write the file and
        rewrites everything after a point: entries, hashes, head and proposals. Only a copy of
        `Verification.head` kept in another place can.
        """
        with told(self._place):
            async with self._engine.connect() as connection:
                links = [Link(*row) for row in await connection.execute(select(entries).order_by(entries.c.number))]
                heads = [Head(*row) for row in await connection.execute(_HEAD)]
                stored = (await connection.execute(select(proposals))).mappings().all()
        return verified(links, heads[0] if heads else None, stored)

    async def _one(self, query: Select[Any]) -> Proposal | None:
        found = await self._all(query)
        return found[0] if found else None

    async def _all(self, query: Select[Any]) -> Sequence[Proposal]:
        with told(self._place):
            async with self._engine.connect() as connection:
                found = await connection.execute(query)
            return [proposal_of(row) for row in found.mappings()]

    @asynccontextmanager
    async def _write(self) -> "AsyncGenerator[_Writing]":
        async with self._one_writer:
            with told(self._place):
                async with self._writing.begin() as connection:
                    head = (await connection.execute(_HEAD)).one()
                    yield _Writing(connection, Head(*head))


class _Writing:
    """One write transaction, alone in the database, and the head it found."""

    def __init__(self, connection: AsyncConnection, head: Head) -> None:
        self.connection = connection
        self.head = head

    async def first(self, query: Select[Any]) -> Proposal | None:
        row = (await self.connection.execute(query)).mappings().first()
        return None if row is None else proposal_of(row)

    async def change(self, proposal_id: str, condition: ColumnElement[bool], values: dict[str, Any]) -> bool:
        statement = update(proposals).where(proposals.c.id == proposal_id, condition).values(values)
        return (await self.connection.execute(statement)).rowcount == 1

    async def append(self, event: Event, proposal_id: str, *, at: datetime, actor: str, body: object) -> None:
        # The number follows the head and not the newest row: a row removed from the end stays a gap for ever.
        link = link_after(self.head, at=at, event=event, proposal_id=proposal_id, actor=actor, body=body)
        await self.connection.execute(insert(entries), link._asdict())
        await self.connection.execute(update(chain_head).values(count=link.number, hash=link.hash))


def _like(proposal: Proposal) -> Select[Any]:
    return select(proposals).where(
        proposals.c.person == proposal.actor.person,
        proposals.c.operation == proposal.operation,
        proposals.c.arguments_hash == proposal.arguments_hash,
        proposals.c.cloud == proposal.site.cloud,
        proposals.c.region == proposal.site.region,
        proposals.c.endpoint == proposal.site.endpoint,
        proposals.c.account_id == proposal.site.account_id,
    )


def _open() -> Select[Any]:
    return select(proposals).where(IS_OPEN)
