"""Tools and a prompt that the conformance suite asks for by name, and that ask the client something back."""

import json
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.prompts.base import UserMessage
from mcp_types import (
    CreateMessageRequest,
    CreateMessageRequestParams,
    CreateMessageResult,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequest,
    InputRequiredResult,
    ListRootsRequest,
    ListRootsResult,
    SamplingMessage,
    TextContent,
)
from pydantic import BaseModel, Field, JsonValue

Ctx = Context[Any, Any]
Asked = str | InputRequiredResult
_STATE = "request-state-of-the-first-round"


class Reply(BaseModel):
    """One text."""

    response: str = Field(description="What the person says.")


class Defaults(BaseModel):
    """A default of every kind."""

    name: str = "John Doe"
    age: int = 30
    score: float = 95.5
    status: Literal["active", "inactive", "pending"] = "active"
    verified: bool = True


_NUMBERED: dict[str, JsonValue] = {
    "anyOf": [
        {"const": "value1", "title": "First Option"},
        {"const": "value2", "title": "Second Option"},
        {"const": "value3", "title": "Third Option"},
    ]
}
_LEGACY: dict[str, JsonValue] = {
    "enum": ["opt1", "opt2", "opt3"],
    "enumNames": ["Option One", "Option Two", "Option Three"],
}


class Choices(BaseModel):
    """A choice of every kind."""

    untitledSingle: Literal["option1", "option2", "option3"]  # noqa: N815 - the suite's names
    titledSingle: Annotated[str, Field(json_schema_extra={"oneOf": _NUMBERED["anyOf"]})]  # noqa: N815
    legacyEnum: Annotated[str, Field(json_schema_extra=_LEGACY)]  # noqa: N815
    untitledMulti: list[Literal["option1", "option2", "option3"]]  # noqa: N815
    titledMulti: Annotated[list[str], Field(json_schema_extra={"items": _NUMBERED})]  # noqa: N815


async def _elicited(ctx: Ctx, message: str, model: type[BaseModel]) -> str:
    answer = await ctx.elicit(message, model)
    content = answer.data.model_dump_json() if answer.action == "accept" else "{}"
    return f"User response: action={answer.action}, content={content}"


async def elicitation(message: str, ctx: Ctx) -> str:
    """Asks the person while the call runs."""
    return await _elicited(ctx, message, Reply)


async def elicitation_with_defaults(ctx: Ctx) -> str:
    """Asks with a default for everything."""
    return await _elicited(ctx, "Who are you?", Defaults)


async def elicitation_with_choices(ctx: Ctx) -> str:
    """Asks with every kind of choice."""
    return await _elicited(ctx, "Choose.", Choices)


async def sampling(prompt: str, ctx: Ctx) -> str:
    """Asks the client's model while the call runs."""
    messages = [SamplingMessage(role="user", content=TextContent(type="text", text=prompt))]
    session = ctx.session
    said = await session.create_message(messages, max_tokens=100, related_request_id=ctx.request_id)  # pyright: ignore[reportDeprecated] - the suite still asks for it
    return f"LLM response: {_text_of(said)}"


def _text_of(said: object) -> str:
    content = said.content if isinstance(said, CreateMessageResult) else None
    return content.text if isinstance(content, TextContent) else "none"


def _value_of(answer: object, name: str) -> str:
    content = answer.content if isinstance(answer, ElicitResult) else None
    return str((content or {}).get(name, "nothing"))


def _form(message: str, **fields: str) -> ElicitRequest:
    properties = {name: {"type": kind} for name, kind in fields.items()}
    schema: dict[str, Any] = {"type": "object", "properties": properties, "required": list(fields)}
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=schema))


def _sample(prompt: str) -> CreateMessageRequest:
    messages = [SamplingMessage(role="user", content=TextContent(type="text", text=prompt))]
    return CreateMessageRequest(params=CreateMessageRequestParams(messages=messages, max_tokens=100))


def _asking(state: str | None = None, **requests: InputRequest) -> InputRequiredResult:
    return InputRequiredResult(input_requests=requests, request_state=state)


