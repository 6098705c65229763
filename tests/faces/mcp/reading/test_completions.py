"""What a client offers while somebody types the name of an organization or a repository."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from mcp.client.client import Client
from mcp_types import Completion, PromptReference, ResourceTemplateReference

from swr_tools.errors import RateLimited
from swr_tools.names import OrganizationName, RepositoryName

if TYPE_CHECKING:
    from swr_tools.actor import Actor
    from tests.faces.conftest import Emulator
    from tests.faces.mcp.reading.conftest import Assistant, AssistantOf, Era

ORGANIZATION = ResourceTemplateReference(uri="swr://organizations/{organization}")
REPOSITORY = ResourceTemplateReference(uri="swr://organizations/{organization}/repositories/{repository}")
PROMPT = PromptReference(name="set-up-service")
LISTS = "/v2/manage/"
NOTHING = Completion(values=[], total=0, has_more=False)


async def organizations(
    client: Client, typed: str, ref: ResourceTemplateReference | PromptReference = ORGANIZATION
) -> Completion:
    """What is offered for the argument organization."""
    return (await client.complete(ref, {"name": "organization", "value": typed})).completion


async def repositories(client: Client, typed: str, organization: str | None = "payments") -> Completion:
    """What is offered for the argument repository, once the organization was chosen."""
    chosen = None if organization is None else {"organization": organization}
    return (await client.complete(REPOSITORY, {"name": "repository", "value": typed}, chosen)).completion


async def test_names_that_begin_with_what_was_typed_come_first(
    emulator: "Emulator", assistant_of: "AssistantOf", era: "Era"
) -> None:
    """Then those that hold it elsewhere; each group by name, and capitals do not matter."""
    async with assistant_of(emulator.environment()) as assistant, assistant.client(era) as client:
        await made(assistant, "payments", "my-pay", "pay", "treasury")

        assert (await organizations(client, "PaY")).values == ["pay", "payments", "my-pay"]
        assert (await organizations(client, " trea ")).values == ["treasury"]
        assert (await organizations(client, "")).values == ["my-pay", "pay", "payments", "treasury"]
        assert await organizations(client, "nope") == NOTHING


async def test_repositories_are_those_of_the_chosen_organization(
    emulator: "Emulator", assistant_of: "AssistantOf", era: "Era"
) -> None:
    """Names keep their slashes; the client's template encodes them."""
    async with assistant_of(emulator.environment()) as assistant, assistant.client(era) as client:
        await made(assistant, "payments", "treasury", repositories=("payments/team/api", "payments/api", "treasury/x"))

        assert (await repositories(client, "api")).values == ["api", "team/api"]
        assert (await repositories(client, "", "treasury")).values == ["x"]


@pytest.mark.parametrize("ref", [ORGANIZATION, REPOSITORY, PROMPT])
async def test_organizations_are_offered_wherever_one_is_asked_for(
    seeded: "Emulator", assistant_of: "AssistantOf", era: "Era", ref: ResourceTemplateReference | PromptReference
) -> None:
    """In both templates, and in the prompt."""
    async with assistant_of(seeded.environment()) as assistant, assistant.client(era) as client:
        assert await organizations(client, "p", ref) == Completion(values=["payments"], total=1, has_more=False)


@pytest.mark.parametrize(
    ("ref", "argument", "chosen"),
    [
        (ResourceTemplateReference(uri="swr://elsewhere/{organization}"), "organization", None),
        (ResourceTemplateReference(uri=""), "organization", None),
        (PromptReference(name="nope"), "organization", None),
        (PromptReference(name=REPOSITORY.uri), "repository", None),
        (PROMPT, "service", None),
        (PROMPT, "repository", {"organization": "payments"}),
        (ORGANIZATION, "repository", {"organization": "payments"}),
        (ORGANIZATION, "nope", None),
        (REPOSITORY, "repository", None),
        (REPOSITORY, "repository", {}),
        (REPOSITORY, "repository", {"organization": ""}),
        (REPOSITORY, "repository", {"organization": "../payments"}),
        (REPOSITORY, "repository", {"organization": "Payments"}),
        (REPOSITORY, "repository", {"organization": "a" * 65}),
        (REPOSITORY, "repository", {"repository": "taken"}),
    ],
)
async def test_for_anything_else_nothing_is_offered(
    seeded: "Emulator",
    assistant_of: "AssistantOf",
    ref: ResourceTemplateReference | PromptReference,
    argument: str,
    chosen: dict[str, str] | None,
) -> None:
    """It is no error, and SWR is not asked."""
    async with assistant_of(seeded.environment()) as assistant, assistant.client("auto") as client:
        answer = await client.complete(ref, {"name": argument, "value": ""}, chosen)

    assert (answer.completion, seeded.requests()) == (NOTHING, [])


