"""`python -m swr_bot` is `swr-bot`."""

from swr_bot.cli.main import run

run()
