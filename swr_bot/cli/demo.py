"""`swr-bot demo`: the main job in seconds, on the embedded SWR, in a folder that is removed afterwards."""

import shlex
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from swr_bot.cli import exit_codes
from swr_bot.cli.console import Console

_KEEP = ("PATH", "HOME", "TERM", "LANG", "NO_COLOR", "USER", "LOGNAME")


@dataclass(frozen=True, slots=True)
class _Step:
    """What is said, what is typed, and what is answered when it asks."""

    says: str
    types: str
    answers: str = ""
    ends: int = exit_codes.DONE


_STEPS = (
    _Step("An organization is created, after a yes.", "org create payments", "y"),
    _Step("It is there.", "org list"),
    _Step("A repository in it.", 'repo create payments/api --category lang --description "Card payments"', "y"),
    _Step("What people on call ask, by any name that can be pulled.", "repo info payments/api:1.2"),
    _Step("A name that breaks the rules is refused before anybody is asked.", "repo create payments/My_App", ends=3),
    _Step("A create that nobody wants.", "repo create payments/legacy --public", "n", ends=8),
    _Step("Everything was written down.", "audit list"),
    _Step("And nobody changed it since.", "audit verify"),
)


def demo(console: Console, environ: Mapping[str, str]) -> int:
    """Type each command, answer its question, show what it says; on a terminal the person answers."""
    from swr_bot.cli.main import main

    console.note("This is the embedded SWR: nothing is real, no account is used, nothing is kept.")
    if console.interactive:
        console.note("You answer the questions; the first one is coming up.")
    with tempfile.TemporaryDirectory(prefix="swr-bot-demo-") as folder:
        kept = {name: value for name, value in environ.items() if name in _KEEP}
        own = Path(folder) / "config.toml"
        own.touch()
        settings = {**kept, "SWR_BOT_EMULATOR": "1", "SWR_BOT_STATE_DIR": folder, "SWR_BOT_CONFIG": str(own)}
        for step in _STEPS:
            console.print()
            console.print(console.style(f"# {step.says}", "dim"))
            console.print(console.style(f"$ swr-bot {step.types}", "bold"))
            ended = main(shlex.split(step.types), settings, _stage(console, step))
            if ended != step.ends and not console.interactive:
                console.note("The demo stops here: that should not have happened.")
                return ended
    console.print()
    console.print("With your keys set, the same commands work on Huawei Cloud. Begin with: swr-bot doctor")
    return 0


def _stage(console: Console, step: _Step) -> Console:
    """The console of one step: one stream, so that questions and results keep their order."""

    def typed(question: str) -> str:
        console.print(f"{question}{console.style(step.answers, 'bold')}")
        return step.answers

    ask = console.ask if console.interactive else typed
    return replace(console, err=console.out, ask=ask, interactive=True, tables=True)
