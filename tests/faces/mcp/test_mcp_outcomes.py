"""SWR fails while a question is open: what the assistant reads after the yes, and that there is nothing, or one."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from swr_tools.names import OrganizationName

if TYPE_CHECKING:
    from tests.faces.conftest import Emulator
    from tests.faces.mcp.conftest import Room, RoomMaker

BEFORE = {"payments", "payments/taken"}
AFTER = {*BEFORE, "payments/api"}
CREATE = ("create-repository", {"organization": "payments", "repository": "api"})
SECOND = {
    "HUAWEICLOUD_SDK_AK": "EMULATOR0ACCESS0KEY2",
    "HUAWEICLOUD_SDK_SK": "another-key-which-opens-nothing",
    "HUAWEICLOUD_SDK_PROJECT_ID": "e0e0e0e0e0e0e0e0e0e0e0e0e0e00002",
}
ALONE = "Do not call it again on your own."
NEVER = f"Calling it again does not help. {ALONE}"
SAME = "Calling it again with the same arguments does not help."
SHOW = "get-repository-info and list-organizations show what is there."
LATER = "Calling it again in a minute may help."
THROTTLED = (
    "SWR in cn-north-4 asks for fewer requests. Nothing was created. Wait a minute, then try again. "
    f"SWR's code {{}} and request ID. {LATER}"
)
LOST = "SWR at {host} did not answer completely about the repository payments/api."
FAILED = "SWR in cn-north-4 failed with {} at the repository payments/api."
KEYS = "Check the keys and their region first: five failures in a row lock a key for five minutes."
UNKNOWN = "Whether payments/api was created in cn-north-4 is not known."
LOOK_FIRST = "Look it up before asking again."
DETAILS = (
    "payments/api is private, category other: 0 images, 0 B, 0 downloads. Created THEN UTC by emulator-user. "
    "Updated THEN UTC.\nPull it with: docker pull swr.cn-north-4.myhuaweicloud.com/payments/api"
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One thing that goes wrong while the question is open.

    Attributes:
        later: What the emulator does wrong from then on.
        text: What the assistant reads, with `{host}` for SWR's.
        error: Whether that is an error.
        creates: How many requests to create reached SWR.
        holds: What SWR holds afterwards.
        fate: What the journal says.
    """

    later: tuple[Mapping[str, object], ...]
    text: str
    error: bool = True
    creates: int
    holds: frozenset[str] | set[str] = frozenset(BEFORE)
    fate: str


def fault(kind: str, times: int = 0, **more: object) -> Mapping[str, object]:
    """A fault of every request, or of so many."""
    return {"kind": kind, "times": times, **more}


def post(kind: str, times: int = 0, **more: object) -> Mapping[str, object]:
    """A fault of the requests that create."""
    return fault(kind, times, method="POST", **more)


def refused(*later: Mapping[str, object], code: str) -> Row:
    """A create that SWR has no time for."""
    return Row(later=later, text=THROTTLED.format(code), creates=2, fate="refused")


def unknown(*later: Mapping[str, object], why: str, support: str = "", creates: int = 2) -> Row:
    """A create of which nobody can say what became."""
    text = " ".join(filter(None, [UNKNOWN, why, LOOK_FIRST, SHOW, support, ALONE]))
    return Row(later=later, text=text, creates=creates, holds=AFTER if creates == 1 else BEFORE, fate="unknown")


def created(
    *later: Mapping[str, object],
    begin: str = "Created payments/api in cn-north-4.",
    rest: str = DETAILS,
    creates: int = 1,
) -> Row:
    """A create that met trouble on the way."""
    return Row(later=later, text=f"{begin} {rest}", error=False, creates=creates, holds=AFTER, fate="created")