async def test_a_hundred_of_many_are_offered(crowd: "Emulator", assistant_of: "AssistantOf", era: "Era") -> None:
    """With the number of all that fit, and that there are more."""
    async with assistant_of(crowd.environment()) as assistant, assistant.client(era) as client:
        every = await organizations(client, "org")
        some = await organizations(client, "org10")
        inside = await repositories(client, "", "org000")
        few = await repositories(client, "24", "org000")

    assert (len(every.values), every.total, every.has_more) == (100, 220, True)
    assert (len(some.values), some.total, some.has_more) == (10, 10, False)
    assert (len(inside.values), inside.total, inside.has_more) == (100, 250, True)
    assert few.values == ["app024", "app124", "app224", *(f"app{number}" for number in range(240, 250))]


async def test_typing_does_not_ask_swr_at_each_key(seeded: "Emulator", assistant_of: "AssistantOf", era: "Era") -> None:
    """A list is good for half a minute, then it is asked for again; the limit on calls counts only those."""
    async with assistant_of(seeded.environment()) as assistant, assistant.client(era) as client:
        for typed in ("", "p", "pa", "pay"):
            await organizations(client, typed)
            await repositories(client, typed)
        assert (len(seeded.requests("GET", LISTS)), len(assistant.admitted)) == (2, 2)

        assistant.clock.advance(29)
        await organizations(client, "paym")
        assert len(seeded.requests("GET", LISTS)) == 2

        assistant.clock.advance(1)
        await organizations(client, "payme")
        assert (len(seeded.requests("GET", LISTS)), len(assistant.admitted)) == (3, 3)


async def test_only_so_many_lists_are_kept(seeded: "Emulator", assistant_of: "AssistantOf") -> None:
    """Whoever makes organizations up fills no memory: the oldest list gives way."""
    async with assistant_of(seeded.environment()) as assistant, assistant.client("auto") as client:
        await repositories(client, "")
        for number in range(64):
            await repositories(client, "", f"made-up-{number}")
        before = len(seeded.requests("GET", LISTS))
        await repositories(client, "", "made-up-63")
        assert len(seeded.requests("GET", LISTS)) == before
        assert (await repositories(client, "")).values == ["taken"]

    assert len(seeded.requests("GET", LISTS)) == before + 1


async def test_two_that_type_at_the_same_time_share_one_question(
    seeded: "Emulator", assistant_of: "AssistantOf", era: "Era"
) -> None:
    """What is under way already is not asked for again."""
    async with assistant_of(seeded.environment()) as assistant, assistant.client(era) as client:
        seeded.misbehave({"kind": "latency", "milliseconds": 300})
        both = await asyncio.gather(organizations(client, "p"), organizations(client, "pay"))

    assert [each.values for each in both] == [["payments"], ["payments"]]
    assert len(seeded.requests("GET", LISTS)) == 1


@pytest.mark.parametrize(
    "fault", [{"kind": "5xx"}, {"kind": "html-502"}, {"kind": "429"}, {"kind": "reset-before"}, {"kind": "slow-body"}]
)
async def test_where_swr_fails_nothing_is_offered(
    seeded: "Emulator", assistant_of: "AssistantOf", fault: Mapping[str, object]
) -> None:
    """It is no error; what failed is not tried again at each key, and half a minute later all is well."""
    async with assistant_of(seeded.environment()) as assistant, assistant.client("auto") as client:
        seeded.misbehave({**fault, "times": 0, "milliseconds": 500})
        assert await organizations(client, "p") == NOTHING
        asked = len(seeded.requests("GET", LISTS))
        seeded.misbehave()
        assert await organizations(client, "pa") == NOTHING
        assert len(seeded.requests("GET", LISTS)) == asked

        assistant.clock.advance(30)
        assert (await organizations(client, "pay")).values == ["payments"]


