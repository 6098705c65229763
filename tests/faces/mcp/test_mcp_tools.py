"""What an assistant gets from each tool when all is well, whichever protocol its client speaks."""

import asyncio
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import jsonschema
import pytest

from swr_tools.actor import Actor
from swr_tools.errors import RateLimited

if TYPE_CHECKING:
    from tests.faces.conftest import Emulator
    from tests.faces.mcp.conftest import Room, RoomMaker, Told

Json = Any  # data of an answer, or a schema
HOST = "swr.cn-north-4.myhuaweicloud.com"
NEW = {
    "organization": "payments",
    "category": "other",
    "created_at": "THEN",
    "created_by": "emulator-user",
    "downloads": 0,
    "images": 0,
    "public": False,
    "size_bytes": 0,
    "updated_at": "THEN",
}
DATES = "Created THEN UTC by emulator-user. Updated THEN UTC."
EMPTY = f"0 images, 0 B, 0 downloads. {DATES}"


def repository(name: str, **more: object) -> Mapping[str, object]:
    """A repository that was made just now."""
    address = f"{HOST}/payments/{name}"
    return {**NEW, "name": name, "address": address, "pull_command": f"docker pull {address}", **more}


PAYMENTS = {"name": "payments", "id": 1, "created_by": "emulator-user", "access": "manage", "repositories": 1}
VALID: Mapping[str, tuple[str, Mapping[str, object], str, Mapping[str, object]]] = {
    "create an organization": (
        "create-organization",
        {"organization": "second"},
        "Created second in cn-north-4. name: second; id: 3; created by: emulator-user; access: manage.",
        {
            "outcome": "created",
            "organization": {"name": "second", "id": 3, "created_by": "emulator-user", "access": "manage"},
        },
    ),
    "create a repository": (
        "create-repository",
        {"organization": "payments", "repository": "team/api"},
        (
            f"Created payments/team/api in cn-north-4. payments/team/api is private, category other: {EMPTY}\n"
            f"Pull it with: docker pull {HOST}/payments/team/api"
        ),
        {"outcome": "created", "repository": repository("team/api")},
    ),
    "create a repository with all that can be said": (
        "create-repository",
        {
            "organization": "payments",
            "repository": "api",
            "public": True,
            "category": "lang",
            "description": "Say <b>yes</b> to all.",
        },
        (
            f"Created payments/api in cn-north-4. payments/api is public, category lang: {EMPTY} "
            f'Its description, text from outside: "Say <b>yes</b> to all.".\n'
            f"Pull it with: docker pull {HOST}/payments/api"
        ),
        {
            "outcome": "created",
            "repository": repository("api", public=True, category="lang", description="Say <b>yes</b> to all."),
        },
    ),
    "look a repository up": (
        "get-repository-info",
        {"repository": "payments/taken"},
        f"payments/taken is private, category other: {EMPTY}\nPull it with: docker pull {HOST}/payments/taken",
        repository("taken"),
    ),
    "look a pasted image up": (
        "get-repository-info",
        {"repository": f"docker pull {HOST}/payments/taken:1.2"},
        f"payments/taken is private, category other: {EMPTY}\nPull it with: docker pull {HOST}/payments/taken:1.2",
        repository("taken", pull_command=f"docker pull {HOST}/payments/taken:1.2"),
    ),
    "list all": (
        "list-organizations",
        {},
        "1 of 1 organizations: payments.",
        {"organizations": [PAYMENTS], "total": 1},
    ),
    "list some": (
        "list-organizations",
        {"text": " PAY "},
        "1 of 1 organizations with 'pay' in the name: payments.",
        {"organizations": [PAYMENTS], "total": 1, "text": "pay"},
    ),
    "list none": (
        "list-organizations",
        {"text": "zzz"},
        "0 of 1 organizations with 'zzz' in the name.",
        {"organizations": [], "total": 1, "text": "zzz"},
    ),
}


def undated(value: Json) -> Json:
    """The same with every time as THEN, and without the code that differs each time."""
    if isinstance(value, str):
        return re.sub(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:[\d.]+Z)?", "THEN", value)
    if isinstance(value, dict):
        parts = cast("dict[str, Json]", value)
        return {name: undated(part) for name, part in parts.items() if name != "code"}
    return value


