"""The workspace as it starts: people, channels, the app."""

from dataclasses import dataclass, field

TEAM = "T0EMULATOR"
PARTNER_TEAM = "T0PARTNER0"
ENTERPRISE = "E0EMULATOR"
ENTERPRISE_NAME = "Emulated Enterprise"
APP = "A0EMULATOR"
BOT = "B0SWRBOT00"
BOT_USER = "U0SWRBOT00"
BOT_NAME = "swr"
TEAM_NAME = "Emulated"
TEAM_DOMAIN = "emulated"
BOT_TOKEN = "xoxb-emulator-opens-nothing"  # noqa: S105 - it opens nothing
APP_TOKEN = "xapp-emulator-opens-nothing"  # noqa: S105 - it opens nothing
SIGNING_SECRET = "5ec2e7" * 5 + "00"
VERIFICATION_TOKEN = "emulator-deprecated-token"  # noqa: S105 - it opens nothing
SLACKBOT = "USLACKBOT"

SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "team:read",
    "usergroups:read",
    "users:read",
)
EVENTS = ("app_home_opened", "app_mention", "message.channels", "message.groups", "message.im")


@dataclass(slots=True)
class Person:
    """Somebody with a Slack account; ``team`` differs for people of another workspace."""

    id: str
    name: str
    real_name: str
    team: str = TEAM
    is_admin: bool = False
    deleted: bool = False
    is_bot: bool = False
    tz: str = "Europe/Berlin"
    tz_offset: int = 3600

    @property
    def is_stranger(self) -> bool:
        """Whether they belong to another workspace."""
        return self.team != TEAM


@dataclass(slots=True)
class Channel:
    """A conversation; ``kind`` is public, private or im, and an im belongs to one person and the bot."""

    id: str
    name: str
    members: set[str]
    kind: str = "public"
    shared: bool = False
    archived: bool = False


@dataclass(frozen=True, slots=True)
class UserGroup:
    """A group that can be mentioned."""

    id: str
    handle: str
    members: tuple[str, ...]


@dataclass(slots=True)
class AppSettings:
    """What the app's manifest and its installation say.

    Attributes:
        commands: ``None`` takes any; so does ``shortcuts``.
        request_url: where signed requests go; ``None`` is Socket Mode.
    """

    scopes: tuple[str, ...] = SCOPES
    events: tuple[str, ...] = EVENTS
    commands: tuple[str, ...] | None = None
    shortcuts: tuple[str, ...] | None = None
    request_url: str | None = None
    enterprise: str | None = None


@dataclass(slots=True)
class Seed:
    """A fresh copy of everybody and everything."""

    people: dict[str, Person] = field(default_factory=dict[str, Person])
    channels: dict[str, Channel] = field(default_factory=dict[str, Channel])
    groups: tuple[UserGroup, ...] = (UserGroup("S0PLATFORM", "platform-team", ("U0ADA00000", "U0JOAN0000")),)


def fresh() -> Seed:
    """Ada and Grace write software, Joan administers, Vera is of another workspace, Otto has left."""
    people = (
        Person("U0ADA00000", "ada", "Ada Developer"),
        Person("U0GRACE000", "grace", "Grace Developer"),
        Person("U0JOAN0000", "joan", "Joan Admin", is_admin=True),
        Person("U0VERA0000", "vera", "Vera Visitor", team=PARTNER_TEAM),
        Person("U0OTTO0000", "otto", "Otto Former", deleted=True),
        Person(BOT_USER, BOT_NAME, "SWR Bot", is_bot=True),
    )
    ada, grace, joan, vera, otto, bot = (person.id for person in people)
    channels = (
        Channel("C0GENERAL0", "general", {ada, grace, joan, otto, bot}),
        Channel("C0RANDOM00", "random", {ada, grace, joan}),
        Channel("C0PLATFORM", "platform", {ada, joan, bot}, kind="private"),
        Channel("C0PARTNERS", "partners", {ada, joan, vera, bot}, shared=True),
        Channel("C0ARCHIVED", "archived", {ada, bot}, archived=True),
        Channel("D0ADA00000", "", {ada, bot}, kind="im"),
        Channel("D0GRACE000", "", {grace, bot}, kind="im"),
        Channel("D0JOAN0000", "", {joan, bot}, kind="im"),
    )
    return Seed({each.id: each for each in people}, {each.id: each for each in channels})
