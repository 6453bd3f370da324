# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the benchmark does, and what it measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .people import Object, entry

# The ways to do a piece of work. The first two are loops, and the floors are scripts.
URI, ONE_BY_ONE, ONE_BY_ONE_APART = "uri loop", "scim_user loop", "scim_user loop, own processes"
AT_ONCE, AT_ONCE_APART, FILES = "scim_directory", "scim_directory, own process", "apply_directory"
THREADS, ASYNCIO = "floor: threads", "floor: asyncio"
FLOORS = (THREADS, ASYNCIO)
ROLE, ROLE_APART = "role admin_portal", "role admin_portal, own processes"
ROLE_RUNS = ("Admin Portal set up", "Admin Portal set up again")


@dataclass(frozen=True)
class Work:
    """A piece of work: the tenant before it, the desired state, and the counts that the server reports after it."""

    name: str
    count: int
    tenant: Mapping[str, int]
    users: Sequence[Object]
    left: Mapping[str, object]
    groups: Sequence[Object] = ()
    reads: str = "list"  # or filter, for a few users of a large tenant


def _entries(start: int, end: int) -> list[Object]:
    return [entry(number) for number in range(start, end)]


def new_users(count: int) -> Work:
    return Work("new users", count, {}, _entries(0, count), {"users": count})


def unchanged_users(count: int) -> Work:
    return Work("unchanged users", count, {"users": count}, _entries(0, count), {"users": count})


def drifted_users(count: int) -> Work:
    drifted = count // 100
    return Work(
        "users, 1 % changed",
        count,
        {"users": count, "drifted": drifted},
        _entries(0, count),
        {"users": count, "drifted": 0},
    )


def few_new_users(count: int, others: int) -> Work:
    users = _entries(others, others + count)
    return Work(
        f"new users among {others:,}", count, {"users": others}, users, {"users": others + count}, reads="filter"
    )


def members(count: int, changed: int) -> Work:
    """Return the work of one group. The first members on the server are removed, and as many others added."""
    names = [options["user_name"] for options in _entries(changed, count + changed)]
    groups = [{"display_name": "everybody-else", "users": {"set": names}}]
    tenant = {"users": count + changed, "members": count}
    return Work("changed members" if changed else "unchanged members", count, tenant, [], {"members": [count]}, groups)


@dataclass(frozen=True)
class Run:
    """One way to do one piece of work.

    ``seconds`` is the time of the work: a process from start to end for a script, and for a module in its own process;
    otherwise ansible-playbook without the time that it takes by itself. ``whole`` is the time of the whole command.
    The memory is the peak of the module or script, and of the largest process of the command.
    """

    way: str
    work: str
    count: int
    latency: float
    seconds: float
    whole: float
    megabytes: float = 0
    whole_megabytes: float = 0
    server_cpu: float = 0
    requests: Mapping[str, int] = field(default_factory=dict)

    @property
    def each(self) -> float:
        return self.seconds / self.count

    @property
    def sent(self) -> int:
        return sum(self.requests.values())


@dataclass(frozen=True)
class Bar:
    """An upper limit for a figure; with ``least``, a lower limit."""

    what: str
    value: float
    limit: float
    least: bool = False

    @property
    def met(self) -> bool:
        return self.value >= self.limit if self.least else self.value <= self.limit
