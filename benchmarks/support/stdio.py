"""An MCP client by hand on a process's standard input and output, cheap enough not to be what is measured."""

import json
import os
import subprocess
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

HELLO: Mapping[str, object] = {
    "protocolVersion": "2025-06-18",
    "capabilities": {"elicitation": {}},
    "clientInfo": {"name": "benchmark", "version": "1"},
}


def message(method: str, params: Mapping[str, object] | None = None, number: int | None = None) -> bytes:
    """One JSON-RPC message; without a number it is a notification."""
    numbered = {} if number is None else {"id": number}
    told = {} if params is None else {"params": params}
    return json.dumps({"jsonrpc": "2.0", **numbered, "method": method, **told}).encode()


class Served:
    """A server process and its two pipes."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    def ask(self, method: str, params: Mapping[str, object] | None = None) -> bytes:
        """Send a request and return the line that answers it."""
        self._write(message(method, params, 1))
        assert self._process.stdout
        answer = self._process.stdout.readline()
        assert b'"error"' not in answer[:60], answer
        return answer

    def shake_hands(self) -> None:
        """Begin, at 2025-06-18."""
        self.ask("initialize", HELLO)
        self._write(message("notifications/initialized"))

    @property
    def resident(self) -> float:
        """Its resident memory now, in MiB; only Linux says so."""
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def _write(self, line: bytes) -> None:
        assert self._process.stdin
        self._process.stdin.write(line + b"\n")
        self._process.stdin.flush()


@contextmanager
def served(command: Sequence[str], environ: Mapping[str, str]) -> Generator[Served]:
    """Start a server; closing its input ends it."""
    process = subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with process:
        yield Served(process)
        assert process.stdin
        process.stdin.close()
        assert process.wait() == 0
