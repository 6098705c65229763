"""A real process that serves, and how it ends: the app stands for the MCP server's, the rest is this program's."""

import json
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from swr_bot.web.serving import AddressUnusable, listen, url_of

PATIENCE = 20.0
EVERYWHERE = "0.0.0.0"  # noqa: S104 - the address it tells in its place is the subject
# /slow is a call in flight, which ends when the drain lets it; /stream never ends by itself.
_PROGRAM = """
    import asyncio, json, sys
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse, StreamingResponse
    from starlette.routing import Route
    from swr_bot.web.health import Readiness, ready
    from swr_bot.web.serving import Service, listen, run, url_of
    from swr_tools.clock import SystemClock

    drain_ends = sys.argv[1] == "ends"
    seconds = float(sys.argv[2])

    class Calls:
        def __init__(self):
            self.open = 0
            self.none = asyncio.Event()
            self.go = asyncio.Event()

    calls = Calls()

    def say(word):
        print(word, flush=True)

    async def slow(request):
        calls.open += 1
        say("slow")
        await calls.go.wait()
        calls.none.set()
        return PlainTextResponse("done " + "x" * 100_000)

    async def stream(request):
        async def lines():
            say("stream")
            yield b"first"
            await asyncio.Event().wait()
        return StreamingResponse(lines())

    async def drain(seconds):
        say(f"drain {seconds:g}")
        if drain_ends:
            calls.go.set()
        try:
            async with asyncio.timeout(seconds):
                if calls.open:
                    await calls.none.wait()
        except TimeoutError:
            say("not drained")
            return False
        return True

    async def close():
        say("closed")

    readiness = Readiness({}, SystemClock())
    app = Starlette(routes=[
        Route("/slow", slow), Route("/stream", stream), Route("/readyz", ready(readiness)),
    ])
    listening = listen("127.0.0.1", 0)
    code = run(
        Service(app=app, authenticated=False, readiness=readiness, drain=drain, aclose=close),
        listening,
        seconds=seconds,
        started=lambda: say(url_of(listening, "")),
    )
    say(f"code {code}")
    sys.exit(code)
"""


class Serving:
    """The process, what it said, and a client."""

    def __init__(self, process: "subprocess.Popen[str]", client: httpx.Client) -> None:
        assert process.stdout is not None
        self.process = process
        self.client = client
        self.said = process.stdout
        self.url = self.said.readline().strip()

    def in_another_thread(self, path: str, answers: list[str]) -> threading.Thread:
        """A request that takes its time."""

        def ask() -> None:
            try:
                answers.append(httpx.get(self.url + path, timeout=PATIENCE, trust_env=False).text)
            except httpx.HTTPError as error:
                answers.append(type(error).__name__)

        thread = threading.Thread(target=ask)
        thread.start()
        return thread

    def ends(self) -> tuple[int, list[str]]:
        """Its exit code and its last words."""
        code = self.process.wait(PATIENCE)
        return code, [line.strip() for line in self.said]


Begin = Callable[..., Serving]


@pytest.fixture
def begin() -> Iterator[Begin]:
    """Starts the process."""
    with ExitStack() as stack:

        def starter(drain: str = "ends", seconds: float = 10) -> Serving:
            command = [sys.executable, "-c", textwrap.dedent(_PROGRAM), drain, str(seconds)]
            process = stack.enter_context(
                subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - this project's own
            )
            stack.callback(process.kill)
            client = stack.enter_context(httpx.Client(timeout=PATIENCE, trust_env=False))
            return Serving(process, client)

        yield starter


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_an_idle_server_quietly(begin: Begin, number: signal.Signals) -> None:
    """With exit code 0, and nothing on standard error."""
    serving = begin()
    assert serving.client.get(f"{serving.url}/readyz").status_code == 200
    serving.process.send_signal(number)

    assert serving.ends() == (0, ["drain 10", "closed", "code 0"])


def test_a_signal_that_comes_before_the_first_request_ends_it_too(begin: Begin) -> None:
    """The address is told once signals are heard."""
    serving = begin()
    serving.process.send_signal(signal.SIGTERM)

    assert serving.ends() == (0, ["drain 10", "closed", "code 0"])


def test_calls_in_flight_are_answered_before_the_end(begin: Begin) -> None:
    """In whole, while new connections are refused."""
    serving = begin()
    answers: list[str] = []
    thread = serving.in_another_thread("/slow", answers)
    assert serving.said.readline() == "slow\n"
    serving.process.send_signal(signal.SIGTERM)
    thread.join(PATIENCE)

    assert answers == ["done " + "x" * 100_000]
    assert serving.ends() == (0, ["drain 10", "closed", "code 0"])


