"""Every card and view as it was accepted, and inside Slack's limits.

After a change on purpose: `UPDATE_SNAPSHOTS=1 pytest tests/unit/slack/test_slack_snapshots.py`.
"""

import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from swr_bot.slack_app.cards.confirmation import confirmation, waiting
from swr_bot.slack_app.cards.failures import crash, failure, notice, progress, usage
from swr_bot.slack_app.cards.help import help_message
from swr_bot.slack_app.cards.limits import check
from swr_bot.slack_app.cards.lists import organizations, pending
from swr_bot.slack_app.cards.message import Message
from swr_bot.slack_app.cards.results import outcome, repository
from swr_bot.slack_app.views import (
    View,
    confirm_view,
    create_organization_view,
    create_repository_view,
    failure_view,
    outcome_view,
    waiting_view,
)
from swr_tools.actor import Actor
from swr_tools.errors import (
    OrganizationMissing,
    RateLimited,
    SwrError,
    SwrUnreachable,
    UsageError,
)
from swr_tools.gate.proposal import new_proposal
from swr_tools.models import Access, Organization, OrganizationList, RepositoryInfo
from swr_tools.names import OrganizationName
from swr_tools.operations import CreateOperation
from swr_tools.operations.arguments import parse_arguments
from swr_tools.operations.create_organization import CreateOrganization
from swr_tools.operations.create_repository import CreateRepository
from swr_tools.proposals import Outcome, OutcomeKind, Proposal, Site, State

SNAPSHOTS = Path(__file__).parents[2] / "snapshots" / "slack"
ACCEPT = "Run: UPDATE_SNAPSHOTS=1 pytest tests/unit/slack/test_slack_snapshots.py"

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ALICE = Actor(face="slack", tenant="T012AB", id="U012ALICE", name="alice")
HERE = Site(
    cloud="huaweicloud",
    region="cn-north-4",
    endpoint="https://swr-api.cn-north-4.myhuaweicloud.com",
    account="access key …WXYZ",
    account_id="a1",
)
EMULATED = HERE.model_copy(update={"cloud": "emulator", "endpoint": "http://127.0.0.1:8971"})
HOSTILE = "<!channel> *now* `x` ~y~ :tada: <@U012BOSS> https://evil.example &lt; \u202eterces\u202c @here"
API = RepositoryInfo(
    organization="payments",
    name="api",
    address="swr.cn-north-4.myhuaweicloud.com/payments/api",
    pull_command="docker pull swr.cn-north-4.myhuaweicloud.com/payments/api:1.2",
    public=False,
    category="app_server",
    description="Card payments",
    size_bytes=2_097_152,
    images=1,
    downloads=12,
    created_by="alice",
    created_at=NOON - timedelta(days=3),
    updated_at=NOON,
)
API_AS_JSON = {
    "organization": "payments",
    "name": "api",
    "address": "swr.cn-north-4.myhuaweicloud.com/payments/api",
    "pull_command": "docker pull swr.cn-north-4.myhuaweicloud.com/payments/api",
    "public": False,
}


def proposal(create: type[CreateOperation], site: Site = HERE, **arguments: object) -> Proposal:
    """A proposal of Alice's, with an id and a code that are the same each time."""
    made = new_proposal(parse_arguments(create, arguments), ALICE, site, NOON, timedelta(minutes=10))
    return made.model_copy(update={"id": "0123456789abcdef0123456789abcdef", "code": "K7QF"})


PRIVATE = proposal(CreateRepository, organization="payments", repository="api", description="Card payments")
PUBLIC = proposal(CreateRepository, organization="payments", repository="api", public=True, category="lang")
ORGANIZATION = proposal(CreateOrganization, organization="payments")
LONGEST = proposal(
    CreateRepository, EMULATED, organization="o" * 64, repository="r" * 128, public=True, description="d" * 1000
)
CLAIMED = PRIVATE.model_copy(
    update={"state": State.CLAIMED, "claimed_at": NOON + timedelta(minutes=1), "code": "ACDE", "id": "f" * 32}
)


