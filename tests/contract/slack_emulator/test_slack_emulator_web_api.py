"""The Web API through the official client: answers, Slack's error names, scopes, faults."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler

from swr_bot.emulators.slack import SlackOptions
from swr_bot.emulators.slack.desk import Desk, Json

Answer = Any  # of slack_sdk
Client = Any  # slack_sdk's own annotations are incomplete
NOTHING: Json = {}
GENERAL: Json = {"channel": "C0GENERAL0"}
HOME = {"type": "home", "blocks": [{"type": "divider"}]}


def answer_of(error: Answer) -> Answer:
    """The answer behind an exception of the official client."""
    return error.response


async def raw(
    desk: Desk, method: str, data: object = None, json: object = None, **headers: str
) -> tuple[int, Any, Any]:
    """A call without the official client."""
    url = desk.announcement["api_url"] + method
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=data, json=json, headers=headers) as response,
    ):
        return response.status, await response.json(), response.headers


async def test_what_the_official_client_asks_for_is_answered(client: Client) -> None:
    """Every method a bot would use at its start and in its work."""
    about = await client.auth_test()
    assert (about["team_id"], about["bot_id"]) == ("T0EMULATOR", "B0SWRBOT00")
    assert "chat:write" in about.headers["x-oauth-scopes"]
    assert (await client.conversations_info(**GENERAL))["channel"]["is_member"] is True
    assert (await client.users_info(user="U0VERA0000"))["user"]["is_stranger"] is True
    assert (await client.users_info(user="U0OTTO0000"))["user"]["deleted"] is True
    assert (await client.bots_info(bot="B0SWRBOT00"))["bot"]["user_id"] == "U0SWRBOT00"
    assert (await client.team_info())["team"]["id"] == "T0EMULATOR"
    assert (await client.usergroups_users_list(usergroup="S0PLATFORM"))["users"] == ["U0ADA00000", "U0JOAN0000"]
    assert len((await client.usergroups_list(include_users=True))["usergroups"][0]["users"]) == 2
    assert "U0ADA00000" in (await client.conversations_members(**GENERAL))["members"]
    channel = (await client.conversations_open(users="U0GRACE000"))["channel"]["id"]
    assert (await client.chat_postMessage(channel="U0GRACE000", text="hi"))["channel"] == channel
    assert (await client.users_conversations(types="im"))["channels"][0]["is_im"] is True
    assert (await client.users_list())["members"][0]["name"] == "ada"


async def test_lists_come_in_pages(client: Client) -> None:
    """A cursor leads on until there is no more."""
    names = [each["name"] async for page in await client.conversations_list(limit=1) for each in page["channels"]]
    assert names == ["general", "random", "partners", "archived"]
    with pytest.raises(SlackApiError, match="invalid_cursor"):
        await client.conversations_list(cursor="x")


async def test_messages_are_posted_edited_deleted_and_read_back(desk: Desk, client: Client) -> None:
    """Blocks that an update does not name stay; history and replies show what is there."""
    divider = [{"type": "divider"}]
    first = await client.chat_postMessage(channel="#general", text="a < b & <@U0ADA00000>", blocks=divider)
    assert first["message"]["text"] == "a &lt; b &amp; <@U0ADA00000>"
    reply = await client.chat_postMessage(**GENERAL, text="reply", thread_ts=first["ts"])
    await client.chat_update(**GENERAL, ts=first["ts"], text="changed")
    hidden = await client.chat_postEphemeral(**GENERAL, user="U0ADA00000", text="only you")
    history = (await client.conversations_history(**GENERAL))["messages"]
    assert [(each["text"], each["blocks"][0]["type"]) for each in history] == [("changed", "divider")]
    replies = (await client.conversations_replies(**GENERAL, ts=first["ts"]))["messages"]
    assert [each["text"] for each in replies] == ["changed", "reply"]
    await client.chat_delete(**GENERAL, ts=reply["ts"])
    seen = [(each["ts"], each["ephemeral"]) for each in await desk.channel("general")]
    assert seen == [(first["ts"], False), (hidden["message_ts"], True)]
    assert "only you" not in [each["text"] for each in await desk.channel("general", "grace")]


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("nope.nope", NOTHING, "unknown_method"),
        ("chat.postMessage", {"channel": "C0NOWHERE0", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "random", "text": "x"}, "not_in_channel"),
        ("chat.postMessage", {"channel": "archived", "text": "x"}, "is_archived"),
        ("chat.postMessage", {**GENERAL, "text": ""}, "no_text"),
        ("chat.postMessage", {**GENERAL, "text": "x" * 40_001}, "msg_too_long"),
        ("chat.postMessage", {**GENERAL, "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ("chat.postMessage", {**GENERAL, "blocks": "[{"}, "invalid_blocks_format"),
        ("chat.postMessage", {**GENERAL, "blocks": {"type": "divider"}}, "invalid_blocks_format"),
        ("chat.postMessage", {**GENERAL, "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ("chat.postMessage", {**GENERAL, "text": "x", "attachments": [NOTHING] * 101}, "too_many_attachments"),
        ("chat.postMessage", {**GENERAL, "text": "x", "metadata": {"a": 1}}, "invalid_metadata_format"),
        ("chat.postMessage", {**GENERAL, "text": "x", "markdown_text": "x"}, "markdown_text_conflict"),
        ("chat.postMessage", {**GENERAL, "text": "x", "username": "boss"}, "missing_scope"),
        ("chat.postMessage", {**GENERAL, "text": "x", "colour": "red"}, "invalid_arguments"),
        ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
        ("chat.postMessage", {**GENERAL, "text": 7}, "invalid_arguments"),
        ("chat.postEphemeral", {"channel": "platform", "user": "U0GRACE000", "text": "x"}, "user_not_in_channel"),
        ("chat.update", {**GENERAL, "ts": "1.2", "text": "x"}, "message_not_found"),
        ("chat.delete", {**GENERAL, "ts": "1.2"}, "message_not_found"),
        ("views.open", {"trigger_id": "1.2.3", "view": "{"}, "invalid_arguments"),
        ("views.update", {"view": HOME}, "invalid_arguments"),
        ("views.update", {"view": HOME, "view_id": "V1"}, "not_found"),
        ("views.publish", {"user_id": "U0NOBODY00", "view": HOME}, "invalid_arguments"),
        ("conversations.info", {"channel": "D0NOWHERE0"}, "channel_not_found"),
        ("conversations.history", {"channel": "C0RANDOM00"}, "not_in_channel"),
        ("conversations.list", {"types": "everything"}, "invalid_types"),
        ("conversations.list", {"types": "mpim"}, "missing_scope"),
        ("conversations.open", {"users": "U0OTTO0000"}, "user_disabled"),
        ("conversations.open", {"users": "U0NOBODY00"}, "user_not_found"),
        ("conversations.replies", {**GENERAL, "ts": "1.2"}, "thread_not_found"),
        ("users.info", {"user": "U0NOBODY00"}, "user_not_found"),
        ("bots.info", {"bot": "B1"}, "bot_not_found"),
        ("usergroups.users.list", {"usergroup": "S1"}, "no_such_subteam"),
        ("apps.connections.open", NOTHING, "not_allowed_token_type"),
    ],
)
async def test_refusals_have_slacks_names(desk: Desk, method: str, arguments: Json, error: str, client: Client) -> None:
    """Each is a 200 with ok false, and is in the list of refused calls."""
    with pytest.raises(SlackApiError) as refused:
        await client.api_call(method, json=arguments)
    answer = answer_of(refused.value)
    assert (answer["error"], answer.status_code) == (error, 200)
    assert (await desk.refused())[-1]["error"] == error


async def test_only_own_messages_can_be_changed(desk: Desk, client: Client) -> None:
    """What a person wrote stays as it is; an edit has at most 4,000 characters."""
    written = await desk.do("ada", "message", channel="general", text="mine")
    with pytest.raises(SlackApiError, match="cant_update_message"):
        await client.chat_update(**GENERAL, ts=written["ts"], text="x")
    with pytest.raises(SlackApiError, match="cant_delete_message"):
        await client.chat_delete(**GENERAL, ts=written["ts"])
    own = await client.chat_postMessage(**GENERAL, text="x" * 5000)
    with pytest.raises(SlackApiError, match="msg_too_long"):
        await client.chat_update(**GENERAL, ts=own["ts"], text="x" * 4001)


async def test_tokens_come_in_the_header_or_in_a_form(desk: Desk) -> None:
    """Not in JSON, and an app token in the header only; wrong and missing ones have their own names."""
    token = desk.announcement["bot_token"]
    app_token = desk.announcement["app_token"]
    assert (await raw(desk, "auth.test", data={"token": token}))[1]["ok"] is True
    assert (await raw(desk, "auth.test", json={"token": token}))[1]["error"] == "not_authed"
    assert (await raw(desk, "auth.test"))[1]["error"] == "not_authed"
    assert (await raw(desk, "auth.test", data={"token": "xoxb-1"}))[1]["error"] == "invalid_auth"
    assert (await raw(desk, "apps.connections.open", data={"token": app_token}))[1]["error"] == "not_authed"
    known = await raw(desk, "auth.test", Authorization=f"Bearer {app_token}")
    assert (known[1]["app_id"], known[2]["x-oauth-scopes"]) == ("A0EMULATOR", "connections:write")
    opened = await raw(desk, "apps.connections.open", Authorization=f"Bearer {app_token}")
    assert opened[1]["url"].startswith("ws://127.0.0.1")


@pytest.mark.parametrize(
    ("content_type", "body", "error"),
    [
        ("application/json", b"{", "invalid_json"),
        ("application/json", b"[" * 100_000, "invalid_json"),
        ("application/json", b"[]", "json_not_object"),
        ("text/plain", b"x", "invalid_post_type"),
        ("application/x-www-form-urlencoded", b"\xff=1", "invalid_form_data"),
    ],
)
async def test_bodies_that_are_not_what_they_say(desk: Desk, content_type: str, body: bytes, error: str) -> None:
    """Slack's names again, never a crash."""
    assert (await raw(desk, "auth.test", data=body, **{"Content-Type": content_type}))[1]["error"] == error


