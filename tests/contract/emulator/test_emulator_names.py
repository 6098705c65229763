"""The emulator's own reading of the naming rules, by examples."""

import pytest

from swr_bot.emulators.swr.names import is_organization_name, is_repository_name


@pytest.mark.parametrize(
    "name",
    [
        "group",
        "a",
        "ab",
        "z9",
        "cloud-develop",
        "my.project",
        "dev_ops",
        "dev__ops",
        "a.b.c",
        "a-b_c.d",
        "a" * 64,
        "a--b",
    ],
)
def test_organization_names_that_may_be_created(name: str) -> None:
    """One to 64 characters; runs of hyphens are allowed unless switched off."""
    assert is_organization_name(name)
    assert is_organization_name(name, strict_hyphens=True) is ("--" not in name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a" * 65,
        "1abc",
        "9",
        "-abc",
        "_abc",
        ".abc",
        "abc-",
        "abc_",
        "abc.",
        "Group",
        "a b",
        "a/b",
        "a$b",
        "café",
        "a..b",
        "a___b",
        "a._b",
        "a.-b",
        "a_-b",
        "a-_b",
        "a__-b",
        "a_._b",
        "abc\n",
        ".",
        "..",
        "library",
        "a٣",
    ],
)
def test_organization_names_that_may_not_be_created(name: str) -> None:
    """Wrong length, wrong ends, capitals, adjacent separators, or reserved."""
    assert not is_organization_name(name)


@pytest.mark.parametrize(
    "name", ["busybox", "7zip", "1", "a/b", "one/two/three", "team/app__v2", "my.app/v2", "a" * 128, "a/b--c"]
)
def test_repository_names_that_may_be_created(name: str) -> None:
    """A digit may lead, and slashes make levels."""
    assert is_repository_name(name)
    assert is_repository_name(name, strict_hyphens=True) is ("--" not in name)


@pytest.mark.parametrize(
    "name", ["", "a" * 129, "/a", "a/", "a//b", "a/-b", "a./b", "team$app", "MyApp", "a:b", "a@b", "..", "a/.."]
)
def test_repository_names_that_may_not_be_created(name: str) -> None:
    """Wrong length, wrong ends, adjacent separators, or characters of tags and digests."""
    assert not is_repository_name(name)
