"""What the client makes of answers that no document promises, over real connections."""

import gzip
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from swr_tools import errors
from swr_tools.clock import ManualClock
from swr_tools.models import Access
from swr_tools.names import ExistingOrganizationName, ExistingRepositoryName, OrganizationName

if TYPE_CHECKING:
    from tests.contract.cloud.conftest import Call, Connect, OddServer, Transports

ORG, APP = ExistingOrganizationName("ours"), ExistingRepositoryName("team/app")
HTML = b"<!DOCTYPE html><html><body><h1>Welcome to nginx</h1></body></html>"


def shapes(code: str, message: str) -> list[Any]:
    """One complaint in each of the shapes SWR and its gateway use, and IAM's."""
    camel = {"errorCode": code, "errorMessage": message, "detail": ""}
    flat = {"error_code": code, "error_msg": message}
    return [
        [camel],
        {"errors": [camel], **flat, "details": [flat], "encoded_authorization_message": "x"},
        {"errors": [camel]},
        camel,
        {**flat, "request_id": "from-the-body"},
        {"error": {"code": code, "message": message, "title": "x"}},
    ]


@pytest.mark.parametrize("shape", range(6))
@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (404, "SVCSTG.SWR.4040058", errors.OrganizationMissing),
        (400, "SVCSTG.SWR.4000097", errors.QuotaReached),
        (403, "SVCSTG.SWR.4037017", errors.OrganizationMissing),
        (401, "APIGW.0301", errors.CredentialsRejected),
        (400, "SVCSTG.SWR.4040058", errors.OrganizationMissing),
    ],
)
async def test_every_error_shape_is_read(
    odd: "OddServer", connect: "Connect", *, shape: int, status: int, code: str, error: type[errors.SwrError]
) -> None:
    """The code decides, wherever it stands in the body; it and the request id are kept."""
    odd.says(status, shapes(code, "Some message")[shape], x_request_id="from-the-header")
    with pytest.raises(error) as caught:
        await connect(odd.url).client().show_organization(ORG)
    assert caught.value.swr_code == code
    assert caught.value.request_id == "from-the-header"
    assert type(caught.value) is error


async def test_a_request_id_in_the_body_is_kept(odd: "OddServer", connect: "Connect") -> None:
    """The gateway repeats the request id in its body; that serves where the header is missing."""
    odd.says(404, {"error_code": "SVCSTG.SWR.4040058", "request_id": "from-the-body"})
    with pytest.raises(errors.OrganizationMissing) as caught:
        await connect(odd.url).client().show_organization(ORG)
    assert caught.value.request_id == "from-the-body"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, HTML),
        (200, b""),
        (204, b""),
        (200, b"OK"),
        (302, b""),
        (400, HTML),
        (403, HTML),
        (404, HTML),
        (404, b""),
        (404, {"error_code": "APIGW.0101", "error_msg": "The API does not exist"}),
        (405, {"error_msg": "no"}),
    ],
)
async def test_what_is_not_swr_is_called_so(
    odd: "OddServer", connect: "Connect", read: "Call", status: int, body: object
) -> None:
    """A web page, an empty answer or an unknown route is a wrong address, never a missing organization."""
    odd.says(status, body, location="https://example.com/")
    with pytest.raises(errors.AddressWrong, match="is not the SWR API"):
        await read(connect(odd.url))
    assert len(odd.requests) == 1


@pytest.mark.parametrize("body", [[], {}, 7, "text", {"other": 1}, b"{", b'{"name": ', b"[1, 2", b"[" * 100_000])
async def test_a_success_with_another_body_is_not_believed(odd: "OddServer", connect: "Connect", body: object) -> None:
    """JSON that holds nothing SWR documents does not pass for an organization or a repository."""
    odd.says(200, body)
    client = connect(odd.url).client()
    for call in (client.show_organization(ORG), client.show_repository(ORG, APP), client.list_organizations()):
        with pytest.raises(errors.Unavailable):
            await call


