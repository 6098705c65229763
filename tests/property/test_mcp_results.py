"""Laws of what assistants read: nothing in it is invisible, and the published schema is the accepted one."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

import jsonschema
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mcp_types import CallToolResult, TextContent

from swr_bot.mcp_server.confirmation import question_text
from swr_bot.mcp_server.face import ALL_OPERATIONS
from swr_bot.mcp_server.results import failure, outcome_of, refusal, success
from swr_bot.mcp_server.schemas import input_schema, output_schema
from swr_tools.actor import Actor
from swr_tools.errors import AnswerLost, ArgumentInvalid, NameInvalid, NotAllowed, RateLimited, SwrError
from swr_tools.gate.proposal import new_proposal
from swr_tools.models import Access, Organization, OrganizationList, Record, RepositoryInfo, plain
from swr_tools.operations import CATALOG, CreateOperation, Operation
from swr_tools.operations.arguments import parse_arguments
from swr_tools.proposals import Outcome, OutcomeKind, Proposal, Site

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OPERATIONS = {operation.name: operation for operation in CATALOG}
unhurried = settings(deadline=None, max_examples=60)  # a list of organizations takes its time to be made
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
NASTY = st.sampled_from(
    ["\n", "\r", "\x00", "\x1b[2J", "\u202e", "\u2066", "\u200b", "\u2028", "\ufeff", "\udcff", "`", "\U000e0041"]
)
TEXTS = st.lists(st.one_of(st.text(max_size=8), NASTY), max_size=4).map("".join)
SAYINGS = TEXTS.map(lambda text: text or "x")
COUNTS = st.integers(0, 2**60)
TIMES = st.none() | st.datetimes(min_value=datetime(1970, 1, 2), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
ORGANIZATIONS = st.builds(
    Organization,
    name=SAYINGS,
    id=COUNTS,
    created_by=TEXTS,
    access=st.none() | st.sampled_from(Access),
    repositories=st.none() | COUNTS,
)
LISTS = st.builds(
    OrganizationList,
    organizations=st.lists(ORGANIZATIONS, max_size=3).flatmap(
        lambda few: st.sampled_from([0, 1, 20]).map(lambda n: tuple(few * n))
    ),
    total=COUNTS,
    text=TEXTS,
)
REPOSITORIES = st.builds(
    RepositoryInfo,
    organization=SAYINGS,
    name=SAYINGS,
    address=SAYINGS,
    pull_command=SAYINGS,
    public=st.booleans(),
    category=TEXTS,
    description=TEXTS,
    size_bytes=COUNTS,
    images=COUNTS,
    downloads=COUNTS,
    created_by=TEXTS,
    created_at=TIMES,
    updated_at=TIMES,
)
ERRORS: st.SearchStrategy[SwrError] = st.one_of(
    *[
        st.builds(kind, TEXTS, hint=TEXTS, swr_code=st.none() | TEXTS, request_id=st.none() | TEXTS)
        for kind in (ArgumentInvalid, NotAllowed, AnswerLost, RateLimited)
    ]
)
WORDS = st.lists(
    st.sampled_from(["a", "z9", "0", "app", "library", "-", "_", "__", ".", "/", "--", "A", " ", "\n", "\u00e9"]),
    max_size=6,
)
NAMES = st.one_of(WORDS.map("".join), st.integers(60, 130).map(lambda count: "a" * count), st.text(max_size=5))
ODD = st.one_of(st.none(), st.integers(), st.booleans(), st.lists(st.text(max_size=2), max_size=1))


def is_visible(text: str) -> None:
    """Hold a text to characters that can be seen, and line ends of our own."""
    assert not [c for c in text if c != "\n" and unicodedata.category(c) in INVISIBLE]


def strings_in(value: object) -> list[str]:
    """All texts in data."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for part in cast("Mapping[str, object]", value).values() for text in strings_in(part)]
    items = cast("list[object]", value) if isinstance(value, list) else []
    return [text for item in items for text in strings_in(item)]


def read(result: CallToolResult) -> str:
    """What an assistant reads; holds both halves of the result to what can be seen."""
    (block,) = result.content
    assert isinstance(block, TextContent)
    is_visible(block.text)
    for text in strings_in(result.structured_content):
        is_visible(text)
        assert "\n" not in text
    return block.text


def proposal_for(call: CreateOperation, *, account: str = "key", region: str = "cn-north-4") -> Proposal:
    """Somebody's request for it."""
    site = Site(cloud="huaweicloud", region=region, endpoint="https://swr", account=account, account_id="1")
    return new_proposal(call, Actor(face="mcp", tenant="host", id="ann"), site, NOW, NOW - NOW)


@unhurried
@example(record=OrganizationList(organizations=(Organization(name="a\nb", id=1),), total=1), emulator=False)
@example(record=OrganizationList(organizations=(), total=1, text="a\nb"), emulator=False)
@given(record=st.one_of(ORGANIZATIONS, LISTS, REPOSITORIES), emulator=st.booleans())
def test_nothing_that_swr_says_is_invisible(record: Record, *, emulator: bool) -> None:
    """In the text or in the data, in a few lines; and the data is what was published."""
    result = success(record, emulator=emulator)
    assert len(read(result).split("\n")) == 1 + isinstance(record, RepositoryInfo) + emulator
    for operation in CATALOG:
        if not issubclass(operation, CreateOperation) and isinstance(record, operation.result):
            jsonschema.validate(result.structured_content, output_schema(operation))


