"""The SWR management API over HTTP: one asynchronous client, its credentials and its errors."""

import sys
from typing import Any, cast

# httpx imports its own command line, and with it click, rich and pygments, wherever those happen to be installed:
# 50 ms or more of every start. None makes that import fail at once, which httpx expects and handles.
cast("dict[str, Any]", sys.modules).setdefault("httpx._main", None)
