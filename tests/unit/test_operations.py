"""What every operation of the catalogue has, and what a further one would cost."""

import inspect
import json
import os
from collections.abc import Sequence
from dataclasses import FrozenInstanceError, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pytest

from swr_bot.grammar import operation_commands, parse
from swr_tools.models import Organization, Record, RepositoryInfo, record_of
from swr_tools.names import OrganizationName, RepositoryName
from swr_tools.operations import CATALOG, Command, CreateOperation, Effect, Fact, Operation, ReadOperation
from swr_tools.operations.arguments import argument, named, parse_arguments, truth
from swr_tools.operations.create_organization import CreateOrganization
from swr_tools.operations.create_repository import CreateRepository
from swr_tools.operations.schema import json_schema

if TYPE_CHECKING:
    from swr_tools.cloud.connection import SwrCloud

SNAPSHOTS = Path(__file__).parent.parent / "snapshots" / "schema"
ACCEPT = "UPDATE_SNAPSHOTS=1 pytest tests/unit/test_operations.py"
EXAMPLES: dict[str, dict[str, object]] = {
    "create-organization": {"organization": "payments"},
    "list-organizations": {},
    "create-repository": {"organization": "payments", "repository": "team/api"},
    "get-repository-info": {"repository": "payments/api"},
}

every_operation = pytest.mark.parametrize("operation", CATALOG, ids=lambda operation: operation.name)


def test_the_catalogue_has_the_four() -> None:
    """Under the names that MCP, the policy and the journal use."""
    assert [operation.name for operation in CATALOG] == list(EXAMPLES)


def test_names_and_commands_are_unique() -> None:
    """No two operations answer to the same words."""
    assert len({operation.name for operation in CATALOG}) == len(CATALOG)
    assert len({operation.command.words for operation in CATALOG}) == len(CATALOG)
    words = [operation.command.words.split() for operation in CATALOG]
    assert not [(a, b) for a in words for b in words if a != b and a == b[: len(a)]]


@every_operation
def test_every_class_constant_is_set(operation: type[Operation]) -> None:
    """By the operation itself, except for its effect, which comes with its base."""
    for constant in ("name", "summary", "command", "result"):
        assert constant in vars(operation)
    assert "effect" not in vars(operation)
    assert operation.effect is (Effect.CREATE if issubclass(operation, CreateOperation) else Effect.READ)
    assert issubclass(operation, CreateOperation) != issubclass(operation, ReadOperation)
    assert not inspect.isabstract(operation)
    assert issubclass(operation.result, Record)


@every_operation
def test_its_words_are_good_words(operation: type[Operation]) -> None:
    """Kebab-case, one sentence, and none of the words that mean something else here."""
    assert operation.name == operation.name.lower().replace("_", "-")
    assert operation.summary.endswith(".")
    assert operation.summary.count(". ") == 0
    for text in (operation.summary, *(str(each.metadata["description"]) for each in fields(operation))):
        assert not {"namespace", "group"} & set(text.lower().split())


@every_operation
def test_every_argument_is_described(operation: type[Operation]) -> None:
    """With a sentence, and a reader; the words of its command are arguments of it."""
    for each in fields(operation):
        assert str(each.metadata["description"]).endswith(".")
        assert callable(each.metadata["read"])
    assert set(operation.command.target) <= {each.name for each in fields(operation)}
    left_out = operation.command.label.startswith("[")
    required = {each.name for each in fields(operation) if each.default is each.default_factory}
    assert required <= set(operation.command.target)
    assert left_out == (not required)


@every_operation
def test_the_examples_of_its_command_work(operation: type[Operation]) -> None:
    """Typed as they are shown, they are calls of this operation."""
    import shlex

    for line in operation.command.examples:
        parsed = parse(shlex.split(line), operation_commands())
        assert parsed.command.operation is operation
        parse_arguments(operation, parsed.arguments)


@every_operation
def test_a_call_cannot_be_changed(operation: type[Operation]) -> None:
    """What was checked stays what is sent."""
    call = parse_arguments(operation, EXAMPLES[operation.name])
    with pytest.raises((FrozenInstanceError, TypeError, AttributeError)):
        setattr(call, fields(operation)[0].name, "other")


@every_operation
def test_canonical_arguments_make_the_same_call_again(operation: type[Operation]) -> None:
    """They are JSON, hold every argument, and their own canonical form is the same."""
    call = parse_arguments(operation, EXAMPLES[operation.name])
    canonical = json.loads(json.dumps(call.canonical()))
    assert set(canonical) == {each.name for each in fields(operation)}
    again = parse_arguments(operation, canonical)
    assert (again, again.canonical()) == (call, call.canonical())


@pytest.mark.parametrize(
    "operation", [each for each in CATALOG if issubclass(each, CreateOperation)], ids=lambda operation: operation.name
)
def test_a_confirmation_shows_every_value(operation: type[CreateOperation]) -> None:
    """Nothing is sent that a person did not see; without public nobody is warned of it."""
    call = parse_arguments(operation, EXAMPLES[operation.name])
    shown = " ".join(fact.value for fact in call.facts())
    for value in EXAMPLES[operation.name].values():
        assert str(value) in shown
        assert str(value) in call.subject
    assert len(call.facts()) == len(fields(operation))
    assert call.target_organization == "payments"
    assert not call.makes_public
    assert not any(fact.loud for fact in call.facts())