@pytest.mark.parametrize("body", [b"null", b"[]"])
async def test_no_repositories_may_be_null(odd: "OddServer", connect: "Connect", body: bytes) -> None:
    """`null` in place of an empty list is an empty list."""
    odd.says(200, body)
    assert await connect(odd.url).client().list_repositories(ORG) == []


async def test_no_organizations_may_be_null(odd: "OddServer", connect: "Connect") -> None:
    """The same inside the list of organizations."""
    odd.says(200, {"namespaces": None})
    assert await connect(odd.url).client().list_organizations() == []


@pytest.mark.parametrize("digits", range(10))
async def test_timestamps_have_any_number_of_digits(odd: "OddServer", connect: "Connect", digits: int) -> None:
    """Zero to nine fraction digits are read, down to the microsecond."""
    fraction = f".{'123456789'[:digits]}" if digits else ""
    odd.says(200, {"name": "team/app", "created": f"2020-10-30T11:35:02{fraction}Z", "updated": "yesterday"})
    found = await connect(odd.url).client().show_repository(ORG, APP)
    microseconds = int("123456"[:digits].ljust(6, "0"))
    assert found.created_at == datetime(2020, 10, 30, 11, 35, 2, microseconds, tzinfo=UTC)
    assert found.updated_at is None


async def test_missing_odd_and_extra_fields_do_no_harm(odd: "OddServer", connect: "Connect") -> None:
    """What cannot be understood gets its default; the rest of the record is kept."""
    rows: list[object] = [
        {"name": "full", "id": 7, "creator_name": "alice", "auth": 3, "repo_count": 2, "new": {"a": [1]}},
        {"name": "bare"},
        {"name": "odd", "id": None, "creator_name": None, "auth": [], "repo_count": "many"},
        {"name": "newer", "id": 8, "auth": 15},
        {"id": 9},
        None,
    ]
    odd.says(200, {"namespaces": rows, "next": "x"})
    full, bare, strange, newer = await connect(odd.url).client().list_organizations()
    assert (full.name, full.id, full.created_by, full.access, full.repositories) == ("full", 7, "alice", Access.EDIT, 2)
    assert (bare.name, bare.created_by, bare.access, bare.repositories) == ("bare", "", None, None)
    assert (strange.created_by, strange.access, strange.repositories) == ("", None, None)
    assert (newer.id, newer.access) == (8, None)


async def test_a_repository_of_few_words_is_still_one(odd: "OddServer", connect: "Connect") -> None:
    """A repository about which SWR says next to nothing is named and addressed as it was asked for."""
    odd.says(200, {"id": 1, "size": None, "path": ""})
    found = await connect(odd.url).client().show_repository(ORG, APP)
    assert (found.organization, found.name) == ("ours", "team/app")
    assert found.address == "swr.cn-north-4.myhuaweicloud.com/ours/team/app"


@pytest.mark.parametrize("path", ["x/y/z; rm -rf ~", "$(id)/a/b", "swr.example.com/a/b\n", "--help", "a b/c/d"])
async def test_an_odd_address_gets_into_no_command(odd: "OddServer", connect: "Connect", path: str) -> None:
    """The pull command is for a shell, so only an address that looks like one is taken over."""
    odd.says(200, {"name": "team/app", "path": path})
    found = await connect(odd.url).client().show_repository(ORG, APP)
    assert found.pull_command == "docker pull swr.cn-north-4.myhuaweicloud.com/ours/team/app"


async def test_swr_is_quoted_plainly_and_briefly(odd: "OddServer", connect: "Connect") -> None:
    """Control characters and length are taken from SWR's words before they are shown."""
    odd.says(400, {"error_code": "SVCSTG.SWR.4000014", "error_msg": "bad\x1b[31m\u202e\n" + "long " * 500})
    with pytest.raises(errors.RequestRefused) as caught:
        await connect(odd.url).client().show_organization(ORG)
    assert "SWR says: bad [31m long long" in caught.value.sentence
    assert caught.value.sentence.isprintable()
    assert len(caught.value.sentence) < 400


