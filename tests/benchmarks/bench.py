# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure the same work done in four ways: bench.py [--quick]. ``make bench`` runs it.

Writes docs/benchmarks.md and docs/benchmarks.svg. Exits with a status other than 0 if a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from .people import Object, entry
from .report import write

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LATENCY = 0.05
WORKERS = 16
LOOPED = 20  # users in the runs that loop over scim_user or uri
MEMBERS = 10_000
RATE, LIMITED = 20, 400  # requests a second, users


@dataclass(frozen=True)
class Run:
    """One way to do one piece of work.

    ``seconds`` is the time of the process that does the work: module or script. For a loop it is the time of the
    tasks: ansible-playbook without its start. ``whole`` is the time of the whole command.
    """

    way: str
    work: str
    count: int
    latency: float
    seconds: float
    whole: float
    megabytes: float = 0
    server_cpu: float = 0
    report: Object = field(default_factory=dict)

    @property
    def place(self) -> tuple[str, int, float]:
        return (self.work, self.count, self.latency)

    @property
    def each(self) -> float:
        return self.seconds / self.count


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


class Bench:
    """A server, and the runs against it."""

    def __init__(self, info: Object, folder: Path) -> None:
        self._info, self._folder = info, folder
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = info["ca_path"]
        self.start = 0.0
        self.runs: list[Run] = []
        self.bars: list[Bar] = []

    def control(self, **tenant: Any) -> Object:
        method = "POST" if tenant else "GET"
        answer = self._session.request(method, f"{self._info['url']}/control", json=tenant or None, timeout=120)
        answer.raise_for_status()
        found: Object = answer.json()
        return found

    def _execute(self, command: Sequence[str], variables: Mapping[str, str] | None = None) -> tuple[float, Object]:
        """Return the seconds that a command took, and the measures of its longest measured process."""
        measures = self._folder / "measures"
        measures.unlink(missing_ok=True)
        # With this variable set, Python reads a module from a pipe byte by byte: half a second per megabyte.
        inherited = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
        environment = {
            **inherited,
            "ANSIBLE_CONFIG": str(ROOT / "tests/demo/ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build/collections"),
            "BENCHMARK_PYTHON": sys.executable,
            "BENCHMARK_MEASURES": str(measures),
            "CYBERARK_IDENTITY_TENANT_URL": self._info["url"],
            "CYBERARK_IDENTITY_CA_PATH": self._info["ca_path"],
            "CYBERARK_IDENTITY_APP_ID": "benchmark",
            "CYBERARK_IDENTITY_CLIENT_ID": "benchmark@example.com",
            "CYBERARK_IDENTITY_CLIENT_SECRET": "benchmark-secret",
            **(variables or {}),
        }
        began = time.monotonic()
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - began
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        lines = measures.read_text().splitlines() if measures.exists() else []
        return seconds, max(map(json.loads, lines), key=lambda measure: measure["seconds"], default={})

    def playbook(
        self,
        name: str,
        wanted: Path | None = None,
        python: str = sys.executable,
        variables: Mapping[str, str] | None = None,
    ) -> tuple[float, Object]:
        command = [str(Path(sys.executable).parent / "ansible-playbook"), str(HERE / f"{name}.yml")]
        command += [
            "-e",
            f"benchmark_workers={WORKERS}",
            "-e",
            f"ansible_python_interpreter={python}",
            *(["-e", f"@{wanted}"] if wanted else []),
        ]
        return self._execute(command, variables)

    def wanted(self, users: int, members: Sequence[str] = ()) -> Path:
        """Write the desired state to a file of variables, and return its path."""
        groups = [{"display_name": "everybody-else", "users": {"set": list(members)}}] if members else []
        path = self._folder / "wanted.json"
        entries = [entry(number) for number in range(users)]
        path.write_text(json.dumps({"benchmark_users": entries, "benchmark_groups": groups}))
        return path

    def loop(self, name: str, latency: float) -> None:
        self.control(latency=latency)
        whole, _measure = self.playbook(name, self.wanted(LOOPED))
        self._note(Run(name, "new users", LOOPED, latency, whole - self.start, whole, report=self.control()))

    def both(self, work: str, count: int, latency: float, times: int = 1) -> None:
        """Measure scim_directory and the bare script in turn, so many times each, and note the median of each."""
        if work == "new users":
            wanted, tenant = self.wanted(count), {"users": 0, "latency": latency}
        elif work == "unchanged users":
            wanted, tenant = self.wanted(count), {"users": count, "latency": latency}
        else:
            # The task removes the first 500 members on the server and adds 500 others.
            shift = 500 if work == "changed members" else 0
            members = [entry(number)["user_name"] for number in range(shift, count + shift)]
            wanted = self.wanted(0, members)
            tenant = {"users": count + 500, "members": count, "latency": latency}
        taken: dict[str, list[Run]] = {}
        for _time in range(times):
            for way in ("scim_directory", "bare script"):
                self.control(**tenant)
                if way == "scim_directory":
                    whole, measure = self.playbook(way, wanted, str(HERE / "measured.py"))
                else:
                    module = ["-m", "tests.benchmarks.bare", str(wanted), str(WORKERS)]
                    whole, measure = self._execute([sys.executable, str(HERE / "measured.py"), *module])
                report = self.control()
                left = (report["users"], report["members"])
                if left != ((count, []) if "users" in work else (count + 500, [count])):
                    raise SystemExit(f"{way}, {work}: the server holds {left}")
                run = Run(
                    way, work, count, latency, measure["seconds"], whole, measure["megabytes"], report["cpu"], report
                )
                taken.setdefault(way, []).append(run)
        for runs in taken.values():
            self._note(sorted(runs, key=lambda run: run.seconds)[len(runs) // 2])

    def limited(self, retry_after: int) -> None:
        work = "new users, 20 requests a second" + (f", Retry-After: {retry_after}" if retry_after else "")
        self.control(rate=RATE, retry_after=retry_after)
        whole, measure = self.playbook("scim_directory", self.wanted(LIMITED), str(HERE / "measured.py"))
        report = self.control()
        run = Run("scim_directory", work, LIMITED, 0, measure["seconds"], whole, measure["megabytes"], 0, report)
        self._note(run)
        # The requests that the server could have admitted: the bucket starts full and is refilled at the rate.
        admitted = sum(number for kind, number in report["requests"].items() if kind not in ("token", "refused"))
        share = admitted / (RATE + RATE * report["seconds"])
        self.bars.append(Bar(f"{work}: share of what the server allows", share, 0.9, least=True))
        self.bars.append(Bar(f"{work}: users that were not created", LIMITED - report["users"], 0))

    def journaled(self, count: int, latency: float, times: int = 3) -> None:
        """Compare new users with and without a journal, in turn, by the median of so many times."""
        journal = self._folder / "journal.jsonl"
        seconds: dict[str, list[float]] = {"": [], str(journal): []}
        for _time in range(times):
            for path, taken in seconds.items():
                self.control(users=0, latency=latency)
                variable = {"CYBERARK_IDENTITY_JOURNAL_PATH": path}
                python = str(HERE / "measured.py")
                taken.append(self.playbook("scim_directory", self.wanted(count), python, variable)[1]["seconds"])
        lines = len(journal.read_text().splitlines())
        if lines != 2 * count * times:
            raise SystemExit(f"the journal has {lines} lines")
        without, recorded = map(statistics.median, seconds.values())
        text = f"{count:,} new users: with a journal to without, at {latency * 1000:.0f} ms"
        print(f"{text}: {recorded:.2f} s to {without:.2f} s", flush=True)
        self.bars.append(Bar(text, recorded / without, 1.05))

    def _note(self, run: Run) -> None:
        self.runs.append(run)
        print(
            f"{run.work}, {run.count:,}, {run.latency * 1000:.0f} ms, {run.way}: {run.seconds:.2f} s "
            f"({run.whole:.2f} s), {run.megabytes:.0f} MB, server {run.server_cpu:.2f} s, {run.report['requests']}",
            flush=True,
        )

    def find(self, way: str, work: str, count: int, latency: float) -> Run:
        return next(run for run in self.runs if (run.way, *run.place) == (way, work, count, latency))

    def run(self, quick: bool) -> None:
        self.start = statistics.median(self.playbook("empty")[0] for _time in range(3))
        print(f"ansible-playbook by itself: {self.start:.2f} s", flush=True)
        for latency in (0, LATENCY):
            for name in ("uri", "scim_user"):
                self.loop(name, latency)
            for count in (100, 1_000) if quick else (100, 1_000, 10_000):
                self.both("new users", count, latency, times=3 if count == 1_000 else 1)
                self.both("unchanged users", count, latency, times=3)
            if not quick:
                self.both("unchanged users", 100_000, latency)
                self.both("changed members", MEMBERS, latency)
                self.both("unchanged members", MEMBERS, latency)
        for retry_after in (1, 0):
            self.limited(retry_after)
        self.journaled(1_000, LATENCY)
        self._judge(quick)

    def _judge(self, quick: bool) -> None:
        bars: list[Bar] = []
        for latency in (0, LATENCY):
            at = f"at {latency * 1000:.0f} ms"
            uri, user = (self.find(name, "new users", LOOPED, latency) for name in ("uri", "scim_user"))
            new, bare = (self.find(way, "new users", 1_000, latency) for way in ("scim_directory", "bare script"))
            bars.append(Bar(f"a scim_user loop to a uri loop, {at}", user.each / uri.each, 1.0))
            text = f"1,000 new users: times faster for each than a uri loop, {at}"
            bars.append(Bar(text, uri.each / new.each, 100, least=True))
            if latency:
                bars.append(Bar(f"1,000 new users: to the bare script, {at}", new.seconds / bare.seconds, 1.3))
            if quick:
                continue
            ten, hundred = (self.find("scim_directory", "unchanged users", n, latency) for n in (10_000, 100_000))
            floor = self.find("bare script", "unchanged users", 10_000, latency)
            if latency:
                bars.append(Bar(f"10,000 unchanged users: to the bare listing, {at}", ten.seconds / floor.seconds, 1.5))
            bars.append(Bar(f"10,000 unchanged users: MB, {at}", ten.megabytes, 250))
            text = "100,000 unchanged users to 10,000"
            bars.append(Bar(f"{text}: seconds, {at}", hundred.seconds / ten.seconds, 10))
            bars.append(Bar(f"{text}: MB, {at}", hundred.megabytes / ten.megabytes, 10))
            bars.append(Bar(f"100,000 unchanged users: MB, {at}", hundred.megabytes, 1200))
        tokens = max(run.report["requests"]["token"] for run in self.runs if run.way == "scim_directory")
        self.bars = [*bars, Bar("tokens in a task", tokens, 1), *self.bars]


@contextmanager
def server(folder: Path) -> Iterator[Object]:
    command = [sys.executable, "-m", "tests.benchmarks.server", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure the collection.")
    parser.add_argument("--quick", action="store_true", help="no more than 1,000 users; writes to build, not to docs")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory(prefix="cyberark-identity-benchmark-") as folder, server(Path(folder)) as info:
        bench = Bench(info, Path(folder))
        began, load = time.monotonic(), os.getloadavg()[0]
        bench.run(quick)
    target = ROOT / ("build" if quick else "docs")
    loads = (load, os.getloadavg()[0])
    write(target, WORKERS, bench.runs, bench.bars, bench.start, time.monotonic() - began, loads)
    for limit in bench.bars:
        sign = "at least" if limit.least else "at most"
        print(f"{'met   ' if limit.met else 'MISSED'} {limit.what}: {limit.value:.2f}, {sign} {limit.limit:g}")
    return 0 if all(limit.met for limit in bench.bars) else 1


if __name__ == "__main__":
    sys.exit(main())
