"""The JSON schema of an operation's arguments, for faces that publish one."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, cast

from swr_tools.operations.operation import Operation


def json_schema(operation: type[Operation]) -> Mapping[str, Any]:
    """The schema of the arguments: patterns, lengths, choices, examples, and no other argument allowed.

    An argument's description says what it is for, then the rule of its type in words.
    """
    from pydantic import TypeAdapter

    schema = TypeAdapter(operation).json_schema()
    for field in fields(operation):
        rule = TypeAdapter[Any](cast("Any", field.type)).json_schema().get("description")
        if rule:
            schema["properties"][field.name]["description"] = f"{field.metadata['description']} {rule}"
    return {**schema, "title": operation.name, "description": operation.summary, "additionalProperties": False}
