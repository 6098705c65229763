"""Deliveries over HTTP: what is not Slack's, new and for this bot is turned away, and the log tells nothing of it."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx
import pytest

from swr_bot.slack_app.http_gate import MOST_BYTES, SlackEvents
from swr_tools.clock import ManualClock

if TYPE_CHECKING:
    from tests.faces.slack.conftest import Desk, Surroundings

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
COMMAND = {
    "command": "/swr",
    "text": "help",
    "team_id": "T0EMULATOR",
    "user_id": "U0ADA00000",
    "user_name": "ada",
    "channel_id": "C0GENERAL0",
    "api_app_id": "A0EMULATOR",
    "trigger_id": "a-trigger",
    "response_url": "http://127.0.0.1:9/a-response-url",
}


class Wire:
    """Requests to the address of the events, signed as Slack does unless said otherwise."""

    def __init__(self, client: httpx.AsyncClient, clock: ManualClock, secret: str) -> None:
        self.clock = clock
        self.client = client
        self._secret = secret

    async def send(
        self,
        body: str | bytes,
        kind: str = FORM,
        *,
        late: float = 0,
        secret: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """One request; `late` is how old its timestamp is."""
        raw = body.encode() if isinstance(body, str) else body
        timestamp = str(int(self.clock.now().timestamp() - late))
        told = hmac.new(
            (secret or self._secret).encode(), f"v0:{timestamp}:".encode() + raw, hashlib.sha256
        ).hexdigest()
        signed = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={told}", "Content-Type": kind}
        merged = {**signed, **(headers or {})}
        return await self.client.post(
            "/slack/events", content=raw, headers={name: value for name, value in merged.items() if value}
        )


@pytest.fixture
async def wire(surroundings: "Surroundings") -> AsyncIterator[Wire]:
    """A bot that is reached over HTTP."""
    clock, config = ManualClock(), surroundings.config()
    async with surroundings.toolbox(clock) as toolbox:
        events = SlackEvents(toolbox, clock, config)
        await events.start()
        transport = httpx.ASGITransport(events)
        async with httpx.AsyncClient(transport=transport, base_url="http://bot.example.com") as client:
            yield Wire(client, clock, config.signing_secret)
        assert await events.drain(10)
        await events.aclose()


def changed(**changes: str) -> str:
    """The command with these fields."""
    return urlencode({**COMMAND, **changes})


async def test_a_signed_command_is_answered(wire: Wire) -> None:
    """In the response itself."""
    answer = await wire.send(changed())
    assert answer.status_code == 200
    assert "org list" in answer.json()["text"]


async def test_a_command_that_holds_the_word_payload_is_answered(desk: "Desk", wire: Wire) -> None:
    """The library's own reader would lose it."""
    answer = await wire.send(changed(text="help payload"))
    assert "There is no command payload." in answer.json()["text"]
    await wire.send(changed(text="repo create payments/payload-api", trigger_id="other"))
    assert await desk.says("Create the repository payments/payload-api?")


async def test_an_interaction_is_answered(desk: "Desk", wire: Wire) -> None:
    """It comes as JSON inside a form."""
    click = {
        "type": "block_actions",
        "user": {"id": "U0ADA00000", "team_id": "T0EMULATOR"},
        "team": {"id": "T0EMULATOR"},
        "channel": {"id": "C0GENERAL0"},
        "actions": [{"action_id": "old", "value": "1"}],
    }
    assert (await wire.send(urlencode({"payload": json.dumps(click)}))).status_code == 200
    assert await desk.says("of another release")


async def test_a_guests_click_is_told_rather_than_turned_away(desk: "Desk", wire: Wire) -> None:
    """Slack would show somebody of another workspace nothing but trouble."""
    click = {
        "type": "block_actions",
        "user": {"id": "U0VERA0000", "team_id": "T0PARTNER0"},
        "team": {"id": "T0PARTNER0"},
        "api_app_id": "A0EMULATOR",
        "channel": {"id": "C0PARTNERS"},
        "actions": [{"action_id": "proposal.confirm", "value": "1"}],
    }
    assert (await wire.send(urlencode({"payload": json.dumps(click)}))).status_code == 200
    assert await desk.says("does not serve this workspace", person="vera")


async def test_the_address_is_verified(wire: Wire) -> None:
    """As Slack does when it is entered on the settings page."""
    answer = await wire.send(json.dumps({"type": "url_verification", "challenge": "c1"}), JSON)
    assert "c1" in answer.text


