"""`swr-bot doctor`: what works, what is missing and what to do about it, without showing a secret."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from swr_bot.bootstrap import JOURNAL, metadata_url
from swr_bot.cli import exit_codes
from swr_bot.cli.render import print_json
from swr_bot.cli.session import Session
from swr_bot.settings import home_folder
from swr_tools.errors import Kind, SettingsInvalid, SwrError
from swr_tools.wording import safe

if TYPE_CHECKING:
    from swr_tools.cloud.credentials import SourceReport

_NOT_USED = "not used, another place comes first"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: What was looked at.
        ok: Whether it is as it should be; None where it is neither good nor bad.
        found: What was found, one sentence.
        hint: What to do next, where it is not.
        exit_code: What the program ends with, where it is not.
    """

    name: str
    ok: bool | None
    found: str
    hint: str = ""
    exit_code: int = exit_codes.DONE


def doctor(session: Session) -> int:
    """Run every check, print them, and return the exit code of the first that failed."""
    connection = _tried("Connection", lambda: _connection(session))
    checks = [
        *([] if session.settings.emulator else _sources(session)),
        connection,
        *([_tried("SWR", lambda: _swr(session))] if connection.ok else []),
        _tried("Journal", lambda: _journal(session)),
        *([_tried("Slack", lambda: _slack(session))] if session.environ.get("SLACK_BOT_TOKEN") else []),
        Check("Creates", ok=None, found=_creates(session)),
    ]
    if session.json:
        print_json(session.console, [_as_json(check) for check in checks])
    else:
        for check in checks:
            _show(session, check)
    return next((check.exit_code for check in checks if check.ok is False), exit_codes.DONE)


def _sources(session: Session) -> list[Check]:
    """The places credentials can come from; only one has to hold some, so none of them fails alone."""
    from swr_tools.cloud.credentials import SourceState, survey

    reports = survey(session.environ, home=home_folder(), metadata_url=metadata_url(session.settings))
    used = next((r for r in reports if r.state in (SourceState.FOUND, SourceState.PARTLY)), None)
    return [_source(report, used) for report in reports]


def _source(report: "SourceReport", used: "SourceReport | None") -> Check:
    from swr_tools.cloud.credentials import SourceState

    name = f"Credentials in {report.source}"
    match report.state:
        case SourceState.FOUND:
            found = f"used, {report.account}" if used is report else _NOT_USED
            return Check(name, ok=used is report or None, found=found)
        case SourceState.PARTLY:
            if used is not report:
                return Check(name, ok=None, found=f"incomplete; {_NOT_USED}")
            hint = f"Missing: {', '.join(report.missing)}"
            return Check(name, ok=False, found="incomplete", hint=hint, exit_code=exit_codes.of_kind(Kind.NOT_ALLOWED))
        case SourceState.MISSING:
            return Check(name, ok=None, found="none")
        case SourceState.UNASKED:
            return Check(name, ok=None, found="asked only when nothing else is found")


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
    count = len(organizations)
    return f"It answers, and shows {count} organization{'' if count == 1 else 's'}."


def _journal(session: Session) -> str:
    async def walk() -> int:
        found = await (await session.toolbox.journal()).verify()
        if not found.ok:
            from swr_tools.errors import JournalUnavailable

            raise JournalUnavailable(found.problem, hint="Keep a copy of the file and find out who changed it.")
        return found.entries

    count = session.wait(walk(), "Reading the journal")
    return f"{session.settings.state_dir / JOURNAL} holds {count} entries and is whole."


def _slack(session: Session) -> str:
    from swr_bot.bootstrap.slack_socket import examine_slack

    found, missing = session.wait(examine_slack(session.settings, session.environ), "Asking Slack")
    if missing:
        raise SettingsInvalid(
            f"The installed app lacks what this version's manifest asks for: {', '.join(missing)}.",
            hint="Update the app with swr-bot slack manifest, and install it anew.",
        )
    return found


def _creates(session: Session) -> str:
    if session.settings.read_only:
        return "none, SWR_BOT_READ_ONLY is set"
    count = len(session.settings.policy.rule)
    return f"as {count} policy rule{' allows' if count == 1 else 's allow'}" if count else "open to whoever sits here"


def _show(session: Session, check: Check) -> None:
    mark, colour = {True: ("✓", "green"), False: ("✗", "red"), None: ("-", "dim")}[check.ok]
    session.console.print(f"{session.console.style(mark, colour)} {check.name}: {safe(check.found)}")
    if check.hint:
        session.console.print(f"    {safe(check.hint)}")


def _as_json(check: Check) -> dict[str, object]:
    return {"name": check.name, "ok": check.ok, "found": check.found, "hint": check.hint}
