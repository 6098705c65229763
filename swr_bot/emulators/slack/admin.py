"""The routes under ``/_emulator/``: what tests do and ask. They are the emulator's own, no part of Slack."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from aiohttp import web

from .body import Body, read_body
from .delivery import Delivery
from .dispatcher import Dispatcher
from .errors import AdminRequestError, ImpossibleError
from .faults import read_fault
from .load import Load, run_load
from .parts import Parts
from .people.acting import Acting
from .people.looking import Control, Sought, find_control
from .people.outcome import Outcome
from .people.screen import screen, state
from .people.typing import Typing
from .seed import Person
from .values import is_mapping, is_sequence, parse, sequence

_CENTURY = 100 * 365 * 24 * 60 * 60
_LONGEST_WAIT = 60.0
_WHERE = ("action_id", "block_id", "label", "channel", "message_ts", "home")
_KINDS = ("slash_commands", "interactive", "events_api")

Handler = Callable[[web.Request], Awaitable[web.Response]]
Deed = Callable[[Person, Body], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class AdminRoute:
    """One method and path of the admin side."""

    method: str
    path: str
    handler: Handler


class Admin:
    """Handlers of the admin routes."""

    def __init__(self, parts: Parts, dispatcher: Dispatcher) -> None:
        self._parts = parts
        self._dispatcher = dispatcher
        self._typing = Typing(parts, dispatcher)
        self._acting = Acting(parts, dispatcher)
        self._deeds: dict[str, Deed] = {
            "command": self._command,
            "message": self._message,
            "shortcut": self._shortcut,
            "message-shortcut": self._message_shortcut,
            "open-home": self._open_home,
            "click": self._click,
            "choose": self._choose,
            "type-ahead": self._type_ahead,
            "submit": self._submit,
            "close": self._close,
            "reload": self._reload,
        }

    def routes(self) -> tuple[AdminRoute, ...]:
        """The table of all admin routes."""
        person = "/_emulator/people/{person}"
        return (
            AdminRoute("GET", "/_emulator/state", self._state),
            AdminRoute("GET", f"{person}/screen", self._screen),
            *(AdminRoute("POST", f"{person}/{name}", self._doing(deed)) for name, deed in self._deeds.items()),
            AdminRoute("PUT", person, self._change_person),
            AdminRoute("POST", "/_emulator/load", self._load),
            AdminRoute("GET", "/_emulator/requests", self._requests),
            AdminRoute("GET", "/_emulator/faults", self._faults),
            AdminRoute("PUT", "/_emulator/faults", self._replace_faults),
            AdminRoute("DELETE", "/_emulator/faults", self._clear_faults),
            AdminRoute("GET", "/_emulator/sockets", self._sockets),
            AdminRoute("POST", "/_emulator/sockets", self._disturb_sockets),
            AdminRoute("GET", "/_emulator/app", self._app),
            AdminRoute("PUT", "/_emulator/app", self._change_app),
            AdminRoute("POST", "/_emulator/deliver", self._deliver),
            AdminRoute("POST", "/_emulator/clock", self._turn_clock),
            AdminRoute("POST", "/_emulator/reset", self._reset),
        )

    def _doing(self, deed: Deed) -> Handler:
        async def handle(request: web.Request) -> web.Response:
            person = self._parts.workspace.person(request.match_info["person"])
            outcome = await deed(person, await read_body(request))
            return web.json_response(outcome.listing())

        return handle

    async def _command(self, person: Person, body: Body) -> Outcome:
        body.must_have(("channel", "command"), ("text", "thread_ts", "raw"))
        channel = self._parts.workspace.channel_for(person, body.text("channel"))
        name, typed, thread = body.text("command"), body.text("text"), body.maybe("thread_ts")
        return await self._typing.command(person, channel, name, typed, thread_ts=thread, raw=body.flag("raw") is True)

    async def _message(self, person: Person, body: Body) -> Outcome:
        body.must_have(("channel", "text"), ("thread_ts", "raw"))
        channel = self._parts.workspace.channel_for(person, body.text("channel"))
        raw, thread = body.flag("raw") is True, body.maybe("thread_ts")
        return await self._typing.message(person, channel, body.text("text"), thread_ts=thread, raw=raw)

    async def _shortcut(self, person: Person, body: Body) -> Outcome:
        body.must_have(("callback_id",))
        return await self._typing.shortcut(person, body.text("callback_id"))

    async def _message_shortcut(self, person: Person, body: Body) -> Outcome:
        body.must_have(("callback_id", "channel", "message_ts"))
        channel = self._parts.workspace.channel_for(person, body.text("channel"))
        message = self._parts.workspace.find(channel.id, body.text("message_ts"))
        if message is None or message.only_for not in (None, person.id):
            raise ImpossibleError(f"{person.name} sees no message {body.text('message_ts')} there.")
        return await self._typing.message_shortcut(person, body.text("callback_id"), message)

    async def _open_home(self, person: Person, body: Body) -> Outcome:
        body.must_have((), ("tab",))
        return await self._typing.open_home(person, body.text("tab", "home"))

    async def _click(self, person: Person, body: Body) -> Outcome:
        body.must_have((), (*_WHERE, "option", "confirm"))
        option, confirm = body.value("option"), body.flag("confirm")
        return await self._acting.click(self._find(person, body), option=option, confirm=confirm)

    async def _choose(self, person: Person, body: Body) -> Outcome:
        body.must_have(("value",), (*_WHERE, "confirm"))
        wanted, confirm = body.value("value"), body.flag("confirm")
        return await self._acting.choose(self._find(person, body), wanted, confirm=confirm)

    async def _type_ahead(self, person: Person, body: Body) -> Outcome:
        body.must_have(("text",), _WHERE)
        typed = body.text("text")
        return await self._acting.type_ahead(self._find(person, body), typed)

    def _find(self, person: Person, body: Body) -> Control:
        sought = Sought(
            action_id=body.maybe("action_id"),
            block_id=body.maybe("block_id"),
            label=body.maybe("label"),
            channel=body.maybe("channel"),
            message_ts=body.maybe("message_ts"),
            home=body.flag("home") is True,
        )
        return find_control(self._parts, person, sought)

    async def _submit(self, person: Person, body: Body) -> Outcome:
        body.must_have(())
        return await self._acting.submit(person)

    async def _close(self, person: Person, body: Body) -> Outcome:
        body.must_have((), ("everything",))
        return await self._acting.close(person, everything=body.flag("everything") is True)

    async def _reload(self, person: Person, body: Body) -> Outcome:
        body.must_have(())
        return self._acting.reload(person)

    async def _change_person(self, request: web.Request) -> web.Response:
        person = self._parts.workspace.person(request.match_info["person"])
        body = (await read_body(request)).must_have((), ("deleted", "is_admin", "groups"))
        if (deleted := body.flag("deleted")) is not None:
            person.deleted = deleted
        if (is_admin := body.flag("is_admin")) is not None:
            person.is_admin = is_admin
        if "groups" in body:
            self._parts.workspace.regroup(person, _strings(body, "groups"))
        return web.json_response(asdict(person))

    async def _load(self, request: web.Request) -> web.Response:
        body = (await read_body(request)).must_have(("person", "channel", "command", "count", "at_once"), ("text",))
        person = self._parts.workspace.person(body.text("person"))
        channel = self._parts.workspace.channel_for(person, body.text("channel"))
        load = Load(int(body.number("count")), int(body.number("at_once")), body.text("command"), body.text("text"))
        return web.json_response(await run_load(self._parts, self._dispatcher, person, channel, load))

    async def _screen(self, request: web.Request) -> web.Response:
        person = self._parts.workspace.person(request.match_info["person"])
        await self._wait(request)
        return web.json_response(screen(self._parts, person))

    async def _state(self, request: web.Request) -> web.Response:
        await self._wait(request)
        return web.json_response(state(self._parts))

    async def _wait(self, request: web.Request) -> None:
        try:
            after = int(request.query.get("after", "-1"))
            seconds = min(float(request.query.get("timeout", "5")), _LONGEST_WAIT)
        except ValueError:
            raise AdminRequestError("after and timeout should be numbers.") from None
        await self._parts.workspace.after(after, seconds)

    async def _requests(self, _: web.Request) -> web.Response:
        log = self._parts.log
        return web.json_response({"total": log.total, "recent": list(log.recent), "refused": list(log.refused)})

    async def _faults(self, _: web.Request) -> web.Response:
        return web.json_response([fault.listing() for fault in self._parts.faults.all])

    async def _replace_faults(self, request: web.Request) -> web.Response:
        try:
            content = parse(await request.read())
        except ValueError as error:
            raise AdminRequestError(f"The body is not JSON: {error}.") from None
        if not is_sequence(content):
            raise AdminRequestError("The body should be a JSON list of faults.")
        self._parts.faults.all = [read_fault(each) for each in sequence(content)]
        return await self._faults(request)

    async def _clear_faults(self, _: web.Request) -> web.Response:
        self._parts.faults.all = []
        return web.Response(status=204)

    async def _sockets(self, request: web.Request) -> web.Response:
        await self._wait(request)
        connections = [each.listing() for each in self._parts.sockets.connections]
        return web.json_response({"version": self._parts.workspace.version, "connections": connections})

    async def _disturb_sockets(self, request: web.Request) -> web.Response:
        body = (await read_body(request)).must_have(("do",), ("reason", "connections"))
        numbers = {each for each in sequence(body.value("connections")) if isinstance(each, int)}
        await self._parts.sockets.disturb(body.text("do"), body.text("reason", "refresh_requested"), numbers)
        return await self._sockets(request)

    async def _app(self, _: web.Request) -> web.Response:
        return web.json_response(asdict(self._parts.settings))

    async def _change_app(self, request: web.Request) -> web.Response:
        body = (await read_body(request)).must_have((), ("scopes", "events", "request_url"))
        settings = self._parts.settings
        if "scopes" in body:
            settings.scopes = _strings(body, "scopes")
        if "events" in body:
            settings.events = _strings(body, "events")
        if "request_url" in body:
            await self._dispatcher.change_request_url(body.maybe("request_url"))
        return await self._app(request)

    async def _deliver(self, request: web.Request) -> web.Response:
        body = (await read_body(request)).must_have(("kind", "payload"))
        kind, payload = body.text("kind"), body.value("payload")
        if kind not in _KINDS or not is_mapping(payload):
            raise AdminRequestError(f"kind is one of {', '.join(_KINDS)}, and payload is an object.")
        outcome = Outcome(self._parts.workspace.version)
        outcome.received(await self._dispatcher.deliver(Delivery(kind, payload)))
        return web.json_response(outcome.listing())

    async def _turn_clock(self, request: web.Request) -> web.Response:
        body = (await read_body(request)).must_have((), ("offset_seconds", "advance_seconds"))
        clock = self._parts.clock
        if "offset_seconds" in body:
            wanted = body.number("offset_seconds")
        else:
            wanted = clock.offset_seconds + body.number("advance_seconds")
        if abs(wanted) > _CENTURY:
            raise AdminRequestError("The clock turns by a century at most.")
        clock.turn(wanted)
        return web.json_response({"offset_seconds": wanted})

    async def _reset(self, _: web.Request) -> web.Response:
        self._dispatcher.forget_retries()
        self._parts.reset()
        return web.Response(status=204)


def _strings(body: Body, name: str) -> tuple[str, ...]:
    given = sequence(body.value(name))
    if not all(isinstance(each, str) for each in given):
        raise AdminRequestError(f"{name!r} should be a list of strings.")
    return tuple(str(each) for each in given)
