"""The JSON schema of an operation's arguments, for faces that publish one."""

from collections.abc import Mapping
from typing import Any

from swr_tools.operations.operation import Operation


def json_schema(operation: type[Operation]) -> Mapping[str, Any]:
    """The schema of the arguments: patterns, lengths, choices, examples, and no other argument allowed."""
    from pydantic import TypeAdapter

    schema = TypeAdapter(operation).json_schema()
    return {**schema, "title": operation.name, "description": operation.summary, "additionalProperties": False}
