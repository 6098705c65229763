"""What comes back from the forms: the arguments they hold, and which field an error belongs to."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from typing import cast

from swr_bot.slack_app.cards.text import shown
from swr_bot.slack_app.views import PUBLIC, can_be_chosen, option
from swr_tools.errors import ArgumentInvalid, NameInvalid, NameTaken, OrganizationMissing, SwrError
from swr_tools.names import ExistingOrganizationName
from swr_tools.operations import CreateOperation
from swr_tools.operations.create_organization import CreateOrganization
from swr_tools.operations.create_repository import CreateRepository

_MOST_OPTIONS = 100
_LONGEST_ERROR = 500


def operation_of(arguments: Mapping[str, object]) -> type[CreateOperation]:
    """Which create a form asks for."""
    return CreateRepository if "repository" in arguments else CreateOrganization


def arguments_of(values: Mapping[str, Mapping[str, Mapping[str, object]]]) -> Mapping[str, object]:
    """The arguments that a form holds; what was left empty is left out, or empty where there must be something.

    Args:
        values: The `state.values` of the view: for each block, for each action, what it holds.
    """
    arguments: dict[str, object] = {}
    for field in fields(CreateRepository):
        if field.name in values:
            given = next((_given(state) for state in values[field.name].values()), "")
            if given or field.default is MISSING:
                arguments[field.name] = given == PUBLIC if field.name == "public" else given
    return arguments


def errors_of(error: SwrError, arguments: Mapping[str, object]) -> Mapping[str, str]:
    """The error as texts under the fields it is about; empty where it is about none of them.

    Args:
        error: Why the create was not proposed.
        arguments: As the form gave them.
    """
    if isinstance(error, ArgumentInvalid):
        return _invalid_fields(arguments)
    if isinstance(error, OrganizationMissing):
        return {"organization": _under_field(error)}
    if isinstance(error, NameTaken):
        return {"repository" if "repository" in arguments else "organization": _under_field(error)}
    return {}


def organization_options(names: Sequence[str], typed: str, *, complete: bool = True) -> Mapping[str, object]:
    """The answer to somebody who types into the menu of organizations: those that match, best first.

    Args:
        names: The organizations that are known.
        typed: What was typed so far.
        complete: Whether these are all; if not, a typed name is offered as it is, so that nobody is stuck.
    """
    wanted = typed.strip().lower()
    matching = sorted(
        (name for name in dict.fromkeys(names) if wanted in name.lower() and can_be_chosen(name)),
        key=lambda name: (not name.lower().startswith(wanted), name),
    )
    if not complete and wanted not in matching and _could_be(wanted):
        matching.insert(0, wanted)
    return {"options": [option(name, name) for name in matching[:_MOST_OPTIONS]]}


def _given(state: Mapping[str, object]) -> str:
    """What one element holds: a chosen option's value, or the typed text."""
    chosen = state.get("selected_option")
    value = cast("Mapping[str, object]", chosen).get("value") if isinstance(chosen, Mapping) else state.get("value")
    return value if isinstance(value, str) else ""


def _invalid_fields(arguments: Mapping[str, object]) -> Mapping[str, str]:
    """Every field that breaks its rule, asked one by one: an error for several does not tell them apart."""
    problems: dict[str, str] = {}
    for field in fields(operation_of(arguments)):
        if field.name in arguments:
            try:
                field.metadata["read"](field.name, arguments[field.name])
            except ArgumentInvalid as problem:
                problems[field.name] = _under_field(problem)
    return problems


def _under_field(error: SwrError) -> str:
    return shown(f"{error.sentence} {error.hint}".strip(), _LONGEST_ERROR)


def _could_be(name: str) -> bool:
    try:
        ExistingOrganizationName.parse(name)
    except NameInvalid:
        return False
    return True
