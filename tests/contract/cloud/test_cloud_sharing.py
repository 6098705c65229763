"""Identical look-ups that run at the same time share one request."""

import asyncio
import traceback
from typing import TYPE_CHECKING

import pytest

from swr_tools import errors
from swr_tools.names import ExistingOrganizationName, ExistingRepositoryName

if TYPE_CHECKING:
    from tests.contract.cloud.conftest import Call, Connect, OddServer, Transports

ORG, APP = ExistingOrganizationName("ours"), ExistingRepositoryName("team/app")


async def test_identical_look_ups_share_one_request(
    odd: "OddServer", connect: "Connect", transports: "Transports"
) -> None:
    """A thousand at once reach the server once, and each gets the record."""
    odd.says(200, {"name": "team/app", "num_images": 3})
    client = connect(odd.url, transport=transports()).client()
    found = await asyncio.gather(*(client.show_repository(ORG, APP) for _ in range(1000)))
    assert {repository.images for repository in found} == {3}
    assert len(odd.requests) == 1


async def test_every_read_is_shared(odd: "OddServer", connect: "Connect", read: "Call") -> None:
    """That holds for each of the reads; lists are not one object that callers could change for each other."""
    odd.says(200, b'[{"name": "team/app"}]' if read.__name__ == "list_repositories" else RECORD)
    cloud = connect(odd.url)
    first, second = await asyncio.gather(read(cloud), read(cloud))
    assert first == second
    assert first is not second or not isinstance(first, list)
    assert len(odd.requests) == 1


async def test_different_look_ups_share_nothing(odd: "OddServer", connect: "Connect") -> None:
    """Another name is another request."""
    odd.says(200, RECORD)
    client = connect(odd.url).client()
    names = [ExistingRepositoryName(f"app-{number}") for number in range(5)]
    await asyncio.gather(*(client.show_repository(ORG, name) for name in names), client.show_organization(ORG))
    assert len(odd.requests) == 6


async def test_what_has_ended_is_not_remembered(odd: "OddServer", connect: "Connect") -> None:
    """Sharing is no cache: the next look-up asks again."""
    odd.says(200, {"name": "ours", "id": 1})
    odd.says(200, {"name": "ours", "id": 2})
    client = connect(odd.url).client()
    assert [(await client.show_organization(ORG)).id for _ in range(2)] == [1, 2]


async def test_a_fresh_look_up_joins_none_under_way(odd: "OddServer", connect: "Connect") -> None:
    """The gate verifies a create with a request that began after it."""
    go = asyncio.Event()
    odd.waits_for(go, 200, {"name": "ours", "id": 1})
    odd.says(200, {"name": "ours", "id": 2})
    client = connect(odd.url).client()
    old = asyncio.create_task(client.show_organization(ORG))
    await odd.has_received(1)
    assert (await client.show_organization(ORG, fresh=True)).id == 2
    go.set()
    assert (await old).id == 1


async def test_one_waiter_may_leave(odd: "OddServer", connect: "Connect") -> None:
    """Cancelling the call that began the request leaves those that joined it unharmed."""
    go = asyncio.Event()
    odd.waits_for(go, 200, {"name": "ours", "id": 7})
    client = connect(odd.url).client()
    first, second = (asyncio.create_task(client.show_organization(ORG)) for _ in range(2))
    await odd.has_received(1)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    go.set()
    assert (await second).id == 7
    assert len(odd.requests) == 1


async def test_the_last_waiter_ends_the_request(odd: "OddServer", connect: "Connect") -> None:
    """When all have left the request is given up, and the next look-up begins its own."""
    odd.waits_for(asyncio.Event(), 200, RECORD)
    odd.says(200, {"name": "ours", "id": 7})
    client = connect(odd.url).client()
    tasks = [asyncio.create_task(client.show_organization(ORG)) for _ in range(3)]
    await odd.has_received(1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert (await client.show_organization(ORG)).id == 7
    assert [task for task in asyncio.all_tasks() if "look" in repr(task.get_coro())] == []


async def test_each_waiter_gets_an_error_of_its_own(odd: "OddServer", connect: "Connect") -> None:
    """The error reaches all of them, with everything it says, and its traceback does not grow with their number."""
    odd.says(404, {"error_code": "SVCSTG.SWR.4040058"}, x_request_id="r-1")
    client = connect(odd.url).client()
    failed = await asyncio.gather(*(client.show_organization(ORG) for _ in range(100)), return_exceptions=True)
    assert len(odd.requests) == 1
    assert len({id(error) for error in failed}) == 100
    for error in failed:
        assert isinstance(error, errors.OrganizationMissing)
        assert len(traceback.format_exception(error)) < 60
        assert (error.swr_code, error.request_id) == ("SVCSTG.SWR.4040058", "r-1")


async def test_a_rate_limit_keeps_its_seconds_for_all(odd: "OddServer", connect: "Connect") -> None:
    """What an error carries besides its sentence reaches every waiter."""
    odd.says(429, b"", retry_after="3600")
    client = connect(odd.url).client()
    failed = await asyncio.gather(*(client.list_organizations() for _ in range(3)), return_exceptions=True)
    assert [error.retry_after for error in failed if isinstance(error, errors.RateLimited)] == [3600.0] * 3


RECORD = {"name": "ours", "namespaces": [{"name": "ours"}]}
