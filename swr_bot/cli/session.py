"""One run of a command: its console, its settings, its tool layer, and the event loop they live on."""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from swr_bot.bootstrap import local_actor, make_toolbox
from swr_bot.cli.console import Console
from swr_bot.cli.progress import with_progress
from swr_bot.settings import Settings
from swr_tools.actor import Actor
from swr_tools.toolbox import Toolbox

T = TypeVar("T")


@dataclass
class Session:
    """What a command works with.

    Attributes:
        console: Where it prints and asks.
        settings: What applies to this run.
        environ: Where credentials are looked for.
        json: Whether a program reads the output.
        yes: Whether creates are confirmed without being asked.
        runner: The event loop; between two runs a Ctrl-C reaches the prompt.
    """

    console: Console
    settings: Settings
    environ: Mapping[str, str] = field(repr=False)  # it may hold keys
    json: bool
    yes: bool
    runner: asyncio.Runner

    @cached_property
    def toolbox(self) -> Toolbox:
        """The tool layer; nothing is opened before it is used."""
        return make_toolbox(self.settings, self.environ)

    @cached_property
    def actor(self) -> Actor:
        """Whoever sits at this terminal."""
        return local_actor("cli")

    def wait(self, work: Coroutine[Any, Any, T], what: str = "Waiting for SWR") -> T:
        """Run the work to its end, with a sign of life when it takes over a second."""
        return self.runner.run(with_progress(work, self.console, what))

    def close(self) -> None:
        """Close what the tool layer opened."""
        if "toolbox" in self.__dict__:
            self.runner.run(self.toolbox.aclose())
