"""``conversations.*``, ``users.*`` and the like: an app looks around."""

import base64
import binascii
from collections.abc import Sequence

from swr_bot.emulators.slack import seed as seeds
from swr_bot.emulators.slack.errors import SlackError
from swr_bot.emulators.slack.parts import Parts
from swr_bot.emulators.slack.seed import Channel, Person
from swr_bot.emulators.slack.values import Json

from .arguments import Arguments
from .content import need

_READ = {"public": "channels:read", "private": "groups:read", "im": "im:read"}
_HISTORY = {"public": "channels:history", "private": "groups:history", "im": "im:history"}
_TYPES = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}


def list_conversations(parts: Parts, args: Arguments) -> Json:
    """``conversations.list``: public channels, and others the app is in."""
    kinds = _kinds(parts, args)
    known = [each for each in parts.workspace.channels.values() if each.kind in kinds and _is_known(each)]
    if args.flag("exclude_archived"):
        known = [each for each in known if not each.archived]
    return _page("channels", [channel_wire(each) for each in known], args)


def list_own_conversations(parts: Parts, args: Arguments) -> Json:
    """``users.conversations``: those somebody is in, the app itself when nobody is named."""
    kinds = _kinds(parts, args)
    user = args.maybe("user") or seeds.BOT_USER
    found = [each for each in parts.workspace.channels.values() if user in each.members and each.kind in kinds]
    return _page("channels", [channel_wire(each) for each in found if _is_known(each)], args)


def show_conversation(parts: Parts, args: Arguments) -> Json:
    """``conversations.info``."""
    channel = _channel(parts, args, _READ)
    shown = channel_wire(channel)
    if args.flag("include_num_members"):
        shown["num_members"] = len(channel.members)
    return {"channel": shown}


def list_members(parts: Parts, args: Arguments) -> Json:
    """``conversations.members``."""
    return _page("members", sorted(_channel(parts, args, _READ).members), args)


def open_conversation(parts: Parts, args: Arguments) -> Json:
    """``conversations.open``: the direct message with one person."""
    if "channel" in args:
        return {"channel": {"id": parts.workspace.known_channel(args.text("channel")).id}}
    person = parts.workspace.people.get(args.text("users"))
    if person is None or person.is_bot:
        raise SlackError("user_not_found")
    if person.deleted:
        raise SlackError("user_disabled")
    channel = parts.workspace.direct(person)
    return {"channel": channel_wire(channel) if args.flag("return_im") else {"id": channel.id}}


def show_history(parts: Parts, args: Arguments) -> Json:
    """``conversations.history``: newest first, without replies and without what only one person sees."""
    channel = _channel(parts, args, _HISTORY)
    if seeds.BOT_USER not in channel.members:
        raise SlackError("not_in_channel")
    every = reversed(parts.workspace.messages.get(channel.id, {}).values())
    shown = [each for each in every if not each.deleted and each.only_for is None]
    first = [each.wire() for each in shown if each.thread_ts is None or each.extra.get("reply_broadcast")]
    return _page("messages", first, args)


def show_replies(parts: Parts, args: Arguments) -> Json:
    """``conversations.replies``: a thread, oldest first."""
    channel = _channel(parts, args, _HISTORY)
    ts = args.text("ts")
    first = parts.workspace.find(channel.id, ts)
    if first is None or first.only_for is not None:
        raise SlackError("thread_not_found")
    root = first.thread_ts or ts
    every = parts.workspace.messages[channel.id].values()
    thread = [each for each in every if root in (each.ts, each.thread_ts) and not each.deleted]
    return _page("messages", [each.wire() for each in thread if each.only_for is None], args)


def show_user(parts: Parts, args: Arguments) -> Json:
    """``users.info``."""
    person = parts.workspace.people.get(args.text("user"))
    if person is None:
        raise SlackError("user_not_found")
    return {"user": person_wire(parts, person)}


def list_users(parts: Parts, args: Arguments) -> Json:
    """``users.list``: the people of this workspace."""
    own = [person_wire(parts, each) for each in parts.workspace.people.values() if not each.is_stranger]
    return {**_page("members", own, args), "cache_ts": int(parts.clock())}


