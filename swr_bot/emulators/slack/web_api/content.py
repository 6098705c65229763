"""Texts, blocks and views that an app sends, checked before anything is kept."""

from collections.abc import Collection

from swr_bot.emulators.slack.block_kit import check_blocks, check_view
from swr_bot.emulators.slack.errors import SlackError
from swr_bot.emulators.slack.seed import AppSettings
from swr_bot.emulators.slack.values import Json, is_sequence, mapping, mappings, sequence, without_nothing
from swr_bot.emulators.slack.workspace import Message

from .arguments import Arguments

MOST_TEXT = 40_000
_MOST_ATTACHMENTS = 100


def need(settings: AppSettings, *scopes: str) -> None:
    """Refuses an app that holds none of these scopes.

    Raises:
        SlackError: ``missing_scope``, with what is needed and what was granted.
    """
    if scopes and not any(scope in settings.scopes for scope in scopes):
        extra: Json = {"needed": ",".join(scopes), "provided": ",".join(settings.scopes)}
        raise SlackError("missing_scope", extra=extra)


def checked_text(args: Arguments, most: int = MOST_TEXT) -> str:
    """A message's text.

    Raises:
        SlackError: ``msg_too_long``.
    """
    text = args.text("text")
    if len(text) > most:
        raise SlackError("msg_too_long")
    return text


def checked_blocks(blocks: object) -> list[Json]:
    """A message's blocks.

    Raises:
        SlackError: ``invalid_blocks_format`` or ``invalid_blocks``.
    """
    if blocks is None:
        return []
    if not is_sequence(blocks):
        raise SlackError("invalid_blocks_format")
    if messages := check_blocks(sequence(blocks)):
        bare = [message.removeprefix("[ERROR] ") for message in messages]
        raise SlackError("invalid_blocks", tuple(messages), extra={"errors": bare})
    return mappings(sequence(blocks))


def checked_view(args: Arguments, kind: str) -> Json:
    """A view that is to be a ``modal`` or a ``home``.

    Raises:
        SlackError: ``invalid_arguments``.
    """
    view = args.structure("view", "invalid_arguments")
    if messages := check_view(view, kind):
        raise SlackError("invalid_arguments", tuple(messages))
    return mapping(view)


def extras(args: Arguments) -> Json:
    """What else belongs to a message.

    Raises:
        SlackError: ``too_many_attachments``, ``invalid_attachments`` or ``invalid_metadata_format``.
    """
    attachments = args.structure("attachments", "invalid_attachments_format")
    if attachments is not None and not is_sequence(attachments):
        raise SlackError("invalid_attachments")
    if len(sequence(attachments)) > _MOST_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    metadata = args.structure("metadata", "invalid_metadata_format")
    if metadata is not None and set(mapping(metadata)) != {"event_type", "event_payload"}:
        raise SlackError("invalid_metadata_format")
    found: Json = {"attachments": attachments, "metadata": metadata}
    found |= {
        name: args.flag(name) for name in ("mrkdwn", "unfurl_links", "unfurl_media", "link_names") if name in args
    }
    return without_nothing(found)


def must_say_something(texts: Collection[object]) -> None:
    """Refuses a message without content.

    Raises:
        SlackError: ``no_text``.
    """
    if not any(texts):
        raise SlackError("no_text")


def in_thread(message: Message | None) -> str:
    """The ``ts`` of a thread's first message.

    Raises:
        SlackError: ``thread_not_found``.
    """
    if message is None or message.only_for is not None:
        raise SlackError("thread_not_found")
    return message.thread_ts or message.ts
