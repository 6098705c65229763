"""Where the programs that keep running write what they have to say."""

import logging
import traceback
from pathlib import Path
from types import TracebackType

from swr_tools.wording import safe

_ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class OneLine(logging.Formatter):
    """One line a record: what a client sends can stand in one, and must not look like another."""

    def format(self, record: logging.LogRecord) -> str:
        """The record, with line breaks and whatever cannot be seen spelled out."""
        return safe(super().format(record))

    def formatException(self, ei: _ExceptionInfo) -> str:  # noqa: N802 - the standard library's name
        """What kind of exception, and where; what it says may hold anything."""
        kind, _, trace = ei
        frame = traceback.extract_tb(trace)[-1] if trace else None
        place = f" at {'/'.join(Path(frame.filename).parts[-3:])}:{frame.lineno}" if frame else ""
        return f"({kind.__name__ if kind else 'no exception'}{place})"


def log_to_standard_error() -> None:
    """Ours with reasons; of the libraries only what is wrong, since they name sessions and requests."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("swr_bot").setLevel(logging.INFO)
    logging.getLogger("mcp").setLevel(logging.ERROR)  # its warnings name sessions
