"""The JSON schemas that tools publish: small, and plain enough for every client and every model."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from swr_tools.operations import CreateOperation, Operation
from swr_tools.operations.schema import json_schema

Schema = dict[str, Any]
# Titles repeat names; a description of a record is written for its readers in the code; `not` is beyond strict clients.
_LEFT_OUT = frozenset({"title", "$defs", "not"})
_EMULATOR = {"type": "boolean", "description": "An emulated SWR answered: nothing is real."}


def input_schema(operation: type[Operation]) -> Schema:
    """The arguments of an operation, each with its rule in words; nothing else is accepted."""
    schema = dict(json_schema(operation))
    plain = _plain(schema, schema.get("$defs", {}))
    del plain["description"]
    plain["properties"] = {name: _without_null(argument) for name, argument in plain["properties"].items()}
    return plain


def output_schema(operation: type[Operation]) -> Schema:
    """What `results` makes of an operation's record; what SWR does not say is left out of it."""
    record = _record_schema(operation)
    if issubclass(operation, CreateOperation):
        properties = {
            "outcome": {"type": "string", "enum": ["created"]},
            "code": {"type": "string", "description": "What people call this request."},
            operation.noun: record,
        }
        return _object({**properties, "emulator": _EMULATOR}, required=["outcome", "code"])
    if "total" in record["properties"]:
        more = {"type": "integer", "description": "How many that fit are not listed."}
        record["properties"] = {**record["properties"], "more": more}
    return _object({**record["properties"], "emulator": _EMULATOR}, required=record["required"])


def _object(properties: Schema, *, required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": required}


def _record_schema(operation: type[Operation]) -> Schema:
    schema = TypeAdapter(operation.result).json_schema()
    plain = _plain(schema, schema.get("$defs", {}))
    return _object(_without_notes(plain["properties"]), required=plain["required"])


def _plain(schema: Schema, definitions: Mapping[str, Any]) -> Schema:
    """A schema without references and titles, in which an optional value is one that can be left out."""
    if "$ref" in schema:
        referred = definitions[schema["$ref"].rpartition("/")[2]]
        return _plain(_except(referred, "description"), definitions)
    if "anyOf" in schema:
        (value,) = [choice for choice in schema["anyOf"] if choice != {"type": "null"}]
        return {**_plain(value, definitions), **_plain(_except(schema, "anyOf"), definitions)}
    plain = {name: part for name, part in schema.items() if name not in _LEFT_OUT}
    if "properties" in plain:
        plain["properties"] = {name: _plain(part, definitions) for name, part in plain["properties"].items()}
    if "items" in plain:
        plain["items"] = _plain(plain["items"], definitions)
    return plain


def _without_null(argument: Schema) -> Schema:
    return {name: part for name, part in argument.items() if name != "default" or part not in (None, "")}


def _without_notes(properties: Schema) -> Schema:
    """Properties of a record: types alone, defaults being what is left out of an answer."""
    return {name: _bare(part) for name, part in properties.items()}


def _bare(part: Schema) -> Schema:
    bare = _except(_except(part, "default"), "description")
    if bare.get("type") == "array":
        bare["items"] = _object(_without_notes(bare["items"]["properties"]), required=bare["items"]["required"])
    return bare


def _except(schema: Mapping[str, Any], name: str) -> Schema:
    return {key: part for key, part in schema.items() if key != name}