HOSTILE: dict[str, tuple[dict[str, Any], int]] = {
    "a wrong signature": ({"body": changed(), "secret": "another"}, 401),
    "no signature": ({"body": changed(), "headers": {"X-Slack-Signature": ""}}, 401),
    "no timestamp": ({"body": changed(), "headers": {"X-Slack-Request-Timestamp": ""}}, 401),
    "a timestamp that is no number": ({"body": changed(), "headers": {"X-Slack-Request-Timestamp": "soon"}}, 401),
    "a timestamp with a sign": ({"body": changed(), "headers": {"X-Slack-Request-Timestamp": "-1"}}, 401),
    "a timestamp that is too large": ({"body": changed(), "headers": {"X-Slack-Request-Timestamp": "9" * 400}}, 401),
    "a timestamp that is too old": ({"body": changed(), "late": 301}, 401),
    "a timestamp of the future": ({"body": changed(), "late": -301}, 401),
    "broken JSON": ({"body": '{"type": ', "kind": JSON}, 400),
    "broken JSON, unsigned": ({"body": '{"type": ', "kind": JSON, "secret": "another"}, 401),
    "a payload of broken JSON": ({"body": "payload=%7B"}, 400),
    "JSON that nests without end": ({"body": "[" * 100_000, "kind": JSON}, 400),
    "JSON that is a list": ({"body": "[]", "kind": JSON}, 400),
    "JSON that is a number": ({"body": "payload=7"}, 400),
    "bytes that are no text": ({"body": b"\xff\xfe", "kind": FORM}, 400),
    "a form of a thousand fields": ({"body": "&".join(f"f{n}=1" for n in range(1000))}, 400),
    "authorizations that are no objects": (
        {"body": '{"authorizations": [1], "team_id": "T0EMULATOR"}', "kind": JSON},
        400,
    ),
    "a view without a type": (
        {
            "body": urlencode(
                {
                    "payload": json.dumps(
                        {"type": "view_submission", "team": {"id": "T0EMULATOR"}, "view": {"callback_id": "x"}}
                    )
                }
            )
        },
        400,
    ),
    "a body that is too long": ({"body": "text=" + "x" * MOST_BYTES}, 413),
    "another content type": ({"body": changed(), "kind": "text/plain"}, 415),
    "no content type": ({"body": changed(), "kind": ""}, 415),
    "a foreign workspace": ({"body": changed(team_id="T0PARTNER0")}, 403),
    "no workspace at all": ({"body": "text=help"}, 403),
}


@pytest.mark.parametrize(("request_", "status"), HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_request_that_is_not_to_be_trusted_is_turned_away(
    wire: Wire, loud: Callable[[], str], request_: dict[str, Any], status: int
) -> None:
    """With a status and a reason, no traceback, and nothing of it in the log."""
    answer = await wire.send(**request_)
    assert answer.status_code == status
    logged = loud()
    assert "turned away" in logged
    for part in ("Traceback", "v0=", "a-trigger", "a-response-url", "U0ADA00000", "xoxb-", "org list"):
        assert part not in logged + answer.text


async def test_the_edges_of_the_window_are_inside(wire: Wire) -> None:
    """Five minutes both ways."""
    assert (await wire.send(changed(), late=299)).status_code == 200
    assert (await wire.send(changed(), late=-299)).status_code == 200


async def test_the_same_signed_request_is_answered_once(wire: Wire) -> None:
    """Whoever recorded it cannot send it again, however long it would still be believed."""
    assert (await wire.send(changed())).status_code == 200
    assert (await wire.send(changed())).status_code == 409
    wire.clock.advance(299)
    assert (await wire.send(changed(), late=299)).status_code == 409


async def test_a_body_in_pieces_is_read_to_its_limit(wire: Wire) -> None:
    """A length that is not told is counted."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    answer = await wire.client.post("/slack/events", content=pieces(), headers={"Content-Type": FORM})
    assert answer.status_code == 413


async def test_another_method_is_refused(wire: Wire) -> None:
    """Slack sends POST alone."""
    assert (await wire.client.get("/slack/events")).status_code == 405


async def test_nothing_is_taken_before_slack_was_asked(surroundings: "Surroundings") -> None:
    """A load balancer may be early."""
    clock = ManualClock()
    async with surroundings.toolbox(clock) as toolbox:
        events = SlackEvents(toolbox, clock, surroundings.config())
        async with httpx.AsyncClient(transport=httpx.ASGITransport(events), base_url="http://bot") as client:
            assert (await client.post("/slack/events", content=b"")).status_code == 503
        assert await events.drain(1)
        await events.aclose()
