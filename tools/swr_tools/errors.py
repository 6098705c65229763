"""Every way a call to the tool layer can fail.

SwrError
├── UsageError                what was typed cannot be read
│   └── SettingsInvalid       a setting or its file is wrong
├── ArgumentInvalid           an argument breaks a rule
│   ├── NameInvalid           a name breaks the naming rules
│   ├── RegionUnknown         a region this cloud does not have
│   └── RequestRefused        SWR calls the request itself wrong (400, 406, 413)
├── NotFound
│   ├── OrganizationMissing   not there, or not visible to this account
│   ├── RepositoryMissing
│   └── ProposalMissing       no open proposal with that id or code
├── NameTaken                 it exists already, possibly in another account
├── NotAllowed                policy or SWR says no
│   ├── ReadOnly              this swr-bot was started without creates
│   ├── CredentialsMissing    no keys were found anywhere
│   ├── CredentialsRejected   the keys were found and refused
│   └── QuotaReached          the account has as many as it may
├── Unavailable               SWR cannot answer now
│   ├── SwrUnreachable        no connection: nothing was sent
│   ├── RateLimited           too many requests; retryable
│   ├── AnswerLost            sent, but no answer arrived: it may have taken effect
│   ├── SwrFailing            SWR answered with a failure of its own (5xx)
│   └── AddressWrong          something answered, but it is not the SWR API (APIGW.0101, HTML)
├── ConfirmationMissing       nobody could be asked
└── StateUnavailable          the state folder cannot be used
    └── JournalUnavailable    the journal cannot be read or written

A face maps `Kind` to its own terms: an exit code, a sentence in Slack, an MCP error result.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar


class Kind(StrEnum):
    """What a failure means to the person who asked; the terminal gives each its exit code."""

    USAGE = "usage"
    INVALID = "invalid"
    NOT_FOUND = "not-found"
    EXISTS = "exists"
    NOT_ALLOWED = "not-allowed"
    UNAVAILABLE = "unavailable"
    NOT_CONFIRMED = "not-confirmed"
    LOCAL = "local"


NOTHING_CREATED = "Nothing was created."


class SwrError(Exception):
    """A failure with a sentence for people, a stable code for programs and a hint what to do next.

    Args:
        sentence: What went wrong, one full sentence; never holds a secret.
        hint: What to do next, or empty.
        swr_code: SWR's or the gateway's own code, such as `SVCSTG.SWR.4090060`.
        request_id: The `X-Request-Id` of the answer, for a ticket to the cloud's support.

    Attributes:
        nothing_created: True once the gate knows that a create was asked for and did not happen.
    """

    code: ClassVar[str] = "error"
    kind: ClassVar[Kind] = Kind.LOCAL

    def __init__(
        self, sentence: str, *, hint: str = "", swr_code: str | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint
        self.swr_code = swr_code
        self.request_id = request_id
        self.nothing_created = False

    def as_json(self) -> Mapping[str, object]:
        """The failure for a program; absent parts are left out."""
        parts: dict[str, object] = {
            "code": self.code,
            "message": self.sentence,
            "hint": self.hint,
            "swr_code": self.swr_code,
            "request_id": self.request_id,
            "nothing_created": self.nothing_created,
        }
        return {name: value for name, value in parts.items() if value not in (None, "", False)}


class UsageError(SwrError):
    """What was typed cannot be read as a command."""

    code = "usage"
    kind = Kind.USAGE


class SettingsInvalid(UsageError):
    """One or more settings are wrong; the sentence lists every one."""

    code = "settings-invalid"


class ArgumentInvalid(SwrError, ValueError):
    """An argument breaks a rule. It is a ValueError too, so that pydantic collects it."""

    code = "argument-invalid"
    kind = Kind.INVALID


class NameInvalid(ArgumentInvalid):
    """A name breaks one of the naming rules.

    Attributes:
        given: The name as it was given.
        position: The index of the first character that breaks the rule; `len(given)` when something is missing.
        suggestion: A name close to it that keeps every rule, or None.
    """

    code = "name-invalid"

    def __init__(self, sentence: str, *, given: str, position: int, suggestion: str | None, hint: str = "") -> None:
        super().__init__(sentence, hint=hint)
        self.given = given
        self.position = position
        self.suggestion = suggestion

    def as_json(self) -> Mapping[str, object]:
        """The failure with the position and the corrected name."""
        parts = {**super().as_json(), "position": self.position}
        return {**parts, "suggestion": self.suggestion} if self.suggestion else parts


class RegionUnknown(ArgumentInvalid):
    """A region that the configured cloud does not have, or does not serve here."""

    code = "region-unknown"


class RequestRefused(ArgumentInvalid):
    """SWR calls the request itself wrong, with a 400, 406 or 413."""

    code = "request-refused"


class NotFound(SwrError):
    """What was asked about is not there, or not visible to this account."""

    code = "not-found"
    kind = Kind.NOT_FOUND


class OrganizationMissing(NotFound):
    """The organization does not exist in this region, or belongs to another account."""

    code = "organization-missing"


class RepositoryMissing(NotFound):
    """The organization has no such repository, or does not show it to this account."""

    code = "repository-missing"


class ProposalMissing(NotFound):
    """No open proposal of this person has that id or code."""

    code = "proposal-missing"


class NameTaken(SwrError):
    """The name is taken in this region, possibly by another account."""

    code = "name-taken"
    kind = Kind.EXISTS


class NotAllowed(SwrError):
    """Policy, or SWR, does not let this actor do this."""

    code = "not-allowed"
    kind = Kind.NOT_ALLOWED


class ReadOnly(NotAllowed):
    """This swr-bot was started read-only."""

    code = "read-only"


class CredentialsMissing(NotAllowed):
    """No credentials were found in any of the places they are looked for."""

    code = "credentials-missing"


class CredentialsRejected(NotAllowed):
    """The cloud refused the credentials; never retried, five failures lock an access key."""

    code = "credentials-rejected"


class QuotaReached(NotAllowed):
    """The account holds as many organizations or repositories as it may."""

    code = "quota-reached"


class Unavailable(SwrError):
    """SWR cannot be reached or cannot answer now."""

    code = "swr-unavailable"
    kind = Kind.UNAVAILABLE


class SwrUnreachable(Unavailable):
    """No connection to SWR could be made: the request was never sent."""

    code = "swr-unreachable"


class RateLimited(Unavailable):
    """SWR asks for fewer requests.

    Attributes:
        retry_after: Seconds SWR asks to wait, or None where it does not say.
    """

    code = "rate-limited"

    def __init__(
        self,
        sentence: str,
        *,
        hint: str = "",
        swr_code: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(sentence, hint=hint, swr_code=swr_code, request_id=request_id)
        self.retry_after = retry_after


class AnswerLost(Unavailable):
    """The request was sent and no complete answer arrived: a create may have taken effect."""

    code = "answer-lost"


class SwrFailing(Unavailable):
    """SWR answered with a failure of its own: a create may have taken effect."""

    code = "swr-failing"


class AddressWrong(Unavailable):
    """Something answered at the endpoint, but not the SWR API: a wrong URL, region or proxy."""

    code = "address-wrong"


class ConfirmationMissing(SwrError):
    """A create needs a confirmation and nobody can be asked here.

    Attributes:
        proposal_code: The short code of the proposal that stays open.
    """

    code = "confirmation-missing"
    kind = Kind.NOT_CONFIRMED

    def __init__(self, sentence: str, *, hint: str, proposal_code: str) -> None:
        super().__init__(sentence, hint=hint)
        self.proposal_code = proposal_code

    def as_json(self) -> Mapping[str, object]:
        """The failure with the code that confirms the proposal elsewhere."""
        return {**super().as_json(), "proposal_code": self.proposal_code}


class StateUnavailable(SwrError):
    """The state folder of this machine cannot be used."""

    code = "state-unavailable"


class JournalUnavailable(StateUnavailable):
    """The journal cannot be read or written; without it nothing is created."""

    code = "journal-unavailable"


def kind_of(code: str) -> Kind:
    """The kind of the error class with that code, as an outcome remembers it; LOCAL for one that is not known."""
    pending: list[type[SwrError]] = [SwrError]
    while pending:
        known = pending.pop()
        if known.code == code:
            return known.kind
        pending += known.__subclasses__()
    return Kind.LOCAL
