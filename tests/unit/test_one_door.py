"""There is one way to a create, and it goes through the gate."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CREATES = re.compile(r"\.(?:create_organization|create_repository)\(")


def test_nothing_but_the_operations_asks_the_cloud_to_create() -> None:
    """Faces hold the cloud for look-ups; none of them, nor the gate itself, sends the request that creates."""
    files = [*(ROOT / "swr_bot").rglob("*.py"), *(ROOT / "tools").rglob("*.py")]
    found = {str(file.relative_to(ROOT)) for file in files if CREATES.search(file.read_text(encoding="utf-8"))}

    assert {name for name in found if "emulators" not in name} == {
        "tools/swr_tools/operations/create_organization.py",
        "tools/swr_tools/operations/create_repository.py",
    }
