# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The limits that the benchmark checks, as ratios of runs on the same machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .values import (
    ASYNCIO,
    AT_ONCE,
    AT_ONCE_APART,
    FILES,
    ONE_BY_ONE,
    ONE_BY_ONE_APART,
    ROLE,
    ROLE_APART,
    ROLE_RUNS,
    THREADS,
    URI,
    Bar,
    Run,
)


class Runs:
    """Finds runs by what they did."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = runs

    def find(self, way: str, work: str, latency: float = 0, count: int | None = None) -> Run:
        """Return the run with this count; without one, the run of the fewest objects."""
        found = [run for run in self._runs if (run.way, run.work, run.latency) == (way, work, latency)]
        return min((run for run in found if count in (None, run.count)), key=lambda run: run.count)

    def has(self, way: str, work: str, latency: float, count: int) -> bool:
        return any((run.way, run.work, run.latency, run.count) == (way, work, latency, count) for run in self._runs)


def bars_of(runs: Sequence[Run], start: float) -> list[Bar]:
    """Return the bars that the runs allow to compute. ``start`` is the time of an empty playbook."""
    every = Runs(runs)
    return [*_loops(every), *_single_tasks(every), *_directories(every, start), *_large(every)]


def _loops(runs: Runs) -> Iterator[Bar]:
    for latency, module, uri in ((0, 25, 40), (0.05, 4, 4)):
        if not runs.has(URI, "new users", latency, runs.find(URI, "new users").count):
            continue
        loop, at = runs.find(ONE_BY_ONE, "new users", latency), f"at {latency * 1000:.0f} ms"
        text = f"a new user in a loop of {loop.count}: times faster than"
        apart = runs.find(ONE_BY_ONE_APART, "new users", latency).each / loop.each
        yield Bar(f"{text} in processes of their own, {at}", apart, module, least=True)
        yield Bar(f"{text} with uri, {at}", runs.find(URI, "new users", latency).each / loop.each, uri, least=True)
        yield Bar(f"tokens of this loop, {at}", loop.requests["token"], 1)
        same = runs.find(ONE_BY_ONE, "unchanged users", latency)
        yield Bar(f"requests for an unchanged user, {at}", (same.sent - 1) / same.count, 1)
        if latency:  # a new user takes three requests, and two of them are sent at the same time
            yield Bar(f"round trips for a new user, {at}", loop.each // latency, 2)
            yield Bar(f"round trips for an unchanged user, {at}", same.each // latency, 1)


def _single_tasks(runs: Runs) -> Iterator[Bar]:
    single = runs.find(ONE_BY_ONE, "unchanged user")
    yield Bar("one unchanged user: seconds more than an empty playbook", single.seconds, 0.25)
    for work in ROLE_RUNS:
        here, apart = runs.find(ROLE, work), runs.find(ROLE_APART, work)
        text = f"{work} by the role"
        yield Bar(f"{text}: times faster than in processes of their own", apart.whole / here.whole, 3, least=True)
        yield Bar(f"{text}: tokens", here.requests["token"], 2)
        yield Bar(f"{text}: requests", here.sent, 45)


def _directories(runs: Runs, start: float) -> Iterator[Bar]:
    for latency, limit in ((0, 1.6), (0.05, 1.15)):
        if not runs.has(AT_ONCE_APART, "new users", latency, 1_000):
            continue
        new, threads = (runs.find(way, "new users", latency, 1_000) for way in (AT_ONCE_APART, THREADS))
        better = min(threads.seconds, runs.find(ASYNCIO, "new users", latency, 1_000).seconds)
        floor, name = (better, "the better floor") if latency else (threads.seconds, "the floor with threads")
        yield Bar(f"1,000 new users: to {name}, at {latency * 1000:.0f} ms", new.seconds / floor, limit)
    listing = runs.find(THREADS, "unchanged users", 0, 10_000)
    files = runs.find(FILES, "unchanged users", 0, 10_000)
    text = "apply_directory, 10,000 unchanged users, all of it"
    yield Bar(f"{text}: to the bare listing and an empty playbook", files.whole / (listing.whole + start), 4)
    yield Bar(f"{text}: seconds", files.whole, 4)
    module = runs.find(AT_ONCE_APART, "unchanged users", 0, 10_000)
    yield Bar("scim_directory, 10,000 unchanged users: MB of the module", module.megabytes, 250)


def _large(runs: Runs) -> Iterator[Bar]:
    count = 100_000
    if not runs.has(FILES, "unchanged users", 0, count):
        return
    files, apart = (runs.find(way, "unchanged users", 0, count) for way in (FILES, AT_ONCE_APART))
    text = "apply_directory, 100,000 unchanged users, all of it"
    yield Bar(f"{text}: to scim_directory with variables, in its own process", files.whole / apart.whole, 0.5)
    yield Bar(f"{text}: seconds", files.whole, 25)
    yield Bar(f"{text}: MB of the controller", files.whole_megabytes, 500)
    ten = runs.find(AT_ONCE_APART, "unchanged users", 0, 10_000)
    yield Bar("100,000 unchanged users to 10,000: seconds of the module", apart.seconds / ten.seconds, 10)
    tokens = max(runs.find(AT_ONCE, "unchanged users", 0, each).requests["token"] for each in (10_000, count))
    yield Bar("tokens of a scim_directory task", tokens, 1)
