"""What the cards promise, whatever they look like."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import cast

import pytest

from swr_bot.slack_app.cards.blocks import moment, person
from swr_bot.slack_app.cards.confirmation import confirmation
from swr_bot.slack_app.cards.failures import HEADINGS as FAILURE_HEADINGS
from swr_bot.slack_app.cards.failures import failure
from swr_bot.slack_app.cards.help import help_message
from swr_bot.slack_app.cards.limits import check
from swr_bot.slack_app.cards.lists import asked_page, organizations, pending
from swr_bot.slack_app.cards.results import HEADINGS, outcome
from swr_bot.slack_app.cards.typed import again_line
from swr_bot.slack_app.vocabulary import Action, slack_commands
from swr_bot.text_repair import split
from swr_tools.errors import Kind, NameInvalid, SwrError, UsageError
from swr_tools.gate.proposal import create_of
from swr_tools.models import Organization, OrganizationList
from swr_tools.operations.create_organization import CreateOrganization
from swr_tools.operations.create_repository import CreateRepository
from swr_tools.proposals import Outcome, OutcomeKind, Proposal, State

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
Propose = Callable[..., Proposal]


def objects(value: object) -> Iterator[Mapping[str, object]]:
    """Every object of a message, outermost first."""
    if isinstance(value, Mapping):
        yield cast("Mapping[str, object]", value)
        for member in cast("Mapping[str, object]", value).values():
            yield from objects(member)
    elif isinstance(value, list | tuple):
        for member in cast("Sequence[object]", value):
            yield from objects(member)


def buttons(blocks: object) -> dict[str, Mapping[str, object]]:
    """The buttons by their action."""
    return {str(each["action_id"]): each for each in objects(blocks) if each.get("type") == "button"}


def shown(blocks: object) -> list[str]:
    """Every text that people read."""
    return [text for each in objects(blocks) if isinstance(text := each.get("text"), str)]


def settled(kind: OutcomeKind, **more: object) -> Outcome:
    """An outcome by Alice."""
    return Outcome.model_validate({"kind": kind, "sentence": "It ended.", "at": NOON, "by": "slack:T1/U1A2", **more})


@pytest.mark.parametrize("public", [False, True])
def test_a_button_carries_the_proposals_id_and_nothing_else(propose: Propose, *, public: bool) -> None:
    """Whatever comes back with a click was not told by the browser."""
    proposal = propose(CreateRepository, organization="payments", repository="api", public=public)
    found = buttons(confirmation(proposal, asked_by="U1").blocks)
    assert set(found) == {Action.CONFIRM, Action.DECLINE}
    assert {button["value"] for button in found.values()} == {proposal.id}


def test_only_a_public_repository_is_asked_for_twice_and_in_the_colour_of_danger(propose: Propose) -> None:
    """The second look is on top of the confirmation, never in its place."""
    private = propose(CreateRepository, organization="payments", repository="api")
    public = propose(CreateRepository, organization="payments", repository="api", public=True)
    safe = buttons(confirmation(private, asked_by="U1").blocks)[Action.CONFIRM]
    danger = buttons(confirmation(public, asked_by="U1").blocks)[Action.CONFIRM]
    assert (safe["style"], "confirm" in safe) == ("primary", False)
    assert (danger["style"], "confirm" in danger) == ("danger", True)


def test_the_question_shows_every_value_in_full(propose: Propose) -> None:
    """The longest ones too, although a heading is cut."""
    values = {"organization": "o" * 64, "repository": "r" * 128, "category": "lang", "description": "d" * 1_000}
    proposal = propose(CreateRepository, public=True, **values)
    message = confirmation(proposal, asked_by="U1")
    for value in (*values.values(), "huaweicloud", "cn-north-4", "access key …WXYZ"):
        assert value in shown(message.blocks)
        assert value in message.text


@pytest.mark.parametrize("kind", OutcomeKind)
def test_a_decided_card_has_no_buttons_and_says_who_and_when(propose: Propose, kind: OutcomeKind) -> None:
    """Nothing is left to click, in any of the five endings."""
    proposal = propose(CreateOrganization, organization="payments")
    blocks = outcome(proposal, settled(kind)).blocks
    assert not buttons(blocks)
    assert {"type": "user", "user_id": "U1A2"} in list(objects(blocks))
    assert moment(NOON) in list(objects(blocks))
    assert f"{HEADINGS[kind]}: payments" in shown(blocks)


def test_each_ending_has_a_mark_and_a_word_of_its_own() -> None:
    """Nobody has to see a colour."""
    parts = [heading.split(" ", 1) for heading in HEADINGS.values()]
    assert len({mark for mark, _ in parts}) == len({word for _, word in parts}) == len(OutcomeKind)


@pytest.mark.parametrize(
    ("kind", "code", "line"),
    [
        (OutcomeKind.UNKNOWN, None, "/swr repo info payments/api"),
        (OutcomeKind.REFUSED, "name-taken", "/swr repo info payments/api"),
        (OutcomeKind.REFUSED, "organization-missing", "/swr org list"),
        (OutcomeKind.REFUSED, "rate-limited", "/swr repo create payments/api --public"),
        (OutcomeKind.DECLINED, None, "/swr repo create payments/api --public"),
        (OutcomeKind.EXPIRED, None, "/swr repo create payments/api --public"),
        (OutcomeKind.CREATED, None, "/swr repo info payments/api"),
    ],
)
def test_an_ending_shows_the_next_line_to_type(
    propose: Propose, kind: OutcomeKind, code: str | None, line: str
) -> None:
    """Where it may be there: a look-up, never the same create again."""
    proposal = propose(CreateRepository, organization="payments", repository="api", public=True)
    assert line in shown(outcome(proposal, settled(kind, error_code=code)).blocks)


def test_a_created_card_without_readable_details_still_says_created(propose: Propose) -> None:
    """As where another release wrote them."""
    proposal = propose(CreateRepository, organization="payments", repository="api")
    message = outcome(proposal, settled(OutcomeKind.CREATED, result={"unheard": "of"}))
    assert "✓ Created: payments/api" in shown(message.blocks)


def test_a_proposal_of_a_newer_release_still_gets_its_ending(propose: Propose) -> None:
    """Its operation is not known here; what became of it is."""
    proposal = propose(CreateOrganization, organization="payments").model_copy(update={"operation": "create-mirror"})
    message = outcome(proposal, settled(OutcomeKind.EXPIRED))
    assert f"○ Expired: create-mirror {proposal.code}" in shown(message.blocks)


@pytest.mark.parametrize(
    ("description", "flag"),
    [
        ("", ""),
        ("Card payments", ' --description "Card payments"'),
        ("it's #1 \\ C:\\x", ' --description "it\'s #1 \\ C:\\x"'),
    ],
)
def test_the_line_that_asks_again_reads_as_the_same_create(propose: Propose, description: str, flag: str) -> None:
    """Typed, it proposes what was declined or expired."""
    create = create_of(propose(CreateRepository, organization="a", repository="b", description=description))
    assert again_line(create) == f"/swr repo create a/b{flag}"


@pytest.mark.parametrize("description", ['say "x"', "“curly”", "a\u00a0b", "&amp;"])
def test_no_line_is_offered_that_would_ask_for_something_else(propose: Propose, description: str) -> None:
    """As where typing changes the value."""
    create = create_of(propose(CreateRepository, organization="a", repository="b", description=description))
    assert again_line(create) == ""


def every_error() -> list[type[SwrError]]:
    """All error classes there are."""
    found: list[type[SwrError]] = [SwrError]
    for kind in found:
        found += kind.__subclasses__()
    return found


@pytest.mark.parametrize("kind", every_error())
def test_every_error_is_a_sentence_with_the_truth_about_what_was_created(kind: type[SwrError]) -> None:
    """And with its hint and its references, inside Slack's limits."""
    error = kind.__new__(kind)
    SwrError.__init__(error, "It failed.", hint="Do this.", swr_code="SVC.1", request_id="r1")
    error.nothing_created = True
    if isinstance(error, NameInvalid):
        error.suggestion = None
    message = failure(error, reference="R-1")
    assert check(message.payload()) == []
    assert message.text == "It failed. Nothing was created. Do this."
    assert {"It failed. Nothing was created.", "Do this.", "SWR code SVC.1, SWR request r1, Reference R-1"} <= set(
        shown(message.blocks)
    )


