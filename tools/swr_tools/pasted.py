"""Finding an image reference in what somebody pasted: where its parts are, before any of them is checked."""

import re
from typing import NamedTuple

from swr_tools.errors import NameInvalid
from swr_tools.spelling import shown

LONGEST = 2048
EXAMPLE = "payments/api"

SWR_HOST = re.compile(r"swr\.(?P<region>[a-z0-9]+(?:-[a-z0-9]+)*)\.(?:myhuaweicloud\.(?:com|eu)|otc\.t-systems\.com)")
_SCHEME = re.compile(r"(?:https?|docker|oci)://", re.IGNORECASE)
_WORD = re.compile(r"\S+")
_QUALIFIED = re.compile(rf"(?<![\w.-]){SWR_HOST.pattern}/[^\s\"'`,;<>()]+", re.IGNORECASE)
_QUOTES = "\"'`\u201c\u201d\u2018\u2019,;"
_AROUND = f"{_QUOTES} \t\r\n\f\v\u00a0"
_TOOLS = frozenset({"docker", "podman", "nerdctl", "crictl", "ctr", "buildah", "skopeo", "kubectl", "sudo"})
_IMAGE_KEYS = frozenset({"image:", 'image":'})
_FLAGS_WITH_VALUE = frozenset(
    {"--platform", "--arch", "--os", "--variant", "--creds", "--auth", "--authfile", "--cert-dir"}
)
_HOST_ENDINGS = frozenset({"com", "io", "net"})
_HOST_ENDINGS_OF_THREE = _HOST_ENDINGS | {
    "org",
    "dev",
    "cloud",
    "aws",
    "eu",
    "de",
    "cn",
    "local",
    "internal",
    "corp",
}


class Piece(NamedTuple):
    """A part of a text and the index where it begins there."""

    text: str
    at: int

    @property
    def end(self) -> int:
        """The index after its last character."""
        return self.at + len(self.text)

    def cut(self, separator: str) -> "tuple[Piece, Piece | None]":
        """What stands before and after the first separator; None where there is no separator."""
        before, found, after = self.text.partition(separator)
        return Piece(before, self.at), Piece(after, self.at + len(before) + len(separator)) if found else None

    def stripped(self, characters: str) -> "Piece":
        """The piece without these characters around it."""
        start = len(self.text) - len(self.text.lstrip(characters))
        return Piece(self.text.strip(characters), self.at + start)


class Pasted(NamedTuple):
    """The parts of an image reference, unchecked except for the registry."""

    text: str
    registry: str | None
    organization: Piece
    repository: Piece
    tag: Piece | None
    digest: Piece | None


def read(text: str) -> Pasted:
    """The parts of the image reference in a pasted text.

    Raises:
        NameInvalid: The text is too long, holds no reference or several, or names no organization or a registry
            that is not SWR's.
    """
    if len(text) > LONGEST:
        sentence = f"An image reference has at most {LONGEST:,} characters; this text has {len(text):,}."
        raise _refused(text, LONGEST, sentence, hint="Paste the reference alone.")
    registry, rest = _registry(text, _reference(text))
    path, digest = rest.cut("@")
    path, tag = _cut_tag(path)
    organization, repository = path.cut("/")
    if not organization.text or repository is None or not repository.text:
        raise _incomplete(text, path)
    return Pasted(text, registry, organization, repository, tag, digest)


def reads_as_host(first: str) -> bool:
    """Whether the first part of a reference is a registry's host rather than an organization.

    Many texts could be both: `my.project` reads as an organization, `ghcr.io` as a host. A host has a port, is
    `localhost`, ends in `.com`, `.io` or `.net`, or has three labels of which the last is usual for hosts. An
    organization of such a name is still read with SWR's registry before it.
    """
    host = first.lower()
    labels = host.split(".")
    return (
        ":" in host
        or host == "localhost"
        or (len(labels) == 2 and labels[1] in _HOST_ENDINGS)
        or (len(labels) > 2 and labels[-1] in _HOST_ENDINGS_OF_THREE)
    )


