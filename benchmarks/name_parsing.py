"""How long reading a name takes, accepted and refused: nanoseconds a call, and what a refusal costs against a name.

Run: python benchmarks/name_parsing.py
"""

import statistics
import time
from collections.abc import Callable

from swr_tools.errors import NameInvalid
from swr_tools.names import (
    ExistingOrganizationName,
    ExistingRepositoryName,
    ImageReference,
    OrganizationName,
    RepositoryName,
)

RUNS = 9
HOST = "swr.cn-north-4.myhuaweicloud.com"
DIGEST = "sha256:" + "0123456789abcdef" * 4
CASES: list[tuple[str, Callable[[str], object], str, str]] = [
    ("organization, new", OrganizationName.parse, "cloud-develop", "Cloud-Develop"),
    ("organization, existing", ExistingOrganizationName.parse, "cloud--develop", "cloud_-develop"),
    ("organization, longest", OrganizationName.parse, "a" * 64, "a" * 63 + "-"),
    ("repository, new", RepositoryName.parse, "team/app__v2", "team$app"),
    ("repository, longest", ExistingRepositoryName.parse, "a/" * 63 + "bc", "a/" * 64),
    ("reference, short", ImageReference.parse, "group/team/app:1.2", "Group/team/app:1.2"),
    ("reference, full", ImageReference.parse, f"{HOST}/group/app:1.2@{DIGEST}", f"{HOST}/group/app:1.2@{DIGEST[:-1]}"),
    ("reference, pull line", ImageReference.parse, f"docker pull {HOST}/group/app:1.2", "docker pull ghcr.io/a/b"),
]


def nanoseconds(call: Callable[[], object], times: int) -> float:
    """The median over the runs of one call's mean duration."""
    runs: list[float] = []
    for _ in range(RUNS):
        began = time.perf_counter_ns()
        for _ in range(times):
            call()
        runs.append((time.perf_counter_ns() - began) / times)
    return statistics.median(runs)


def refusing(parse: Callable[[str], object], text: str) -> Callable[[], object]:
    """A call that parses a text which must be refused."""

    def call() -> object:
        try:
            return parse(text)
        except NameInvalid as error:
            return error

    assert isinstance(call(), NameInvalid), text
    return call


def main() -> None:
    """Print one line for each case, and one for a million characters."""
    print(f"{'':24}{'valid, ns':>12}{'refused, ns':>14}{'ratio':>8}")
    for label, parse, valid, invalid in CASES:
        good = nanoseconds(lambda parse=parse, valid=valid: parse(valid), 5_000)
        bad = nanoseconds(refusing(parse, invalid), 1_000)
        print(f"{label:24}{good:12,.0f}{bad:14,.0f}{bad / good:8.1f}")
    million = nanoseconds(refusing(OrganizationName.parse, "a-" * 500_000), 100)
    print(f"{'a million characters':24}{'':12}{million:14,.0f}")


if __name__ == "__main__":
    main()
