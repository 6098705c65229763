"""The installed program: as little as possible before the first import."""

import gc
import sys


def run() -> None:
    """Run this process's command line and leave with its exit code."""
    # Nothing that start-up makes is garbage: without collections it takes an eighth less.
    gc.disable()
    from swr_bot.cli.main import run_process

    sys.exit(run_process())
