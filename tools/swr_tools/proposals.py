"""What was asked for and what became of it: the words that the gate and the journal share."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from swr_tools.actor import Actor


class Stored(BaseModel):
    """Base of what the journal keeps as JSON: frozen, and equal when the values are."""

    model_config = ConfigDict(frozen=True)


class Site(Stored):
    """Where a create goes: the same name in another region, or account, is another thing.

    Attributes:
        cloud: `huaweicloud`, `otc` or `emulator`.
        region: The region's id, such as `cn-north-4`.
        endpoint: Scheme, host and port of the management API.
        account: Whose keys are used, for people: an access key with all but its end hidden, or a user name.
        account_id: The same for decisions, as the cloud's connection gives it.
    """

    cloud: str
    region: str
    endpoint: str
    account: str
    account_id: str

    def same_place(self, other: "Site") -> bool:
        """Whether a name means the same thing at both, however the account is written for people."""
        return self.model_copy(update={"account": ""}) == other.model_copy(update={"account": ""})


class OutcomeKind(StrEnum):
    """What became of a proposal."""

    CREATED = "created"
    REFUSED = "refused"
    DECLINED = "declined"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class Outcome(Stored):
    """What became of a proposal, as it is written in the journal and shown ever after.

    Attributes:
        kind: One of the five.
        sentence: What happened, one or two full sentences for people.
        hint: What to do next, or empty.
        at: When it was settled, UTC.
        by: The actor who confirmed or declined, as text; empty where it expired by itself.
        error_code: The stable code of the error behind a refusal or an unknown outcome, or None.
        swr_code: SWR's own code behind it, or None.
        request_id: SWR's request id behind it, or None.
        result: The typed result of the operation as JSON, where it was created and could be read back.
    """

    kind: OutcomeKind
    sentence: str
    hint: str = ""
    at: datetime
    by: str = ""
    error_code: str | None = None
    swr_code: str | None = None
    request_id: str | None = None
    result: Mapping[str, Any] | None = None


class State(StrEnum):
    """Where a proposal stands; it moves PENDING → CLAIMED → SETTLED, or PENDING → SETTLED, and never back."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SETTLED = "settled"


class Proposal(Stored):
    """A create that was asked for.

    Attributes:
        id: Unguessable: 128 random bits as text; what a button or a prompt carries.
        code: Four characters that people can read aloud, unique among the open proposals.
        operation: The name of the operation, such as `create-repository`.
        arguments: Its arguments as canonical JSON text (sorted keys, no spaces).
        arguments_hash: Hex SHA-256 of that text.
        actor: Who asked.
        site: Where it will be created.
        created_at: UTC.
        expires_at: UTC; from then on it cannot be confirmed.
        state: Where it stands.
        claimed_at: When it was confirmed and the create began, or None.
        claimed_until: When nothing of that create can be under way any more, or None.
        claimed_by: Who confirmed it, as text, or empty.
        outcome: What became of it; set when the state is SETTLED.
    """

    id: str
    code: str
    operation: str
    arguments: str
    arguments_hash: str
    actor: Actor
    site: Site
    created_at: datetime
    expires_at: datetime
    state: State = State.PENDING
    claimed_at: datetime | None = None
    claimed_until: datetime | None = None
    claimed_by: str = ""
    outcome: Outcome | None = None
