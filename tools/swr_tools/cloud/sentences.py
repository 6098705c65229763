"""The sentences and hints of what SWR refuses: every one names what was asked for and the region."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from swr_tools import errors
from swr_tools.cloud.endpoints import Endpoint
from swr_tools.errors import SwrError

WAYS_ON = (
    "Set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK to an access key and its secret key, or add --emulator to try "
    "everything without an account."
)
_CHECK = "Check the name, the region and the account."
_LONGEST = 200
_MOST_CLOCK_SKEW = timedelta(minutes=5)

Words = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request was about, so that its errors can name it.

    Attributes:
        organization: Empty where the request is about all of them.
        repository: Empty where the request is about an organization.
        creating: The request creates what it is about.
    """

    endpoint: Endpoint
    organization: str = ""
    repository: str = ""
    creating: bool = False

    @property
    def thing(self) -> str:
        """What the request is about, in words."""
        if self.repository:
            return f"repository {self.organization}/{self.repository}"
        return f"organization {self.organization}" if self.organization else "list of organizations"

    @property
    def host(self) -> str:
        """Where the request went."""
        return self.endpoint.api_url.partition("://")[2]


@dataclass(frozen=True, slots=True)
class Refusal:
    """One answer that is not a success, and what it was an answer to.

    Attributes:
        message: What SWR says, made plain; data, and only ever quoted.
        now: This machine's time, to tell a wrong clock from wrong keys.
    """

    asked: Asked
    response: httpx.Response
    message: str
    now: datetime

    @property
    def region(self) -> str:
        """Where it happened: the same name in another region is another thing."""
        return self.asked.endpoint.region

    @property
    def said(self) -> str:
        """SWR's own words to add to a sentence, or nothing."""
        # A gateway that dislikes a signature quotes the whole signed request, headers and all.
        quotable = self.message and "canonicalrequest" not in self.message.lower()
        return f" SWR says: {self.message.rstrip('.')}." if quotable else ""


def words_for(family: type[SwrError], refusal: Refusal) -> Words:
    """The sentence and the hint of an error of that class."""
    return _WORDS.get(family, _failing)(refusal)


def one_line(text: str) -> str:
    """Text from outside as one short printable line."""
    words = "".join([c if c.isprintable() else " " for c in text[: 4 * _LONGEST]]).split()
    line = " ".join(words)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def http_date(header: str) -> datetime | None:
    """The moment that a header such as `Date` names, or None where it names none."""
    from email.utils import parsedate_to_datetime  # only a refusal pays for it

    try:
        moment = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def not_swr(asked: Asked) -> Words:
    """The words for an answer that no SWR gives."""
    return (
        f"What answers at {asked.host} is not the SWR API.",
        f"Check the endpoint, the region ({asked.endpoint.region}) and any proxy in between.",
    )


def _failing(refusal: Refusal) -> Words:
    status, thing = refusal.response.status_code, refusal.asked.thing
    return f"SWR in {refusal.region} failed with {status} at the {thing}.{refusal.said}", "Try again in a moment."


def _quota(refusal: Refusal) -> Words:
    kind = "repositories" if refusal.asked.repository else "organizations"
    return (
        f"This account has as many {kind} in {refusal.region} as it may.{refusal.said}",
        "Delete one that is no longer needed, or ask the cloud for a higher quota.",
    )


def _limited(refusal: Refusal) -> Words:
    return f"SWR in {refusal.region} asks for fewer requests.", "Wait a minute, then try again."


def _organization(refusal: Refusal) -> Words:
    name = refusal.asked.organization
    return (
        f"The organization {name} was not found in {refusal.region}, or it belongs to another account.",
        _CHECK,
    )


def _repository(refusal: Refusal) -> Words:
    thing = refusal.asked.thing
    return f"The {thing} was not found in {refusal.region}, or it belongs to another account.", _CHECK


def _taken(refusal: Refusal) -> Words:
    asked = refusal.asked
    if asked.repository:
        return f"There is already a {asked.thing} in {refusal.region}.", "Pick another name, or use the one there is."
    return (
        f"The name {asked.organization} is taken in {refusal.region}, possibly by another account.",
        "Pick another name: an organization's name is unique in its region across all accounts.",
    )


def _not_allowed(refusal: Refusal) -> Words:
    asked = refusal.asked
    verb = "create" if asked.creating else "see"
    return (
        f"These credentials may not {verb} the {asked.thing} in {refusal.region}.{refusal.said}",
        "Ask whoever manages the account for that right in SWR.",
    )


def _refused(refusal: Refusal) -> Words:
    return (
        f"SWR in {refusal.region} calls the request about the {refusal.asked.thing} wrong.{refusal.said}",
        "Change what is asked for; the same again will be refused again.",
    )


def _rejected(refusal: Refusal) -> Words:
    """Never quotes SWR: its text about signatures repeats what was signed."""
    sentence = f"SWR in {refusal.region} does not accept these credentials."
    if skew := _clock_skew(refusal):
        return (
            f"{sentence} This machine's clock is {skew} off from SWR's, and a signature is only good for 15 minutes.",
            "Set the clock, then try again.",
        )
    return sentence, "Check the keys and their region first: five failures in a row lock a key for five minutes."


def _clock_skew(refusal: Refusal) -> str:
    theirs = http_date(refusal.response.headers.get("date", ""))
    skew = abs(refusal.now - theirs) if theirs else timedelta()
    return f"{skew.total_seconds() / 60:.0f} minutes" if skew > _MOST_CLOCK_SKEW else ""


_WORDS: dict[type[SwrError], Callable[[Refusal], Words]] = {
    errors.AddressWrong: lambda refusal: not_swr(refusal.asked),
    errors.CredentialsRejected: _rejected,
    errors.NameTaken: _taken,
    errors.NotAllowed: _not_allowed,
    errors.OrganizationMissing: _organization,
    errors.QuotaReached: _quota,
    errors.RateLimited: _limited,
    errors.RepositoryMissing: _repository,
    errors.RequestRefused: _refused,
    errors.SwrFailing: _failing,
}