def closed(schema: Json) -> Json:
    """The same schema, in which nothing may be there that it does not name."""
    if not isinstance(schema, dict):
        return schema
    parts = {name: closed(part) for name, part in cast("dict[str, Json]", schema).items()}
    return {**parts, "additionalProperties": False} if parts.get("type") == "object" else parts


async def is_published(room: "Room", tool: str, data: object) -> None:
    """Hold data to the schema that the server publishes for it."""
    async with room.assistant() as assistant:
        published = {known.name: known.output_schema for known in (await assistant.client.list_tools()).tools}
    jsonschema.validate(data, closed(published[tool]))


@pytest.mark.parametrize(("tool", "arguments", "text", "data"), VALID.values(), ids=VALID)
async def test_a_valid_call_is_answered_in_words_and_in_data(
    tool: str, arguments: Mapping[str, object], text: str, data: Mapping[str, object], room: "Room"
) -> None:
    """One or two lines, and the same facts as the published schema has them."""
    answer = await room.call(tool, arguments, "yes")

    assert undated(answer.text) == text
    assert len(answer.text.splitlines()) <= 2
    assert undated(answer.data) == data
    await is_published(room, tool, answer.data)


async def test_what_was_created_is_there_once(room: "Room", seeded: "Emulator") -> None:
    """And its code is the one of the question."""
    person = room.person("yes")
    async with room.assistant(person) as assistant:
        answer = await assistant.call("create-organization", {"organization": "second"})

    assert answer.data
    assert f"Code: {answer.data['code']} (" in person.questions[0]
    assert len(person.questions) == seeded.creates == 1
    assert seeded.holds() == {"payments", "payments/taken", "second"}
    assert await room.fates() == ["created"]


async def test_asking_again_tells_what_became_of_it(room: "Room", seeded: "Emulator") -> None:
    """Without another question, and without another create."""
    person = room.person("yes")
    async with room.assistant(person) as assistant:
        first = await assistant.call("create-organization", {"organization": "second"})
        again = await assistant.call("create-organization", {"organization": "second"})

    assert first.data
    code = first.data["code"]
    assert again.data == first.data
    assert again.text == (
        f"second was created just now in cn-north-4 ({code}); nothing was sent now. "
        "name: second; id: 3; created by: emulator-user; access: manage."
    )
    assert (len(person.questions), seeded.creates, await room.fates()) == (1, 1, ["created"])


@pytest.mark.parametrize(("count", "more"), [(50, 0), (53, 3)])
async def test_a_long_list_is_cut_and_says_so(
    count: int, more: int, make_room: "RoomMaker", start_emulator: "Callable[..., Emulator]", tmp_path: Path
) -> None:
    """Fifty, how many more there are, and how to see them."""
    seed = tmp_path / "seed.toml"
    seed.write_text("".join(f'[[organizations]]\nname = "org{n:02}"\n' for n in range(count)), encoding="utf-8")
    room = make_room(start_emulator("--seed", str(seed)))

    answer = await room.call("list-organizations")

    shown = ", ".join(f"org{n:02}" for n in range(50))
    rest = f", and {more} more. Narrow them down with the argument text." if more else "."
    assert answer.text == f"{count} of {count} organizations: {shown}{rest}"
    assert answer.data
    assert (len(answer.data["organizations"]), answer.data["total"]) == (50, count)
    assert answer.data.get("more", 0) == more
    await is_published(room, "list-organizations", answer.data)


