"""``chat.*``: an app writes, changes and deletes messages."""

from swr_bot.emulators.slack import seed as seeds
from swr_bot.emulators.slack.errors import SlackError
from swr_bot.emulators.slack.parts import Parts
from swr_bot.emulators.slack.seed import Channel
from swr_bot.emulators.slack.values import Json
from swr_bot.emulators.slack.workspace import Message

from .arguments import Arguments
from .content import MOST_TEXT, checked_blocks, checked_text, extras, in_thread, must_say_something, need

_MOST_UPDATED_TEXT = 4000
_OWN_LOOKS = ("username", "icon_emoji", "icon_url")


def post_message(parts: Parts, args: Arguments) -> Json:
    """``chat.postMessage``."""
    channel = parts.workspace.known_channel(args.text("channel"))
    _may_write(parts, channel)
    if any(name in args for name in _OWN_LOOKS):
        need(parts.settings, "chat:write.customize")
    text, blocks, extra = _content(args)
    thread = _thread(parts, channel, args)
    message = parts.workspace.post(channel.id, seeds.BOT_USER, text, blocks=blocks, thread_ts=thread, extra=extra)
    return {"channel": channel.id, "ts": message.ts, "message": message.wire()}


def post_ephemeral(parts: Parts, args: Arguments) -> Json:
    """``chat.postEphemeral``: only one person sees it, until it is replaced through a response URL."""
    channel = parts.workspace.known_channel(args.text("channel"))
    _may_write(parts, channel)
    user = args.text("user")
    if user not in parts.workspace.people or user not in channel.members:
        raise SlackError("user_not_in_channel")
    text, blocks, extra = _content(args)
    thread = _thread(parts, channel, args)
    message = parts.workspace.post(
        channel.id, seeds.BOT_USER, text, blocks=blocks, thread_ts=thread, only_for=user, extra=extra
    )
    return {"message_ts": message.ts}


def update(parts: Parts, args: Arguments) -> Json:
    """``chat.update``: an app's own message, never an ephemeral one; blocks that are not given stay."""
    message = _own(parts, args, "cant_update_message")
    text = checked_text(args, _MOST_UPDATED_TEXT)
    given = args.structure("blocks", "invalid_blocks_format")
    must_say_something((text, given, "attachments" in args))
    blocks = message.blocks if given is None else checked_blocks(given)
    message.extra |= extras(args)
    parts.workspace.edit(message, text, blocks)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": message.wire()}


def delete(parts: Parts, args: Arguments) -> Json:
    """``chat.delete``: an app's own message, never an ephemeral one."""
    message = _own(parts, args, "cant_delete_message")
    parts.workspace.remove(message)
    return {"channel": message.channel, "ts": message.ts}


def _may_write(parts: Parts, channel: Channel) -> None:
    if channel.archived:
        raise SlackError("is_archived")
    if seeds.BOT_USER in channel.members:
        return
    if channel.kind != "public" or "chat:write.public" not in parts.settings.scopes:
        raise SlackError("not_in_channel")


def _content(args: Arguments) -> tuple[str, list[Json], Json]:
    text = checked_text(args)
    blocks = checked_blocks(args.structure("blocks", "invalid_blocks_format"))
    extra = extras(args)
    if markdown := args.text("markdown_text"):
        if text or blocks:
            raise SlackError("markdown_text_conflict")
        if len(markdown) > MOST_TEXT:
            raise SlackError("msg_too_long")
        text = markdown
    must_say_something((text, blocks, extra.get("attachments")))
    return text, blocks, extra


def _thread(parts: Parts, channel: Channel, args: Arguments) -> str | None:
    ts = args.maybe("thread_ts")
    return None if ts is None else in_thread(parts.workspace.find(channel.id, ts))


def _own(parts: Parts, args: Arguments, otherwise: str) -> Message:
    channel = parts.workspace.known_channel(args.text("channel"))
    message = parts.workspace.find(channel.id, args.text("ts"))
    if message is None or message.only_for is not None:
        raise SlackError("message_not_found")
    if not message.is_bot:
        raise SlackError(otherwise)
    return message
