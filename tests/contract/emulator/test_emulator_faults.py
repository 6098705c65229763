"""Faults as a client sees them from outside, and the routes that order them."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from swr_bot.emulators.swr import DEFAULT_ACCOUNT, Account, create_app
from swr_bot.emulators.swr.faults import KINDS, Fault, parse_fault
from swr_bot.emulators.swr.server import EmulatorServer, ServeOptions

ORGANIZATIONS = "/v2/manage/namespaces"
FAULTS = "/_emulator/faults"
GROUP = {"namespace": "group"}
Start = Callable[[ServeOptions], EmulatorServer]
Connect = Callable[[EmulatorServer, Account], httpx.Client]


def order(swr: httpx.Client, **fault: object) -> None:
    """Puts one fault in force."""
    assert swr.put(FAULTS, json=[fault]).status_code == 200


def exists(swr: httpx.Client) -> bool:
    """Whether the organization is there."""
    return swr.get(f"{ORGANIZATIONS}/group").status_code == 200


@pytest.mark.parametrize(
    ("fault", "status", "code", "took_effect"),
    [
        ({"kind": "429"}, 429, "APIGW.0308", False),
        ({"kind": "403-throttle"}, 403, "SVCSTG.SWR.4031032", False),
        ({"kind": "403-throttle", "code": "4031042"}, 403, "SVCSTG.SWR.4031042", False),
        ({"kind": "5xx"}, 500, "SVCSTG.SWR.5000059", False),
        ({"kind": "5xx", "status": 502}, 502, "APIGW.0201", False),
        ({"kind": "5xx", "status": 503}, 503, "APIGW.0613", False),
        ({"kind": "5xx-after", "status": 504}, 504, "APIGW.0201", True),
    ],
)
def test_a_fault_answers_in_place_of_swr(
    swr: httpx.Client, fault: dict[str, object], status: int, code: str, *, took_effect: bool
) -> None:
    """With the documented status and code, once, before or after the create took effect."""
    order(swr, **fault)
    answer = swr.post(ORGANIZATIONS, json=GROUP)
    assert (answer.status_code, answer.json()["error_code"]) == (status, code)
    assert answer.headers["X-Request-Id"]
    assert exists(swr) is took_effect


def test_a_gateway_page_is_html(swr: httpx.Client) -> None:
    """502 with something that is not JSON."""
    order(swr, kind="html-502")
    answer = swr.post(ORGANIZATIONS, json=GROUP)
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html")
    assert answer.text.startswith("<html>")
    assert not exists(swr)


@pytest.mark.parametrize(("kind", "took_effect"), [("reset-before", False), ("reset-after", True)])
def test_a_reset_ends_the_connection_without_an_answer(swr: httpx.Client, kind: str, *, took_effect: bool) -> None:
    """The client cannot tell the two apart: only a look-up shows what became of the create."""
    order(swr, kind=kind, method="POST")
    with pytest.raises(httpx.ReadError, match="Connection reset"):
        swr.post(ORGANIZATIONS, json=GROUP)
    assert exists(swr) is took_effect
    last = swr.get("/_emulator/requests").json()["recent"][0]
    assert (last["status"], last["fault"]) == (0, kind)


def test_latency_makes_every_request_wait(swr: httpx.Client) -> None:
    """And goes together with another fault."""
    latency = {"kind": "latency", "milliseconds": 60, "times": 0}
    swr.put(FAULTS, json=[latency, latency, {"kind": "429"}])
    started = time.perf_counter()
    assert swr.get(ORGANIZATIONS).status_code == 429
    assert time.perf_counter() - started >= 0.12
    assert swr.get(ORGANIZATIONS).elapsed.total_seconds() >= 0.12


def test_a_slow_body_comes_in_pieces(swr: httpx.Client) -> None:
    """The head at once, the body piece by piece; a short read time-out does not help against it."""
    order(swr, kind="slow-body", milliseconds=20)
    started = time.perf_counter()
    with swr.stream("GET", ORGANIZATIONS) as answer:
        pieces = list(answer.iter_raw())
    assert time.perf_counter() - started >= 0.1
    assert len(pieces) > 1
    assert b"".join(pieces) == b'{"namespaces":[]}'


def test_a_fault_waits_for_its_method_path_and_times(swr: httpx.Client) -> None:
    """Requests it is not meant for neither meet it nor use it up."""
    order(swr, kind="429", method="get", path="/v2/manage/repos", times=2)
    assert swr.get(ORGANIZATIONS).status_code == 200
    assert [swr.get("/v2/manage/repos").status_code for _ in range(2)] == [429, 429]
    assert swr.get(FAULTS).json() == []
    assert swr.get("/v2/manage/repos").status_code == 200


def test_the_first_fitting_fault_hits(swr: httpx.Client) -> None:
    """One after the other, in the order given."""
    swr.put(FAULTS, json=[{"kind": "429"}, {"kind": "5xx", "times": 0}])
    assert [swr.get(ORGANIZATIONS).status_code for _ in range(3)] == [429, 500, 500]
    assert swr.get(FAULTS).json() == [
        {
            "kind": "5xx",
            "method": "",
            "path": "",
            "times": 0,
            "milliseconds": 200,
            "status": 500,
            "code": "4031032",
        }
    ]
    assert swr.delete(FAULTS).status_code == 204
    assert swr.get(ORGANIZATIONS).status_code == 200


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "Expecting"),
        (b"{}", "JSON list"),
        (b"[1]", "JSON object"),
        (b"[{}]", "needs a kind"),
        (b'[{"kind": "fire"}]', "no fault 'fire'"),
        (b'[{"kind": "429", "colour": 1}]', "no 'colour'"),
        (b'[{"kind": "429", "times": true}]', "times is a int"),
        (b'[{"kind": "429", "times": -1}]', "negative"),
        (b'[{"kind": "5xx", "status": 418}]', "500, 502, 503, 504"),
        (b'[{"kind": "403-throttle", "code": "1"}]', "4031032 or 4031042"),
    ],
)
def test_a_malformed_fault_is_refused_with_a_sentence(swr: httpx.Client, content: bytes, says: str) -> None:
    """And the faults in force stay."""
    order(swr, kind="429", path="/nowhere")
    answer = swr.put(FAULTS, content=content)
    assert answer.status_code == 400
    assert says in answer.json()["error"]
    assert len(swr.get(FAULTS).json()) == 1


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("429", Fault("429")),
        ("reset-after,method=POST,path=/v2/", Fault("reset-after", method="POST", path="/v2/")),
        ("latency, ms=50 ,times=0", Fault("latency", milliseconds=50, times=0)),
        ("5xx,status=503,times=3", Fault("5xx", status=503, times=3)),
    ],
)
def test_a_fault_can_be_written_as_a_text(text: str, fault: Fault) -> None:
    """For the command line."""
    assert parse_fault(text) == fault


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no fault ''"),
        ("fire", "there are latency"),
        ("429,times", "written name=value"),
        ("429,times=often", "whole number"),
        ("429,colour=red", "no 'colour'"),
    ],
)
def test_a_wrong_text_is_refused_with_a_sentence(text: str, says: str) -> None:
    """It says what would be right."""
    with pytest.raises(ValueError, match=says):
        parse_fault(text)


def test_faults_and_latency_can_be_in_force_from_the_start(start: Start, connect: Connect) -> None:
    """As the command line orders them."""
    client = connect(start(ServeOptions(faults=("5xx,method=POST",), latency_ms=30)), DEFAULT_ACCOUNT)
    assert client.post(ORGANIZATIONS, json=GROUP).status_code == 500
    assert client.post(ORGANIZATIONS, json=GROUP).elapsed.total_seconds() >= 0.03


def test_the_log_counts_what_reached_swr(swr: httpx.Client) -> None:
    """Method, path, status and access key of each request; its own routes are left out."""
    swr.post(ORGANIZATIONS, json=GROUP)
    swr.get(f"{ORGANIZATIONS}/group", params={"x": "1"})
    swr.get("/v2/manage/nothing")
    log = swr.get("/_emulator/requests").json()
    assert log["total"] == 3
    assert log["counters"] == {
        "POST /v2/manage/namespaces": 1,
        "GET /v2/manage/namespaces/{namespace}": 1,
        "no such route": 1,
    }
    seen = [(each["method"], each["path"], each["status"], each["access_key"]) for each in log["recent"]]
    assert seen == [
        ("POST", ORGANIZATIONS, 201, DEFAULT_ACCOUNT.access_key),
        ("GET", f"{ORGANIZATIONS}/group", 200, DEFAULT_ACCOUNT.access_key),
        ("GET", "/v2/manage/nothing", 404, ""),
    ]


def test_a_reset_of_the_emulator_makes_it_new(swr: httpx.Client) -> None:
    """Contents, faults, log and clock."""
    swr.post(ORGANIZATIONS, json=GROUP)
    swr.post("/_emulator/clock", json={"offset_seconds": 86400})
    order(swr, kind="429")
    assert swr.post("/_emulator/reset").status_code == 204
    assert swr.get(ORGANIZATIONS).json() == {"namespaces": []}
    assert swr.get("/_emulator/requests").json()["total"] == 1


def test_what_waits_while_everything_is_reset_is_not_carried_out(swr: httpx.Client) -> None:
    """It belongs to what is no more: its connection is reset, and it is in no log."""
    order(swr, kind="latency", method="POST", milliseconds=400, times=1)
    with ThreadPoolExecutor(1) as others:
        late = others.submit(swr.post, ORGANIZATIONS, json=GROUP)
        while swr.get("/_emulator/faults").json():
            pass
        assert swr.post("/_emulator/reset").status_code == 204
        assert isinstance(late.exception(), httpx.ReadError)

    assert swr.get(ORGANIZATIONS).json() == {"namespaces": []}
    assert swr.get("/_emulator/requests").json()["total"] == 1


@pytest.mark.parametrize("content", [b"{", b"[]", b"{}", b'{"offset_seconds": "1"}', b'{"offset_seconds": 1e300}'])
def test_a_malformed_clock_shift_is_refused(swr: httpx.Client, content: bytes) -> None:
    """The clock stays where it is."""
    answer = swr.post("/_emulator/clock", content=content)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert swr.get(ORGANIZATIONS).status_code == 200


async def test_in_the_process_of_its_client_a_reset_is_raised(key_pair: Callable[[str, str], httpx.Auth]) -> None:
    """There is no connection; the create still took effect."""
    app = create_app()
    app.emulator.faults.replace([Fault("reset-after")])
    auth = key_pair(DEFAULT_ACCOUNT.access_key, DEFAULT_ACCOUNT.secret_key)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://swr.test", auth=auth) as client:
        with pytest.raises(ConnectionResetError, match="told to reset"):
            await client.post(ORGANIZATIONS, json=GROUP)
        assert (await client.get(f"{ORGANIZATIONS}/group")).status_code == 200


def test_every_kind_of_fault_can_be_made() -> None:
    """The list that the refusals and the documentation name."""
    assert [Fault(kind).kind for kind in KINDS] == list(KINDS)
