"""What Slack delivers, in one shape: who did it, where, and where the answer goes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

Body = Mapping[str, object]


def part_at(body: object, *path: str) -> object:
    """What stands in nested objects under these names, or None."""
    for name in path:
        if not isinstance(body, dict):  # as JSON is read; whether it is a Mapping takes five times as long to tell
            return None
        body = cast("Body", body).get(name)
    return body


def text_at(body: object, *path: str) -> str:
    """The text that stands there, or empty."""
    found = part_at(body, *path)
    return found if isinstance(found, str) else ""


def items_at(body: object, *path: str) -> tuple[object, ...]:
    """The items of the list that stands there, or none."""
    found = part_at(body, *path)
    return tuple(cast("list[object]", found)) if isinstance(found, list) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an answer goes.

    Attributes:
        user: The id of whoever is answered.
        channel: The conversation's id, or empty, as with a global shortcut.
        thread: The `ts` of the thread's first message, where it is in one.
        under: The `ts` of the message that a public answer goes under, or empty.
        public: Whether look-ups are answered to everybody, as the question was.
        response_url: Good for five messages in half an hour; a secret.
    """

    user: str
    channel: str = ""
    thread: str = ""
    under: str = ""
    public: bool = False
    response_url: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One thing that somebody did in Slack.

    Attributes:
        place: Where the answer goes.
        user: The id of whoever did it.
        name: What to call them.
        home: The id of the workspace they belong to, which in a shared channel can be another one.
        team: The id of the workspace whose installation this was delivered to.
        enterprise: The id of its Enterprise Grid organization, or empty.
        app: The app's id, or empty where Slack does not say.
        once: What marks this delivery: the same twice is one delivery repeated.
        trigger: Opens one view within three seconds; a secret.
    """

    place: Place
    user: str
    name: str
    home: str
    team: str
    enterprise: str
    app: str
    once: str = field(repr=False)
    trigger: str = field(default="", repr=False)


def interaction_of(body: Body) -> Interaction:
    """A command, a click, a view, a shortcut or an event; what Slack left out is empty."""
    if part_at(body, "event") is not None:
        return _of_event(body)
    is_command = bool(text_at(body, "command"))
    user = text_at(body, "user_id") if is_command else text_at(body, "user", "id")
    team = installed_team(body)
    trigger = text_at(body, "trigger_id")
    return Interaction(
        place=Place(
            user=user,
            channel=text_at(body, "channel_id") or text_at(body, "channel", "id"),
            thread=text_at(body, "container", "thread_ts") or text_at(body, "message", "thread_ts"),
            response_url=text_at(body, "response_url"),
        ),
        user=user,
        name=text_at(body, "user_name") or text_at(body, "user", "username") or text_at(body, "user", "name"),
        home=(team if is_command else text_at(body, "user", "team_id")) or team,
        team=team,
        enterprise=enterprise_of(body),
        app=text_at(body, "api_app_id"),
        once=trigger,
        trigger=trigger,
    )


def installed_team(body: Body) -> str:
    """The workspace whose installation of the app this was delivered to."""
    authorizations = items_at(body, "authorizations")
    return (
        text_at(body, "view", "app_installed_team_id")
        or text_at(authorizations[0] if authorizations else None, "team_id")
        or text_at(body, "team", "id")
        or text_at(body, "team_id")
        or text_at(body, "user", "team_id")
    )


def enterprise_of(body: Body) -> str:
    """The Enterprise Grid organization it came from, or empty."""
    authorizations = items_at(body, "authorizations")
    return (
        text_at(body, "enterprise", "id")
        or text_at(body, "enterprise_id")
        or text_at(authorizations[0] if authorizations else None, "enterprise_id")
    )


def _of_event(body: Body) -> Interaction:
    event = part_at(body, "event")
    user, thread, ts = (text_at(event, name) for name in ("user", "thread_ts", "ts"))
    team = installed_team(body)
    shared_with = text_at(body, "team_id") if part_at(body, "is_ext_shared_channel") is True else ""
    return Interaction(
        place=Place(user=user, channel=text_at(event, "channel"), thread=thread, under=thread or ts, public=True),
        user=user,
        name="",
        home=text_at(event, "user_team") or shared_with or text_at(event, "team") or team,
        team=team,
        enterprise=enterprise_of(body),
        app=text_at(body, "api_app_id"),
        once=text_at(body, "event_id"),
    )
