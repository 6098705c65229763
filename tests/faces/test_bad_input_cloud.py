"""What SWR, or the way to it, does wrong: one row for each, seen at the terminal, with what exists afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.faces.conftest import Emulator, Terminal

BEFORE = {"payments", "payments/taken"}
AFTER = {*BEFORE, "payments/api"}
CREATE = ("repo", "create", "payments/api")
SECOND = {
    "HUAWEICLOUD_SDK_AK": "EMULATOR0ACCESS0KEY2",
    "HUAWEICLOUD_SDK_SK": "another-key-which-opens-nothing",
    "HUAWEICLOUD_SDK_PROJECT_ID": "e0e0e0e0e0e0e0e0e0e0e0e0e0e00002",
}
CHECK = "Check the name, the region and the account."
KEYS = "Check the keys and their region first: five failures in a row lock a key for five minutes."
LATER = "Try again in a moment."
FAILED = "SWR in cn-north-4 failed with {} at the organization payments."
THROTTLED = "SWR in cn-north-4 asks for fewer requests."
LOOK_FIRST = "Look it up before asking again."
UNKNOWN = "Whether payments/api was created in cn-north-4 is not known."


@dataclass(frozen=True, kw_only=True)
class Row:
    """One thing that goes wrong while a create is asked for, and confirmed.

    Attributes:
        line: The words.
        faults: What the emulator does wrong from the start.
        later: What it does wrong from the moment the question is shown.
        environ: Variables that differ.
        code: The exit code.
        says: The whole sentence, with `{url}` for SWR's host.
        hint: The next step.
        creates: How many requests to create reached SWR.
        holds: What SWR holds afterwards.
    """

    line: tuple[str, ...] = CREATE
    faults: tuple[Mapping[str, object], ...] = ()
    later: tuple[Mapping[str, object], ...] = ()
    environ: Mapping[str, str] | None = None
    code: int
    says: str
    hint: str
    creates: int
    holds: frozenset[str] | set[str] = frozenset(BEFORE)


def fault(kind: str, times: int = 0, **more: object) -> Mapping[str, object]:
    """A fault of every request, or of so many."""
    return {"kind": kind, "times": times, **more}


def post(kind: str, times: int = 0, **more: object) -> Mapping[str, object]:
    """A fault of the requests that create."""
    return fault(kind, times, method="POST", **more)


REFUSED = {
    "the organization is missing": Row(
        line=("repo", "create", "nowhere/api"),
        code=4,
        says="The organization nowhere was not found in cn-north-4, or it belongs to another account. "
        "Nothing was created.",
        hint="Check the name and the region, or create the organization first.",
        creates=0,
    ),
    "the organization is another account's": Row(
        line=("repo", "create", "treasury/api"),
        code=4,
        says="The organization treasury was not found in cn-north-4, or it belongs to another account. "
        "Nothing was created.",
        hint="Check the name and the region, or create the organization first.",
        creates=0,
    ),
    "the repository exists": Row(
        line=("repo", "create", "payments/taken"),
        code=5,
        says="The repository payments/taken exists already in cn-north-4. Nothing was created.",
        hint="Look it up, or choose another name.",
        creates=0,
    ),
    "the organization exists": Row(
        line=("org", "create", "payments"),
        code=5,
        says="The organization payments exists already in cn-north-4. Nothing was created.",
        hint="Create repositories in it, or choose another name.",
        creates=0,
    ),
    "the name of the organization is another account's": Row(
        line=("org", "create", "treasury"),
        code=5,
        says="The name treasury is taken in cn-north-4, possibly by another account. Nothing was created.",
        hint="Pick another name: an organization's name is unique in its region across all accounts.",
        creates=1,
    ),
    "the account may only read": Row(
        line=("org", "create", "second"),
        environ=SECOND,
        code=6,
        says="These credentials may not create the organization second in cn-north-4. "
        "SWR says: Insufficient permissions. Nothing was created.",
        hint="Ask whoever manages the account for that right in SWR.",
        creates=1,
    ),
    "the secret key is wrong": Row(
        environ={"HUAWEICLOUD_SDK_SK": "wrong"},
        code=6,
        says="SWR in cn-north-4 does not accept these credentials. Nothing was created.",
        hint=KEYS,
        creates=0,
    ),
    "the access key is unknown": Row(
        environ={"HUAWEICLOUD_SDK_AK": "NOBODYS0KEY"},
        code=6,
        says="SWR in cn-north-4 does not accept these credentials. Nothing was created.",
        hint=KEYS,
        creates=0,
    ),
    "SWR is throttled after the question": Row(
        later=(post("429"),),
        code=7,
        says=f"{THROTTLED} Nothing was created.",
        hint="Wait a minute, then try again.",
        creates=2,
    ),
    "SWR is throttled with a 403": Row(
        later=(post("403-throttle"),),
        code=7,
        says=f"{THROTTLED} Nothing was created.",
        hint="Wait a minute, then try again.",
        creates=2,
    ),
    "a gateway answers HTML before the question": Row(
        faults=(fault("html-502"),),
        code=7,
        says=f"{FAILED.format(502)} Nothing was created.",
        hint=LATER,
        creates=0,
    ),
    "SWR fails before the question": Row(
        faults=(fault("5xx"),),
        code=7,
        says=f"{FAILED.format(500)} SWR says: Failed to create namespace. Nothing was created.",
        hint=LATER,
        creates=0,
    ),
    "the connection is cut before the question": Row(
        faults=(fault("reset-before"),),
        code=7,
        says="SWR at {url} did not answer completely about the organization payments. Nothing was created.",
        hint=LATER,
        creates=0,
    ),
}
IN_DOUBT = {
    "the connection is cut before every create": Row(
        later=(post("reset-before"),),
        code=9,
        says=f"{UNKNOWN} SWR at {{url}} did not answer completely about the repository payments/api.",
        hint=LOOK_FIRST,
        creates=2,
    ),
    "a gateway answers HTML to every create": Row(
        later=(post("html-502"),),
        code=9,
        says=f"{UNKNOWN} SWR in cn-north-4 failed with 502 at the repository payments/api.",
        hint=LOOK_FIRST,
        creates=2,
    ),
    "the create takes effect, its answer is lost, and nothing can be read any more": Row(
        later=(post("reset-after"), fault("html-502")),
        code=9,
        says=f"{UNKNOWN} SWR at {{url}} did not answer completely about the repository payments/api.",
        hint=LOOK_FIRST,
        creates=1,
        holds=AFTER,
    ),
}
IT_IS_THERE = "Created payments/api in cn-north-4: SWR's answer was lost, but it is there now."
CREATED = {
    "the connection is cut after the create": (post("reset-after"), 1, IT_IS_THERE),
    "SWR fails after the create": (post("5xx-after", status=504), 1, IT_IS_THERE),
    "the connection is cut once before the create": (post("reset-before", 1), 2, "Created payments/api in cn-north-4."),
    "a gateway answers HTML once": (post("html-502", 1), 2, "Created payments/api in cn-north-4."),
    "SWR is throttled once": (post("429", 1), 2, "Created payments/api in cn-north-4."),
    "SWR is slow": (post("latency", milliseconds=1200), 1, "Created payments/api in cn-north-4."),
    "SWR's answers trickle": (fault("slow-body", milliseconds=20), 1, "Created payments/api in cn-north-4."),
}


def create(row: Row, person: "Terminal", seeded: "Emulator") -> None:
    """Ask for it, say yes where a question comes, and hold what is said to what is there."""
    seeded.misbehave(*row.faults)

    def yes() -> str:
        seeded.misbehave(*row.faults, *row.later)
        return "y"

    ran = person.with_environment(**row.environ or {}).answering(yes).run(*row.line)

    says = row.says.format(url=seeded.url.removeprefix("http://"))
    ran.failed(row.code, says, row.hint, nothing_created=says.endswith("Nothing was created."))
    assert row.creates == seeded.creates
    assert row.holds == seeded.holds()


@pytest.mark.parametrize("row", REFUSED.values(), ids=REFUSED)
def test_a_refused_create_says_that_nothing_was_created(row: Row, person: "Terminal", seeded: "Emulator") -> None:
    """And nothing was."""
    assert row.holds == BEFORE
    assert row.says.endswith(" Nothing was created.")
    create(row, person, seeded)


@pytest.mark.parametrize("row", IN_DOUBT.values(), ids=IN_DOUBT)
def test_a_create_whose_outcome_cannot_be_read_is_called_unknown(
    row: Row, person: "Terminal", seeded: "Emulator"
) -> None:
    """Neither a success nor `Nothing was created` is claimed."""
    create(row, person, seeded)


@pytest.mark.parametrize(("fault", "creates", "says"), CREATED.values(), ids=CREATED)
def test_a_create_that_met_trouble_on_the_way_is_reported_as_created(
    fault: Mapping[str, object], creates: int, says: str, person: "Terminal", seeded: "Emulator"
) -> None:
    """It is there, once, and the answer says so."""
    patient = person.with_environment(SWR_BOT_DEADLINE="5")

    def yes() -> str:
        seeded.misbehave(fault)
        return "y"

    ran = patient.answering(yes).run(*CREATE)

    ran.is_plain()
    assert (0, f"\u2713 {says}") == (ran.code, ran.out.splitlines()[0])
    assert creates == seeded.creates
    assert seeded.holds() == AFTER
