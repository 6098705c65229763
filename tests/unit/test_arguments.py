"""From loose arguments to a call, or to one error that a person understands."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swr_tools.errors import ArgumentInvalid, NameInvalid
from swr_tools.models import Category
from swr_tools.operations import CATALOG, Operation
from swr_tools.operations.arguments import parse_arguments
from swr_tools.operations.create_organization import CreateOrganization
from swr_tools.operations.create_repository import CreateRepository
from swr_tools.operations.get_repository_info import GetRepositoryInfo
from swr_tools.operations.list_organizations import ListOrganizations

GOOD: dict[str, Any] = {"organization": "payments", "repository": "api"}
NOISE = ("pydantic", "validation error", "type=", "input_value", "Traceback", "<class", "object at", "https://errors")


def refused(operation: type[Operation], arguments: dict[str, Any]) -> ArgumentInvalid:
    """The error that these arguments give."""
    with pytest.raises(ArgumentInvalid) as caught:
        parse_arguments(operation, arguments)
    return caught.value


def test_good_arguments_make_a_call() -> None:
    """What is left out gets its default."""
    call = parse_arguments(CreateRepository, GOOD)
    assert (call.organization, call.repository, call.public, call.category) == ("payments", "api", False, None)
    assert call.description == ""
    everything = {**GOOD, "public": True, "category": "lang", "description": "Card payments"}
    call = parse_arguments(CreateRepository, everything)
    assert (call.public, call.category, call.description) == (True, Category.LANG, "Card payments")


def test_a_category_may_be_null() -> None:
    """Assistants say null where they mean nothing."""
    assert parse_arguments(CreateRepository, {**GOOD, "category": None}).category is None


@pytest.mark.parametrize("category", Category)
def test_every_category_can_be_asked_for(category: Category) -> None:
    """As SWR spells it."""
    assert parse_arguments(CreateRepository, {**GOOD, "category": category.value}).category is category


WRONG: dict[str, tuple[type[Operation], dict[str, Any], str, str]] = {
    "missing": (
        CreateOrganization,
        {},
        "The argument organization is missing.",
        "It means: Name of the new organization; unique in the region over all accounts.",
    ),
    "a slip in a name": (
        CreateRepository,
        {**GOOD, "pubic": True},
        "There is no argument pubic.",
        "Did you mean public?",
    ),
    "another name": (
        CreateOrganization,
        {"organization": "payments", "zzz": 1},
        "There is no argument zzz.",
        "create-organization takes organization.",
    ),
    "a bool as text": (CreateRepository, {**GOOD, "public": "true"}, "The argument public must be true or false.", ""),
    "a bool as a number": (CreateRepository, {**GOOD, "public": 1}, "The argument public must be true or false.", ""),
    "a bool as null": (CreateRepository, {**GOOD, "public": None}, "The argument public must be true or false.", ""),
    "a category that is not": (
        CreateRepository,
        {**GOOD, "category": "language"},
        "There is no category 'language'.",
        "Did you mean lang? Choose one of app_server, linux, framework_app, database, lang, other, windows, arm.",
    ),
    "a category in capitals": (
        CreateRepository,
        {**GOOD, "category": "LINUX"},
        "There is no category 'LINUX'.",
        "Did you mean linux? Choose one of app_server, linux, framework_app, database, lang, other, windows, arm.",
    ),
    "a category as a list": (
        CreateRepository,
        {**GOOD, "category": ["lang"]},
        "The argument category must be text.",
        "",
    ),
    "a category as a bool": (CreateRepository, {**GOOD, "category": True}, "The argument category must be text.", ""),
    "a description of two lines": (
        CreateRepository,
        {**GOOD, "description": "one\ntwo"},
        "The argument description holds a character that cannot be seen, \\n, at position 4.",
        "Leave out line breaks, control characters and direction marks.",
    ),
    "a description that turns around": (
        CreateRepository,
        {**GOOD, "description": "a\u202eb"},
        "The argument description holds a character that cannot be seen, \\u202e, at position 2.",
        "Leave out line breaks, control characters and direction marks.",
    ),
    "a description too long": (
        CreateRepository,
        {**GOOD, "description": "x" * 1001},
        "The argument description has 1,001 characters; at most 1,000 are possible.",
        "Shorten it.",
    ),
    "a search too long": (
        ListOrganizations,
        {"text": "x" * 65},
        "The argument text has 65 characters; at most 64 are possible.",
        "Shorten it.",
    ),
}


@pytest.mark.parametrize(("operation", "arguments", "sentence", "hint"), WRONG.values(), ids=WRONG)
def test_each_mistake_has_its_sentence(
    operation: type[Operation], arguments: dict[str, Any], sentence: str, hint: str
) -> None:
    """One sentence, and what to do."""
    error = refused(operation, arguments)
    assert (error.sentence, error.hint, error.code) == (sentence, hint, "argument-invalid")


@pytest.mark.parametrize("value", [7, None, ["payments"], {"name": "payments"}, True, 1.5, b"payments"], ids=str)
@pytest.mark.parametrize(
    ("operation", "name"),
    [
        (CreateOrganization, "organization"),
        (CreateRepository, "repository"),
        (CreateRepository, "description"),
        (GetRepositoryInfo, "repository"),
        (ListOrganizations, "text"),
    ],
)
def test_text_must_be_text(operation: type[Operation], name: str, value: object) -> None:
    """Nothing is coerced."""
    others = {each: GOOD[each] for each in GOOD if operation is CreateRepository}
    assert refused(operation, {**others, name: value}).sentence == f"The argument {name} must be text."


def test_a_wrong_name_keeps_all_that_is_known_about_it() -> None:
    """Alone, it is the error of the name itself, with its correction."""
    error = refused(CreateOrganization, {"organization": "Payments"})
    assert isinstance(error, NameInvalid)
    assert (error.given, error.suggestion, error.position) == ("Payments", "payments", 0)


def test_several_mistakes_are_told_at_once() -> None:
    """Each with its sentence; a hint that two share is said once."""
    error = refused(CreateRepository, {"organization": "Pay ments", "pubic": True, "category": "x", "description": 1})
    assert type(error) is ArgumentInvalid
    assert error.sentence.startswith("There is no argument pubic. ")
    for part in (
        "organization name",
        "The argument repository is missing.",
        "category 'x'",
        "description must be text",
    ):
        assert part in error.sentence
    missing = refused(CreateRepository, {"organization": 1, "repository": 2})
    assert missing.sentence == "The argument organization must be text. The argument repository must be text."


@pytest.mark.parametrize("size", [10_000, 1_000_000])
def test_huge_values_are_refused_quickly_and_briefly(size: int) -> None:
    """The error quotes a little of them at most."""
    huge = "x" * size
    started = time.monotonic()
    for operation, arguments in (
        (CreateOrganization, {"organization": huge}),
        (CreateRepository, {**GOOD, "category": huge}),
        (CreateRepository, {**GOOD, "description": huge}),
        (CreateRepository, {**GOOD, huge: 1}),
        (GetRepositoryInfo, {"repository": huge}),
        (ListOrganizations, {"text": huge}),
        (CreateRepository, {**GOOD, "category": [huge]}),
    ):
        error = refused(operation, arguments)
        assert len(error.sentence) + len(error.hint) < 600
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("odd", ["\ud800", "\x00", "\u202e", "a\nb", "\x1b[31m"])
def test_what_cannot_be_shown_is_spelled_out(odd: str) -> None:
    """In an error, too: it goes to terminals and chats."""
    for operation, arguments in (
        (CreateOrganization, {"organization": odd}),
        (CreateRepository, {**GOOD, odd: 1}),
        (CreateRepository, {**GOOD, "category": odd}),
        (CreateRepository, {**GOOD, "description": odd}),
        (GetRepositoryInfo, {"repository": odd}),
    ):
        error = refused(operation, arguments)
        assert not set(odd) & set("\ud800\x00\u202e\n\x1b") & set(error.sentence + error.hint)
        error.sentence.encode()


def parsed(operation: type[Operation], arguments: dict[str, Any]) -> Operation | ArgumentInvalid:
    """The call, or the error in its place; any other exception fails the test."""
    try:
        return parse_arguments(operation, arguments)
    except ArgumentInvalid as error:
        return error


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["payments", "api", "lang"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(["organization", "repository", "public", "category", "description", "text"]) | st.text()


@given(st.sampled_from(CATALOG), st.dictionaries(NAMES, VALUES, max_size=5))
def test_anything_is_a_call_or_a_sentence(operation: type[Operation], arguments: dict[str, Any]) -> None:
    """Never another exception, never the words of a library; and a call makes the same call again."""
    call = parsed(operation, arguments)
    if isinstance(call, ArgumentInvalid):
        assert call.sentence.endswith((".", "?", "!"))
        assert not any(noise in call.sentence for noise in NOISE if noise not in str(arguments))
        call.sentence.encode()
    else:
        assert parse_arguments(operation, call.canonical()) == call
