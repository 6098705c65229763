"""Proposals to rows of the table and back."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pydantic import ValidationError

from swr_tools.actor import Actor
from swr_tools.journal.chain import Entry, Link, body_of, canonical_json, utc_text
from swr_tools.proposals import Outcome, Proposal, Site, State

# What only a later entry can say; the `proposed` entry leaves it out.
LATER = frozenset({"state", "claimed_at", "claimed_until", "claimed_by", "outcome"})


class RowDamaged(Exception):
    """A stored row cannot be read as what it must be."""


def proposed_body(proposal: Proposal) -> dict[str, Any]:
    """The body of a `proposed` entry."""
    return proposal.model_dump(mode="json", exclude=set(LATER))


def pending_row(proposal: Proposal, number: int) -> dict[str, Any]:
    """The row of a proposal that was just asked for, in the entry with this number."""
    return {
        "id": proposal.id,
        "number": number,
        "code": proposal.code,
        "person": proposal.actor.person,
        "operation": proposal.operation,
        "arguments": proposal.arguments,
        "arguments_hash": proposal.arguments_hash,
        "actor": canonical_json(asdict(proposal.actor)),
        **proposal.site.model_dump(mode="json"),
        "created_at": utc_text(proposal.created_at),
        "expires_at": utc_text(proposal.expires_at),
        "state": State.PENDING.value,
        "claimed_at": None,
        "claimed_until": None,
        "claimed_by": "",
        "outcome": None,
    }


def proposal_of(row: Mapping[Any, Any]) -> Proposal:
    """The proposal that a row holds.

    Raises:
        RowDamaged: It cannot be read.
    """
    try:
        return Proposal.model_validate(
            {
                **{name: row[name] for name in Proposal.model_fields if name not in {"actor", "site", "outcome"}},
                "actor": Actor(**json.loads(row["actor"])),
                "site": Site.model_validate({name: row[name] for name in Site.model_fields}),
                "outcome": None if row["outcome"] is None else Outcome.model_validate_json(row["outcome"]),
            }
        )
    except (ValidationError, ValueError, TypeError) as error:
        raise RowDamaged(f"proposal {row['id']}") from error


def entry_of(link: Link) -> Entry:
    """The entry as people and programs read it.

    Raises:
        RowDamaged: It cannot be read.
    """
    try:
        return Entry.model_validate({**link._asdict(), "body": body_of(link)})
    except ValueError as error:
        raise RowDamaged(f"entry {link.number}") from error
