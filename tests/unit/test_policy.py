"""Who may create what."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swr_tools.actor import Actor
from swr_tools.errors import NotAllowed, ReadOnly
from swr_tools.gate.policy import Policy, ReadOnlyPolicy, Rule
from swr_tools.names import OrganizationName, RepositoryName
from swr_tools.operations import CreateOperation
from swr_tools.operations.create_organization import CreateOrganization
from swr_tools.operations.create_repository import CreateRepository

CLI = Actor(face="cli", tenant="laptop", id="alice", holds_keys=True)
STDIO = replace(CLI, face="mcp")
HTTP = Actor(face="mcp", tenant="https://idp.example", id="ci-bot")
SLACK = Actor(face="slack", tenant="T012AB", id="U1")
EVERYBODY = (CLI, STDIO, HTTP, SLACK)


def organization(name: str = "payments-api") -> CreateOperation:
    """A create of an organization."""
    return CreateOrganization(organization=OrganizationName(name))


def repository(name: str = "payments-api", *, public: bool = False) -> CreateOperation:
    """A create of a repository."""
    return CreateRepository(organization=OrganizationName(name), repository=RepositoryName("app"), public=public)


def allows(policy: Policy, actor: Actor, create: CreateOperation, *, emulator: bool = False) -> bool:
    """Whether the policy says yes."""
    try:
        policy.require(actor, create, emulator=emulator)
    except NotAllowed:
        return False
    return True


@pytest.mark.parametrize(
    ("actor", "on_a_cloud", "on_the_emulator"),
    [(CLI, True, True), (STDIO, True, True), (HTTP, False, True), (SLACK, False, True)],
    ids=["terminal", "mcp over stdio", "mcp over http", "slack"],
)
@pytest.mark.parametrize("create", [organization(), repository(), repository(public=True)], ids=lambda c: c.name)
def test_without_rules_those_with_the_keys_may_create(
    actor: Actor, create: CreateOperation, *, on_a_cloud: bool, on_the_emulator: bool
) -> None:
    """On the emulator everybody may."""
    assert allows(Policy(), actor, create) == on_a_cloud
    assert allows(Policy(), actor, create, emulator=True) == on_the_emulator


@pytest.mark.parametrize("actor", EVERYBODY, ids=str)
def test_read_only_means_nobody(actor: Actor) -> None:
    """Whatever the rules say, and on the emulator too."""
    policy = ReadOnlyPolicy(rule=(Rule(actors=("*",), public=True),))
    with pytest.raises(ReadOnly, match="only reads") as caught:
        policy.require(actor, organization(), emulator=True)
    assert "SWR_BOT_READ_ONLY" in caught.value.hint


MATCHING = {
    "*": EVERYBODY,
    "cli:*": (CLI,),
    "mcp:*": (STDIO, HTTP),
    "slack:T012AB/*": (SLACK,),
    "slack:T012AB/U1": (SLACK,),
    "slack:U1": (SLACK,),
    "slack:U?": (SLACK,),
    "slack:[TU]1": (SLACK,),
    "mcp:ci-bot": (HTTP,),
    "mcp:https://idp.example/*": (HTTP,),
    "*:laptop/alice": (CLI, STDIO),
    "slack:T012AB": (),
    "slack:T012A*": (),
    "mcp:https:*": (),
    "Slack:*": (),
    "slack:t012ab/*": (),
}


@pytest.mark.parametrize(("glob", "who"), MATCHING.items(), ids=MATCHING)
def test_actors_are_globs(glob: str, who: tuple[Actor, ...]) -> None:
    """One with a slash is about FACE:TENANT/ID, one without about FACE:ID; capitals matter; the whole must match."""
    policy = Policy(rule=(Rule(actors=(glob,)),))
    assert tuple(actor for actor in EVERYBODY if allows(policy, actor, organization())) == who


@pytest.mark.parametrize("glob", ["mcp:trusted/*", "mcp:trusted/admin", "*:trusted/*"])
def test_an_id_that_looks_like_a_tenant_gains_nothing(glob: str) -> None:
    """Whoever may choose an id at one issuer does not become somebody of another."""
    impostor = Actor(face="mcp", tenant="elsewhere", id="trusted/admin")
    assert not allows(Policy(rule=(Rule(actors=(glob,)),)), impostor, organization(), emulator=True)


@pytest.mark.parametrize("glob", ["mcp:https://idp.example/*", "mcp:https://idp.example/x"])
def test_a_tenant_below_another_one_is_another_tenant(glob: str) -> None:
    """The last slash of a glob parts tenant from id, and a tenant is matched whole."""
    impostor = Actor(face="mcp", tenant="https://idp.example/evil", id="x")
    assert not allows(Policy(rule=(Rule(actors=(glob,)),)), impostor, organization(), emulator=True)


@pytest.mark.parametrize("glob", ["create-repo", "Create-Organization", "list-organizations", ""])
def test_a_rule_about_no_creating_operation_is_refused(glob: str) -> None:
    """A misspelt operation would silently allow nothing."""
    with pytest.raises(ValueError, match="no operation that creates is called"):
        Policy(rule=(Rule(actors=("cli:*",), operations=(glob,)),))


@pytest.mark.parametrize("glob", ["U1", "", "cli:", ":alice"])
def test_a_glob_that_names_no_actor_is_refused(glob: str) -> None:
    """It would silently allow nothing."""
    with pytest.raises(ValueError, match="names no actor"):
        Policy(rule=(Rule(actors=(glob,)),))


@pytest.mark.parametrize("name", ["actors", "operations", "organizations"])
def test_an_empty_list_is_refused(name: str) -> None:
    """It reads like everything and would mean nothing."""
    lists: dict[str, tuple[str, ...]] = {"actors": ("*",), name: ()}
    with pytest.raises(ValueError, match="empty list"):
        Policy(rule=(Rule(**lists),))  # pyright: ignore[reportArgumentType] - the table holds tuples of globs only


def test_persons_of_tenants_with_slashes_are_told_apart() -> None:
    """No choice of tenant and id makes one person out of two."""
    one = Actor(face="mcp", tenant="a", id="b/c")
    other = Actor(face="mcp", tenant="a/b", id="c")
    assert one.person != other.person


@pytest.mark.parametrize(
    ("parts", "yes"),
    [
        ({}, True),
        ({"operations": ("create-organization",)}, True),
        ({"operations": ("create-repository",)}, False),
        ({"operations": ("create-repository", "create-organization")}, True),
        ({"organizations": ("payments-*",)}, True),
        ({"organizations": ("payments",)}, False),
        ({"organizations": ("PAYMENTS-*",)}, False),
        ({"organizations": ("shop", "*-api")}, True),
    ],
    ids=str,
)
def test_a_rule_matches_where_all_of_it_does(*, parts: dict[str, tuple[str, ...]], yes: bool) -> None:
    """Actor, operation and organization; with rules, holding the keys or being on the emulator opens nothing."""
    policy = Policy(rule=(Rule(actors=("cli:*",), **parts),))  # pyright: ignore[reportArgumentType] - the table holds tuples of globs only
    assert allows(policy, CLI, organization()) == yes
    assert not allows(policy, SLACK, organization(), emulator=True)


def test_a_refusal_says_who_what_and_where() -> None:
    """And whom to ask."""
    with pytest.raises(NotAllowed) as caught:
        Policy(rule=(Rule(actors=("cli:*",)),)).require(SLACK, organization(), emulator=False)
    assert caught.value.sentence == (
        "No policy rule lets slack:T012AB/U1 run create-organization in the organization payments-api."
    )
    assert "[[policy.rule]]" in caught.value.hint
    with pytest.raises(NotAllowed) as caught:
        Policy().require(SLACK, organization(), emulator=False)
    assert caught.value.sentence == "Without policy rules, slack:T012AB/U1 may not create anything."


def rule(actors: str = "*", organizations: str = "*", operations: str = "*", *, public: bool) -> Rule:
    """A rule with one glob of each kind."""
    return Rule(actors=(actors,), organizations=(organizations,), operations=(operations,), public=public)


CLOSER = {
    "an exact organization beats a pattern": (rule(organizations="payments-api", public=True), "payments-*"),
    "a longer pattern beats a shorter one": (rule(organizations="payments-*", public=True), "pay*"),
    "a pattern beats all": (rule(organizations="*-api", public=True), "*"),
    "a set of characters is one character": (rule(organizations="payments-*", public=True), "*[abcdefghijklmnop]"),
    "an excluded set too": (rule(organizations="payments-*", public=True), "*[!bcdefghjklmnopqrstuvwxyz]*"),
    "an exact name beats the longest pattern": (rule(organizations="payments-api", public=True), "payments-ap?"),
}


@pytest.mark.parametrize(("closer", "farther"), CLOSER.values(), ids=CLOSER)
def test_the_most_specific_rule_decides(closer: Rule, farther: str) -> None:
    """By the literal characters of its pattern; what else is in the list, and in which order, does not matter."""
    other = rule(organizations=farther, public=False)
    create = repository(public=True)
    for rules in ((closer, other), (other, closer)):
        assert allows(Policy(rule=rules), SLACK, create)
    for rules in ((replace(closer, public=False), replace(other, public=True)),):
        assert not allows(Policy(rule=rules), SLACK, create)


@pytest.mark.parametrize(
    ("closer", "farther"),
    [
        (rule(organizations="payments-*", public=True), rule(actors="slack:T012AB/U1", public=False)),
        (rule(organizations="payments-*", public=True), rule(operations="create-repository", public=False)),
        (rule(actors="slack:*", public=True), rule(operations="create-repository", public=False)),
    ],
    ids=["organization before actor", "organization before operation", "actor before operation"],
)
def test_the_organization_comes_first_then_the_actor_then_the_operation(closer: Rule, farther: Rule) -> None:
    """An owner of organizations writes a rule for them and knows that it holds."""
    create = repository(public=True)
    assert allows(Policy(rule=(closer, farther)), SLACK, create)
    assert not allows(Policy(rule=(replace(closer, public=False), replace(farther, public=True))), SLACK, create)


@pytest.mark.parametrize(("public", "yes"), [((True, True), True), ((True, False), False), ((False, False), False)])
def test_among_equals_public_needs_all(*, public: tuple[bool, bool], yes: bool) -> None:
    """Two rules that are as specific as each other: the stricter one holds; private is allowed either way."""
    rules = (rule(organizations="pay*", public=public[0]), rule(organizations="*api", public=public[1]))
    for policy in (Policy(rule=rules), Policy(rule=rules[::-1])):
        assert allows(policy, SLACK, repository())
        assert allows(policy, SLACK, repository(public=True)) == yes


def test_public_is_off_unless_it_is_said() -> None:
    """And the refusal says how to go on."""
    with pytest.raises(NotAllowed, match="does not let cli:laptop/alice make public") as caught:
        Policy(rule=(Rule(actors=("*",)),)).require(CLI, repository(public=True), emulator=True)
    assert caught.value.hint.startswith("Leave out public")


GLOBS = st.sampled_from(["*", "pay*", "payments-*", "payments-api", "shop", "[p]ayments-*", "payments-???", "*-api"])
ACTORS = st.sampled_from(["*", "slack:*", "slack:T012AB/*", "slack:U1", "slack:T012AB/U1", "cli:*", "mcp:ci-*"])
OPERATIONS = st.sampled_from(["*", "create-*", "create-repository", "create-organization"])
RULES = st.builds(rule, ACTORS, GLOBS, OPERATIONS, public=st.booleans())


@given(st.lists(RULES, min_size=1, max_size=6), RULES, st.sampled_from(EVERYBODY), st.booleans())
def test_a_less_specific_rule_never_changes_the_answer(
    rules: list[Rule], added: Rule, actor: Actor, public: bool
) -> None:
    """Once a rule decides, others that are farther from the matter may come and go, anywhere in the list."""
    create = repository(public=public)
    ranks = [found for each in rules if (found := each.specificity(actor, create)) is not None]
    own = added.specificity(actor, create)
    if not ranks or (own is not None and own >= max(ranks)):
        return
    answer = allows(Policy(rule=tuple(rules)), actor, create)
    for place in range(len(rules) + 1):
        assert allows(Policy(rule=(*rules[:place], added, *rules[place:])), actor, create) == answer


@given(st.lists(RULES, max_size=6), st.sampled_from(EVERYBODY), st.permutations(range(6)))
def test_the_order_of_rules_does_not_matter(rules: list[Rule], actor: Actor, order: list[int]) -> None:
    """A file can be sorted as its owner likes."""
    shuffled = tuple(rules[i] for i in order if i < len(rules))
    for create in (organization(), repository(), repository(public=True)):
        assert allows(Policy(rule=tuple(rules)), actor, create) == allows(Policy(rule=shuffled), actor, create)


@given(st.lists(RULES, min_size=1, max_size=6), st.sampled_from(EVERYBODY))
def test_whoever_may_make_it_public_may_make_it_private(rules: list[Rule], actor: Actor) -> None:
    """Public only ever takes away."""
    policy = Policy(rule=tuple(rules))
    assert allows(policy, actor, repository()) or not allows(policy, actor, repository(public=True))
