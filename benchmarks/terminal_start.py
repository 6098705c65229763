"""`swr-bot repo info` as a whole process, against a script on the official SDK that makes the same call.

Both talk to the same emulator. Aims: at most 0.75 of the script's time, at most its memory.
Run: python benchmarks/terminal_start.py
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 15
SDK_SCRIPT = """\
import sys
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkswr.v2 import ShowRepositoryRequest, SwrClient
keys = BasicCredentials(sys.argv[2], sys.argv[3], sys.argv[4])
client = SwrClient.new_builder().with_credentials(keys).with_endpoint(sys.argv[1]).build()
print(client.show_repository(ShowRepositoryRequest("group", "test")).path)
"""


def measured(command: list[str], environ: dict[str, str]) -> tuple[float, int]:
    """Seconds and peak memory (KiB) of one process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return time.perf_counter() - start, usage.ru_maxrss


def main() -> None:
    """Print medians and ratios."""
    with tempfile.TemporaryDirectory() as folder:
        seed = Path(folder) / "seed.toml"
        seed.write_text('[[organizations]]\nname = "group"\n[[organizations.repositories]]\nname = "test"\n')
        command = [sys.executable, "-m", "swr_bot", "emulator", "--port", "0", "--seed", str(seed)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as emulator:
            assert emulator.stdout is not None
            told = json.loads(emulator.stdout.readline())
            try:
                compare(told, folder)
            finally:
                emulator.terminate()


def compare(told: dict[str, str], folder: str) -> None:
    """Run both in turn and print what came out."""
    keys = [told["access_key"], told["secret_key"], told["project_id"]]
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": folder,
        "SWR_BOT_ENDPOINT": told["url"],
        "SWR_BOT_REGION": told["region"],
        "HUAWEICLOUD_SDK_AK": keys[0],
        "HUAWEICLOUD_SDK_SK": keys[1],
        "HUAWEICLOUD_SDK_PROJECT_ID": keys[2],
    }
    ours = [str(Path(sys.executable).with_name("swr-bot")), "repo", "info", "group/test"]
    sdk = [sys.executable, "-c", SDK_SCRIPT, told["url"], *keys]
    runs = [(measured(ours, environ), measured(sdk, environ)) for _ in range(RUNS + 1)][1:]
    for name, part, unit in (("time", 0, "s"), ("memory", 1, "KiB")):
        mine = statistics.median(run[0][part] for run in runs)
        theirs = statistics.median(run[1][part] for run in runs)
        print(f"{name}: swr-bot {mine:.3f} {unit}, SDK script {theirs:.3f} {unit}, ratio {mine / theirs:.2f}")


if __name__ == "__main__":
    main()
