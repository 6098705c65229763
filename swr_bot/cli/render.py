"""Results and errors as a person reads them; plain and tab-separated where nobody looks."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from swr_bot.cli.console import Console
from swr_tools.errors import NOTHING_CREATED, SwrError
from swr_tools.models import Organization, OrganizationList, Record, RepositoryInfo, plain
from swr_tools.wording import age_text, safe, size_text


def print_json(console: Console, value: object) -> None:
    """One JSON value; records are printed with every field."""
    encoding = (console.out.encoding or "utf-8").lower()
    data = plain(value) if isinstance(value, Record) else value
    console.print(json.dumps(data, indent=2, ensure_ascii=not encoding.startswith("utf")))


def show_record(console: Console, record: Record) -> None:
    """A typed result, each kind in its own layout."""
    match record:
        case OrganizationList():
            _show_organizations(console, record)
        case RepositoryInfo():
            _show_repository(console, record)
        case Organization():
            _show_pairs(console, record.name, _organization_pairs(record))
        case _:
            print_json(console, record)


def show_error(console: Console, error: SwrError) -> None:
    """One sentence, the next step, and the truth about whether something was created."""
    lines = [safe(error.sentence)]
    if error.nothing_created:
        lines[0] = f"{lines[0]} {NOTHING_CREATED}"
    console.note(f"{console.style('Error:', 'red', 'bold')} {lines[0]}")
    if error.hint:
        console.note(f"  {safe(error.hint)}")
    if error.swr_code or error.request_id:
        console.note(f"  {reference(error.swr_code, error.request_id)}")


def show_table(console: Console, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Aligned columns on a terminal; tab-separated lines without titles elsewhere."""
    shown = [[safe(cell) for cell in row] for row in rows]
    if not console.tables:
        for row in shown:
            console.print("\t".join(row))
        return
    widths = [max(len(cell) for cell in column) for column in zip(titles, *shown, strict=True)]
    console.print(console.style(_aligned(titles, widths), "dim"))
    for row in shown:
        console.print(_aligned(row, widths))


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def reference(swr_code: str | None, request_id: str | None) -> str:
    """SWR's own code and request id, for a ticket."""
    parts = [f"SWR code {safe(swr_code)}" if swr_code else "", f"request {safe(request_id)}" if request_id else ""]
    return ", ".join(part for part in parts if part)


def _show_organizations(console: Console, found: OrganizationList) -> None:
    rows = [_organization_row(organization) for organization in found.organizations]
    show_table(console, ("NAME", "ACCESS", "REPOSITORIES", "CREATED BY"), rows)
    if console.tables:
        many = f"{len(rows)} organization{'' if len(rows) == 1 else 's'}"
        console.note(f"{many} of {found.total} with {found.text!r} in the name." if found.text else f"{many}.")


def _organization_row(organization: Organization) -> tuple[str, str, str, str]:
    count = "-" if organization.repositories is None else str(organization.repositories)
    return organization.name, organization.access or "-", count, organization.created_by or "-"


def _organization_pairs(organization: Organization) -> Sequence[tuple[str, str]]:
    return (("Access", organization.access or "not known"), ("Created by", organization.created_by or "not known"))


def _show_repository(console: Console, info: RepositoryInfo) -> None:
    now = datetime.now(UTC)
    images = f"{info.images} image{'' if info.images == 1 else 's'}"
    downloads = f"{info.downloads} download{'' if info.downloads == 1 else 's'}"
    pairs = [
        ("Pull", info.pull_command),
        ("Visibility", "public: anybody can pull it" if info.public else "private"),
        ("Size", f"{size_text(info.size_bytes)}, {images}, {downloads}"),
        ("Category", info.category or "not set"),
        ("Created", f"{_moment(info.created_at, now)} by {info.created_by or 'somebody'}"),
        ("Updated", _moment(info.updated_at, now)),
        ("Description", info.description or "none"),
    ]
    _show_pairs(console, f"{info.organization}/{info.name}", pairs)


def _moment(moment: datetime | None, now: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC ({age_text(moment, now)})" if moment else "at an unknown time"


def _show_pairs(console: Console, title: str, pairs: Sequence[tuple[str, str]]) -> None:
    console.print(console.style(safe(title), "bold"))
    width = max(len(label) for label, _ in pairs)
    for label, value in pairs:
        console.print(f"  {console.style(label.ljust(width), 'dim')}  {safe(value)}")
