"""Making a proposal of a call, and the call of a proposal again."""

import hashlib
import json
import secrets
from datetime import datetime, timedelta

from swr_tools.actor import Actor
from swr_tools.errors import ArgumentInvalid, ProposalMissing
from swr_tools.operations import CATALOG, CreateOperation
from swr_tools.operations.arguments import parse_arguments
from swr_tools.proposals import Proposal, Site

# No character that another can be mistaken for, read aloud or on a screen.
_CODE_ALPHABET = "ACDEFGHJKMNPQRTUVWXY34679"
_CODE_LENGTH = 4


def new_proposal(create: CreateOperation, actor: Actor, site: Site, now: datetime, ttl: timedelta) -> Proposal:
    """A proposal for this call, pending, with a fresh id and code."""
    arguments = json.dumps(create.canonical(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return Proposal(
        id=secrets.token_hex(16),
        code=_new_code(),
        operation=create.name,
        arguments=arguments,
        arguments_hash=_hash(arguments),
        actor=actor,
        site=site,
        created_at=now,
        expires_at=now + ttl,
    )


def _new_code() -> str:
    """Four characters, one of about 390,000 codes."""
    return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(_CODE_LENGTH))


def create_of(proposal: Proposal) -> CreateOperation:
    """The call that a proposal holds.

    Raises:
        ProposalMissing: The operation is not in the catalogue, as a newer swr-bot wrote it; or the arguments are
            not those that were asked for.
        ArgumentInvalid: Its arguments break today's rules.
    """
    if _hash(proposal.arguments) != proposal.arguments_hash:
        raise ProposalMissing(
            f"What {proposal.code} creates was changed after it was asked for.", hint="Run `swr-bot audit verify`."
        )
    for operation in CATALOG:
        if operation.name == proposal.operation and issubclass(operation, CreateOperation):
            return parse_arguments(operation, json.loads(proposal.arguments))
    raise ProposalMissing(f"{proposal.code} holds an operation this swr-bot does not know.", hint="Upgrade swr-bot.")


def subject_of(proposal: Proposal) -> str:
    """What a proposal creates, as people name it; its operation and code where it cannot be read here."""
    try:
        return create_of(proposal).subject
    except (ProposalMissing, ArgumentInvalid):
        return f"{proposal.operation} {proposal.code}"


def _hash(arguments: str) -> str:
    return hashlib.sha256(arguments.encode()).hexdigest()
