"""Laws of the Slack workspace: nothing crashes it, and what it signs and escapes can be read back."""

import hashlib
import hmac
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.signature import SignatureVerifier

from swr_bot.emulators.slack.block_kit import check_blocks, check_options_answer, check_view
from swr_bot.emulators.slack.controls import controls, filled_at_first, with_ids
from swr_bot.emulators.slack.http_delivery import sign
from swr_bot.emulators.slack.markup import escaped, from_app, from_composer, pinged, unescaped

NAMES = [
    "type",
    "text",
    "blocks",
    "elements",
    "element",
    "accessory",
    "options",
    "option_groups",
    "confirm",
    "value",
    "action_id",
    "block_id",
    "title",
    "rows",
    "fields",
    "label",
    "child_blocks",
    "actions",
    "initial_option",
    "style",
    "submit",
    "min_length",
    "max_length",
]
KINDS = [
    "section",
    "actions",
    "input",
    "button",
    "static_select",
    "plain_text",
    "mrkdwn",
    "rich_text",
    "table",
    "card",
    "container",
    "carousel",
    "modal",
    "home",
    "markdown",
    "plain_text_input",
    "number_input",
    "checkboxes",
    "overflow",
    "data_table",
    "rich_text_section",
]
Json = dict[str, Any]
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(KINDS) | st.text()
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner, max_size=5),
    max_leaves=30,
)


@given(ANYTHING)
def test_no_json_makes_the_checks_fail(content: object) -> None:
    """Whatever an app sends, the answer is a list of faults."""
    for messages in (
        check_blocks(content),
        check_blocks([content]),
        check_view(content, "modal"),
        check_view(content, "home"),
        check_options_answer(content),
    ):
        assert all("[json-pointer:" in each for each in messages)


@given(ANYTHING, st.text())
def test_what_passes_the_checks_can_be_shown(content: Json, text: str) -> None:
    """Ids, values and pings of any accepted message can be worked out."""
    if check_blocks([content]) == []:
        blocks = with_ids([content], "1.000001")
        assert all(block["block_id"] for block in blocks)
        filled_at_first(blocks)
        assert all(element.get("action_id") for _, element in controls(blocks))
    pinged(text, content)


@given(st.text(), st.integers(min_value=0))
def test_signatures_are_those_that_the_official_client_accepts(body: str, seconds: int) -> None:
    """HMAC-SHA256 over version, timestamp and body."""
    timestamp, secret = str(seconds), "5ec2e7"
    made = sign(body.encode(), timestamp, secret)
    assert made == SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body.encode())
    content = f"v0:{timestamp}:".encode() + body.encode()
    assert made == "v0=" + hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


@given(st.text())
def test_what_somebody_types_is_read_as_it_was_typed(typed: str) -> None:
    """Entities come off again, and nothing typed is left that could be a mark."""
    assert unescaped(escaped(typed)) == typed
    assert "<" not in escaped(typed)
    assert pinged(escaped(typed), []) == ()
    if "@" not in typed and "://" not in typed:
        assert unescaped(from_composer(typed, {})) == typed


@given(st.text(alphabet=st.sampled_from("<>&!@#|;abU0/ ")))
def test_an_apps_text_is_stored_in_one_form(sent: str) -> None:
    """Storing it again changes nothing, and what an app escaped stays escaped."""
    stored = from_app(sent)
    assert from_app(stored) == stored
    assert unescaped(from_app(escaped(sent))) == sent
    json.dumps(stored)
