"""What Slack hands out for a short time: trigger ids and response URLs."""

import secrets
from dataclasses import dataclass

from .clock import Clock
from .errors import SlackError
from .seed import Person

TRIGGER_SECONDS = 3
RESPONSE_SECONDS = 30 * 60
RESPONSE_USES = 5
_REMEMBERED = 50_000


@dataclass(slots=True)
class Trigger:
    """The right to open one view for somebody; ``view`` is the view they acted in, if any."""

    person: Person
    given: float
    view: str | None
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """The right to answer one interaction, five times in half an hour.

    Attributes:
        message_ts: the message the person acted on, if any.
    """

    person: Person
    channel: str
    given: float
    message_ts: str | None
    uses: int = 0


class Grants:
    """All trigger ids and response URLs of a run."""

    def __init__(self, clock: Clock, base_url: str) -> None:
        self._clock = clock
        self._base_url = base_url
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}

    def reset(self) -> None:
        """Forgets all of them."""
        self.triggers.clear()
        self.response_urls.clear()

    def trigger(self, person: Person, *, view: str | None = None) -> str:
        """A new trigger id."""
        name = f"{int(self._clock() * 1000)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self.triggers[name] = Trigger(person, self._clock(), view)
        if len(self.triggers) > _REMEMBERED:
            del self.triggers[next(iter(self.triggers))]
        return name

    def use_trigger(self, name: str) -> Trigger:
        """Takes a trigger id that is still good.

        Raises:
            SlackError: ``invalid_trigger_id``, ``exchanged_trigger_id`` or ``expired_trigger_id``.
        """
        trigger = self.triggers.get(name)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._clock() - trigger.given > TRIGGER_SECONDS:
            raise SlackError("expired_trigger_id")
        return trigger

    def response_url(self, kind: str, person: Person, channel: str, message_ts: str | None = None) -> str:
        """A new response URL; ``kind`` is its first path segment, ``commands`` or ``actions``."""
        path = f"/{kind}/{person.team}/{secrets.randbelow(10**13)}/{secrets.token_urlsafe(18)}"
        self.response_urls[path] = ResponseUrl(person, channel, self._clock(), message_ts)
        if len(self.response_urls) > _REMEMBERED:
            del self.response_urls[next(iter(self.response_urls))]
        return self._base_url + path

    def find_response_url(self, path: str) -> ResponseUrl:
        """A response URL that is still good.

        Raises:
            SlackError: ``invalid_url``, ``expired_url`` or ``used_url``.
        """
        given = self.response_urls.get(path)
        if given is None:
            raise SlackError("invalid_url")
        if self._clock() - given.given > RESPONSE_SECONDS:
            raise SlackError("expired_url")
        if given.uses >= RESPONSE_USES:
            raise SlackError("used_url")
        return given
