"""The official conformance suite, for both requirement sets, on `swr-bot serve` and on the same with fixtures added.

What cannot pass stands in the baseline files with its reason; an entry that passes after all is an error too.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.interop.conftest import Tools

HERE = Path(__file__).parent
SUITE = "node_modules/@modelcontextprotocol/conformance/dist/index.js"
REVISIONS = ("2025-11-25", "2026-07-28")


def conforms(tools: "Tools", url: str, revision: str, baseline: Path) -> None:
    """Run exactly what the revision requires; the suite compares with the baseline itself."""
    wanted = ["--url", url, "--requirements", revision, "--expected-failures", baseline]
    ran = tools.node(SUITE, "server", *wanted)

    assert ran.returncode == 0, ran.stdout[ran.stdout.find("=== SUMMARY") :] + ran.stderr


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_server_itself_conforms_as_far_as_the_suite_can_tell(tools: "Tools", served: str, revision: str) -> None:
    """Transport, sessions, headers, listings, caching and errors; what calls the suite's own tools is excused."""
    conforms(tools, served, revision, HERE / f"conformance-{revision}.yml")


@pytest.mark.parametrize("revision", REVISIONS)
def test_with_the_tools_of_the_suite_nothing_but_what_we_leave_out_is_missing(
    tools: "Tools", furnished: str, revision: str
) -> None:
    """Content of every kind, questions in both eras, sealed state, progress: through our own server and wiring."""
    conforms(tools, furnished, revision, HERE / f"conformance-{revision}-furnished.yml")
