"""The log of the Slack libraries: what is wrong, without the tokens, addresses and bodies they would write down."""

import logging
import re

_NAME = "swr_bot.slack.library"
_SECRETS = re.compile(r"\b(?:https?|wss?)://\S+|\bx(?:ox[a-z]|app)-\S+")
_LONGEST = 300


class _Discreet(logging.Filter):
    """Cuts addresses and tokens out of a record, shortens it, and leaves tracebacks out."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record and let it pass."""
        record.msg = _SECRETS.sub("(not shown)", record.getMessage())[:_LONGEST]
        record.args = None
        record.exc_info = record.exc_text = None
        return True


def library_logger() -> logging.Logger:
    """The logger to give to the SDK and to bolt, which copy its level and filter to their own."""
    logger = logging.getLogger(_NAME)
    if not logger.filters:
        logger.addFilter(_Discreet())
    logger.setLevel(logging.WARNING)
    return logger