def settled(kind: OutcomeKind, sentence: str, **more: object) -> Outcome:
    """An outcome of two minutes past noon."""
    by = "" if kind is OutcomeKind.EXPIRED else str(ALICE)
    return Outcome.model_validate(
        {"kind": kind, "sentence": sentence, "at": NOON + timedelta(minutes=2), "by": by, **more}
    )


CREATED = settled(OutcomeKind.CREATED, "Created payments/api in cn-north-4.", result=API_AS_JSON)
DECLINED = settled(OutcomeKind.DECLINED, "Declined payments/api. Nothing was created.")
EXPIRED = settled(
    OutcomeKind.EXPIRED,
    "The request for payments/api expired before it was confirmed. Nothing was created.",
    hint="Ask again.",
)
TAKEN = settled(
    OutcomeKind.REFUSED,
    "The repository payments/api exists already in cn-north-4. Nothing was created.",
    hint="Look it up, or choose another name.",
    error_code="name-taken",
    swr_code="SVCSTG.SWR.4090060",
    request_id="a1b2c3",
)
BUSY = settled(
    OutcomeKind.REFUSED,
    "SWR asks for fewer requests. Nothing was created.",
    error_code="rate-limited",
)
FORBIDDEN = settled(
    OutcomeKind.REFUSED, "SWR refused the keys. Nothing was created.", error_code="credentials-rejected"
)
UNKNOWN = settled(
    OutcomeKind.UNKNOWN,
    "Whether payments/api was created in cn-north-4 is not known. SWR's answer was lost.",
    hint="Look it up before asking again.",
    error_code="answer-lost",
)


def many(count: int, text: str = "") -> OrganizationList:
    """So many organizations."""
    found = tuple(
        Organization(name=f"team-{number:05}", id=number, access=Access.MANAGE, repositories=number, created_by="alice")
        for number in range(count)
    )
    return OrganizationList(organizations=found, total=max(count, 7), text=text)


def nothing_created(error: SwrError) -> SwrError:
    """The error of somebody who asked for a create."""
    error.nothing_created = True
    return error


def invalid_name() -> SwrError:
    """What a name in capitals gets."""
    try:
        OrganizationName.parse("Payments")
    except SwrError as error:
        return nothing_created(error)
    raise AssertionError


