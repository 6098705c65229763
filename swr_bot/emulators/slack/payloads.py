"""The payloads Slack sends for what a person does."""

from . import seed as seeds
from .parts import Parts
from .seed import Channel, Person
from .values import Json, text
from .views import View
from .workspace import Message


def command(parts: Parts, person: Person, channel: Channel, name: str, typed: str) -> Json:
    """A slash command: form fields, all of them strings."""
    fields: Json = {
        "token": seeds.VERIFICATION_TOKEN,
        "team_id": person.team,
        "team_domain": _domain(person),
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": person.id,
        "user_name": person.name,
        "command": name,
        "text": typed,
        "api_app_id": seeds.APP,
        "is_enterprise_install": "false",
        "response_url": parts.grants.response_url("commands", person, channel.id),
        "trigger_id": parts.grants.trigger(person),
    }
    if parts.settings.enterprise:
        fields |= {"enterprise_id": parts.settings.enterprise, "enterprise_name": seeds.ENTERPRISE_NAME}
    return fields


def channel_name(channel: Channel) -> str:
    """A channel's name as payloads have it, which hide those of private ones."""
    return {"im": "directmessage", "private": "privategroup"}.get(channel.kind, channel.name)


def _domain(person: Person) -> str:
    return "partner" if person.is_stranger else seeds.TEAM_DOMAIN


def interaction(parts: Parts, person: Person, kind: str, *, view: View | None = None) -> Json:
    """What all payloads of interactions begin with."""
    enterprise = parts.settings.enterprise
    return {
        "type": kind,
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team},
        "api_app_id": seeds.APP,
        "token": seeds.VERIFICATION_TOKEN,
        "team": {"id": person.team, "domain": _domain(person)},
        "enterprise": {"id": enterprise, "name": seeds.ENTERPRISE_NAME} if enterprise else None,
        "is_enterprise_install": False,
        "trigger_id": parts.grants.trigger(person, view=view.id if view else None),
    }


def in_message(parts: Parts, message: Message) -> Json:
    """Where in a message somebody acted; an ephemeral one is not repeated."""
    channel = parts.workspace.channels[message.channel]
    hidden = message.only_for is not None
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": hidden,
    }
    if message.thread_ts is not None:
        container["thread_ts"] = message.thread_ts
    place: Json = {"container": container, "channel": {"id": channel.id, "name": channel_name(channel)}}
    return place if hidden else {**place, "message": message.wire()}


def in_view(view: View) -> Json:
    """Where in a view somebody acted."""
    return {"container": {"type": "view", "view_id": view.id}, "view": view.wire()}


def view_submission(parts: Parts, view: View) -> Json:
    """A modal that somebody submits."""
    payload = interaction(parts, view.person, "view_submission", view=view)
    return {**payload, "view": view.wire(), "response_urls": []}


def view_closed(parts: Parts, view: View, *, is_cleared: bool) -> Json:
    """A modal that somebody closes."""
    payload = interaction(parts, view.person, "view_closed")
    del payload["trigger_id"]
    return {**payload, "view": view.wire(), "is_cleared": is_cleared}


def shortcut(parts: Parts, person: Person, callback_id: str) -> Json:
    """A global shortcut."""
    payload = interaction(parts, person, "shortcut")
    return {**payload, "callback_id": callback_id, "action_ts": parts.clock.stamp()}


def message_shortcut(parts: Parts, person: Person, callback_id: str, message: Message) -> Json:
    """A shortcut from a message's menu."""
    payload = interaction(parts, person, "message_action")
    channel = parts.workspace.channels[message.channel]
    return {
        **payload,
        "callback_id": callback_id,
        "action_ts": parts.clock.stamp(),
        "message_ts": message.ts,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message": message.wire(),
        "response_url": parts.grants.response_url("app", person, channel.id),
    }


def action(parts: Parts, block: Json, element: Json, value: Json) -> Json:
    """One entry of ``actions``."""
    kept: Json = {"text": element["text"]} if element.get("type") == "button" else {}
    kept |= {name: element[name] for name in ("value", "style", "confirm") if element.get(name) is not None}
    return {
        "type": text(element.get("type")),
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": parts.clock.stamp(),
        **kept,
        **value,
    }
