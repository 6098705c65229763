"""A create happens where it was asked for: cloud, region, address and account."""

from typing import TYPE_CHECKING

import pytest

from swr_bot.emulators.swr import DEFAULT_ACCOUNT
from swr_tools.actor import Actor
from swr_tools.errors import NotAllowed
from swr_tools.gate.confirmation import confirmation_of
from swr_tools.proposals import OutcomeKind, Site, State

if TYPE_CHECKING:
    from tests.contract.gate.conftest import House, ScriptedSwr, Swr

ORGANIZATION = ("create-organization", {"organization": "payments"})
AFTER_THE_LEASE = 3600


async def test_a_proposal_is_not_confirmed_at_another_address(
    *, house: "House", swr: "Swr", scripted: "ScriptedSwr", alice: Actor
) -> None:
    """The same cloud and region by name, and another SWR: the person hears both addresses."""
    proposal = await house.ask(await house.toolbox(), *ORGANIZATION, alice)
    elsewhere = await house.toolbox(url=scripted.url)
    with pytest.raises(NotAllowed) as caught:
        await elsewhere.confirm(proposal.id, alice)
    assert caught.value.nothing_created
    assert f"cn-north-4 at {swr.url}" in caught.value.sentence
    assert f"cn-north-4 at {scripted.url}" in caught.value.sentence
    assert (swr.posts, scripted.posts, (await house.stored(proposal)).state) == (0, 0, State.PENDING)


async def test_another_account_that_is_written_alike_is_another(house: "House", swr: "Swr", alice: Actor) -> None:
    """Two keys may end in the same characters, which is all that people see of them."""
    proposal = await house.ask(await house.toolbox(), *ORGANIZATION, alice)
    elsewhere = await house.toolbox(access_key=f"X{DEFAULT_ACCOUNT.access_key[1:]}")
    with pytest.raises(NotAllowed, match=r"is set to huaweicloud cn-north-4 at \S+ with another account\."):
        await elsewhere.confirm(proposal.id, alice)
    assert swr.posts == 0


async def test_what_was_created_at_one_address_says_nothing_about_another(
    house: "House", scripted: "ScriptedSwr", alice: Actor
) -> None:
    """The other one is asked, and a new proposal made for it."""
    here = await house.toolbox()
    first = await house.ask(here, *ORGANIZATION, alice)
    assert (await here.confirm(first.id, alice)).kind is OutcomeKind.CREATED
    there = await house.ask(await house.toolbox(url=scripted.url), *ORGANIZATION, alice)
    assert (there.id != first.id, there.state) == (True, State.PENDING)


async def test_a_proposal_pending_at_one_address_is_not_that_of_another(
    house: "House", scripted: "ScriptedSwr", alice: Actor
) -> None:
    """Both wait side by side."""
    first = await house.ask(await house.toolbox(), *ORGANIZATION, alice)
    second = await house.ask(await house.toolbox(url=scripted.url), *ORGANIZATION, alice)
    assert first.id != second.id


@pytest.mark.parametrize("change", [{"cloud": "otc"}, {"region": "r"}, {"endpoint": "e"}, {"account_id": "i"}])
def test_each_part_of_a_place_makes_another(change: dict[str, str]) -> None:
    """What people read of an account is no part of it."""
    site = Site(cloud="huaweicloud", region="cn-north-4", endpoint="https://a", account="…KEY1", account_id="1")
    assert not site.same_place(site.model_copy(update=change))
    assert site.same_place(site.model_copy(update={"account": "written otherwise"}))


async def test_a_crashed_create_of_another_place_names_that_place(
    *, house: "House", swr: "Swr", scripted: "ScriptedSwr", alice: Actor
) -> None:
    """SWR is not asked, and nobody says that it could not be."""
    proposal = await house.ask(await house.toolbox(), *ORGANIZATION, alice)
    journal = await house.journal()
    assert await journal.claim(proposal.id, by=alice, at=house.clock.now(), until=house.clock.now())
    house.clock.advance(AFTER_THE_LEASE)
    scripted.there = True
    outcome = await (await house.toolbox(url=scripted.url)).confirm(proposal.id, alice)
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert f"It was asked for huaweicloud cn-north-4 at {swr.url} with " in outcome.sentence
    assert "could not be asked" not in outcome.sentence
    assert outcome.hint == "Confirm it again with the settings it was asked with."
    assert (scripted.seen, (await house.stored(proposal)).state) == ([], State.CLAIMED)


@pytest.mark.parametrize(
    ("site", "shown"),
    [
        (("huaweicloud", "cn-north-4", "https://swr-api.cn-north-4.myhuaweicloud.com"), None),
        (("huaweicloud", "cn-north-4", "https://swr.intra.example"), "https://swr.intra.example"),
        (("huaweicloud", "moon-1", "https://swr.intra.example"), "https://swr.intra.example"),
        (("emulator", "cn-north-4", "http://127.0.0.1:1234"), None),
    ],
    ids=["the cloud's own", "another", "of a region that no table has", "the emulator's"],
)
async def test_a_question_shows_an_address_that_is_not_the_clouds_own(
    house: "House", alice: Actor, site: tuple[str, str, str], shown: str | None
) -> None:
    """Who confirms sees where it really goes."""
    asked = await house.ask(await house.toolbox(), *ORGANIZATION, alice)
    cloud, region, endpoint = site
    place = Site(cloud=cloud, region=region, endpoint=endpoint, account="…KEY1", account_id="1")
    facts = confirmation_of(asked.model_copy(update={"site": place})).facts
    assert [fact.value for fact in facts if fact.label == "Endpoint"] == ([shown] if shown else [])
