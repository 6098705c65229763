"""Names of organizations and repositories, and image references: parsed once, or refused with a reason.

Two readings of each name: strict for what is created, permissive for what may exist already. Everything below
the faces takes these types, so a text that breaks a rule never reaches a URL.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Self, TypeVar

from swr_tools import pasted
from swr_tools.errors import NameInvalid
from swr_tools.spelling import DIGEST, TAG, Grammar, corrected, refusal, shown, tag_refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

_ORGANIZATION = Grammar(
    noun="organization name",
    article="an",
    longest=64,
    beginning="[a-z][a-z0-9]*",
    single=".",
    reserved=frozenset({"library"}),
)
_REPOSITORY = Grammar(noun="repository name", article="a", longest=128, beginning="[a-z0-9]+", single="./")


class _Name(str):
    """A string that keeps a grammar: there is no way to make one that does not."""

    __slots__ = ()
    grammar: ClassVar[Grammar]
    strict: ClassVar[Grammar]
    examples: ClassVar[tuple[str, ...]]

    def __new__(cls, text: str) -> Self:
        """The same as `parse`."""
        return cls.parse(text)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The name, exactly as given.

        Raises:
            NameInvalid: The text breaks a rule; the error says which one, where, and what was probably meant.
        """
        if isinstance(text, cls):
            return text
        grammar = cls.grammar
        if len(text) > grammar.longest or not grammar.name.fullmatch(text) or text in grammar.reserved:
            raise refusal(text, grammar, cls.strict)
        return str.__new__(cls, text)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: "GetCoreSchemaHandler") -> "CoreSchema":
        return _string_schema(cls)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: "CoreSchema", handler: "GetJsonSchemaHandler") -> "JsonSchemaValue":
        grammar = cls.grammar
        # A look-ahead in the pattern would say `reserved` too, but many schema validators have none.
        reserved = {"not": {"enum": sorted(grammar.reserved)}} if grammar.reserved else {}
        return {
            "type": "string",
            "pattern": f"^{grammar.pattern}$",
            "minLength": 1,
            "maxLength": grammar.longest,
            **reserved,
            "description": f"{grammar.subject}, {grammar.rule}",
            "examples": list(cls.examples),
        }


class ExistingOrganizationName(_Name):
    """The name of an organization that may exist, for reading.

    1 to 64 characters: lower-case letters a-z and digits, with a single dot, hyphen or underscore, two
    underscores, or any number of hyphens between them; begins with a letter, ends with a letter or a digit.
    SWR's documents contradict each other about runs of hyphens, so an older organization may have them.
    """

    __slots__ = ()
    grammar = replace(_ORGANIZATION, hyphen_runs=True, reserved=frozenset())
    strict = _ORGANIZATION
    examples = ("payments", "cloud-develop", "my.project")


class OrganizationName(ExistingOrganizationName):
    """The name of an organization to create.

    As ExistingOrganizationName, but no two hyphens in a row, and not `library`, which SWR reserves.
    """

    __slots__ = ()
    grammar = _ORGANIZATION


class ExistingRepositoryName(_Name):
    """The name of a repository that may exist, for reading.

    1 to 128 characters, slashes counted: lower-case letters a-z and digits, with a single dot, slash, hyphen
    or underscore, two underscores, or any number of hyphens between them; begins and ends with a letter or a
    digit.
    """

    __slots__ = ()
    grammar = replace(_REPOSITORY, hyphen_runs=True)
    strict = _REPOSITORY
    examples = ("api", "team/app", "7zip")


class RepositoryName(ExistingRepositoryName):
    """The name of a repository to create: as ExistingRepositoryName, but no two hyphens in a row."""

    __slots__ = ()
    grammar = _REPOSITORY


