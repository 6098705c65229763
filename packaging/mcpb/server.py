"""`swr-bot mcp`, for programs that start a file."""

import sys

from swr_bot.cli.entry import run

sys.argv[1:] = ["mcp"]
run()
