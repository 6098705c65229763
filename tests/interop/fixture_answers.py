"""Tools, resources and prompts that the conformance suite asks for by name, and that say what it expects."""

import base64
from typing import Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.prompts.base import UserMessage
from mcp.shared.exceptions import MCPError
from mcp_types import (
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    AudioContent,
    ContentBlock,
    EmbeddedResource,
    ImageContent,
    TextContent,
    TextResourceContents,
)
from pydantic import Field

Ctx = Context[Any, Any]
# The smallest PNG and the shortest WAV there are.
_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
_WAV = base64.b64encode(b"RIFF$\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0@\x1f\0\0@\x1f\0\0\1\0\x08\0data\0\0\0\0").decode()
_REGION = Field(description="Also sent as a header.", json_schema_extra={"x-mcp-header": "Region"})


def _image() -> ImageContent:
    return ImageContent(type="image", data=_PNG, mime_type="image/png")


def _embedded(uri: str, mime_type: str, text: str) -> EmbeddedResource:
    resource = TextResourceContents(uri=uri, mime_type=mime_type, text=text)
    return EmbeddedResource(type="resource", resource=resource)


def simple_text() -> str:
    """One text."""
    return "This is a simple text response for testing."


def image_content() -> list[ContentBlock]:
    """One image."""
    return [_image()]


def audio_content() -> list[ContentBlock]:
    """One sound."""
    return [AudioContent(type="audio", data=_WAV, mime_type="audio/wav")]


def embedded_resource() -> list[ContentBlock]:
    """One resource inside the result."""
    return [_embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")]


def multiple_content_types() -> list[ContentBlock]:
    """A text, an image and a resource."""
    return [
        TextContent(type="text", text="Multiple content types test:"),
        _image(),
        _embedded("test://mixed-content-resource", "application/json", '{"test": "data", "value": 123}'),
    ]


def error_handling() -> str:
    """Fails."""
    raise ToolError("This tool intentionally returns an error for testing")


async def with_logging(ctx: Ctx) -> str:
    """Writes to the client's log while it works."""
    for message in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await ctx.info(message)  # pyright: ignore[reportDeprecated] - the suite still asks for it
    return "Done."


async def with_progress(ctx: Ctx) -> str:
    """Reports progress while it works."""
    for percent in (0, 50, 100):
        await ctx.report_progress(percent, 100, f"Completed step {percent} of 100")
    return "Done."


def missing_capability(ctx: Ctx) -> str:
    """Needs a client that can sample, and fails as the protocol asks where it cannot."""
    declared = ctx.client_capabilities
    if declared is None or declared.sampling is None:
        needed: dict[str, object] = {"requiredCapabilities": {"sampling": {}}}
        raise MCPError(MISSING_REQUIRED_CLIENT_CAPABILITY, "This tool needs sampling.", needed)
    return "The client can sample."


def custom_header(region: Annotated[str, _REGION] = "none") -> str:
    """Takes an argument that travels in a header too."""
    return f"region={region}"


def static_text() -> str:
    """A text."""
    return "This is the content of the static text resource."


def static_binary() -> bytes:
    """An image."""
    return base64.b64decode(_PNG)


def data_of(id: str) -> str:  # noqa: A002 - the suite's template calls it so
    """What a template makes of its argument."""
    return f'{{"id": "{id}", "templateTest": true, "data": "Data for ID: {id}"}}'


def simple_prompt() -> list[UserMessage]:
    """One sentence."""
    return [UserMessage("This is a simple prompt for testing.")]


def prompt_with_arguments(arg1: str, arg2: str) -> list[UserMessage]:
    """A sentence with both arguments in it."""
    return [UserMessage(f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'")]


def prompt_with_resource(resourceUri: str) -> list[UserMessage]:  # noqa: N803 - the suite calls it so
    """A resource, and what to do with it."""
    resource = _embedded(resourceUri, "text/plain", "Embedded resource content for testing.")
    return [UserMessage(resource), UserMessage("Please process the embedded resource above.")]


def prompt_with_image() -> list[UserMessage]:
    """An image, and what to do with it."""
    return [UserMessage(_image()), UserMessage("Please analyze the image above.")]


def add_answers(server: MCPServer[Any]) -> None:
    """Register all of them."""
    for name, tool in {
        "test_simple_text": simple_text,
        "test_image_content": image_content,
        "test_audio_content": audio_content,
        "test_embedded_resource": embedded_resource,
        "test_multiple_content_types": multiple_content_types,
        "test_error_handling": error_handling,
        "test_logging_tool": with_logging,
        "test_tool_with_progress": with_progress,
        "test_missing_capability": missing_capability,
        "test_x_mcp_header": custom_header,
    }.items():
        server.add_tool(tool, name=name, structured_output=False)
    server.resource("test://static-text", mime_type="text/plain")(static_text)
    server.resource("test://static-binary", mime_type="image/png")(static_binary)
    server.resource("test://template/{id}/data", mime_type="application/json")(data_of)
    server.prompt("test_simple_prompt")(simple_prompt)
    server.prompt("test_prompt_with_arguments")(prompt_with_arguments)
    server.prompt("test_prompt_with_embedded_resource")(prompt_with_resource)
    server.prompt("test_prompt_with_image")(prompt_with_image)