_REFERENCE_RULE = (
    "A repository as ORG/NAME, with or without SWR's registry before it and a tag or digest behind it; "
    "a pasted pull command is read too."
)
_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True)
class ImageReference:
    """A repository as on-call people paste it, with whatever else the pasted text says.

    `ORG/NAME`, where NAME may hold slashes; before it SWR's host, `swr.REGION.myhuaweicloud.com`,
    `swr.REGION.myhuaweicloud.eu` or `swr.REGION.otc.t-systems.com`; behind it `:TAG`, `@sha256:DIGEST`, or both.
    Around it quotes, white space, `https://`, a command that pulls it, or `image:`. Names are read
    permissively. Every part is checked here as well as in `parse`, so that `parse(str(reference)) == reference`.

    Attributes:
        organization: The organization it is in.
        repository: The repository, without the tag.
        registry: SWR's host in lower case, or None where the text names none.
        tag: At most 128 letters, digits, `_`, `.` and `-`; or None.
        digest: `sha256:` and 64 lower-case hexadecimal digits; or None.
    """

    organization: ExistingOrganizationName
    repository: ExistingRepositoryName
    registry: str | None = None
    tag: str | None = None
    digest: str | None = None

    def __post_init__(self) -> None:
        ExistingOrganizationName.parse(self.organization)
        ExistingRepositoryName.parse(self.repository)
        if self.tag is not None:
            _checked_tag(self.tag)
        if self.digest is not None:
            _checked_digest(self.digest)
        pasted.check_registry(self.registry, self.organization)

    @classmethod
    def parse(cls, text: str) -> "ImageReference":
        """The reference in a pasted text.

        Raises:
            NameInvalid: There is no image reference in it, more than one, or one of another registry; or one of
                its parts breaks a rule. Then the sentence speaks about that part, `position` is in the whole
                text, and the suggestion is the whole reference, corrected.
        """
        parts = pasted.read(text)
        return cls(
            _part(parts, parts.organization, ExistingOrganizationName.parse),
            _part(parts, parts.repository, ExistingRepositoryName.parse),
            parts.registry,
            _part(parts, parts.tag, _checked_tag) if parts.tag else None,
            _part(parts, parts.digest, _checked_digest) if parts.digest else None,
        )

    @property
    def region(self) -> str | None:
        """The region in the registry's host, such as `cn-north-4`; whether the cloud has it is not checked."""
        host = pasted.SWR_HOST.fullmatch(self.registry) if self.registry else None
        return host["region"] if host else None

    def __str__(self) -> str:
        """The reference as `docker pull` takes it."""
        return _written(self.registry, self.organization, self.repository, self.tag, self.digest)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: "GetCoreSchemaHandler") -> "CoreSchema":
        return _string_schema(cls)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: "CoreSchema", handler: "GetJsonSchemaHandler") -> "JsonSchemaValue":
        # No pattern: it would refuse what people paste around a reference, which `parse` reads.
        return {
            "type": "string",
            "minLength": 3,
            "maxLength": pasted.LONGEST,
            "description": _REFERENCE_RULE,
            "examples": ["payments/team/api:1.2", "swr.cn-north-4.myhuaweicloud.com/payments/api"],
        }


def _checked_tag(text: str) -> str:
    if TAG.fullmatch(text):
        return text
    raise tag_refusal(text)


def _checked_digest(text: str) -> str:
    if DIGEST.fullmatch(text):
        return text
    sentence = f"A digest is 'sha256:' and 64 hexadecimal digits in lower case; {shown(text)} is not."
    raise NameInvalid(sentence, given=text, position=0, suggestion=None, hint="Paste the whole digest.")


def _part(parts: pasted.Pasted, piece: pasted.Piece, parse: "Callable[[str], _Part]") -> _Part:
    """The part, parsed; a refusal of it is told about the whole text."""
    try:
        return parse(piece.text)
    except NameInvalid as error:
        suggestion = _corrected(parts)
        raise NameInvalid(
            error.sentence,
            given=parts.text,
            position=piece.at + error.position,
            suggestion=suggestion,
            hint=f"Did you mean '{suggestion}'?" if suggestion else error.hint,
        ) from None


def _corrected(parts: pasted.Pasted) -> str | None:
    """The whole reference with each wrong part corrected, or None where one of them has no correction."""
    organization = _kept_or_corrected(parts.organization.text, ExistingOrganizationName)
    repository = _kept_or_corrected(parts.repository.text, ExistingRepositoryName)
    tag = parts.tag.text.strip() if parts.tag else ""
    digest = parts.digest.text.strip().lower() if parts.digest else ""
    try:
        return str(
            ImageReference(
                ExistingOrganizationName(organization or ""),
                ExistingRepositoryName(repository or ""),
                parts.registry,
                tag or None,
                digest or None,
            )
        )
    except NameInvalid:
        return None


def _kept_or_corrected(text: str, reading: type[_Name]) -> str | None:
    return text if reading.grammar.name.fullmatch(text) else corrected(text, reading.strict)


def _written(registry: str | None, organization: str, repository: str, tag: str | None, digest: str | None) -> str:
    before = f"{registry}/" if registry else ""
    after = (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")
    return f"{before}{organization}/{repository}{after}"


def _string_schema(of: "type[_Name | ImageReference]") -> "CoreSchema":
    """The schema of a type that is read from a string, and only a string, and written as one."""
    from pydantic_core import core_schema  # here, because names are usable without pydantic

    def read(value: object, string: "Callable[[object], str]") -> object:
        return value if isinstance(value, of) else of.parse(string(value))

    return core_schema.no_info_wrap_validator_function(
        read,
        core_schema.str_schema(strict=True),
        serialization=core_schema.to_string_ser_schema(when_used="always"),
    )
