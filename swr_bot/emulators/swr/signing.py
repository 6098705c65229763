"""Checks SDK-HMAC-SHA256 signatures, over exactly the headers each one lists."""

import hashlib
import hmac
import re
from calendar import timegm
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote_from_bytes, unquote_to_bytes

from .wire import Request

ALGORITHM = b"SDK-HMAC-SHA256"
CLOCK_WINDOW = 15 * 60
_AUTHORIZATION = re.compile(rb"SDK-HMAC-SHA256 +Access=([^,\s]+), *SignedHeaders=([^,\s]+), *Signature=([0-9a-f]{64})")
_DATE = re.compile(rb"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z")
_EMPTY_HASH = hashlib.sha256().hexdigest().encode()
_UNSIGNED = b"UNSIGNED-PAYLOAD"
_PLAIN_PATH = re.compile(rb"[A-Za-z0-9/_.~-]*")


class SignatureError(Exception):
    """The signature cannot be accepted; the text is what the gateway says about it."""


@dataclass(frozen=True, slots=True)
class Signature:
    """The three parts of an Authorization header."""

    access_key: str
    signed_headers: bytes
    digest: str


def parse_authorization(value: bytes) -> Signature:
    """Takes the header apart; SignatureError when it has another shape."""
    match = _AUTHORIZATION.fullmatch(value)
    if match is None:
        example = "SDK-HMAC-SHA256 Access=..., SignedHeaders=host;x-sdk-date, Signature=..."
        raise SignatureError(f"authorization header must look like {example}")
    access_key, signed_headers, digest = match.groups()
    return Signature(access_key.decode("latin-1"), signed_headers, digest.decode())


def check_date(request: Request, signature: Signature, now: float) -> None:
    """Demands a signed X-Sdk-Date within 15 minutes of the emulator's clock."""
    date = request.headers.get(b"x-sdk-date")
    if date is None or b"x-sdk-date" not in signature.signed_headers.split(b";"):
        raise SignatureError("x-sdk-date must be sent and signed")
    seconds = _seconds(date)
    if seconds is None:
        raise SignatureError("x-sdk-date must look like 20301231T235959Z")
    if abs(seconds - now) > CLOCK_WINDOW:
        raise SignatureError("signature expired")


def matches(request: Request, signature: Signature, secret_key: str) -> bool:
    """Whether the request carries the signature this secret key gives it."""
    canonical = canonical_request(request, signature.signed_headers)
    if canonical is None:
        return False
    hashed = hashlib.sha256(canonical).hexdigest().encode()
    text = b"\n".join((ALGORITHM, request.headers[b"x-sdk-date"], hashed))
    expected = hmac.digest(secret_key.encode(), text, "sha256").hex()
    return hmac.compare_digest(expected, signature.digest)


def canonical_request(request: Request, signed_headers: bytes) -> bytes | None:
    """The bytes that are hashed and signed, or ``None`` when a listed header or the announced body is not there."""
    headers = request.headers
    lines = [request.method.encode(), _canonical_path(request.raw_path), _canonical_query(request.query_string)]
    for name in signed_headers.split(b";"):
        value = headers.get(name)
        if value is None:
            return None
        lines.append(name + b":" + value.strip())
    payload = _payload_hash(request)
    if payload is None:
        return None
    lines += (b"", signed_headers, payload)
    return b"\n".join(lines)


def _payload_hash(request: Request) -> bytes | None:
    if not request.body:
        return _EMPTY_HASH
    actual = hashlib.sha256(request.body).hexdigest().encode()
    announced = request.headers.get(b"x-sdk-content-sha256", actual)
    return announced if announced in (actual, _UNSIGNED) else None


@lru_cache(maxsize=1024)
def _canonical_path(raw_path: bytes) -> bytes:
    path = raw_path if raw_path.endswith(b"/") else raw_path + b"/"
    if _PLAIN_PATH.fullmatch(path):
        return path
    return quote_from_bytes(unquote_to_bytes(path), safe="/~").encode()


def _canonical_query(query_string: bytes) -> bytes:
    if not query_string:
        return b""
    pairs = [pair.partition(b"=")[::2] for pair in query_string.split(b"&") if pair]
    decoded = sorted((_decoded(key), _decoded(value)) for key, value in pairs)
    return b"&".join(_encoded(key) + b"=" + _encoded(value) for key, value in decoded)


def _decoded(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" "))


def _encoded(text: bytes) -> bytes:
    return quote_from_bytes(text, safe="~").encode()


@lru_cache(maxsize=256)
def _seconds(date: bytes) -> int | None:
    match = _DATE.fullmatch(date)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups())
    if not (1 <= month <= 12 and year >= 1970):
        return None
    return timegm((year, month, day, hour, minute, second))
