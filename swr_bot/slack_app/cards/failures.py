"""What did not work: one sentence, the truth about whether something was created, and the next step."""

from collections.abc import Sequence

from swr_bot.slack_app.cards.blocks import Block, header, paragraph, small, to_copy
from swr_bot.slack_app.cards.message import Message
from swr_bot.slack_app.cards.text import fallback
from swr_bot.slack_app.cards.typed import NEXT_LINES
from swr_bot.slack_app.vocabulary import PROGRAM
from swr_tools.errors import NOTHING_CREATED, Kind, RateLimited, SwrError, UsageError

HEADINGS = {
    Kind.USAGE: "✗ Not understood",
    Kind.INVALID: "✗ Not accepted",
    Kind.NOT_FOUND: "✗ Not found",
    Kind.EXISTS: "✗ Exists already",
    Kind.NOT_ALLOWED: "✗ Not allowed",
    Kind.UNAVAILABLE: "✗ SWR cannot be used now",
    Kind.NOT_CONFIRMED: "✗ Not confirmed",
    Kind.LOCAL: "✗ Something is wrong with this bot",
}


def failure(error: SwrError, *, reference: str = "") -> Message:
    """An error as people read it.

    Args:
        error: What happened.
        reference: What finds it in the log of this bot, or empty.
    """
    text = fallback(_said(error), _next_step(error))
    return Message(text, tuple(failure_blocks(error, reference=reference)))


def failure_blocks(error: SwrError, *, reference: str = "") -> Sequence[Block]:
    """The same as blocks, for a message or a view."""
    blocks: list[Block] = [header(HEADINGS[error.kind]), paragraph(_said(error), block_id="sentence")]
    if step := _next_step(error):
        blocks.append(paragraph(step, block_id="hint"))
    if error.code in NEXT_LINES:
        blocks.append(to_copy(NEXT_LINES[error.code], block_id="next"))
    if references := _references(error, reference):
        blocks.append(small(references, block_id="reference"))
    return blocks


def usage(error: UsageError) -> Message:
    """A line that could not be read: what was not understood, what to type, and where to learn more."""
    step = _next_step(error)
    help_line = f"{PROGRAM} help"
    blocks: list[Block] = [header(HEADINGS[error.kind]), paragraph(_said(error), block_id="sentence")]
    if step:
        blocks.append(paragraph(step, block_id="hint"))
    if help_line not in step:
        blocks.append(small(f"{help_line} shows every command.", block_id="help"))
    return Message(fallback(_said(error), step), tuple(blocks))


def crash(reference: str) -> Message:
    """Something nobody foresaw.

    Args:
        reference: What finds it in the log of this bot.
    """
    sentence = f"Something went wrong inside this bot. Tell whoever runs it: {reference}."
    step = f"If you asked for a create, {PROGRAM} pending shows whether it waits or is under way."
    blocks = (header(HEADINGS[Kind.LOCAL]), paragraph(sentence, block_id="sentence"), paragraph(step, block_id="hint"))
    return Message(fallback(sentence, step), blocks)


def notice(sentence: str, hint: str = "") -> Message:
    """A short answer without a heading, such as to a click that changes nothing."""
    said = f"{sentence} {hint}".strip()
    return Message(fallback(said), (paragraph(said, block_id="sentence"),))


def progress(words: str) -> Message:
    """What is being done, until the answer stands in its place: `Looking up payments/api`."""
    return notice(f"{words} …")


def _said(error: SwrError) -> str:
    return f"{error.sentence} {NOTHING_CREATED}" if error.nothing_created else error.sentence


def _next_step(error: SwrError) -> str:
    if error.hint or error.kind is not Kind.UNAVAILABLE:
        return error.hint
    if isinstance(error, RateLimited) and error.retry_after is not None:
        return f"Try again in {max(1, round(error.retry_after))} seconds."
    return "Try again in a minute."


def _references(error: SwrError, reference: str) -> str:
    parts = [
        f"SWR code {error.swr_code}" if error.swr_code else "",
        f"SWR request {error.request_id}" if error.request_id else "",
        f"Reference {reference}" if reference else "",
    ]
    return ", ".join(part for part in parts if part)
