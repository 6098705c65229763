"""From SWR's bytes to records and errors, and back."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from swr_bot.emulators.swr.errors import GATEWAY_MESSAGES, SERVICE_MESSAGES
from swr_tools import errors
from swr_tools.cloud import wire
from swr_tools.cloud.endpoints import endpoint_for
from swr_tools.cloud.refusals import parse_error
from swr_tools.cloud.sentences import Asked
from swr_tools.models import Access, Category, plain

ENDPOINT = endpoint_for("huaweicloud", "cn-north-4")
ORGANIZATION = Asked(ENDPOINT, "ours")
REPOSITORY = Asked(ENDPOINT, "ours", "team/app")
NEW_ORGANIZATION = Asked(ENDPOINT, "ours", creating=True)
NEW_REPOSITORY = Asked(ENDPOINT, "ours", "team/app", creating=True)
LIST = Asked(ENDPOINT)
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)

MEANINGS: dict[str, type[errors.SwrError]] = {
    "4000014": errors.RequestRefused,
    "4000055": errors.RequestRefused,
    "4000056": errors.RequestRefused,
    "4000097": errors.QuotaReached,
    "4000098": errors.QuotaReached,
    "4001009": errors.RequestRefused,
    "4001014": errors.RequestRefused,
    "4001018": errors.RequestRefused,
    "4001025": errors.RequestRefused,
    "4001028": errors.RequestRefused,
    "4001029": errors.RequestRefused,
    "4001035": errors.RequestRefused,
    "4001096": errors.RequestRefused,
    "4011064": errors.OrganizationMissing,
    "4030170": errors.NotAllowed,
    "4031032": errors.RateLimited,
    "4031042": errors.RateLimited,
    "4037017": errors.OrganizationMissing,
    "4040058": errors.OrganizationMissing,
    "4040113": errors.RepositoryMissing,
    "4060012": errors.RequestRefused,
    "4060074": errors.RequestRefused,
    "4090006": errors.NameTaken,
    "4090060": errors.NameTaken,
    "4131012": errors.RequestRefused,
    "5000059": errors.SwrFailing,
    "APIGW.0101": errors.AddressWrong,
    "APIGW.0201": errors.SwrFailing,
    "APIGW.0301": errors.CredentialsRejected,
    "APIGW.0307": errors.CredentialsRejected,
    "APIGW.0308": errors.RateLimited,
    "APIGW.0601": errors.SwrFailing,
    "APIGW.0613": errors.SwrFailing,
}
GATEWAY_STATUS = {
    "APIGW.0101": 404,
    "APIGW.0201": 502,
    "APIGW.0301": 401,
    "APIGW.0307": 401,
    "APIGW.0308": 429,
    "APIGW.0601": 500,
    "APIGW.0613": 503,
}


def answer(status: int, body: object, **headers: str) -> httpx.Response:
    """An answer that has been read."""
    return httpx.Response(status, json=body, headers=headers)


def error_of(status: int, code: str, asked: Asked, message: str = "") -> errors.SwrError:
    """The error of an answer with that code, in the present shape."""
    inner = {"errorCode": code, "errorMessage": message, "detail": ""}
    body = {"errors": [inner], "error_code": code, "error_msg": message}
    return parse_error(answer(status, body, **{"X-Request-Id": "r-1"}), asked, now=NOW)


def test_every_code_of_the_emulator_has_a_meaning() -> None:
    """The emulator sends no code whose class is left to chance."""
    assert MEANINGS.keys() == {*SERVICE_MESSAGES, *GATEWAY_MESSAGES}


@pytest.mark.parametrize(("code", "meaning"), MEANINGS.items())
def test_codes_have_their_meaning(code: str, meaning: type[errors.SwrError]) -> None:
    """Each code becomes exactly one class, and is kept with the request id."""
    status = GATEWAY_STATUS.get(code) or int(code[:3])
    full = code if code in GATEWAY_STATUS else f"SVCSTG.SWR.{code}"
    error = error_of(status, full, NEW_REPOSITORY)
    assert type(error) is meaning
    assert (error.swr_code, error.request_id) == (full, "r-1")


@pytest.mark.parametrize(
    ("status", "code", "asked", "meaning"),
    [
        (400, "SVCSTG.SWR.4000099", NEW_REPOSITORY, errors.QuotaReached),
        (403, "SVCSTG.SWR.4000097", NEW_ORGANIZATION, errors.QuotaReached),
        (401, "SVCSTG.SWR.4010000", ORGANIZATION, errors.CredentialsRejected),
        (401, "SVCSTG.S2I.4019000", ORGANIZATION, errors.CredentialsRejected),
        (401, "SVCSTG.SWR.4011044", REPOSITORY, errors.CredentialsRejected),
        (403, "SVCSTG.SWR.4037018", REPOSITORY, errors.NotAllowed),
        (403, "SVCSTG.SWR.4039002", ORGANIZATION, errors.NotAllowed),
        (403, "APIGW.0802", ORGANIZATION, errors.NotAllowed),
        (404, "SVCSTG.SWR.4041061", REPOSITORY, errors.OrganizationMissing),
        (404, "SVCSTG.SWR.4040010", REPOSITORY, errors.RepositoryMissing),
        (404, "SVCSTG.SWR.4040083", REPOSITORY, errors.AddressWrong),
        (404, "SVCSTG.SWR.4049999", REPOSITORY, errors.RepositoryMissing),
        (404, "SVCSTG.SWR.4049999", NEW_REPOSITORY, errors.OrganizationMissing),
        (404, "SVCSTG.SWR.4049999", ORGANIZATION, errors.OrganizationMissing),
        (404, "", LIST, errors.AddressWrong),
        (404, "APIGW.0103", REPOSITORY, errors.AddressWrong),
        (400, "APIGW.0607", REPOSITORY, errors.AddressWrong),
        (404, "SVCSTG.SWR.4040058", NEW_ORGANIZATION, errors.NotAllowed),
        (401, "SVCSTG.SWR.4011064", LIST, errors.NotAllowed),
        (409, "SVCSTG.SWR.4090023", NEW_ORGANIZATION, errors.SwrFailing),
        (409, "", NEW_ORGANIZATION, errors.NameTaken),
        (400, "SVCSTG.SWR.4090006", NEW_REPOSITORY, errors.NameTaken),
        (500, "SVCSTG.SWR.4030170", ORGANIZATION, errors.NotAllowed),
        (409, "", ORGANIZATION, errors.SwrFailing),
        (406, "", ORGANIZATION, errors.RequestRefused),
        (413, "APIGW.0201", NEW_REPOSITORY, errors.RequestRefused),
        (418, "", ORGANIZATION, errors.RequestRefused),
        (500, "SVCSTG.SWR.5000082", NEW_ORGANIZATION, errors.SwrFailing),
        (507, "SVCSTG.SWR.5070070", ORGANIZATION, errors.SwrFailing),
        (400, "SVCSTG.SWR.9999999", ORGANIZATION, errors.RequestRefused),
        (400, "SVCSTG.SWR.404005", ORGANIZATION, errors.RequestRefused),
    ],
)
def test_codes_come_before_statuses(status: int, code: str, asked: Asked, meaning: type[errors.SwrError]) -> None:
    """The number says more than the status; without a known one the status decides, and what was asked."""
    assert type(error_of(status, code, asked)) is meaning


@pytest.mark.parametrize("asked", [ORGANIZATION, REPOSITORY, NEW_ORGANIZATION, NEW_REPOSITORY])
@pytest.mark.parametrize("code", [code for code in MEANINGS if code.isdecimal()])
def test_sentences_are_sentences(asked: Asked, code: str) -> None:
    """Whatever went wrong, the error is whole sentences that name the region, and says what to do next."""
    error = error_of(int(code[:3]), f"SVCSTG.SWR.{code}", asked, "Some words")
    assert "cn-north-4" in error.sentence
    assert error.sentence.endswith((".", "Some words"))
    assert error.sentence[0].isupper()
    assert error.hint.endswith(".")


def test_sentences_name_what_was_asked_for() -> None:
    """The organization, or the repository inside it."""
    missing = error_of(404, "SVCSTG.SWR.4040058", REPOSITORY).sentence
    assert missing == "The organization ours was not found in cn-north-4, or it belongs to another account."
    assert "repository ours/team/app" in error_of(403, "SVCSTG.SWR.4037018", REPOSITORY).sentence
    assert "may not create the organization ours" in error_of(403, "", NEW_ORGANIZATION).sentence


@pytest.mark.parametrize("body", [[], [[]], {}, None, 7, "x", [7], {"errors": None}, {"errors": [None], "error": 1}])
@pytest.mark.parametrize("status", [400, 401, 404, 409, 429, 500])
def test_no_json_is_too_odd_for_an_error(body: object, status: int) -> None:
    """Every answer becomes some error, without one of our own on the way."""
    assert isinstance(parse_error(answer(status, body), ORGANIZATION, now=NOW), errors.SwrError)


def test_bodies_are_what_swr_documents() -> None:
    """The organization's word on the wire is its own; what was not given is left out."""
    assert json.loads(wire.organization_body("ours")) == {"namespace": "ours"}
    bare = wire.repository_body("team/app", public=False, category=None, description="")
    assert json.loads(bare) == {"repository": "team/app", "is_public": False}
    full = json.loads(wire.repository_body("app", public=True, category=Category.OTHER, description='"é"'))
    assert full == {"repository": "app", "is_public": True, "category": "other", "description": '"é"'}


