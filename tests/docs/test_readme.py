"""The README and its pages say what the code does: tables are made from it, and commands are the ones there are.

After a change on purpose: `UPDATE_SNAPSHOTS=1 pytest tests/docs`.
"""

import os
import re
from dataclasses import fields
from pathlib import Path

import pytest

from swr_bot.cli.commands import terminal_commands
from swr_bot.cli.exit_codes import MEANINGS
from swr_bot.grammar import Command, parse
from swr_bot.settings import PREFIX, Settings
from swr_bot.slack_app.manifest import APP_TOKEN_SCOPES, SCOPES
from swr_tools.operations import CATALOG

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"


def commands_table() -> str:
    """Each command as it is typed, and what it does."""
    rows = [f"| `{_typed(command)}` | {command.summary} |" for command in terminal_commands()]
    return "\n".join(["| `swr-bot …` | what it does |", "|---|---|", *rows])


def settings_table() -> str:
    """Each setting with its meaning and default."""
    rows = [
        f"| `{PREFIX}{info.name.upper()}` | {info.metadata['description']}{_default(info.default)} |"
        for info in fields(Settings)
        if info.name != "policy"
    ]
    return "\n".join(["| variable | means |", "|---|---|", *rows])


def exit_codes_table() -> str:
    """Each exit code with its meaning."""
    return "\n".join(["| exit code | means |", "|---|---|", *(f"| {c} | {m} |" for c, m in MEANINGS.items())])


def scopes_table() -> str:
    """Each scope that the Slack app asks for, with its reason."""
    both = {**SCOPES, **{f"{name}` (app-level token)": why for name, why in APP_TOKEN_SCOPES.items()}}
    rows = [f"| `{name}{'' if '`' in name else '`'} | {why} |" for name, why in both.items()]
    return "\n".join(["| scope | why |", "|---|---|", *rows])


SETTINGS = ROOT / "docs" / "settings.md"
TABLES = {
    "commands": (README, commands_table),
    "settings": (SETTINGS, settings_table),
    "exit codes": (README, exit_codes_table),
    "scopes": (README, scopes_table),
}


@pytest.mark.parametrize("name", TABLES)
def test_each_table_is_what_the_code_makes_of_it(name: str) -> None:
    """A table that drifted is shown with the command that renews it."""
    page, table = TABLES[name]
    text = page.read_text(encoding="utf-8")
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    before, _, rest = text.partition(begin)
    found, _, after = rest.partition(end)
    expected = f"{table()}\n"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        page.write_text(f"{before}{begin}{expected}{end}{after}", encoding="utf-8")
        return

    assert expected == found, "Run: UPDATE_SNAPSHOTS=1 pytest tests/docs"


def test_every_command_line_of_the_readme_can_be_read() -> None:
    """Whatever follows `swr-bot` in a fenced block is a command with flags that exist."""
    lines = re.findall(r"^\$? ?(?:source <\()?(?:\.venv/bin/)?swr-bot ([a-z][^#()|\n]*)", _fenced(), re.MULTILINE)

    assert len(lines) >= 5
    for line in lines:
        assert parse(re.sub(r'"[^"]*"', "text", line).split(), terminal_commands())


def test_every_operation_stands_in_the_readme() -> None:
    """An operation that is added appears where people look for it."""
    text = README.read_text(encoding="utf-8")

    assert [o.command.words for o in CATALOG if f"`{o.command.words}" not in text] == []


def test_the_readme_fits_on_two_hundred_lines() -> None:
    """It is a first page, not a manual."""
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 200


def test_every_local_link_leads_somewhere() -> None:
    """Links between the documents are not broken."""
    pages = [README, *(ROOT / "docs").glob("*.md")]
    links = [
        (page, link) for page in pages for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8"))
    ]

    assert [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()] == []


def test_the_newest_heading_of_the_changelog_is_this_version() -> None:
    """Nobody is handed a version the changelog does not speak of."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    headings = re.findall(r"^## (\S+)", changelog, re.MULTILINE)
    versions = re.findall(r'^version = "(.+)"', project, re.MULTILINE)

    assert versions == headings[:1]


def _typed(command: Command) -> str:
    """How it is typed; the emulator's many flags are for its own page."""
    usage = command.usage if command.operation else f"{command.words} {command.label}".strip()
    return usage.replace("|", "\\|")


def _default(default: object) -> str:
    shown = isinstance(default, str | int) and not isinstance(default, bool) and default != ""
    return f"; `{default}` unless said" if shown else ""


def _fenced() -> str:
    return "\n".join(re.findall(r"```(?:console|text)\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL))
