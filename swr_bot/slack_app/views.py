"""The modals: two forms, the question before a create, and what became of it.

A form's block ids are the names of the arguments, so that an error can stand under its field.
"""

from collections.abc import Mapping, Sequence

from swr_bot.slack_app.cards.blocks import Block, Element, paragraph, plain
from swr_bot.slack_app.cards.confirmation import question_blocks, waiting_blocks
from swr_bot.slack_app.cards.failures import failure_blocks
from swr_bot.slack_app.cards.results import HEADINGS, outcome_blocks
from swr_bot.slack_app.cards.text import shown, units
from swr_bot.slack_app.vocabulary import Action, Callback
from swr_tools.errors import SwrError
from swr_tools.gate.confirmation import confirmation_of
from swr_tools.models import Category
from swr_tools.operations.create_repository import DESCRIPTION_LIMIT
from swr_tools.proposals import Outcome, Proposal
from swr_tools.wording import first_invisible

View = Mapping[str, object]

PUBLIC = "public"
PRIVATE = "private"
_LONGEST_LABEL = 75
_LONGEST_TYPED = 3_000


def create_repository_view(
    *,
    organization: str = "",
    repository: str = "",
    public: bool = False,
    category: str = "",
    description: str = "",
    loading: bool = False,
    private_metadata: str = "",
) -> View:
    """The form for a new repository, filled in with what is known already.

    Args:
        organization: What is chosen at first, or empty.
        repository: Its name.
        public: Whether anybody may pull it.
        category: One of Category, or empty; another text is left out.
        description: One line.
        loading: Whether to show that the form comes, in place of the form.
        private_metadata: What this bot wants back with the answer; people can see it.
    """
    if loading:
        return _modal("New image repository", [paragraph("One moment …", block_id="state")], private_metadata)
    blocks = [
        _input("organization", "Organization", _organization_menu(organization), hint="Type a part of its name."),
        _input("repository", "Repository", _typed(Action.REPOSITORY, repository, placeholder="api, or team/api")),
        _input("public", "Visibility", _visibility(public=public)),
        _input("category", "Category", _categories(category), optional=True, hint="Left out, SWR decides."),
        _input(
            "description",
            "Description",
            _typed(Action.DESCRIPTION, description, placeholder="One line about it"),
            optional=True,
            hint=f"At most {DESCRIPTION_LIMIT:,} characters.",
        ),
    ]
    return _modal("New image repository", blocks, private_metadata, Callback.CREATE_REPOSITORY, submit="Review")


def create_organization_view(*, organization: str = "", private_metadata: str = "") -> View:
    """The form for a new organization."""
    field = _input(
        "organization",
        "Organization",
        _typed(Action.ORGANIZATION, organization, placeholder="payments"),
        hint="Unique in the region, over all accounts.",
    )
    return _modal("New organization", [field], private_metadata, Callback.CREATE_ORGANIZATION, submit="Review")


def confirm_view(proposal: Proposal, private_metadata: str) -> View:
    """The question before a create; sent, it is a yes, and closed, a no, of which Slack tells this bot.

    A public repository needs a tick besides.

    Args:
        proposal: What was asked for, still pending.
        private_metadata: What this bot wants back, the proposal's id among it.

    Raises:
        ProposalMissing: It cannot be read here, as one that a newer swr-bot wrote.
        ArgumentInvalid: Its arguments break today's rules.
    """
    question = confirmation_of(proposal)
    blocks = [*question_blocks(question, proposal.actor.id)]
    if question.public:
        blocks.append(_input("second_look", "Public", _second_look()))
    modal = _modal("Create this?", blocks, private_metadata, Callback.CONFIRM_PROPOSAL, submit="Create")
    return {**modal, "notify_on_close": True}


def waiting_view(proposal: Proposal, private_metadata: str = "") -> View:
    """While SWR works; closing it changes nothing."""
    return _modal("Creating", waiting_blocks(proposal), private_metadata, close="Close")


def outcome_view(proposal: Proposal, outcome: Outcome, *, by: str | None = None) -> View:
    """What became of a create."""
    title = HEADINGS[outcome.kind].partition(" ")[2]
    return _modal(title, outcome_blocks(proposal, outcome, by=by), close="Close")


def failure_view(error: SwrError, *, reference: str = "") -> View:
    """What did not work."""
    return _modal("That did not work", failure_blocks(error, reference=reference), close="Close")


def option(label: str, value: str) -> Element:
    """One entry of a menu."""
    return {"text": plain(label, _LONGEST_LABEL), "value": value}


def can_be_chosen(name: str) -> bool:
    """Whether a menu can show a name in full, so that nobody chooses another than they see."""
    return 0 < units(name) <= _LONGEST_LABEL and first_invisible(name) is None and name == name.strip()


def _modal(
    title: str,
    blocks: Sequence[Block],
    private_metadata: str = "",
    callback: Callback | None = None,
    *,
    submit: str = "",
    close: str = "Cancel",
) -> View:
    optional: Mapping[str, object] = {
        "callback_id": callback.value if callback else "",
        "private_metadata": private_metadata,
        "submit": plain(submit, 24) if submit else "",
    }
    return {
        "type": "modal",
        "title": plain(title, 24),
        "close": plain(close, 24),
        "blocks": [*blocks],
        **{name: value for name, value in optional.items() if value},
    }


def _input(name: str, label: str, element: Element, *, optional: bool = False, hint: str = "") -> Block:
    block = {"type": "input", "block_id": name, "label": plain(label, 2_000), "element": element, "optional": optional}
    return {**block, "hint": plain(hint, 2_000)} if hint else block


def _typed(action: Action, text: str, *, placeholder: str) -> Element:
    element = {"type": "plain_text_input", "action_id": action.value, "placeholder": plain(placeholder, 150)}
    return {**element, "initial_value": shown(text, _LONGEST_TYPED)} if text else element


def _organization_menu(chosen: str) -> Element:
    element = {
        "type": "external_select",
        "action_id": Action.ORGANIZATION.value,
        "placeholder": plain("Choose or type", 150),
        "min_query_length": 0,
    }
    return {**element, "initial_option": option(chosen, chosen)} if can_be_chosen(chosen) else element


def _visibility(*, public: bool) -> Element:
    private_option = option("Private: only this account can pull it", PRIVATE)
    public_option = option("Public: anybody can pull it, without logging in", PUBLIC)
    return {
        "type": "radio_buttons",
        "action_id": Action.PUBLIC.value,
        "options": [private_option, public_option],
        "initial_option": public_option if public else private_option,
    }


def _categories(chosen: str) -> Element:
    element = {
        "type": "static_select",
        "action_id": Action.CATEGORY.value,
        "placeholder": plain("Not set", 150),
        "options": [option(category, category.value) for category in Category],
    }
    return {**element, "initial_option": option(chosen, chosen)} if chosen in list(Category) else element


def _second_look() -> Element:
    return {
        "type": "checkboxes",
        "action_id": Action.SECOND_LOOK.value,
        "options": [option("Yes, anybody may pull its images without logging in", "yes")],
    }
