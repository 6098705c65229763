"""What people type to a bot that is a process: look-ups, mentions in threads, and the table of mangled lines."""

from typing import TYPE_CHECKING, cast

import pytest

if TYPE_CHECKING:
    from tests.e2e.slack.conftest import House, Json, Room, Server

PULL = "docker pull swr.cn-north-4.myhuaweicloud.com/payments/taken"
LONG = "x" * 7_900


async def test_a_look_up_is_seen_by_the_asker_alone_unless_it_is_shared(room: "Room") -> None:
    """Somebody on call has the pull command; the channel has it when they say so."""
    await room.types("repo info payments/taken")
    assert PULL in (await room.sees("payments/taken is private"))["plain"]
    assert (await room.channel("general", "grace")) == []
    await room.types("repo info payments/taken --share")
    shared = await room.sees("payments/taken is private", person="grace")
    assert (shared["ephemeral"], shared["pings"]) == (False, [])


@pytest.mark.parametrize(
    "typed",
    [
        "payments/taken",
        "payments/taken:1.2",
        "swr.cn-north-4.myhuaweicloud.com/payments/taken:1.2",
        "repo info <https://swr.cn-north-4.myhuaweicloud.com/payments/taken|payments/taken>",
        "Repo\u00a0Info \u200bpayments/\u200ctaken\u202e",
    ],
)
async def test_an_image_reference_is_a_look_up(room: "Room", typed: str) -> None:
    """However it was pasted."""
    await room.types(typed, raw=True)
    assert PULL in (await room.sees("payments/taken is private"))["plain"]


@pytest.mark.parametrize("channel", ["dm", "platform", "partners", "random"])
async def test_a_command_is_answered_wherever_it_is_typed(room: "Room", image: str, channel: str) -> None:
    """In a direct message, a private, a shared channel, and one without the bot: card, click and outcome."""
    await room.card(image, channel=channel)
    await room.clicks("Create", channel=channel)
    assert await room.sees(f"Created {image} in cn-north-4.")


async def test_a_mention_in_a_thread_is_answered_there(room: "Room", image: str, swr: "Server") -> None:
    """A look-up for all who read it, a create for the asker alone, with the same parser."""
    first = (await room.writes("Which image is it?", person="grace"))["ts"]
    await room.writes("@swr repo info payments/taken", thread_ts=first)
    answer = await room.sees("payments/taken is private", person="grace")
    assert (answer["thread_ts"], answer["ephemeral"]) == (first, False)

    await room.writes(f"@swr repo create {image} \u2014description \u201cCard payments\u201d", thread_ts=first)
    card = await room.sees(f"Create the repository {image}?")
    assert (card["thread_ts"], card["ephemeral"]) == (first, True)
    await room.clicks("Create")
    assert "button" not in str((await room.sees(f"Created {image} in cn-north-4."))["blocks"])
    assert swr.creates == 1


async def test_help_and_typing_mistakes_are_answered_at_once(room: "Room") -> None:
    """In the acknowledgement itself."""
    for typed, shown in (
        ("", "org list"),
        ("help", "org list"),
        ("repo crate payments/api", "Did you mean /swr repo create?"),
        ("org lst", "Did you mean /swr org list?"),
        ('repo create payments/api --description "never closed', "is never closed"),
    ):
        body = (await room.types(typed))["ack"]["body"]
        assert shown in str(body), typed
        assert body["response_type"] == "ephemeral"


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("--description \u201cmy app\u201d", "my app"),
        ("\u2014description \u201emy app\u201f", "my app"),
        ("\u2013-description 'one", "'one"),
        ('-description "it\'s"', "it's"),
        ('--description "a &amp; b &lt;c&gt;"', "a & b <c>"),
        ('--description "see <https://example.com/x|example.com/x>"', "see example.com/x"),
        ('--description "C:\\x #1"', "C:\\x #1"),
        ("--description\u00a0\u201cza\u200bp\u202ep\u2066ed\u201d", "zapped"),
        ('--description "*bold* _i_ ~s~ `code` :tada:"', "*bold* _i_ ~s~ `code` :tada:"),
        ('--description "<!channel> <!here> <@U0GRACE000> <!subteam^S0PLATFORM>"', "<!channel> <!here>"),
    ],
)
async def test_a_description_stands_on_the_card_as_it_was_meant(
    room: "Room", image: str, typed: str, value: str
) -> None:
    """As text: it pings nobody, restyles nothing, and the outcome and a shared look-up show it the same way."""
    await room.types(f"repo create {image} {typed}", raw=True)
    card = await room.sees(f"Create the repository {image}?")
    assert value in _words(card)
    assert set(card["pings"]) == {"U0ADA00000"}  # who asked, on a card that they alone see
    await room.clicks("Create")
    created = await room.sees(f"Created {image} in cn-north-4.")
    assert set(created["pings"]) == {"U0ADA00000"}
    await room.types(f"repo info {image} --share")
    shared = await room.sees(f"{image} is private", person="grace")
    assert shared["pings"] == []
    assert value in _words(shared)


