"""What a token file holds: never a token, only what recognises one."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

PREFIX = "swrbot_"
NAME = re.compile(r"[a-z0-9_.@-]{1,64}", re.ASCII)
_RANDOM_BYTES = 32
_SHOWN = 4


class TokenRecord(BaseModel):
    """One token.

    The hash is SHA-256 without salt or stretching: those protect what people think up, and nobody guesses
    or tabulates 256 random bits.

    Attributes:
        name: Whose it is; the gate, the policy and the audit know the bearer by it.
        ending: The last characters of the token, to tell two apart.
        operations: The names of the operations it may use.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, StringConstraints(pattern=rf"^{NAME.pattern}$")]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(repr=False)
    ending: Annotated[str, StringConstraints(max_length=_SHOWN)]
    created: AwareDatetime
    expires: AwareDatetime
    operations: tuple[str, ...]

    def expired(self, now: datetime) -> bool:
        """Whether its time is over."""
        return now >= self.expires


class TokenList(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tokens: tuple[TokenRecord, ...] = ()

    @model_validator(mode="after")
    def _no_name_twice(self) -> "TokenList":
        if len({record.name for record in self.tokens}) < len(self.tokens):
            raise ValueError("a name stands in it twice")
        return self

    def matching(self, token: str) -> TokenRecord | None:
        """The record of this token, expired or not; takes as long for a near miss as for any other."""
        given = fingerprint(token)
        found = [record for record in self.tokens if hmac.compare_digest(record.sha256, given)]
        return found[0] if found else None


def new_token() -> str:
    """A token of 256 random bits, with a beginning that scanners for leaked secrets can look for."""
    return f"{PREFIX}{secrets.token_urlsafe(_RANDOM_BYTES)}"


def fingerprint(token: str) -> str:
    """What the file keeps of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def record_of(token: str, name: str, *, created: datetime, expires: datetime, operations: Sequence[str]) -> TokenRecord:
    """What is kept of a new token; times to the second."""
    return TokenRecord(
        name=name,
        sha256=fingerprint(token),
        ending=token[-_SHOWN:],
        created=created.astimezone(UTC).replace(microsecond=0),
        expires=expires.astimezone(UTC).replace(microsecond=0),
        operations=tuple(operations),
    )
