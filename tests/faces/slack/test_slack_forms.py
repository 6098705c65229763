"""The forms: opened at once, organizations as one types, errors under their fields, the question as the next view."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from swr_bot.slack_app.face import Patience

if TYPE_CHECKING:
    from tests.faces.slack.conftest import Bot, Desk, Json, Surroundings

Start = Callable[["Surroundings"], Awaitable["Bot"]]
FORM, QUESTION = "New image repository", "Create this?"
CREATED = "Created payments/api in cn-north-4."
IMPATIENT = Patience(answer=0.2, travel=0.05)
SLOW = {"kind": "latency", "milliseconds": 400, "times": 0}


async def opened(desk: "Desk", person: str = "ada") -> None:
    """The form for a new repository stands before somebody."""
    await desk.type("repo create", person=person)
    await desk.view(FORM, person)


async def fill(desk: "Desk", name: str, *, organization: str = "payments", **more: str) -> None:
    """Type into it."""
    await desk.do("ada", "type-ahead", block_id="organization", text=organization)
    await desk.do("ada", "choose", block_id="organization", value=organization)
    await desk.do("ada", "choose", block_id="repository", value=name)
    for block, value in more.items():
        await desk.do("ada", "choose", block_id=block, value=value)


async def test_the_form_leads_to_the_question_and_to_the_outcome(
    desk: "Desk", bot: "Bot", surroundings: "Surroundings"
) -> None:
    """The outcome stands in the view, and as a message where the command was typed."""
    await opened(desk)
    await fill(desk, "api", category="lang", description="Card payments")
    await desk.do("ada", "submit")
    question = await desk.view(QUESTION)
    assert all(text in str(question["blocks"]) for text in ("payments", "lang", "Card payments", "cn-north-4"))
    assert surroundings.swr.creates == 0
    await desk.do("ada", "submit")
    outcome = await desk.view("Created")
    assert "docker pull" in str(outcome["blocks"])
    message = await desk.says(CREATED)
    assert message["ephemeral"]
    assert surroundings.swr.creates == 1
    assert await desk.refused() == []
    await bot.quiet()


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("name", "field", "text"),
    [("Api", "repository", "api"), ("taken", "repository", "exists already"), ("a--", "repository", "")],
)
async def test_what_is_wrong_stands_under_its_field(desk: "Desk", name: str, field: str, text: str) -> None:
    """With the corrected name, and the form still open as it was filled in."""
    await opened(desk)
    await fill(desk, name)
    outcome = await desk.do("ada", "submit")
    assert list(outcome["errors"]) == [field]
    assert text in outcome["errors"][field]
    await desk.do("ada", "choose", block_id="repository", value="api")
    await desk.do("ada", "submit")
    assert await desk.view(QUESTION)


@pytest.mark.usefixtures("bot")
async def test_a_public_repository_takes_a_tick(desk: "Desk", surroundings: "Surroundings") -> None:
    """Slack does not let the question go without it."""
    await opened(desk)
    await fill(desk, "api", public="public")
    await desk.do("ada", "submit")
    await desk.view(QUESTION)
    assert list((await desk.do("ada", "submit"))["errors"]) == ["second_look"]
    assert surroundings.swr.creates == 0
    await desk.do("ada", "choose", block_id="second_look", value=["yes"])
    await desk.do("ada", "submit")
    assert await desk.says(CREATED)


@pytest.mark.usefixtures("bot")
async def test_closing_the_question_is_a_no(desk: "Desk", surroundings: "Surroundings") -> None:
    """Nothing waits behind anybody's back."""
    await opened(desk)
    await fill(desk, "api")
    await desk.do("ada", "submit")
    await desk.view(QUESTION)
    await desk.do("ada", "close")
    await desk.says("Declined payments/api. Nothing was created.")
    assert surroundings.swr.creates == 0


@pytest.mark.usefixtures("bot")
async def test_the_form_for_an_organization(desk: "Desk") -> None:
    """A name, the question, the outcome."""
    await desk.type("org create")
    await desk.view("New organization")
    await desk.do("ada", "choose", block_id="organization", value="payments")
    assert "organization" in (await desk.do("ada", "submit"))["errors"]
    await desk.do("ada", "choose", block_id="organization", value="fresh")
    await desk.do("ada", "submit")
    await desk.view(QUESTION)
    await desk.do("ada", "submit")
    assert await desk.says("Created fresh in cn-north-4.")


@pytest.mark.usefixtures("bot")
async def test_the_shortcut_opens_the_form_anywhere(desk: "Desk") -> None:
    """There is no conversation, so the outcome comes as a direct message too."""
    await desk.do("ada", "shortcut", callback_id="new-image-repository")
    await desk.view(FORM)
    await fill(desk, "api")
    await desk.do("ada", "submit")
    await desk.view(QUESTION)
    await desk.do("ada", "submit")
    shown = await desk.until(lambda shown: CREATED in str(shown["channels"]))
    assert next(each["kind"] for each in shown["channels"] if CREATED in str(each["messages"])) == "im"


@pytest.mark.usefixtures("bot")
async def test_an_unknown_shortcut_is_answered(desk: "Desk") -> None:
    """As one of another release."""
    await desk.do("ada", "shortcut", callback_id="something-else")
    assert await desk.says("of another release")


