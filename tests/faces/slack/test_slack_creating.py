"""A create from the command to the outcome: shown, confirmed once by the right person, and never left open-ended."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from swr_bot.slack_app.face import Patience
from swr_tools.gate.policy import Policy

if TYPE_CHECKING:
    from tests.faces.slack.conftest import Bot, Desk, Surroundings

CREATE = "repo create payments/api"
QUESTION = "Create the repository payments/api?"
CREATED = "Created payments/api in cn-north-4."
PEOPLE = {"ada": "U0ADA00000", "grace": "U0GRACE000", "vera": "U0VERA0000", "otto": "U0OTTO0000"}
Start = Callable[["Surroundings"], Awaitable["Bot"]]


def clicked(action: str, value: str, person: str = "ada", team: str = "T0EMULATOR", once: str = "1") -> dict[str, Any]:
    """A click as Slack delivers it, on a card that was posted a while ago."""
    return {
        "type": "block_actions",
        "user": {"id": PEOPLE[person], "username": person, "team_id": team},
        "team": {"id": team, "domain": "x"},
        "api_app_id": "A0EMULATOR",
        "trigger_id": once,
        "container": {"type": "message", "message_ts": "1.2", "channel_id": "C0GENERAL0", "is_ephemeral": True},
        "channel": {"id": "C0GENERAL0", "name": "general"},
        "actions": [{"type": "button", "action_id": action, "block_id": "answer", "value": value}],
    }


async def test_a_click_on_create_turns_the_card_into_the_outcome(
    desk: "Desk", bot: "Bot", surroundings: "Surroundings"
) -> None:
    """The card stays where it was, without buttons, with who, when, and how to pull."""
    await desk.type(CREATE)
    card = await desk.says(QUESTION)
    await desk.click("Create")
    outcome = await desk.says(CREATED)
    assert outcome["ts"] == card["ts"]
    assert "button" not in str(outcome["blocks"])
    assert "docker pull swr.cn-north-4.myhuaweicloud.com/payments/api" in str(outcome["blocks"])
    assert "U0ADA00000" in str(outcome["blocks"])
    await bot.quiet()
    assert await desk.messages("grace") == []
    assert surroundings.swr.creates == 1


async def test_cancel_creates_nothing(desk: "Desk", bot: "Bot", surroundings: "Surroundings") -> None:
    """And the card says so."""
    await desk.type(CREATE)
    await desk.says(QUESTION)
    await desk.click("Cancel")
    declined = await desk.says("Declined payments/api. Nothing was created.")
    assert "button" not in str(declined["blocks"])
    assert await bot.pending() == []
    assert surroundings.swr.creates == 0


@pytest.mark.usefixtures("bot")
async def test_a_public_repository_takes_a_second_look(desk: "Desk") -> None:
    """Slack asks again; who goes back there has changed nothing."""
    await desk.type(f"{CREATE} --public")
    assert "PUBLIC: anybody can pull it" in await desk.sees(QUESTION)
    await desk.click("Create", confirm=False)
    await desk.click("Create", confirm=True)
    assert await desk.says(CREATED)


async def test_a_new_organization_is_created_the_same_way(desk: "Desk", bot: "Bot") -> None:
    """One gate for both creates."""
    await desk.type("org create fresh")
    await desk.says("Create the organization fresh?")
    await desk.click("Create")
    assert await desk.says("Created fresh in cn-north-4.")
    assert await bot.pending() == []


async def test_the_same_asked_twice_is_one_proposal(desk: "Desk", bot: "Bot") -> None:
    """Two cards, one create."""
    await desk.type(CREATE)
    await desk.says(QUESTION)
    await desk.type(CREATE)
    await desk.says(QUESTION, count=2)
    assert len(await bot.pending()) == 1


async def test_pending_shows_the_card_again(desk: "Desk", bot: "Bot") -> None:
    """Ephemeral messages vanish; what waits does not."""
    await desk.type(CREATE)
    await desk.says(QUESTION)
    await desk.type("pending")
    await desk.says("Waiting for you:")
    await desk.click("Show")
    await desk.says(QUESTION, count=2)
    await desk.click("Create")
    await desk.says(CREATED)
    await desk.type("pending")
    await desk.says("Nothing waits for you.")
    await bot.quiet()


async def test_a_code_finds_the_card_again_and_declines_it(desk: "Desk", bot: "Bot") -> None:
    """`confirm` shows every value before anybody says yes; `decline` needs no second look."""
    await desk.type(CREATE)
    await desk.says(QUESTION)
    code = (await bot.pending())[0].code
    await desk.type(f"confirm {code.lower()}")
    await desk.says(QUESTION, count=2)
    await desk.type(f"decline {code}")
    await desk.says("Declined payments/api.")
    await desk.type(f"confirm {code}")
    await desk.says("Declined payments/api.", count=2)
    await desk.type("decline QQQQ")
    assert await desk.says("No request of yours has the code QQQQ.")


async def test_a_click_that_comes_too_late_says_so(desk: "Desk", bot: "Bot", surroundings: "Surroundings") -> None:
    """After ten minutes the card turns into what it is: expired, with the line that asks again."""
    await desk.type(CREATE)
    await desk.says(QUESTION)
    bot.clock.advance(601)
    await desk.click("Create")
    expired = await desk.says("expired before it was confirmed. Nothing was created.")
    assert "/swr repo create payments/api" in str(expired["blocks"])
    assert "button" not in str(expired["blocks"])
    assert surroundings.swr.creates == 0


async def test_two_clicks_at_once_create_once_and_both_are_answered(
    desk: "Desk", bot: "Bot", surroundings: "Surroundings"
) -> None:
    """Whichever comes second hears what the first one did."""
    await desk.type(CREATE)
    await desk.says(QUESTION)
    proposal = (await bot.pending())[0]
    clicks = [clicked("proposal.confirm", proposal.id, once=str(n)) for n in range(2)]
    answers = await asyncio.gather(*(bot.dispatch(click) for click in clicks))
    assert [answer.status for answer in answers] == [200, 200]
    await desk.says(CREATED, count=2)
    assert surroundings.swr.creates == 1


async def test_a_delivery_that_comes_twice_is_done_once(desk: "Desk", bot: "Bot") -> None:
    """Slack delivers again when it is not sure."""
    await desk.faults({"kind": "duplicate", "method": "slash_commands"})
    await desk.type(CREATE)
    await desk.says(QUESTION)
    await bot.quiet()
    assert sum(QUESTION in text for text in await desk.messages()) == 1


async def test_somebody_elses_click_is_told_and_leaves_the_card(
    desk: "Desk", bot: "Bot", surroundings: "Surroundings"
) -> None:
    """Only the asker decides."""
    await desk.type(CREATE)
    await desk.says(QUESTION)
    proposal = (await bot.pending())[0]
    for action in ("proposal.confirm", "proposal.decline", "proposal.show"):
        await bot.dispatch(clicked(action, proposal.id, person="grace", once=action))
    await desk.says("Only ada, who asked for this, can confirm or decline it.", person="grace", count=3)
    assert (await bot.pending())[0].id == proposal.id
    assert surroundings.swr.creates == 0
    await desk.click("Create")
    assert await desk.says(CREATED)


@pytest.mark.parametrize(
    ("action", "value", "sentence"),
    [
        ("proposal.confirm", "0" * 32, "This request is not known here."),
        ("proposal.confirm", "", "This request is not known here."),
        ("proposal.decline", "'; drop table", "This request is not known here."),
        ("swr_create_yes", "1", "of another release"),
        ("", "", "of another release"),
    ],
)
async def test_a_button_that_means_nothing_here_is_answered(
    desk: "Desk", bot: "Bot", action: str, value: str, sentence: str
) -> None:
    """As after a lost journal, or an upgrade."""
    await bot.dispatch(clicked(action, value))
    assert await desk.says(sentence)


async def test_who_may_not_create_learns_it_at_the_command(
    desk: "Desk", surroundings: "Surroundings", start_bot: Start
) -> None:
    """Without a rule, Slack is closed for creates."""
    await start_bot(replace(surroundings, policy=Policy()))
    await desk.type(CREATE)
    assert "Nothing was created." in await desk.sees("may not create anything.")


async def test_a_right_that_was_taken_away_is_missed_at_the_click(
    desk: "Desk", surroundings: "Surroundings", start_bot: Start
) -> None:
    """The gate looks again; the card loses its buttons."""
    allowed = await start_bot(surroundings)
    await desk.type(CREATE)
    await desk.says(QUESTION)
    proposal = (await allowed.pending())[0]
    strict = await start_bot(replace(surroundings, policy=Policy()))
    await strict.dispatch(clicked("proposal.confirm", proposal.id))
    assert await desk.says("may not create anything. Nothing was created.")
    assert surroundings.swr.creates == 0


async def test_a_click_survives_a_restart_of_the_bot(
    desk: "Desk", surroundings: "Surroundings", start_bot: Start
) -> None:
    """What waits lives in the journal; a bot that starts later answers for it."""
    asked = await start_bot(surroundings)
    await desk.type(CREATE)
    await desk.says(QUESTION)
    proposal = (await asked.pending())[0]
    await (await start_bot(surroundings)).dispatch(clicked("proposal.confirm", proposal.id))
    assert await desk.says(CREATED)


async def test_an_answer_that_slack_limits_is_sent_again_later(desk: "Desk", bot: "Bot") -> None:
    """As Slack asked, and not more than twice."""
    await desk.faults({"kind": "ratelimited", "method": "response_url", "times": 2, "retry_after": 7})
    await desk.type("repo info payments/taken")
    assert await desk.says("payments/taken is private")
    assert bot.clock.monotonic() == 14


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("error", ["used_url", "expired_url"])
async def test_an_answer_that_the_response_url_refuses_comes_as_a_message(desk: "Desk", error: str) -> None:
    """To the asker alone, in the same conversation."""
    await desk.faults({"kind": "error", "method": "response_url", "error": error, "times": 0})
    await desk.type("repo info payments/taken")
    message = await desk.says("payments/taken is private")
    assert message["ephemeral"]


@pytest.mark.usefixtures("bot")
async def test_where_the_bot_is_not_let_in_the_answer_comes_as_a_direct_message(desk: "Desk") -> None:
    """A channel that it is no member of takes no message from it."""
    await desk.faults({"kind": "error", "method": "response_url", "error": "used_url", "times": 0})
    await desk.type("repo info payments/taken", channel="random")
    shown = await desk.until(lambda shown: "payments/taken is private" in str(shown))
    place = next(each for each in shown["channels"] if "payments/taken is private" in str(each["messages"]))
    assert place["kind"] == "im"


async def test_a_card_in_a_direct_message_turns_into_its_outcome_too(desk: "Desk", bot: "Bot") -> None:
    """It is no ephemeral message, and still has its buttons taken away."""
    await desk.faults({"kind": "error", "method": "response_url", "error": "used_url"})
    await desk.type(CREATE, channel="random")
    card = await desk.says(QUESTION)
    assert not card["ephemeral"]
    await desk.click("Create", channel="dm")
    assert (await desk.says(CREATED))["ts"] == card["ts"]
    await bot.quiet()
    assert not any(QUESTION in text for text in await desk.messages())


async def test_the_outcome_stands_last_however_slow_slack_is(desk: "Desk", bot: "Bot") -> None:
    """The sign that it is under way never covers what became of it."""
    await desk.type(CREATE)
    await desk.says(QUESTION)
    await desk.faults({"kind": "slow", "method": "response_url", "milliseconds": 400})
    await desk.click("Create")
    await bot.quiet()
    async with asyncio.timeout(10):
        while await desk.answers() < 3:  # the card, the sign that it is under way, the outcome
            pass
    assert [text.partition(".")[0] for text in await desk.messages()] == [CREATED.removesuffix(".")]


async def test_a_look_up_that_takes_long_says_that_it_is_under_way(
    desk: "Desk", surroundings: "Surroundings", start_bot: Start
) -> None:
    """A person who waits in silence asks again."""
    await start_bot(replace(surroundings, patience=Patience(progress=0.05)))
    surroundings.swr.misbehave({"kind": "latency", "milliseconds": 600, "times": 0})
    await desk.type("repo info payments/taken")
    await desk.says("Looking up payments/taken …")
    assert await desk.says("payments/taken is private")


async def test_a_failure_nobody_foresaw_is_a_sentence_with_a_reference(
    desk: "Desk", surroundings: "Surroundings", start_bot: Start, loud: Callable[[], str]
) -> None:
    """The log has the place and the reference, and nothing of what the error says."""

    def broken() -> NoReturn:
        raise RuntimeError("a-secret-inside")

    await start_bot(replace(surroundings, connect=broken))
    await desk.type("repo info payments/taken")
    message = await desk.says("Something went wrong inside this bot.")
    logged = loud()
    assert "a-secret-inside" not in logged + str(message)
    reference = logged.partition("(reference ")[2][:8]
    assert reference in message["plain"]
    assert "RuntimeError at" in logged


async def test_the_right_person_alone_is_served_when_many_ask(desk: "Desk", bot: "Bot") -> None:
    """Forty people's look-ups at once are forty answers."""
    await asyncio.gather(*(desk.type("repo info payments/taken") for _ in range(20)))
    await asyncio.gather(*(desk.type("repo info payments/taken", person="grace") for _ in range(20)))
    await desk.says("payments/taken is private", count=20)
    await desk.says("payments/taken is private", person="grace", count=20)
    await bot.quiet()
