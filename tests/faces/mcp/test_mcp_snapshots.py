"""What the server publishes: each tool as it was last agreed on, small, stable, and plain enough for every client."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS

from swr_tools.operations import CATALOG, Effect

if TYPE_CHECKING:
    from tests.faces.conftest import Emulator
    from tests.faces.mcp.conftest import Room, RoomMaker

SNAPSHOTS = Path(__file__).parent.parent.parent / "snapshots" / "mcp"
ACCEPT = "UPDATE_SNAPSHOTS=1 pytest tests/faces/mcp/test_mcp_snapshots.py"
MOST_BYTES = 8_000
NAMES = [operation.name for operation in CATALOG]
CREATES = [operation.name for operation in CATALOG if operation.effect is Effect.CREATE]
UNIONS = {"anyOf", "oneOf", "allOf", "not", "$ref", "$defs", "if", "patternProperties"}
PARTS = ("type", "properties", "required", "additionalProperties")
PROGRAM = """
import asyncio, sys
from mcp.client import Client
from swr_bot.bootstrap.mcp_stdio import make_mcp_face
from swr_bot.mcp_server.server import make_server
from swr_bot.settings import load_settings

async def main() -> None:
    environ = {"SWR_BOT_STATE_DIR": sys.argv[1]}
    async with Client(make_server(make_mcp_face(load_settings(environ), environ)), mode=sys.argv[2]) as client:
        listed = await client.list_tools()
        sys.stdout.write(listed.model_dump_json(by_alias=True, exclude_none=True, include={"tools"}))

asyncio.run(main())
"""


async def published(room: "Room") -> str:
    """The answer to `tools/list`, as it goes over the wire, without what differs between protocols."""
    async with room.assistant() as assistant:
        listed = await assistant.client.list_tools()
    return listed.model_dump_json(by_alias=True, exclude_none=True, include={"tools"})


async def tools(room: "Room") -> Mapping[str, Mapping[str, Any]]:
    """Each tool's definition by its name, in the order of the list; its parts in one order for every protocol."""
    definitions = json.loads(await published(room))["tools"]
    for tool in definitions:
        for which in ("inputSchema", "outputSchema"):
            assert set(tool[which]) <= set(PARTS)
            tool[which] = {part: tool[which][part] for part in PARTS if part in tool[which]}
    return {tool["name"]: tool for tool in definitions}


def schemas_in(value: object) -> Iterator[Mapping[str, Any]]:
    """A schema and all schemas in it."""
    if isinstance(value, dict):
        parts = cast("dict[str, Any]", value)
        yield parts
        for part in parts.values():
            yield from schemas_in(part)


@pytest.mark.parametrize("tool", NAMES)
async def test_a_tools_definition_is_the_accepted_one(tool: str, room: "Room") -> None:
    """A change of what assistants are told is seen in review."""
    path = SNAPSHOTS / f"{tool}.json"
    text = json.dumps((await tools(room))[tool], indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"There is no {path.name}. Accept it with: {ACCEPT}"
    assert path.read_text(encoding="utf-8") == text, f"Another definition. Accept it with: {ACCEPT}"


def test_no_definition_is_left_over() -> None:
    """Each snapshot belongs to a tool."""
    left_over = {path.name for path in SNAPSHOTS.iterdir()} - {f"{name}.json" for name in NAMES}
    assert not left_over, f"No tool has these definitions: {', '.join(sorted(left_over))}"


async def test_the_tools_are_those_of_the_catalog_in_its_order(room: "Room") -> None:
    """Under the names that every face uses."""
    assert list(await tools(room)) == NAMES


async def test_the_list_is_small(room: "Room") -> None:
    """It is part of every conversation of every assistant."""
    assert len((await published(room)).encode()) <= MOST_BYTES


async def test_the_list_is_the_same_from_every_server(make_room: "RoomMaker", tmp_path: Path) -> None:
    """Byte for byte, from two servers of this process and from one of another: assistants keep what they have read."""
    one, two = make_room(), make_room(patience=7, local=False)
    command = [sys.executable, "-c", PROGRAM, str(tmp_path), one.era]
    environ = {**os.environ, "PYTHONHASHSEED": "7"}
    ran = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, check=True, timeout=60, env=environ
    )
    assert await published(one) == await published(two) == ran.stdout


