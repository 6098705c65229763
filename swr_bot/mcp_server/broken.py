"""The last boundary: what is said, and written to the log, when swr-bot itself fails."""

import logging
import secrets
import traceback
from pathlib import Path

_logger = logging.getLogger("swr_bot.mcp")


def broken(what: str, error: Exception) -> str:
    """A sentence for the assistant with a reference, under which the log says where it happened.

    The log holds no more than that: what the error itself says may hold anything.
    """
    reference = secrets.token_hex(4)
    origin = error.__cause__ or error
    place = traceback.extract_tb(origin.__traceback__)[-1]
    file = "/".join(Path(place.filename).parts[-3:])
    _logger.error("%s failed (reference %s): %s at %s:%s", what, reference, type(origin).__name__, file, place.lineno)
    return f"swr-bot itself failed; its log says where under the reference {reference}."
