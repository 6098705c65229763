"""How `swr-bot mcp` ends: its input closes, it is told to stop, it is killed; and what is known afterwards."""

import signal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Machine, Swr
    from tests.e2e.mcp.conftest import Assistant, Assistants

WANTED = {"organization": "payments"}
DECLINED = "Declined payments. Nothing was created."


def audited(machine: "Machine") -> list[str]:
    """The events of the journal and what they say, in order."""
    return [" ".join(line.split("\t")[2:]) for line in machine.run("audit", "list").stdout.splitlines()]


def asking(assistant: "Assistant") -> tuple[int, Any]:
    """A create whose question is open: the call and the question."""
    return assistant.calls("create-organization", **WANTED), assistant.question()


def creating(assistant: "Assistant", swr: "Swr", milliseconds: int = 700) -> int:
    """A create that has reached SWR, which takes its time."""
    swr.misbehave(kind="latency", method="POST", milliseconds=milliseconds)
    call, question = asking(assistant)
    assistant.answers(question)
    swr.wait_until_it_has_seen_the_fault()
    return call


def test_input_that_ends_while_a_question_is_open_declines(
    assistant: "Assistant", machine: "Machine", swr: "Swr"
) -> None:
    """Nobody is left to say yes."""
    asking(assistant)

    assert (assistant.leaves(), assistant.errors, swr.creates) == (0, "", 0)
    assert audited(machine)[-1].endswith(DECLINED)


def test_input_that_ends_while_creating_leaves_an_outcome(
    assistants: "Assistants", assistant: "Assistant", machine: "Machine", swr: "Swr"
) -> None:
    """What is known is written, nothing is sent again, and the next assistant is told what became of it."""
    creating(assistant, swr)

    assert (assistant.leaves(), assistant.errors) == (0, "")
    assert audited(machine)[-1].startswith("settled ")
    swr.wait_for_creates(1)
    later = assistants.start()
    result = later.result(later.calls("create-organization", **WANTED))
    assert not result["isError"]
    assert "nothing was sent now" in result["content"][0]["text"]
    assert swr.creates == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_a_question_is_open_ends_the_call_with_an_answer(
    assistants: "Assistants", assistant: "Assistant", machine: "Machine", swr: "Swr", number: signal.Signals
) -> None:
    """The person has not said no: what was asked for stays open, and a new process asks the same again."""
    call, question = asking(assistant)
    assistant.process.send_signal(number)

    text = assistant.text(call)
    assert text.startswith("This swr-bot is being stopped before the person answered.")
    assert "Nothing was created." in text
    assert (assistant.ended(), assistant.errors, swr.creates) == (0, "", 0)
    assert [line.split()[0] for line in audited(machine)] == ["proposed"]
    later = assistants.start()
    assert asking(later)[1]["params"]["message"] == question["params"]["message"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_creating_waits_for_the_outcome(
    assistant: "Assistant", machine: "Machine", swr: "Swr", number: signal.Signals
) -> None:
    """The assistant reads it, and the journal has it."""
    call = creating(assistant, swr)
    assistant.process.send_signal(number)

    assert assistant.text(call).startswith("Created payments in cn-north-4.")
    assert (assistant.ended(), assistant.errors, swr.creates) == (0, "", 1)
    assert audited(machine)[-1].endswith("Created payments in cn-north-4.")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_nothing_happens_ends_it(assistant: "Assistant", number: signal.Signals) -> None:
    """Although its input stays open."""
    assistant.process.send_signal(number)

    assert (assistant.ended(), assistant.errors) == (0, "")


def test_calls_after_a_signal_are_refused(assistant: "Assistant", swr: "Swr") -> None:
    """While a create still runs, nothing new begins."""
    call = creating(assistant, swr, 1_500)
    assistant.process.send_signal(signal.SIGTERM)
    late = assistant.calls("create-organization", organization="ledger")

    assert "This swr-bot is being stopped. Nothing was created." in assistant.text(late)
    assert assistant.text(call).startswith("Created payments in cn-north-4.")
    assert (assistant.ended(), swr.creates) == (0, 1)


def test_a_process_killed_before_the_answer_has_created_nothing(
    assistants: "Assistants", assistant: "Assistant", machine: "Machine", swr: "Swr"
) -> None:
    """Another one asks the same question, and a yes creates once."""
    _, question = asking(assistant)
    assistant.process.kill()
    assert assistant.ended() == -signal.SIGKILL

    later = assistants.start()
    call, again = asking(later)
    assert again["params"]["message"] == question["params"]["message"]
    assert swr.creates == 0
    later.answers(again)
    assert later.text(call).startswith("Created payments in cn-north-4.")
    assert swr.creates == 1
    assert [line.split()[0] for line in audited(machine)] == ["proposed", "claimed", "settled"]


@pytest.mark.parametrize(
    ("faults", "seen"),
    [([], "SWR shows it now."), ([{"kind": "reset-before", "method": "POST"}], "SWR does not show it now.")],
    ids=["created", "not created"],
)
def test_a_process_killed_while_creating_leaves_what_the_next_one_tells(
    assistants: "Assistants", assistant: "Assistant", swr: "Swr", faults: list[object], seen: str
) -> None:
    """Whether it is there is looked up and said; nothing is asked or sent again, and nothing is claimed."""
    swr.ask("PUT", "faults", [{"kind": "latency", "method": "POST", "milliseconds": 500}, *faults])
    _, question = asking(assistant)
    assistant.answers(question)
    swr.wait_until_it_has_seen_the_fault()
    assistant.process.kill()
    assert assistant.ended() == -signal.SIGKILL
    swr.wait_for_creates(1)

    later = assistants.start()
    result = later.result(later.calls("create-organization", **WANTED))
    text = result["content"][0]["text"]
    assert result["isError"]
    assert "its outcome was not written down" in text
    assert seen in text
    assert "Nothing was created" not in text
    assert (later.leaves(), swr.creates) == (0, 1)
