"""What the SDK says about bodies that are no message, in our words: its own show how it is built."""

from mcp_types import INVALID_REQUEST, PARSE_ERROR, ErrorData, JSONRPCError, jsonrpc_message_adapter
from pydantic import ValidationError
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NO_JSON = ErrorData(code=PARSE_ERROR, message="The body is not JSON. Send one JSON-RPC message a request.")
_NO_MESSAGE = ErrorData(
    code=INVALID_REQUEST, message="The body is no JSON-RPC 2.0 message. Send one a request, and no batches."
)


class PlainRefusals:
    """Answers bodies that are no message; every other answer is the SDK's.

    Looks only at what the SDK refuses with 400, so that a message that can be read is not read twice.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, and see what comes back."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        body: list[bytes] = []
        problem: ErrorData | None = None

        async def receiver() -> Message:
            message = await receive()
            body.append(message.get("body", b""))
            return message

        async def sender(message: Message) -> None:
            nonlocal problem
            if message["type"] == "http.response.start" and message["status"] == 400:
                problem = _what_is_wrong(b"".join(body))
            if problem is None:
                await send(message)
            elif not message.get("more_body", False) and message["type"] == "http.response.body":
                await _refusal(problem)(scope, receive, send)

        await self._app(scope, receiver, sender)


def _what_is_wrong(body: bytes) -> ErrorData | None:
    try:
        jsonrpc_message_adapter.validate_json(body, by_name=False)
    except ValidationError as error:
        return _NO_JSON if error.errors()[0]["type"] == "json_invalid" else _NO_MESSAGE
    return None


def _refusal(problem: ErrorData) -> Response:
    text = JSONRPCError(jsonrpc="2.0", id=None, error=problem).model_dump_json(by_alias=True, exclude_unset=True)
    return Response(text, 400, media_type="application/json")
