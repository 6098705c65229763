"""Somebody at a desk: the admin side from Python, for tests and trials."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

Json = dict[str, Any]
"""An answer of the emulator, to be taken apart by whoever asked."""

_PATIENCE = 10.0


class DeskError(Exception):
    """The emulator refused what a test asked for; the message says why."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What people do in a workspace, and what they then see.

    Attributes:
        announcement: the line that the emulator prints at its start.
        session: the caller's own, which the caller closes.
    """

    announcement: Mapping[str, str]
    session: aiohttp.ClientSession

    @property
    def url(self) -> str:
        """The workspace's address."""
        return self.announcement["api_url"].removesuffix("/api/")

    async def ask(self, method: str, path: str, content: object = None) -> tuple[int, Any]:
        """Any admin request: its status, and its JSON if there is any."""
        async with self.session.request(method, f"{self.url}/_emulator/{path}", json=content) as response:
            return response.status, await response.json() if response.status != 204 else None

    async def get(self, path: str) -> Any:  # noqa: ANN401 - JSON, as ``ask`` has it
        """The JSON at an admin path.

        Raises:
            DeskError: there is none.
        """
        return await self._must("GET", path, None)

    async def do(self, person: str, deed: str, **body: object) -> Json:
        """Something a person does.

        Raises:
            DeskError: it makes no sense, or no person could do it.
        """
        return await self._must("POST", f"people/{person}/{deed}", body)

    async def cannot(self, person: str, deed: str, **body: object) -> str:
        """Something a person cannot do, and what the emulator says of it.

        Raises:
            DeskError: they can.
        """
        status, answer = await self.ask("POST", f"people/{person}/{deed}", body)
        if status != 409:
            raise DeskError(f"{status}: {answer}")
        return str(answer["error"])

    async def screen(self, person: str = "ada") -> Json:
        """What somebody sees."""
        return await self.get(f"people/{person}/screen")

    async def channel(self, name: str, person: str = "ada") -> list[Json]:
        """The messages that somebody sees in one channel, oldest first."""
        channels: list[Json] = (await self.screen(person))["channels"]
        return next(each["messages"] for each in channels if name in (each["name"], each["id"]))

    async def until(self, condition: Callable[[Json], bool], person: str = "ada") -> Json:
        """What somebody sees as soon as a condition holds; ``TimeoutError`` after ten seconds."""
        shown = await self.screen(person)
        async with asyncio.timeout(_PATIENCE):
            while not condition(shown):
                shown = await self.get(f"people/{person}/screen?after={shown['version']}&timeout={_PATIENCE}")
        return shown

    async def says(self, text: str, person: str = "ada") -> Json:
        """The newest message with a text, as soon as somebody sees it."""

        def found(shown: Json) -> list[Json]:
            return [each for channel in shown["channels"] for each in channel["messages"] if text in each["plain"]]

        return found(await self.until(lambda shown: bool(found(shown)), person))[-1]

    async def connected(self, count: int = 1) -> list[Json]:
        """The app's connections, as soon as there are so many; ``TimeoutError`` after ten seconds."""
        shown: Json = await self.get("sockets")
        async with asyncio.timeout(_PATIENCE):
            while len(shown["connections"]) != count:
                shown = await self.get(f"sockets?after={shown['version']}")
        return shown["connections"]

    async def faults(self, *faults: Mapping[str, object]) -> None:
        """Orders these faults and no others."""
        await self._must("PUT", "faults", list(faults))

    async def turn_clock(self, seconds: float) -> None:
        """Moves the workspace's clock on."""
        await self._must("POST", "clock", {"advance_seconds": seconds})

    async def refused(self) -> list[Json]:
        """The app's calls and answers that Slack refused."""
        return (await self.get("requests"))["refused"]

    async def _must(self, method: str, path: str, content: object) -> Any:  # noqa: ANN401 - JSON, as ``ask`` has it
        status, answer = await self.ask(method, path, content)
        if status >= 400:
            raise DeskError(f"{status}: {answer}")
        return answer
