"""What is in the workspace: people, channels, messages, and what Slack itself told somebody."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from . import seed as seeds
from .clock import Clock
from .controls import Filled, filled_at_first, with_ids
from .errors import ImpossibleError, SlackError
from .markup import from_app, pinged
from .seed import Channel, Person, UserGroup
from .values import Json, without_nothing


@dataclass(slots=True)
class Message:
    """One message; ``only_for`` makes it an ephemeral one, which one person sees until it is replaced.

    Attributes:
        extra: other members it was sent with.
        versions: what it said before each edit, oldest first.
        filled: what its controls hold, by reader.
    """

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list[Json])
    extra: Json = field(default_factory=dict[str, object])
    thread_ts: str | None = None
    only_for: str | None = None
    edited_ts: str | None = None
    deleted: bool = False
    versions: list[Json] = field(default_factory=list[Json])
    filled: dict[str, Filled] = field(default_factory=dict[str, Filled])

    def filled_by(self, person: Person) -> Filled:
        """What its controls hold for one reader."""
        if person.id not in self.filled:
            self.filled[person.id] = filled_at_first(self.blocks)
        return self.filled[person.id]

    @property
    def is_bot(self) -> bool:
        """Whether the app wrote it."""
        return self.user == seeds.BOT_USER

    @property
    def pings(self) -> tuple[str, ...]:
        """Whom it notifies: ids, and ``channel``, ``here`` or ``everyone``."""
        return pinged(self.text, self.blocks)

    def replace(self, text: str, blocks: list[Json], edited_ts: str | None) -> None:
        """New content under the same ``ts``."""
        self.versions.append({"text": self.text, "blocks": self.blocks})
        self.text, self.blocks, self.edited_ts = text, blocks, edited_ts
        self.filled.clear()

    def wire(self) -> Json:
        """The message as the Web API and the payloads of interactions have it."""
        own: Json = {}
        if self.is_bot:
            own = {"bot_id": seeds.BOT, "app_id": seeds.APP}
        edited = {"user": self.user, "ts": self.edited_ts} if self.edited_ts else None
        return without_nothing(
            {
                "type": "message",
                "user": self.user,
                "ts": self.ts,
                **own,
                "text": self.text,
                "team": seeds.TEAM,
                "thread_ts": self.thread_ts,
                "blocks": self.blocks or None,
                "edited": edited,
                **self.extra,
            }
        )


@dataclass(frozen=True, slots=True)
class Notice:
    """What Slack itself showed to one person, for example that a command failed."""

    ts: str
    user: str
    channel: str | None
    error: str
    text: str


class Workspace:
    """People, channels and messages; whoever waits for a change is woken by each."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.version = 0
        self._changed = asyncio.Event()
        self.reset()

    def reset(self) -> None:
        """Everybody and everything as at the start."""
        start = seeds.fresh()
        self.people, self.channels, self.groups = start.people, start.channels, start.groups
        self.messages: dict[str, dict[str, Message]] = {}
        self.notices: list[Notice] = []
        self.changed()

    def changed(self) -> None:
        """Wakes everybody who waits for a change."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def after(self, version: int, seconds: float) -> None:
        """Returns once something changed after ``version``, or when the time is over."""
        if self.version > version:
            return
        try:
            await asyncio.wait_for(self._changed.wait(), seconds)
        except TimeoutError:
            return

    def person(self, name: str) -> Person:
        """Somebody by id or by handle.

        Raises:
            ImpossibleError: nobody is called so.
        """
        for person in self.people.values():
            if name in (person.id, person.name):
                return person
        known = ", ".join(person.name for person in self.people.values())
        raise ImpossibleError(f"Nobody here is called {name!r}; there are {known}.")

    def channel_for(self, person: Person, name: str) -> Channel:
        """A channel that somebody can open, by id or by name; ``dm`` is their conversation with the app.

        Raises:
            ImpossibleError: there is none, or it is not theirs.
        """
        if name == "dm":
            return self.direct(person)
        for channel in self.channels.values():
            if name in (channel.id, channel.name):
                return self._opened(channel, person)
        raise ImpossibleError(f"There is no channel {name!r}.")

    def _opened(self, channel: Channel, person: Person) -> Channel:
        if person.id in channel.members:
            return channel
        if channel.kind != "public" or person.is_stranger:
            raise ImpossibleError(f"{person.name} cannot see the channel {channel.name or channel.id}.")
        return channel

    def direct(self, person: Person) -> Channel:
        """Somebody's conversation with the app, opened if there is none yet."""
        for channel in self.channels.values():
            if channel.kind == "im" and person.id in channel.members:
                return channel
        channel = Channel(f"D{person.id[1:]}", "", {person.id, seeds.BOT_USER}, kind="im")
        self.channels[channel.id] = channel
        return channel

    def handles(self) -> dict[str, str]:
        """Ids by handle, for mentions that somebody types."""
        return {person.name: person.id for person in self.people.values()}

    def regroup(self, person: Person, handles: tuple[str, ...]) -> None:
        """Makes somebody a member of exactly these user groups."""
        groups: list[UserGroup] = []
        for group in self.groups:
            others = tuple(each for each in group.members if each != person.id)
            joined = group.handle in handles or group.id in handles
            groups.append(replace(group, members=(*others, person.id) if joined else others))
        self.groups = tuple(groups)
        self.changed()

    def post(
        self,
        channel: str,
        user: str,
        text: str,
        *,
        blocks: list[Json] | None = None,
        thread_ts: str | None = None,
        only_for: str | None = None,
        extra: Json | None = None,
    ) -> Message:
        """Adds a message; an app's text gets its entities, as Slack does it."""
        ts = self.clock.stamp()
        stored = from_app(text) if user == seeds.BOT_USER else text
        named = with_ids(blocks or [], ts)
        message = Message(channel, ts, user, stored, named, extra or {}, thread_ts=thread_ts, only_for=only_for)
        self.messages.setdefault(channel, {})[ts] = message
        self.changed()
        return message

    def edit(self, message: Message, text: str, blocks: list[Json], *, marked: bool = True) -> None:
        """Changes an app's message in its place."""
        edited_ts = self.clock.stamp()
        message.replace(from_app(text), with_ids(blocks, edited_ts), edited_ts if marked else None)
        self.changed()

    def remove(self, message: Message) -> None:
        """Takes a message away; the state still shows that there was one."""
        message.deleted = True
        self.changed()

    def find(self, channel: str, ts: str) -> Message | None:
        """A message that is still there."""
        message = self.messages.get(channel, {}).get(ts)
        return None if message is None or message.deleted else message

    def visible(self, person: Person, channel: str) -> Iterator[Message]:
        """What somebody sees in a channel, newest first."""
        for message in reversed(self.messages.get(channel, {}).values()):
            if not message.deleted and message.only_for in (None, person.id):
                yield message

    def notice(self, person: Person, channel: str | None, error: str, text: str) -> None:
        """Slack tells somebody something."""
        self.notices.append(Notice(self.clock.stamp(), person.id, channel, error, text))
        self.changed()

    def known_channel(self, name: str) -> Channel:
        """A channel as an app may name it: by id, by ``#name``, or by a person's id for a direct message.

        Raises:
            SlackError: ``channel_not_found``.
        """
        plain = name.removeprefix("#")
        for channel in self.channels.values():
            if name == channel.id or (plain and plain == channel.name):
                if channel.kind == "private" and seeds.BOT_USER not in channel.members:
                    break
                return channel
        if name in self.people:
            return self.direct(self.people[name])
        raise SlackError("channel_not_found")
