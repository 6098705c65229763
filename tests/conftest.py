"""What every test stands on: a clean environment, and no way to any address but this machine's."""

import os

import pytest

_PREFIXES = ("SWR_BOT_", "HUAWEICLOUD_", "HW_", "OS_", "SLACK_")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting, key or proxy of the person who runs the tests reaches them."""
    for name in os.environ:
        if name.startswith(_PREFIXES) or name.upper() in _PROXIES:
            monkeypatch.delenv(name)