def list_groups(parts: Parts, args: Arguments) -> Json:
    """``usergroups.list``."""
    groups: list[Json] = []
    for group in parts.workspace.groups:
        shown: Json = {"id": group.id, "team_id": seeds.TEAM, "name": group.handle, "handle": group.handle}
        if args.flag("include_users"):
            shown["users"] = list(group.members)
        groups.append(shown)
    return {"usergroups": groups}


def list_group_users(parts: Parts, args: Arguments) -> Json:
    """``usergroups.users.list``."""
    for group in parts.workspace.groups:
        if group.id == args.text("usergroup"):
            return {"users": list(group.members)}
    raise SlackError("no_such_subteam")


def show_team(parts: Parts, args: Arguments) -> Json:
    """``team.info``."""
    if args.text("team") not in ("", seeds.TEAM):
        raise SlackError("team_not_found")
    team: Json = {"id": seeds.TEAM, "name": seeds.TEAM_NAME, "domain": seeds.TEAM_DOMAIN, "email_domain": ""}
    if parts.settings.enterprise:
        team |= {"enterprise_id": parts.settings.enterprise, "enterprise_name": seeds.ENTERPRISE_NAME}
    return {"team": team}


def show_bot(_: Parts, args: Arguments) -> Json:
    """``bots.info``."""
    if args.text("bot") != seeds.BOT:
        raise SlackError("bot_not_found")
    bot = {"id": seeds.BOT, "name": seeds.BOT_NAME, "app_id": seeds.APP, "user_id": seeds.BOT_USER, "deleted": False}
    return {"bot": bot}


def channel_wire(channel: Channel) -> Json:
    """A channel as the Web API has it."""
    shown: Json = {
        "id": channel.id,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_im": channel.kind == "im",
        "is_mpim": False,
        "is_private": channel.kind != "public",
        "is_archived": channel.archived,
        "is_ext_shared": channel.shared,
        "is_shared": channel.shared,
        "context_team_id": seeds.TEAM,
    }
    if channel.kind == "im":
        return {**shown, "user": next(iter(channel.members - {seeds.BOT_USER}), "")}
    return {**shown, "name": channel.name, "is_member": seeds.BOT_USER in channel.members}


def person_wire(parts: Parts, person: Person) -> Json:
    """Somebody as the Web API has them."""
    profile: Json = {"real_name": person.real_name, "display_name": person.name, "team": person.team}
    if "users:read.email" in parts.settings.scopes and not person.is_bot:
        profile["email"] = f"{person.name}@example.com"
    shown: Json = {
        "id": person.id,
        "team_id": person.team,
        "name": person.name,
        "deleted": person.deleted,
        "real_name": person.real_name,
        "tz": person.tz,
        "tz_offset": person.tz_offset,
        "profile": profile,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": 1_700_000_000,
    }
    if person.is_stranger:
        return {**shown, "is_stranger": True}
    roles = {"is_admin": person.is_admin, "is_owner": False, "is_primary_owner": False}
    return {**shown, **roles, "is_restricted": False, "is_ultra_restricted": False}


def _is_known(channel: Channel) -> bool:
    return channel.kind == "public" or seeds.BOT_USER in channel.members


def _channel(parts: Parts, args: Arguments, scopes: dict[str, str]) -> Channel:
    name = args.text("channel")
    channel = parts.workspace.channels.get(name)
    if channel is None or not _is_known(channel):
        raise SlackError("channel_not_found")
    need(parts.settings, scopes[channel.kind])
    return channel


def _kinds(parts: Parts, args: Arguments) -> set[str]:
    wanted = (args.maybe("types") or "public_channel").replace(" ", "").split(",")
    if any(each not in _TYPES for each in wanted):
        raise SlackError("invalid_types")
    for each in wanted:
        need(parts.settings, _READ.get(_TYPES[each], "mpim:read"))
    return {_TYPES[each] for each in wanted}


def _page(name: str, every: Sequence[object], args: Arguments) -> Json:
    limit = min(args.number("limit", 100), 1000)
    start = _offset(args.text("cursor"))
    end = start + limit
    cursor = base64.b64encode(b"next:%d" % end).decode() if end < len(every) else ""
    more = {"has_more": bool(cursor)} if name == "messages" else {}
    return {name: list(every[start:end]), **more, "response_metadata": {"next_cursor": cursor}}


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).removeprefix(b"next:"))
    except (binascii.Error, ValueError):
        raise SlackError("invalid_cursor") from None
