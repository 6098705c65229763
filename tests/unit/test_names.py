"""What is a name and what is not, and how names behave as values."""

import pickle
import subprocess
import sys

import pytest

from swr_tools.errors import NameInvalid
from swr_tools.names import (
    ExistingOrganizationName,
    ExistingRepositoryName,
    OrganizationName,
    RepositoryName,
)

NameType = type[ExistingOrganizationName] | type[OrganizationName] | type[ExistingRepositoryName] | type[RepositoryName]
# The name, whether it may be created, whether it may exist.
ORGANIZATIONS = [
    ("group", True, True),
    ("a", True, True),
    ("ab", True, True),
    ("z9", True, True),
    ("abc1", True, True),
    ("cloud-develop", True, True),
    ("my.project", True, True),
    ("dev_ops", True, True),
    ("dev__ops", True, True),
    ("a__b", True, True),
    ("a.b.c", True, True),
    ("a-b_c.d", True, True),
    ("a" * 64, True, True),
    ("tf_test_ab12c", True, True),
    ("test-orgx1y2z3", True, True),
    ("repo-test-7", True, True),
    ("sdk-swr-org-0123456789abcdef0123456789abcdef", True, True),
    ("library", False, True),
    ("", False, False),
    ("a" * 65, False, False),
    ("1abc", False, False),
    ("9", False, False),
    ("-abc", False, False),
    ("_abc", False, False),
    (".abc", False, False),
    ("abc-", False, False),
    ("abc_", False, False),
    ("abc.", False, False),
    ("Group", False, False),
    ("myORG", False, False),
    ("a b", False, False),
    ("a/b", False, False),
    ("a$b", False, False),
    ("caf\u00e9", False, False),
    ("a..b", False, False),
    ("a___b", False, False),
    ("a._b", False, False),
    ("a.-b", False, False),
    ("a_-b", False, False),
    ("a-_b", False, False),
    ("a__-b", False, False),
    ("a_._b", False, False),
    ("abc\n", False, False),
    (".", False, False),
    ("..", False, False),
    ("a--b", False, True),
    ("a---b", False, True),
    ("xn--abc", False, True),
    ("a--", False, False),
    ("a--_b", False, False),
    ("biGger-3-one", False, False),
    ("end-with-2-dot.", False, False),
    ("1-start-with-number", False, False),
]
REPOSITORIES = [
    ("busybox", True, True),
    ("7zip", True, True),
    ("1", True, True),
    ("a/b", True, True),
    ("grafana/grafana", True, True),
    ("one/two/three", True, True),
    ("team/app__v2", True, True),
    ("my.app/v2", True, True),
    ("library", True, True),
    ("a" * 128, True, True),
    ("a/" * 63 + "bc", True, True),
    ("a" * 129, False, False),
    ("", False, False),
    ("/a", False, False),
    ("a/", False, False),
    ("a//b", False, False),
    ("a/-b", False, False),
    ("a./b", False, False),
    ("team$app", False, False),
    ("MyApp", False, False),
    ("a:b", False, False),
    ("a@b", False, False),
    (".", False, False),
    ("..", False, False),
    ("a/../b", False, False),
    ("a\n", False, False),
    ("a/b--c", False, True),
]
BOTH = [(OrganizationName, ExistingOrganizationName, *row) for row in ORGANIZATIONS] + [
    (RepositoryName, ExistingRepositoryName, *row) for row in REPOSITORIES
]
NAME_TYPES: list[NameType] = [ExistingOrganizationName, OrganizationName, ExistingRepositoryName, RepositoryName]


def accepts(kind: NameType, text: str) -> bool:
    """Whether this reading takes the text as a name."""
    try:
        kind.parse(text)
    except NameInvalid:
        return False
    return True


@pytest.mark.parametrize(("strict", "existing", "name", "new", "old"), BOTH)
def test_each_example_is_read_as_the_documents_say(
    strict: NameType, existing: NameType, name: str, new: bool, old: bool
) -> None:
    """Creating follows the narrowest reading of SWR's documents, reading the widest."""
    assert (new, old) == (accepts(strict, name), accepts(existing, name))


@pytest.mark.parametrize("kind", NAME_TYPES)
def test_the_constructor_checks_as_parse_does(kind: NameType) -> None:
    """No name can be made without its rule."""
    assert kind("abc") == kind.parse("abc") == "abc"
    assert type(kind("abc")) is kind
    with pytest.raises(NameInvalid):
        kind("abc\n")


def test_a_strict_name_is_a_name_that_may_exist() -> None:
    """What was parsed to be created can be read without parsing again."""
    name = OrganizationName("group")
    assert ExistingOrganizationName.parse(name) is name


def test_a_loose_name_is_parsed_again_before_it_is_created() -> None:
    """The permissive type does not open the strict one."""
    with pytest.raises(NameInvalid):
        OrganizationName.parse(ExistingOrganizationName("a--b"))


@pytest.mark.parametrize("kind", NAME_TYPES)
def test_a_name_survives_a_pickle(kind: NameType) -> None:
    """A name goes to another process and is checked there again."""
    copy = pickle.loads(pickle.dumps(kind("abc")))  # noqa: S301  our own bytes
    assert (kind, "abc") == (type(copy), copy)


def test_names_are_usable_without_pydantic() -> None:
    """A start that needs names only does not pay for models."""
    program = "import sys, swr_tools.names as n; n.ImageReference.parse('a/b'); print('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603  our own words
    assert done.stdout == "False\n"