async def test_a_missing_scope_says_what_is_needed_and_what_is_there(desk: Desk) -> None:
    """In the body, and in the two headers."""
    assert (await desk.ask("PUT", "app", {"scopes": ["commands"]}))[0] == 200
    bearer = "Bearer " + desk.announcement["bot_token"]
    _, answer, headers = await raw(desk, "chat.postMessage", json={**GENERAL, "text": "x"}, Authorization=bearer)
    assert answer == {"ok": False, "error": "missing_scope", "needed": "chat:write", "provided": "commands"}
    assert (headers["x-oauth-scopes"], headers["x-accepted-oauth-scopes"]) == ("commands", "chat:write")


async def test_a_manifest_decides_what_the_app_may_do(desk_of: Callable[[SlackOptions], Desk], tmp_path: Path) -> None:
    """Scopes and commands are exactly the manifest's."""
    manifest = tmp_path / "manifest.json"
    manifest.write_text(
        '{"features": {"slash_commands": [{"command": "/swr"}]}, "oauth_config": {"scopes": {"bot": ["commands"]}}}'
    )
    desk = desk_of(SlackOptions(manifest=manifest, enterprise=True))
    assert (await desk.do("ada", "command", channel="general", command="/other"))["error"] == "unknown_command"
    assert "no shortcut" in await desk.cannot("ada", "shortcut", callback_id="new")
    status, about, headers = await raw(desk, "auth.test", data={"token": desk.announcement["bot_token"]})
    assert (status, headers["x-oauth-scopes"], about["enterprise_id"]) == (200, "commands", "E0EMULATOR")


