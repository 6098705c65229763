"""The MCP server, put together from the catalog."""

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from mcp.server.caching import CacheHint
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError, UnexpectedResourceError
from mcp.server.request_state import RequestStateSecurity
from mcp.shared._stream_protocols import ReadStream, WriteStream
from mcp.shared.exceptions import MCPError
from mcp.shared.message import SessionMessage
from mcp_types import INVALID_PARAMS, CallToolResult, GetPromptResult, InputRequiredResult
from mcp_types import Tool as PublishedTool
from pydantic import AnyUrl

from swr_bot.mcp_server import completions, prompts, resources
from swr_bot.mcp_server.broken import broken
from swr_bot.mcp_server.confirmation import AskedAt
from swr_bot.mcp_server.face import Face
from swr_bot.mcp_server.tool import OperationTool, make_tool
from swr_tools.operations import CATALOG, Effect
from swr_tools.wording import safe

NAME = "swr-bot"
_INSTRUCTIONS = (
    "swr-bot {does} organizations and image repositories in SWR, Huawei Cloud's container registry{where}. "
    "{order} "
    "Names are lower-case letters and digits with a single '.', '-' or '_' between them, in repositories '/' too; "
    "an error says what to correct."
)
_LOOK_THEN_CREATE = (
    "Look first (list-organizations, get-repository-info), then call a create tool once and wait: "
    "the person is asked to confirm it, and a refusal is final until they say otherwise."
)
_LOOK = "It only reads (list-organizations, get-repository-info): what should be created, a person creates elsewhere."
_EMULATED = " (here an emulated one: nothing is real)"
_HOUR_MS = 3_600_000


class SwrServer(MCPServer[Any]):
    """The SDK's server where ours differs: who sees which tool, and what a missing one is called."""

    def __init__(self, face: Face, tools: list[OperationTool], request_state: RequestStateSecurity) -> None:
        hint = CacheHint(ttl_ms=_HOUR_MS, scope="private")  # who may use which tool differs by caller
        super().__init__(
            name=NAME,
            title="SWR container registry",
            description="Organizations and image repositories in Huawei Cloud SWR; nothing is created without a yes.",
            instructions=_instructions(face),
            version=version("swr-bot"),
            tools=[*tools],
            cache_hints={
                "tools/list": hint,
                "prompts/list": hint,
                "resources/list": hint,
                "resources/templates/list": hint,
            },
            request_state_security=request_state,
            subscriptions=False,  # nothing here changes by itself
            log_level="WARNING",
        )
        self._face = face

    async def list_tools(self) -> list[PublishedTool]:
        """The tools that this caller may use, in the catalog's order."""
        allowed = self._face.caller().operations
        names = {operation.name for operation in CATALOG}
        return [tool for tool in await super().list_tools() if tool.name in allowed or tool.name not in names]

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool.

        Raises:
            MCPError: There is no such tool; an error of the protocol, as its specification asks.
        """
        known = [tool.name for tool in await super().list_tools()]
        if name not in known:
            why = "This server only reads" if self._face.read_only else "There is no such tool"
            raise MCPError(INVALID_PARAMS, f"Unknown tool: {safe(name, 60)}. {why}; there are {', '.join(known)}.")
        return await super().call_tool(name, arguments, context)

    async def read_resource(
        self, uri: AnyUrl | str, context: Context[Any, Any] | None = None
    ) -> Iterable[ReadResourceContents] | InputRequiredResult:
        """Read a resource; a repository's slashes may stand in the address as they are.

        Raises:
            ResourceError: What cannot be read, in a sentence.
        """
        try:
            return await super().read_resource(resources.normalized(str(uri)), context)
        except ResourceNotFoundError as error:  # the SDK repeats the address as it came
            raise ResourceNotFoundError(safe(str(error), 300)) from None
        except UnexpectedResourceError as error:
            raise ResourceError(broken("A resource", error)) from None

    async def get_prompt(
        self, name: str, arguments: dict[str, Any] | None = None, context: Context[Any, Any] | None = None
    ) -> GetPromptResult | InputRequiredResult:
        """A prompt's messages.

        Raises:
            MCPError: There is no such prompt.
        """
        known = [prompt.name for prompt in await self.list_prompts()]
        if name not in known:
            there = f" There is {', '.join(known)}." if known else ""
            raise MCPError(INVALID_PARAMS, f"Unknown prompt: {safe(name, 60)}.{there}")
        return await super().get_prompt(name, arguments, context)

    async def serve_streams(
        self, incoming: ReadStream[SessionMessage | Exception], outgoing: WriteStream[SessionMessage]
    ) -> None:
        """Serve one client over a pair of streams until the incoming one ends."""
        server = self._lowlevel_server
        await server.run(incoming, outgoing, server.create_initialization_options())


def _instructions(face: Face) -> str:
    return _INSTRUCTIONS.format(
        does="looks up" if face.read_only else "creates and looks up",
        where=_EMULATED if face.emulator else "",
        order=_LOOK if face.read_only else _LOOK_THEN_CREATE,
    )


def make_server(face: Face, *, request_state: RequestStateSecurity | None = None) -> SwrServer:
    """A server for every transport and every protocol version.

    Args:
        face: The tool layer and who is calling.
        request_state: Seals what clients of 2026-07-28 carry between a question and its answer; with keys of
            the settings where several processes serve the same clients, else with one of this process.
    """
    asked_at = AskedAt()
    tools = [
        make_tool(operation, face, asked_at)
        for operation in CATALOG
        if not (face.read_only and operation.effect is Effect.CREATE)
    ]
    server = SwrServer(face, tools, request_state or RequestStateSecurity.ephemeral())
    resources.register(server, face)
    prompts.register(server, face)
    completions.register(server, face)
    return server