def test_the_documents_example_of_a_repository_is_read() -> None:
    """The example answer of the reference page."""
    example: dict[str, Any] = {
        "id": 865151,
        "ns_id": 1334795,
        "name": "busybox",
        "category": "other",
        "description": "",
        "creator_id": "0504186e6a8010e01f3ec009a5b0d87f",
        "creator_name": "alice",
        "size": 2099575,
        "is_public": False,
        "num_images": 1,
        "num_download": 3,
        "url": "",
        "path": "swr.cn-north-4.myhuaweicloud.com/group/busybox",
        "internal_path": "10.125.0.198:20202/group/busybox",
        "created": "2020-10-30T11:35:02.939134Z",
        "updated": "2020-10-30T11:35:02Z",
        "domain_id": "0504186e6a8010e01f3ec009a5b0d87f",
        "priority": 0,
    }
    found = wire.read_repository(json.dumps(example).encode(), ENDPOINT, "group", "busybox")
    assert plain(found) == {
        "organization": "group",
        "name": "busybox",
        "address": "swr.cn-north-4.myhuaweicloud.com/group/busybox",
        "pull_command": "docker pull swr.cn-north-4.myhuaweicloud.com/group/busybox",
        "public": False,
        "category": "other",
        "description": "",
        "size_bytes": 2099575,
        "images": 1,
        "downloads": 3,
        "created_by": "alice",
        "created_at": "2020-10-30T11:35:02.939134Z",
        "updated_at": "2020-10-30T11:35:02Z",
    }


