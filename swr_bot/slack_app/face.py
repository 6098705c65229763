"""What every part of the Slack face works with."""

from dataclasses import dataclass

from swr_bot.slack_app.access import Access
from swr_bot.slack_app.interaction import Interaction, Place
from swr_bot.slack_app.recent import Recent
from swr_bot.slack_app.replies import Conversation, Replies
from swr_bot.slack_app.suggestions import Suggestions
from swr_bot.slack_app.work import Work
from swr_tools.clock import Clock
from swr_tools.toolbox import Toolbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds.

    Attributes:
        progress: After which a look-up says that it is under way.
        answer: In which a form is answered, which Slack waits three for.
        travel: That such an answer takes to arrive, at most; a later view must not overtake it.
    """

    progress: float = 1.0
    answer: float = 2.0
    travel: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """The surroundings of one Slack app.

    Attributes:
        toolbox: The tool layer.
        clock: The time.
        access: Who is served.
        replies: The way to people.
        work: What is under way.
        suggestions: The organizations that the form offers.
        delivered: What was delivered lately, so that nothing is done twice.
        opened: Where the forms that are open were asked for, by view.
        bot: The id of the bot user.
        patience: How long to wait for what.
        emulator: Whether SWR is the emulator; every answer says so.
    """

    toolbox: Toolbox
    clock: Clock
    access: Access
    replies: Replies
    work: Work
    suggestions: Suggestions
    delivered: Recent[bool]
    opened: Recent[Place]
    bot: str
    patience: Patience
    emulator: bool = False

    def conversation(self, asked: Interaction, *, standing: bool = False, for_all: bool = False) -> Conversation:
        """Whom to answer; `standing` says that a card of ours was acted on, `for_all` that everybody sees it."""
        return Conversation(self.replies, asked.place, standing=standing, for_all=for_all)
