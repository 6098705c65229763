"""`list-organizations` over 10,000 organizations, against `json.loads` and one pydantic validation of the same bytes.

Everything the operation does is measured: the request to an in-process transport, reading, sorting, the result.
Aim: at most 1.3 of the reference. Run: python benchmarks/list_organizations.py
"""

import asyncio
import gc
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pydantic

from swr_tools.cloud.connection import SwrCloud
from swr_tools.cloud.credentials import find_credentials
from swr_tools.cloud.endpoints import endpoint_for
from swr_tools.cloud.transport import in_process
from swr_tools.operations import ListOrganizations

COUNT, RUNS = 10_000, 15
NAMES = [f"team-{number * 7919 % COUNT:05d}" for number in range(COUNT)]
BODY = json.dumps(
    {
        "namespaces": [
            {"id": i, "name": name, "creator_name": "alice", "auth": 7, "access_user_count": 1, "repo_count": 3}
            for i, name in enumerate(NAMES)
        ]
    }
).encode()


class Row(pydantic.BaseModel):
    """An organization as SWR sends it."""

    id: int
    name: str
    creator_name: str
    auth: int
    access_user_count: int
    repo_count: int


class Answer(pydantic.BaseModel):
    """The whole answer."""

    namespaces: list[Row]


async def canned(scope: object, receive: object, send: Callable[..., asyncio.Future[None]]) -> None:
    """An ASGI application that always answers with the same bytes."""
    del scope, receive
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})


def reference() -> int:
    """The least that anybody would do with the answer."""
    return len(Answer.model_validate(json.loads(BODY)).namespaces)


async def main() -> None:
    """Print medians and the ratio."""
    endpoint = endpoint_for("huaweicloud", "cn-north-4", api_url="http://127.0.0.1")
    keys = {"HUAWEICLOUD_SDK_AK": "AKEXAMPLE", "HUAWEICLOUD_SDK_SK": "SKEXAMPLE"}
    credentials = find_credentials(keys, home=Path(), metadata_url=None)
    ours: list[float] = []
    theirs: list[float] = []
    async with SwrCloud(endpoint, credentials, transport=in_process(canned)) as cloud:
        for _ in range(RUNS + 1):
            gc.collect()
            start = time.perf_counter()
            assert len((await ListOrganizations().run(cloud)).organizations) == COUNT
            ours.append(time.perf_counter() - start)
            gc.collect()
            start = time.perf_counter()
            assert reference() == COUNT
            theirs.append(time.perf_counter() - start)
    mine, least = statistics.median(ours[1:]), statistics.median(theirs[1:])
    print(
        f"list-organizations {mine * 1e3:.1f} ms, json.loads + pydantic {least * 1e3:.1f} ms, ratio {mine / least:.2f}"
    )


if __name__ == "__main__":
    asyncio.run(main())