async def test_a_slow_check_shows_that_it_is_under_way_and_then_the_question(
    desk: "Desk", surroundings: "Surroundings", start_bot: Start
) -> None:
    """Slack waits three seconds for a form, and SWR may take longer."""
    bot = await start_bot(replace(surroundings, patience=IMPATIENT))
    await opened(desk)
    await fill(desk, "api")
    surroundings.swr.misbehave(SLOW)
    await desk.do("ada", "submit")
    await desk.view(QUESTION)
    await desk.do("ada", "submit")
    await desk.view("Creating")
    await desk.view("Created")
    assert await desk.says(CREATED)
    assert surroundings.swr.creates == 1
    await bot.quiet()


async def test_a_slow_refusal_brings_the_form_back_as_it_was(
    desk: "Desk", surroundings: "Surroundings", start_bot: Start
) -> None:
    """Nobody types everything again; what is wrong stands above."""
    await start_bot(replace(surroundings, patience=IMPATIENT))
    await opened(desk)
    await fill(desk, "taken", description="Card payments")
    surroundings.swr.misbehave(SLOW)
    await desk.do("ada", "submit")
    shown = await desk.until(lambda shown: "exists already" in str(shown["views"]))
    assert "Card payments" in str(shown["views"])
    await desk.do("ada", "choose", block_id="repository", value="api")
    await desk.do("ada", "submit")
    assert await desk.view(QUESTION)


async def test_a_question_that_nobody_sees_any_more_comes_as_a_message(
    desk: "Desk", surroundings: "Surroundings", start_bot: Start
) -> None:
    """Who closes the form while SWR is asked still finds the card."""
    await start_bot(replace(surroundings, patience=IMPATIENT))
    await opened(desk)
    await fill(desk, "api")
    surroundings.swr.misbehave(SLOW)
    await desk.do("ada", "submit")
    await desk.do("ada", "close")
    await desk.says("Create the repository payments/api?")
    await desk.click("Create")
    assert await desk.says(CREATED)


@pytest.mark.usefixtures("bot")
async def test_typing_offers_organizations(desk: "Desk") -> None:
    """Those whose name holds the text."""
    await opened(desk)
    assert _offered(await desk.do("ada", "type-ahead", block_id="organization", text="pay")) == ["payments"]
    assert _offered(await desk.do("ada", "type-ahead", block_id="organization", text="")) == ["payments"]
    assert _offered(await desk.do("ada", "type-ahead", block_id="organization", text="zzz")) == []


async def test_typing_is_answered_in_time_while_swr_is_slow(
    desk: "Desk", surroundings: "Surroundings", start_bot: Start
) -> None:
    """What was typed is offered as it is; the list is there at the next letter after it came."""
    surroundings.swr.misbehave({"kind": "latency", "milliseconds": 900, "times": 1})
    bot = await start_bot(replace(surroundings, patience=IMPATIENT))
    await opened(desk)
    before = time.monotonic()
    assert _offered(await desk.do("ada", "type-ahead", block_id="organization", text="pay")) == ["pay"]
    assert time.monotonic() - before < 0.8
    await bot.quiet()
    assert _offered(await desk.do("ada", "type-ahead", block_id="organization", text="pay")) == ["payments"]


async def test_organizations_are_asked_for_once_a_minute_and_old_ones_serve_meanwhile(
    desk: "Desk", bot: "Bot", surroundings: "Surroundings"
) -> None:
    """Each letter somebody types is not a request to SWR."""
    await opened(desk)
    for text in ("", "p", "pa", "pay"):
        await desk.do("ada", "type-ahead", block_id="organization", text=text)
    listed = ("GET", "/v2/manage/namespaces")
    assert len(surroundings.swr.requests(*listed)) == 1
    surroundings.swr.misbehave({"kind": "latency", "milliseconds": 500, "times": 1})
    bot.clock.advance(61)
    assert _offered(await desk.do("ada", "type-ahead", block_id="organization", text="pay")) == ["payments"]
    await bot.quiet()
    assert len(surroundings.swr.requests(*listed)) == 2


@pytest.mark.usefixtures("bot")
async def test_a_form_of_another_release_says_so(desk: "Desk", bot: "Bot") -> None:
    """And a question whose proposal is gone."""
    person: dict[str, Any] = {"user": {"id": "U0ADA00000", "username": "ada", "team_id": "T0EMULATOR"}}
    place: dict[str, Any] = {"team": {"id": "T0EMULATOR"}, "api_app_id": "A0EMULATOR", "type": "view_submission"}
    views = [("old-form", "{}", "of another release"), ("confirm-proposal", "no json", "is not known here")]
    for number, (callback, metadata, sentence) in enumerate(views):
        view: dict[str, Any] = {
            "id": "V1",
            "type": "modal",
            "callback_id": callback,
            "private_metadata": metadata,
            "state": {"values": {}},
        }
        answer = await bot.dispatch({**person, **place, "view": view, "trigger_id": f"{number}"})
        assert sentence in answer.body
        assert '"update"' in answer.body
    assert await desk.refused() == []


@pytest.mark.usefixtures("bot")
async def test_a_form_that_comes_too_late_is_a_sentence(desk: "Desk") -> None:
    """Slack's right to open one ends after three seconds."""
    await desk.faults({"kind": "error", "method": "views.open", "error": "expired_trigger_id"})
    await desk.type("repo create")
    assert await desk.says("came too late")


async def test_two_people_fill_forms_at_once(desk: "Desk", bot: "Bot") -> None:
    """Each hears of their own."""
    await asyncio.gather(opened(desk), opened(desk, "grace"))
    await fill(desk, "api")
    await desk.do("ada", "submit")
    assert await desk.view(QUESTION)
    assert await desk.view(FORM, "grace")
    assert len(await bot.pending()) == 1


def _offered(outcome: "Json") -> list[str]:
    return [option["value"] for option in outcome["options"]]