def test_every_kind_of_failure_has_a_heading() -> None:
    """A new kind cannot be forgotten."""
    assert set(FAILURE_HEADINGS) == set(Kind)


def named(count: int) -> OrganizationList:
    """So many organizations."""
    return OrganizationList(
        organizations=tuple(Organization(name=f"o{number:05}", id=number) for number in range(count)), total=count
    )


def test_the_buttons_lead_through_ten_thousand_organizations_and_show_each_once() -> None:
    """From the first page to the last, by clicking Next."""
    found, page, seen = named(10_000), 0, list[str]()
    while True:
        blocks = organizations(found, page).blocks
        seen += [text for text in shown(blocks) if text.startswith("o0")]
        forward = buttons(blocks).get(Action.NEXT_PAGE)
        if forward is None:
            break
        text, page = asked_page(str(forward["value"]))
        assert text == ""
    assert seen == [organization.name for organization in found.organizations]
    assert asked_page(str(buttons(blocks)[Action.PREVIOUS_PAGE]["value"])) == ("", page - 1)


@pytest.mark.parametrize(("asked", "page"), [(-5, 1), (0, 1), (1, 2), (2, 3), (99, 3)])
def test_a_page_that_is_not_there_shows_the_nearest(asked: int, page: int) -> None:
    """As after organizations were deleted."""
    assert f"Page {page} of 3." in organizations(named(50), asked).text