@pytest.mark.parametrize("code", ["APIGW.0301", "SVCSTG.SWR.4000014"])
async def test_the_signed_request_is_never_quoted(odd: "OddServer", connect: "Connect", code: str) -> None:
    """The gateway quotes what was signed, with all its headers; that text is dropped."""
    message = "verify aksk signature fail, canonicalRequest:GET|/v2/|x-security-token:s3cret|"
    odd.says(401, {"error_code": code, "error_msg": message})
    with pytest.raises(errors.SwrError) as caught:
        await connect(odd.url).client().show_organization(ORG)
    assert "s3cret" not in str(caught.value.as_json())


@pytest.mark.parametrize("status", [200, 201])
@pytest.mark.parametrize("body", [b"", b"{}", b"null", b' {"new": 1}\n'])
async def test_a_create_may_be_answered_with_nothing(
    odd: "OddServer", connect: "Connect", create: "Call", status: int, body: bytes
) -> None:
    """200 and 201 are success, with any JSON object or no body."""
    odd.says(status, body)
    assert await create(connect(odd.url)) is None


@pytest.mark.parametrize(("status", "body"), [(202, b"{}"), (204, b""), (206, b"{}"), (200, HTML), (201, b"[1]")])
async def test_a_doubtful_success_of_a_create_is_no_success(
    odd: "OddServer", connect: "Connect", create: "Call", status: int, body: bytes
) -> None:
    """Anything else in 2xx means that it must be looked up."""
    odd.says(status, body)
    with pytest.raises(errors.AnswerLost, match="neither yes nor no"):
        await create(connect(odd.url))


async def test_a_busy_conflict_is_no_taken_name(odd: "OddServer", connect: "Connect") -> None:
    """409 with the code for a busy system may pass; the name is not taken."""
    odd.says(409, {"errors": [{"errorCode": "SVCSTG.SWR.4090023", "errorMessage": "busy"}]})
    with pytest.raises(errors.SwrFailing):
        await connect(odd.url).client().create_organization(OrganizationName("fresh"))


async def test_retry_after_is_honoured(odd: "OddServer", connect: "Connect") -> None:
    """A read waits as long as SWR asks for."""
    clock = ManualClock()
    odd.says(429, {"error_code": "APIGW.0308"}, retry_after="7")
    odd.says(200, {"name": "ours"})
    assert await connect(odd.url, clock=clock).client().show_organization(ORG)
    assert clock.slept == [7.0]


async def test_a_pause_past_the_deadline_is_not_begun(odd: "OddServer", connect: "Connect") -> None:
    """When SWR asks for longer than the operation may take, the error comes at once and says how long."""
    clock = ManualClock()
    odd.says(429, {"error_code": "APIGW.0308"}, retry_after="3600")
    with pytest.raises(errors.RateLimited) as caught:
        await connect(odd.url, clock=clock).client().show_organization(ORG)
    assert caught.value.retry_after == 3600
    assert clock.slept == []


async def test_retry_after_may_be_a_date(odd: "OddServer", connect: "Connect") -> None:
    """The other form of the header is read too; nonsense is as if there were none."""
    clock = ManualClock(datetime(2026, 1, 1, 12, tzinfo=UTC))
    odd.says(429, b"", retry_after="Thu, 01 Jan 2026 12:00:09 GMT")
    odd.says(429, b"", retry_after="soon")
    odd.says(200, {"name": "ours"})
    assert await connect(odd.url, clock=clock).client().show_organization(ORG)
    first, second = clock.slept
    assert first == 9.0
    assert second < 2.0


