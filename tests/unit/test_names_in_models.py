"""Names as the types of a model's fields, and the schema they publish."""

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from swr_tools.errors import NameInvalid
from swr_tools.names import (
    ExistingOrganizationName,
    ExistingRepositoryName,
    ImageReference,
    OrganizationName,
    RepositoryName,
)

NameType = type[ExistingOrganizationName] | type[OrganizationName] | type[ExistingRepositoryName] | type[RepositoryName]
NAME_TYPES: list[NameType] = [ExistingOrganizationName, OrganizationName, ExistingRepositoryName, RepositoryName]


class Arguments(BaseModel):
    """What an operation might take."""

    organization: OrganizationName
    repository: RepositoryName | None = None
    source: ImageReference | None = None


@pytest.mark.parametrize("value", [1, None, b"abc", ["abc"], True, 1.5, {"a": 1}])
@pytest.mark.parametrize("kind", [*NAME_TYPES, ImageReference])
def test_only_a_string_is_a_name(kind: type, value: object) -> None:
    """Nothing is turned into a string on the way into a model."""
    with pytest.raises(ValidationError, match="should be a valid string"):
        TypeAdapter(kind).validate_python(value)


def test_a_model_collects_the_refusals_of_all_its_names() -> None:
    """Each field's error carries the NameInvalid itself, with its suggestion."""
    with pytest.raises(ValidationError) as refused:
        Arguments.model_validate_json('{"organization": "My_App ", "repository": "team$app", "source": "app"}')
    errors = [error.get("ctx", {})["error"] for error in refused.value.errors()]
    assert all(isinstance(error, NameInvalid) for error in errors)
    assert [error.suggestion for error in errors] == ["my_app", "team/app", None]


def test_names_are_written_as_plain_strings() -> None:
    """A model with names is the same after a trip through JSON, and its dump holds nothing but strings."""
    arguments = Arguments(
        organization=OrganizationName("group"),
        repository=RepositoryName("team/app"),
        source=ImageReference.parse("group/app:1"),
    )
    plain = {"organization": "group", "repository": "team/app", "source": "group/app:1"}
    assert plain == arguments.model_dump()
    assert {str} == {type(value) for value in arguments.model_dump().values()}
    assert arguments == Arguments.model_validate_json(arguments.model_dump_json())
    assert OrganizationName is type(arguments.organization)


def test_the_schema_says_the_whole_rule() -> None:
    """An assistant that reads the schema knows the rule before it calls."""
    assert TypeAdapter(OrganizationName).json_schema() == {
        "type": "string",
        "pattern": r"^[a-z][a-z0-9]*(?:(?:[.]|-|__?)[a-z0-9]+)*$",
        "minLength": 1,
        "maxLength": 64,
        "not": {"enum": ["library"]},
        "description": (
            "An organization name, 1 to 64 characters: lower-case letters a-z and digits, with a single '.', '-' "
            "or '_', or '__' between them; begins with a letter, ends with a letter or a digit. "
            "'library' is reserved."
        ),
        "examples": ["payments", "cloud-develop", "my.project"],
    }
    assert TypeAdapter(ExistingRepositoryName).json_schema() == {
        "type": "string",
        "pattern": r"^[a-z0-9]+(?:(?:[./]|-+|__?)[a-z0-9]+)*$",
        "minLength": 1,
        "maxLength": 128,
        "description": (
            "A repository name, 1 to 128 characters: lower-case letters a-z and digits, with a single '.', '/', '-' "
            "or '_', or '__' between them (older names may hold several '-' in a row); begins and ends with a letter "
            "or a digit."
        ),
        "examples": ["api", "team/app", "7zip"],
    }


@pytest.mark.parametrize("kind", [*NAME_TYPES, ImageReference])
def test_the_examples_in_the_schema_are_names(kind: type[ImageReference] | NameType) -> None:
    """What the schema shows is accepted, both ways of the schema alike."""
    schema = TypeAdapter(kind).json_schema()
    assert schema == TypeAdapter(kind).json_schema(mode="serialization")
    assert [str(kind.parse(example)) for example in schema["examples"]] == schema["examples"]