def test_while_it_drains_it_is_not_ready_and_says_so_to_whoever_comes(begin: Begin) -> None:
    """Probes and clients with a new connection get an answer too; those who were asked can still say something."""
    serving = begin("hangs", 3)
    assert serving.client.get(f"{serving.url}/readyz").status_code == 200
    answers: list[str] = []
    thread = serving.in_another_thread("/slow", answers)
    assert serving.said.readline() == "slow\n"
    serving.process.send_signal(signal.SIGTERM)
    assert serving.said.readline() == "drain 3\n"
    answer = serving.client.get(f"{serving.url}/readyz")
    assert httpx.get(f"{serving.url}/readyz", trust_env=False).status_code == 503
    thread.join(PATIENCE)

    assert (answer.status_code, answer.json()["reason"]) == (503, "This server is about to stop.")
    assert serving.ends() == (0, ["not drained", "closed", "code 0"])
    assert answers in (["RemoteProtocolError"], ["Internal Server Error"])


def test_streams_that_never_end_are_closed(begin: Begin) -> None:
    """Soon after the drain, not when the client feels like it."""
    serving = begin()
    answers: list[str] = []
    thread = serving.in_another_thread("/stream", answers)
    assert serving.said.readline() == "stream\n"
    began = time.monotonic()
    serving.process.send_signal(signal.SIGTERM)

    assert serving.ends() == (0, ["drain 10", "closed", "code 0"])
    assert time.monotonic() - began < 8
    thread.join(PATIENCE)
    assert answers == ["RemoteProtocolError"]


def test_a_second_signal_does_not_wait(begin: Begin) -> None:
    """Whoever presses Ctrl-C twice means it."""
    serving = begin("hangs", 600)
    answers: list[str] = []
    thread = serving.in_another_thread("/slow", answers)
    assert serving.said.readline() == "slow\n"
    serving.process.send_signal(signal.SIGINT)
    assert serving.said.readline() == "drain 600\n"
    serving.process.send_signal(signal.SIGINT)

    assert serving.ends() == (130, ["closed", "code 130"])
    thread.join(PATIENCE)


def test_an_address_that_is_taken_is_a_sentence_with_a_next_step() -> None:
    """It names the address and the way on."""
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressUnusable) as refused:
            listen("127.0.0.1", port)

    assert str(refused.value).startswith(f"swr-bot cannot listen on 127.0.0.1 port {port}: Address")
    assert "--port 0" in refused.value.hint


@pytest.mark.parametrize("host", ["192.0.2.1", "256.1.1.1", "a b", "x" * 300, "::ffff", "\u00e4..b"])
def test_an_address_of_somewhere_else_is_a_sentence(host: str) -> None:
    """Whatever is wrong with it."""
    with pytest.raises(AddressUnusable, match=r"cannot listen on"):
        listen(host, 0)


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1"), (EVERYWHERE, "127.0.0.1"), ("::1", "[::1]")])
def test_the_address_told_is_one_that_can_be_used(host: str, shown: str) -> None:
    """With the port that the system chose."""
    with listen(host, 0) as listening:
        assert url_of(listening, "/mcp") == f"http://{shown}:{listening.getsockname()[1]}/mcp"


def test_answers_do_not_wait_for_nagle(begin: Begin) -> None:
    """Small answers leave at once: fifty of them take far less than fifty times 40 ms."""
    serving = begin()
    serving.client.get(f"{serving.url}/readyz")
    began = time.monotonic()
    for _ in range(50):
        assert json.loads(serving.client.get(f"{serving.url}/readyz").content) == {"status": "ok"}

    assert time.monotonic() - began < 1.5


def test_nothing_of_a_request_is_logged(begin: Begin, capfd: pytest.CaptureFixture[str]) -> None:
    """No access log: a token could stand in it."""
    serving = begin()
    serving.client.get(f"{serving.url}/readyz?token=swrbot_secret", headers={"Authorization": "Bearer swrbot_secret"})
    serving.client.get(f"{serving.url}/nowhere/swrbot_secret")
    with socket.create_connection(("127.0.0.1", int(serving.url.rpartition(":")[2])), PATIENCE) as connection:
        connection.sendall(b"swrbot_secret\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400")
    serving.process.send_signal(signal.SIGTERM)
    code, words = serving.ends()
    told: Any = capfd.readouterr()

    assert code == 0
    assert "secret" not in f"{told.out}{told.err}{words}"