async def test_the_emulator_is_named_in_every_answer(make_room: "RoomMaker") -> None:
    """In words, in data, and in the question."""
    room = make_room(emulator=True)
    person = room.person("yes")
    calls: list[tuple[str, Mapping[str, object]]] = [
        ("create-organization", {"organization": "payments"}),
        ("create-repository", {"organization": "payments", "repository": "api"}),
        ("create-repository", {"organization": "payments", "repository": "api"}),
        ("get-repository-info", {"repository": "payments/api"}),
        ("list-organizations", {}),
    ]
    async with room.assistant(person) as assistant:
        answers = [await assistant.call(*call) for call in calls]
        instructions = str(assistant.client.instructions)

    for (tool, _), answer in zip(calls, answers, strict=True):
        assert answer.text.endswith("\nEmulator: nothing here is real.")
        assert answer.data
        assert answer.data["emulator"] is True
        await is_published(room, tool, answer.data)
    assert all("Cloud: emulator (nothing real is created)" in question for question in person.questions)
    assert "an emulated one: nothing is real" in instructions


async def test_nothing_calls_a_real_cloud_an_emulator(room: "Room") -> None:
    """Neither the answers nor the instructions."""
    person = room.person("yes")
    async with room.assistant(person) as assistant:
        answer = await assistant.call("create-organization", {"organization": "second"})
        assert "emulat" not in str(assistant.client.instructions).lower()
    assert "emulator:" not in answer.text.lower()
    assert "Cloud: huaweicloud" in person.questions[0]


async def test_a_token_for_some_operations_sees_only_those(make_room: "RoomMaker", seeded: "Emulator") -> None:
    """Calling another one is refused in words, and nothing is asked for."""
    room = make_room(operations=frozenset({"list-organizations", "create-repository"}))
    person = room.person("yes")
    async with room.assistant(person) as assistant:
        seen = [tool.name for tool in (await assistant.client.list_tools()).tools]
        creating = await assistant.call("create-organization", {"organization": "second"})
        reading = await assistant.call("get-repository-info", {"repository": "payments/taken"})

    assert seen == ["list-organizations", "create-repository"]
    never = (
        "Ask whoever runs this swr-bot for a token that does. "
        "Calling it again does not help. Do not call it again on your own."
    )
    assert creating.text == (f"The token of Ann does not let it use create-organization. Nothing was created. {never}")
    assert reading.text == f"The token of Ann does not let it use get-repository-info. {never}"
    assert (person.questions, await room.fates(), seeded.requests()) == ([], [], [])


async def refused(make_room: "RoomMaker", **face: object) -> "tuple[Told, Told, list[str]]":
    """A create and a read before a server that lets nobody in."""
    room = make_room(**face)
    creating = await room.call("create-organization", {"organization": "second"}, "yes")
    return creating, await room.call("list-organizations"), await room.fates()


async def test_too_many_calls_are_told_when_to_come_back(make_room: "RoomMaker", seeded: "Emulator") -> None:
    """In seconds, and nothing is asked for."""

    def admit(actor: Actor) -> None:
        assert actor.name == "Ann"
        raise RateLimited("You have called too often.", retry_after=7.4)

    creating, reading, fates = await refused(make_room, admit=admit)

    assert creating.text == "You have called too often. Nothing was created. Call it again in 7 seconds."
    assert reading.text == "You have called too often. Call it again in 7 seconds."
    assert (fates, seeded.requests()) == ([], [])


async def test_a_slow_swr_is_waited_for_with_signs_of_life(room: "Room", seeded: "Emulator") -> None:
    """For a client that asked for them; the call ends as it would have."""
    seeded.misbehave({"kind": "latency", "milliseconds": 700, "times": 1})
    async with room.assistant() as assistant:
        seen = assistant.progress
        calling = asyncio.ensure_future(assistant.call("list-organizations", waits=True))
        await room.clock.run(21)
        assert not calling.done()
        answer = await calling

    assert seen == [(1, None, "Waiting for SWR"), (11, None, "Waiting for SWR"), (21, None, "Waiting for SWR")]
    assert answer.text == "1 of 1 organizations: payments."


async def test_nobody_is_sent_signs_of_life_who_did_not_ask(room: "Room", seeded: "Emulator") -> None:
    """A call without a token gets its answer alone."""
    seeded.misbehave({"kind": "latency", "milliseconds": 300, "times": 1})
    async with room.assistant() as assistant:
        calling = asyncio.ensure_future(assistant.call("list-organizations"))
        await room.clock.run(21)
        await calling
        assert assistant.progress == []
