"""The installed program: as little as possible before the first import."""

import gc
import sys


def run() -> None:
    """Run this process's command line and leave with its exit code."""
    # Nothing that start-up makes is garbage: without collections it takes an eighth less.
    gc.disable()
    try:
        from swr_bot.cli.main import run_process

        code = run_process()
    except KeyboardInterrupt:
        code = 130  # before there was anything to stop
    sys.exit(code)
