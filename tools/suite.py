# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the test suite: suite.py [--all]. Its stages are targets of the Makefile. Stop at the first group that fails.

The quick run leaves out the tests least likely to find an error that the others miss; --all leaves out nothing.
A stage prints what it skipped or left out on lines that begin with SKIPPED: or LEFT OUT:.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "build/logs"

# The stages of a group run two at a time and in this order, so that two cores are never idle. The first one prints as
# it runs; the others print when they are done, so that the output stays readable.
ALL = (
    ("unit", "lint"),
    ("faults",),
    ("thorough",),
    ("ways",),
    ("interop",),
    ("docs",),
    ("demo",),
    ("ansible-test-2.16", "ansible-test-2.21", "ansible-test-2.19", "package"),
)
QUICK = (("unit", "lint", "ansible-test-2.21", "ansible-test-2.16", "package"),)
# Stages that only the whole suite runs. The other stages print what they leave out of a quick run.
LEFT_OUT = {
    "faults": "every request with every fault, and killed at every one; unit has a spread of them",
    "thorough": "the property tests run in unit, with fewer examples",
    "ways": "it repeats the tests of modules as tasks of Ansible; unit compares both on a spread of tasks",
    "interop": "it installs SCIM servers by other authors, and awx.awx, from their registries",
    "docs": "a person sees better what it shows; the build of the site fails on any warning",
    "demo": "a person sees better what it shows",
    "ansible-test-2.19": "unit runs on this ansible-core, and the oldest and the newest have sanity and integration",
}


@dataclass(frozen=True)
class Result:
    stage: str
    state: str  # passed, skipped or FAILED
    seconds: float
    skipped: list[str]  # parts that could not run here
    left_out: list[str]  # parts that a quick run leaves out
    parts: list[str]  # times of the parts, if the stage has any


def heading(text: str) -> None:
    print(f"\n===== {text} =====", flush=True)


def run(stage: str, live: bool, quick: bool, failed: threading.Event) -> Result:
    """Run one stage, unless another has failed, and collect the skipped and omitted parts from its output.

    The output is also written to a log; if ``live``, it is printed as it comes.
    """
    if failed.is_set():
        return Result(stage, "not run", 0, [], [], [])
    heading(f"{stage}: started")
    started = time.monotonic()
    lines: list[str] = []
    with (LOGS / f"{stage}.log").open("w") as log, start(stage, quick) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            log.write(line)
            if live:
                print(line, end="", flush=True)
    if process.returncode:
        failed.set()
    skipped = [line.strip() for line in lines if line.startswith("SKIPPED:")]
    left_out = [line.removeprefix("LEFT OUT:").strip() for line in lines if line.startswith("LEFT OUT:")]
    parts = [" ".join(part) for line in lines for part in re.findall(r"^--- ansible-test (\w+): (\d+ s)$", line)]
    state = "FAILED" if process.returncode else "skipped" if "".join(lines[:1]).startswith("SKIPPED:") else "passed"
    # One write, so that two stages that end together do not mix.
    print(f"\n===== {stage}: {state} =====\n{'' if live else ''.join(lines)}", end="", flush=True)
    return Result(stage, state, time.monotonic() - started, skipped, left_out, parts)


def start(stage: str, quick: bool) -> subprocess.Popen[str]:
    """Start the target of a stage."""
    # Drop the flags of the calling make: it may offer a job server that these processes cannot reach.
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")}
    if quick:
        environment["QUICK"] = "1"
    command = ["make", "--no-print-directory", stage]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def run_group(group: tuple[str, ...], quick: bool, failed: threading.Event) -> list[Result]:
    """Run the stages of a group, two at a time."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(lambda stage: run(stage, stage == group[0], quick, failed), group))


def summary(results: list[Result], seconds: float, quick: bool) -> None:
    """Print the result of each stage, and what was not tested."""
    heading("summary")
    for result in results:
        print(f"{result.stage:<20}{result.state:<8}{result.seconds:>6.0f} s  {', '.join(result.parts)}".rstrip())
        for line in result.skipped:
            print(f"  !! {line}")
    print(f"{'all stages':<28}{seconds:>6.0f} s")
    left_out = [f"{result.stage}: {line}" for result in results for line in result.left_out]
    if quick:
        left_out += [f"{stage}: {reason}" for stage, reason in LEFT_OUT.items()]
        print('left out of this run, which is the quick one; "make test-all" has it all:')
        for line in left_out:
            print(f"  !! {line}")
    count = Counter(result.state for result in results)
    skipped = count["skipped"] + count["not run"]
    said = f", {len(left_out)} left out" if quick else ""
    print(f"stages: {count['passed']} passed, {count['FAILED']} failed, {skipped} skipped{said}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="leave out nothing")
    quick = not parser.parse_args().all
    LOGS.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    failed = threading.Event()
    results = [result for group in (QUICK if quick else ALL) for result in run_group(group, quick, failed)]
    summary(results, time.monotonic() - started, quick)
    return 1 if failed.is_set() else 0


if __name__ == "__main__":
    sys.exit(main())
