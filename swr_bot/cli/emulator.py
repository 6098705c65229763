"""`swr-bot emulator`: SWR on this machine, for tests and trials."""

import gc
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from swr_bot.emulators.swr.faults import parse_fault
from swr_bot.emulators.swr.server import ServeOptions, serve
from swr_tools.errors import UsageError
from swr_tools.wording import safe

DEFAULT_PORT = 8971


def serve_emulator(arguments: Mapping[str, object]) -> int:
    """Serve until told to stop; the first line on standard output is JSON with the address and the keys.

    Raises:
        UsageError: A flag's value cannot be read.
    """
    gc.enable()  # this one keeps running
    return serve(_options(arguments))


def _options(given: Mapping[str, object]) -> ServeOptions:
    texts = [str(text) for text in cast("tuple[object, ...]", given.get("fault", ()))]
    try:
        for text in texts:
            parse_fault(text)
        return ServeOptions(
            host=str(given.get("host", "127.0.0.1")),
            port=_whole_number("--port", str(given.get("port", DEFAULT_PORT)), 65_535),
            region=str(given.get("region", "cn-north-4")),
            state=Path(str(given["state"])) if "state" in given else None,
            seed=Path(str(given["seed"])) if "seed" in given else None,
            latency_ms=_whole_number("--latency", str(given.get("latency", 0)), 600_000),
            faults=tuple(texts),
        )
    except ValueError as error:
        raise UsageError(safe(str(error)), hint="See swr-bot help emulator.") from None


def _whole_number(flag: str, text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit()) or int(text[:9]) > most:
        raise ValueError(f"{flag} must be a number from 0 to {most}, not {text[:20]!r}.")
    return int(text)
