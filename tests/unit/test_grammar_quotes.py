"""What stands in quotes is a value, even if it looks like a flag."""

import pytest

from swr_bot.grammar import operation_commands, parse
from swr_bot.text_repair import split
from swr_tools.errors import UsageError


def test_a_quoted_value_that_looks_like_a_flag_is_a_value() -> None:
    """In Slack the quotes are ours to read, and the person who typed them meant them."""
    parsed = parse(split('repo create payments/api --description "--public"'), operation_commands(), "/swr")

    assert parsed.arguments == {"organization": "payments", "repository": "api", "description": "--public"}


def test_the_same_without_quotes_is_a_flag() -> None:
    """A description that was forgotten is not filled with the next flag."""
    with pytest.raises(UsageError, match="--description needs a value"):
        parse(split("repo create payments/api --description --public"), operation_commands(), "/swr")


def test_a_quoted_word_is_never_a_flag_of_its_own() -> None:
    """It is taken for a part of the name, which the name's rules refuse."""
    parsed = parse(split('org create "--public"'), operation_commands(), "/swr")

    assert parsed.arguments == {"organization": "--public"}
