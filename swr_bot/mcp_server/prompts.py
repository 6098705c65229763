"""Stub until the real one is written."""

from mcp.server.mcpserver import MCPServer

from swr_bot.mcp_server.face import Face


def normalized(uri: str) -> str:
    """The same."""
    return uri


def register(server: "MCPServer", face: Face) -> None:
    """Nothing yet."""
