# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure what policies cost a run of scim_directory that changes nothing, as a ratio of requests and of time.

``python -m tests.benchmarks.policies`` prints a line for a directory with all kinds of objects, and one for users and
groups alone. The tenant is the emulator on this machine, so a request takes next to no time on the way.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "build/collections"))

from ansible_collections.idops.cyberark_identity.tests.unit.harness import Tenant, run_module  # noqa: E402

from .access import shipped_policies  # noqa: E402

USERS, GROUPS, SAFES, TIMES = 2_000, 200, 500, 5
LISTS = {
    "all kinds": ("users", "groups", "containers", "container_permissions"),
    "users and groups": ("users", "groups"),
}


def seed(tenant: Tenant) -> None:
    """Create users, groups of thirty, and safes with four groups each."""
    users = [f"user{number:05}@example.com" for number in range(USERS)]
    groups = [f"group-{number:03}" for number in range(GROUPS)]
    safes = [f"SAFE-{number:03}" for number in range(SAFES)]
    tenant.seed(
        users=[{"userName": name} for name in users],
        groups=[{"displayName": name, "members": users[at * 9 : at * 9 + 30]} for at, name in enumerate(groups)],
        containers=[{"name": name} for name in safes],
        permissions=[
            {"container": name, "group": groups[(at + other) % GROUPS], "rights": ["useAccounts", "listAccounts"]}
            for at, name in enumerate(safes)
            for other in range(4)
        ],
    )


def measured(tenant: Tenant, options: dict[str, Any]) -> tuple[int, float]:
    """Return the requests of a run, and the median of the seconds of several."""
    seconds = []
    for _time in range(TIMES):
        tenant.forget_requests()
        began = time.monotonic()
        result = run_module("scim_directory", {**tenant.connection, **options})
        seconds.append(time.monotonic() - began)
        assert not result.failed and not result["changed"], result.output
    return len(tenant.requests()), statistics.median(seconds)


def main() -> None:
    policies = [{**policy, "severity": "warn"} for policy in shipped_policies()]
    tenant = Tenant.start()
    try:
        seed(tenant)
        directory = run_module("scim_directory_info", tenant.connection)["directory"]
        objects = sum(map(len, directory.values()))
        print(f"\nPolicies in a run that changes nothing, of {objects} objects:")
        for name, kinds in LISTS.items():
            lists = {kind: directory[kind] for kind in kinds}
            requests, seconds = measured(tenant, lists)
            more, longer = measured(tenant, {**lists, "policies": policies})
            print(f"{name:32}{more / requests:8.1f} x the requests{longer / seconds:8.1f} x the time")
    finally:
        tenant.stop()


if __name__ == "__main__":
    main()