CASES: Mapping[str, Callable[[], Message | View]] = {
    "confirmation-private": lambda: confirmation(PRIVATE, asked_by="U012ALICE"),
    "confirmation-public": lambda: confirmation(PUBLIC, asked_by="U012ALICE"),
    "confirmation-organization": lambda: confirmation(ORGANIZATION, asked_by="U012ALICE"),
    "confirmation-longest": lambda: confirmation(LONGEST, asked_by="U012ALICE"),
    "confirmation-hostile": lambda: confirmation(
        proposal(
            CreateRepository,
            organization="payments",
            repository="api",
            description=HOSTILE.replace("\u202e", "").replace("\u202c", ""),
        ),
        asked_by="U012ALICE",
    ),
    "waiting": lambda: waiting(PRIVATE),
    "outcome-created": lambda: outcome(PRIVATE, CREATED, by="U012ALICE"),
    "outcome-created-organization": lambda: outcome(
        ORGANIZATION,
        settled(OutcomeKind.CREATED, "Created payments in cn-north-4.", result={"name": "payments", "id": 7}),
    ),
    "outcome-created-not-shown": lambda: outcome(PRIVATE, CREATED.model_copy(update={"result": None})),
    "outcome-created-emulated": lambda: outcome(PRIVATE.model_copy(update={"site": EMULATED}), CREATED),
    "outcome-refused-taken": lambda: outcome(PRIVATE, TAKEN),
    "outcome-refused-busy": lambda: outcome(PRIVATE, BUSY),
    "outcome-refused-keys": lambda: outcome(PRIVATE, FORBIDDEN),
    "outcome-declined": lambda: outcome(PUBLIC, DECLINED),
    "outcome-expired": lambda: outcome(PRIVATE, EXPIRED),
    "outcome-unknown": lambda: outcome(PRIVATE, UNKNOWN),
    "repository": lambda: repository(API, shared=False),
    "repository-shared": lambda: repository(API, shared=True),
    "repository-emulated": lambda: repository(API, shared=True, emulator=True),
    "repository-hostile": lambda: repository(
        RepositoryInfo(
            organization="p\u0430yments",
            name=HOSTILE,
            address="",
            pull_command=f"docker pull {HOSTILE}",
            public=True,
            category=HOSTILE,
            description=HOSTILE,
            created_by=HOSTILE,
        ),
        shared=False,
    ),
    "organizations": lambda: organizations(many(3)),
    "organizations-middle-page": lambda: organizations(many(50), 1),
    "organizations-found": lambda: organizations(many(2, "team"), shared=True),
    "organizations-none": lambda: organizations(OrganizationList(organizations=(), total=0)),
    "organizations-none-found": lambda: organizations(many(0, "nobody")),
    "pending": lambda: pending([PRIVATE, CLAIMED], NOON + timedelta(minutes=3)),
    "pending-none": lambda: pending([], NOON),
    "failure-name": lambda: failure(invalid_name()),
    "failure-organization-missing": lambda: failure(
        nothing_created(OrganizationMissing("There is no organization payments in cn-north-4.", swr_code="SVCSTG.4"))
    ),
    "failure-unreachable": lambda: failure(SwrUnreachable("SWR cannot be reached."), reference="R-1A2B"),
    "failure-busy": lambda: failure(RateLimited("SWR asks for fewer requests.", retry_after=4.2)),
    "usage": lambda: usage(UsageError("There is no command crate.", hint="Did you mean /swr repo create?")),
    "crash": lambda: crash("R-1A2B"),
    "notice": lambda: notice("This was answered before.", "Type /swr pending"),
    "progress": lambda: progress("Looking up payments/api"),
    "help": help_message,
    "help-repo": lambda: help_message("repo"),
    "help-org-list": lambda: help_message("org list"),
    "view-create-repository": create_repository_view,
    "view-create-repository-filled": lambda: create_repository_view(
        organization="payments",
        repository="api",
        public=True,
        category="lang",
        description="Card payments",
        private_metadata='{"channel": "C1"}',
    ),
    "view-create-repository-loading": lambda: create_repository_view(loading=True),
    "view-create-organization": lambda: create_organization_view(organization="payments"),
    "view-confirm": lambda: confirm_view(PRIVATE, "{}"),
    "view-confirm-public": lambda: confirm_view(PUBLIC, "{}"),
    "view-waiting": lambda: waiting_view(PRIVATE),
    "view-outcome": lambda: outcome_view(PRIVATE, CREATED, by="U012ALICE"),
    "view-outcome-unknown": lambda: outcome_view(PRIVATE, UNKNOWN),
    "view-failure": lambda: failure_view(invalid_name(), reference="R-1A2B"),
}


@pytest.mark.parametrize("name", CASES)
def test_each_card_and_view_is_as_it_was_accepted_and_within_slacks_limits(name: str) -> None:
    """A change of what people see is seen in review."""
    built = CASES[name]()
    surface = built.payload() if isinstance(built, Message) else built
    text = json.dumps(surface, indent=2, ensure_ascii=False) + "\n"
    path = SNAPSHOTS / f"{name}.json"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOTS.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    assert check(surface) == []
    assert path.exists(), ACCEPT
    assert path.read_text(encoding="utf-8") == text, ACCEPT


def test_no_snapshot_is_left_of_a_card_that_is_gone() -> None:
    """An orphan is deleted by hand."""
    known = {f"{name}.json" for name in CASES}
    assert {path.name for path in SNAPSHOTS.iterdir()} == known, "Delete the files of cards that are gone."
