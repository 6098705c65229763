"""The one table of Web API methods: what each takes, which scope it wants, who answers."""

from collections.abc import Callable
from dataclasses import dataclass

from swr_bot.emulators.slack import seed as seeds
from swr_bot.emulators.slack.parts import Parts
from swr_bot.emulators.slack.values import Json

from . import chat, lookups, modals
from .arguments import Arguments

Handler = Callable[[Parts, Arguments], Json]


@dataclass(frozen=True, slots=True)
class Method:
    """One method.

    Attributes:
        scopes: one of these is enough; empty wants none.
        takes_app_token: in place of the bot's, and in the header only.
        knows_app_token: says something else to it.
    """

    name: str
    handler: Handler
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    takes_app_token: bool = False
    knows_app_token: bool = False


def _test_auth(parts: Parts, _: Arguments) -> Json:
    answer: Json = {
        "url": f"https://{seeds.TEAM_DOMAIN}.slack.com/",
        "team": seeds.TEAM_NAME,
        "user": seeds.BOT_NAME,
        "team_id": seeds.TEAM,
        "user_id": seeds.BOT_USER,
        "bot_id": seeds.BOT,
        "is_enterprise_install": False,
    }
    return answer | ({"enterprise_id": parts.settings.enterprise} if parts.settings.enterprise else {})


def _open_connection(parts: Parts, _: Arguments) -> Json:
    return {"url": parts.sockets.ticket()}


_PAGE = ("cursor", "limit")
_MESSAGE = [
    "text",
    "blocks",
    "attachments",
    "as_user",
    "icon_emoji",
    "icon_url",
    "link_names",
    "markdown_text",
    "mrkdwn",
    "parse",
    "thread_ts",
    "username",
    "unfurl_links",
    "unfurl_media",
    "metadata",
    "reply_broadcast",
    "container_id",
]
_UPDATE = [
    "text",
    "blocks",
    "attachments",
    "as_user",
    "file_ids",
    "link_names",
    "markdown_text",
    "metadata",
    "parse",
    "reply_broadcast",
]
_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
_PERIOD = ("latest", "oldest", "inclusive", "include_all_metadata")

METHODS = (
    Method("auth.test", _test_auth, knows_app_token=True),
    Method("apps.connections.open", _open_connection, takes_app_token=True),
    Method("chat.postMessage", chat.post_message, ("channel",), tuple(_MESSAGE), ("chat:write",)),
    Method("chat.postEphemeral", chat.post_ephemeral, ("channel", "user"), tuple(_MESSAGE), ("chat:write",)),
    Method("chat.update", chat.update, ("channel", "ts"), tuple(_UPDATE), ("chat:write",)),
    Method("chat.delete", chat.delete, ("channel", "ts"), ("as_user",), ("chat:write",)),
    Method("views.open", modals.open_view, ("trigger_id", "view")),
    Method("views.push", modals.push_view, ("trigger_id", "view")),
    Method("views.update", modals.update_view, ("view",), ("view_id", "external_id", "hash")),
    Method("views.publish", modals.publish_view, ("user_id", "view"), ("hash",)),
    Method(
        "conversations.list",
        lookups.list_conversations,
        (),
        (*_PAGE, "exclude_archived", "types"),
        _READ,
    ),
    Method(
        "conversations.info", lookups.show_conversation, ("channel",), ("include_locale", "include_num_members"), _READ
    ),
    Method("conversations.members", lookups.list_members, ("channel",), _PAGE, _READ),
    Method(
        "conversations.open",
        lookups.open_conversation,
        (),
        ("channel", "users", "return_im", "prevent_creation"),
        ("im:write",),
    ),
    Method("conversations.history", lookups.show_history, ("channel",), (*_PAGE, *_PERIOD), _HISTORY),
    Method("conversations.replies", lookups.show_replies, ("channel", "ts"), (*_PAGE, *_PERIOD), _HISTORY),
    Method("users.info", lookups.show_user, ("user",), ("include_locale",), ("users:read",)),
    Method("users.list", lookups.list_users, (), (*_PAGE, "include_locale"), ("users:read",)),
    Method(
        "users.conversations",
        lookups.list_own_conversations,
        (),
        (*_PAGE, "exclude_archived", "types", "user"),
        _READ,
    ),
    Method(
        "usergroups.list",
        lookups.list_groups,
        (),
        ("include_count", "include_disabled", "include_users"),
        ("usergroups:read",),
    ),
    Method(
        "usergroups.users.list",
        lookups.list_group_users,
        ("usergroup",),
        ("include_disabled",),
        ("usergroups:read",),
    ),
    Method("team.info", lookups.show_team, (), ("team", "domain"), ("team:read",)),
    Method("bots.info", lookups.show_bot, (), ("bot",), ("users:read",)),
)