def test_the_documents_example_of_organizations_is_read() -> None:
    """The example answer of the scenario page."""
    content = b'{"namespaces":[{"auth":7,"creator_name":"test","id":7,"name":"group"}]}'
    (found,) = wire.read_organizations(content)
    assert (found.name, found.id, found.created_by, found.access) == ("group", 7, "test", Access.MANAGE)


@pytest.mark.parametrize(("auth", "access"), [(7, Access.MANAGE), (3, Access.EDIT), (1, Access.READ), (5, None)])
def test_rights_have_words(auth: int, access: Access | None) -> None:
    """Seven, three and one; anything else is nobody's guess."""
    found = wire.read_organization(json.dumps({"name": "ours", "auth": auth}).encode(), "ours")
    assert found.access is access


@pytest.mark.parametrize(
    "content", [b"{}", b"null", b"[]", b"", b"<html>", b'{"namespaces": 7}', b'{"namespaces": {}}']
)
def test_a_list_of_something_else_is_refused(content: bytes) -> None:
    """An empty list is only believed when there is a list."""
    with pytest.raises(ValueError, match=r"^(not|no|Expecting)\b"):
        wire.read_organizations(content)


def test_half_characters_are_replaced() -> None:
    """JSON can spell half of a surrogate pair, which no terminal, file or database takes."""
    content = rb'{"name": "app", "description": "\ud83d caf\u00e9 \ud83d\ude00"}'
    found = wire.read_repository(content, ENDPOINT, "ours", "app")
    assert found.description == "? café \U0001f600"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-10-30T11:35:02Z", datetime(2026, 10, 30, 11, 35, 2, tzinfo=UTC)),
        ("2026-10-30T11:35:02", datetime(2026, 10, 30, 11, 35, 2, tzinfo=UTC)),
        ("2026-10-30T13:35:02+02:00", datetime(2026, 10, 30, 11, 35, 2, tzinfo=UTC)),
        ("2026-10-30T11:35:02.123456789Z", datetime(2026, 10, 30, 11, 35, 2, 123456, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
        (None, None),
        ([], None),
    ],
)
def test_moments_are_utc(text: object, moment: datetime | None) -> None:
    """Any number of fraction digits, with a zone or without."""
    assert wire.read_moment(text) == moment
