"""What comes back from the forms, and the errors under their fields."""

from collections.abc import Callable, Mapping, Sequence
from typing import cast

import pytest

from swr_bot.slack_app.cards.limits import check
from swr_bot.slack_app.form_answers import arguments_of, errors_of, operation_of, organization_options
from swr_bot.slack_app.views import (
    confirm_view,
    create_organization_view,
    create_repository_view,
)
from swr_tools.errors import ArgumentInvalid, NameTaken, NotAllowed, OrganizationMissing, SwrError
from swr_tools.operations.arguments import parse_arguments
from swr_tools.operations.create_organization import CreateOrganization
from swr_tools.operations.create_repository import CreateRepository
from swr_tools.proposals import Proposal

Propose = Callable[..., Proposal]
State = Mapping[str, Mapping[str, Mapping[str, object]]]


def blocks_of(view: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
    """The blocks of a view by their ids."""
    return {str(block["block_id"]): block for block in cast("Sequence[Mapping[str, object]]", view["blocks"])}


def left_as_it_is(view: Mapping[str, object]) -> State:
    """What Slack sends back when somebody changes nothing and submits."""
    state: dict[str, dict[str, Mapping[str, object]]] = {}
    for block_id, block in blocks_of(view).items():
        element = cast("Mapping[str, object]", block["element"])
        held = {
            "type": element["type"],
            "value": element.get("initial_value"),
            "selected_option": element.get("initial_option"),
        }
        state[block_id] = {str(element["action_id"]): held}
    return state


@pytest.mark.parametrize(
    "given",
    [
        {"organization": "payments", "repository": "team/api"},
        {"organization": "p", "repository": "a", "public": True, "category": "lang", "description": " <!channel> "},
        {"organization": "A b", "repository": "x" * 3_000, "description": "d" * 1_001},
    ],
)
def test_a_form_gives_back_what_it_was_filled_in_with(given: dict[str, object]) -> None:
    """So that an edit begins where the last one ended, mistakes included."""
    view = create_repository_view(
        organization=str(given["organization"]),
        repository=str(given["repository"]),
        public=given.get("public") is True,
        category=str(given.get("category", "")),
        description=str(given.get("description", "")),
    )
    assert check(view) == []
    assert arguments_of(left_as_it_is(view)) == {"public": False, **given}


def test_an_empty_form_is_wrong_in_the_fields_that_must_be_filled_in() -> None:
    """Slack asks for them itself; whoever gets around that learns it here."""
    arguments = arguments_of(left_as_it_is(create_repository_view()))
    assert arguments == {"organization": "", "repository": "", "public": False}
    with pytest.raises(ArgumentInvalid) as raised:
        parse_arguments(operation_of(arguments), arguments)
    assert set(errors_of(raised.value, arguments)) == {"organization", "repository"}


def test_a_form_for_an_organization_asks_for_an_organization() -> None:
    """With the name alone."""
    arguments = arguments_of(left_as_it_is(create_organization_view(organization="payments")))
    assert (operation_of(arguments), arguments) == (CreateOrganization, {"organization": "payments"})


def test_blocks_that_are_no_fields_are_left_alone() -> None:
    """Such as the tick of the second look."""
    state: State = {"second_look": {"second_look": {"selected_options": [{"value": "yes"}]}}, "x": {}, "public": {}}
    assert arguments_of(state) == {}


@pytest.mark.parametrize("name", ["p" * 76, "\U0001f600" * 38, "payments\u202e" * 10])
def test_what_is_longer_than_an_option_is_not_chosen_at_first(name: str) -> None:
    """The form opens without it, rather than not at all."""
    view = create_repository_view(organization=name)
    assert check(view) == []
    assert "initial_option" not in cast("Mapping[str, object]", blocks_of(view)["organization"]["element"])


def test_a_category_that_is_none_is_not_chosen_at_first() -> None:
    """The menu has only those there are."""
    view = create_repository_view(category="nonsense")
    assert check(view) == []
    assert "initial_option" not in cast("Mapping[str, object]", blocks_of(view)["category"]["element"])


def test_each_wrong_field_has_its_own_sentence_with_the_corrected_name() -> None:
    """Although the tool layer tells all of them in one."""
    arguments: dict[str, object] = {
        "organization": "Pay ments",
        "repository": "API",
        "category": "lan",
        "description": "x\u202ey",
        "public": False,
    }
    with pytest.raises(ArgumentInvalid) as raised:
        parse_arguments(CreateRepository, arguments)
    found = errors_of(raised.value, arguments)
    assert set(found) == {"organization", "repository", "category", "description"}
    assert "Did you mean 'pay-ments'?" in found["organization"]
    assert "Did you mean 'api'?" in found["repository"]
    assert "Did you mean lang?" in found["category"]
    assert "\\u202e" in found["description"]


@pytest.mark.parametrize(
    ("error", "fields"),
    [
        (OrganizationMissing("There is none."), {"organization"}),
        (NameTaken("It exists."), {"repository"}),
        (NotAllowed("No."), set[str]()),
        (SwrError("Broken."), set[str]()),
    ],
)
def test_what_swr_says_about_a_field_stands_under_it(error: SwrError, fields: set[str]) -> None:
    """Everything else is shown as a whole."""
    assert set(errors_of(error, {"organization": "payments", "repository": "api"})) == fields


def test_a_taken_organization_name_stands_under_the_organization() -> None:
    """The only field there is."""
    assert set(errors_of(NameTaken("It exists."), {"organization": "payments"})) == {"organization"}


def values(options: Mapping[str, object]) -> list[object]:
    """What the options of a menu stand for."""
    return [option["value"] for option in cast("Sequence[Mapping[str, object]]", options["options"])]


def test_the_menu_offers_what_begins_with_the_typed_text_first() -> None:
    """Then what holds it; capitals do not matter; each once."""
    names = ["my-pay", "billing", "payments", "pay", "pay"]
    assert values(organization_options(names, " PAY ")) == ["pay", "payments", "my-pay"]


def test_the_menu_has_at_most_a_hundred_options_and_none_that_is_cut_or_hides_something() -> None:
    """No organization that could be created in has such a name, and nobody chooses another than they see."""
    names = [*(f"o{number:05}" for number in range(10_000)), "x" * 76, "x\u202ey", "x\ud800", "", " x"]
    assert len(values(organization_options(names, ""))) == 100
    assert values(organization_options(names, "x")) == []


def test_a_typed_name_can_be_chosen_while_swr_does_not_answer() -> None:
    """So that nobody is stuck; what is no name is not offered."""
    assert values(organization_options([], "payments", complete=False)) == ["payments"]
    assert values(organization_options(["payments"], "payments", complete=False)) == ["payments"]
    assert values(organization_options([], "pay ments", complete=False)) == []
    assert values(organization_options([], "", complete=False)) == []
    assert values(organization_options([], "payments")) == []


def test_a_public_repository_needs_a_tick_in_the_form(propose: Propose) -> None:
    """Slack does not send the yes without it."""
    private = propose(CreateRepository, organization="payments", repository="api")
    public = propose(CreateRepository, organization="payments", repository="api", public=True)
    assert "second_look" not in blocks_of(confirm_view(private, ""))
    assert blocks_of(confirm_view(public, ""))["second_look"]["optional"] is False


def test_closing_the_question_is_told(propose: Propose) -> None:
    """It means no."""
    assert confirm_view(propose(CreateOrganization, organization="payments"), "")["notify_on_close"] is True
