"""Why a name is refused and what was probably meant: the part of naming that speaks to people.

`names.py` decides with one regular expression; only a refused name comes here, so this may be thorough.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from swr_tools.errors import NameInvalid

LONGEST_TAG = 128
TAG = re.compile(rf"[A-Za-z0-9_][A-Za-z0-9_.-]{{0,{LONGEST_TAG - 1}}}")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

_LONGEST_SHOWN = 160
_SHOWN_OF_LONG = 40
_RIGHT_TO_LEFT = {"R", "AL", "AN"}
_UNSEEN = {"Mn", "Me", "Cf", "Cc"}
_SEPARATOR_RUN = re.compile(r"[ ._/-]+")
_TAG_OR_DIGEST = re.compile(r"[:@][^/]*$")
_WHITE = {" ": "a space", "\t": "a tab", "\n": "a line break", "\r": "a line break"}


@dataclass(frozen=True)
class Grammar:
    """One reading of the naming rules, as a regular expression and in words.

    Args:
        noun: What such a name is called in a sentence.
        article: The noun's article.
        longest: The most characters it may have; one is the least.
        beginning: The regular expression of the letters and digits it begins with.
        single: The separators that may stand alone only; underscores and hyphens come on top.
        hyphen_runs: Whether several hyphens may follow each other.
        reserved: The names that SWR keeps for itself.
    """

    noun: str
    article: str
    longest: int
    beginning: str
    single: str
    hyphen_runs: bool = False
    reserved: frozenset[str] = frozenset()

    @cached_property
    def pattern(self) -> str:
        """The rule as a regular expression for the whole name; its length is not part of it."""
        return f"{self.beginning}(?:(?:{self._between})[a-z0-9]+)*"

    @cached_property
    def name(self) -> re.Pattern[str]:
        """The pattern, compiled."""
        return re.compile(self.pattern)

    @cached_property
    def separator(self) -> re.Pattern[str]:
        """What may stand between letters and digits."""
        return re.compile(self._between)

    @property
    def _between(self) -> str:
        return f"[{self.single}]|{'-+' if self.hyphen_runs else '-'}|__?"

    @property
    def separators(self) -> str:
        """The characters that may stand between letters and digits."""
        return f"{self.single}-_"

    @property
    def subject(self) -> str:
        """The noun with its article, at the beginning of a sentence."""
        return f"{self.article.capitalize()} {self.noun}"

    @property
    def begins(self) -> str:
        """What the first character must be, in words."""
        return "a letter" if self.beginning.startswith("[a-z]") else "a letter or a digit"

    @property
    def rule(self) -> str:
        """The whole rule in words, for hints, schemas and documentation."""
        hyphens = " (older names may hold several '-' in a row)" if self.hyphen_runs else ""
        last = "a letter or a digit"
        ends = f"begins {'and' if self.begins == last else f'with {self.begins},'} ends with {last}"
        reserved = "".join(f" '{name}' is reserved." for name in sorted(self.reserved))
        return (
            f"1 to {self.longest} characters: lower-case letters a-z and digits, with a single "
            f"{_listed(self.separators, 'or')}, or '__' between them{hyphens}; {ends}.{reserved}"
        )


def shown(text: str) -> str:
    """The text in quotes, safe to show: it cannot move the cursor, turn the line around or fill the screen.

    Control characters, bidirectional marks, right-to-left letters and combining marks appear as escapes; a
    long text is cut.
    """
    if len(text) <= _LONGEST_SHOWN and len(whole := _quoted(text)) <= _LONGEST_SHOWN:
        return whole
    head = _quoted(text[:_SHOWN_OF_LONG])
    return f"{head[:-1]}…{head[-1]}"


def described(character: str) -> str:
    """One character in words that survive any screen: `'$'`, `a space`, `U+202E RIGHT-TO-LEFT OVERRIDE`."""
    if character in _WHITE:
        return _WHITE[character]
    if character.isascii() and character.isprintable():
        return shown(character)
    code = f"U+{ord(character):04X} {unicodedata.name(character, 'control character')}"
    return f"{shown(character)} ({code})" if _harmless(character) else code


def refusal(text: str, grammar: Grammar, strict: Grammar) -> NameInvalid:
    """The error for a name the grammar does not accept: the first rule it breaks, and a name that keeps all.

    Args:
        text: The refused name.
        grammar: The reading that refused it.
        strict: The reading for new names, which a suggestion keeps.
    """
    position, sentence = _broken_rule(text, grammar)
    suggestion = corrected(text, strict)
    hint = f"Did you mean '{suggestion}'?" if suggestion else _hint(text, grammar)
    return NameInvalid(sentence, given=text, position=position, suggestion=suggestion, hint=hint)


def tag_refusal(text: str) -> NameInvalid:
    """The error for a tag that the registry's rule does not accept."""
    if not text:
        position, sentence = 0, f"A tag has 1 to {LONGEST_TAG} characters; this one is empty."
    elif len(text) > LONGEST_TAG:
        position = LONGEST_TAG
        sentence = f"A tag has at most {LONGEST_TAG} characters; {shown(text)} has {len(text):,}."
    else:
        good = TAG.match(text)
        position = good.end() if good else 0
        begins = position == 0 and text[0] in ".-"
        rule = "begins with a letter, a digit or '_'" if begins else "holds only letters, digits, '_', '.' and '-'"
        found = described(text[position])
        sentence = f"A tag {rule}; character {position + 1} of {shown(text)} is {found}."
    hint = "The repository is found without its tag too."
    return NameInvalid(sentence, given=text, position=position, suggestion=None, hint=hint)


