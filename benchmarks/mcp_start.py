"""`swr-bot mcp` from its start to the first `tools/list`, against a script with one tool on the same SDK.

Neither talks to SWR; both have a client of 2025-06-18. Aims: at most 1.15 of the script's time and resident memory.
Run on Linux: python benchmarks/mcp_start.py
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from support.stdio import served

ROUNDS = 15
AIM = 1.15
SCRIPT = """\
from mcp.server.mcpserver import MCPServer

server = MCPServer("bare")


@server.tool()
async def get_repository_info(repository: str) -> dict[str, str]:
    \"\"\"Show a repository.\"\"\"
    return {"repository": repository}


server.run("stdio")
"""


def measured(command: Sequence[str], environ: Mapping[str, str]) -> tuple[float, float]:
    """Seconds until the list of tools was read, and the resident MiB then."""
    start = time.perf_counter()
    with served(command, environ) as server:
        server.shake_hands()
        assert b'"tools"' in server.ask("tools/list")
        return time.perf_counter() - start, server.resident


def main() -> None:
    """Run both in turn and print medians and ratios."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {"PATH": os.environ["PATH"], "HOME": folder, "SWR_BOT_STATE_DIR": folder}
        script = Path(folder) / "bare.py"
        script.write_text(SCRIPT)
        ours = [str(Path(sys.executable).with_name("swr-bot")), "mcp"]
        bare = [sys.executable, str(script)]
        runs = [(measured(ours, environ), measured(bare, environ)) for _ in range(ROUNDS + 1)][1:]
    for part, what, unit in ((0, "time", "s"), (1, "memory", "MiB")):
        mine, theirs = (statistics.median(run[side][part] for run in runs) for side in (0, 1))
        ratio = statistics.median(run[0][part] / run[1][part] for run in runs)
        print(f"{what}: {ratio:.2f} (aim: at most {AIM}); swr-bot {mine:.2f} {unit}, script {theirs:.2f} {unit}")


if __name__ == "__main__":
    main()
