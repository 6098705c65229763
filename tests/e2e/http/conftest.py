"""`swr-bot serve` as a real process in front of a real SWR, and people with tokens whose programs reach it."""

import asyncio
import json
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import httpx2
import pytest
from mcp.client import Client
from mcp.client.context import ClientRequestContext
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, ElicitRequestParams, ElicitResult, InputRequiredResult, TextContent

from swr_bot.web.tokens import OPERATIONS, TokenFile
from swr_tools.clock import SystemClock
from swr_tools.journal.journal import Journal

if TYPE_CHECKING:
    from tests.e2e.conftest import Swr

Json = Any  # as much as is known of a message before a test looks at it
PATIENCE = 20.0
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # nothing is encrypted here, and the usual one takes long to load
EVERYBODY = '[[policy.rule]]\nactors = ["mcp:*"]\n'


@dataclass(frozen=True)
class Told:
    """What an assistant reads as the result of a call."""

    text: str
    is_error: bool
    data: Mapping[str, Json] = field(default_factory=dict[str, Json])

    @classmethod
    def by(cls, result: CallToolResult) -> "Told":
        """The result in short."""
        (content,) = result.content
        assert isinstance(content, TextContent)
        return cls(content.text, bool(result.is_error), result.structured_content or {})


class Assistant:
    """A person's program, connected to a server.

    Attributes:
        client: The official one.
    """

    def __init__(self) -> None:
        self.client: Client
        self._questions: asyncio.Queue[str] = asyncio.Queue()
        self._answers: asyncio.Queue[ElicitResult] = asyncio.Queue()
        self._signs = asyncio.Event()

    async def show(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        """Show the person a question and wait for what they say."""
        del context
        self._signs.clear()
        self._questions.put_nowait(params.message)
        return await self._answers.get()

    async def question(self) -> str:
        """The next question that the person sees."""
        return await asyncio.wait_for(self._questions.get(), PATIENCE)

    async def sign(self) -> None:
        """Return once the server has shown that it still waits."""
        await asyncio.wait_for(self._signs.wait(), PATIENCE)

    def says(self, create: str = "yes", action: Any = "accept") -> None:  # noqa: ANN401 - a word of the protocol
        """What the person says to the question on the screen, or to the next one."""
        content: dict[str, Any] | None = {"create": create} if action == "accept" else None
        self._answers.put_nowait(ElicitResult(action=action, content=content))

    async def reads(self, tool: str, **arguments: object) -> Told:
        """The result of a call."""
        async with asyncio.timeout(3 * PATIENCE):  # a question that nobody expects is answered by nobody
            result = await self.client.call_tool(tool, dict(arguments), progress_callback=self._progress)
        return Told.by(result)

    def creates(self, organization: str) -> "asyncio.Task[Told]":
        """A call that is under way; its question comes."""
        return asyncio.create_task(self.reads("create-organization", organization=organization))

    async def has_created(self, organization: str) -> Told:
        """The result of a create that the person said yes to."""
        call = self.creates(organization)
        assert organization in await self.question()
        self.says("yes")
        return await asyncio.wait_for(call, PATIENCE)

    async def is_asked(self, organization: str) -> InputRequiredResult:
        """The first round of a create at the newest version; the second is left to the test."""
        first = await self.client.session.call_tool(
            "create-organization", {"organization": organization}, allow_input_required=True
        )
        assert isinstance(first, InputRequiredResult)
        return first

    async def answers(self, organization: str, first: InputRequiredResult, create: str = "yes") -> Told:
        """The second round."""
        said = ElicitResult(action="accept", content={"create": create})
        result = await self.client.session.call_tool(
            "create-organization",
            {"organization": organization},
            input_responses=dict.fromkeys(first.input_requests or {}, said),
            request_state=first.request_state,
        )
        return Told.by(result)

    async def _progress(self, progress: float, total: float | None, message: str | None) -> None:
        del progress, total, message
        self._signs.set()


@dataclass
class Server:
    """One process of `swr-bot serve`.

    Attributes:
        url: Where clients reach it.
        port: The port of it.
    """

    url: str
    process: "subprocess.Popen[str]"
    errors_file: Path

    @property
    def port(self) -> int:
        """Where it listens."""
        return httpx.URL(self.url).port or 0

    @property
    def errors(self) -> str:
        """What it wrote to standard error."""
        return self.errors_file.read_text(encoding="utf-8")

    def told_to_stop(self) -> None:
        """SIGTERM."""
        self.process.send_signal(signal.SIGTERM)

    def stops(self) -> int:
        """SIGTERM, and the exit code."""
        self.told_to_stop()
        return self.ended()

    def ended(self) -> int:
        """The exit code, once it has ended by itself."""
        return self.process.wait(PATIENCE)

    def is_killed(self) -> None:
        """SIGKILL, and its end."""
        self.process.kill()
        assert self.ended() == -signal.SIGKILL


@dataclass(frozen=True)
class Person:
    """Somebody with a token, or without one."""

    token: str = field(default="", repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """What their program sends with every request."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    @asynccontextmanager
    async def connects(
        self, server: Server | str, era: str = "auto", *, asked: bool = True
    ) -> AsyncGenerator[Assistant]:
        """Their program, connected; one that cannot ask them where `asked` is False."""
        assistant = Assistant()
        url = server if isinstance(server, str) else server.url
        async with httpx2.AsyncClient(headers=self.headers, timeout=PATIENCE, verify=NO_TLS) as http:
            transport = streamable_http_client(url, http_client=http)
            async with Client(transport, mode=era, elicitation_callback=assistant.show if asked else None) as client:
                assistant.client = client
                yield assistant


class Call:
    """A call by hand whose answer is a stream of events.

    Attributes:
        stream: Open until the test closes it.
    """

    def __init__(self, stream: httpx.Response) -> None:
        self.stream = stream
        self._lines = stream.iter_lines()

    def event(self) -> Json:
        """The next message in the stream, but for progress."""
        for line in self._lines:
            if line.startswith("data: {") and "notifications/progress" not in line:
                return json.loads(line.removeprefix("data: "))
        raise AssertionError("The stream has ended.")


class ByHand:
    """A program that speaks HTTP by hand, and says what no client would.

    Attributes:
        http: Its connections.
    """

    def __init__(self, server: Server, person: Person) -> None:
        self.http = httpx.Client(
            timeout=PATIENCE,
            verify=NO_TLS,
            limits=httpx.Limits(keepalive_expiry=None),
            headers={"Accept": "application/json, text/event-stream", **person.headers},
        )
        self._url = server.url

    def posts(self, content: object, **headers: str) -> httpx.Response:
        """Send a body; what is not bytes as JSON."""
        return self.http.send(self.request(content, **headers))

    def calls(self, tool: str, session: Mapping[str, str], **arguments: object) -> Call:
        """Call a tool in a session, with the id 5."""
        message = request("tools/call", {"name": tool, "arguments": arguments}, 5)
        return Call(self.http.send(self.request(message, **session), stream=True))

    def answers(self, question: Json, session: Mapping[str, str], create: str = "yes") -> int:
        """Say yes or no to a question of a session, and return the status."""
        said = {"action": "accept", "content": {"create": create}}
        return self.posts({"jsonrpc": "2.0", "id": question["id"], "result": said}, **session).status_code

    def request(self, content: object, **headers: str) -> httpx.Request:
        """A request with that body; an underscore in a header's name stands for a hyphen."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        named = {"Content-Type": "application/json", **{name.replace("_", "-"): v for name, v in headers.items()}}
        return self.http.build_request("POST", self._url, content=body, headers=named)

    def session(self) -> dict[str, str]:
        """The headers of a session, after the handshake."""
        params: Json = {
            "protocolVersion": "2025-06-18",
            "capabilities": {"elicitation": {}},
            "clientInfo": {"name": "by-hand", "version": "1"},
        }
        answer = self.posts(request("initialize", params))
        assert answer.status_code == 200, answer.text
        headers = {"mcp_session_id": answer.headers["mcp-session-id"], "mcp_protocol_version": "2025-06-18"}
        notification = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        assert self.posts(notification, **headers).status_code == 202
        return headers


def request(method: str, params: Json, number: int = 1) -> Json:
    """A JSON-RPC request."""
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


@dataclass
class Team:
    """People who share one swr-bot: its settings, its tokens, its journal, and the processes that serve it."""

    folder: Path
    environ: Mapping[str, str]
    secrets: list[str]
    _open: ExitStack
    servers: list[Server] = field(default_factory=list[Server])
    _people: dict[str, Person] = field(default_factory=dict[str, Person])

    @property
    def tokens(self) -> TokenFile:
        """Their tokens."""
        return TokenFile(self.folder / "state" / "tokens.json", SystemClock())

    def person(self, name: str, *operations: str) -> Person:
        """Somebody with a token of that name, for these operations or all."""
        if name not in self._people:
            token, _record = self.tokens.add(name, days=1, operations=operations or OPERATIONS)
            self.secrets.append(token)
            self._people[name] = Person(token)
        return self._people[name]

    def serve(self, *flags: str, port: int = 0, variables: Mapping[str, str] | None = None) -> Server:
        """A process that serves them."""
        errors = self.folder / f"errors-{len(self.servers)}"
        with errors.open("wb") as file:
            process = self._open.enter_context(
                subprocess.Popen(  # noqa: S603 - this project's own
                    self._command("serve", "--port", str(port), "--json", *flags),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=file,
                    text=True,
                    env={**self.environ, **(variables or {})},
                )
            )
        self._open.callback(process.kill)
        assert process.stdout
        line = process.stdout.readline()
        assert line, errors.read_text(encoding="utf-8")
        server = Server(json.loads(line)["url"], process, errors)
        self.servers.append(server)
        return server

    def by_hand(self, server: Server, person: Person | None = None) -> ByHand:
        """A program that speaks HTTP by hand, closed at the end."""
        made = ByHand(server, person or Person())
        self._open.callback(made.http.close)
        return made

    def runs(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run a command line of swr-bot on their machine."""
        return subprocess.run(  # noqa: S603 - this project's own
            self._command(*words),
            check=False,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env=dict(self.environ),
        )

    async def history(self, organization: str) -> list[str]:
        """What the journal says of the requests for that organization: event, actor and sentence, in order."""
        journal = await Journal.open(self.folder / "state" / "journal.sqlite3")
        try:
            entries = await journal.entries()
        finally:
            await journal.aclose()
        asked = {e.proposal_id: json.loads(e.body["arguments"]) for e in entries if "arguments" in e.body}
        wanted = {number for number, arguments in asked.items() if arguments["organization"] == organization}
        return [
            f"{entry.event} {entry.actor} {entry.body.get('sentence', '')}".strip()
            for entry in entries
            if entry.proposal_id in wanted
        ]

    async def events(self, organization: str) -> list[str]:
        """The kinds of those events."""
        return [line.split(" ")[0] for line in await self.history(organization)]

    async def settled(self, organization: str) -> str:
        """The last event, once it is that the request was settled."""
        async with asyncio.timeout(PATIENCE):
            while not (last := (await self.history(organization))[-1]).startswith("settled "):
                pass
        return last

    def end(self) -> None:
        """Stop what still runs; each ends well, and none has written a secret anywhere."""
        for server in self.servers:
            if server.process.poll() is None:
                assert server.stops() == 0
            assert server.process.stdout
            said = server.errors + server.process.stdout.read()
            assert "Traceback" not in said, said
            assert "pydantic" not in said, said
            assert not [secret for secret in self.secrets if secret in said]

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "swr_bot", *words]


@contextmanager
def _team(folder: Path, variables: Mapping[str, str], rules: str) -> Generator[Team]:
    """A team on a machine of its own, with these policy rules."""
    config = folder / "config.toml"
    config.write_text(rules, encoding="utf-8")
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        # The SDK leaves a stream of its own to the garbage collector where a client goes away.
        "PYTHONWARNINGS": "error,ignore:Unclosed <MemoryObject:ResourceWarning",
        "SWR_BOT_STATE_DIR": str(folder / "state"),
        "SWR_BOT_CONFIG": str(config),
        **variables,
    }
    with ExitStack() as stack:
        team = Team(folder, environ, [variables["HUAWEICLOUD_SDK_SK"]], stack)
        yield team
        team.end()


@pytest.fixture(scope="session")
def shared_team(shared_swr: "Swr", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """One for all tests that do not disturb it, with a server that runs."""
    with _team(tmp_path_factory.mktemp("team"), shared_swr.variables, EVERYBODY) as team:
        team.person("alice")
        team.serve()
        yield team


@pytest.fixture
def team(swr: "Swr", shared_team: Team) -> Team:  # noqa: ARG001 - an SWR that is empty
    """The shared one, in front of an empty SWR."""
    return shared_team


@pytest.fixture
def server(team: Team) -> Server:
    """The server of the shared team."""
    return team.servers[0]


@pytest.fixture
def own_team(swr: "Swr", tmp_path: Path) -> Iterator[Team]:
    """A team whose servers a test starts and ends; everybody with a token may create."""
    with _team(tmp_path, swr.variables, EVERYBODY) as team:
        yield team


@pytest.fixture
def unruly_team(swr: "Swr", tmp_path: Path) -> Iterator[Team]:
    """A team that has no policy rules yet."""
    with _team(tmp_path, swr.variables, "") as team:
        yield team


@pytest.fixture(params=["legacy", "auto"], ids=["handshake", "newest"])
def era(request: pytest.FixtureRequest) -> str:
    """Both ways of connecting: a session with a handshake, and single requests of 2026-07-28."""
    return str(request.param)


@pytest.fixture
def nobody() -> Person:
    """Somebody without a token."""
    return Person()