async def test_a_rate_limit_is_a_429_that_the_official_client_waits_out(desk: Desk, client: Client) -> None:
    """Retry-After is there, and the second attempt succeeds."""
    await desk.faults({"kind": "ratelimited", "method": "chat.postMessage", "retry_after": 1})
    with pytest.raises(SlackApiError) as limited:
        await client.chat_postMessage(**GENERAL, text="x")
    answer = answer_of(limited.value)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    await desk.faults({"kind": "ratelimited", "method": "chat.postMessage", "retry_after": 0})
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    assert (await client.chat_postMessage(**GENERAL, text="x"))["ok"]


async def test_faults_of_the_api_strike_as_often_as_ordered(desk: Desk, client: Client) -> None:
    """An error before nothing happened, one after it did, a page in place of JSON, a reset connection."""
    client.retry_handlers = []
    await desk.faults(
        {"kind": "error", "error": "fatal_error", "times": 2},
        {"kind": "error-after"},
        {"kind": "http-500"},
        {"kind": "reset"},
        {"kind": "reset-after"},
        {"kind": "slow", "milliseconds": 1},
    )
    for expected in (SlackApiError,) * 4:
        with pytest.raises(expected):
            await client.chat_postMessage(**GENERAL, text="x")
    for _ in range(2):
        with pytest.raises(aiohttp.ClientError):
            await client.chat_postMessage(**GENERAL, text="x")
    assert (await client.chat_postMessage(**GENERAL, text="x"))["ok"]
    assert len(await desk.channel("general")) == 3
    assert (await desk.ask("GET", "faults"))[1] == []


