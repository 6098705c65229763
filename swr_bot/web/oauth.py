"""Tokens of an OAuth issuer: JWTs that are checked with its public keys."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import jwt

from swr_bot.web.jwks import ALGORITHMS, IssuerKeys
from swr_tools.wording import first_invisible, safe

READ = "swr:read"
CREATE = "swr:create"
_LONGEST_SUBJECT = 255  # as OpenID Connect has it
_LONGEST_NAME = 100
_SECONDS_CLOCKS_DIFFER = 30
_log = logging.getLogger(__name__)


class _Refused(Exception):
    """A token that is not let in; the text says why and holds nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """What a token that was checked says.

    Attributes:
        subject: Who it is; unique at the issuer.
        name: What to call them.
        client: The program that got the token, or empty.
        scopes: What it was given for.
        expires: Seconds since 1970.
    """

    subject: str
    name: str
    client: str
    scopes: Sequence[str]
    expires: int


@dataclass(frozen=True, slots=True)
class OAuthTokens:
    """The tokens of one issuer, for one audience."""

    issuer: str
    audience: str
    keys: IssuerKeys = field(repr=False)

    async def bearer(self, token: str) -> Bearer | None:
        """Who bears this token; None, and a line in the log, where it is not to be believed."""
        try:
            return _bearer(await self._claims(token))
        except _Refused as refused:
            _log.info("Refused an OAuth token: %s.", refused)
        except jwt.PyJWTError as error:
            _log.info("Refused an OAuth token: %s.", _REASONS.get(type(error), "it is malformed"))
        except (ValueError, TypeError, OverflowError, RecursionError):
            _log.info("Refused an OAuth token: it is malformed.")
        return None

    async def _claims(self, token: str) -> Mapping[str, object]:
        """What the token says, once its signature, issuer, audience and times were found right."""
        header = cast("Mapping[str, object]", jwt.get_unverified_header(token))
        algorithm = header.get("alg")
        if algorithm not in ALGORITHMS:
            raise _Refused("it is not signed with an algorithm that is let in")
        keys = await self.keys.matching(header.get("kid"), str(algorithm))
        for key in keys:
            try:
                return self._decoded(token, key)
            except jwt.InvalidSignatureError:
                continue
        raise _Refused("its signature is wrong" if keys else "the issuer has no such key, or cannot be asked")

    def _decoded(self, token: str, key: jwt.PyJWK) -> Mapping[str, Any]:
        return jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            audience=self.audience,
            issuer=self.issuer,
            leeway=_SECONDS_CLOCKS_DIFFER,
            options={"require": ["exp", "iss", "aud", "sub"], "enforce_minimum_key_length": True},
        )


_REASONS: Mapping[type[jwt.PyJWTError], str] = {
    jwt.ExpiredSignatureError: "it has expired",
    jwt.ImmatureSignatureError: "its time has not come",
    jwt.InvalidAudienceError: "it is for another audience",
    jwt.InvalidIssuerError: "it is of another issuer",
    jwt.MissingRequiredClaimError: "it lacks a claim; exp, iss, aud and sub are needed",
    jwt.InvalidKeyError: "the issuer's key is too short",
}


def _bearer(claims: Mapping[str, object]) -> Bearer:
    subject = str(claims["sub"])
    if not 1 <= len(subject) <= _LONGEST_SUBJECT or first_invisible(subject) is not None:
        raise _Refused("its subject is empty, too long or not printable")
    names = (claims.get(claim) for claim in ("preferred_username", "email"))
    name = next((name for name in names if isinstance(name, str) and name), subject)
    client = next((claims[claim] for claim in ("client_id", "azp") if isinstance(claims.get(claim), str)), "")
    return Bearer(
        subject=subject,
        name=safe(name, _LONGEST_NAME),
        client=str(client),
        scopes=_scopes(claims),
        expires=int(cast("float", claims["exp"])),
    )


def _scopes(claims: Mapping[str, object]) -> Sequence[str]:
    """RFC 9068 says `scope` and separates by spaces; others say `scp`, with a text or a list."""
    given = claims.get("scope", claims.get("scp", ""))
    parts = cast("list[object]", given) if isinstance(given, list) else str(given).split()
    return [part for part in parts if isinstance(part, str)]
