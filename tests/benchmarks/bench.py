# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure the same work done in several ways: bench.py [--quick]. ``make bench`` runs it.

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
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from . import values
from .bars import bars_of
from .people import Object
from .report import write
from .values import Bar, Run, Work

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LATENCY = 0.05
WORKERS = 16
FILES = 40  # of apply_directory
RATE, LIMITED = 20, 400  # requests a second, users
APART = {"cyberark_identity_in_process": False}
SCRIPTS = {values.THREADS: "tests.benchmarks.bare", values.ASYNCIO: "tests.benchmarks.bare_async"}
PASSWORD = "Benchmark-pass-1"


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    latencies: tuple[float, ...] = (0, LATENCY)
    apart: int = 20  # users in a loop whose items have processes of their own
    looped: int = 200
    large: int = 100_000
    many: int = 10_000
    times: int = 3
    requests: int = 5_000
    quick: bool = False


QUICK = Sizes(latencies=(0,), apart=5, looped=50, large=10_000, many=1_000, times=1, requests=1_000, quick=True)


@dataclass(frozen=True)
class Measured:
    """The cost of a command: its seconds and megabytes, and those of the longest module in it."""

    seconds: float
    megabytes: float
    module: Mapping[str, float] = field(default_factory=dict)


class Bench:
    """A server, and the runs against it."""

    def __init__(self, info: Object, folder: Path, sizes: Sizes) -> None:
        self._info, self._folder, self._sizes = info, folder, sizes
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = info["ca_path"]
        self._connection = {
            "CYBERARK_IDENTITY_TENANT_URL": info["url"],
            "CYBERARK_IDENTITY_CA_PATH": info["ca_path"],
            "CYBERARK_IDENTITY_APP_ID": "benchmark",
            "CYBERARK_IDENTITY_CLIENT_ID": "benchmark@example.com",
            "CYBERARK_IDENTITY_CLIENT_SECRET": "benchmark-secret",
        }
        self.start = 0.0
        self.runs: list[Run] = []
        self.bars: list[Bar] = []

    # -- Commands ---------------------------------------------------------------

    def control(self, **tenant: Any) -> Object:
        method = "POST" if tenant else "GET"
        answer = self._session.request(method, f"{self._info['url']}/control", json=tenant or None, timeout=120)
        answer.raise_for_status()
        found: Object = answer.json()
        return found

    def _execute(self, command: Sequence[str], variables: Mapping[str, str] | None = None) -> tuple[str, Measured]:
        """Run Python with a command, and return its output and its cost."""
        measures = self._folder / "measures"
        measures.unlink(missing_ok=True)
        # With the first, Python reads a module from a pipe byte by byte. The others belong to another tenant.
        foreign = ("PYTHONUNBUFFERED", "CYBERARK_", "ANSIBLE_")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        environment = {
            **inherited,
            "ANSIBLE_CONFIG": str(ROOT / "tests/demo/ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build/collections"),
            "ANSIBLE_HOME": str(self._folder / "ansible"),
            "PYTHONPATH": str(ROOT / "build/collections"),
            "BENCHMARK_PYTHON": sys.executable,
            "BENCHMARK_MEASURES": str(measures),
            **(self._connection if variables is None else variables),
        }
        wrapped = [sys.executable, str(HERE / "measured.py"), *command]
        done = subprocess.run(wrapped, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        *modules, whole = map(json.loads, measures.read_text().splitlines())
        longest: Mapping[str, float] = max(modules, key=lambda measure: measure["seconds"], default={})
        return done.stdout, Measured(whole["seconds"], whole["megabytes"], longest)

    def playbook(
        self,
        playbook: Path | str,
        variables: Mapping[str, Any] | None = None,
        *,
        apart: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> Measured:
        """Run a playbook. With ``apart``, its modules have processes of their own."""
        python = str(HERE / "measured.py") if apart else sys.executable
        given = {"ansible_python_interpreter": python, **(APART if apart else {}), **(variables or {})}
        wanted = ["-e", f"@{self._folder / 'wanted.json'}"] if (self._folder / "wanted.json").exists() else []
        command = [
            str(Path(sys.executable).parent / "ansible-playbook"),
            str(playbook),
            *wanted,
            "-e",
            json.dumps(given),
        ]
        return self._execute(command, environment)[1]

    def _want(self, work: Work) -> None:
        """Write the desired state to a file of variables."""
        state = {"benchmark_users": work.users, "benchmark_groups": work.groups, "benchmark_reads": work.reads}
        content = json.dumps({**state, "benchmark_workers": WORKERS})
        (self._folder / "wanted.json").write_text(content)

    def _write_files(self, work: Work) -> Path:
        """Write the desired state to the files of apply_directory, as people write YAML."""
        folder = self._folder / "directory"
        folder.mkdir(exist_ok=True)
        size = -(-len(work.users) // FILES)
        for number in range(FILES):
            part = work.users[number * size : (number + 1) * size]
            lines = ["---", "users:"] if part else ["---", "users: []"]
            for options in part:
                pairs = [f"{key}: {json.dumps(value)}" for key, value in options.items()]
                lines += ["  - " + pairs[0], *(f"    {pair}" for pair in pairs[1:])]
            (folder / f"part{number:02}.yml").write_text("\n".join(lines) + "\n")
        return folder

    # -- Pieces of work ---------------------------------------------------------

    def _do(self, way: str, work: Work) -> Measured:
        if way in SCRIPTS:
            return self._execute(["-m", SCRIPTS[way], str(self._folder / "wanted.json"), str(WORKERS)])[1]
        if way == values.FILES:
            (self._folder / "wanted.json").unlink()
            given = {"directory_path": str(self._write_files(work)), "directory_workers": WORKERS}
            return self.playbook(ROOT / "playbooks/apply_directory.yml", given)
        names = {values.URI: "uri", values.ONE_BY_ONE: "scim_user", values.ONE_BY_ONE_APART: "scim_user"}
        name = names.get(way, "scim_directory")
        return self.playbook(HERE / f"{name}.yml", apart=way in (values.AT_ONCE_APART, values.ONE_BY_ONE_APART))

    def compare(self, work: Work, latency: float, ways: Sequence[str], times: int = 1) -> None:
        """Do a piece of work in turn in each way, so many times, and note the median run of each."""
        taken: dict[str, list[Run]] = {}
        for _time in range(times):
            for way in ways:
                self.control(**work.tenant, latency=latency)
                self._want(work)
                measured = self._do(way, work)
                report = self.control()
                if {key: report[key] for key in work.left} != work.left:
                    raise SystemExit(f"{way}, {work.name}: the server holds {report}")
                taken.setdefault(way, []).append(self._run(way, work, latency, measured, report))
        for runs in taken.values():
            self._note(sorted(runs, key=lambda run: run.whole)[len(runs) // 2])

    def _run(self, way: str, work: Work, latency: float, measured: Measured, report: Object) -> Run:
        if way in SCRIPTS:
            seconds, megabytes = measured.seconds, measured.megabytes
        elif way == values.AT_ONCE_APART:
            seconds, megabytes = measured.module["seconds"], measured.module["megabytes"]
        else:
            seconds, megabytes = measured.seconds - self.start, 0
        memory = 0 if way in SCRIPTS else measured.megabytes
        cost = (seconds, measured.seconds, megabytes, memory, report["cpu"])
        return Run(way, work.name, work.count, latency, *cost, requests=report["requests"])

    def _note(self, run: Run) -> None:
        self.runs.append(run)
        print(
            f"{run.count:,} {run.work}, {run.latency * 1000:.0f} ms, {run.way}: {run.seconds:.2f} s "
            f"({run.whole:.2f} s), {run.megabytes:.0f} MB ({run.whole_megabytes:.0f} MB), "
            f"server {run.server_cpu:.2f} s, {dict(run.requests)}",
            flush=True,
        )

    def limited(self, retry_after: int) -> None:
        after = f", Retry-After: {retry_after}" if retry_after else ""
        work = values.new_users(LIMITED)
        self.control(rate=RATE, retry_after=retry_after)
        self._want(work)
        measured = self._do(values.AT_ONCE, work)
        report = self.control()
        name = f"new users, {RATE} requests a second{after}"
        seconds = measured.seconds - self.start
        self._note(Run(values.AT_ONCE, name, LIMITED, 0, seconds, measured.seconds, requests=report["requests"]))
        # The requests that the server could have admitted: the bucket starts full and is refilled at the rate.
        admitted = sum(number for kind, number in report["requests"].items() if kind not in ("token", "refused"))
        share = admitted / (RATE + RATE * report["seconds"])
        self.bars.append(Bar(f"{name}: share of what the server allows", share, 0.9, least=True))
        self.bars.append(Bar(f"{name}: users that were not created", LIMITED - report["users"], 0))

    def journaled(self, count: int, latency: float) -> None:
        """Compare new users with and without a journal, in turn, by the median."""
        journal = self._folder / "journal.jsonl"
        seconds: dict[str, list[float]] = {"": [], str(journal): []}
        self._want(values.new_users(count))
        for _time in range(self._sizes.times):
            for path, taken in seconds.items():
                self.control(users=0, latency=latency)
                variables = {**self._connection, "CYBERARK_IDENTITY_JOURNAL_PATH": path}
                measured = self.playbook(HERE / "scim_directory.yml", apart=True, environment=variables)
                taken.append(measured.module["seconds"])
        lines = len(journal.read_text().splitlines())
        if lines != 2 * count * self._sizes.times:
            raise SystemExit(f"the journal has {lines} lines")
        without, recorded = map(statistics.median, seconds.values())
        text = f"{count:,} new users: with a journal to without, at {latency * 1000:.0f} ms"
        print(f"{text}: {recorded:.2f} s to {without:.2f} s", flush=True)
        self.bars.append(Bar(text, recorded / without, 1.05))

    def single(self) -> None:
        """Compare a playbook with one unchanged user to one that does nothing."""
        self._want(values.unchanged_users(1))
        empty, one = [], []
        for _time in range(2 * self._sizes.times - 1):
            empty.append(self.playbook(HERE / "empty.yml").seconds)
            self.control(users=1)
            one.append(self.playbook(HERE / "scim_user_once.yml").seconds)
        self.start = statistics.median(empty)
        report = self.control()
        whole = statistics.median(one)
        run = Run(values.ONE_BY_ONE, "unchanged user", 1, 0, whole - self.start, whole, requests=report["requests"])
        print(f"ansible-playbook by itself: {self.start:.2f} s", flush=True)
        self._note(run)

    def role(self) -> None:
        """Set the SCIM server up with the role, and run it again, in both ways."""
        (self._folder / "wanted.json").unlink(missing_ok=True)
        for apart in (True, False):
            with emulator(self._folder) as tenant:
                for name in values.ROLE_RUNS:
                    tenant.take_requests()
                    whole = self.playbook(HERE / "admin_portal.yml", apart=apart, environment=tenant.variables)
                    way = values.ROLE_APART if apart else values.ROLE
                    seen = tenant.take_requests()
                    self._note(Run(way, name, 1, 0, whole.seconds - self.start, whole.seconds, requests=seen))

    def client(self) -> None:
        """Measure the processor time of one request of the client, and of urllib3 alone."""
        self.control(users=1)
        output, _measured = self._execute(["-m", "tests.benchmarks.requests_cpu", str(self._sizes.requests)])
        taken = json.loads(output)
        print(f"processor time of a request: {taken}", flush=True)
        self.bars.append(Bar("processor time of a request, in ms", taken["client"], 0.6))
        ratio = taken["client"] / taken["urllib3"]
        self.bars.append(Bar("processor time of a request: to urllib3 alone", ratio, 0.6 / 0.28))

    # -- All of it --------------------------------------------------------------

    def run(self) -> None:
        sizes = self._sizes
        at_once = (values.AT_ONCE, values.AT_ONCE_APART, *values.FLOORS)
        with_files = (values.AT_ONCE, values.AT_ONCE_APART, values.FILES, *values.FLOORS)
        self.single()
        self.client()
        self.role()
        for latency in sizes.latencies:
            self.compare(values.new_users(sizes.apart), latency, (values.URI, values.ONE_BY_ONE_APART))
            self.compare(values.new_users(sizes.looped), latency, (values.ONE_BY_ONE,))
            self.compare(values.unchanged_users(sizes.looped), latency, (values.ONE_BY_ONE,))
            self.compare(values.new_users(1_000), latency, at_once, sizes.times)
            self.compare(values.unchanged_users(10_000), latency, with_files, sizes.times)
            self.compare(values.drifted_users(10_000), latency, at_once)
            self.compare(values.few_new_users(5, sizes.large), latency, at_once, sizes.times)
            if not sizes.quick:
                self.compare(values.members(10_000, 500), latency, at_once)
                self.compare(values.members(10_000, 0), latency, at_once)
        if not sizes.quick:
            self.compare(values.new_users(10_000), 0, at_once)
            self.compare(values.unchanged_users(sizes.large), 0, with_files)
            for retry_after in (1, 0):
                self.limited(retry_after)
            self.journaled(1_000, LATENCY)
        self.bars = [*bars_of(self.runs, self.start), *self.bars]


class Emulator:
    """An emulated tenant with an Admin Portal, without a SCIM client."""

    def __init__(self, info: Object) -> None:
        self._info = info
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = info["ca_path"]
        self.variables = {
            "CYBERARK_IDENTITY_TENANT_URL": info["tenant_url"],
            "CYBERARK_IDENTITY_CA_PATH": info["ca_path"],
            "CYBERARK_IDENTITY_CLIENT_ID": info["admin_client_id"],
            "CYBERARK_IDENTITY_CLIENT_SECRET": info["admin_client_secret"],
            "BENCHMARK_PASSWORD": PASSWORD,
        }

    def take_requests(self) -> Counter[str]:
        url = f"{self._info['control_url']}/requests"
        seen = self._session.get(url, timeout=30).json()
        self._session.delete(url, timeout=30).raise_for_status()
        return Counter("token" if "/oauth2/" in item["path"] else "request" for item in seen)


@contextmanager
def started(command: Sequence[str], **variables: str) -> Iterator[Object]:
    """Run a server until the block ends, and yield the JSON that it prints."""
    environment = {**os.environ, **variables}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


@contextmanager
def emulator(folder: Path) -> Iterator[Emulator]:
    command = [sys.executable, "-m", "tests.emulator", "--empty", "--tls", str(folder / "emulator")]
    with started(command, PYTHONPATH=str(ROOT / "build/collections")) as info:
        yield Emulator(info)


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure the collection.")
    parser.add_argument("--quick", action="store_true", help="less of it, in two or three minutes; writes to build")
    sizes = QUICK if parser.parse_args().quick else Sizes()
    with tempfile.TemporaryDirectory(prefix="cyberark-identity-benchmark-") as name:
        folder = Path(name)
        (folder / "emulator").mkdir()
        with started([sys.executable, "-m", "tests.benchmarks.server", name]) as info:
            bench = Bench(info, folder, sizes)
            began, load = time.monotonic(), os.getloadavg()[0]
            bench.run()
    loads = (load, os.getloadavg()[0])
    write(
        ROOT / ("build" if sizes.quick else "docs"),
        bench.runs,
        bench.bars,
        bench.start,
        time.monotonic() - began,
        loads,
    )
    for each in bench.bars:
        sign = "at least" if each.least else "at most"
        print(f"{'met   ' if each.met else 'MISSED'} {each.what}: {each.value:.2f}, {sign} {each.limit:g}")
    return 0 if all(each.met for each in bench.bars) else 1


if __name__ == "__main__":
    sys.exit(main())
