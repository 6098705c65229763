"""Completion of organization and repository names, from SWR, without asking it at each key."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TypeVar

from mcp.server.mcpserver import MCPServer
from mcp_types import (
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    ResourceTemplateReference,
)

from swr_bot.mcp_server.face import Face
from swr_bot.mcp_server.prompts import SET_UP_SERVICE
from swr_bot.mcp_server.reading import admitted
from swr_bot.mcp_server.resources import ORGANIZATION, REPOSITORY
from swr_tools.errors import NameInvalid, SwrError
from swr_tools.names import ExistingOrganizationName, ExistingRepositoryName
from swr_tools.operations import GetRepositoryInfo, ListOrganizations

T = TypeVar("T")

MOST_VALUES = 100
PATIENCE = 2.0
KEPT_SECONDS = 30.0
MOST_KEPT = 64

_NOTHING = Completion(values=[], total=0, has_more=False)


def register(server: MCPServer, face: Face) -> None:
    """Answer `completion/complete` for the resource templates and the prompt."""
    names = _Names(face)

    @server.completion()
    async def complete(
        ref: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        context: CompletionContext | None,
    ) -> Completion:
        chosen = (context and context.arguments) or {}
        if argument.name == "organization" and _takes_organization(ref):
            return _matching(argument.value, await names.organizations())
        if argument.name == "repository" and _refers(ref) == REPOSITORY:
            return _matching(argument.value, await names.repositories(chosen.get("organization", "")))
        return _NOTHING


class _Names:
    """The names in SWR, each list remembered for a while; nothing where SWR fails or takes too long.

    Failures are remembered too: wrong keys asked with at each key that is typed would soon be locked.
    """

    def __init__(self, face: Face) -> None:
        self._face = face
        self._kept: dict[str, tuple[float, Sequence[str]]] = {}

    async def organizations(self) -> Sequence[str]:
        """The organizations that this account sees, sorted."""
        if ListOrganizations.name not in self._face.caller().operations:
            return ()
        return self._remembered("") or await self._asked("", self._list_organizations())

    async def repositories(self, organization: str) -> Sequence[str]:
        """The repositories of that organization, sorted."""
        if GetRepositoryInfo.name not in self._face.caller().operations:
            return ()
        try:
            name = ExistingOrganizationName.parse(organization)
        except NameInvalid:
            return ()
        return await self._asked(name, self._list_repositories(name))
