"""Our signature against the official SDK's, on requests nobody thought of."""

from typing import Any
from urllib.parse import quote

import httpx
from huaweicloudsdkcore.auth.credentials import BasicCredentials  # pyright: ignore[reportMissingTypeStubs] - it has none
from huaweicloudsdkcore.sdk_request import SdkRequest  # pyright: ignore[reportMissingTypeStubs] - it has none
from huaweicloudsdkcore.signer.signer import Signer  # pyright: ignore[reportMissingTypeStubs] - it has none
from hypothesis import given
from hypothesis import strategies as st

from swr_tools.clock import ManualClock
from swr_tools.cloud.signing import Keys, SignatureAuth, canonical_request, sign

ACCESS_KEY, HOST = "AKEXAMPLE00000000001", "swr-api.cn-north-4.myhuaweicloud.com"
DATE = "20261121T000435Z"
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
segments = st.one_of(texts, st.sampled_from(["team$app", "a%24b", "a%2Fb", "~", "+", "..", "", "é", "a b", "%"]))
pairs = st.lists(st.tuples(texts.filter(bool), texts), max_size=4)
header_names = st.from_regex(r"x-[a-z0-9-]{1,10}", fullmatch=True).filter(
    lambda name: name not in ("x-sdk-date", "x-sdk-content-sha256")
)
header_values = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)
printable = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


def their_authorization(
    method: str, path: str, query: list[tuple[str, str]], headers: dict[str, str], *, body: bytes, secret: str
) -> str:
    """The header `Authorization` as the SDK makes it."""
    request = SdkRequest(
        method=method,
        schema="https",
        host=HOST,
        resource_path=path,
        query_params=list(query),
        header_params=dict(headers),
        body=body,
    )
    signed: Any = Signer(BasicCredentials(ACCESS_KEY, secret, "p")).sign(request)
    return signed.header_params["Authorization"]


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"]),
    path=st.lists(segments, min_size=1, max_size=5),
    query=pairs,
    headers=st.dictionaries(header_names, header_values, max_size=4),
    body=st.binary(max_size=64),
    secret=printable,
)
def test_any_request_is_signed_as_the_sdk_does(
    *, method: str, path: list[str], query: list[tuple[str, str]], headers: dict[str, str], body: bytes, secret: str
) -> None:
    """Method, path, query, headers and body of any kind give the SDK's signature."""
    raw_path = "/" + "/".join(quote(segment, safe="$") for segment in path)
    dated = {**headers, "X-Sdk-Date": DATE}
    theirs = their_authorization(method, raw_path, query, dated, body=body, secret=secret)

    sent = sorted((name.lower(), value.strip()) for name, value in [*headers.items(), ("x-sdk-date", DATE)])
    signed = sorted([*sent, ("host", HOST)])
    raw_query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query)
    ours = sign(canonical_request(method, raw_path, raw_query, signed, body), DATE, secret)

    assert theirs.endswith(f"Signature={ours}")


@given(
    path=st.lists(segments.filter(lambda text: text not in ("", "..")), min_size=1, max_size=4),
    query=pairs,
    body=st.binary(max_size=32),
    project=st.none() | st.from_regex(r"[0-9a-f]{32}", fullmatch=True),
    token=st.none() | printable,
)
def test_what_is_put_into_a_request_is_what_the_sdk_would(
    path: list[str], query: list[tuple[str, str]], body: bytes, project: str | None, token: str | None
) -> None:
    """The whole `Authorization` of a request as httpx sends it equals the SDK's over the same headers."""
    raw_path = "/" + "/".join(quote(segment, safe="") for segment in path)
    raw_query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query)
    url = f"https://{HOST}{raw_path}{'?' if query else ''}{raw_query}"
    request = httpx.Request("POST", url, content=body, headers={"Content-Type": "application/json"})
    SignatureAuth(Keys(ACCESS_KEY, "SKexample", token), project, clock=ManualClock()).sign(request)

    names = ("content-type", "host", "x-project-id", "x-sdk-date", "x-security-token")
    headers = {name: request.headers[name] for name in names if name in request.headers}
    theirs = their_authorization("POST", raw_path, query, headers, body=body, secret="SKexample")
    assert request.headers["authorization"] == theirs
