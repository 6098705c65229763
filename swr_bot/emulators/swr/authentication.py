"""Who sent a request: a signature or a token, checked as the API gateway does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .errors import GatewayRefusal
from .seed import Account, Behaviour
from .signing import Signature, SignatureError, check_date, matches, parse_authorization
from .tokens import temporary_secret, unseal
from .wire import Request

FAILURES_BEFORE_LOCK = 5
LOCK_SECONDS = 5 * 60


@dataclass(slots=True)
class _Failures:
    count: int = 0
    locked_until: float = 0.0


class Authenticator:
    """Knows the accounts, and counts the failed signatures of each access key."""

    def __init__(self, accounts: Sequence[Account], behaviour: Behaviour, now: Callable[[], float]) -> None:
        self._accounts = {account.access_key: account for account in accounts}
        self._locks_keys = behaviour.lock_failed_keys
        self._now = now
        self._failures: dict[str, _Failures] = {}

    def authenticate(self, request: Request) -> Account:
        """The account behind a request, whose access key it also notes; GatewayRefusal when there is none."""
        authorization = request.headers.get(b"authorization")
        if authorization is not None:
            return self._by_signature(request, authorization)
        token = request.header(b"x-auth-token")
        if not token:
            raise _unauthorized("neither Authorization nor X-Auth-Token was sent")
        account = self._by_token(token)
        request.access_key = account.access_key
        return account

    def forget(self) -> None:
        """Unlocks every access key."""
        self._failures.clear()

    def _by_token(self, token: str) -> Account:
        sealed = unseal("token", token, self._accounts.values())
        if sealed is None:
            raise _unauthorized("decrypt token fail")
        if sealed.expires <= self._now():
            raise GatewayRefusal(401, "APIGW.0307")
        return sealed.account

    def _by_signature(self, request: Request, authorization: bytes) -> Account:
        try:
            signature = parse_authorization(authorization)
            request.access_key = signature.access_key
            self._check_lock(signature.access_key)
            account, secret_key = self._keys_of(request, signature)
            check_date(request, signature, self._now())
        except SignatureError as error:
            raise _unauthorized(str(error)) from None
        if not matches(request, signature, secret_key):
            self._count_failure(signature.access_key)
            raise _unauthorized("verify aksk signature fail")
        self._failures.pop(signature.access_key, None)
        return account

    def _keys_of(self, request: Request, signature: Signature) -> tuple[Account, str]:
        security_token = request.header(b"x-security-token")
        account = self._accounts.get(signature.access_key)
        if account is not None and not security_token:
            return account, account.secret_key
        sealed = unseal("security-token", security_token, self._accounts.values())
        if sealed is None or sealed.access_key != signature.access_key:
            raise SignatureError(f"Get secretKey failed,ak:{signature.access_key},err:ak not exist")
        if sealed.expires <= self._now():
            raise SignatureError("the security token has expired")
        return sealed.account, temporary_secret(sealed.account, signature.access_key)

    def _check_lock(self, access_key: str) -> None:
        failures = self._failures.get(access_key)
        if failures is None or failures.count < FAILURES_BEFORE_LOCK:
            return
        if self._now() < failures.locked_until:
            raise SignatureError("AK access failed to reach the limit,forbidden")
        del self._failures[access_key]

    def _count_failure(self, access_key: str) -> None:
        if self._locks_keys:
            failures = self._failures.setdefault(access_key, _Failures())
            failures.count += 1
            failures.locked_until = self._now() + LOCK_SECONDS


def _unauthorized(detail: str) -> GatewayRefusal:
    return GatewayRefusal(401, "APIGW.0301", detail)
