"""Web API over HTTP: the token, the scope, the arguments, the answer."""

from aiohttp import web

from swr_bot.emulators.slack import seed as seeds
from swr_bot.emulators.slack.errors import SlackError
from swr_bot.emulators.slack.faults import API_KINDS, Fault, strike
from swr_bot.emulators.slack.parts import Parts
from swr_bot.emulators.slack.socket_mode import abort
from swr_bot.emulators.slack.values import Json, at

from .arguments import Arguments, read_arguments
from .content import need
from .methods import METHODS, Method

_EVERYWHERE = ("team_id",)  # organization-wide tokens need it, and the official clients always send it
_BY_NAME = {method.name: method for method in METHODS}


class WebApi:
    """``/api/{method}``."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call."""
        name = request.match_info["method"]
        body = await request.read()
        fault = self._parts.faults.take(API_KINDS, name)
        status, answer, headers = await self._answer(name, request, body, fault)
        error = answer.get("error")
        messages = at(answer, "response_metadata", "messages")
        self._parts.log.note(method=name, error=error, messages=messages, fault=fault.kind if fault else "")
        if fault is not None and fault.kind in ("reset", "reset-after"):
            abort(request)
        if fault is not None and fault.kind == "http-500":
            return web.Response(status=500, text="Internal Server Error")
        return web.json_response(answer, status=status, headers=headers)

    async def _answer(
        self, name: str, request: web.Request, body: bytes, fault: Fault | None
    ) -> tuple[int, Json, dict[str, str]]:
        headers = {"x-slack-req-id": "emulated"}
        try:
            method = _method(name)
            args, token = read_arguments(request.headers.get("Content-Type", ""), request.query_string, body)
            token = _checked_token(method, request.headers.get("Authorization", ""), token)
            headers |= self._scope_headers(method, token)
            await strike(fault, before=True)
            answer = self._carry_out(method, args, token)
            await strike(fault, before=False)
        except SlackError as error:
            if error.retry_after is not None:
                return 429, _refused(error), {**headers, "Retry-After": str(error.retry_after)}
            return 200, _refused(error), headers
        return 200, {"ok": True, **answer}, headers

    def _scope_headers(self, method: Method, token: str) -> dict[str, str]:
        granted = ("connections:write",) if token == seeds.APP_TOKEN else self._parts.settings.scopes
        headers = {"x-oauth-scopes": ",".join(granted)}
        if method.scopes:
            headers["x-accepted-oauth-scopes"] = ",".join(method.scopes)
        return headers

    def _carry_out(self, method: Method, args: Arguments, token: str) -> Json:
        if method.knows_app_token and token == seeds.APP_TOKEN:
            return {"app_id": seeds.APP, "app_name": seeds.BOT_NAME}
        if not method.takes_app_token:
            need(self._parts.settings, *method.scopes)
        args.must_fit(method.required, (*method.optional, *_EVERYWHERE))
        return method.handler(self._parts, args)


def _method(name: str) -> Method:
    if name not in _BY_NAME:
        raise SlackError("unknown_method", extra={"req_method": name})
    return _BY_NAME[name]


def _checked_token(method: Method, header: str, in_body: str) -> str:
    scheme, _, token = header.partition(" ")
    given = token.strip() if scheme.lower() == "bearer" else ""
    if not given and not method.takes_app_token:
        given = in_body
    if not given:
        raise SlackError("not_authed")
    if given not in (seeds.APP_TOKEN, seeds.BOT_TOKEN):
        raise SlackError("invalid_auth")
    wanted = seeds.APP_TOKEN if method.takes_app_token else seeds.BOT_TOKEN
    if given != wanted and not method.knows_app_token:
        raise SlackError("not_allowed_token_type")
    return given


def _refused(error: SlackError) -> Json:
    answer: Json = {"ok": False, "error": error.error, **error.extra}
    if error.messages:
        answer["response_metadata"] = {"messages": list(error.messages)}
    return answer
