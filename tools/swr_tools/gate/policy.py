"""Who may create what: rules from the settings file, and what holds without any."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import ClassVar, Literal

from swr_tools.actor import Actor
from swr_tools.errors import NotAllowed, ReadOnly
from swr_tools.operations import CATALOG, CreateOperation

# What fnmatch does not take literally; the characters of a set make a rule no closer to the matter.
_WILD = re.compile(r"\*|\?|\[!?+\]?+[^\]]*\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One `[[policy.rule]]`: these actors may do these operations in these organizations.

    Attributes:
        actors: Globs `FACE:TENANT/ID` or `FACE:ID`, matched part by part, or `*`: `slack:T012AB/*`, `mcp:ci-bot`.
        operations: Names of creating operations; all, when left out.
        organizations: Globs over organization names; all, when left out.
        public: Whether public repositories may be made under this rule.
        approval: Who confirms: `self`, the one who asked.
    """

    # How pydantic reads it from the settings file.
    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}

    actors: tuple[str, ...] = field(metadata={"min_length": 1})
    operations: tuple[str, ...] = ("*",)
    organizations: tuple[str, ...] = ("*",)
    public: bool = False
    approval: Literal["self"] = "self"

    def specificity(self, actor: Actor, create: CreateOperation) -> tuple[int, int, int] | None:
        """How closely the rule is about this create, organization first, then actor, then operation; None: not."""
        organization = _closest(self.organizations, create.target_organization)
        operation = _closest(self.operations, create.name)
        who = max((_weight(glob) for glob in self.actors if _is_about(glob, actor)), default=None)
        if organization is None or who is None or operation is None:
            return None
        return organization, who, operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All the rules; the most specific one that matches decides, and where none matches the answer is no.

    Without any rule, creates are open to actors who hold the cloud's keys themselves and, on the emulator,
    to everyone.
    """

    # How pydantic reads it from the settings file.
    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}

    rule: tuple[Rule, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a rule that could never match; raises ValueError."""
        for rule in self.rule:
            if not (rule.actors and rule.operations and rule.organizations):
                raise ValueError("a rule with an empty list matches nothing; leave the list out to mean all")
            for glob in rule.actors:
                if glob != "*" and not all(glob.partition(":")[::2]):
                    raise ValueError(f"{glob!r} names no actor; write FACE:TENANT/ID or FACE:ID, such as cli:*")
        names = [operation.name for operation in CATALOG if issubclass(operation, CreateOperation)]
        for glob in (glob for rule in self.rule for glob in rule.operations):
            if not any(fnmatchcase(name, glob) for name in names):
                raise ValueError(f"no operation that creates is called {glob!r}; there are {' and '.join(names)}")

    def require(self, actor: Actor, create: CreateOperation, *, emulator: bool) -> None:
        """Say no by raising; returning is a yes.

        Raises:
            NotAllowed: No rule lets this actor do this, or not as a public repository.
        """
        if not self.rule:
            self._require_by_default(actor, emulator=emulator)
            return
        winners = self._most_specific(actor, create)
        if not winners:
            raise NotAllowed(
                f"No policy rule lets {actor} run {create.name} in the organization {create.target_organization}.",
                hint="Ask whoever keeps the [[policy.rule]] table of this swr-bot.",
            )
        if create.makes_public and not all(rule.public for rule in winners):
            raise NotAllowed(
                f"The policy does not let {actor} make public repositories in {create.target_organization}.",
                hint="Leave out public, or ask whoever keeps the [[policy.rule]] table of this swr-bot.",
            )

    def _require_by_default(self, actor: Actor, *, emulator: bool) -> None:
        if not (actor.holds_keys or emulator):
            raise NotAllowed(
                f"Without policy rules, {actor} may not create anything.",
                hint="Whoever runs this swr-bot can allow it with a [[policy.rule]].",
            )

    def _most_specific(self, actor: Actor, create: CreateOperation) -> list[Rule]:
        ranked = [(rank, rule) for rule in self.rule if (rank := rule.specificity(actor, create)) is not None]
        best = max((rank for rank, _ in ranked), default=None)
        return [rule for rank, rule in ranked if rank == best]


class ReadOnlyPolicy(Policy):
    """No creates at all, whatever the rules say."""

    def require(self, actor: Actor, create: CreateOperation, *, emulator: bool) -> None:
        """Always no; raises ReadOnly."""
        del actor, create, emulator
        raise ReadOnly("This swr-bot only reads.", hint="Creates are switched off by SWR_BOT_READ_ONLY.")


def _is_about(glob: str, actor: Actor) -> bool:
    """Whether an actor's glob matches; part by part, so that nobody picks an id that reads like another's tenant."""
    if glob == "*":
        return True
    face, _, rest = glob.partition(":")
    tenant, slash, own_id = rest.rpartition("/")
    told = fnmatchcase(actor.face, face) and fnmatchcase(actor.id, own_id)
    return told and (not slash or fnmatchcase(actor.tenant, tenant))


def _closest(globs: Iterable[str], name: str) -> int | None:
    """How many literal characters the closest matching glob has; an exact name beats every pattern."""
    return max((_weight(glob) for glob in globs if fnmatchcase(name, glob)), default=None)


def _weight(glob: str) -> int:
    literal = len(_WILD.sub("", glob))
    return literal if literal < len(glob) else literal + 1_000