THERE = "Created payments/api in cn-north-4: SWR's answer was lost, but it is there now."
ROWS = {
    "throttled": refused(post("429"), code="APIGW.0308"),
    "throttled with a 403": refused(post("403-throttle"), code="SVCSTG.SWR.4031032"),
    "throttled with another 403": refused(post("403-throttle", code="4031042"), code="SVCSTG.SWR.4031042"),
    "cut before every create": unknown(post("reset-before"), why=LOST),
    "failing": unknown(
        post("5xx"),
        why=f"{FAILED.format(500)} SWR says: Failed to create namespace.",
        support="SWR's code SVCSTG.SWR.5000059 and request ID.",
    ),
    "unavailable": unknown(
        post("5xx", status=503),
        why=f"{FAILED.format(503)} SWR says: IAM is unavailable.",
        support="SWR's code APIGW.0613 and request ID.",
    ),
    "a gateway answers HTML": unknown(post("html-502"), why=FAILED.format(502), support="SWR's request ID."),
    "cut after the create, and nothing can be read": unknown(
        post("reset-after"), fault("html-502"), why=LOST, creates=1
    ),
    "cut after the create": created(post("reset-after"), begin=THERE),
    "failing after the create": created(post("5xx-after", status=504), begin=THERE),
    "cut once before the create": created(post("reset-before", 1), creates=2),
    "failing once": created(post("5xx", 1), creates=2),
    "throttled once": created(post("429", 1), creates=2),
    "a gateway answers HTML once": created(post("html-502", 1), creates=2),
    "trickling": created(fault("slow-body", milliseconds=20)),
    "slow": created(post("latency", milliseconds=300)),
    "created, and it cannot be read back": created(
        fault("html-502", method="GET"), rest="SWR did not show its details."
    ),
}


def undated(text: str, url: str) -> str:
    """The same without what differs each time."""
    dated = text.replace(url.removeprefix("http://"), "{host}")
    return re.sub(r"request [0-9a-f]{32}", "request ID", re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "THEN", dated))


async def says_yes(
    room: "Room", then: Callable[[], object], tool: str, arguments: Mapping[str, object]
) -> tuple[bool, str]:
    """Ask for it, let something happen while the question is open, say yes, and read what comes of it."""

    async def yes() -> str:
        await asyncio.to_thread(then)
        return "yes"

    answer = await room.call(tool, arguments, yes)
    return answer.is_error, undated(answer.text, room.emulator.url)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
async def test_trouble_after_the_question_is_told_as_it_is(
    row: Row, make_room: "RoomMaker", seeded: "Emulator"
) -> None:
    """A refusal says that nothing was created, a doubt that it is not known, and what is there is there once."""
    deadline = "10" if row.fate == "created" else "1"
    room = make_room(real_time=True, environ={"SWR_BOT_DEADLINE": deadline})

    told = await says_yes(room, lambda: seeded.misbehave(*row.later), *CREATE)

    assert told == (row.error, row.text)
    assert (await room.fates(), seeded.creates, seeded.holds()) == ([row.fate], row.creates, row.holds)


async def test_asking_again_after_a_doubt_looks_and_creates_nothing(make_room: "RoomMaker", seeded: "Emulator") -> None:
    """The assistant learns that it is there after all."""
    room = make_room(real_time=True)
    await says_yes(room, lambda: seeded.misbehave(post("reset-after"), fault("html-502")), *CREATE)
    seeded.misbehave()

    person = room.person("yes")
    async with room.assistant(person) as assistant:
        again = await assistant.call(*CREATE)

    (proposal,) = await room.proposals()
    assert again.text.startswith(
        f"It is there now: payments/api in cn-north-4, asked for just now ({proposal.code}); nothing was sent now."
    )
    assert (person.questions, seeded.creates) == ([], 1)


async def test_a_name_that_somebody_takes_meanwhile_is_refused(room: "Room", seeded: "Emulator") -> None:
    """409, and what is there is the other one."""

    async def taken() -> str:
        await room.toolbox.cloud.client().create_organization(OrganizationName("second"))
        return "yes"

    answer = await room.call("create-organization", {"organization": "second"}, taken)

    assert answer.text.startswith(
        "The name second is taken in cn-north-4, possibly by another account. Nothing was created."
    )
    assert answer.text.endswith(SAME)
    assert (await room.fates(), seeded.creates) == (["refused"], 2)


async def test_an_organization_that_goes_meanwhile_is_missing(room: "Room", seeded: "Emulator") -> None:
    """404, and nothing is there."""
    await room.toolbox.cloud.client().create_organization(OrganizationName("second"))
    told = await says_yes(
        room, lambda: seeded.ask("POST", "reset"), "create-repository", {"organization": "second", "repository": "api"}
    )
    assert told[1].startswith("The organization second was not found in cn-north-4, or it belongs to another account. ")
    assert "Nothing was created." in told[1]
    assert (await room.fates(), seeded.holds()) == (["refused"], BEFORE)