def ask_name(ctx: Ctx) -> Asked:
    """One question in the result."""
    answers = ctx.input_responses or {}
    if "user_name" not in answers:
        return _asking(user_name=_form("What is your name?", name="string"))
    return f"Hello, {_value_of(answers['user_name'], 'name')}!"


def ask_model(ctx: Ctx) -> Asked:
    """One question to the client's model in the result."""
    answers = ctx.input_responses or {}
    if "capital_question" not in answers:
        return _asking(capital_question=_sample("What is the capital of France?"))
    return f"Model said: {_text_of(answers['capital_question'])}"


def ask_roots(ctx: Ctx) -> Asked:
    """Asks for the client's folders in the result."""
    roots = (ctx.input_responses or {}).get("client_roots")
    if not isinstance(roots, ListRootsResult):
        return _asking(client_roots=ListRootsRequest())
    return f"Client exposed {len(roots.roots)} root(s)."


def ask_with_state(ctx: Ctx) -> Asked:
    """A question that carries the server's memory with it."""
    if "confirm" not in (ctx.input_responses or {}) or ctx.request_state != _STATE:
        return _asking(_STATE, confirm=_form("Please confirm", ok="boolean"))
    return "state-ok: confirmation received"


def ask_everything(ctx: Ctx) -> Asked:
    """Three questions of three kinds in one result."""
    questions: dict[str, InputRequest] = {
        "user_name": _form("What is your name?", name="string"),
        "greeting": _sample("Generate a greeting"),
        "client_roots": ListRootsRequest(),
    }
    if not questions.keys() <= (ctx.input_responses or {}).keys():
        return _asking(_STATE, **questions)
    return "All inputs received."


def ask_twice(ctx: Ctx) -> Asked:
    """A question, and another one that follows from its answer."""
    state = json.loads(ctx.request_state or "{}")
    answers = ctx.input_responses or {}
    if state.get("round") == 1 and "step1" in answers:
        name = _value_of(answers["step1"], "name")
        memory = json.dumps({"round": 2, "name": name})
        return _asking(memory, step2=_form("Step 2: What is your favorite color?", color="string"))
    if state.get("round") == 2 and "step2" in answers:
        return f"{state['name']} likes {_value_of(answers['step2'], 'color')}."
    return _asking(json.dumps({"round": 1}), step1=_form("Step 1: What is your name?", name="string"))


def ask_what_the_client_can(ctx: Ctx) -> Asked:
    """Asks only in the ways that the client has."""
    declared = ctx.client_capabilities
    questions: dict[str, InputRequest] = {}
    if declared and declared.sampling is not None:
        questions["sample"] = _sample("Say hello")
    if declared and declared.elicitation is not None:
        questions["ask"] = _form("What is your name?", name="string")
    return _asking(_STATE, **questions)


def prompt_that_asks(ctx: Ctx) -> list[UserMessage] | InputRequiredResult:
    """A prompt that needs an answer first."""
    answers = ctx.input_responses or {}
    if "user_context" not in answers:
        return _asking(user_context=_form("What context should the prompt use?", context="string"))
    return [UserMessage(f"Use the following context: {_value_of(answers['user_context'], 'context')}")]


def add_questions(server: MCPServer[Any]) -> None:
    """Register all of them."""
    for name, tool in {
        "test_elicitation": elicitation,
        "test_elicitation_sep1034_defaults": elicitation_with_defaults,
        "test_elicitation_sep1330_enums": elicitation_with_choices,
        "test_sampling": sampling,
        "test_streaming_elicitation": ask_name,
        "test_input_required_result_elicitation": ask_name,
        "test_input_required_result_sampling": ask_model,
        "test_input_required_result_list_roots": ask_roots,
        "test_input_required_result_request_state": ask_with_state,
        "test_input_required_result_tampered_state": ask_with_state,
        "test_input_required_result_multiple_inputs": ask_everything,
        "test_input_required_result_multi_round": ask_twice,
        "test_input_required_result_capabilities": ask_what_the_client_can,
    }.items():
        server.add_tool(tool, name=name, structured_output=False)
    server.prompt("test_input_required_result_prompt")(prompt_that_asks)
