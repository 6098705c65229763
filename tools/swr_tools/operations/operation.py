"""What an operation is: its arguments as fields, its effect as its base class, the rest as class constants.

Operations are plain dataclasses, so that a look-up at the terminal starts without loading pydantic;
`schema.py` lets pydantic publish them.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from swr_tools.models import Record, plain

if TYPE_CHECKING:
    from swr_tools.cloud.connection import SwrCloud


class Effect(StrEnum):
    """What calling an operation can do to the cloud."""

    READ = "read"
    CREATE = "create"


@dataclass(frozen=True, slots=True)
class Command:
    """How people type an operation, in Slack after `/swr` and in the terminal after `swr-bot`.

    Attributes:
        words: The command itself: `repo create`.
        target: The fields that the one positional word fills; with two, it is split at its first slash.
        label: How the help shows that word: `ORG/NAME`, in brackets where it may be left out.
        examples: Whole command lines that work, without the program's name.
    """

    words: str
    target: tuple[str, ...]
    label: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a confirmation: what will be sent, in words.

    Attributes:
        label: What it is: `Visibility`.
        value: Plain text.
        loud: Whether it is worth a second look.
    """

    label: str
    value: str
    loud: bool = False


class Operation(ABC):
    """One thing that can be done; a subclass is a frozen dataclass, an instance of it one call.

    Each field is an argument, declared with `arguments.argument`.

    Class constants every operation sets:
        name: In kebab-case; what MCP, the policy and the journal call it.
        summary: One sentence for help, documentation and tool descriptions.
        guidance: For assistants: when to use it and when another, in a sentence or two; may be empty.
        command: How people type it.
        result: The record it returns.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    guidance: ClassVar[str] = ""
    effect: ClassVar[Effect]
    command: ClassVar[Command]
    result: ClassVar[type[Record]]

    __dataclass_fields__: ClassVar[dict[str, Any]]

    def canonical(self) -> Mapping[str, object]:
        """The arguments as JSON values; the same call always gives the same."""
        return {field.name: plain(getattr(self, field.name)) for field in fields(self)}


class ReadOperation(Operation):
    """An operation that only reads; it runs when it is called."""

    effect: ClassVar[Effect] = Effect.READ

    @abstractmethod
    async def run(self, cloud: "SwrCloud") -> Record:
        """Ask SWR and return the typed result.

        Raises:
            SwrError: Whatever SWR answered instead.
        """


class CreateOperation(Operation):
    """An operation that creates; it runs only in the gate, after a confirmation.

    Class constants it sets besides:
        noun: What it creates, in a word: `repository`.
    """

    effect: ClassVar[Effect] = Effect.CREATE
    noun: ClassVar[str]

    @property
    @abstractmethod
    def subject(self) -> str:
        """What will be there afterwards, as people name it: `payments/api`."""

    @property
    @abstractmethod
    def target_organization(self) -> str:
        """The organization that the policy's rules are about."""

    @property
    def makes_public(self) -> bool:
        """Whether anybody could pull what this creates; the policy must allow that."""
        return False

    @abstractmethod
    def facts(self) -> Sequence[Fact]:
        """Every value that will be sent, for the confirmation."""

    @abstractmethod
    async def check(self, cloud: "SwrCloud") -> None:
        """Ask SWR whether this could work, before anybody is asked to confirm.

        Raises:
            NameTaken: It exists already.
            OrganizationMissing: The organization it needs is not there.
            SwrError: SWR could not be asked.
        """

    @abstractmethod
    async def send(self, cloud: "SwrCloud") -> None:
        """Send the one request that creates; only the gate calls this.

        Raises:
            SwrError: Its class says whether the request may have taken effect.
        """

    @abstractmethod
    async def read_back(self, cloud: "SwrCloud") -> Record | None:
        """Read what was created, never from a request that was already under way; None where it is not there.

        Raises:
            SwrError: SWR could not be asked.
        """

    @abstractmethod
    def matches(self, record: Record) -> bool:
        """Whether what `read_back` found is what was asked for; another one was made by somebody else."""