async def test_each_tool_says_what_it_does_to_the_world(room: "Room") -> None:
    """All four hints are written out: what is left out is taken for the worst."""
    for name, tool in (await tools(room)).items():
        creates = name in CREATES
        assert tool["annotations"] == {
            "readOnlyHint": not creates,
            "destructiveHint": False,
            "idempotentHint": not creates,
            "openWorldHint": True,
        }
        assert tool["title"]
        assert ("The person is asked to confirm it" in tool["description"]) == creates


async def test_schemas_are_plain_enough_for_every_client(room: "Room") -> None:
    """Objects at the top, no unions or references, and each array says what is in it."""
    for tool in (await tools(room)).values():
        for schema in (tool["inputSchema"], tool["outputSchema"]):
            assert schema["type"] == "object"
            for part in schemas_in(schema):
                assert not UNIONS & set(part)
                assert ("items" in part) == (part.get("type") == "array")
        assert tool["inputSchema"]["additionalProperties"] is False


async def test_every_argument_is_described_and_has_an_example(room: "Room") -> None:
    """And its rule stands there in words as well as in signs."""
    for tool in (await tools(room)).values():
        for name, argument in tool["inputSchema"]["properties"].items():
            assert argument["description"].endswith("."), name
            assert argument.get("examples") or argument["type"] == "boolean", name
            if "pattern" in argument:
                assert f"1 to {argument['maxLength']} characters" in argument["description"]


async def test_the_instructions_are_three_sentences(room: "Room") -> None:
    """In what order to call, that a person confirms, and what names look like."""
    async with room.assistant() as assistant:
        instructions = str(assistant.client.instructions)
        implementation = assistant.client.server_info
    assert instructions.count(". ") == 2
    assert instructions.endswith(".")
    assert len(instructions) < 600
    assert implementation is not None
    assert implementation.name == "swr-bot"


async def test_the_instructions_of_a_server_that_only_reads_speak_of_no_create(make_room: "RoomMaker") -> None:
    """An assistant that is told to call a tool looks for it."""
    async with make_room(read_only=True).assistant() as assistant:
        instructions = str(assistant.client.instructions)
    assert (instructions.count(". "), instructions.endswith(".")) == (2, True)
    assert "list-organizations" in instructions
    assert "call a create tool" not in instructions
    assert "only reads" in instructions


async def test_a_server_that_only_reads_has_no_tool_that_creates(make_room: "RoomMaker", seeded: "Emulator") -> None:
    """Neither in the list nor when it is called all the same."""
    room = make_room(read_only=True)
    assert list(await tools(room)) == ["list-organizations", "get-repository-info"]

    async with room.assistant(room.person("yes")) as assistant:
        for name in CREATES:
            with pytest.raises(MCPError) as refused:
                await assistant.call(name, {"organization": "second"})
            assert refused.value.error.code == INVALID_PARAMS
            assert refused.value.error.message == (
                f"Unknown tool: {name}. This server only reads; there are list-organizations, get-repository-info."
            )
        assert not (await assistant.call("list-organizations")).is_error
    assert (seeded.creates, await room.fates()) == (0, [])


@pytest.mark.parametrize("era", ["auto"], indirect=True)
async def test_the_list_says_how_long_it_holds_and_for_whom(room: "Room") -> None:
    """An hour; it differs by caller, so nobody else is given it."""
    async with room.assistant() as assistant:
        listed = await assistant.client.list_tools()
    assert (listed.ttl_ms, listed.cache_scope) == (3_600_000, "private")
