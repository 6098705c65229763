"""The settings of the HTTP server."""

from pathlib import Path

import pytest

from swr_bot.bootstrap.mcp_stdio import request_state
from swr_bot.settings import Settings, load_settings
from swr_bot.web.addresses import is_loopback, is_private_url
from swr_bot.web.auth import authentication
from swr_tools.clock import SystemClock
from swr_tools.errors import SettingsInvalid

SECRET = "a-secret-of-thirty-two-characters"


def _refused(**variables: str) -> str:
    with pytest.raises(SettingsInvalid) as refused:
        load_settings({f"SWR_BOT_{name.upper()}": value for name, value in variables.items()})
    return str(refused.value)


def _read(**variables: str) -> Settings:
    return load_settings({f"SWR_BOT_{name.upper()}": value for name, value in variables.items()})


def test_lists_are_words_with_commas_between_them(tmp_path: Path) -> None:
    """In the file they may be lists, too."""
    read = _read(allowed_hosts="A.example.com, b:9000 ,[::1]:*", allowed_origins="https://App.example.com/,")
    (tmp_path / "config.toml").write_text('allowed_hosts = ["a.example.com", "b:9000"]')

    assert read.allowed_hosts == ("a.example.com", "b:9000", "[::1]:*")
    assert read.allowed_origins == ("https://app.example.com",)
    assert load_settings({"SWR_BOT_CONFIG": f"{tmp_path}/config.toml"}).allowed_hosts == ("a.example.com", "b:9000")


@pytest.mark.parametrize(
    "host", ["*", "https://a.example.com", "a b", "a/b", "a:x", "::1", "a,\u00e4", "-a", "*.example.com"]
)
def test_a_host_is_a_name_and_perhaps_a_port(host: str) -> None:
    """Nothing stands for every name."""
    assert "it must be host names with commas between them" in _refused(allowed_hosts=host)


@pytest.mark.parametrize("origin", ["*", "null", "a.example.com", "ftp://a.example.com", "https://a.example.com/path"])
def test_an_origin_is_a_scheme_and_a_host(origin: str) -> None:
    """Nothing stands for every page."""
    assert "it must be origins such as" in _refused(allowed_origins=origin)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("swr-bot.example.com", "it must be a URL such as"),
        ("ftp://swr-bot.example.com", "it must be a URL such as"),
        ("https://", "it must be a URL such as"),
        ("https://user:pw@swr-bot.example.com", "it must be a URL such as"),
        ("https://a:99999/", "SWR_BOT_PUBLIC_URL"),
        ("https://[::1", "SWR_BOT_PUBLIC_URL"),
        ("http://swr-bot.example.com/mcp", "it must begin with https://"),
        ("http://127.0.0.1.evil.com/mcp", "it must begin with https://"),
        ("http://localhost.evil.com/mcp", "it must begin with https://"),
        ("https://a.example.com/mcp?x=1", "without a space, a question mark"),
        ("https://a.example.com/mcp#x", "without a space, a question mark"),
        ("https://a.example.com/m cp", "without a space, a question mark"),
    ],
)
def test_a_url_is_one_on_which_nobody_can_listen(url: str, said: str) -> None:
    """Https, or plain http that stays on this machine."""
    assert said in _refused(public_url=url)


@pytest.mark.parametrize(
    "url", ["https://a.example.com/mcp", "http://127.0.0.1:8970/mcp", "http://[::1]:1/mcp", "https://a"]
)
def test_a_url_of_this_machine_may_be_plain(url: str) -> None:
    """Nothing is altered in it: an audience is compared letter by letter."""
    assert _read(public_url=url).public_url == url


def test_the_keys_that_seal_state_are_never_shown() -> None:
    """Neither in an error nor where settings are printed."""
    told = _refused(request_state_keys=f"{SECRET},short-secret")
    read = _read(request_state_keys=f"{SECRET}, {SECRET[::-1]}")

    assert told == "SWR_BOT_REQUEST_STATE_KEYS is not shown here; each key must have 32 characters or more."
    assert read.request_state_keys == (SECRET, SECRET[::-1])
    assert "secret" not in repr(read)


def test_a_key_stands_in_the_list_once() -> None:
    """Two that are the same are a slip: the rotation would end with nothing."""
    told = _refused(request_state_keys=f"{SECRET},{SECRET}")

    assert told == "SWR_BOT_REQUEST_STATE_KEYS is not shown here; no key may stand in it twice."


@pytest.mark.parametrize("keys", ["", SECRET])
def test_an_answer_counts_as_long_as_its_question_says(keys: str) -> None:
    """What a client of 2026-07-28 carries between the two ends with the request, not before it."""
    sealed = request_state(_read(request_state_keys=keys, proposal_ttl="3600"))

    assert sealed.ttl == 3600


@pytest.mark.parametrize("rate", ["-1", "x", "100001", "nan"])
def test_a_rate_is_a_number(rate: str) -> None:
    """0 switches the limit off."""
    assert "it must be a number from 0 to 100000" in _refused(rate_limit=rate)
    assert _read(rate_limit="0").rate_limit == 0


def test_the_token_file_is_in_the_state_folder_unless_said(tmp_path: Path) -> None:
    """Two servers with one folder share it."""
    assert str(_read(state_dir=str(tmp_path)).tokens) == f"{tmp_path}/tokens.json"
    assert (
        str(_read(state_dir=str(tmp_path), token_file="/etc/swr-bot/tokens.json").tokens) == "/etc/swr-bot/tokens.json"
    )


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("LocalHost", True),
        ("0.0.0.0", False),  # noqa: S104 - that it is not loopback is the subject
        ("::", False),
        ("", False),
        ("192.0.2.1", False),
        ("localhost.example.com", False),
        ("my-laptop", False),
    ],
)
def test_what_only_this_machine_reaches_is_loopback(host: str, loopback: bool) -> None:
    """A name that could mean anything is not."""
    assert is_loopback(host) is loopback


@pytest.mark.parametrize(
    ("url", "private"),
    [
        ("https://a.example.com/keys", True),
        ("http://localhost:1/keys", True),
        ("http://a.example.com/keys", False),
        ("https:///keys", False),
        ("file:///etc/passwd", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_keys_are_fetched_only_where_nobody_can_change_them_on_the_way(url: str, private: bool) -> None:
    """Https, or this machine."""
    assert is_private_url(url) is private


def test_a_token_file_that_is_there_is_used_on_loopback_too(tmp_path: Path) -> None:
    """Whoever made a token wants to know who asks."""
    settings = _read(state_dir=str(tmp_path))
    before = authentication(settings, "127.0.0.1", SystemClock()).needed
    settings.tokens.write_text('{"tokens": []}')

    assert (before, authentication(settings, "127.0.0.1", SystemClock()).needed) == (False, True)
