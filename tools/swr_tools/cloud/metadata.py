"""The temporary keys that a cloud server (ECS) gets from its metadata service when an agency is assigned to it."""

import asyncio
from datetime import datetime, timedelta

import httpx

from swr_tools.clock import Clock
from swr_tools.cloud.refusals import BROKEN
from swr_tools.cloud.sentences import WAYS_ON
from swr_tools.cloud.signing import Keys
from swr_tools.cloud.transport import tls_for
from swr_tools.cloud.wire import json_object, member, read_moment
from swr_tools.errors import CredentialsMissing

_LONGEST_WAIT = 1.0
_UNSAID_LIFE = timedelta(hours=1)


async def fetch_machine_keys(metadata_url: str, clock: Clock) -> tuple[Keys, datetime]:
    """The temporary keys of the cloud server this runs on, and when they expire.

    Not being on one shows within about a second.

    Raises:
        CredentialsMissing: This is no cloud server, no agency is assigned to it, or its keys cannot be sent.
    """
    try:
        async with (
            asyncio.timeout(_LONGEST_WAIT),
            # A proxy has its own metadata service, if any: its keys would be somebody else's.
            httpx.AsyncClient(trust_env=False, verify=tls_for(metadata_url), timeout=_LONGEST_WAIT) as http,
        ):
            session = await http.put(
                f"{metadata_url}/meta-data/latest/api/token", headers={"X-Metadata-Token-Ttl-Seconds": "21600"}
            )
            headers = {"X-Metadata-Token": session.text.strip()} if session.is_success else {}
            response = await http.get(f"{metadata_url}/openstack/latest/securitykey", headers=headers)
    except BROKEN:
        sentence = "No credentials for SWR were found, and this is not a cloud server with keys of its own."
        raise CredentialsMissing(sentence, hint=WAYS_ON) from None
    keys = member(json_object(response.content if response.is_success else b""), "credential")
    access, secret, token = (keys.get(name) for name in ("access", "secret", "securitytoken"))
    if not (isinstance(access, str) and isinstance(secret, str) and isinstance(token, str)):
        raise CredentialsMissing(
            "No credentials for SWR were found, and this cloud server has no agency.", hint=WAYS_ON
        )
    expires_at = read_moment(keys.get("expires_at"))
    return Keys(access, secret, token), expires_at or clock.now() + _UNSAID_LIFE
