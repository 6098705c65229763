"""Completion of organization and repository names, from SWR, without asking it at each key."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import cast

from mcp.server.mcpserver import MCPServer
from mcp_types import (
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    ResourceTemplateReference,
)

from swr_bot.mcp_server.admission import admitted
from swr_bot.mcp_server.face import Face
from swr_bot.mcp_server.prompts import SET_UP_SERVICE
from swr_bot.mcp_server.resources import ORGANIZATION, REPOSITORY
from swr_tools.actor import Actor
from swr_tools.errors import NameInvalid, SwrError
from swr_tools.models import OrganizationList
from swr_tools.names import ExistingOrganizationName, ExistingRepositoryName
from swr_tools.operations import GetRepositoryInfo, ListOrganizations

MOST_VALUES = 100
PATIENCE = 2.0
KEPT_SECONDS = 30.0
MOST_KEPT = 64

Names = Sequence[str]
Reference = PromptReference | ResourceTemplateReference


def register(server: MCPServer, face: Face) -> None:
    """Answer `completion/complete` for the resource templates and the prompt."""
    names = _Names(face)

    @server.completion()
    async def complete(ref: Reference, argument: CompletionArgument, context: CompletionContext | None) -> Completion:
        about = ref.uri if isinstance(ref, ResourceTemplateReference) else ref.name
        chosen = (context.arguments if context else None) or {}
        if argument.name == "organization" and about in (ORGANIZATION, REPOSITORY, SET_UP_SERVICE):
            return _matching(argument.value, await names.organizations())
        if argument.name == "repository" and about == REPOSITORY:
            return _matching(argument.value, await names.repositories(chosen.get("organization", "")))
        return _matching("", ())


class _Names:
    """The names in SWR, each list kept for a while; none where SWR fails or takes too long.

    What failed is kept too: wrong keys that are tried at each letter somebody types would soon be locked.
    """

    def __init__(self, face: Face) -> None:
        self._face = face
        self._kept: dict[str, tuple[float, Names]] = {}

    async def organizations(self) -> Names:
        """The organizations that this account sees, sorted."""
        return await self._known("", ListOrganizations.name, self._list_organizations)

    async def repositories(self, organization: str) -> Names:
        """The repositories of that organization, sorted."""
        try:
            name = ExistingOrganizationName.parse(organization)
        except NameInvalid:
            return ()
        return await self._known(name, GetRepositoryInfo.name, lambda _actor: self._list_repositories(name))

    async def _known(self, key: str, operation: str, fetch: Callable[[Actor], Awaitable[Names]]) -> Names:
        if operation not in self._face.caller().operations:
            return ()
        kept = self._kept.get(key)
        if kept is None or self._face.clock.monotonic() >= kept[0]:
            try:
                actor = admitted(self._face, operation).actor
            except SwrError:  # this caller asks too often; another one may not
                return ()
            kept = self._keep(key, await self._fetched(fetch(actor)))
        return kept[1]

    def _keep(self, key: str, names: Names) -> tuple[float, Names]:
        self._kept.pop(key, None)
        while len(self._kept) >= MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        kept = self._kept[key] = (self._face.clock.monotonic() + KEPT_SECONDS, names)
        return kept

    async def _fetched(self, names: Awaitable[Names]) -> Names:
        with self._face.in_flight.call():
            try:
                async with asyncio.timeout(PATIENCE):
                    return await names
            except (SwrError, TimeoutError):
                return ()

    async def _list_organizations(self, actor: Actor) -> Names:
        found = cast("OrganizationList", await self._face.toolbox.call(ListOrganizations.name, {}, actor))
        return _usable((record.name for record in found.organizations), ExistingOrganizationName.parse)

    async def _list_repositories(self, organization: ExistingOrganizationName) -> Names:
        found = await self._face.toolbox.cloud.client().list_repositories(organization)
        return _usable((record.name for record in found), ExistingRepositoryName.parse)


def _usable(names: Iterable[str], parse: Callable[[str], str]) -> Names:
    """The names that the resources would take, sorted; SWR may show others."""
    return sorted(name for name in names if _parses(name, parse))


def _parses(name: str, parse: Callable[[str], str]) -> bool:
    try:
        parse(name)
    except NameInvalid:
        return False
    return True


def _matching(typed: str, names: Names) -> Completion:
    """The names that begin with what was typed, then those that hold it elsewhere."""
    wanted = typed.strip().lower()
    beginning = [name for name in names if name.startswith(wanted)]
    elsewhere = [name for name in names if wanted in name and not name.startswith(wanted)]
    found = beginning + elsewhere
    return Completion(values=found[:MOST_VALUES], total=len(found), has_more=len(found) > MOST_VALUES)
