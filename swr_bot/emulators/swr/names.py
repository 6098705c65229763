"""The emulator's own reading of the naming rules.

The regular expression printed in the documents contradicts the prose next to it, so the prose is what is
checked. Runs of hyphens are allowed unless ``Behaviour.strict_hyphens`` is set: the documents disagree.
"""

import re

ORGANIZATION_LIMIT = 64
REPOSITORY_LIMIT = 128
RESERVED = frozenset({"library"})

_ORGANIZATION = re.compile(r"[a-z][a-z0-9]*(?:(?:\.|-+|__?)[a-z0-9]+)*")
_REPOSITORY = re.compile(r"[a-z0-9]+(?:(?:[./]|-+|__?)[a-z0-9]+)*")


def is_organization_name(name: str, *, strict_hyphens: bool = False) -> bool:
    """Whether an organization of this name could be created."""
    if len(name) > ORGANIZATION_LIMIT or name in RESERVED or (strict_hyphens and "--" in name):
        return False
    return _ORGANIZATION.fullmatch(name) is not None


def is_repository_name(name: str, *, strict_hyphens: bool = False) -> bool:
    """Whether a repository of this name, slashes written as slashes, could be created."""
    if len(name) > REPOSITORY_LIMIT or (strict_hyphens and "--" in name):
        return False
    return _REPOSITORY.fullmatch(name) is not None