@unhurried
@given(error=ERRORS, nothing=st.booleans())
def test_nothing_in_an_error_is_invisible(error: SwrError, *, nothing: bool) -> None:
    """And whether something was created is said when it is known."""
    error.nothing_created = nothing
    result = failure(error, ALL_OPERATIONS)
    text = read(result)
    assert result.is_error
    assert "\n" not in text
    assert not nothing or "Nothing was created." in text


@unhurried
@given(sentences=st.lists(TEXTS, max_size=4))
def test_nothing_in_a_refusal_is_invisible(sentences: list[str]) -> None:
    """Whoever wrote its sentences."""
    read(refusal(*sentences))


@unhurried
@given(
    kind=st.sampled_from(OutcomeKind),
    sentence=TEXTS,
    hint=TEXTS,
    code=st.none() | TEXTS,
    record=st.none() | REPOSITORIES,
    emulator=st.booleans(),
)
def test_nothing_in_an_outcome_is_invisible(
    kind: OutcomeKind, sentence: str, hint: str, code: str | None, record: RepositoryInfo | None, *, emulator: bool
) -> None:
    """Whatever the journal holds; only what was created is a success, and its data is what was published."""
    create = OPERATIONS["create-repository"]
    call = parse_arguments(create, {"organization": "payments", "repository": "api"})
    assert isinstance(call, CreateOperation)
    shown: Any = plain(record) if record else None
    outcome = Outcome(kind=kind, sentence=sentence, hint=hint, at=NOW, swr_code=code, request_id=code, result=shown)

    result = outcome_of(proposal_for(call), outcome, emulator=emulator)

    created = kind is OutcomeKind.CREATED
    assert len(read(result).split("\n")) == 1 + (created and record is not None) + (created and emulator)
    assert result.is_error == (not created)
    if not result.is_error:
        jsonschema.validate(result.structured_content, output_schema(create))


@unhurried
@given(description=TEXTS, account=TEXTS, region=TEXTS)
def test_nothing_in_a_question_is_invisible(description: str, account: str, region: str) -> None:
    """A value cannot begin a line of its own, and so pass for another fact."""
    create = OPERATIONS["create-repository"]
    try:
        call = parse_arguments(create, {"organization": "payments", "repository": "api", "description": description})
    except ArgumentInvalid:
        call = parse_arguments(create, {"organization": "payments", "repository": "api"})
    assert isinstance(call, CreateOperation)
    question = question_text(proposal_for(call, account=account, region=region))
    is_visible(question)
    labels = [line.partition(":")[0] for line in question.split("\n")[1:-1]]
    facts = ["Organization", "Repository", "Visibility", "Category", "Description"]
    assert labels == [*facts, "Cloud", "Region", "Endpoint", "Account", "Code"]


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, dict[str, object]]:
    """A tool and arguments for it: names that are nearly right, and sometimes something else."""
    name = draw(st.sampled_from(sorted(OPERATIONS)))
    known = sorted(input_schema(OPERATIONS[name])["properties"])
    values: dict[str, st.SearchStrategy[object]] = {
        "public": st.one_of(st.booleans(), st.sampled_from(["true", 1, None])),
        "category": st.one_of(st.sampled_from(["lang", "other", "langs"]), st.integers()),
    }
    chosen = draw(st.lists(st.sampled_from([*known, *known, "context"]), unique=True, max_size=5))
    return name, {argument: draw(values.get(argument, st.one_of(NAMES, NAMES, NAMES, ODD))) for argument in chosen}


def fits(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> bool:
    """Whether a client that checks the schema lets them pass."""
    try:
        jsonschema.validate(arguments, schema)
    except jsonschema.ValidationError:
        return False
    return True


def accepts(operation: type[Operation], arguments: Mapping[str, object]) -> bool:
    """Whether the tool layer takes them."""
    try:
        parse_arguments(operation, arguments)
    except ArgumentInvalid:
        return False
    return True


@settings(unhurried, max_examples=300)
@given(call=calls())
def test_the_published_schema_accepts_what_the_tool_takes(call: tuple[str, dict[str, object]]) -> None:
    """And more only where words say so: reserved names, what an image reference is, what cannot be seen."""
    name, arguments = call
    operation = OPERATIONS[name]
    published = fits(arguments, input_schema(operation))
    taken = accepts(operation, arguments)
    beyond = name == "get-repository-info" or any(
        value == "library" or re.search(r"[^\x20-\x7e]", str(value)) for value in arguments.values()
    )
    assert published if taken else (not published or beyond)


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_examples_that_are_published_are_taken(name: str) -> None:
    """Each alone, beside those that must be there."""
    operation, schema = OPERATIONS[name], input_schema(OPERATIONS[name])
    required = {argument: schema["properties"][argument]["examples"][0] for argument in schema.get("required", [])}
    for argument, published in schema["properties"].items():
        for value in published.get("examples", [True]):
            assert accepts(operation, {**required, argument: value})


def test_a_name_that_breaks_a_rule_is_shown_as_it_was_given() -> None:
    """With what cannot be seen spelled out."""
    with pytest.raises(NameInvalid) as refused:
        parse_arguments(OPERATIONS["create-organization"], {"organization": "a\u202eb"})
    assert r"'a\u202eb'" in read(failure(refused.value, ALL_OPERATIONS))
