"""The terminal as the commands see it: where to print, whether anybody can be asked, and what they answered."""

import io
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TextIO

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}


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
        print(text, file=self.out, flush=True)

    def note(self, text: str = "") -> None:
        """One line beside the result: never part of what a program reads."""
        print(text, file=self.err, flush=True)

    def style(self, text: str, *names: str) -> str:
        """The text in these styles, where colours may be used."""
        if not self.colour or not names:
            return text
        codes = ";".join(_CODES[name] for name in names)
        return f"\x1b[{codes}m{text}\x1b[0m"


def real_console(environ: Mapping[str, str]) -> Console:
    """The console of this process."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # an outcome must be said on an ASCII terminal too
    out_is_terminal = sys.stdout.isatty()
    interactive = sys.stdin.isatty() and sys.stderr.isatty()
    plain = bool(environ.get("NO_COLOR")) or environ.get("TERM") == "dumb"
    return Console(
        out=sys.stdout,
        err=sys.stderr,
        ask=_ask,
        interactive=interactive,
        tables=out_is_terminal,
        colour=out_is_terminal and not plain,
    )


def _ask(question: str) -> str:
    """Read a line from the terminal; the question goes to standard error, which is never piped on."""
    print(question, end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\n")


def silence_broken_pipe() -> None:
    """Let a reader such as `head` leave early without a traceback at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
