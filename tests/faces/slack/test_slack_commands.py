"""What people type after `/swr`, and what they then see."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.faces.slack.conftest import Bot, Desk

PULL = "docker pull swr.cn-north-4.myhuaweicloud.com/payments/taken"


async def test_a_look_up_shows_the_pull_command_to_the_asker_alone(desk: "Desk", bot: "Bot") -> None:
    """Nobody else in the channel is disturbed."""
    await desk.type("repo info payments/taken")
    assert PULL in await desk.sees("payments/taken is private")
    await bot.quiet()
    assert await desk.messages("grace") == []


async def test_share_shows_a_look_up_to_the_channel(desk: "Desk", bot: "Bot") -> None:
    """The flag is there for when others wait for the answer too."""
    await desk.type("repo info payments/taken --share")
    assert "Only you" not in await desk.sees("payments/taken is private", person="grace")
    assert bot.started.installation.team == "T0EMULATOR"


@pytest.mark.parametrize(
    "typed",
    [
        "payments/taken",
        "payments/taken:1.2",
        "swr.cn-north-4.myhuaweicloud.com/payments/taken:1.2",
        "Repo Info payments/taken",
        "repo\u00a0info\u200b payments/taken",
        "repo info <http://payments/taken|payments/taken>",
    ],
)
@pytest.mark.usefixtures("bot")
async def test_whatever_names_an_image_is_a_look_up(desk: "Desk", typed: str) -> None:
    """People on call paste what they have."""
    await desk.type(typed, raw=True)
    assert PULL in await desk.sees("payments/taken is private")


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(("typed", "shown"), [("", "org list"), ("help", "org list"), ("help repo create", "--public")])
async def test_help_stands_in_the_answer_itself(desk: "Desk", typed: str, shown: str) -> None:
    """It asks nobody, so it is there at once."""
    outcome = await desk.type(typed)
    assert shown in str(outcome["ack"]["body"])
    assert outcome["ack"]["body"]["response_type"] == "ephemeral"


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("typed", "sentence", "hint"),
    [
        ("repo crate payments/api", "There is no command repo crate.", "Did you mean /swr repo create?"),
        ("repo", "repo needs one more word.", "/swr repo create"),
        ("hello", "There is no command hello.", "/swr help"),
        ("repo create payments/api --pubic", "There is no flag --pubic.", "Did you mean --public?"),
        ("repo create payments/api --share", "There is no flag --share.", "knows"),
        ('repo create payments/api --description "x', "is never closed", 'Type a "'),
        ("repo create payments", "has no slash", "/swr repo create ORGANIZATION/payments"),
        ("help rpo", "There is no command rpo.", "/swr help"),
        ("confirm", "confirm needs CODE.", "/swr confirm CODE"),
    ],
)
async def test_what_cannot_be_read_is_answered_with_the_next_thing_to_type(
    desk: "Desk", typed: str, sentence: str, hint: str
) -> None:
    """At once, and to the one who typed it."""
    outcome = await desk.type(typed)
    body = outcome["ack"]["body"]
    assert sentence in body["text"]
    assert hint in body["text"]
    assert body["response_type"] == "ephemeral"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("repo create payments/Api", "Nothing was created."),
        ("repo create nowhere/api", "Nothing was created."),
        ("repo create payments/taken", "exists already"),
        ("repo info payments/missing", "payments/missing"),
        ("repo info treasury/x", "treasury"),
        ("repo info <@U0GRACE000>", ""),
    ],
)
@pytest.mark.usefixtures("bot")
async def test_a_refusal_is_one_sentence_and_a_next_step(desk: "Desk", typed: str, sentence: str) -> None:
    """As the tool layer gives them, in Slack's form."""
    await desk.type(typed)
    shown = await desk.sees(sentence)
    assert shown.startswith("✗ ")
    assert "Traceback" not in shown


@pytest.mark.parametrize(
    ("typed", "description"),
    [
        ("—description “my app”", "my app"),
        ("\u2013-description 'it''s'", "'it''s'"),
        ('--description "*bold* `x` :x: <@U0GRACE000>"', "*bold* `x` :x: <@U0GRACE000>"),
        ('--description "<!channel> & co"', "<!channel> & co"),
        ('-description "C:\\x #1"', "C:\\x #1"),
    ],
)
@pytest.mark.usefixtures("bot")
async def test_what_phones_and_slack_do_to_a_line_is_undone(desk: "Desk", typed: str, description: str) -> None:
    """Values stand on the card as they were meant, as plain text that pings nobody."""
    await desk.type(f"repo create payments/api {typed}")
    card = await desk.says("Create the repository payments/api?")
    assert description in str(card["blocks"]).replace("\\\\", "\\").replace('\\"', '"').replace("\\'", "'")
    assert set(card["pings"]) == {"U0ADA00000"}  # who asked, on a card that they alone see


@pytest.mark.usefixtures("bot")
async def test_eight_thousand_characters_are_refused_in_a_sentence(desk: "Desk") -> None:
    """A limit of ours or of the names, never of Slack's blocks."""
    await desk.type(f"repo create payments/{'a' * 7900}")
    assert "Nothing was created." in (await desk.says("Nothing was created."))["plain"]
    assert await desk.refused() == []


@pytest.mark.usefixtures("bot")
async def test_a_list_of_organizations_is_a_table(desk: "Desk") -> None:
    """With a search text, only those that hold it."""
    await desk.type("org list PAY")
    assert "payments" in await desk.sees("1 of 1 organization")


@pytest.mark.usefixtures("bot")
async def test_nothing_pending_is_said_in_a_sentence(desk: "Desk") -> None:
    """An empty list would look like a failure."""
    await desk.type("pending")
    assert await desk.sees("Nothing waits for you.")


@pytest.mark.usefixtures("bot")
async def test_a_command_in_a_direct_message_is_answered_there(desk: "Desk") -> None:
    """A conversation with the bot is a place like any other."""
    await desk.type("repo info payments/taken", channel="dm")
    assert PULL in await desk.sees("payments/taken is private")
