"""Laws of the cards and views: whatever the values are, Slack takes them, shows them as text, and pings nobody."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from swr_bot.grammar import parse
from swr_bot.slack_app.cards.confirmation import confirmation, waiting
from swr_bot.slack_app.cards.failures import crash, failure, notice, usage
from swr_bot.slack_app.cards.limits import check
from swr_bot.slack_app.cards.lists import asked_page, organizations, pending
from swr_bot.slack_app.cards.message import Message
from swr_bot.slack_app.cards.results import outcome, repository
from swr_bot.slack_app.cards.text import fallback, shown, units
from swr_bot.slack_app.cards.typed import again_line
from swr_bot.slack_app.form_answers import errors_of, organization_options
from swr_bot.slack_app.views import (
    View,
    confirm_view,
    create_organization_view,
    create_repository_view,
    failure_view,
    outcome_view,
    waiting_view,
)
from swr_bot.slack_app.vocabulary import PROGRAM, slack_commands
from swr_bot.text_repair import split
from swr_tools.actor import Actor
from swr_tools.errors import ArgumentInvalid, SwrError, UsageError
from swr_tools.gate.proposal import create_of, new_proposal
from swr_tools.models import Organization, OrganizationList, RepositoryInfo
from swr_tools.operations.arguments import parse_arguments
from swr_tools.operations.create_repository import CreateRepository
from swr_tools.proposals import Outcome, OutcomeKind, Proposal, Site
from swr_tools.wording import first_invisible

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TTL = timedelta(minutes=10)
# What may follow an ampersand in a text that pings nobody and links nowhere.
_ENTITY = re.compile(r"&(?:amp|lt|gt);")
_LITERAL = {"plain_text", "text", "raw_text"}
_OTHERS = {"user", "date"}

_TRICKS = st.sampled_from(
    [
        "<!channel>",
        "<!here|x>",
        "<@U012BOSS>",
        "<#C1|x>",
        "<!subteam^S1>",
        "<https://evil.example|click>",
        "&lt;!channel&gt;",
        "&amp;",
        "@channel",
        "`",
        "```",
        "*bold*",
        "_x_",
        "~x~",
        ":tada:",
        "\u202e",
        "\u200b",
        "\u2066",
        "\x00",
        "\n",
        "\r\n> quote",
        "\U0001f600",
        "\u0301",
        "\u05d0",
        "“",
        "'",
        '"',
        "\\",
        "$",
        "a" * 300,
        "\U0001f600" * 300,
        "\u202e" * 300,
        "&" * 300,
    ]
)
hostile = st.lists(st.one_of(_TRICKS, st.text(max_size=20)), max_size=12).map("".join)
# From SWR's JSON even halves of characters can come.
wild = st.one_of(hostile, st.text(st.characters(), max_size=40).map(lambda text: text + "\ud800"))
times = st.one_of(st.none(), st.datetimes(timezones=st.just(UTC)))
counts = st.integers(min_value=0, max_value=10**18)
# The gate stores no invisible character, and nothing longer.
descriptions = hostile.map(lambda text: "".join(c for c in text if first_invisible(c) is None)[:1_000])
names = st.from_regex(r"[a-z][a-z0-9]{0,63}", fullmatch=True)
repositories = st.one_of(st.just("r" * 128), st.from_regex(r"[a-z0-9]{1,20}(?:/[a-z0-9]{1,20}){0,4}", fullmatch=True))
sites = st.builds(
    Site,
    cloud=st.sampled_from(["huaweicloud", "otc", "emulator"]),
    region=st.text(max_size=20),
    endpoint=st.text(max_size=100),
    account=hostile.map(lambda text: text[:200]),
    account_id=st.just("a"),
)
repository_infos = st.builds(
    RepositoryInfo,
    organization=wild,
    name=wild,
    address=wild,
    pull_command=wild,
    public=st.booleans(),
    category=wild,
    description=wild,
    size_bytes=counts,
    images=counts,
    downloads=counts,
    created_by=wild,
    created_at=times,
    updated_at=times,
)
some_organizations = st.builds(
    Organization, name=wild, id=st.just(1), created_by=wild, repositories=st.one_of(st.none(), counts)
)


@st.composite
def proposals(draw: st.DrawFn) -> Proposal:
    """One that the gate would store, at any site."""
    arguments = {
        "organization": draw(names),
        "repository": draw(repositories),
        "public": draw(st.booleans()),
        "category": draw(st.sampled_from([None, "lang", "framework_app"])),
        "description": draw(descriptions),
    }
    actor = Actor(face="slack", tenant="T1", id="U1A2", name=draw(hostile))
    return new_proposal(parse_arguments(CreateRepository, arguments), actor, draw(sites), NOON, TTL)


outcomes = st.builds(
    Outcome,
    kind=st.sampled_from(OutcomeKind),
    sentence=hostile,
    hint=hostile,
    at=st.datetimes(timezones=st.just(UTC)),
    by=st.one_of(st.just(""), st.just("slack:T1/U1A2"), hostile),
    error_code=st.one_of(st.none(), st.sampled_from(["name-taken", "rate-limited", "unheard-of"])),
    swr_code=st.one_of(st.none(), hostile),
    request_id=st.one_of(st.none(), hostile),
    result=st.one_of(
        st.none(),
        st.just({"unheard": "of"}),
        hostile.map(lambda x: {"organization": x, "name": x, "address": x, "pull_command": x, "public": True}),
    ),
)


def objects(value: object) -> Iterator[Mapping[str, object]]:
    """Every object in it."""
    if isinstance(value, Mapping):
        yield cast("Mapping[str, object]", value)
        for member in cast("Mapping[str, object]", value).values():
            yield from objects(member)
    elif isinstance(value, list | tuple):
        for member in cast("Sequence[object]", value):
            yield from objects(member)


def hold(built: Message | View) -> None:
    """The laws, for one message or view."""
    surface = built.payload() if isinstance(built, Message) else built
    assert check(surface) == []
    json.dumps(surface, ensure_ascii=False).encode()
    for each in objects(surface.get("blocks")):
        text = each.get("text")
        if isinstance(text, str):
            assert each["type"] in _LITERAL
            assert all(c == "\n" or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in text)
            assert each["type"] != "plain_text" or each["emoji"] is False
        elif "element" not in each and isinstance(each.get("type"), str) and not (set(each) & {"elements", "text"}):
            assert each["type"] not in {"link", "broadcast", "usergroup", "channel", "emoji", "mrkdwn", "markdown"}
        if each.get("type") == "user":
            assert each["user_id"] == "U1A2"
    if isinstance(built, Message):
        harmless(built.text)


def harmless(text: str) -> None:
    """Nothing in it is a mention, a link or an entity that was not meant."""
    assert "<" not in text
    assert ">" not in text
    assert text.count("&") == len(_ENTITY.findall(text))
    assert first_invisible(text) is None


@given(proposals())
def test_a_question_is_fit_for_slack_and_shows_every_value(proposal: Proposal) -> None:
    """As a message and as a view; each value that will be sent stands there in full."""
    message = confirmation(proposal, asked_by="U1A2")
    for built in (message, confirm_view(proposal, proposal.id), waiting(proposal), waiting_view(proposal)):
        hold(built)
    create = create_of(proposal)
    texts = [each.get("text") for each in objects(message.blocks)]
    for value in (
        create.canonical()["organization"],
        create.canonical()["repository"],
        create.canonical()["description"],
    ):
        assert not str(value).strip() or value in texts


@given(proposals(), outcomes)
def test_an_ending_is_fit_for_slack(proposal: Proposal, ended: Outcome) -> None:
    """Whatever SWR said."""
    hold(outcome(proposal, ended))
    hold(outcome_view(proposal, ended, by="U1A2"))


@given(repository_infos, st.booleans(), st.booleans())
def test_a_repository_is_fit_for_slack(info: RepositoryInfo, shared: bool, emulator: bool) -> None:
    """Descriptions are written by anybody in a shared account."""
    hold(repository(info, shared=shared, emulator=emulator))


@given(st.lists(some_organizations, max_size=45), wild, st.integers(-3, 5))
def test_a_page_of_organizations_is_fit_for_slack(found: list[Organization], text: str, page: int) -> None:
    """And its buttons lead to pages."""
    message = organizations(OrganizationList(organizations=tuple(found), total=len(found), text=text), page)
    hold(message)
    for each in objects(message.blocks):
        if each.get("type") == "button":
            assert asked_page(str(each["value"]))[0] == text[:64]


@given(st.lists(proposals(), max_size=3))
def test_what_waits_is_fit_for_slack(open_proposals: list[Proposal]) -> None:
    """However many."""
    hold(pending(open_proposals, NOON))


@given(wild, wild, wild)
def test_a_failure_is_fit_for_slack(sentence: str, hint: str, code: str) -> None:
    """Its words come from SWR, or from what was typed."""
    error = SwrError(sentence, hint=hint, swr_code=code, request_id=code)
    for built in (failure(error, reference=code), failure_view(error), usage(UsageError(sentence, hint=hint))):
        hold(built)
    hold(notice(sentence, hint))
    hold(crash(code))


@given(wild, wild, wild, wild)
def test_a_form_is_fit_for_slack_whatever_was_typed_before_it(
    organization: str, repository_name: str, category: str, description: str
) -> None:
    """What does not fit is left out or cut; nothing stops the form from opening."""
    hold(
        create_repository_view(
            organization=organization, repository=repository_name, category=category, description=description
        )
    )
    hold(create_organization_view(organization=organization))


@given(st.lists(wild, max_size=120), wild, st.booleans())
def test_the_answer_to_a_menu_is_fit_for_slack(known: list[str], typed: str, complete: bool) -> None:
    """At most a hundred options, each different."""
    options = organization_options(known, typed, complete=complete)["options"]
    if options:
        element = {"type": "static_select", "action_id": "a", "options": options}
        block = {"type": "input", "label": {"type": "plain_text", "text": "x"}, "element": element}
        submit = {"type": "plain_text", "text": "x"}
        assert check({"type": "modal", "title": submit, "submit": submit, "blocks": [block]}) == []


@given(wild, wild, wild)
def test_an_error_under_a_field_is_one_short_text(organization: str, repository_name: str, description: str) -> None:
    """Under the fields that are wrong, and under no other."""
    arguments = {"organization": organization, "repository": repository_name, "description": description}
    try:
        parse_arguments(CreateRepository, arguments)
    except ArgumentInvalid as error:
        found = errors_of(error, arguments)
        assert found
        assert set(found) <= set(arguments)
        assert all(0 < units(text) <= 500 and first_invisible(text) is None for text in found.values())


@given(proposals())
def test_a_line_that_asks_again_reads_as_the_same_create(proposal: Proposal) -> None:
    """Or there is none."""
    create = create_of(proposal)
    line = again_line(create)
    if line:
        read = parse(split(line.removeprefix(PROGRAM)), slack_commands(), PROGRAM)
        assert parse_arguments(CreateRepository, read.arguments) == create


@given(wild, st.integers(2, 3_000))
def test_a_shown_text_is_never_empty_nor_too_long_nor_invisible(text: str, limit: int) -> None:
    """However Slack counts."""
    found = shown(text, max(limit, 8))
    assert found.strip()
    assert units(found) <= max(limit, 8)
    assert first_invisible(found) is None


@given(st.lists(wild, min_size=1, max_size=5))
def test_what_a_notification_says_pings_nobody(sentences: list[str]) -> None:
    """And fits."""
    text = fallback(*sentences)
    harmless(text)
    assert units(text) <= 4_000
