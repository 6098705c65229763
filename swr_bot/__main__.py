"""`python -m swr_bot` is `swr-bot`."""

from swr_bot.cli.entry import run

run()
