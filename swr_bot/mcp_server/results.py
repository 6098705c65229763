"""What an assistant reads: one or two lines of text, and the same facts as data.

Text from outside is shown with its control characters and direction marks spelled out.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import cast

from mcp_types import CallToolResult, TextContent

from swr_tools.errors import NOTHING_CREATED, Kind, RateLimited, SwrError, kind_of
from swr_tools.gate.proposal import create_of
from swr_tools.models import OrganizationList, Record, RepositoryInfo, plain, record_of
from swr_tools.operations import CreateOperation
from swr_tools.proposals import Outcome, OutcomeKind, Proposal
from swr_tools.wording import safe, size_text

LIST_LIMIT = 50
DO_NOT_RETRY = "Do not call it again on your own."
_EMULATED = "Emulator: nothing here is real."

_RETRY = {
    Kind.USAGE: "Calling it again with the same arguments does not help.",
    Kind.INVALID: "Correct the arguments and call it again.",
    Kind.NOT_FOUND: "Calling it again with the same arguments does not help.",
    Kind.EXISTS: "Calling it again with the same arguments does not help.",
    Kind.NOT_ALLOWED: f"Calling it again does not help. {DO_NOT_RETRY}",
    Kind.UNAVAILABLE: "Calling it again in a minute may help.",
    Kind.NOT_CONFIRMED: DO_NOT_RETRY,
    Kind.LOCAL: "Calling it again does not help before a person has mended this.",
}
# What shows more or mends it, by the tool it takes; a tool that the caller does not have is not named.
_NEXT_TOOL = {
    "organization-missing": {
        "list-organizations": "list-organizations shows those there are",
        "create-organization": "create-organization makes one",
    },
    "repository-missing": {
        "list-organizations": "list-organizations shows the organizations",
        "create-repository": "create-repository makes a repository",
    },
    "name-taken": {"get-repository-info": "get-repository-info and list-organizations show what is there"},
    "outcome-unknown": {"get-repository-info": "get-repository-info and list-organizations show what is there"},
}


def success(record: Record, *, emulator: bool) -> CallToolResult:
    """The result of a read."""
    data, text = _shown(record)
    return _result(text, data, emulator=emulator)


def failure(error: SwrError, tools: Collection[str]) -> CallToolResult:
    """An error that the assistant can act on: what was wrong, what would be right, whether calling again helps.

    Args:
        error: What happened.
        tools: The tools that the caller has, as far as the answer may name them.
    """
    retry = _RETRY[error.kind]
    if isinstance(error, RateLimited) and error.retry_after is not None:
        seconds = max(1, round(error.retry_after))
        retry = "" if error.hint else f"Call it again in {seconds} second{'' if seconds == 1 else 's'}."
    sentences = [
        error.sentence,
        NOTHING_CREATED if error.nothing_created else "",
        error.hint,
        _next_tool(error.code, tools),
        _for_support(error.swr_code, error.request_id),
        retry,
    ]
    return refusal(*sentences)


def told(error: SwrError) -> str:
    """A failure where the protocol has its own place for it: what is wrong, and what to do next."""
    return f"{error.sentence} {error.hint}".strip()


def refusal(*sentences: str) -> CallToolResult:
    """A result that says no, in these sentences; each is said once."""
    return CallToolResult(content=[_text(safe(" ".join(_once(sentences))))], is_error=True)


def outcome_of(proposal: Proposal, outcome: Outcome, *, emulator: bool) -> CallToolResult:
    """What became of a create."""
    if outcome.kind is OutcomeKind.CREATED:
        return _created(create_of(proposal), proposal, outcome, emulator=emulator)
    code, again = outcome.error_code or "", ""
    if outcome.kind is OutcomeKind.REFUSED:
        again = _RETRY[kind_of(code)]
    if outcome.kind is OutcomeKind.UNKNOWN:
        code, again = "outcome-unknown", DO_NOT_RETRY
    return refusal(
        outcome.sentence,
        outcome.hint,
        _next_tool(code, _NEXT_TOOL.get(code, ())),
        _for_support(outcome.swr_code, outcome.request_id),
        again,
    )


def compact(value: object) -> object:
    """JSON as an assistant gets it: nothing that is empty, and no character that cannot be seen."""
    if isinstance(value, str):
        return safe(value)
    if isinstance(value, Mapping):
        parts = cast("Mapping[str, object]", value)
        return {name: compact(part) for name, part in parts.items() if part is not None and part != ""}
    if isinstance(value, list | tuple):
        return [compact(item) for item in cast("list[object]", value)]
    return value


def _next_tool(code: str, tools: Collection[str]) -> str:
    ways = [says for tool, says in _NEXT_TOOL.get(code, {}).items() if tool in tools]
    return f"{', '.join(ways)}." if ways else ""


def _created(create: CreateOperation, proposal: Proposal, outcome: Outcome, *, emulator: bool) -> CallToolResult:
    data: dict[str, object] = {"outcome": "created", "code": proposal.code}
    sentences = [safe(outcome.sentence), safe(outcome.hint)]
    if outcome.result is None:
        sentences.append("SWR did not show its details.")
    else:
        record = record_of(type(create).result, outcome.result)
        data[create.noun], shown = _shown(record)
        sentences.append(shown)
    return _result(" ".join(_once(sentences)), data, emulator=emulator)


def _result(text: str, data: Mapping[str, object], *, emulator: bool) -> CallToolResult:
    if emulator:
        data, text = {**data, "emulator": True}, f"{text}\n{_EMULATED}"
    return CallToolResult(content=[_text(text)], structured_content=dict(data))


def _text(text: str) -> TextContent:
    lines = (safe(line) for line in text.split("\n"))
    return TextContent(type="text", text="\n".join(lines))


def _shown(record: Record) -> tuple[Mapping[str, object], str]:
    """A record as data and as text."""
    if isinstance(record, OrganizationList):
        return _list_shown(record)
    data = cast("Mapping[str, object]", compact(plain(record)))
    if isinstance(record, RepositoryInfo):
        return data, _repository_text(record)
    return data, _facts(data)


def _list_shown(found: OrganizationList) -> tuple[Mapping[str, object], str]:
    listed, more = found.organizations[:LIST_LIMIT], len(found.organizations) - LIST_LIMIT
    data = cast("dict[str, object]", compact(plain(replace(found, organizations=listed))))
    fitting = f" with '{safe(found.text)}' in the name" if found.text else ""
    count = f"{len(found.organizations)} of {found.total} organizations{fitting}"
    if not found.organizations:
        return data, f"{count}."
    names = safe(", ".join(organization.name for organization in listed))
    if more <= 0:
        return data, f"{count}: {names}."
    return {**data, "more": more}, f"{count}: {names}, and {more} more. Narrow them down with the argument text."


def _repository_text(info: RepositoryInfo) -> str:
    seen = "public" if info.public else "private"
    category = f", category {info.category}" if info.category else ""
    counts = f"{info.images} images, {size_text(info.size_bytes)}, {info.downloads} downloads"
    parts = [
        f"{info.organization}/{info.name} is {seen}{category}: {counts}.",
        f"Created {info.created_at:%Y-%m-%d %H:%M} UTC{_by(info)}." if info.created_at else "",
        f"Updated {info.updated_at:%Y-%m-%d %H:%M} UTC." if info.updated_at else "",
        f"Its description, text from outside: {_quoted(info.description)}." if info.description else "",
    ]
    return f"{safe(' '.join(_once(parts)))}\nPull it with: {safe(info.pull_command)}"


def _quoted(text: str) -> str:
    """Text in quotes that it cannot end."""
    return json.dumps(safe(text, 1_000), ensure_ascii=False)


def _by(info: RepositoryInfo) -> str:
    return f" by {info.created_by}" if info.created_by else ""


def _facts(data: Mapping[str, object]) -> str:
    return "; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in data.items()) + "."


def _for_support(swr_code: str | None, request_id: str | None) -> str:
    parts = [f"code {swr_code}" if swr_code else "", f"request {request_id}" if request_id else ""]
    return f"SWR's {' and '.join(_once(parts))}." if any(parts) else ""


def _once(sentences: list[str] | tuple[str, ...]) -> list[str]:
    """The sentences that say something, none of them twice."""
    said: list[str] = []
    for sentence in sentences:
        if sentence and not any(sentence in earlier for earlier in said):
            said.append(sentence)
    return said
