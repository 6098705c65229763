"""`audit list` and `audit verify`: what the journal says, and whether it can be believed."""

from collections.abc import Mapping, Sequence

from swr_bot.cli import exit_codes
from swr_bot.cli.render import print_json, show_table
from swr_bot.cli.session import Session
from swr_tools.errors import Kind, UsageError
from swr_tools.journal.chain import Entry, Event, Verification
from swr_tools.wording import safe

_NEWEST = 50


def list_entries(session: Session, arguments: Mapping[str, object]) -> int:
    """Print the newest entries, oldest of them first."""
    limit = _limit(str(arguments.get("limit", _NEWEST)))
    entries = session.wait(_newest(session, limit))
    if session.json:
        print_json(session.console, [entry.model_dump(mode="json") for entry in entries])
    else:
        show_table(session.console, ("NO", "TIME (UTC)", "EVENT", "WHO", "WHAT"), [_row(entry) for entry in entries])
    return exit_codes.DONE


def verify(session: Session) -> int:
    """Walk the hash chain and say what was found."""
    found = session.wait(_verification(session), "Reading the journal")
    if session.json:
        print_json(session.console, found.model_dump(mode="json"))
    elif found.ok:
        session.console.print(f"The journal is whole: {found.entries} entries, none changed or missing.")
        session.console.print(f"Newest hash, worth a copy elsewhere: {found.head}")
    else:
        session.console.print(f"The journal is not as it was written. {safe(found.problem)}")
    return exit_codes.DONE if found.ok else exit_codes.of_kind(Kind.LOCAL)


async def _newest(session: Session, limit: int) -> Sequence[Entry]:
    journal = await session.toolbox.journal()
    return (await journal.entries(limit=limit, newest_first=True))[::-1]


async def _verification(session: Session) -> Verification:
    return await (await session.toolbox.journal()).verify()


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0):
        raise UsageError(f"--limit must be a number above 0, not {safe(text, 20)!r}.", hint="Type --limit 20")
    return int(text[:9])


def _row(entry: Entry) -> tuple[str, ...]:
    return str(entry.number), f"{entry.at:%Y-%m-%d %H:%M:%S}", entry.event, entry.actor or "-", _what(entry)


def _what(entry: Entry) -> str:
    match entry.event:
        case Event.PROPOSED:
            parts = (entry.body.get(name, "?") for name in ("code", "operation", "arguments"))
            site = entry.body.get("site", {})
            where = f"on {site.get('cloud', '?')} {site.get('region', '?')}"
            return " ".join([*(str(part) for part in parts), where])
        case Event.CLAIMED:
            return "confirmed, the create begins"
        case Event.SETTLED:
            return str(entry.body.get("sentence", "?"))
