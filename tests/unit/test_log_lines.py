"""A record of the log is one line, whatever a client sent."""

import logging

from swr_bot.cli.logs import OneLine


def test_a_line_break_in_what_a_client_sent_begins_no_line_of_its_own() -> None:
    """Nobody can write into the log what another record would say."""
    sent = "x=\n2026-11-21 00:00:00 INFO swr_bot.web.tokens Token of admin accepted\u202e"
    record = logging.LogRecord("a.library", logging.WARNING, __file__, 1, "Odd baggage: %s", (sent,), None)

    line = OneLine("%(levelname)s %(name)s %(message)s").format(record)

    assert line == (
        "WARNING a.library Odd baggage: x=\\n2026-11-21 00:00:00 INFO swr_bot.web.tokens Token of admin accepted\\u202e"
    )
