"""The client against the emulator, which was written from SWR's documents alone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from swr_bot.bootstrap import connect as connect_as_set
from swr_bot.settings import Settings
from swr_tools import errors
from swr_tools.clock import ManualClock
from swr_tools.cloud.signing import Keys
from swr_tools.models import Access, Category
from swr_tools.names import ExistingOrganizationName, ExistingRepositoryName, OrganizationName, RepositoryName

if TYPE_CHECKING:
    from tests.contract.cloud.conftest import Call, Connect, EmulatorProcess, Emulators, Transports

OURS, THEIRS, NOBODYS = (ExistingOrganizationName(name) for name in ("ours", "theirs", "nobodys"))
APP = ExistingRepositoryName("team/app")
READ_FAULTS = [
    {"kind": "429", "times": 2},
    {"kind": "403-throttle", "times": 2},
    {"kind": "403-throttle", "code": "4031042"},
    {"kind": "5xx", "status": 502},
    {"kind": "5xx", "status": 503, "times": 3},
    {"kind": "5xx", "status": 504},
    {"kind": "html-502"},
    {"kind": "reset-before"},
    {"kind": "reset-after"},
]


@pytest.mark.parametrize("region", ["..%2f x", "CN", "a\x1bb"])
def test_the_embedded_emulator_plays_no_nonsense(tmp_path: Path, region: str) -> None:
    """What is no region gets no emulator, and leaves no state behind."""
    folder = tmp_path / "state"
    with pytest.raises(errors.RegionUnknown, match="is no region"):
        connect_as_set(Settings(emulator=True, region=region, state_dir=folder), {})
    assert not folder.exists()


@pytest.mark.parametrize("created", [200, 201])
async def test_what_is_created_can_be_read(
    emulators: "Emulators", connect: "Connect", transports: "Transports", created: int
) -> None:
    """An organization and a repository with a slash come back as they were asked for, whatever success says."""
    emulator = emulators(created=created)
    client = connect(emulator.url, emulator.keys, transport=transports()).client()
    await client.create_organization(OrganizationName("fresh-org"))
    fresh = ExistingOrganizationName("fresh-org")
    name, description = RepositoryName("one/two/three"), 'A "test" <b>café</b> \u202e\n'
    await client.create_repository(fresh, name, public=True, category=Category.LANG, description=description)

    organization = await client.show_organization(fresh)
    repository = await client.show_repository(fresh, ExistingRepositoryName(name))

    assert (organization.name, organization.access, organization.created_by) == ("fresh-org", Access.MANAGE, "alice")
    address = "swr.cn-north-4.myhuaweicloud.com/fresh-org/one/two/three"
    assert (repository.organization, repository.name, repository.address) == (fresh, name, address)
    assert repository.pull_command == f"docker pull {address}"
    assert (repository.public, repository.category, repository.description) == (True, "lang", description)
    assert repository.created_at is not None
    assert repository.created_at.utcoffset() is not None


async def test_lists_hold_what_this_account_sees(
    emulator: "EmulatorProcess", connect: "Connect", transports: "Transports"
) -> None:
    """The list of organizations leaves other accounts' out; the list of repositories knows sizes and counts."""
    client = connect(emulator.url, emulator.keys, transport=transports()).client()
    (organization,) = await client.list_organizations()
    (repository,) = await client.list_repositories(OURS)
    assert (organization.name, organization.repositories) == ("ours", 1)
    assert (repository.name, repository.images, repository.size_bytes, repository.downloads) == (APP, 2, 42, 7)
    assert (repository.organization, repository.description) == (OURS, "An app")


@pytest.mark.parametrize("foreign", [404, 403, 401])
@pytest.mark.parametrize("name", [THEIRS, NOBODYS])
async def test_foreign_and_missing_look_the_same(
    emulators: "Emulators", connect: "Connect", foreign: int, name: ExistingOrganizationName
) -> None:
    """Whichever way SWR hides another account's organization, the error is one and promises nothing more."""
    emulator = emulators(foreign=foreign)
    client = connect(emulator.url, emulator.keys).client()
    calls = [
        client.show_organization(name),
        client.show_repository(name, APP),
        client.create_repository(name, RepositoryName("app"), public=False, category=None, description=""),
    ]
    for call in calls:
        with pytest.raises(errors.OrganizationMissing) as caught:
            await call
        assert caught.value.sentence == (
            f"The organization {name} was not found in cn-north-4, or it belongs to another account."
        )
        assert caught.value.swr_code
        assert caught.value.request_id
    assert len(emulator.seen()) == len(calls)


@pytest.mark.parametrize("foreign", [404, 403, 401])
async def test_a_taken_name_is_never_called_ours(emulators: "Emulators", connect: "Connect", foreign: int) -> None:
    """A name of another account is refused in the same words as one of this account."""
    emulator = emulators(foreign=foreign)
    client = connect(emulator.url, emulator.keys).client()
    for name in ("theirs", "ours"):
        with pytest.raises(errors.NameTaken) as caught:
            await client.create_organization(OrganizationName(name))
        assert caught.value.sentence == f"The name {name} is taken in cn-north-4, possibly by another account."


