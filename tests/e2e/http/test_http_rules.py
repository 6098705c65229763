"""Who may do what over HTTP: the policy, the operations of a token, a server that only reads, and how often."""

import re
from typing import TYPE_CHECKING

import pytest
from mcp.shared.exceptions import MCPError

if TYPE_CHECKING:
    from tests.e2e.conftest import Swr
    from tests.e2e.http.conftest import Assistant, Server, Team

ALL = ["create-organization", "list-organizations", "create-repository", "get-repository-info"]
ERAS = ("legacy", "auto")
READS = ["list-organizations", "get-repository-info"]


async def tools(assistant: "Assistant") -> list[str]:
    """The tools that this program is shown."""
    return [tool.name for tool in (await assistant.client.list_tools()).tools]


async def test_without_rules_nobody_with_a_token_creates_in_a_real_cloud(unruly_team: "Team", swr: "Swr") -> None:
    """Reading works; the refusal says who was refused and what can be done, before anybody is asked."""
    bot = unruly_team.person("ci-bot")
    server = unruly_team.serve()
    for era in ERAS:
        async with bot.connects(server, era) as assistant:
            listed = await assistant.reads("list-organizations")
            refused = await assistant.reads("create-organization", organization="payments")

        assert not listed.is_error
        assert refused.is_error
        assert refused.text.startswith("Without policy rules, mcp:tokens/ci-bot may not create anything.")
        assert "Nothing was created." in refused.text
        assert "[[policy.rule]]" in refused.text
    assert (swr.creates, await unruly_team.history("payments")) == (0, [])


RULES = """
[[policy.rule]]
actors = ["mcp:tokens/builder"]
operations = ["create-organization"]
organizations = ["ci-*"]
"""


async def test_a_rule_names_the_bearer_of_a_token(unruly_team: "Team", swr: "Swr") -> None:
    """What it does not name is refused to them and to everybody else; the audit speaks of them."""
    (unruly_team.folder / "config.toml").write_text(RULES, encoding="utf-8")
    builder, other = unruly_team.person("builder"), unruly_team.person("other")
    server = unruly_team.serve()
    for era in ERAS:
        async with builder.connects(server, era) as assistant, other.connects(server, era) as foreign:
            created = await assistant.has_created(f"ci-{era}")
            elsewhere = await assistant.reads("create-organization", organization="payments")
            another = await assistant.reads("create-repository", organization=f"ci-{era}", repository="api")
            refused = await foreign.reads("create-organization", organization="ci-more")

        no_rule = "No policy rule lets mcp:tokens/"
        assert created.text.startswith(f"Created ci-{era} in cn-north-4.")
        assert f"{no_rule}builder run create-organization in the organization payments" in elsewhere.text
        assert f"{no_rule}builder run create-repository" in another.text
        assert f"{no_rule}other run create-organization" in refused.text
        assert await unruly_team.history(f"ci-{era}") == [
            "proposed mcp:tokens/builder",
            "claimed mcp:tokens/builder",
            f"settled mcp:tokens/builder Created ci-{era} in cn-north-4.",
        ]
    assert swr.creates == 2
    assert await unruly_team.history("ci-more") == []


async def test_a_token_for_reading_sees_two_tools(team: "Team", server: "Server", swr: "Swr", era: str) -> None:
    """Calling one of the others is refused in words."""
    async with team.person("reader", *READS).connects(server, era) as assistant:
        shown = await tools(assistant)
        refused = await assistant.reads("create-organization", organization="payments")
        read = await assistant.reads("list-organizations")
    async with team.person("alice").connects(server, era) as assistant:
        assert await tools(assistant) == ALL

    assert (shown, read.text) == (READS, "0 of 0 organizations.")
    assert refused.is_error
    assert refused.text.startswith("The token of reader does not let it use create-organization. Nothing was created.")
    assert swr.creates == 0


@pytest.mark.parametrize(("flags", "variables"), [(["--read-only"], {}), ([], {"SWR_BOT_READ_ONLY": "1"})])
async def test_a_server_that_only_reads_has_two_tools(
    own_team: "Team", swr: "Swr", flags: list[str], variables: dict[str, str]
) -> None:
    """By its flag or its setting, whatever a token may do."""
    alice = own_team.person("alice")
    server = own_team.serve(*flags, variables=variables)
    for era in ERAS:
        async with alice.connects(server, era) as assistant:
            assert await tools(assistant) == READS
            assert (await assistant.reads("list-organizations")).text == "0 of 0 organizations."
            with pytest.raises(MCPError) as caught:
                await assistant.reads("create-organization", organization="payments")
        assert caught.value.error.code == -32602
        assert "This server only reads; there are list-organizations" in caught.value.error.message
    assert swr.creates == 0


async def test_a_program_that_cannot_ask_creates_nothing(team: "Team", server: "Server", swr: "Swr", era: str) -> None:
    """Over HTTP there is no other way for its person yet, and the sentence says what to do."""
    async with team.person("alice").connects(server, era, asked=False) as assistant:
        refused = await assistant.reads("create-organization", organization="silent")

    assert refused.is_error
    assert refused.text.startswith("This program cannot show its person a question.")
    for words in ("Nothing was created.", "use one that shows the questions", "Do not call it again on your own."):
        assert words in refused.text
    assert "swr-bot confirm" not in refused.text
    assert swr.creates == 0


async def test_who_calls_too_often_is_told_when_to_call_again(own_team: "Team") -> None:
    """It is counted by person, in however many sessions; nobody else is held up."""
    people = [own_team.person(name) for name in ("alice", "carol", "bob")]
    server = own_team.serve(variables={"SWR_BOT_RATE_LIMIT": "3"})
    for busy, era in zip(people, ERAS, strict=False):
        async with busy.connects(server, era) as one, busy.connects(server, era) as other:
            first = [await one.reads("list-organizations") for _ in range(3)]
            refused = [
                await one.reads("list-organizations"),
                await other.reads("create-organization", organization="busy"),
            ]
        async with people[-1].connects(server, era) as his:
            his_own = await his.reads("list-organizations")

        assert not any(told.is_error for told in (*first, his_own))
        for told in refused:
            assert told.is_error
            assert told.text.startswith("That is more than 3 calls a minute, the most for one person here.")
            assert re.search(r"Wait \d+ seconds? and call again\.", told.text), told.text
        assert "Nothing was created." in refused[1].text
