# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure how long it takes to tell who reaches what in a large directory, and in how much memory.

``python -m tests.benchmarks.access`` prints a line for each question: what was asked, the seconds of the processor, the
rows or counts, and the most memory that the process had used by then, in MB. With ``--json`` it prints one document.
"""

from __future__ import annotations

import json
import random
import re
import resource
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "build/collections"))

from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.entries import (  # noqa: E402
    directory_of_entries,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.findings import (  # noqa: E402
    evaluate,
    report_of,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.policies import policies_of  # noqa: E402
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.query import Query  # noqa: E402
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.reach import difference  # noqa: E402
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.rows import (  # noqa: E402
    rows_of,
    summary_of,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.scene import Scene  # noqa: E402
from ansible_collections.idops.cyberark_identity.plugins.module_utils._access.state import State  # noqa: E402
from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.entry_checks import (  # noqa: E402
    entry_checker,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import (  # noqa: E402
    RIGHTS_PRESETS,
)

USERS, GROUPS, SAFES, PERMISSIONS, DEPTH = 20_000, 2_000, 5_000, 50_000, 10
NOW = 1_796_000_000.0  # in 2026
MANY = 200_000  # rows that are made one after the other
TEMPLATE = re.compile(r"\{\{ policy_values\.([a-z_]+) \}\}")
# For the shipped policies, so that each is about something in this directory.
VALUES = {
    "contractors": ["user*7@example.com"],
    "contractor_groups": ["group-0005"],
    "full_rights_groups": ["group-0009"],
    "service_users": ["user0001?@example.com"],
    "service_user_groups": ["group-0019"],
    "scim_service_users": ["user00017@example.com"],
    "production_safes": ["SAFE-*1", "SAFE-*2"],
    "break_glass": ["user00001@example.com"],
}


@dataclass(frozen=True)
class Measured:
    """One question, and what it took."""

    question: str
    seconds: float
    answer: int
    peak_mb: int


def company() -> dict[str, Any]:
    """Return a directory whose groups are nested ten deep, each also in one of another tree. The same each time."""
    chance = random.Random(1)
    users = [f"user{number:05}@example.com" for number in range(USERS)]
    groups = [f"group-{number:04}" for number in range(GROUPS)]
    safes = [f"SAFE-{number:04}" for number in range(SAFES)]
    nested = [
        [groups[number + 1]] if number % DEPTH < DEPTH - 1 and number + 1 < GROUPS else [] for number in range(GROUPS)
    ]
    for number in range(0, GROUPS, DEPTH):
        nested[number].append(groups[chance.randrange(GROUPS)])  # some of these close circles
    presets = [{"set": list(rights)} for rights in RIGHTS_PRESETS.values()]
    members = [
        {"group": chance.choice(groups)} if number % 5 else {"user": chance.choice(users)}
        for number in range(PERMISSIONS)
    ]
    return {
        "users": [{"user_name": name, "active": chance.random() > 0.05} for name in users],
        "groups": [
            {"display_name": name, "users": {"set": chance.sample(users, 30)}, "groups": {"set": inner}}
            for name, inner in zip(groups, nested, strict=True)
        ],
        "containers": [{"name": name} for name in safes],
        "container_permissions": [
            {
                "container": safes[number % SAFES],
                **member,
                "rights": chance.choice(presets),
                "membership_expiration": None if number % 4 else "2027-01-31T12:00:00Z",
            }
            for number, member in enumerate(members)
        ],
        "privileged_data": [{"container": name, "name": f"root@{name.lower()}"} for name in safes],
    }


def shipped_policies() -> list[dict[str, Any]]:
    """Return the policies of the collection, with VALUES in the place of templates."""
    defaults = yaml.safe_load((ROOT / "playbooks/vars/policies.yml").read_text())["policy_values"]

    def filled(value: Any) -> Any:
        if isinstance(value, str) and (found := TEMPLATE.fullmatch(value)):
            return {**defaults, **VALUES}[found[1]]
        if isinstance(value, dict):
            return {key: filled(item) for key, item in value.items()}
        return [filled(item) for item in value] if isinstance(value, list) else value

    paths = sorted((ROOT / "playbooks/policies").glob("*.yml"))
    return [filled(policy) for path in paths for policy in yaml.safe_load(path.read_text())["policies"]]


def measured(question: str, ask: Callable[[], int]) -> Measured:
    began = time.process_time()  # another process may have the processor
    answer = ask()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "linux" else 1024 * 1024)
    return Measured(question, round(time.process_time() - began, 2), answer, peak)


def count(rows: Iterable[Any]) -> int:
    return sum(1 for _row in rows)


def changed(directory: dict[str, Any]) -> dict[str, Any]:
    """Return the directory with another user in one group."""
    first, *others = directory["groups"]
    users = {"set": [*first["users"]["set"], "user00000@example.com"]}
    return {**directory, "groups": [{**first, "users": users}, *others]}


def findings_in(state: State) -> int:
    """Return how many findings the shipped policies have."""
    evaluations = evaluate(policies_of(shipped_policies()), Scene(state, NOW))
    return sum(int(policy["findings"]) for policy in report_of(evaluations, ())["policies"])


def run() -> list[Measured]:
    """Ask all questions. The first ones are what a task with a summary and filtered rows does."""
    directory, states = company(), list[State]()

    def read() -> int:
        states.append(State.of(directory))
        return len(states[0].permissions)

    def ask(**names: Any) -> int:
        return count(rows_of(states[0], NOW, Query.of(names)))

    return [
        measured("read the directory", read),
        measured("count all rows", lambda: int(summary_of(states[0], NOW)["rows"])),
        measured("rows of a user", lambda: ask(users=["user00017@example.com"])),
        measured("rows by a group", lambda: ask(groups=["group-0009"])),
        measured("rows of ten safes", lambda: ask(containers=["SAFE-000?"])),
        measured("rows of an account", lambda: ask(privileged_data=["root@safe-4711"], rights=["useAccounts"])),
        measured("the first 200,000 rows", lambda: count(islice(rows_of(states[0], NOW), MANY))),
        measured(
            "the difference of two states", lambda: count(difference(states[0], State.of(changed(directory)), NOW))
        ),
        measured("all shipped policies", lambda: findings_in(states[0])),
        measured("check all entries of files", lambda: len(directory_of_entries(directory, entry_checker())["users"])),
    ]


def main() -> None:
    results = run()
    if "--json" in sys.argv[1:]:
        print(json.dumps([asdict(each) for each in results]))
        return
    print(f"{USERS} users, {GROUPS} groups nested {DEPTH} deep, {SAFES} safes, {PERMISSIONS} permissions\n")
    for each in results:
        print(f"{each.question:32}{each.seconds:8.2f} s{each.answer:12}{each.peak_mb:8} MB")


if __name__ == "__main__":
    main()
