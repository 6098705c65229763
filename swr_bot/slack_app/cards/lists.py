"""Organizations, page by page, and the proposals that wait for an answer."""

import json
from collections.abc import Sequence
from datetime import datetime

from swr_bot.slack_app.cards.blocks import Block, Element, button, buttons, header, paragraph, plain, small, table
from swr_bot.slack_app.cards.message import Message
from swr_bot.slack_app.cards.results import seen_by
from swr_bot.slack_app.cards.text import fallback, name_shown, shown
from swr_bot.slack_app.vocabulary import PROGRAM, Action
from swr_tools.gate.proposal import subject_of
from swr_tools.models import Organization, OrganizationList
from swr_tools.proposals import Proposal, State
from swr_tools.wording import age_text, time_left_text

PAGE = 20
_TITLES = ("Organization", "Access", "Repositories", "Created by")
_LONGEST_SEARCH = 64


def organizations(found: OrganizationList, page: int = 0, *, shared: bool = False, emulator: bool = False) -> Message:
    """One page of organizations, with buttons to the pages before and after.

    Args:
        found: All of them.
        page: Which page, from 0; one that is not there any more shows the last.
        shared: Whether the whole channel sees the message.
        emulator: Whether it is the emulator that answered.
    """
    last = max(0, len(found.organizations) - 1) // PAGE
    page = min(max(page, 0), last)
    listed = found.organizations[page * PAGE : (page + 1) * PAGE]
    blocks: list[Block] = [header("Organizations"), paragraph(_counted(found, page, last), block_id="count")]
    if listed:
        blocks.append(table(_TITLES, [_row(organization) for organization in listed], block_id="organizations"))
    if last:
        blocks.append(buttons(*_pages(found.text, page, last), block_id="pages"))
    names = ", ".join(name_shown(organization.name, 64) for organization in listed)
    text = fallback(_counted(found, page, last), f"{names}." if names else "")
    return Message(text, (*blocks, *seen_by(shared=shared, emulator=emulator)))


def asked_page(value: str) -> tuple[str, int]:
    """The search text and the page that a page button carries; the first page of all, where it is not one of ours."""
    try:
        match json.loads(value):
            case {"text": str(text), "page": int(page)}:
                return text[:_LONGEST_SEARCH], page
            case _:
                return "", 0
    except (ValueError, RecursionError):
        return "", 0


def pending(proposals: Sequence[Proposal], now: datetime) -> Message:
    """The creates without an outcome; each that can still be confirmed has a button that shows its card.

    None of them can be confirmed from here: nobody says yes without having seen every value.
    """
    if not proposals:
        sentence = "Nothing waits for you."
        return Message(fallback(sentence), (paragraph(sentence, block_id="count"),))
    listed, more = proposals[:PAGE], len(proposals) - PAGE
    blocks: list[Block] = [header("Waiting for you"), *(_waiting(proposal, now) for proposal in listed)]
    if more > 0:
        blocks.append(small(f"And {more} more; settle some of these first.", block_id="more"))
    text = fallback("Waiting for you:", " ".join(_described(proposal, now) for proposal in listed))
    return Message(text, tuple(blocks))


def _counted(found: OrganizationList, page: int, last: int) -> str:
    many = f"{len(found.organizations)} of {found.total}" if found.text else str(len(found.organizations))
    noun = "organization" if found.total == 1 else "organizations"
    matching = f" with “{shown(found.text, _LONGEST_SEARCH)}” in the name" if found.text else ""
    pages = f" Page {page + 1} of {last + 1}." if last else ""
    return f"{many} {noun}{matching}.{pages}{_way_on(found)}"


def _way_on(found: OrganizationList) -> str:
    if found.organizations:
        return ""
    if found.total:
        return f" Type {PROGRAM} org list for all of them."
    return f" Type {PROGRAM} org create NAME to make one."


def _row(organization: Organization) -> Sequence[str]:
    count = "not known" if organization.repositories is None else str(organization.repositories)
    created_by = shown(organization.created_by or "not known", 64)
    return name_shown(organization.name, 128), organization.access or "not known", count, created_by


def _pages(text: str, page: int, last: int) -> Sequence[Element]:
    def turn(label: str, action: Action, to: int) -> Element:
        value = json.dumps({"text": text[:_LONGEST_SEARCH], "page": to})
        return button(label, action, value, spoken=f"{label} page of organizations")

    before = [turn("Previous", Action.PREVIOUS_PAGE, page - 1)] if page else []
    after = [turn("Next", Action.NEXT_PAGE, page + 1)] if page < last else []
    return [*before, *after]


def _waiting(proposal: Proposal, now: datetime) -> Block:
    section = {
        "type": "section",
        "block_id": f"waiting-{proposal.code}-{proposal.id}"[:255],
        "text": plain(_described(proposal, now), 600),
    }
    if proposal.state is not State.PENDING:
        return section
    spoken = f"Show {proposal.code}, {subject_of(proposal)}"
    return {**section, "accessory": button("Show", Action.SHOW, proposal.id, spoken=spoken)}


def _described(proposal: Proposal, now: datetime) -> str:
    where = f"{proposal.site.cloud} {proposal.site.region}"
    if proposal.claimed_at is not None:
        standing = f"was confirmed {age_text(proposal.claimed_at, now)}; look it up before asking again"
    else:
        left = time_left_text((proposal.expires_at - now).total_seconds())
        standing = f"waits for your answer, {left} left"
    return f"{proposal.code}: creating {subject_of(proposal)} in {where} {standing}."
