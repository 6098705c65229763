"""`swr-bot serve`: the MCP server over HTTP, for a team."""

import gc
import json
import sys
from collections.abc import Mapping

from swr_bot.bootstrap.web_service import make_web_service
from swr_bot.cli.logs import log_to_standard_error
from swr_bot.settings import Settings
from swr_bot.web.app import MCP_PATH
from swr_bot.web.serving import listen, run, url_of
from swr_tools.errors import UsageError
from swr_tools.wording import safe

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8970
_HIGHEST_PORT = 65_535
_SECONDS_TO_DRAIN = 25.0  # Kubernetes waits thirty before it kills


def serve(settings: Settings, environ: Mapping[str, str], arguments: Mapping[str, object]) -> int:
    """Serve until told to stop; the first line on standard output says where.

    Raises:
        UsageError: A flag's value cannot be read.
        SettingsInvalid: The settings do not fit together, or would let everybody in.
        AddressUnusable: This machine cannot listen there.
    """
    host, port = str(arguments.get("host", DEFAULT_HOST)), _port(str(arguments.get("port", DEFAULT_PORT)))
    gc.enable()  # this one keeps running
    log_to_standard_error()
    service = make_web_service(settings, environ, host=host)
    listening = listen(host, port)
    url, as_json = url_of(listening, MCP_PATH), bool(arguments.get("json"))

    def announce() -> None:
        _announce(url, as_json=as_json, anonymous=not service.authenticated)

    return run(service, listening, seconds=_SECONDS_TO_DRAIN, started=announce)


def _announce(url: str, *, as_json: bool, anonymous: bool) -> None:
    if anonymous:
        print(
            "Everybody on this machine can use this server: it asks for no token. "
            "To change that, type swr-bot token add NAME and start it again.",
            file=sys.stderr,
        )
    print(json.dumps({"url": url}) if as_json else f"MCP clients reach swr-bot at {url}", flush=True)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= _HIGHEST_PORT):
        raise UsageError(f"--port must be a number from 0 to {_HIGHEST_PORT}, not {safe(text, 20)!r}.")
    return int(text)
