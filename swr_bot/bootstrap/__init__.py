"""The only place that names concrete parts and joins them: the tool layer here, what serves people beside it."""

import getpass
import os
import socket
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from swr_bot.settings import Settings, home_folder
from swr_tools.actor import Actor
from swr_tools.clock import SystemClock
from swr_tools.errors import SettingsInvalid, StateUnavailable
from swr_tools.gate.policy import ReadOnlyPolicy
from swr_tools.toolbox import Toolbox

if TYPE_CHECKING:
    import httpx

    from swr_tools.cloud.connection import SwrCloud
    from swr_tools.cloud.credentials import Credentials
    from swr_tools.cloud.endpoints import Endpoint
    from swr_tools.journal.journal import Journal

EMULATOR_STATE = "emulator.sqlite3"
EMULATOR_REGION = "cn-north-4"
JOURNAL = "journal.sqlite3"
_STATE_HINT = "Name a folder that can be written with SWR_BOT_STATE_DIR."


def make_toolbox(settings: Settings, environ: Mapping[str, str], *, many_callers: bool = False) -> Toolbox:
    """The tool layer for these settings; nothing is opened before it is used.

    Args:
        settings: What applies.
        environ: Where credentials are looked for.
        many_callers: Whether it serves many at once, so that a transport that is slower to load pays.
    """
    return Toolbox(
        connect=lambda: connect(settings, environ, many_callers=many_callers),
        open_journal=lambda: open_journal(settings),
        policy=ReadOnlyPolicy() if settings.read_only else settings.policy,
        clock=SystemClock(),
        ttl=timedelta(seconds=settings.proposal_ttl),
        deadline=settings.deadline,
    )


def connect(settings: Settings, environ: Mapping[str, str], *, many_callers: bool = False) -> "SwrCloud":
    """The embedded emulator where it was asked for, else the cloud with the keys that are found.

    Raises:
        CredentialsMissing: There are none.
        SettingsInvalid, RegionUnknown: It is not clear which cloud or region is meant.
    """
    if settings.emulator:
        return _embedded_emulator(settings)
    from swr_tools.cloud.connection import SwrCloud
    from swr_tools.cloud.endpoints import endpoint_for

    credentials = find_own_credentials(settings, environ)
    endpoint = endpoint_for(
        settings.cloud,
        _region(settings, credentials),
        api_url=settings.endpoint or None,
        iam_url=settings.iam_endpoint or None,
    )
    return SwrCloud(endpoint, credentials, transport=_transport(endpoint, many_callers=many_callers))


def _transport(endpoint: "Endpoint", *, many_callers: bool) -> "httpx.AsyncBaseTransport | None":
    """What sends the requests; None, which is httpx's own transport, where a proxy must be passed."""
    from swr_tools.cloud.transport import fast_transport, lean_transport

    lean = lean_transport(endpoint)
    return fast_transport() if lean and many_callers else lean


def find_own_credentials(settings: Settings, environ: Mapping[str, str]) -> "Credentials":
    """The keys of whoever runs this; raises CredentialsMissing."""
    from swr_tools.cloud.credentials import find_credentials

    return find_credentials(environ, home=home_folder(), metadata_url=metadata_url(settings))


def metadata_url(settings: Settings) -> str | None:
    """Where a cloud server's own keys are asked for, or None."""
    return None if settings.metadata_endpoint == "off" else settings.metadata_endpoint


async def open_journal(settings: Settings) -> "Journal":
    """The journal in the state folder; raises JournalUnavailable."""
    from swr_tools.journal.journal import Journal

    return await Journal.open(settings.state_dir / JOURNAL)


def local_actor(face: str) -> Actor:
    """Whoever runs this program, with their own keys, on this machine."""
    user = _user_name()
    return Actor(face=face, tenant=socket.gethostname(), id=user, name=user, holds_keys=True)


def _user_name() -> str:
    """The name of this process's user as the system has it: LOGNAME and its kin are anybody's to set."""
    try:
        import pwd
    except ImportError:  # Windows
        return getpass.getuser()
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user need not have a name
        return str(os.getuid())


def _region(settings: Settings, credentials: "Credentials") -> str:
    region = settings.region or credentials.region
    if not region:
        raise SettingsInvalid(
            "No region is set, and names belong to one region.",
            hint="Set SWR_BOT_REGION, for example to cn-north-4, or HW_REGION_NAME. No account? Add --emulator.",
        )
    return region


def _embedded_emulator(settings: Settings) -> "SwrCloud":
    """The emulator inside this process; its state file is shared with every other process that names the folder."""
    from swr_bot.emulators.swr import DEFAULT_ACCOUNT, EmulatorStateError, create_app
    from swr_tools.cloud.connection import SwrCloud
    from swr_tools.cloud.credentials import find_credentials
    from swr_tools.cloud.endpoints import Endpoint, check_region
    from swr_tools.cloud.transport import in_process

    region = settings.region or EMULATOR_REGION
    check_region(region)
    keys = {
        "HUAWEICLOUD_SDK_AK": DEFAULT_ACCOUNT.access_key,
        "HUAWEICLOUD_SDK_SK": DEFAULT_ACCOUNT.secret_key,
        "HUAWEICLOUD_SDK_PROJECT_ID": DEFAULT_ACCOUNT.project_id,
    }
    endpoint = Endpoint(
        cloud="emulator",
        region=region,
        api_url="http://127.0.0.1",
        registry=f"swr.{region}.myhuaweicloud.com",
        iam_url=None,
    )
    state = settings.state_dir / EMULATOR_STATE
    try:
        settings.state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        app = create_app(state=state, region=region)
    except (OSError, EmulatorStateError) as error:
        raise StateUnavailable(f"The emulator cannot use {state}: {error}", hint=_STATE_HINT) from None
    credentials = find_credentials(keys, home=settings.state_dir, metadata_url=None)
    return SwrCloud(endpoint, credentials, transport=in_process(app))
