"""What became of a create, and what SWR shows of a repository or an organization."""

from collections.abc import Sequence

from swr_bot.slack_app.cards.blocks import (
    Block,
    Element,
    Row,
    header,
    line,
    moment,
    paragraph,
    person,
    small,
    table_of_facts,
    to_copy,
    words,
)
from swr_bot.slack_app.cards.message import Message
from swr_bot.slack_app.cards.text import fallback, name_shown
from swr_bot.slack_app.cards.typed import NEXT_LINES, again_line, look_up_line
from swr_bot.slack_app.vocabulary import SHARE
from swr_tools.errors import ArgumentInvalid, Kind, NameTaken, ProposalMissing, kind_of
from swr_tools.gate.proposal import create_of, subject_of
from swr_tools.models import Record, RepositoryInfo, record_of
from swr_tools.operations import CreateOperation
from swr_tools.proposals import Outcome, OutcomeKind, Proposal
from swr_tools.wording import size_text

EMULATED = "Emulator: nothing here is real."

# A mark and a word for each, so that none is told by colour.
HEADINGS = {
    OutcomeKind.CREATED: "✓ Created",
    OutcomeKind.REFUSED: "✗ Not created",
    OutcomeKind.DECLINED: "⊘ Declined",
    OutcomeKind.EXPIRED: "○ Expired",
    OutcomeKind.UNKNOWN: "? Outcome not known",
}
_BY = {OutcomeKind.DECLINED: "Declined by "}


def outcome(proposal: Proposal, outcome: Outcome, *, by: str | None = None) -> Message:
    """What became of a create: what, who and when; no buttons are left.

    Args:
        proposal: What was asked for.
        outcome: What became of it.
        by: The Slack id of whoever confirmed or declined; None: as the outcome says.
    """
    record = _record(proposal, outcome)
    pull = f"Pull it with: {record.pull_command}" if isinstance(record, RepositoryInfo) else ""
    text = fallback(outcome.sentence, outcome.hint, _emulated(proposal), pull)
    return Message(text, tuple(_outcome_blocks(proposal, outcome, record, by)))


def outcome_blocks(proposal: Proposal, outcome: Outcome, *, by: str | None = None) -> Sequence[Block]:
    """The same as blocks, for a view."""
    return _outcome_blocks(proposal, outcome, _record(proposal, outcome), by)


def _outcome_blocks(proposal: Proposal, outcome: Outcome, record: Record | None, by: str | None) -> Sequence[Block]:
    said = f"{outcome.sentence} {outcome.hint}".strip()
    blocks: list[Block] = [
        header(f"{HEADINGS[outcome.kind]}: {subject_of(proposal)}"),
        paragraph(said, block_id="sentence"),
    ]
    if isinstance(record, RepositoryInfo):
        blocks += [to_copy(record.pull_command, block_id="pull"), table_of_facts([_visibility_row(record)])]
    elif next_line := _next_line(proposal, outcome, record):
        blocks.append(to_copy(next_line, block_id="next"))
    blocks.append(line(*_who_and_when(outcome, by), block_id="settled"))
    blocks.append(small(_references(proposal, outcome), block_id="reference"))
    return blocks


def repository(info: RepositoryInfo, *, shared: bool, emulator: bool = False) -> Message:
    """A repository: the pull command first, then what SWR knows.

    Args:
        info: What SWR shows.
        shared: Whether the whole channel sees the message.
        emulator: Whether it is the emulator that answered.
    """
    name = f"{info.organization}/{info.name}"
    remark = EMULATED if emulator else ""
    text = fallback(f"{name} is {_visibility(info)}.", remark, f"Pull it with: {info.pull_command}")
    blocks = [
        header(name_shown(name, 150)),
        to_copy(info.pull_command, block_id="pull"),
        table_of_facts(_repository_rows(info)),
        *seen_by(shared=shared, emulator=emulator),
    ]
    return Message(text, tuple(blocks))


def seen_by(*, shared: bool, emulator: bool) -> Sequence[Block]:
    """Below a look-up: who sees it, and whether it is real."""
    alone = "" if shared else f"Only you see this; add {SHARE.name} to show it to the channel."
    remark = " ".join(part for part in (EMULATED if emulator else "", alone) if part)
    return (small(remark, block_id="seen-by"),) if remark else ()


def _repository_rows(info: RepositoryInfo) -> Sequence[Row]:
    images = f"{info.images} image{'' if info.images == 1 else 's'}"
    downloads = f"{info.downloads} download{'' if info.downloads == 1 else 's'}"
    unknown = words("not known")
    return (
        _visibility_row(info),
        ("Size", words(f"{size_text(info.size_bytes)}, {images}, {downloads}")),
        ("Category", words(info.category or "not set", limit=100)),
        ("Created", moment(info.created_at) if info.created_at else unknown),
        ("Created by", words(info.created_by or "not known", limit=200)),
        ("Updated", moment(info.updated_at) if info.updated_at else unknown),
        ("Description", words(info.description or "none")),
    )


def _visibility_row(info: RepositoryInfo) -> Row:
    return "Visibility", words(_visibility(info), bold=info.public)


def _visibility(info: RepositoryInfo) -> str:
    return "PUBLIC: anybody can pull it" if info.public else "private"


def _record(proposal: Proposal, outcome: Outcome) -> Record | None:
    """What was created, as it was read back; None where it was not, or where this release cannot read it."""
    create = create_or_none(proposal)
    if create is None or outcome.kind is not OutcomeKind.CREATED or outcome.result is None:
        return None
    try:
        return record_of(type(create).result, outcome.result)
    except ValueError:
        return None


def create_or_none(proposal: Proposal) -> CreateOperation | None:
    """The call that a proposal holds; None where a newer release wrote it."""
    try:
        return create_of(proposal)
    except (ProposalMissing, ArgumentInvalid):
        return None


def _next_line(proposal: Proposal, outcome: Outcome, record: Record | None) -> str:
    """The next thing to type: look where it may be there, ask again where it cannot be."""
    create = create_or_none(proposal)
    if create is None or record is not None:
        return ""
    if outcome.kind in (OutcomeKind.CREATED, OutcomeKind.UNKNOWN) or outcome.error_code == NameTaken.code:
        return look_up_line(create)
    if outcome.kind is OutcomeKind.REFUSED and kind_of(outcome.error_code or "") is not Kind.UNAVAILABLE:
        return NEXT_LINES.get(outcome.error_code or "", "")
    return again_line(create)


def _who_and_when(outcome: Outcome, by: str | None) -> Sequence[Element]:
    who = by or outcome.by
    if not who:
        settled = "Expired " if outcome.kind is OutcomeKind.EXPIRED else "Settled "
        return (words(settled), moment(outcome.at), words("."))
    return (words(_BY.get(outcome.kind, "Confirmed by ")), person(who), words(", "), moment(outcome.at), words("."))


def _references(proposal: Proposal, outcome: Outcome) -> str:
    parts = [
        f"Code {proposal.code}",
        f"SWR code {outcome.swr_code}" if outcome.swr_code else "",
        f"SWR request {outcome.request_id}" if outcome.request_id else "",
    ]
    references = ", ".join(part for part in parts if part)
    return f"{references}. {_emulated(proposal)}".strip()


def _emulated(proposal: Proposal) -> str:
    return EMULATED if proposal.site.cloud == "emulator" else ""
