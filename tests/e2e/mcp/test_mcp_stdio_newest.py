"""`swr-bot mcp` at 2026-07-28 by hand: no handshake, and questions travel in results."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.e2e.conftest import Machine, Swr
    from tests.e2e.mcp.conftest import Assistant, Assistants

KEY = "swr-bot:confirmation"


def asked(assistant: "Assistant") -> Any:  # noqa: ANN401 - JSON of a result
    """The first round of a create."""
    result = assistant.result(assistant.calls("create-organization", organization="payments"))
    assert (result["resultType"], list(result["inputRequests"])) == ("input_required", [KEY])
    return result


def answering(asked: Mapping[str, Any], action: str = "accept", organization: str = "payments") -> dict[str, object]:
    """The parameters of the second round."""
    said = {"action": action, **({"content": {"create": "yes"}} if action == "accept" else {})}
    return {
        "name": "create-organization",
        "arguments": {"organization": organization},
        "inputResponses": {KEY: said},
        "requestState": asked["requestState"],
    }


def test_a_create_takes_two_rounds(assistants: "Assistants", swr: "Swr", machine: "Machine") -> None:
    """One proposal, one create; the same answer once more creates nothing more."""
    assistant = assistants.start_newest()
    discovered = assistant.result(assistant.asks("server/discover"))
    assert discovered["supportedVersions"] == ["2026-07-28"]
    listed = assistant.result(assistant.asks("tools/list"))
    assert (len(listed["tools"]), listed["cacheScope"]) == (4, "private")

    first = asked(assistant)
    assert first["inputRequests"][KEY]["params"]["message"].startswith("Create the organization payments?\n")
    assert swr.creates == 0
    created = assistant.result(assistant.asks("tools/call", answering(first)))
    assert created["structuredContent"]["outcome"] == "created"
    replayed = assistant.text(assistant.asks("tools/call", answering(first)))
    assert replayed.startswith("payments was created just now in cn-north-4")
    assert "nothing was sent now" in replayed

    assert (assistant.leaves(), assistant.errors, swr.creates) == (0, "", 1)
    events = [line.split("\t")[2] for line in machine.run("audit", "list").stdout.splitlines()]
    assert events == ["proposed", "claimed", "settled"]


def test_an_answer_counts_for_the_question_that_was_asked(assistants: "Assistants", swr: "Swr") -> None:
    """Not for other arguments, and not without the server's own state."""
    assistant = assistants.start_newest()
    first = asked(assistant)

    assert assistant.error(assistant.asks("tools/call", answering(first, organization="ledger"))) == -32602
    forged = answering({"requestState": f"{first['requestState'][:-4]}AAAA"})
    assert assistant.error(assistant.asks("tools/call", forged)) == -32602
    stateless = {name: value for name, value in answering(first).items() if name != "requestState"}
    assert assistant.result(assistant.asks("tools/call", stateless))["resultType"] == "input_required"
    assert swr.creates == 0


def test_a_process_killed_between_the_rounds_asks_the_same_again(assistants: "Assistants", swr: "Swr") -> None:
    """The answer to a question of the one that died is refused; the new question is about the same proposal."""
    assistant = assistants.start_newest()
    first = asked(assistant)
    assistant.process.kill()
    assistant.ended()

    later = assistants.start_newest()
    assert later.error(later.asks("tools/call", answering(first))) == -32602
    assert swr.creates == 0
    second = asked(later)
    assert second["inputRequests"] == first["inputRequests"]
    assert later.text(later.asks("tools/call", answering(second))).startswith("Created payments in cn-north-4.")
    assert swr.creates == 1


def test_the_handshake_has_no_place_here(assistants: "Assistants") -> None:
    """One connection speaks one era."""
    assistant = assistants.start_newest()
    assistant.result(assistant.asks("server/discover"))

    assert assistant.error(assistant.asks("initialize", {})) == -32022