async def test_a_slow_swr_is_not_waited_for(seeded: "Emulator", assistant_of: "AssistantOf", era: "Era") -> None:
    """After two seconds nothing is offered."""
    async with assistant_of(seeded.environment()) as assistant, assistant.client(era) as client:
        seeded.misbehave({"kind": "latency", "milliseconds": 3500})
        began = time.monotonic()
        assert await repositories(client, "t") == NOTHING
        assert 1.9 < time.monotonic() - began < 3


async def test_wrong_keys_are_not_tried_at_each_key(
    seeded: "Emulator", assistant_of: "AssistantOf", era: "Era"
) -> None:
    """Five failures in a row would lock them, for everybody who uses them."""
    environ = {**seeded.environment(), "HUAWEICLOUD_SDK_SK": "wrong-key-that-nobody-sees"}
    async with assistant_of(environ) as assistant, assistant.client(era) as client:
        for typed in ("", "p", "pa", "pay", "paym", "payme"):
            assert await organizations(client, typed) == NOTHING

    assert len(seeded.requests("GET", LISTS)) == 1


async def test_without_keys_nothing_is_offered(assistant_of: "AssistantOf", era: "Era") -> None:
    """It is no error either."""
    environ = {"SWR_BOT_REGION": "cn-north-4", "SWR_BOT_METADATA_ENDPOINT": "off"}
    async with assistant_of(environ) as assistant, assistant.client(era) as client:
        assert await organizations(client, "p") == NOTHING
        assert await repositories(client, "p") == NOTHING


@pytest.mark.parametrize(
    ("operations", "offered"),
    [({"list-organizations"}, (1, 0)), ({"get-repository-info"}, (0, 1)), (set[str](), (0, 0))],
)
async def test_a_token_completes_only_what_it_may_read(
    seeded: "Emulator", assistant_of: "AssistantOf", operations: set[str], offered: tuple[int, int]
) -> None:
    """Completion is no way around a token's limits."""
    environ = seeded.environment()
    async with assistant_of(environ, operations=operations) as assistant, assistant.client("auto") as client:
        found = (await organizations(client, "")).total, (await repositories(client, "")).total

    assert found == offered


async def test_what_one_caller_asked_for_is_not_offered_to_another_who_may_not(
    seeded: "Emulator", assistant_of: "AssistantOf", era: "Era"
) -> None:
    """A list that is kept is as closed to them as SWR itself."""
    async with assistant_of(seeded.environment()) as assistant, assistant.client(era) as client:
        assert (await organizations(client, "")).total == 1
        assistant.callers.append(replace(assistant.callers[0], operations=frozenset()))
        assert await organizations(client, "") == NOTHING


async def test_whoever_asks_too_often_is_offered_nothing(
    seeded: "Emulator", assistant_of: "AssistantOf", era: "Era"
) -> None:
    """SWR is not asked, and no error breaks the typing."""

    def full(_actor: "Actor") -> None:
        raise RateLimited("Too many calls.")

    async with assistant_of(seeded.environment(), admit=full) as assistant, assistant.client(era) as client:
        assert await organizations(client, "p") == NOTHING

    assert seeded.requests() == []


async def made(assistant: "Assistant", *names: str, repositories: tuple[str, ...] = ()) -> None:
    """Put these into SWR, past the server under test."""
    swr = assistant.toolbox.cloud.client()
    for name in names:
        await swr.create_organization(OrganizationName(name))
    for path in repositories:
        organization, _, name = path.partition("/")
        where, what = OrganizationName(organization), RepositoryName(name)
        await swr.create_repository(where, what, public=False, category=None, description="")
