"""What goes wrong: with the app's calls, or with what a test asks a person to do."""


class SlackError(Exception):
    """A Web API call that Slack refuses.

    Attributes:
        error: Slack's name for it, for example ``channel_not_found``.
        messages: the sentences of ``response_metadata``.
        extra: further members of the answer, for example ``needed`` and ``provided``.
        retry_after: seconds; makes it a 429.
    """

    def __init__(
        self,
        error: str,
        messages: tuple[str, ...] = (),
        *,
        extra: dict[str, object] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(error)
        self.error = error
        self.messages = messages
        self.extra = extra or {}
        self.retry_after = retry_after


class ImpossibleError(Exception):
    """A test asks for something that nobody could do at a Slack window: a 409 of the admin routes."""


class AdminRequestError(Exception):
    """A request to the admin routes that makes no sense: a 400."""


class SlackEmulatorError(Exception):
    """The emulator cannot start."""
