"""Which error an answer means: five shapes of SWR's complaints, answers of something else, and lost connections."""

import json
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, cast

import httpx

from swr_tools import errors
from swr_tools.cloud.sentences import Asked, Refusal, http_date, not_swr, one_line, words_for
from swr_tools.errors import SwrError

# SWR's own number comes first: the same situation has more than one HTTP status.
_BY_NUMBER: dict[str, type[SwrError]] = {
    "4000097": errors.QuotaReached,
    "4000098": errors.QuotaReached,
    "4000099": errors.QuotaReached,
    "4011064": errors.OrganizationMissing,
    "4031032": errors.RateLimited,
    "4031042": errors.RateLimited,
    "4037017": errors.OrganizationMissing,
    "4040010": errors.RepositoryMissing,
    "4040058": errors.OrganizationMissing,
    "4040083": errors.AddressWrong,
    "4040113": errors.RepositoryMissing,
    "4041061": errors.OrganizationMissing,
    "4090023": errors.SwrFailing,
}
_BY_GATEWAY_CODE: dict[str, type[SwrError]] = {
    "APIGW.0101": errors.AddressWrong,
    "APIGW.0103": errors.AddressWrong,
    "APIGW.0308": errors.RateLimited,
    "APIGW.0607": errors.AddressWrong,
}
_BY_STATUS: dict[int, type[SwrError]] = {
    401: errors.CredentialsRejected,
    403: errors.NotAllowed,
    405: errors.AddressWrong,
    407: errors.AddressWrong,
    409: errors.NameTaken,
    429: errors.RateLimited,
}
# What sending a request is known to raise, and what libraries let through against their word.
BROKEN = (httpx.HTTPError, httpx.InvalidURL, OSError, RuntimeError, ValueError)
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
_NUMBER_LENGTH = 7


@dataclass(frozen=True, slots=True)
class Complaint:
    """What an error answer says of itself, whatever its shape; empty where it does not say."""

    code: str = ""
    message: str = ""
    request_id: str = ""

    @property
    def number(self) -> str:
        """The seven digits of an SWR code, the first three of which are the HTTP status it means."""
        digits = self.code.rpartition(".")[2]
        return digits if len(digits) == _NUMBER_LENGTH and digits.isdecimal() else ""


def read_complaint(response: httpx.Response) -> Complaint | None:
    """What an error answer says, or None where it is not JSON as SWR or its gateway sends it."""
    try:
        layers = _layers(json.loads(response.content))
    except (ValueError, RecursionError):
        return None
    if not layers:
        return None
    return Complaint(
        code=one_line(_first(layers, "errorCode", "error_code", "code")),
        message=one_line(_first(layers, "errorMessage", "errorMsg", "error_msg", "message")),
        request_id=_request_id(response) or one_line(_first(layers, "request_id")),
    )


def parse_error(response: httpx.Response, asked: Asked, *, now: datetime) -> SwrError:
    """The error that an answer means which is no success.

    Args:
        response: Read to its end.
        asked: What the request was about.
        now: This machine's time.
    """
    complaint = read_complaint(response)
    family = _family(complaint, response.status_code, asked) if complaint else _speechless(response.status_code)
    complaint = complaint or Complaint(request_id=_request_id(response))
    sentence, hint = words_for(family, Refusal(asked, response, complaint.message, now))
    error = family(sentence, hint=hint, swr_code=complaint.code or None, request_id=complaint.request_id or None)
    if isinstance(error, errors.RateLimited):
        error.retry_after = _retry_after(response, now)
    return error


