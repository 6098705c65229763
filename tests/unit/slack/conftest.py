"""Proposals as the cards get them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from swr_tools.actor import Actor
from swr_tools.gate.proposal import new_proposal
from swr_tools.operations import CreateOperation
from swr_tools.operations.arguments import parse_arguments
from swr_tools.proposals import Proposal, Site

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HERE = Site(
    cloud="huaweicloud",
    region="cn-north-4",
    endpoint="https://swr-api.cn-north-4.myhuaweicloud.com",
    account="access key …WXYZ",
    account_id="a1",
)
ALICE = Actor(face="slack", tenant="T012AB", id="U012ALICE", name="alice")

Propose = Callable[..., Proposal]


@pytest.fixture(name="propose")
def propose_fixture() -> Propose:
    """Makes a proposal of Alice's, ten minutes long, of an operation and its arguments."""

    def propose(create: type[CreateOperation], **arguments: object) -> Proposal:
        return new_proposal(parse_arguments(create, arguments), ALICE, HERE, NOON, timedelta(minutes=10))

    return propose
