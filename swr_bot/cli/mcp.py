"""`swr-bot mcp`: the four operations for an AI assistant, on standard input and output."""

import asyncio
import gc
from collections.abc import Mapping

from swr_bot.bootstrap.mcp_stdio import serve_stdio
from swr_bot.cli import exit_codes
from swr_bot.cli.console import Console
from swr_bot.cli.logs import log_to_standard_error
from swr_bot.settings import Settings


def serve_mcp(settings: Settings, environ: Mapping[str, str], console: Console) -> int:
    """Serve until the assistant's program closes the input."""
    if console.interactive:
        console.note(
            "This speaks MCP to an assistant's program; configure it there, see swr-bot help mcp. Ctrl-C ends it."
        )
    log_to_standard_error()
    asyncio.run(serve_stdio(settings, environ, gc.enable))
    return exit_codes.DONE
