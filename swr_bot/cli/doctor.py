"""`swr-bot doctor`: what works, what is missing and what to do about it, without showing a secret."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from swr_bot.bootstrap import JOURNAL, metadata_url
from swr_bot.cli import exit_codes
from swr_bot.cli.render import print_json
from swr_bot.cli.session import Session
from swr_tools.errors import SwrError
from swr_tools.wording import safe


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: What was looked at.
        ok: Whether it is as it should be.
        found: What was found, one sentence.
        hint: What to do next, where it is not.
        exit_code: What the program ends with, where it is not.
    """

    name: str
    ok: bool
    found: str
    hint: str = ""
    exit_code: int = exit_codes.DONE


def doctor(session: Session) -> int:
    """Run every check, print them, and return the exit code of the first that failed."""
    checks = [
        *([] if session.settings.emulator else _sources(session)),
        _tried("Connection", lambda: _connection(session)),
        _tried("SWR", lambda: _swr(session)),
        _tried("Journal", lambda: _journal(session)),
    ]
    if session.json:
        print_json(session.console, [_as_json(check) for check in checks])
    else:
        for check in checks:
            _show(session, check)
    return next((check.exit_code for check in checks if not check.ok), exit_codes.DONE)


def _sources(session: Session) -> list[Check]:
    """The places credentials can come from; only one has to hold some, so none of them fails alone."""
    from swr_tools.cloud.credentials import SourceState, survey

    reports = survey(session.environ, home=Path.home(), metadata_url=metadata_url(session.settings))
    used = next((r for r in reports if r.state in (SourceState.FOUND, SourceState.PARTLY)), None)
    return [
        Check(
            f"Credentials in {report.source}",
            ok=report.state is not SourceState.PARTLY,
            found="used" if report is used and report.state is SourceState.FOUND else str(report.state),
            hint=f"Missing: {', '.join(report.missing)}" if report.missing else "",
            exit_code=exit_codes.DONE if report.state is not SourceState.PARTLY else 6,
        )
        for report in reports
    ]


def _tried(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, ok=True, found=check())
    except SwrError as error:
        return Check(name, ok=False, found=error.sentence, hint=error.hint, exit_code=exit_codes.of_kind(error.kind))


def _connection(session: Session) -> str:
    cloud = session.toolbox.cloud
    return f"{cloud.endpoint.cloud} {cloud.endpoint.region} at {cloud.endpoint.api_url} with {cloud.account}."


def _swr(session: Session) -> str:
    organizations = session.wait(session.toolbox.cloud.client().list_organizations())
    return f"It answers, and shows {len(organizations)} organizations."


def _journal(session: Session) -> str:
    async def walk() -> int:
        found = await (await session.toolbox.journal()).verify()
        if not found.ok:
            from swr_tools.errors import JournalUnavailable

            raise JournalUnavailable(found.problem, hint="Keep a copy of the file and find out who changed it.")
        return found.entries

    count = session.wait(walk(), "Reading the journal")
    return f"{session.settings.state_dir / JOURNAL} holds {count} entries and is whole."


def _show(session: Session, check: Check) -> None:
    mark = session.console.style("✓", "green") if check.ok else session.console.style("✗", "red")
    session.console.print(f"{mark} {check.name}: {safe(check.found)}")
    if check.hint:
        session.console.print(f"    {safe(check.hint)}")


def _as_json(check: Check) -> dict[str, object]:
    return {"name": check.name, "ok": check.ok, "found": check.found, "hint": check.hint}
