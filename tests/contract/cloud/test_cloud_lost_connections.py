"""What is told apart when no answer comes: never sent, or sent with the answer lost."""

import asyncio
import inspect
import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from swr_tools import errors
from swr_tools.clock import ManualClock
from swr_tools.cloud.client import Timeouts
from swr_tools.cloud.endpoints import endpoint_for
from swr_tools.cloud.refusals import transport_error
from swr_tools.cloud.sentences import Asked
from swr_tools.names import ExistingOrganizationName, OrganizationName

if TYPE_CHECKING:
    from tests.contract.cloud.conftest import Call, Connect, EmulatorProcess, OddServer, Transports

SHORT = Timeouts(connect=0.4, read=0.4, operation=0.6)
FRESH, ORG = OrganizationName("fresh"), ExistingOrganizationName("ours")
ASKED = Asked(endpoint_for("huaweicloud", "cn-north-4"), "ours")


# A throw-away pair for 127.0.0.1 that nobody signed; it opens nothing.
CERTIFICATE = """-----BEGIN CERTIFICATE-----
MIIBfzCCASWgAwIBAgIUDgV1+3g7rkReFqC4cR8VNJRnqRcwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyMTAxMjY1NFoYDzIxMjYxMDI4
MDEyNjU0WjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAS61EGrFuIGDxb2xzxPlBgP5o5S4mIEelCR17fVI/eI+8527mmAY6yK
/aWomvnwX5HhfVvbR39veKTf+ywPvvMAo1MwUTAdBgNVHQ4EFgQUwsgx5UmyoldA
2KzoL0SjVpKnC9cwHwYDVR0jBBgwFoAUwsgx5UmyoldA2KzoL0SjVpKnC9cwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA23aR1bg5O01e786F8hAF
4FB8rtucxmelTkp9vtyuklICIGq20Nq+O6zvniF7PLPRm+1FpdNhm29lnX/XMGCp
ReIs
-----END CERTIFICATE-----
"""
KEY = """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQglcIBCOzRFHmMVKuL
nh51e3a7XY039etI8DIaozM5LaihRANCAAS61EGrFuIGDxb2xzxPlBgP5o5S4mIE
elCR17fVI/eI+8527mmAY6yK/aWomvnwX5HhfVvbR39veKTf+ywPvvMA
-----END PRIVATE KEY-----
"""


def transport_exceptions() -> list[type[httpx.TransportError]]:
    """Every exception httpx may raise below HTTP."""
    found = [kind for _, kind in inspect.getmembers(httpx, inspect.isclass) if issubclass(kind, httpx.TransportError)]
    assert httpx.ReadTimeout in found
    return found


@pytest.mark.parametrize("kind", transport_exceptions(), ids=lambda kind: kind.__name__)
def test_every_transport_exception_has_a_meaning(kind: type[httpx.TransportError]) -> None:
    """Only what happens before the first byte leaves counts as never sent; all else may have taken effect."""
    never_sent = {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol"}
    expected = errors.SwrUnreachable if kind.__name__ in never_sent else errors.AnswerLost
    assert type(transport_error(kind("why"), ASKED)) is expected


async def test_a_refused_connection_was_never_sent(connect: "Connect", transports: "Transports", call: "Call") -> None:
    """Nobody listens: nothing was sent, and the error names where."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    cloud = connect(url, transport=transports(), clock=ManualClock())
    with pytest.raises(errors.SwrUnreachable, match=f"No connection to SWR at {url[7:]} could be made"):
        await call(cloud)


async def test_an_unknown_host_was_never_sent(connect: "Connect", transports: "Transports", create: "Call") -> None:
    """A name that cannot be looked up: nothing was sent."""
    cloud = connect("https://swr-api.nowhere.invalid", transport=transports())
    with pytest.raises(errors.SwrUnreachable, match=r"swr-api\.nowhere\.invalid"):
        await create(cloud)


async def test_a_failed_handshake_was_never_sent(connect: "Connect", transports: "Transports", create: "Call") -> None:
    """TLS against something that does not speak it: nothing was sent."""

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.com ESMTP\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    with pytest.raises(errors.SwrUnreachable):
        await create(connect(url, transport=transports()))
    server.close()


async def test_an_untrusted_certificate_was_never_sent(
    connect: "Connect", transports: "Transports", tmp_path: Path
) -> None:
    """A server whose certificate nobody signed gets no request, and so no token or signature."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    certificate.write_text(CERTIFICATE)
    key.write_text(KEY)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    received: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.read(100))
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)
    url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    with pytest.raises(errors.SwrUnreachable):
        await connect(url, transport=transports()).client().create_organization(FRESH)
    server.close()
    assert b"".join(received) == b""


