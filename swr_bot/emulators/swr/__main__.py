"""``python -m swr_bot.emulators.swr``: the emulator without the rest of swr-bot."""

import argparse
import sys
from pathlib import Path

from .server import ServeOptions, serve


def _options() -> ServeOptions:
    parser = argparse.ArgumentParser(prog="python -m swr_bot.emulators.swr", description="An SWR on this machine.")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=0, help="0 (default) picks a free one")
    parser.add_argument("--state", type=Path, help="keep everything in this file")
    parser.add_argument("--seed", type=Path, help="accounts, behaviour and first contents, a TOML file")
    parser.add_argument("--region", default="cn-north-4")
    parser.add_argument("--latency", type=int, default=0, help="milliseconds that every answer waits")
    parser.add_argument("--fault", action="append", default=[], help="KIND[,method=M][,path=P][,times=N][,ms=N]…")
    given = parser.parse_args()
    return ServeOptions(
        host=given.host,
        port=given.port,
        state=given.state,
        seed=given.seed,
        region=given.region,
        latency_ms=given.latency,
        faults=tuple(given.fault),
    )


sys.exit(serve(_options()))
