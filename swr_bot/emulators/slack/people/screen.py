"""What one person sees, and what the whole workspace holds, as JSON."""

from dataclasses import asdict

from swr_bot.emulators.slack.markup import unescaped
from swr_bot.emulators.slack.parts import Parts
from swr_bot.emulators.slack.seed import Channel, Person
from swr_bot.emulators.slack.values import Json
from swr_bot.emulators.slack.views import View
from swr_bot.emulators.slack.workspace import Message


def screen(parts: Parts, person: Person) -> Json:
    """What one person sees: their channels, modals, the app's home, what Slack told them."""
    views = parts.views.stacks.get(person.id, [])
    home = parts.views.homes.get(person.id)
    return {
        "version": parts.workspace.version,
        "person": asdict(person),
        "channels": [_seen(parts, person, each) for each in _open_to(parts, person)],
        "views": [_shown(view) for view in views],
        "home": _shown(home) if home is not None else None,
        "notices": [asdict(each) for each in parts.workspace.notices if each.user == person.id],
    }


def state(parts: Parts) -> Json:
    """Everything: all messages with their former versions, deleted ones too, and everybody's views."""
    workspace = parts.workspace
    return {
        "version": workspace.version,
        "people": [asdict(each) for each in workspace.people.values()],
        "channels": [_whole(parts, each) for each in workspace.channels.values()],
        "views": {name: [_shown(view) for view in stack] for name, stack in parts.views.stacks.items()},
        "homes": {name: _shown(view) for name, view in parts.views.homes.items()},
        "notices": [asdict(each) for each in workspace.notices],
    }


def _open_to(parts: Parts, person: Person) -> list[Channel]:
    return [
        each
        for each in parts.workspace.channels.values()
        if person.id in each.members or (each.kind == "public" and not person.is_stranger)
    ]


def _seen(parts: Parts, person: Person, channel: Channel) -> Json:
    seen = [_drawn(each, person) for each in parts.workspace.visible(person, channel.id)]
    return {**_named(channel), "messages": seen[::-1]}


def _whole(parts: Parts, channel: Channel) -> Json:
    every: list[Json] = []
    for each in parts.workspace.messages.get(channel.id, {}).values():
        more: Json = {"only_for": each.only_for, "deleted": each.deleted, "versions": each.versions}
        every.append({**_drawn(each, None), **more})
    return {**_named(channel), "members": sorted(channel.members), "messages": every}


def _named(channel: Channel) -> Json:
    names = ("id", "name", "kind", "shared", "archived")
    return {name: getattr(channel, name) for name in names}


def _drawn(message: Message, reader: Person | None) -> Json:
    return {
        **message.wire(),
        "plain": unescaped(message.text),
        "ephemeral": message.only_for is not None,
        "pings": list(message.pings),
        "values": message.filled_by(reader).state() if reader is not None else {},
    }


def _shown(view: View) -> Json:
    return {**view.wire(), "errors": view.errors}
