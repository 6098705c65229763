"""Huawei Cloud SWR on this machine: organizations, repositories, IAM and the ECS metadata service.

Written from the API documents alone, so that it can prove a client wrong. ``docs/emulator.md`` says what it does
and what it does not.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from .errors import EmulatorError, EmulatorSeedError, EmulatorStateError
from .seed import DEFAULT_ACCOUNT, Account, Behaviour, Seed, SeedOrganization, SeedRepository

if TYPE_CHECKING:
    from .app import EmulatorApp

__all__ = [
    "DEFAULT_ACCOUNT",
    "Account",
    "Behaviour",
    "EmulatorError",
    "EmulatorSeedError",
    "EmulatorStateError",
    "Seed",
    "SeedOrganization",
    "SeedRepository",
    "create_app",
]


def create_app(
    *,
    state: str | Path | None = None,
    seed: Seed | None = None,
    behaviour: Behaviour | None = None,
    region: str = "cn-north-4",
) -> "EmulatorApp":
    """The emulator as an ASGI application, to be served or mounted in the process of its client.

    Args:
        state: a file, which several processes may share; ``None`` keeps everything in memory.
        seed: accounts and first contents; ``None`` is ``DEFAULT_ACCOUNT`` and nothing else.
        behaviour: answers where the documents disagree; ``None`` takes the seed's.
        region: names the project and the pull addresses.

    Raises:
        EmulatorStateError: the state file cannot be used.
    """
    from .app import EmulatorApp

    path = None if state is None else Path(state)
    return EmulatorApp(state=path, seed=seed or Seed(), behaviour=behaviour, region=region)
