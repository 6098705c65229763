"""CATALOG: the operations there are. Every face, the grammar and the documentation are derived from it."""

from swr_tools.operations.create_organization import CreateOrganization
from swr_tools.operations.create_repository import CreateRepository
from swr_tools.operations.get_repository_info import GetRepositoryInfo
from swr_tools.operations.list_organizations import ListOrganizations
from swr_tools.operations.operation import Command, CreateOperation, Effect, Fact, Operation, ReadOperation

CATALOG: tuple[type[CreateOperation] | type[ReadOperation], ...] = (
    CreateOrganization,
    ListOrganizations,
    CreateRepository,
    GetRepositoryInfo,
)

__all__ = [
    "CATALOG",
    "Command",
    "CreateOperation",
    "Effect",
    "Fact",
    "Operation",
    "ReadOperation",
]
