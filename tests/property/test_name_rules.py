"""Laws of names, checked against a machine that reads one character at a time and shares nothing with the code."""

import re

from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from swr_tools.errors import NameInvalid
from swr_tools.names import (
    ExistingOrganizationName,
    ExistingRepositoryName,
    OrganizationName,
    RepositoryName,
)

NameType = type[ExistingOrganizationName] | type[OrganizationName] | type[ExistingRepositoryName] | type[RepositoryName]
NAME_TYPES: list[NameType] = [
    ExistingOrganizationName,
    OrganizationName,
    ExistingRepositoryName,
    RepositoryName,
]
STRICT: dict[NameType, NameType] = {
    ExistingOrganizationName: OrganizationName,
    OrganizationName: OrganizationName,
    ExistingRepositoryName: RepositoryName,
    RepositoryName: RepositoryName,
}
LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"

PIECES = st.sampled_from(["a", "z", "b7", "0", "9", "-", "--", "_", "__", "___", ".", "/", "app", "library"])
ODD = st.sampled_from(["A", "$", " ", "\n", "\r", "\t", "\x00", ":", "@", "\\", "%", "\u00e9", "\u0430", "\u0661"])
LONG_ENOUGH = st.lists(PIECES, min_size=1, max_size=3).map("".join)
ALMOST_NAMES = st.one_of(
    st.lists(PIECES, max_size=12).map("".join),
    st.lists(st.one_of(PIECES, PIECES, PIECES, ODD), max_size=8).map("".join),
    st.tuples(LONG_ENOUGH, st.integers(55, 130)).map(lambda pair: (pair[0] * pair[1])[: pair[1]]),
)
TEXTS = st.one_of(ALMOST_NAMES, ALMOST_NAMES, st.text(max_size=140))
KINDS = st.sampled_from(NAME_TYPES)


def oracle(kind: NameType, text: str) -> bool:
    """Whether the text is a name: the states are `start`, `word`, and the separators read since the last word."""
    repository = issubclass(kind, ExistingRepositoryName)
    creating = kind in {OrganizationName, RepositoryName}
    if creating and not repository and text == "library":
        return False
    state = "start"
    for character in text:
        state = step(state, character, repository=repository, creating=creating)
        if state == "broken":
            return False
    return state == "word" and len(text) <= (128 if repository else 64)


def step(state: str, character: str, *, repository: bool, creating: bool) -> str:
    """The state after one more character."""
    if character in LETTERS or (character in DIGITS and (repository or state != "start")):
        return "word"
    if state == "start" or character not in ("._-/" if repository else "._-"):
        return "broken"
    if state == "word":
        return character
    if state + character == "__":
        return "__"
    if state + character == "--" and not creating:
        return "-"
    return "broken"


def refused(kind: NameType, text: str) -> NameInvalid | None:
    """The error for a text that is not a name, or None."""
    try:
        kind.parse(text)
    except NameInvalid as error:
        return error
    return None


@given(KINDS, TEXTS)
@example(OrganizationName, "abc\n")
@example(OrganizationName, "a" * 64)
@example(RepositoryName, "a/" * 64)
def test_a_text_is_a_name_exactly_when_the_machine_says_so(kind: NameType, text: str) -> None:
    """Parsing and an automaton written without regular expressions accept the same texts."""
    assert oracle(kind, text) == (refused(kind, text) is None)


@given(KINDS, TEXTS)
def test_the_published_schema_accepts_exactly_the_names(kind: NameType, text: str) -> None:
    """A client that checks against the schema is never surprised."""
    schema = TypeAdapter(kind).json_schema()
    within = schema["minLength"] <= len(text) <= schema["maxLength"]
    fits = bool(re.fullmatch(schema["pattern"], text)) and text not in schema.get("not", {"enum": []})["enum"]
    assert (within and fits) == (refused(kind, text) is None)


@given(KINDS, TEXTS)
def test_parsing_a_name_again_changes_nothing(kind: NameType, text: str) -> None:
    """Parsing keeps the name as it was given, and takes its own result."""
    if refused(kind, text) is None:
        name = kind.parse(text)
        assert text == name == kind.parse(name) == kind(str(name))


@given(KINDS, TEXTS)
@example(OrganizationName, "My_App ")
@example(RepositoryName, "$a\u0301//b--")
def test_every_suggestion_is_a_name_that_may_be_created(kind: NameType, text: str) -> None:
    """What is offered is never refused in turn, and never what was refused."""
    error = refused(kind, text)
    if error and error.suggestion is not None:
        assert STRICT[kind].parse(error.suggestion) == error.suggestion
        assert error.suggestion != text
        assert error.suggestion in error.hint


@given(KINDS, TEXTS)
def test_every_refusal_is_one_whole_sentence_that_is_safe_to_show(kind: NameType, text: str) -> None:
    """The position is in the text or at its end; the sentence is short, printable and says what comes next."""
    error = refused(kind, text)
    if error:
        assert 0 <= error.position <= len(text)
        assert error.given == text
        assert error.sentence.endswith(".")
        assert error.hint
        assert error.sentence.isprintable()
        assert len(error.sentence) < 400


@given(KINDS, TEXTS)
def test_what_stands_before_the_position_is_not_what_is_wrong(kind: NameType, text: str) -> None:
    """With a letter in place of the rest, the text before the position would be a name, if it is not too long."""
    error = refused(kind, text)
    limit = kind.grammar.longest
    if error and 0 < error.position < limit and error.position < len(text) - 1:
        assert refused(ExistingRepositoryName, text[: error.position] + "x") is None


@given(KINDS, TEXTS)
def test_nothing_that_could_change_an_address_is_a_name(kind: NameType, text: str) -> None:
    """A name holds only lower-case ASCII, and no step up a path, line break, escape or query."""
    if refused(kind, text) is None:
        assert text.isascii()
        assert text == text.lower()
        assert not set(text) & set("$%?#&:@\\ \n\r\t\x00")
        assert not {"", ".", ".."} & set(text.split("/"))


@given(TEXTS)
def test_what_may_be_created_may_exist(text: str) -> None:
    """The strict reading is part of the permissive one."""
    for strict, existing in ((OrganizationName, ExistingOrganizationName), (RepositoryName, ExistingRepositoryName)):
        assert refused(strict, text) is not None or refused(existing, text) is None