async def test_a_server_too_busy_to_accept_was_never_sent(connect: "Connect", transports: "Transports") -> None:
    """A connection that is not made in time: nothing was sent."""
    with socket.socket() as server, socket.socket() as first, socket.socket() as second:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        # The kernel keeps one or two waiting and lets further ones go unanswered.
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        timeouts = Timeouts(connect=0.3, read=5, operation=5)
        with pytest.raises(errors.SwrUnreachable):
            await connect(url, transport=transports(), timeouts=timeouts).client().create_organization(FRESH)


CUTS = {
    "nothing": b"",
    "half a status line": b"HTTP/1.1 20",
    "half the headers": b"HTTP/1.1 201 Created\r\ncontent-le",
    "half the body": b"HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{",
    "half a chunk": b"HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n10\r\n{",
    "no HTTP at all": b"220 mail.example.com ESMTP\r\n\r\n",
    "broken gzip": b"HTTP/1.1 201 Created\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n{}{}",
}


@pytest.mark.parametrize("content", CUTS.values(), ids=CUTS)
async def test_a_cut_answer_is_lost(
    odd: "OddServer", connect: "Connect", transports: "Transports", create: "Call", content: bytes
) -> None:
    """A create whose answer breaks off anywhere may have taken effect, and is sent only once."""
    odd.says_bytes(content)
    with pytest.raises(errors.AnswerLost, match="did not answer completely"):
        await create(connect(odd.url, transport=transports()))
    assert len(odd.requests) == 1


@pytest.mark.parametrize("content", CUTS.values(), ids=CUTS)
async def test_a_cut_read_is_read_again(
    odd: "OddServer", connect: "Connect", transports: "Transports", content: bytes
) -> None:
    """For a read the same is only a reason to try again."""
    odd.says_bytes(content)
    odd.says(200, {"name": "ours", "id": 7})
    client = connect(odd.url, transport=transports(), clock=ManualClock()).client()
    assert (await client.show_organization(ORG)).id == 7


async def test_no_answer_in_time_is_lost(
    odd: "OddServer", connect: "Connect", transports: "Transports", create: "Call"
) -> None:
    """A server that takes the request and says nothing: it may have taken effect."""
    odd.hangs()
    with pytest.raises(errors.AnswerLost, match="did not answer in time"):
        await create(connect(odd.url, transport=transports(), timeouts=SHORT))
    assert len(odd.requests) == 1


async def test_a_stale_connection_loses_no_create(
    odd: "OddServer", connect: "Connect", transports: "Transports"
) -> None:
    """A kept connection that the server closes as the create arrives: the create counts as sent, and is sent once."""
    odd.says(200, {"name": "ours"})
    odd.says_bytes(b"")
    client = connect(odd.url, transport=transports()).client()
    await client.show_organization(ORG)
    with pytest.raises(errors.AnswerLost):
        await client.create_organization(FRESH)
    assert [request.method for request in odd.requests] == ["GET", "POST"]


@pytest.mark.parametrize("limit", ["read", "operation"])
async def test_slow_bodies_have_an_end(
    emulator: "EmulatorProcess", connect: "Connect", transports: "Transports", limit: str
) -> None:
    """An answer that drips in is cut off by the limit on each read, or on the operation as a whole."""
    emulator.fail({"kind": "slow-body", "milliseconds": 400, "times": 0})
    timeouts = Timeouts(read=0.1, operation=10) if limit == "read" else Timeouts(read=10, operation=0.5)
    cloud = connect(emulator.url, emulator.keys, transport=transports(), timeouts=timeouts)
    with pytest.raises(errors.AnswerLost, match="did not answer in time"):
        await cloud.client().create_organization(FRESH)


async def test_a_closed_cloud_leaves_nothing_open(
    emulator: "EmulatorProcess", connect: "Connect", transports: "Transports"
) -> None:
    """Closing twice is fine, and the connections are gone after the first."""
    cloud = connect(emulator.url, emulator.keys, transport=transports())
    await cloud.client().list_organizations()
    await cloud.aclose()
    await cloud.aclose()
