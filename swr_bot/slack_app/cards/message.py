"""A message as Slack's methods and response URLs take it."""

from dataclasses import dataclass

from swr_bot.slack_app.cards.blocks import Block


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted.

    Attributes:
        text: All that the blocks say, in full sentences without markup: for notifications and screen readers.
        blocks: Block Kit.
    """

    text: str
    blocks: tuple[Block, ...]

    def payload(self) -> dict[str, object]:
        """The arguments of `chat.postMessage` and of a response URL, without where it goes."""
        return {
            "text": self.text,
            "blocks": [*self.blocks],
            "mrkdwn": False,
            "unfurl_links": False,
            "unfurl_media": False,
        }