@pytest.mark.parametrize(
    ("method", "path", "content", "says"),
    [
        ("PUT", "faults", [{"kind": "boredom"}], "The kind of a fault"),
        ("PUT", "faults", [{"kind": "slow", "often": 1}], "no member 'often'"),
        ("PUT", "faults", [{"kind": "slow", "times": "x"}], "is a number"),
        ("PUT", "faults", {}, "a JSON list"),
        ("POST", "people/ada/click", {"colour": "red"}, "unknown member 'colour'"),
        ("POST", "people/ada/command", {"channel": "general"}, "needs 'command'"),
        ("POST", "people/ada/command", {"channel": 1, "command": "/swr"}, "should be a string"),
        ("POST", "people/ada/click", {"confirm": "yes"}, "true or false"),
        ("POST", "clock", {"offset_seconds": "x"}, "should be a number"),
        ("POST", "clock", {"offset_seconds": 1e12}, "a century"),
        ("POST", "sockets", {"do": "dance"}, "disconnect, close, abort, silence"),
        ("POST", "deliver", {"kind": "pigeon", "payload": {}}, "kind is one of"),
        ("PUT", "app", {"scopes": [1]}, "list of strings"),
        ("GET", "state?after=x", None, "should be numbers"),
        ("POST", "people/ada/submit", [], "JSON object"),
    ],
)
async def test_admin_requests_that_make_no_sense_are_explained(
    desk: Desk, method: str, path: str, content: object, says: str
) -> None:
    """A 400 with a sentence."""
    status, answer = await desk.ask(method, path, content)
    assert (status, says in answer["error"]) == (400, True), answer


async def test_a_reset_puts_everything_back(desk: Desk, client: Client) -> None:
    """Messages, faults, the log and the clock; connections and the app's settings stay."""
    await client.chat_postMessage(**GENERAL, text="x")
    await desk.faults({"kind": "slow"})
    await desk.turn_clock(100)
    assert (await desk.ask("POST", "reset"))[0] == 204
    assert await desk.channel("general") == []
    assert (await desk.ask("GET", "faults"))[1] == []
    assert (await desk.ask("GET", "requests"))[1]["total"] == 0
    assert (await desk.ask("POST", "clock", {"advance_seconds": 0}))[1] == {"offset_seconds": 0}


async def test_no_log_shows_a_token(desk: Desk, client: Client) -> None:
    """Neither tokens nor trigger ids nor response URLs are in what the admin side tells."""
    await desk.do("ada", "command", channel="general", command="/swr", text="x")
    with pytest.raises(SlackApiError):
        await client.auth_test(token="xoxb-somebodys-own-token")
    told = str([(await desk.ask("GET", path))[1] for path in ("requests", "state", "app")])
    for secret in ("xoxb-", "xapp-", "trigger_id", "response_url"):
        assert secret not in told
