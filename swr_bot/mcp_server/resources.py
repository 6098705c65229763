"""What exists in SWR, as resources: the organizations, one of them with its repositories, one repository."""

import json
import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import cast

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError

from swr_bot.mcp_server.admission import admitted
from swr_bot.mcp_server.face import Face
from swr_bot.mcp_server.results import compact, told
from swr_tools.errors import NameInvalid, NotFound, SwrError
from swr_tools.models import OrganizationList, Record, RepositoryInfo, plain
from swr_tools.names import ExistingOrganizationName, ExistingRepositoryName
from swr_tools.operations import GetRepositoryInfo, ListOrganizations

ORGANIZATIONS = "swr://organizations"
ORGANIZATION = "swr://organizations/{organization}"
REPOSITORY = "swr://organizations/{organization}/repositories/{repository}"
MOST_ORGANIZATIONS = 200
MOST_REPOSITORIES = 100

_JSON = "application/json"
_IN_AN_ORGANIZATION = re.compile(r"(swr://organizations/[^/]+/repositories/)(.+)", re.DOTALL)


def register(server: MCPServer, face: Face) -> None:
    """Add the resource and the two templates.

    A template's variable ends at a slash, so the server passes every URI through `normalized` first.
    """

    @server.resource(
        ORGANIZATIONS,
        name="organizations",
        title="Organizations",
        description=f"The SWR organizations visible to this account, by name, at most {MOST_ORGANIZATIONS}.",
        mime_type=_JSON,
    )
    async def organizations() -> str:
        with face.in_flight.call(), _failures_told():
            return _json(face, await _organizations(face))

    @server.resource(
        ORGANIZATION,
        name="organization",
        title="Organization",
        description=f"One organization and its repositories, by name, at most {MOST_REPOSITORIES}.",
        mime_type=_JSON,
    )
    async def organization(organization: str) -> str:
        with face.in_flight.call(), _failures_told():
            return _json(face, await _organization(face, organization))

    @server.resource(
        REPOSITORY,
        name="repository",
        title="Repository",
        description="One repository: pull command, size, visibility, dates. Its name may hold slashes.",
        mime_type=_JSON,
    )
    async def repository(organization: str, repository: str) -> str:
        with face.in_flight.call(), _failures_told():
            return _json(face, await _repository(face, organization, repository))


def normalized(uri: str) -> str:
    """The URI with the slashes of a repository's name percent-encoded, as the template has it; others as they are."""
    found = _IN_AN_ORGANIZATION.fullmatch(uri)
    return f"{found[1]}{found[2].replace('/', '%2F')}" if found else uri


async def _organizations(face: Face) -> Mapping[str, object]:
    caller = admitted(face, ListOrganizations.name)
    found = cast("OrganizationList", await face.toolbox.call(ListOrganizations.name, {}, caller.actor))
    shown = replace(found, organizations=found.organizations[:MOST_ORGANIZATIONS])
    return {**_plain(shown), "more": len(found.organizations) - len(shown.organizations) or None}


async def _organization(face: Face, organization: str) -> Mapping[str, object]:
    admitted(face, ListOrganizations.name, GetRepositoryInfo.name)
    name = ExistingOrganizationName.parse(organization)
    client = face.toolbox.cloud.client()
    record = await client.show_organization(name)
    repositories = sorted(await client.list_repositories(name), key=lambda repository: repository.name)
    return {
        "organization": _plain(record),
        "repositories": [_row(repository) for repository in repositories[:MOST_REPOSITORIES]],
        "total": len(repositories),
        "more": max(0, len(repositories) - MOST_REPOSITORIES) or None,
    }


async def _repository(face: Face, organization: str, repository: str) -> Mapping[str, object]:
    admitted(face, GetRepositoryInfo.name)
    where, name = ExistingOrganizationName.parse(organization), ExistingRepositoryName.parse(repository)
    # Past the operation: it reads a reference, where an organization like `my.registry.io` is another registry.
    return _plain(await face.toolbox.cloud.client().show_repository(where, name))


def _row(repository: RepositoryInfo) -> Mapping[str, object]:
    return {
        "name": repository.name,
        "public": repository.public,
        "size_bytes": repository.size_bytes,
        "images": repository.images,
    }


def _plain(record: Record) -> Mapping[str, object]:
    return cast("Mapping[str, object]", plain(record))


def _json(face: Face, document: Mapping[str, object]) -> str:
    named = {**document, "emulator": True} if face.emulator else document
    return json.dumps(compact(named), ensure_ascii=False)


@contextmanager
def _failures_told() -> Generator[None]:
    """The protocol's errors in place of ours: a wrong or unknown name is the client's, the rest is not."""
    try:
        yield
    except (NotFound, NameInvalid) as error:
        raise ResourceNotFoundError(told(error)) from None
    except SwrError as error:
        raise ResourceError(told(error)) from None
