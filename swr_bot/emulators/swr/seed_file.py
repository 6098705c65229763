"""Reads a seed from a TOML file; a mistake is one sentence that names its place."""

import json
import tomllib
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from .errors import EmulatorSeedError
from .names import is_organization_name, is_repository_name
from .seed import Seed
from .wire import CATEGORIES


def load_seed(path: Path) -> Seed:
    """The seed a file describes; accounts it leaves out are ``DEFAULT_ACCOUNT``.

    Raises:
        EmulatorSeedError: the file cannot be read, or something in it is unknown, missing or of the wrong type.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        # By way of JSON, whose arrays strict reading takes for tuples.
        seed = TypeAdapter(Seed).validate_json(json.dumps(content, default=str), strict=True)
        _check(seed)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise EmulatorSeedError(f"In the seed file {path}, {place}: {first['msg']}.") from None
    except (OSError, ValueError) as error:
        raise EmulatorSeedError(f"The seed file {path} cannot be used: {error}.") from error
    return seed


def _check(seed: Seed) -> None:
    keys = [account.access_key for account in seed.accounts]
    if not keys or len(set(keys)) != len(keys):
        raise ValueError("it needs accounts, each with an access_key of its own")
    if len({organization.name for organization in seed.organizations}) != len(seed.organizations):
        raise ValueError("it names an organization twice")
    for organization in seed.organizations:
        if not is_organization_name(organization.name):
            raise ValueError(f"{organization.name!r} is no organization name")
        if organization.owner not in ("", *keys):
            raise ValueError(f"the owner of {organization.name} is no account's access_key")
        for repository in organization.repositories:
            if not is_repository_name(repository.name) or repository.category not in CATEGORIES:
                raise ValueError(f"{organization.name}/{repository.name!r} lacks a valid name or category")
