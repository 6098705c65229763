"""Long lists, page by page."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faces.conftest import Emulator
    from tests.faces.slack.conftest import Bot, Desk, Surroundings

_SEED = """
[[accounts]]
access_key = "EMULATOR0ACCESS0KEY1"
secret_key = "emulator-secret-key-which-opens-nothing1"
project_id = "e0e0e0e0e0e0e0e0e0e0e0e0e0e00001"
domain_id = "e0e0e0e0e0e0e0e0e0e0e0e0e0e00d01"
domain_name = "emulator"
user_id = "e0e0e0e0e0e0e0e0e0e0e0e0e0e00a01"
user_name = "emulator-user"
password = "emulator-password"
"""
Start = Callable[["Surroundings"], Awaitable["Bot"]]


async def test_pages_turn_in_place(
    desk: "Desk",
    surroundings: "Surroundings",
    start_bot: Start,
    start_emulator: Callable[..., "Emulator"],
    tmp_path: Path,
) -> None:
    """The asker's list for the asker, a shared one for everybody who sees it."""
    names = "".join(f'\n[[organizations]]\nname = "team{n:02d}"\n' for n in range(45))
    (tmp_path / "seed.toml").write_text(_SEED + names, encoding="utf-8")
    swr = start_emulator("--seed", str(tmp_path / "seed.toml"))
    await start_bot(replace(surroundings, swr=swr))
    for person, flag in (("ada", ""), ("grace", " --share")):
        await desk.type(f"org list team{flag}", person=person)
        first = await desk.says("Page 1 of 3.", person=person)
        await desk.click("Next", person=person)
        second = await desk.says("Page 2 of 3.", person=person)
        assert second["ts"] == first["ts"]
        assert "team20" in str(second["blocks"])
        assert second["ephemeral"] == (person == "ada")
        await desk.click("Previous", person=person)
        assert (await desk.says("Page 1 of 3.", person=person))["ts"] == first["ts"]
    assert any("Page 1 of 3." in text for text in await desk.messages("joan"))