@pytest.mark.parametrize("value", ["", "x", "[]", "null", "{}", '{"text": 1, "page": 2}', "[" * 2_000, "9" * 2_000])
def test_a_page_button_that_is_none_of_ours_means_the_first_page(value: str) -> None:
    """Anybody can send any value."""
    assert asked_page(value) == ("", 0)


def test_a_search_keeps_its_text_over_the_pages() -> None:
    """Quotes and all."""
    found = OrganizationList(organizations=named(50).organizations, total=99, text='a"b\\é')
    value = str(buttons(organizations(found).blocks)[Action.NEXT_PAGE]["value"])
    assert asked_page(value) == ('a"b\\é', 1)


def test_what_waits_can_be_shown_but_not_confirmed_from_the_list(propose: Propose) -> None:
    """A yes needs the card with every value; what is confirmed already has no button."""
    waiting = propose(CreateOrganization, organization="payments")
    claimed = propose(CreateOrganization, organization="other").model_copy(
        update={"state": State.CLAIMED, "claimed_at": NOON}
    )
    found = buttons(pending([waiting, claimed], NOON).blocks)
    assert {action: button["value"] for action, button in found.items()} == {Action.SHOW: waiting.id}


def test_a_hundred_open_proposals_are_one_message(propose: Propose) -> None:
    """The rest is counted."""
    proposals = [propose(CreateOrganization, organization=f"o{number}") for number in range(100)]
    message = pending(proposals, NOON)
    assert check(message.payload()) == []
    assert "And 80 more; settle some of these first." in shown(message.blocks)


@pytest.mark.parametrize(
    ("who", "element"),
    [
        ("U012ALICE", {"type": "user", "user_id": "U012ALICE"}),
        ("slack:T1/W01", {"type": "user", "user_id": "W01"}),
        ("cli:host/U012ALICE", {"type": "text", "text": "cli:host/U012ALICE"}),
        ("!channel", {"type": "text", "text": "!channel"}),
        ("", {"type": "text", "text": "-"}),
    ],
)
def test_only_a_slack_id_becomes_a_person(who: str, element: Mapping[str, object]) -> None:
    """Anything else is text."""
    assert person(who) == element


@pytest.mark.parametrize("year", [1, 1969, 9999])
def test_a_time_that_slack_cannot_show_is_told_in_utc(year: int) -> None:
    """SWR may say anything."""
    assert moment(datetime(year, 6, 1, tzinfo=UTC))["type"] == "text"


@pytest.mark.parametrize("words", ["", *(command.words for command in slack_commands()), "repo", "ORG  List"])
def test_help_is_there_for_every_command(words: str) -> None:
    """And for the first word of several."""
    assert check(help_message(words).payload()) == []


def test_help_shows_lines_that_can_be_typed() -> None:
    """Each begins with the slash command."""
    lines = [
        line for text in shown(help_message("repo").blocks) for line in text.splitlines() if "payments/api" in line
    ]
    assert lines
    assert all(line.startswith("/swr repo ") for line in lines)


def test_help_for_what_is_no_command_offers_the_closest() -> None:
    """Ready to type."""
    with pytest.raises(UsageError) as raised:
        help_message("repo crate")
    assert raised.value.hint == "Did you mean /swr help repo create?"
    with pytest.raises(UsageError) as raised:
        help_message("\u202exyz")
    assert raised.value.hint == "Type /swr help"
    assert "\u202e" not in raised.value.sentence


def test_a_payload_is_json_and_asks_for_no_markup_and_no_preview(propose: Propose) -> None:
    """As the Web API and the response URLs take it."""
    payload = confirmation(propose(CreateOrganization, organization="payments"), asked_by="U1").payload()
    assert json.loads(json.dumps(payload)) == payload
    assert {name: payload[name] for name in ("mrkdwn", "unfurl_links", "unfurl_media")} == dict.fromkeys(
        ("mrkdwn", "unfurl_links", "unfurl_media"), False
    )


def test_the_grammar_reads_what_the_help_shows() -> None:
    """The examples are in the words of the commands."""
    for command in slack_commands():
        for example in command.examples:
            assert [*split(example)][: len(command.words.split())] == command.words.split()