async def test_a_missing_repository_is_named(emulator: "EmulatorProcess", connect: "Connect") -> None:
    """The error of a repository that is not there names it with its organization and region."""
    client = connect(emulator.url, emulator.keys).client()
    with pytest.raises(errors.RepositoryMissing, match="repository ours/team/other was not found in cn-north-4"):
        await client.show_repository(OURS, ExistingRepositoryName("team/other"))


async def test_a_taken_repository_is_named(emulator: "EmulatorProcess", connect: "Connect") -> None:
    """Creating a repository that exists says so."""
    client = connect(emulator.url, emulator.keys).client()
    with pytest.raises(errors.NameTaken, match="already a repository ours/team/app in cn-north-4"):
        await client.create_repository(OURS, RepositoryName("team/app"), public=False, category=None, description="")


async def test_the_quota_has_an_error_of_its_own(emulator: "EmulatorProcess", connect: "Connect") -> None:
    """One organization, or repository, too many is told as a quota, though SWR calls it a bad request."""
    client = connect(emulator.url, emulator.keys).client()
    for name in ("second", "third"):
        await client.create_organization(OrganizationName(name))
        await client.create_repository(OURS, RepositoryName(name), public=False, category=None, description="")
    with pytest.raises(errors.QuotaReached, match="as many organizations in cn-north-4 as it may"):
        await client.create_organization(OrganizationName("fourth"))
    with pytest.raises(errors.QuotaReached, match="as many repositories in cn-north-4 as it may"):
        await client.create_repository(OURS, RepositoryName("fourth"), public=False, category=None, description="")


@pytest.mark.parametrize("fault", READ_FAULTS, ids=lambda fault: "-".join(map(str, fault.values())))
async def test_reads_outlast_passing_faults(
    emulator: "EmulatorProcess", connect: "Connect", transports: "Transports", read: "Call", fault: dict[str, Any]
) -> None:
    """A read is tried again after throttling, 502, 503, 504 and a reset, with growing pauses."""
    clock = ManualClock(datetime.now(UTC))
    cloud = connect(emulator.url, emulator.keys, transport=transports(), clock=clock)
    emulator.fail(fault)
    assert await read(cloud)
    assert len(clock.slept) <= fault.get("times", 1)
    assert clock.slept == sorted(clock.slept)
    assert all(0.25 <= pause <= 10 for pause in clock.slept)


async def test_reads_give_up_in_the_end(emulator: "EmulatorProcess", connect: "Connect", read: "Call") -> None:
    """A fault that stays is raised after four tries."""
    cloud = connect(emulator.url, emulator.keys, clock=ManualClock(datetime.now(UTC)))
    emulator.fail({"kind": "5xx", "status": 503, "times": 0})
    with pytest.raises(errors.SwrFailing, match="failed with 503"):
        await read(cloud)
    assert len(emulator.seen()) == 4


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "429"}, errors.RateLimited),
        ({"kind": "403-throttle"}, errors.RateLimited),
        ({"kind": "5xx"}, errors.SwrFailing),
        ({"kind": "5xx-after"}, errors.SwrFailing),
        ({"kind": "5xx", "status": 503}, errors.SwrFailing),
        ({"kind": "html-502"}, errors.SwrFailing),
        ({"kind": "reset-before"}, errors.AnswerLost),
        ({"kind": "reset-after"}, errors.AnswerLost),
    ],
)
async def test_creates_are_sent_once(
    *,
    emulator: "EmulatorProcess",
    connect: "Connect",
    transports: "Transports",
    create: "Call",
    fault: dict[str, Any],
    error: type[errors.SwrError],
) -> None:
    """Whatever happens to a create, it is sent once, and the error says whether it may have taken effect."""
    cloud = connect(emulator.url, emulator.keys, transport=transports())
    emulator.fail({**fault, "times": 0})
    with pytest.raises(error):
        await create(cloud)
    assert len(emulator.seen()) == 1


async def test_wrong_keys_are_tried_once(
    emulator: "EmulatorProcess", connect: "Connect", transports: "Transports", call: "Call"
) -> None:
    """A refused access key is never tried again, since five failures lock it."""
    wrong = Keys(emulator.keys.access_key, "not-the-secret-key")
    cloud = connect(emulator.url, wrong, transport=transports())
    with pytest.raises(errors.CredentialsRejected) as caught:
        await call(cloud)
    assert len(emulator.seen()) == 1
    assert "five failures in a row lock" in caught.value.hint
    assert "not-the-secret-key" not in repr(caught.value.as_json())


@pytest.mark.parametrize("minutes", [-60, 60])
async def test_a_wrong_clock_is_told_from_wrong_keys(
    emulator: "EmulatorProcess", connect: "Connect", minutes: int
) -> None:
    """When SWR's date is far from ours, the error says by how much, not that the keys are wrong."""
    wrong = ManualClock(datetime.now(UTC) + timedelta(minutes=minutes))
    cloud = connect(emulator.url, emulator.keys, clock=wrong)
    with pytest.raises(errors.CredentialsRejected, match="clock is 60 minutes off from SWR's"):
        await cloud.client().list_organizations()
