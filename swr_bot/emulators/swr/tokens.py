"""Sealed texts: tokens and temporary keys that say themselves whose they are and how long they live.

Nothing is stored, so that every process that knows the account accepts what another one issued.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from .seed import Account

Kind = Literal["token", "security-token", "metadata-token"]
TEMPORARY_PREFIX = "EMULATORTMP"


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a sealed text says; ``access_key`` is the temporary one of a security token."""

    account: Account
    expires: float
    access_key: str


@dataclass(frozen=True, slots=True)
class TemporaryKey:
    """A temporary key pair and the security token it works with."""

    access_key: str
    secret_key: str
    security_token: str
    expires: float


def seal(kind: Kind, account: Account, expires: float, access_key: str = "") -> str:
    """A text only this emulator and this account could have made; a changed password ends it."""
    claims = {"kind": kind, "owner": account.access_key, "expires": expires, "key": access_key}
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()
    return f"{payload}.{_mac(account, payload)}"


def unseal(kind: Kind, text: str, accounts: Iterable[Account]) -> Sealed | None:
    """What a sealed text says, expired or not; ``None`` when no account here made it."""
    payload, _, mac = text.partition(".")
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload.encode()))
        owner, expires, key = claims["owner"], float(claims["expires"]), str(claims["key"])
        of_this_kind = claims["kind"] == kind
    except (ValueError, KeyError, TypeError, binascii.Error):
        return None
    for account in accounts:
        if of_this_kind and account.access_key == owner:
            intact = hmac.compare_digest(mac.encode(), _mac(account, payload).encode())
            return Sealed(account, expires, key) if intact else None
    return None


def issue_temporary_key(account: Account, expires: float) -> TemporaryKey:
    """A fresh temporary key pair of the account."""
    access_key = TEMPORARY_PREFIX + secrets.token_hex(5).upper()
    secret_key = temporary_secret(account, access_key)
    return TemporaryKey(access_key, secret_key, seal("security-token", account, expires, access_key), expires)


def temporary_secret(account: Account, access_key: str) -> str:
    """The secret key that belongs to a temporary access key of the account."""
    return _mac(account, f"secret of {access_key}")[:40]


def _mac(account: Account, text: str) -> str:
    secret = f"{account.secret_key}\n{account.password}".encode()
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
