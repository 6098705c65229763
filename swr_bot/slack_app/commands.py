"""What is typed, after `/swr` or to the bot in a thread: read at once, and answered at once or by a job."""

from collections.abc import Mapping, Sequence

from swr_bot.grammar import Command, Parsed, parse
from swr_bot.slack_app import creating
from swr_bot.slack_app.cards.help import help_message
from swr_bot.slack_app.cards.lists import organizations, pending
from swr_bot.slack_app.cards.message import Message
from swr_bot.slack_app.cards.results import repository
from swr_bot.slack_app.face import Face
from swr_bot.slack_app.interaction import Interaction
from swr_bot.slack_app.modals import open_organization_form, open_repository_form
from swr_bot.slack_app.replies import Conversation
from swr_bot.slack_app.vocabulary import PROGRAM, SHARE, slack_commands
from swr_bot.text_repair import split
from swr_tools.models import OrganizationList, Record, RepositoryInfo
from swr_tools.operations import Effect, Operation
from swr_tools.proposals import State
from swr_tools.wording import safe

CODE_COMMANDS = (
    Command("confirm", "Show a create again by its code, to confirm it.", ("code",), "CODE", (), ("confirm K7QF",)),
    Command("decline", "Decline a create by its code.", ("code",), "CODE", (), ("decline K7QF",)),
)
_HELP = ("--help", "-h")
_LONGEST_SHOWN = 60


def all_commands() -> tuple[Command, ...]:
    """Everything that can be typed."""
    *others, help_command = slack_commands()
    return (*others, *CODE_COMMANDS, help_command)


_COMMANDS = all_commands()


def answer(face: Face, asked: Interaction, text: str) -> Message | None:
    """Read what was typed, and return what can be said at once; None where a job will answer.

    Raises:
        UsageError: It cannot be read.
        NotAllowed: This bot does not listen to them.
    """
    face.access.require(asked)
    words = split(text)
    if not words or words[-1].lower() in _HELP:
        return help_message(" ".join(words[:-1]), _COMMANDS)
    if asked.trigger and _opens_form(face, asked, words):
        return None
    parsed = parse(words, _COMMANDS, PROGRAM)
    if parsed.command.words == "help":
        return help_message(str(parsed.arguments.get("command", "")), _COMMANDS)
    conversation = face.conversation(asked)
    face.work.start(conversation, lambda: _run(face, asked, conversation, parsed))
    return None


def _opens_form(face: Face, asked: Interaction, words: Sequence[str]) -> bool:
    forms = {"repo create": open_repository_form, "org create": open_organization_form}
    form = forms.get(" ".join(words).lower())
    if form is None:
        return False
    face.work.start(face.conversation(asked), lambda: form(face, asked))
    return True


async def _run(face: Face, asked: Interaction, conversation: Conversation, parsed: Parsed) -> None:
    operation = parsed.command.operation
    if operation is None:
        await _own_command(face, asked, conversation, parsed)
    elif operation.effect is Effect.CREATE:
        await creating.propose(face, asked, conversation, operation, parsed.arguments)
    else:
        await look_up(face, asked, conversation, operation, parsed.arguments)


async def look_up(
    face: Face, asked: Interaction, conversation: Conversation, operation: type[Operation], typed: Mapping[str, object]
) -> None:
    """Ask SWR and show what it says: to the asker, or to all where that was said, or where the question was public."""
    arguments = {name: value for name, value in typed.items() if name != SHARE.field}
    shared = SHARE.field in typed or asked.place.public
    about = next((safe(str(value), _LONGEST_SHOWN) for value in arguments.values() if value), "the organizations")
    async with conversation.progress(f"Looking up {about}", face.patience.progress):
        record = await face.toolbox.call(operation.name, arguments, face.access.actor(asked))
    if isinstance(record, Record):
        await conversation.say(result_of(record, shared=shared, emulator=face.emulator), shared=shared)


def result_of(record: Record, *, shared: bool, emulator: bool, page: int = 0) -> Message:
    """The card of what a look-up returned."""
    if isinstance(record, OrganizationList):
        return organizations(record, page, shared=shared, emulator=emulator)
    if isinstance(record, RepositoryInfo):
        return repository(record, shared=shared, emulator=emulator)
    raise TypeError(type(record).__name__)


async def _own_command(face: Face, asked: Interaction, conversation: Conversation, parsed: Parsed) -> None:
    actor = face.access.actor(asked)
    if parsed.command.words == "pending":
        unsettled = await face.toolbox.unsettled(actor)
        await conversation.say(pending(unsettled, face.clock.now()))
        return
    code = safe(str(parsed.arguments["code"]).strip())
    proposal = await face.toolbox.with_code(code, actor)
    if parsed.command.words == "decline" and proposal.state is State.PENDING:
        await creating.decline(face, asked, conversation, proposal)
    else:
        await conversation.say(await creating.card_of(face, asked, proposal))