@pytest.mark.parametrize(
    ("typed", "sentence", "next_step"),
    [
        ("repo create payments/<@U0GRACE000>", "character 1 of '<@U0GRACE000>' is '<'", "Allowed: "),
        ("repo create <@U0GRACE000>", "'<@U0GRACE000>' has no slash", "/swr repo create ORGANIZATION/"),
        ("repo info <@U0GRACE000|grace>", "An image reference is ORG/NAME", "for example payments/api"),
        ("org create <!channel>", "character 1 of '<!channel>' is '<'", "Did you mean 'channel'?"),
        ("repo create payments/MyApp", "is written in lower case", "myapp"),
        ("repo create payments/pay\U0001f680ments", "U+1F680 ROCKET", "pay-ments"),
        ("org create a--b", "has no two hyphens in a row", "a-b"),
        ("org create library", "is reserved by SWR", "Choose another name."),
        ("org create payments", "exists already", "choose another name"),
        ("repo create payments/api --category golang", "There is no category 'golang'.", "Did you mean lang?"),
        ("repo create nowhere/api", "The organization nowhere was not found", "create the organization first"),
        ("repo create payments/taken", "exists already", "Look it up, or choose another name."),
        ("repo info payments/missing", "payments/missing was not found", "Check the name"),
        (f"repo create payments/{LONG}", "at most", "Leave out"),
        (f"repo create payments/api --description {LONG}", "at most 1,000 are possible", "Shorten it."),
        (LONG, "There is no command", "/swr help"),
        ("repo create payments/api extra", "is a space", "Did you mean 'api-extra'?"),
        ("repo create payments/api --public --public", "is given twice", "Keep the one you mean."),
    ],
)
async def test_bad_input_gets_a_sentence_and_the_next_step(
    room: "Room", swr: "Server", typed: str, sentence: str, next_step: str
) -> None:
    """Shown as text, to the asker alone, and nothing is created."""
    await room.types(typed, raw=True)
    answer = await room.sees(sentence)
    assert "\u2717 " in answer["blocks"][0]["text"]["text"]
    assert sentence in _words(answer)
    assert next_step in _words(answer)
    assert (answer["ephemeral"], answer["pings"]) == (True, [])
    assert len(answer["plain"]) < 1_000
    assert swr.creates == 0


async def test_a_guest_of_a_shared_channel_gets_nothing(
    room: "Room", house: "House", swr: "Server", may_refuse: list[str]
) -> None:
    """A mention is answered with a sentence; a command, which Slack offers to members alone, is not served."""
    for text in ("@swr repo create payments/api", "@swr repo info payments/taken"):
        await room.writes(text, person="vera", channel="partners")
    refusal = "answers only members of its own workspace"
    assert (await room.sees(refusal, person="vera", times=2))["ephemeral"]
    outcome = await room.do("vera", "command", channel="partners", command="/swr", text="repo create payments/api")
    if house.transport == "socket":
        assert await room.sees("This bot does not serve this workspace.", person="vera")
    else:
        may_refuse.append("dispatch_failed")
        assert outcome["ack"]["status"] == 403
        assert "a workspace or an app that is not served" in house.bots[0].said
    assert swr.creates == 0


async def test_a_deactivated_account_creates_nothing(
    own_house: "House", own_room: "Room", swr: "Server", may_refuse: list[str]
) -> None:
    """Where the bot may ask Slack about accounts; what was sent before they left may still be under way."""
    scopes = ["commands", "chat:write", "app_mentions:read", "users:read"]
    own_house.slack.ask("PUT", "app", {"scopes": scopes})
    own_house.starts_bot()
    assert "otto" in await own_room.cannot("otto", "command", channel="general", command="/swr", text="help")
    may_refuse += ["user_not_in_channel", "user_not_found", "account_inactive", "cannot_dm_bot", "user_disabled"]
    command = {"command": "/swr", "text": "repo create payments/api", "user_id": "U0OTTO0000", "user_name": "otto"}
    where = {"team_id": "T0EMULATOR", "channel_id": "C0GENERAL0", "api_app_id": "A0EMULATOR", "trigger_id": "1.2.3"}
    await own_room.delivers("slash_commands", {**command, **where})
    await own_room.settles()
    assert await own_room.calls("users.info")
    assert "Create the repository" not in str(await own_room.get("state"))
    assert swr.creates == 0


def _words(message: "Json") -> str:
    """What the blocks say, as one text."""
    found: list[str] = []
    waiting: list[Json] = [message["blocks"]]
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, dict):
            members = cast("dict[str, Json]", part)
            found += [text for name, text in members.items() if name == "text" and isinstance(text, str)]
            waiting[:0] = members.values()
        elif isinstance(part, list):
            waiting[:0] = cast("list[Json]", part)
    return " ".join(found)
