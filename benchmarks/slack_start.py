"""`swr-bot slack` from its start to the standing connection, against a bare bolt app over the same transport.

The bot is ready where it says so; the bare app where its handler is connected. Both keep running, and their resident
memory is read then. Aims: at most 1.6 of the bare app's time, at most 1.5 of its memory.
Run on Linux: python benchmarks/slack_start.py
"""

import os
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from support.slack import OURS, bare_app, running, workspace

ROUNDS = 15
TIME_AIM, MEMORY_AIM = 1.6, 1.5
# Nothing is asked of SWR here.
KEYS = {"SWR_BOT_REGION": "cn-north-4", "HUAWEICLOUD_SDK_AK": "EXAMPLE", "HUAWEICLOUD_SDK_SK": "EXAMPLE"}


def measured(command: Sequence[str], environ: Mapping[str, str]) -> tuple[float, float]:
    """Seconds until it was connected, and the resident MiB then."""
    start = time.perf_counter()
    with running(command, environ) as program:
        seconds = time.perf_counter() - start
        assert "onnected" in program.line
        return seconds, program.resident


def main() -> None:
    """Run both in turn and print medians and ratios."""
    with tempfile.TemporaryDirectory() as folder, workspace() as (_, tokens):
        environ = {"PATH": os.environ["PATH"], "HOME": folder, "SWR_BOT_STATE_DIR": folder, **KEYS, **tokens}
        ours, bare = (*OURS, "slack"), (*bare_app(Path(folder)), "socket")
        runs = [(measured(ours, environ), measured(bare, environ)) for _ in range(ROUNDS + 1)][1:]
    for part, what, unit, aim in ((0, "time", "s", TIME_AIM), (1, "memory", "MiB", MEMORY_AIM)):
        mine, theirs = (statistics.median(run[side][part] for run in runs) for side in (0, 1))
        ratio = statistics.median(run[0][part] / run[1][part] for run in runs)
        print(f"{what}: {ratio:.2f} (aim: at most {aim}); swr-bot {mine:.2f} {unit}, bare {theirs:.2f} {unit}")


if __name__ == "__main__":
    main()