async def test_an_account_that_may_only_read_is_refused(make_room: "RoomMaker", seeded: "Emulator") -> None:
    """403, and the assistant is told to leave it."""
    room = make_room(environ=SECOND)
    answer = await room.call("create-organization", {"organization": "second"}, "yes")
    assert answer.text.startswith("These credentials may not create the organization second in cn-north-4.")
    assert "Nothing was created." in answer.text
    assert answer.text.endswith(NEVER)
    assert (await room.fates(), seeded.creates, seeded.holds()) == (["refused"], 1, BEFORE)


async def test_keys_that_end_while_the_question_is_open_are_tried_once(room: "Room", seeded: "Emulator") -> None:
    """401, which five in a row would lock."""
    told = await says_yes(room, lambda: seeded.is_ahead_by(20 * 60), *CREATE)
    assert told[0]
    assert "SWR in cn-north-4 does not accept these credentials." in told[1]
    assert "Nothing was created." in told[1]
    assert told[1].endswith(NEVER)
    assert (await room.fates(), seeded.creates) == (["refused"], 1)


async def test_an_swr_that_goes_down_while_the_question_is_open(
    make_room: "RoomMaker", start_emulator: "Callable[..., Emulator]"
) -> None:
    """The connection is refused: nothing was sent, and it is said so."""
    gone = start_emulator()
    room = make_room(gone, real_time=True)
    told = await says_yes(room, gone.stop, "create-organization", {"organization": "second"})
    text = (
        "No connection to SWR at {host} could be made: [Errno 111] Connection refused. Nothing was created. "
        f"Check the network, the proxy and the region, then try again. {LATER}"
    )
    assert told == (True, text)
    assert await room.fates() == ["refused"]


WRONG = "SWR in cn-north-4 calls the request about the organization second wrong. SWR says: So it is."
CHANGE = "Change what is asked for; the same again will be refused again."
MAY_NOT = "These credentials may not create the organization second in cn-north-4. SWR says: So it is."
ASK = "Ask whoever manages the account for that right in SWR."
TAKEN = "The name second is taken in cn-north-4, possibly by another account."
UNIQUE = f"Pick another name: an organization's name is unique in its region across all accounts. {SHOW}"
CORRECT = "Correct the arguments and call it again."
STATUSES = {
    400: ("SVCSTG.SWR.4000126", WRONG, CHANGE, CORRECT),
    401: ("APIGW.0301", "SWR in cn-north-4 does not accept these credentials.", KEYS, NEVER),
    403: ("SVCSTG.SWR.4030031", MAY_NOT, ASK, NEVER),
    404: ("SVCSTG.SWR.4040058", MAY_NOT, ASK, NEVER),
    406: ("SVCSTG.SWR.4060074", WRONG, CHANGE, CORRECT),
    409: ("SVCSTG.SWR.4090060", TAKEN, UNIQUE, SAME),
    413: ("APIGW.0201", WRONG, CHANGE, CORRECT),
}


@asynccontextmanager
async def refusing(status: int, code: str) -> AsyncGenerator[str]:
    """An SWR that holds nothing, and answers every create with this."""
    missing = b'{"errors":[{"errorCode":"SVCSTG.SWR.4040058","errorMessage":"So it is"}]}'

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        creates = head.startswith(b"POST")
        body = missing.replace(b"SVCSTG.SWR.4040058", code.encode()) if creates else missing
        line = f"HTTP/1.1 {status if creates else 404} X\r\nContent-Length: {len(body)}\r\n"
        writer.write(f"{line}Content-Type: application/json\r\nConnection: close\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(("status", "row"), STATUSES.items(), ids=map(str, STATUSES))
async def test_each_status_that_says_no_is_told_once(
    status: int, row: tuple[str, str, str, str], make_room: "RoomMaker"
) -> None:
    """With SWR's own code for its support, and whether calling again helps."""
    code, says, hint, end = row
    async with refusing(status, code) as url:
        room = make_room(environ={"SWR_BOT_ENDPOINT": url})
        answer = await room.call("create-organization", {"organization": "second"}, "yes")

    assert answer.text == f"{says} Nothing was created. {hint} SWR's code {code}. {end}"
    assert await room.fates() == ["refused"]
