"""The terminal as the commands see it: where to print, whether anybody can be asked, and what they answered."""

import io
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TextIO

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}


class OutputLost(Exception):
    """The results cannot be written where they should go, a full disk perhaps; the text says why."""


@dataclass(frozen=True, slots=True)
class Console:
    """Where a command prints and asks.

    Attributes:
        out: For results.
        err: For questions, progress and errors.
        ask: Reads one line from the person; raises EOFError or KeyboardInterrupt where they leave.
        interactive: Whether there is a person to ask.
        tables: Whether results are laid out for a person: `out` is a terminal.
        colour: Whether colours may be used.
    """

    out: TextIO
    err: TextIO
    ask: Callable[[str], str]
    interactive: bool
    tables: bool
    colour: bool

    def print(self, text: str = "") -> None:
        """One result line."""
        _write(text, self.out)

    def note(self, text: str = "") -> None:
        """One line beside the result: never part of what a program reads."""
        _write(text, self.err)

    def style(self, text: str, *names: str) -> str:
        """The text in these styles, where colours may be used."""
        if not self.colour or not names:
            return text
        codes = ";".join(_CODES[name] for name in names)
        return f"\x1b[{codes}m{text}\x1b[0m"


def real_console(environ: Mapping[str, str]) -> Console:
    """The console of this process."""
    out, err = _text_stream(sys.stdout), _text_stream(sys.stderr)
    out_is_terminal = out.isatty()
    interactive = _text_stream(sys.stdin).isatty() and err.isatty()
    plain = bool(environ.get("NO_COLOR")) or environ.get("TERM") == "dumb"
    return Console(
        out=out,
        err=err,
        ask=_ask,
        interactive=interactive,
        tables=out_is_terminal,
        colour=out_is_terminal and err.isatty() and not plain,
    )


def _ask(question: str) -> str:
    """Read a line from the terminal; the question goes to standard error, which is never piped on."""
    print(question, end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\n")


def silence_output() -> None:
    """Drop what could not be written, which Python would try once more at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _text_stream(stream: TextIO | None) -> TextIO:
    """A standard stream, or one that leads nowhere where this process was started without."""
    if stream is None:
        return io.StringIO()
    _make_lenient(stream)
    return stream


def _make_lenient(stream: TextIO) -> None:
    """An outcome must be said on a terminal without its characters too."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


def _write(text: str, stream: TextIO) -> None:
    try:
        print(text, file=stream, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputLost(f"The output cannot be written: {error.strerror}.") from None