def transport_error(error: Exception, asked: Asked) -> errors.SwrUnreachable | errors.AnswerLost:
    """The error that a failure below HTTP means: never sent, or sent and the answer lost.

    Whatever is not known to happen before the first byte leaves counts as sent, so that a create is verified.
    """
    if isinstance(error, _NEVER_SENT):
        reason = one_line(str(error)).rstrip(".")
        return errors.SwrUnreachable(
            f"No connection to SWR at {asked.host} could be made{f': {reason}' if reason else ''}.",
            hint="Check the network, the proxy and the region, then try again.",
        )
    late = isinstance(error, TimeoutError | httpx.TimeoutException)
    return errors.AnswerLost(
        f"SWR at {asked.host} did not answer {'in time' if late else 'completely'} about the {asked.thing}.",
        hint="Try again in a moment.",
    )


def unreadable(response: httpx.Response, asked: Asked) -> SwrError:
    """The error of a success whose body is not what was asked for."""
    if response.content.lstrip()[:1] not in (b"{", b"["):
        sentence, hint = not_swr(asked)
        return errors.AddressWrong(sentence, hint=hint, request_id=_request_id(response) or None)
    return errors.SwrFailing(
        f"SWR in {asked.endpoint.region} answered {response.status_code}, but not with the {asked.thing}.",
        hint="If it stays so, tell the cloud's support.",
        request_id=_request_id(response) or None,
    )


def unexpected(response: httpx.Response, asked: Asked) -> errors.AnswerLost:
    """The error of a create whose answer says neither that it worked nor that it did not."""
    return errors.AnswerLost(
        f"SWR in {asked.endpoint.region} answered {response.status_code} to creating the {asked.thing}, which says "
        "neither yes nor no.",
        hint="Look whether it is there.",
        request_id=_request_id(response) or None,
    )


def _request_id(response: httpx.Response) -> str:
    return one_line(response.headers.get("x-request-id", ""))


def _layers(body: object) -> list[dict[str, Any]]:
    """The objects that may hold a code or a message, the outermost first."""
    if isinstance(body, list):
        return [layer for entry in cast("list[object]", body)[:1] for layer in _layers(entry)]
    if not isinstance(body, dict):
        return []
    layer = cast("dict[str, Any]", body)
    return [layer, *_layers(layer.get("errors")), *_layers(layer.get("error"))]


def _first(layers: list[dict[str, Any]], *names: str) -> str:
    found = (layer.get(name) for name in names for layer in layers)
    return next((value for value in found if isinstance(value, str) and value), "")


def _speechless(status: int) -> type[SwrError]:
    """The class of an answer without JSON: a gateway or a proxy speaks, not SWR."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return errors.RateLimited
    return errors.SwrFailing if status >= HTTPStatus.INTERNAL_SERVER_ERROR else errors.AddressWrong


def _family(complaint: Complaint, status: int, asked: Asked) -> type[SwrError]:
    if found := _BY_GATEWAY_CODE.get(complaint.code):
        return found
    number = complaint.number
    status = int(number[:3]) if number[:1] in ("4", "5") else status
    family = _BY_NUMBER.get(number) or _BY_STATUS.get(status) or _by_range(status, asked)
    if family is errors.OrganizationMissing and not _inside_one(asked):
        return errors.NotAllowed
    return errors.SwrFailing if family is errors.NameTaken and not asked.creating else family


def _inside_one(asked: Asked) -> bool:
    """Whether the request needs an organization that exists: not when it lists them or creates one."""
    return bool(asked.repository) or (bool(asked.organization) and not asked.creating)


def _by_range(status: int, asked: Asked) -> type[SwrError]:
    if status == HTTPStatus.NOT_FOUND and asked.organization:
        inside = asked.repository and not asked.creating
        return errors.RepositoryMissing if inside else errors.OrganizationMissing
    if status < HTTPStatus.BAD_REQUEST or status == HTTPStatus.NOT_FOUND:
        return errors.AddressWrong
    return errors.RequestRefused if status < HTTPStatus.INTERNAL_SERVER_ERROR else errors.SwrFailing


def _retry_after(response: httpx.Response, now: datetime) -> float | None:
    header = response.headers.get("retry-after", "")
    if header.isascii() and header.isdecimal():
        return float(header)
    moment = http_date(header)
    return max(0.0, (moment - now).total_seconds()) if moment else None