def check_registry(registry: str | None, organization: str) -> None:
    """Refuses a registry that is not SWR's, and an organization that reads as a registry where there is none.

    Raises:
        NameInvalid: Either of the two.
    """
    if registry is None and reads_as_host(organization):
        raise _foreign(organization, Piece(organization, 0))
    if registry is not None and not SWR_HOST.fullmatch(registry):
        raise _foreign(registry, Piece(registry, 0))


def _reference(text: str) -> Piece:
    """The part of the text that is the reference.

    Of several words it is the one with SWR's host, wherever it stands (in an error message, say), else what a pull
    command or an `image:` line names, else all of them: then the names' own refusal shows the space.
    """
    whole = Piece(text, 0).stripped(_AROUND)
    if len(whole.text.split()) < 2:
        return whole
    words = [Piece(found.group(), whole.at + found.start()) for found in _WORD.finditer(whole.text)]
    plain = [word.text.strip(_QUOTES).lower() for word in words]
    if qualified := [Piece(found.group().rstrip(".:"), found.start()) for found in _QUALIFIED.finditer(text)]:
        return _only(text, qualified)
    if "pull" in plain:
        return _only(text, _operands(words[plain.index("pull") + 1 :]))
    if plain[0] in _IMAGE_KEYS or plain[:2] == ["-", "image:"]:
        return _only(text, _operands(words[1:]))
    if plain[0] in _TOOLS:
        raise _refused(text, words[1].at, "Of commands, only one that pulls an image can be read here.")
    return whole


def _operands(words: list[Piece]) -> list[Piece]:
    """The words that are neither flags nor flags' values nor a comment."""
    operands: list[Piece] = []
    flag = ""
    for word in words:
        if word.text.startswith("#"):
            break
        if not word.text.startswith("-") and word.text != "image:" and flag not in _FLAGS_WITH_VALUE:
            operands.append(word.stripped(_QUOTES))
        flag = word.text
    return operands


def _only(text: str, candidates: list[Piece]) -> Piece:
    different = {candidate.text: candidate for candidate in reversed(candidates)}
    if len(different) == 1:
        return different.popitem()[1]
    at = list(different.values())[-2].at if different else len(text)
    sentence = f"One image is read at a time; this text names {len(different) or 'none'}."
    raise _refused(text, at, sentence, hint="Paste one image reference alone.")


def _registry(text: str, reference: Piece) -> tuple[str | None, Piece]:
    """SWR's host, if the reference begins with it, and what follows."""
    scheme = _SCHEME.match(reference.text)
    skipped = scheme.end() if scheme else 0
    reference = Piece(reference.text[skipped:], reference.at + skipped)
    first, rest = reference.cut("/")
    host = first.text.lower()
    if SWR_HOST.fullmatch(host):
        return host, rest or Piece("", first.end)
    if scheme or (rest and reads_as_host(first.text)):
        raise _foreign(text, first)
    return None, reference


def _foreign(text: str, first: Piece) -> NameInvalid:
    host, port, _ = first.text.lower().partition(":")
    if port and SWR_HOST.fullmatch(host):
        sentence = f"SWR's registry has no port; {shown(first.text)} names one."
        return _refused(text, first.at + len(host), sentence, hint=f"Write {host}.")
    sentence = f"{shown(first.text)} is not one of SWR's registries."
    hint = "Write ORG/NAME, or swr.REGION.myhuaweicloud.com/ORG/NAME if the organization looks like a registry."
    return _refused(text, first.at, sentence, hint)


def _incomplete(text: str, path: Piece) -> NameInvalid:
    before, slash, _ = path.text.partition("/")
    if not path.text:
        return _refused(text, path.at, "An image reference is ORG/NAME; there is none here.")
    missing = "repository" if before and slash else "organization"
    sentence = f"An image reference is ORG/NAME; {shown(path.text)} has no {missing}."
    return _refused(text, path.end if before else path.at, sentence)


def _cut_tag(path: Piece) -> tuple[Piece, Piece | None]:
    before, colon, tag = path.text.rpartition(":")
    if not colon or "/" in tag:
        return path, None
    return Piece(before, path.at), Piece(tag, path.at + len(before) + 1)


def _refused(text: str, at: int, sentence: str, hint: str = "") -> NameInvalid:
    hint = hint or f"Write ORG/NAME, for example {EXAMPLE}."
    return NameInvalid(sentence, given=text, position=at, suggestion=None, hint=hint)
