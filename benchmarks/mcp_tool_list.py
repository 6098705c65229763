"""How many bytes an assistant's program gets as the answer to `tools/list`, in both protocol eras.

The whole message as it stands on standard output: four tools with their descriptions, arguments and results.
Run: python benchmarks/mcp_tool_list.py
"""

import json
import os
import sys
import tempfile
from collections.abc import Mapping

from support.stdio import HELLO, Served, served

AIM = 8_000
_META = "io.modelcontextprotocol/"
ENVELOPE: Mapping[str, object] = {
    f"{_META}protocolVersion": "2026-07-28",
    f"{_META}clientInfo": HELLO["clientInfo"],
    f"{_META}clientCapabilities": {},
}


def with_handshake(server: Served) -> bytes:
    """The list, after the handshake."""
    server.shake_hands()
    return server.ask("tools/list")


def without_handshake(server: Served) -> bytes:
    """The list, as the newest protocol version asks for it."""
    return server.ask("tools/list", {"_meta": ENVELOPE})


def main() -> None:
    """Print and claim the sizes."""
    for era, listed in (("2025-06-18", with_handshake), ("2026-07-28", without_handshake)):
        with (
            tempfile.TemporaryDirectory() as folder,
            served([sys.executable, "-m", "swr_bot", "mcp"], {"PATH": os.environ["PATH"], "HOME": folder}) as server,
        ):
            answer = listed(server).strip()
        tools = json.loads(answer)["result"]["tools"]
        print(f"bytes of tools/list at {era}: {len(answer)} (aim: at most {AIM}), {len(tools)} tools")
        assert len(answer) <= AIM


if __name__ == "__main__":
    main()