def test_public_is_shown_loudly() -> None:
    """And known to the policy."""
    create = next(each for each in CATALOG if each.name == "create-repository")
    assert issubclass(create, CreateOperation)
    call = parse_arguments(create, {**EXAMPLES[create.name], "public": True})
    assert call.makes_public
    assert Fact("Visibility", "PUBLIC: anybody can pull it", loud=True) in call.facts()


@pytest.mark.parametrize(
    ("asked", "there", "same"),
    [
        ({}, {}, True),
        ({}, {"category": "lang"}, True),
        ({"category": "lang"}, {"category": "lang"}, True),
        ({"category": "lang"}, {"category": "app"}, False),
        ({"public": True}, {}, False),
        ({}, {"public": True}, False),
        ({"description": "Cards"}, {}, False),
        ({}, {"description": "Cards"}, False),
    ],
)
def test_a_repository_is_the_one_that_was_asked_for(
    asked: dict[str, object], there: dict[str, object], *, same: bool
) -> None:
    """By visibility and description, and by its category where one was asked for."""
    create = parse_arguments(CreateRepository, {"organization": "payments", "repository": "api", **asked})
    values = {"organization": "payments", "name": "api", "address": "", "pull_command": "", "public": False, **there}
    assert create.matches(record_of(RepositoryInfo, values)) == same


def test_an_organization_is_always_the_one_that_was_asked_for() -> None:
    """It has nothing but its name."""
    create = parse_arguments(CreateOrganization, {"organization": "payments"})
    assert create.matches(Organization(name="payments", id=1))


@every_operation
def test_the_published_schema_is_the_accepted_one(operation: type[Operation]) -> None:
    """A change of what assistants are told is seen in review."""
    path = SNAPSHOTS / f"{operation.name}.json"
    text = json.dumps(json_schema(operation), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"There is no {path.name}. Accept it with: {ACCEPT}"
    assert path.read_text(encoding="utf-8") == text, f"Another schema. Accept it with: {ACCEPT}"


def test_no_schema_is_left_over() -> None:
    """Each snapshot belongs to an operation."""
    left_over = {path.stem for path in SNAPSHOTS.iterdir()} - {operation.name for operation in CATALOG}
    assert not left_over, f"No operation has these schemas: {', '.join(sorted(left_over))}"


@every_operation
def test_a_schema_tells_all_that_the_arguments_need(operation: type[Operation]) -> None:
    """A description of each, no other argument allowed, required where there is no default."""
    schema = json_schema(operation)
    assert schema["additionalProperties"] is False
    assert set(schema["properties"]) == {each.name for each in fields(operation)}
    for each in fields(operation):
        assert schema["properties"][each.name]["description"]
    assert set(schema.get("required", [])) <= set(EXAMPLES[operation.name])


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateMirror(CreateOperation):
    """A fifth operation, as somebody would write it: one file, and one line in the catalogue."""

    name: ClassVar[str] = "create-mirror"
    summary: ClassVar[str] = "Mirror a repository."
    noun: ClassVar[str] = "mirror"
    command: ClassVar[Command] = Command(
        words="mirror create",
        target=("organization", "repository"),
        label="ORG/NAME",
        examples=("mirror create payments/api --keep-tags",),
    )
    result: ClassVar[type[Record]] = RepositoryInfo

    organization: OrganizationName = field(metadata=argument(named(OrganizationName), "Where to."))
    repository: RepositoryName = field(metadata=argument(named(RepositoryName), "What to."))
    keep_tags: bool = field(default=False, metadata=argument(truth, "Keep its tags."))

    @property
    def subject(self) -> str:
        """`ORG/NAME`."""
        return f"{self.organization}/{self.repository}"

    @property
    def target_organization(self) -> str:
        """Where it will be."""
        return self.organization

    def facts(self) -> Sequence[Fact]:
        """What is sent."""
        return (Fact("Repository", self.subject),)

    async def check(self, cloud: "SwrCloud") -> None:
        """Anything goes."""

    async def send(self, cloud: "SwrCloud") -> None:
        """Nothing is sent in a test."""

    async def read_back(self, cloud: "SwrCloud") -> Record | None:
        """Nothing is there."""
        del cloud

    def matches(self, record: Record) -> bool:
        """Nothing to compare."""
        return bool(record)


def test_a_fifth_operation_costs_one_file_and_one_line() -> None:
    """Its command, flags, schema and confirmation follow from the class."""
    commands = operation_commands((*CATALOG, CreateMirror))
    assert [command.operation for command in commands] == [*CATALOG, CreateMirror]
    assert commands[-1].usage == "mirror create ORG/NAME [--keep-tags]"
    assert commands[-1].flags[0].help == "Keep its tags."
    parsed = parse(["mirror", "create", "payments/api", "--keep-tags"], commands)
    call = parse_arguments(CreateMirror, parsed.arguments)
    assert call == CreateMirror(
        organization=OrganizationName("payments"), repository=RepositoryName("api"), keep_tags=True
    )
    assert call.effect is Effect.CREATE
    assert json_schema(CreateMirror)["required"] == ["organization", "repository"]


def test_an_operation_must_say_all_that_a_create_needs() -> None:
    """What is left out is found when it is called first, not when somebody confirms it."""

    class Half(CreateOperation):
        """A create without an effect."""

    with pytest.raises(TypeError, match="abstract"):
        Half()  # pyright: ignore[reportAbstractUsage] - that it cannot be made is what is tested
