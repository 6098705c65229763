"""The log of the Slack libraries: what is wrong, without the tokens, addresses and bodies they would write down."""

import logging
import re

from slack_bolt.logger.messages import warning_client_prioritized_and_token_skipped

_NAME = "swr_bot.slack.library"
_SECRETS = re.compile(r"\b(?:https?|wss?)://\S+|\bx(?:ox[a-z]|app)-\S+")
_LONGEST = 300


class _Discreet(logging.Filter):
    """Cuts addresses and tokens out of a record, shortens it, and leaves tracebacks out."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record and let it pass, unless it is about a token that bolt found in the environment itself."""
        message = record.getMessage()
        if message == warning_client_prioritized_and_token_skipped():
            return False
        record.msg = _SECRETS.sub("(not shown)", message)[:_LONGEST]
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
