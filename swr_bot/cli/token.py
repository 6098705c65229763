"""`token add`, `token list` and `token revoke`: who may use the MCP server over HTTP."""

from collections.abc import Mapping

from swr_bot.cli import exit_codes
from swr_bot.cli.render import print_json, show_table
from swr_bot.cli.session import Session
from swr_bot.web.token_records import TokenRecord
from swr_bot.web.tokens import OPERATIONS, TokenFile
from swr_tools.clock import SystemClock
from swr_tools.errors import UsageError
from swr_tools.wording import listed, safe

_DAYS = 90
_MOST_DAYS = 3650
_CLOCK = SystemClock()


def add(session: Session, arguments: Mapping[str, object]) -> int:
    """Make a token and show it, this once."""
    given = str(arguments["operations"]) if "operations" in arguments else ",".join(OPERATIONS)
    wanted = [word for word in (part.strip().lower() for part in given.split(",")) if word]
    token, record = _file(session).add(
        str(arguments["name"]),
        days=_days(str(arguments.get("expires", _DAYS))),
        operations=tuple(dict.fromkeys(wanted)),
    )
    if session.json:
        print_json(session.console, {**_as_json(record), "token": token})
        return exit_codes.DONE
    session.console.note(f"The token of {record.name}, for {listed(record.operations)}, until {_day(record)}:")
    session.console.print(token)
    session.console.note("It is not shown again. A client sends it as: Authorization: Bearer TOKEN")
    return exit_codes.DONE


def list_(session: Session) -> int:
    """Show whose tokens there are; a token itself is never shown."""
    records = _file(session).read().tokens
    if session.json:
        print_json(session.console, [_as_json(record) for record in records])
        return exit_codes.DONE
    show_table(
        session.console, ("NAME", "ENDS IN", "CREATED", "EXPIRES", "OPERATIONS"), [_row(record) for record in records]
    )
    if not records and session.console.tables:
        session.console.note("There are no tokens. Make one: swr-bot token add NAME")
    return exit_codes.DONE


def revoke(session: Session, arguments: Mapping[str, object]) -> int:
    """Let the bearer of a token in no more; a server that runs notices at once."""
    record = _file(session).revoke(str(arguments["name"]))
    if session.json:
        print_json(session.console, _as_json(record))
    else:
        session.console.print(f"The token of {record.name} opens nothing any more.")
    return exit_codes.DONE


def _file(session: Session) -> TokenFile:
    return TokenFile(session.settings.tokens, _CLOCK)


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= _MOST_DAYS):
        raise UsageError(
            f"--expires must be a number of days from 1 to {_MOST_DAYS}, not {safe(text, 20)!r}.",
            hint="Type --expires 30",
        )
    return int(text)


def _row(record: TokenRecord) -> tuple[str, ...]:
    expires = f"{_day(record)}{' (expired)' if record.expired(_CLOCK.now()) else ''}"
    return record.name, record.ending, f"{record.created:%Y-%m-%d}", expires, " ".join(record.operations)


def _day(record: TokenRecord) -> str:
    return f"{record.expires:%Y-%m-%d}"


def _as_json(record: TokenRecord) -> dict[str, object]:
    """Everything of a record but the hash."""
    shown = record.model_dump(mode="json", exclude={"sha256"})
    return {**shown, "expired": record.expired(_CLOCK.now())}
