"""Response URLs: the app answers an interaction without a token."""

from aiohttp import web

from . import seed as seeds
from .errors import SlackError
from .faults import API_KINDS, RESPONSE_URL, strike
from .grants import ResponseUrl
from .parts import Parts
from .socket_mode import abort
from .values import Json, is_mapping, parse, text
from .web_api.arguments import Arguments
from .web_api.content import checked_blocks, checked_text, extras, in_thread, must_say_something
from .workspace import Message

_MEMBERS = [
    "text",
    "blocks",
    "attachments",
    "response_type",
    "replace_original",
    "delete_original",
    "thread_ts",
    "mrkdwn",
    "parse",
    "link_names",
    "unfurl_links",
    "unfurl_media",
    "metadata",
]
_GONE = ("invalid_url", "expired_url", "used_url", "message_not_found")


class ResponseUrls:
    """``/commands/…``, ``/actions/…`` and ``/app/…``."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One answer of the app."""
        body = await request.read()
        fault = self._parts.faults.take(API_KINDS, RESPONSE_URL)
        kind = fault.kind if fault is not None else ""
        try:
            await strike(fault, before=True)
            self._answer(request.path, body)
            await strike(fault, before=False)
        except SlackError as error:
            self._parts.log.note(method=RESPONSE_URL, error=error.error, messages=list(error.messages), fault=kind)
            return _refused(error, request, kind)
        self._parts.log.note(method=RESPONSE_URL, error=None, messages=None, fault=kind)
        if kind == "reset-after":
            abort(request)
        return web.Response(text="ok")

    def _answer(self, path: str, body: bytes) -> None:
        given = self._parts.grants.find_response_url(path)
        try:
            content = parse(body)
        except ValueError:
            raise SlackError("invalid_payload") from None
        if not is_mapping(content):
            raise SlackError("invalid_payload")
        args = Arguments(content)
        args.must_fit((), _MEMBERS)
        answer(self._parts, given, args)
        given.uses += 1


def _refused(error: SlackError, request: web.Request, kind: str) -> web.Response:
    if kind == "reset":
        abort(request)
    if kind == "http-500":
        return web.Response(status=500, text="Internal Server Error")
    answer: Json = {"ok": False, "error": error.error}
    if error.retry_after is not None:
        return web.json_response(answer, status=429, headers={"Retry-After": str(error.retry_after)})
    return web.json_response(answer, status=404 if error.error in _GONE else 400)


def answer(parts: Parts, given: ResponseUrl, args: Arguments) -> Message | None:
    """Carries out an answer: a new message, a changed one, or one taken away.

    Raises:
        SlackError: the answer is not one that Slack takes.
    """
    kind = args.text("response_type") or "ephemeral"
    if kind not in ("ephemeral", "in_channel"):
        raise SlackError("invalid_arguments", ("[ERROR] unknown response_type [json-pointer:/response_type]",))
    original = parts.workspace.find(given.channel, given.message_ts) if given.message_ts else None
    if args.flag("delete_original"):
        if original is None:
            raise SlackError("message_not_found")
        parts.workspace.remove(original)
        return None
    content = checked_text(args)
    blocks = checked_blocks(args.structure("blocks", "invalid_blocks_format"))
    extra = extras(args)
    must_say_something((content, blocks, extra.get("attachments")))
    if args.flag("replace_original") and original is not None:
        parts.workspace.edit(original, content, blocks, marked=original.only_for is None)
        return original
    return _post(parts, given, args, content, blocks, extra, shared=kind == "in_channel")


def _post(  # noqa: PLR0917 - one for each part of a message
    parts: Parts, given: ResponseUrl, args: Arguments, content: str, blocks: list[Json], extra: Json, *, shared: bool
) -> Message:
    ts = args.maybe("thread_ts")
    thread = None if ts is None else in_thread(parts.workspace.find(given.channel, ts))
    reader = None if shared else given.person.id
    return parts.workspace.post(
        given.channel, seeds.BOT_USER, content, blocks=blocks, thread_ts=thread, only_for=reader, extra=extra
    )


def answer_in_ack(parts: Parts, path: str, body: object) -> Message | None:
    """The answer that came with a command's acknowledgement; it uses up nothing.

    Raises:
        SlackError: the answer is not one that Slack takes.
    """
    given = parts.grants.response_urls[path]
    if isinstance(body, str):
        return answer(parts, given, Arguments({"text": body})) if text(body).strip() else None
    if not is_mapping(body):
        raise SlackError("invalid_command_response")
    args = Arguments(body)
    args.must_fit((), _MEMBERS)
    return answer(parts, given, args)
