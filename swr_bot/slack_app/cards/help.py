"""`/swr help`: what there is, how each is typed, and lines that work; made from the grammar."""

from collections.abc import Sequence

from swr_bot.grammar import Command, Flag
from swr_bot.slack_app.cards.blocks import Block, Element, header, paragraph, small, words
from swr_bot.slack_app.cards.message import Message
from swr_bot.slack_app.cards.text import fallback
from swr_bot.slack_app.vocabulary import BOT_NAME, PROGRAM, SHORTCUT_NAME, slack_commands
from swr_tools.errors import UsageError
from swr_tools.wording import did_you_mean, safe

_ABOUT = (
    "Organizations and repositories in Huawei Cloud's container registry (SWR). "
    "Nothing is ever created without a confirmation."
)
_MORE = (
    f"An image reference alone is a look-up: {PROGRAM} payments/api:1.2. "
    f"{PROGRAM} repo create and {PROGRAM} org create alone open a form, and so does the shortcut “{SHORTCUT_NAME}”. "
    f"In a thread, mention the bot: @{BOT_NAME} repo info payments/api. "
    f"{PROGRAM} help repo create explains one command."
)


def help_message(asked: str = "", commands: Sequence[Command] | None = None) -> Message:
    """The help for what follows `help`: nothing, a command, or the first word of several.

    Args:
        asked: As typed.
        commands: What can be typed after `/swr`; all of this face's commands, unless given.

    Raises:
        UsageError: There is no such command.
    """
    known = slack_commands() if commands is None else commands
    wanted = " ".join(asked.lower().split())
    if not wanted:
        return _overview(known)
    found = [command for command in known if command.words == wanted] or [
        command for command in known if command.words.split()[0] == wanted
    ]
    if not found:
        close = did_you_mean(wanted, [command.words for command in known])
        hint = f"Did you mean {PROGRAM} help {close}?" if close else f"Type {PROGRAM} help"
        raise UsageError(f"There is no command {safe(wanted, 60)}.", hint=hint)
    text = " ".join(f"{PROGRAM} {command.usage}: {command.summary}" for command in found)
    return Message(fallback(text), tuple(block for command in found for block in _explained(command)))


def _overview(commands: Sequence[Command]) -> Message:
    entries = [(f"{PROGRAM} {command.words} {command.label}".strip(), command.summary) for command in commands]
    text = fallback(_ABOUT, " ".join(f"{line}: {summary}" for line, summary in entries), _MORE)
    blocks = (
        header("What you can type"),
        paragraph(_ABOUT, block_id="about"),
        _entries(entries, block_id="commands"),
        paragraph(_MORE, block_id="more"),
    )
    return Message(text, blocks)


def _explained(command: Command) -> Sequence[Block]:
    name = command.words.replace(" ", "-")
    blocks: list[Block] = [
        {**header(f"{PROGRAM} {command.words}"), "block_id": f"heading-{name}"},
        paragraph(command.summary, block_id=f"about-{name}"),
        _code(f"{PROGRAM} {command.usage}", block_id=f"usage-{name}"),
    ]
    if command.flags:
        flags = [(f"{flag.name} {flag.value}".strip(), _flag_help(flag)) for flag in command.flags]
        blocks.append(_entries(flags, block_id=f"flags-{name}"))
    if command.examples:
        lines = "\n".join(f"{PROGRAM} {example}" for example in command.examples)
        blocks += [small("Lines that work:", block_id=f"lines-{name}"), _code(lines, block_id=f"examples-{name}")]
    return blocks


def _flag_help(flag: Flag) -> str:
    return f"{flag.help} One of: {', '.join(flag.choices)}." if flag.choices else flag.help


def _entries(entries: Sequence[tuple[str, str]], *, block_id: str) -> Block:
    """A list of things to type, each with its sentence."""
    items: list[Element] = [
        {"type": "rich_text_section", "elements": [{**words(line), "style": {"code": True}}, words(f" {summary}")]}
        for line, summary in entries
    ]
    bullets = {"type": "rich_text_list", "style": "bullet", "elements": items}
    return {"type": "rich_text", "block_id": block_id, "elements": [bullets]}


def _code(lines: str, *, block_id: str) -> Block:
    text = {"type": "text", "text": lines}
    return {
        "type": "rich_text",
        "block_id": block_id,
        "elements": [{"type": "rich_text_preformatted", "elements": [text]}],
    }
