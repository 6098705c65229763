"""A create from the line that was typed, the form or the shortcut to the outcome, with the bot as a process."""

import asyncio
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.slack.conftest import House, Json, Room, Server

FORM, QUESTION = "New image repository", "Create this?"
PEOPLE = {"ada": "U0ADA00000", "joan": "U0JOAN0000"}


def facts(message: "Json") -> dict[str, str]:
    """The table of a card, by label."""
    (table,) = [block for block in message["blocks"] if block.get("block_id") == "facts"]
    texts = [each["text"] for each in table["elements"][0]["elements"] if each["text"] != "\n"]
    labels, values = texts[::2], texts[1::2]
    return dict(zip((label.removesuffix(": ") for label in labels), values, strict=True))


def labels(message: "Json") -> list[str]:
    """What can be pressed."""
    elements = [each for block in message["blocks"] if block["type"] == "actions" for each in block["elements"]]
    return [each["text"]["text"] for each in elements]


def clicked(card: "Json", person: str) -> "Json":
    """A click on a card's first button by somebody, as Slack would deliver it if they saw the card."""
    button = card["blocks"][-1]["elements"][0]
    return {
        "type": "block_actions",
        "user": {"id": PEOPLE[person], "username": person, "team_id": "T0EMULATOR"},
        "team": {"id": "T0EMULATOR", "domain": "emulated"},
        "api_app_id": "A0EMULATOR",
        "trigger_id": f"{person}.{button['value']}",
        "container": {"type": "message", "message_ts": card["ts"], "channel_id": "C0GENERAL0", "is_ephemeral": True},
        "channel": {"id": "C0GENERAL0", "name": "general"},
        "actions": [
            {"type": "button", "block_id": "answer", **{name: button[name] for name in ("action_id", "value")}}
        ],
    }


async def test_the_card_says_everything_and_turns_into_the_outcome(
    room: "Room", house: "House", swr: "Server", image: str
) -> None:
    """Exactly what is sent and where, who asked, until when; then who, when and how to pull, and no buttons."""
    card = await room.card(image, typed='--category lang --description "Card payments"')
    assert facts(card) == {
        "Organization": "payments",
        "Repository": image.removeprefix("payments/"),
        "Visibility": "private",
        "Category": "lang",
        "Description": "Card payments",
        "Cloud": "huaweicloud",
        "Region": "cn-north-4",
        "Endpoint": swr.url,
        "Account": f"access key \u2026{swr.told['access_key'][-4:]}",
    }
    assert labels(card) == ["Create", "Cancel"]
    asked = str(card["blocks"])
    assert all(part in asked for part in (PEOPLE["ada"], "{date_short_pretty} at {time}"))
    assert swr.creates == 0

    await room.clicks("Create")
    outcome = await room.sees(f"Created {image} in cn-north-4.")
    assert (outcome["ts"], labels(outcome)) == (card["ts"], [])
    shown = str(outcome["blocks"])
    assert all(part in shown for part in (PEOPLE["ada"], f"myhuaweicloud.com/{image}", "Confirmed by "))
    assert (await room.channel("general", "grace"), swr.creates) == ([], 1)
    assert image in house.runs_out("repo", "info", image).stdout


async def test_cancel_creates_nothing(room: "Room", swr: "Server", image: str) -> None:
    """And the card says so, without buttons."""
    await room.card(image)
    await room.clicks("Cancel")
    assert labels(await room.sees(f"Declined {image}. Nothing was created.")) == []
    assert swr.creates == 0


async def test_a_public_repository_takes_a_second_look(room: "Room", image: str, swr: "Server") -> None:
    """The button is red, and Slack asks again."""
    card = await room.card(image, typed="--public")
    button = card["blocks"][-1]["elements"][0]
    assert (button["style"], "confirm" in button, facts(card)["Visibility"]) == (
        "danger",
        True,
        "PUBLIC: anybody can pull it",
    )
    await room.clicks("Create", confirm=False)
    assert swr.creates == 0
    await room.clicks("Create", confirm=True)
    assert await room.sees(f"Created {image} in cn-north-4.")


async def test_what_waits_is_found_again(room: "Room", image: str) -> None:
    """Ephemeral cards vanish; what waits does not, and only its asker sees it."""
    await room.card(image, person="joan")
    await room.does("joan", "reload")
    await room.types("pending")
    await room.sees("Nothing waits for you.")
    await room.types("pending", person="joan")
    await room.sees("Waiting for you:", person="joan")
    await room.clicks("Show", person="joan")
    await room.sees(f"Create the repository {image}?", person="joan")
    await room.clicks("Create", person="joan")
    await room.sees(f"Created {image} in cn-north-4.", person="joan")
    await room.types("pending", person="joan")
    assert await room.sees("Nothing waits for you.", person="joan")


async def test_two_clicks_create_once(room: "Room", image: str, swr: "Server") -> None:
    """Whichever comes second leaves the same outcome standing."""
    card = await room.card(image)
    await room.faults({"kind": "slow", "method": "response_url", "milliseconds": 300, "times": 2})
    await asyncio.gather(room.clicks("Create"), room.clicks("Create"))
    assert (await room.sees(f"Created {image} in cn-north-4."))["ts"] == card["ts"]
    await room.settles()
    assert swr.creates == 1