@pytest.mark.parametrize(("known", "header"), [(True, False), (False, True), (False, False)])
async def test_all_pages_are_walked(odd: "OddServer", connect: "Connect", known: bool, header: bool) -> None:
    """The walk ends by the total in the items, by the header, or by a short page, and sends limit and offset."""
    total = {"total_range": 1500} if known else {}
    rows = [{"name": f"app-{number:04}", "namespace": "ours", **total} for number in range(1500)]
    for offset, page in ((0, rows[:1000]), (1000, rows[1000:])):
        odd.says(200, page, **({"content_range": f"{offset}-{len(page)}/1500"} if header else {}))
    found = await connect(odd.url).client().list_repositories(ORG)
    assert [repository.name for repository in found] == [row["name"] for row in rows]
    queries = [request.target.partition("?")[2] for request in odd.requests]
    assert queries == [
        f"limit=1000&namespace=ours&offset={offset}&order_column=name&order_type=asc" for offset in (0, 1000)
    ]


async def test_small_pages_are_walked_by_what_they_hold(odd: "OddServer", connect: "Connect") -> None:
    """A server that gives less than the limit is asked on from where it stopped."""
    rows = [{"name": f"app-{n}", "total_range": 5} for n in range(5)]
    for page in (rows[:2], rows[2:4], rows[4:]):
        odd.says(200, page)
    assert len(await connect(odd.url).client().list_repositories(ORG)) == 5
    assert [request.target.split("offset=")[1].split("&")[0] for request in odd.requests] == ["0", "2", "4"]


async def test_pages_without_end_are_left(odd: "OddServer", connect: "Connect") -> None:
    """A list that never ends is an error, not a loop."""
    odd.says(200, [{"name": "app", "total_range": 1_000_000_000}])
    with pytest.raises(errors.SwrFailing, match="does not end"):
        await connect(odd.url).client().list_repositories(ORG)
    assert len(odd.requests) == 100


async def test_repositories_of_others_are_left_out(odd: "OddServer", connect: "Connect") -> None:
    """SWR's filter may match more than it was asked for."""
    odd.says(200, [{"name": "a", "namespace": "ours"}, {"name": "b", "namespace": "ours-too"}, {"name": "c$d"}])
    found = await connect(odd.url).client().list_repositories(ORG)
    assert [repository.name for repository in found] == ["a", "c/d"]


async def test_compressed_answers_are_read(odd: "OddServer", connect: "Connect", transports: "Transports") -> None:
    """Gzip is asked for, and understood."""
    odd.says(200, gzip.compress(b'{"name": "ours", "id": 7}'), content_encoding="gzip")
    found = await connect(odd.url, transport=transports()).client().show_organization(ORG)
    assert found.id == 7


async def test_a_redirect_is_not_followed(
    odd: "OddServer", connect: "Connect", transports: "Transports", call: "Call"
) -> None:
    """The signature holds for one host, and a create for one request."""
    odd.says(307, b"", location=f"{odd.url}/elsewhere")
    with pytest.raises(errors.AddressWrong):
        await call(connect(odd.url, transport=transports()))
    assert len(odd.requests) == 1


async def test_any_byte_may_stand_in_a_header(
    odd: "OddServer", connect: "Connect", transports: "Transports", create: "Call"
) -> None:
    """A header beyond ASCII does no harm to an answer that is otherwise fine."""
    odd.says_bytes(b"HTTP/1.1 201 Created\r\nx-caf: caf\xe9\r\ncontent-length: 2\r\n\r\n{}", close=False)
    assert await create(connect(odd.url, transport=transports())) is None


@pytest.mark.parametrize(
    "date", ["Thu, 01 Jan 2026 12:00:09 +99999999999999", "Thu, 99 Jan 99999 12:00:09 GMT", "\xe9"]
)
async def test_a_nonsense_date_is_none(odd: "OddServer", connect: "Connect", date: str) -> None:
    """A date that no calendar has is as if there were none."""
    odd.says(401, {"error_code": "APIGW.0301"}, date=date)
    odd.says(429, b"", retry_after=date)
    with pytest.raises(errors.CredentialsRejected):
        await connect(odd.url).client().show_organization(ORG)
    with pytest.raises(errors.RateLimited) as caught:
        await connect(odd.url).client().create_organization(OrganizationName("fresh"))
    assert caught.value.retry_after is None