def corrected(text: str, strict: Grammar) -> str | None:
    """The name that was probably meant, by the rule for new names; None where that would be a guess.

    No letter and no digit is ever dropped, since the end of a long name is often what tells it from others: a
    name that is too long, begins with a digit where a letter must stand, or is written in another alphabet has
    no correction. Only an image's tag or digest is, which is not part of a repository's name.
    """
    if len(text) > 4 * strict.longest:
        return None
    plain = _plain(text)
    if "/" in strict.single:
        plain = _TAG_OR_DIGEST.sub("", plain).replace("$", "/").replace("\\", "/")
    elif "/" in plain:
        return None
    if any(c.isalnum() and not c.isascii() for c in plain):
        return None
    # An illegal character becomes a space, which gives way to a separator that was really typed.
    spaced = "".join(c if c.isalnum() or c in strict.separators else " " for c in plain)
    name = _SEPARATOR_RUN.sub(_one_separator, spaced).strip(strict.separators)
    fits = len(name) <= strict.longest and strict.name.fullmatch(name) and name not in strict.reserved
    return name if fits else None


def _broken_rule(text: str, grammar: Grammar) -> tuple[int, str]:
    subject, longest = grammar.subject, grammar.longest
    if not text:
        return 0, f"{subject} has 1 to {longest} characters; this one is empty."
    if len(text) > longest:
        return longest, f"{subject} has at most {longest} characters; {shown(text)} has {len(text):,}."
    if text in grammar.reserved:
        return 0, f"The {grammar.noun} {shown(text)} is reserved by SWR."
    position, rule, found = _first_offence(text, grammar)
    return position, f"{rule}; character {position + 1} of {shown(text)} is {found}."


def _first_offence(text: str, grammar: Grammar) -> tuple[int, str, str]:
    """The index of the first character that breaks a rule, the rule, and what stands there."""
    good = grammar.name.match(text)
    if not good:
        return 0, *_bad_beginning(text[0], grammar)
    separator = grammar.separator.match(text, good.end())
    after = separator.end() if separator else good.end()
    if after == len(text):
        return after - 1, f"{grammar.subject} ends with a letter or a digit", described(text[-1])
    if separator and text[after] in grammar.separators:
        return after, *_touching(separator.group(), text[after], grammar)
    return after, *_bad_character(text[after], grammar)


def _bad_beginning(character: str, grammar: Grammar) -> tuple[str, str]:
    if character in grammar.separators or character in "0123456789":
        return f"{grammar.subject} begins with {grammar.begins}", described(character)
    return _bad_character(character, grammar)


def _bad_character(character: str, grammar: Grammar) -> tuple[str, str]:
    if character.isascii() and character.isupper():
        return f"{grammar.subject} is written in lower case", described(character)
    allowed = _listed(grammar.separators, "and")
    return f"{grammar.subject} holds only letters a-z, digits, {allowed}", described(character)


def _touching(before: str, character: str, grammar: Grammar) -> tuple[str, str]:
    if (before, character) == ("-", "-"):
        return f"A new {grammar.noun} has no two hyphens in a row", "the second"
    if (before, character) == ("__", "_"):
        return f"{grammar.subject} has at most two underscores in a row", "the third"
    rule = f"Two separators may not touch in {grammar.article} {grammar.noun}, except '__'"
    return rule, f"{described(character)} right after {described(before[-1])}"


def _hint(text: str, grammar: Grammar) -> str:
    if text in grammar.reserved:
        return "Choose another name."
    if len(text) > grammar.longest:
        excess = len(text) - grammar.longest
        return f"Leave out {excess:,} character{'s' if excess > 1 else ''}."
    if "/" in text and "/" not in grammar.single:
        return "An organization's name has one part; ORG/NAME names a repository in it."
    return f"Allowed: {grammar.rule}"


def _listed(characters: str, joint: str) -> str:
    *most, last = (f"'{character}'" for character in characters)
    return f"{', '.join(most)} {joint} {last}"


def _plain(text: str) -> str:
    """The text in lower case, without accents, marks and characters nobody can see."""
    decomposed = unicodedata.normalize("NFKD", text.strip().casefold())
    spaced = (" " if c.isspace() else c for c in decomposed)
    return "".join(c for c in spaced if unicodedata.category(c) not in _UNSEEN)


def _one_separator(run: re.Match[str]) -> str:
    typed = run.group().replace(" ", "")
    if "/" in typed:
        return "/"
    return "__" if typed.startswith("__") else typed[:1] or "-"


def _quoted(text: str) -> str:
    return "".join(c if c.isascii() or _harmless(c) else ascii(c)[1:-1] for c in repr(str(text)))


def _harmless(character: str) -> bool:
    return (
        character.isprintable()
        and unicodedata.bidirectional(character) not in _RIGHT_TO_LEFT
        and not unicodedata.category(character).startswith("M")
    )
