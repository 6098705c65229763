"""The signature SDK-HMAC-SHA256 that Huawei Cloud asks of every request made with an access key."""

import hmac
from collections.abc import AsyncGenerator, Generator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import parse_qsl, quote, unquote

import httpx

from swr_tools.clock import Clock, SystemClock
from swr_tools.errors import CredentialsMissing

ALGORITHM = "SDK-HMAC-SHA256"
_DATE = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Keys:
    """An access key and its secrets, which no repr shows; a CredentialsMissing where one of them cannot be sent.

    Attributes:
        security_token: Goes with temporary keys and is required then.
    """

    access_key: str
    secret_key: str = field(repr=False)
    security_token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        check_sendable("The access key", self.access_key)
        check_sendable("The secret key", self.secret_key)
        check_sendable("The security token", self.security_token)

    @property
    def shown(self) -> str:
        """The access key for people: all but its last four characters hidden."""
        return f"access key …{self.access_key[-4:]}"


def sendable(text: str) -> bool:
    """Whether a header can hold a text, as it can any key, token or project id."""
    return text.isascii() and text.isprintable()


def check_sendable(what: str, text: str | None) -> None:
    """Pass a text that a header can hold; the error of one that it cannot would show it.

    Args:
        what: What it is, to begin a sentence with.
        text: The text, if there is one.

    Raises:
        CredentialsMissing: It cannot; the text is not repeated.
    """
    if text and not sendable(text):
        raise CredentialsMissing(
            f"{what} holds characters that no key or id has.", hint="Copy it, or get it, once more."
        )


def canonical_request(method: str, path: str, query: str, headers: Sequence[tuple[str, str]], body: bytes) -> str:
    """The text that is signed.

    Args:
        method: Such as `GET`.
        path: As it is sent; it is decoded first, so that `team%24app` and `team$app` sign alike, and always ends
            in a slash here, whether it does on the wire or not.
        query: As it is sent, without the question mark.
        headers: Lower-case names with their values, sorted by name: exactly those that are signed.
        body: The bytes that are sent.
    """
    uri = quote(unquote(path), safe="/~")
    lines = (
        method,
        uri if uri.endswith("/") else f"{uri}/",
        _canonical_query(query) if query else "",
        "".join([f"{name}:{value}\n" for name, value in headers]),
        ";".join([name for name, _ in headers]),
        sha256(body).hexdigest(),
    )
    return "\n".join(lines)


def sign(canonical: str, date: str, secret_key: str) -> str:
    """The signature of a canonical request: 64 hexadecimal digits.

    Args:
        canonical: What `canonical_request` returned.
        date: The value of `X-Sdk-Date`.
        secret_key: Used as it is; nothing is derived from it.
    """
    text = f"{ALGORITHM}\n{date}\n{sha256(canonical.encode()).hexdigest()}"
    return hmac.digest(secret_key.encode(), text.encode(), "sha256").hex()


class SignatureAuth(httpx.Auth):
    """Signs each request with an access key.

    Args:
        keys: The access key; a security token in it is sent and signed.
        project_id: Sent and signed as `X-Project-Id`, where it is known.
        clock: SWR takes no request whose date is more than 15 minutes off.
    """

    requires_request_body = True

    def __init__(self, keys: Keys, project_id: str | None = None, *, clock: Clock | None = None) -> None:
        self._keys = keys
        self._clock = clock or SystemClock()
        always = {"x-project-id": project_id, "x-security-token": keys.security_token}
        self._always = [(name, value) for name, value in always.items() if value]

    def __repr__(self) -> str:
        return f"SignatureAuth({self._keys.shown})"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request once, signed; a refusal is final, since five of them lock the key."""
        self.sign(request)
        yield request

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """The same for an asynchronous client; bodies here are bytes, so there is nothing to wait for."""
        self.sign(request)
        yield request

    def sign(self, request: httpx.Request) -> None:
        """Put the date, what goes with the keys, and the signature into the request's headers."""
        headers = request.headers
        date = self._clock.now().strftime(_DATE)
        added = [("x-sdk-date", date), *self._always]
        signed = [("host", headers["host"]), *added]
        if content_type := headers.get("content-type"):
            signed.append(("content-type", content_type))
        signed.sort()
        path, _, query = request.url.raw_path.decode("ascii").partition("?")
        canonical = canonical_request(request.method, path, query, signed, request.content)
        signature = sign(canonical, date, self._keys.secret_key)
        names = ";".join([name for name, _ in signed])
        headers.update(added)
        headers["authorization"] = (
            f"{ALGORITHM} Access={self._keys.access_key}, SignedHeaders={names}, Signature={signature}"
        )


def _canonical_query(query: str) -> str:
    # A plus is a plus in SWR's reading, not a space as in a form.
    pairs = sorted(parse_qsl(query.replace("+", "%2B"), keep_blank_values=True))
    return "&".join([f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs])
