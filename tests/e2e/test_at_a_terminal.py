"""A person at a real terminal: what is asked, every way to answer, and every way to leave."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Machine, Swr

PROMPT = "to create it, anything else to decline: "
CTRL_C, CTRL_D = "\x03", "\x04"
DECLINED = "- Declined payments. Nothing was created."


def test_the_question_shows_every_fact(machine: "Machine", swr: "Swr") -> None:
    """Everything that will be sent, and where to; the answer shows what is there then."""
    machine.run("org", "create", "payments", "--yes")
    words = ("--category", "lang", "--description", "Card payments")
    screen = machine.types("repo", "create", "payments/team/api", *words)
    screen.waits_for(PROMPT)

    facts = screen.plain.partition("\nCode ")[0].splitlines()
    assert facts == [
        "Create the repository payments/team/api?",
        "",
        "  Organization  payments",
        "  Repository    team/api",
        "  Visibility    private",
        "  Category      lang",
        "  Description   Card payments",
        "  Cloud         huaweicloud",
        "  Region        cn-north-4",
        f"  Endpoint      {swr.url}",
        "  Account       access key \u2026KEY1",
    ]
    screen.types("y\n")
    assert screen.ends() == 0
    assert "\u2713 Created payments/team/api in cn-north-4." in screen.plain
    assert "Pull         docker pull swr.cn-north-4.myhuaweicloud.com/payments/team/api" in screen.plain


@pytest.mark.parametrize("answer", ["\n", CTRL_D, CTRL_C])
def test_anything_else_declines(machine: "Machine", swr: "Swr", answer: str) -> None:
    """Nothing typed, the end of the input, an interrupt: nothing is sent, and it is written down."""
    screen = machine.types("org", "create", "payments")
    screen.waits_for(PROMPT)
    screen.types(answer)

    assert (screen.ends(), swr.creates) == (8, 0)
    assert DECLINED in screen.plain
    assert DECLINED[2:] in machine.run("audit", "list").stdout.splitlines()[-1]


@pytest.mark.parametrize(("answer", "code", "creates"), [("y\n", 8, 0), ("public\n", 0, 1)])
def test_what_becomes_public_needs_a_second_look(
    machine: "Machine", swr: "Swr", answer: str, code: int, creates: int
) -> None:
    """The habit of typing y is not enough to show something to everybody."""
    machine.run("org", "create", "payments", "--yes")
    screen = machine.types("repo", "create", "payments/api", "--public")
    screen.waits_for(f"Type public {PROMPT}")
    assert "  Visibility    PUBLIC: anybody can pull it" in screen.plain
    screen.types(answer)

    assert (screen.ends(), swr.creates - 1) == (code, creates)


@pytest.mark.parametrize("interrupts", [1, 3])
def test_ctrl_c_while_creating_says_what_is_known(machine: "Machine", swr: "Swr", interrupts: int) -> None:
    """The request is on its way and cannot be called back: unknown, or stopped with where to look; no traceback."""
    swr.misbehave(kind="latency", method="POST", milliseconds=1500)
    screen = machine.types("org", "create", "payments")
    screen.waits_for(PROMPT)
    screen.types("y\n")
    swr.wait_until_it_has_seen_the_fault()
    screen.types(CTRL_C * interrupts)

    code = screen.ends()
    assert "Traceback" not in screen.seen
    assert (code, "Whether payments was created" in screen.plain) in [(9, True), (130, False)]
    if interrupts == 1:
        assert code == 9
        assert "settled" in machine.run("audit", "list").stdout.splitlines()[-1]
    else:
        assert code == 9 or "See what is known of it with: swr-bot confirm " in screen.plain
    assert "Nothing was created" not in screen.plain
    swr.wait_for_creates(1)


def test_ctrl_c_before_the_question_creates_nothing(machine: "Machine", swr: "Swr") -> None:
    """SWR is still being asked whether it could work."""
    swr.misbehave(kind="latency", method="GET", milliseconds=3000)
    screen = machine.types("org", "create", "payments")
    swr.wait_until_it_has_seen_the_fault()
    screen.types(CTRL_C)

    assert (screen.ends(), swr.creates) == (130, 0)
    assert "Stopped. Nothing was created." in screen.plain
    assert "Traceback" not in screen.seen


def test_a_line_tells_that_swr_takes_its_time_and_goes_away(machine: "Machine", swr: "Swr") -> None:
    """After a second there is a sign of life; the answer does not stand behind it."""
    swr.misbehave(kind="latency", method="POST", milliseconds=1300)
    screen = machine.types("org", "create", "payments", "--yes")

    assert screen.ends() == 0
    assert "Creating \u2026 1 s" in screen.plain
    assert "\r\x1b[K" in screen.seen.partition("Creating \u2026 1 s")[2]
    assert "\r\x1b[K\u2713" in screen.seen.replace("\x1b[32m", "")


@pytest.mark.parametrize(("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colours_are_for_terminals_that_want_them(
    machine: "Machine", variables: dict[str, str], *, coloured: bool
) -> None:
    """And for no other."""
    screen = machine.with_environment(**variables).types("repo", "info", "payments/api")

    assert screen.ends() == 4
    assert coloured == ("\x1b[" in screen.seen)
    assert "\x1b[" not in machine.run("repo", "info", "payments/api").stderr


def test_errors_in_a_file_have_no_colours(machine: "Machine") -> None:
    """Results on the terminal, errors elsewhere: the file holds text."""
    screen = machine.types_in_a_shell("swr-bot repo info payments/api 2>$HOME/errors")

    assert screen.ends() == 4
    text = Path(machine.environ["HOME"], "errors").read_text(encoding="utf-8")
    assert text.startswith("Error: The organization payments was not found in cn-north-4")
    assert "\x1b" not in text


def test_demo_lets_the_person_answer(machine: "Machine") -> None:
    """At a terminal the questions are real."""
    screen = machine.types("demo")
    for number, answer in enumerate(("y\n", "y\n", "n\n"), start=1):
        screen.waits_for(PROMPT, number)
        screen.types(answer)

    assert screen.ends() == 0
    assert "The journal is whole: 8 entries" in screen.plain