async def test_only_the_asker_can_click(room: "Room", image: str, swr: "Server") -> None:
    """Somebody else is told, and the card stays."""
    card = await room.card(image)
    await room.delivers("interactive", clicked(card, "joan"))
    told = await room.sees("Only ada, who asked for this, can confirm or decline it.", person="joan")
    assert told["ephemeral"]
    assert labels(await room.sees(f"Create the repository {image}?")) == ["Create", "Cancel"]
    assert swr.creates == 0


async def test_a_settled_and_an_unknown_card_are_answered(room: "Room", image: str, swr: "Server") -> None:
    """A click that comes again later, and one whose proposal nobody knows."""
    card = await room.card(image)
    await room.clicks("Create")
    await room.sees(f"Created {image} in cn-north-4.")
    await room.delivers("interactive", clicked(card, "ada"))
    assert await room.sees(f"Created {image} in cn-north-4.", times=2)
    card["blocks"][-1]["elements"][0]["value"] = "0" * 32
    await room.delivers("interactive", clicked(card, "ada"))
    await room.sees("This request is not known here.")
    card["blocks"][-1]["elements"][0] |= {"action_id": "proposal.approve", "value": "1" * 32}
    await room.delivers("interactive", clicked(card, "ada"))
    assert await room.sees("This button is of another release of this bot.")
    assert swr.creates == 1


@pytest.mark.parametrize("kind", ["slash_commands", "interactive"])
async def test_a_delivery_that_comes_twice_is_done_once(room: "Room", image: str, swr: "Server", kind: str) -> None:
    """One card, one create."""
    await room.faults({"kind": "duplicate", "method": kind})
    await room.card(image)
    await room.clicks("Create")
    await room.sees(f"Created {image} in cn-north-4.")
    await room.settles()
    shown = [each["plain"] for each in await room.channel("general")]
    assert sum(image in each for each in shown) == 1
    assert swr.creates == 1


async def test_the_form_tells_mistakes_under_their_fields_and_leads_to_the_outcome(
    room: "Room", image: str, swr: "Server"
) -> None:
    """The corrected name is offered; the question and the outcome are the next views."""
    name = image.removeprefix("payments/")
    await room.types("repo create")
    await room.view(FORM)
    hostile = "<!channel> *bold*"
    await room.fills(organization="payments", repository=name.upper(), category="lang", description=hostile)
    errors = (await room.does("ada", "submit"))["errors"]
    assert list(errors) == ["repository"]
    assert name in errors["repository"]
    await room.fills(repository="taken")
    assert "exists already" in (await room.does("ada", "submit"))["errors"]["repository"]
    await room.fills(repository=name)
    await room.does("ada", "submit")
    question = await room.view(QUESTION)
    assert facts(question)["Description"] == hostile
    assert swr.creates == 0
    await room.does("ada", "submit")
    await room.view("Created")
    message = await room.sees(f"Created {image} in cn-north-4.")
    assert (message["ephemeral"], set(message["pings"])) == (True, {PEOPLE["ada"]})
    assert swr.creates == 1


async def test_closing_the_question_is_a_no(room: "Room", image: str, swr: "Server") -> None:
    """Nothing waits behind anybody's back."""
    await room.types("repo create")
    await room.view(FORM)
    await room.fills(organization="payments", repository=image.removeprefix("payments/"))
    await room.does("ada", "submit")
    await room.view(QUESTION)
    await room.does("ada", "close")
    assert await room.sees(f"Declined {image}. Nothing was created.")
    assert swr.creates == 0


async def test_the_shortcut_opens_the_form_anywhere(room: "Room", image: str) -> None:
    """Typing offers organizations; the outcome comes as a direct message, as there is no conversation."""
    await room.does("ada", "shortcut", callback_id="new-image-repository")
    await room.view(FORM)
    offered = (await room.does("ada", "type-ahead", block_id="organization", text="pay"))["options"]
    assert [each["value"] for each in offered] == ["payments"]
    await room.fills(organization="payments", repository=image.removeprefix("payments/"))
    await room.does("ada", "submit")
    await room.view(QUESTION)
    await room.does("ada", "submit")
    await room.sees(f"Created {image} in cn-north-4.")
    assert image in str(await room.channel("D0ADA00000"))


async def test_a_new_organization_by_line_and_by_form(room: "Room", swr: "Server", image: str) -> None:
    """The same gate; a name that is taken stands under its field."""
    name = image.removeprefix("payments/")
    await room.types(f"org create {name}-line")
    await room.sees(f"Create the organization {name}-line?")
    await room.clicks("Create")
    await room.sees(f"Created {name}-line in cn-north-4.")
    await room.types("org create")
    await room.view("New organization")
    await room.does("ada", "choose", block_id="organization", value="payments")
    assert "organization" in (await room.does("ada", "submit"))["errors"]
    await room.does("ada", "choose", block_id="organization", value=f"{name}-form")
    await room.does("ada", "submit")
    await room.view(QUESTION)
    await room.does("ada", "submit")
    await room.sees(f"Created {name}-form in cn-north-4.")
    assert swr.creates == 2
