"""Web API over HTTP: the token, the scope, the arguments, the answer."""

from aiohttp import web

from swr_bot.emulators.slack import seed as seeds
from swr_bot.emulators.slack.errors import SlackError
from swr_bot.emulators.slack.faults import API_KINDS, Fault, strike
from swr_bot.emulators.slack.parts import Parts
from swr_bot.emulators.slack.socket_mode import abort
from swr_bot.emulators.slack.values import Json, at

from .arguments import read_arguments
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
            headers |= self._scope_headers(method)
            await strike(fault, before=True)
            answer = self._carry_out(method, request, body)
            await strike(fault, before=False)
        except SlackError as error:
            if error.retry_after is not None:
                return 429, _refused(error), {**headers, "Retry-After": str(error.retry_after)}
            return 200, _refused(error), headers
        return 200, {"ok": True, **answer}, headers

    def _scope_headers(self, method: Method) -> dict[str, str]:
        headers = {"x-oauth-scopes": "connections:write"}
        if not method.takes_app_token:
            headers = {"x-oauth-scopes": ",".join(self._parts.settings.scopes)}
        if method.scopes:
            headers["x-accepted-oauth-scopes"] = ",".join(method.scopes)
        return headers

    def _carry_out(self, method: Method, request: web.Request, body: bytes) -> Json:
        args, token = read_arguments(request.headers.get("Content-Type", ""), request.query_string, body)
        _check_token(method, request.headers.get("Authorization", ""), token)
        if not method.takes_app_token:
            need(self._parts.settings, *method.scopes)
        args.must_fit(method.required, (*method.optional, *_EVERYWHERE))
        return method.handler(self._parts, args)


def _method(name: str) -> Method:
    if name not in _BY_NAME:
        raise SlackError("unknown_method", extra={"req_method": name})
    return _BY_NAME[name]


def _check_token(method: Method, header: str, in_body: str) -> None:
    scheme, _, token = header.partition(" ")
    given = token.strip() if scheme.lower() == "bearer" else ""
    if not given and not method.takes_app_token:
        given = in_body
    wanted = seeds.APP_TOKEN if method.takes_app_token else seeds.BOT_TOKEN
    if not given:
        raise SlackError("not_authed")
    if given != wanted:
        known = given in (seeds.APP_TOKEN, seeds.BOT_TOKEN)
        raise SlackError("not_allowed_token_type" if known else "invalid_auth")


def _refused(error: SlackError) -> Json:
    answer: Json = {"ok": False, "error": error.error, **error.extra}
    if error.messages:
        answer["response_metadata"] = {"messages": list(error.messages)}
    return answer
