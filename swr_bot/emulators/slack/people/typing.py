"""A person types: slash commands, messages, mentions; or picks a shortcut or the app's home."""

from urllib.parse import urlsplit

from swr_bot.emulators.slack import payloads
from swr_bot.emulators.slack import seed as seeds
from swr_bot.emulators.slack.delivery import Delivery
from swr_bot.emulators.slack.dispatcher import Dispatcher
from swr_bot.emulators.slack.errors import ImpossibleError, SlackError
from swr_bot.emulators.slack.markup import escaped, from_composer
from swr_bot.emulators.slack.parts import Parts
from swr_bot.emulators.slack.response_urls import answer_in_ack
from swr_bot.emulators.slack.seed import Channel, Person
from swr_bot.emulators.slack.values import Json, text
from swr_bot.emulators.slack.workspace import Message

from .outcome import Outcome, failed_command

_MOST_TYPED = 12_000
_KINDS = {"public": ("channel", "channels"), "private": ("group", "groups"), "im": ("im", "im")}


class Typing:
    """Everything that begins in the composer."""

    def __init__(self, parts: Parts, dispatcher: Dispatcher) -> None:
        self._parts = parts
        self._dispatcher = dispatcher

    async def command(
        self, person: Person, channel: Channel, name: str, typed: str, *, thread_ts: str | None, raw: bool
    ) -> Outcome:
        """Types ``/name typed``; in a thread Slack refuses it by itself."""
        outcome = self._start(person, channel)
        if not name.startswith("/") or len(name) + len(typed) > _MOST_TYPED:
            raise ImpossibleError("A command begins with a slash, and nobody can type more than 12,000 characters.")
        refusal = self._refusal(name, thread_ts)
        if refusal is not None:
            return self._refused(outcome, person, channel, *refusal)
        payload = payloads.command(self._parts, person, channel, name, typed if raw else escaped(typed))
        ack = await self._dispatcher.deliver(Delivery("slash_commands", payload))
        outcome.received(ack)
        if ack.error is not None:
            return self._refused(outcome, person, channel, ack.error, failed_command(name, ack.error))
        if ack.body not in (None, "", {}):
            self._show_answer(outcome, person, channel, payload, ack.body)
        return outcome

    def _refusal(self, name: str, thread_ts: str | None) -> tuple[str, str] | None:
        if thread_ts is not None:
            return "not_supported_in_thread", f"{name} is not supported in threads. Sorry!"
        known = self._parts.settings.commands
        if (known is not None and name not in known) or "commands" not in self._parts.settings.scopes:
            return (
                "unknown_command",
                f"{name} is not a valid command. Messages that begin with “/” are commands.",
            )
        return None

    def _show_answer(self, outcome: Outcome, person: Person, channel: Channel, payload: Json, body: object) -> None:
        name = text(payload["command"])
        try:
            message = answer_in_ack(self._parts, urlsplit(text(payload["response_url"])).path, body)
        except SlackError as error:
            outcome.messages = [error.error, *error.messages]
            self._parts.log.note(method="ack", what=name, error=error.error, messages=list(error.messages))
            self._refused(
                outcome, person, channel, "invalid_command_response", failed_command(name, "invalid_command_response")
            )
            return
        outcome.ts = message.ts if message is not None else None

    async def message(
        self, person: Person, channel: Channel, typed: str, *, thread_ts: str | None, raw: bool
    ) -> Outcome:
        """Writes a message; the app hears of mentions and of what it subscribed to."""
        outcome = self._start(person, channel)
        if not typed.strip() or len(typed) > _MOST_TYPED:
            raise ImpossibleError("A message has 1 to 12,000 characters.")
        thread = self._thread(channel, thread_ts)
        channel.members.add(person.id)
        wire = typed if raw else from_composer(typed, self._parts.workspace.handles())
        message = self._parts.workspace.post(channel.id, person.id, wire, thread_ts=thread)
        outcome.ts = message.ts
        for event in self._events(person, channel, message):
            outcome.received(await self._dispatcher.deliver_event(event, self._origin(person, channel)))
        return outcome

    def _thread(self, channel: Channel, ts: str | None) -> str | None:
        if ts is None:
            return None
        first = self._parts.workspace.find(channel.id, ts)
        if first is None or first.only_for is not None:
            raise ImpossibleError(f"There is no message {ts} in this channel to answer.")
        return first.thread_ts or first.ts

    def _events(self, person: Person, channel: Channel, message: Message) -> list[Json]:
        if seeds.BOT_USER not in channel.members:
            if f"<@{seeds.BOT_USER}>" in message.text:
                note = f"@{seeds.BOT_NAME} is not in this channel and was not told."
                self._parts.workspace.notice(person, channel.id, "not_in_channel", note)
            return []
        event: Json = {**message.wire(), "team": person.team, "channel": channel.id, "event_ts": message.ts}
        if person.is_stranger:
            event |= {"user_team": person.team, "source_team": person.team}
        kind, plural = _KINDS[channel.kind]
        found: list[Json] = []
        if f"<@{seeds.BOT_USER}>" in message.text and channel.kind != "im":
            found += self._subscribed("app_mention", "app_mentions:read", {**event, "type": "app_mention"})
        found += self._subscribed(f"message.{plural}", f"{plural}:history", {**event, "channel_type": kind})
        return found

    def _subscribed(self, name: str, scope: str, event: Json) -> list[Json]:
        settings = self._parts.settings
        return [event] if name in settings.events and scope in settings.scopes else []

    def _origin(self, person: Person, channel: Channel) -> Json:
        return {"team_id": person.team, "is_ext_shared_channel": channel.shared}

    async def open_home(self, person: Person, tab: str) -> Outcome:
        """Opens the app's home or messages tab."""
        if tab not in ("home", "messages"):
            raise ImpossibleError("The app has a home and a messages tab.")
        channel = self._parts.workspace.direct(person)
        outcome = self._start(person, channel)
        ts = self._parts.clock.stamp()
        event: Json = {"type": "app_home_opened", "user": person.id, "channel": channel.id, "tab": tab, "event_ts": ts}
        if tab == "home" and (home := self._parts.views.homes.get(person.id)) is not None:
            event["view"] = home.wire()
        if "app_home_opened" in self._parts.settings.events:
            outcome.received(await self._dispatcher.deliver_event(event, self._origin(person, channel)))
        return outcome

    async def shortcut(self, person: Person, callback_id: str) -> Outcome:
        """Picks a global shortcut, which works anywhere."""
        self._must_have_shortcut(callback_id)
        outcome = self._start(person, None)
        payload = payloads.shortcut(self._parts, person, callback_id)
        return await self._interact(outcome, person, None, payload)

    async def message_shortcut(self, person: Person, callback_id: str, message: Message) -> Outcome:
        """Picks a shortcut from a message's menu."""
        self._must_have_shortcut(callback_id)
        if message.only_for is not None:
            raise ImpossibleError("An ephemeral message has no menu with shortcuts.")
        outcome = self._start(person, None)
        payload = payloads.message_shortcut(self._parts, person, callback_id, message)
        return await self._interact(outcome, person, message.channel, payload)

    async def _interact(self, outcome: Outcome, person: Person, channel: str | None, payload: Json) -> Outcome:
        ack = await self._dispatcher.deliver(Delivery("interactive", payload))
        outcome.received(ack)
        if ack.error is not None:
            outcome.notice = f"This shortcut failed ({ack.error})."
            self._parts.workspace.notice(person, channel, ack.error, outcome.notice)
        return outcome

    def _must_have_shortcut(self, callback_id: str) -> None:
        known = self._parts.settings.shortcuts
        if known is not None and callback_id not in known:
            raise ImpossibleError(f"The app has no shortcut {callback_id!r}; it has {', '.join(known) or 'none'}.")

    def _start(self, person: Person, channel: Channel | None) -> Outcome:
        must_be_signed_in(person)
        if channel is not None and channel.archived:
            raise ImpossibleError("Nobody can write in an archived channel.")
        return Outcome(self._parts.workspace.version)

    def _refused(self, outcome: Outcome, person: Person, channel: Channel, error: str, notice: str) -> Outcome:
        outcome.error, outcome.notice = error, notice
        self._parts.workspace.notice(person, channel.id, error, notice)
        return outcome


def must_be_signed_in(person: Person) -> None:
    """Refuses those who cannot sit at a window.

    Raises:
        ImpossibleError: a deactivated account, or the app itself.
    """
    if person.deleted:
        raise ImpossibleError(f"{person.name} is deactivated and cannot sign in.")
    if person.is_bot:
        raise ImpossibleError(f"{person.name} is the app, not a person.")
