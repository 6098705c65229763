"""`swr-bot emulator`: SWR, or a Slack workspace, on this machine, for tests and trials."""

import gc
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import cast

from swr_bot.emulators.swr.faults import parse_fault
from swr_bot.emulators.swr.server import ServeOptions, serve
from swr_tools.errors import UsageError
from swr_tools.wording import safe

DEFAULT_PORT = 8971
DEFAULT_SLACK_PORT = 8972
_OF_SLACK = ("slack", "request_url", "manifest", "enterprise")
_OF_BOTH = ("host", "port")


def serve_emulator(arguments: Mapping[str, object]) -> int:
    """Serve until told to stop; the first line on standard output is JSON with the address and the keys.

    Raises:
        UsageError: A flag's value cannot be read.
    """
    gc.enable()  # this one keeps running
    if arguments.get("slack"):
        return _serve_slack(arguments)
    _refuse(arguments, _OF_SLACK, "means nothing without --slack")
    return serve(_options(arguments))


def _serve_slack(given: Mapping[str, object]) -> int:
    from swr_bot.emulators.slack import SlackOptions
    from swr_bot.emulators.slack import serve as serve_slack

    _refuse(given, [name for name in given if name not in (*_OF_SLACK, *_OF_BOTH)], "means nothing with --slack")
    try:
        port = _whole_number("--port", str(given.get("port", DEFAULT_SLACK_PORT)), 65_535)
    except ValueError as error:
        raise UsageError(safe(str(error)), hint="See swr-bot help emulator.") from None
    return serve_slack(
        SlackOptions(
            host=str(given.get("host", "127.0.0.1")),
            port=port,
            request_url=str(given["request_url"]) if "request_url" in given else None,
            manifest=Path(str(given["manifest"])) if "manifest" in given else None,
            enterprise=bool(given.get("enterprise")),
        )
    )


def _refuse(given: Mapping[str, object], names: Iterable[str], why: str) -> None:
    for name in names:
        if name in given:
            raise UsageError(f"--{name.replace('_', '-')} {why}.", hint="See swr-bot help emulator.")


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
