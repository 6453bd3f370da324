# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the test suite: suite.py [--all]. Its stages are targets of the Makefile. Stop at the first group that fails.

The quick run leaves out what is least likely to find something that the rest does not; --all leaves out nothing.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "build/logs"

# The stages of a group run side by side, two at a time and the longest first. Those that stand alone print as they go;
# the others print when they are done, so that the output stays readable.
ALONE = (("lint",), ("unit",))
ALL = (
    *ALONE,
    ("faults",),
    ("thorough",),
    ("interop",),
    ("docs",),
    ("demo",),
    ("ansible-test-2.16", "ansible-test-2.21", "ansible-test-2.19", "package"),
)
QUICK = (*ALONE, ("ansible-test-2.21", "ansible-test-2.16", "package"))
LEFT_OUT = (
    "test_playbooks.py, and the guides in test_examples.py, in unit: each test runs ansible-playbook several times",
    "what test_leaks.py marks as long in unit: six more runs of ansible-playbook, all searched for secrets",
    "the jobs of AWX, marked as long in test_awx.py in unit: they take minutes; the data they are made of is checked",
    "what does not depend on ansible-core in units-2.21: unit has it, on 2.19",
    "faults: every request with every fault, and killed at every one; unit has a spread of them",
    "thorough: the laws of test_*properties.py are in unit, with fewer examples",
    "units-2.19, and units-2.16 but for hostile texts: unit is the same tests, and more, on 2.19, in one process",
    "sanity-2.16 and sanity-2.19: the newest ansible-core has it",
    "demo, docs: a person sees better what they show; the build of the site fails on any warning",
    "interop: it installs SCIM servers by other authors, and awx.awx, from their registries",
    "test_switches.py in unit: a life with each switch of the emulator on its other side",
    "what is marked as long in test_fault_matrix.py, test_scim_directory.py, test_speed.py and test_emulator_speed.py",
    "most of test_rotation.py in unit: a rotation is stopped at one request, and not at each with each fault",
    "the longest part of test_hostile_texts.py in unit: units-2.16 and units-2.21 have it",
    "integration-2.19 and integration-2.21: the oldest ansible-core has it",
)


@dataclass(frozen=True)
class Result:
    stage: str
    state: str  # passed, skipped or FAILED
    seconds: float
    skipped: list[str]  # what the stage says it left out
    parts: list[str]  # how long the parts took of a stage that has some


def heading(text: str) -> None:
    print(f"\n===== {text} =====", flush=True)


def run(stage: str, alone: bool, quick: bool) -> Result:
    """Run one stage. Its output goes to a log as well, where the lines that tell of something skipped are found."""
    heading(stage if alone else f"{stage}: started")
    started = time.monotonic()
    command = ["make", "--no-print-directory", stage]
    # The flags of the make above are not for these: it may have offered them a job server that they cannot reach.
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")}
    if quick:
        environment["QUICK"] = "1"
    lines: list[str] = []
    with (LOGS / f"{stage}.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            log.write(line)
            if alone:
                print(line, end="", flush=True)
        ok = process.wait() == 0
    skipped = [line.strip() for line in lines if line.startswith("SKIPPED:")]
    parts = [" ".join(part) for line in lines for part in re.findall(r"^--- ansible-test (\w+): (\d+ s)$", line)]
    state = "FAILED" if not ok else "skipped" if lines[:1] and lines[0].startswith("SKIPPED:") else "passed"
    result = Result(stage, state, time.monotonic() - started, skipped, parts)
    if not alone:
        # One write, so that two stages that end together do not mix.
        print(f"\n===== {stage}: {state} =====\n{''.join(lines)}", end="", flush=True)
    return result


def summary(groups: tuple[tuple[str, ...], ...], results: list[Result], seconds: float) -> None:
    heading("summary")
    done = {result.stage for result in results}
    results += [Result(stage, "not run", 0, [], []) for group in groups for stage in group if stage not in done]
    for result in results:
        print(f"{result.stage:<20}{result.state:<8}{result.seconds:>6.0f} s  {', '.join(result.parts)}".rstrip())
        for line in result.skipped:
            print(f"  !! {line}")
    print(f"{'all stages':<28}{seconds:>6.0f} s")
    if groups is QUICK:
        print('left out of this run, which is the quick one; "make test-all" has it all:')
        for line in LEFT_OUT:
            print(f"  !! {line}")
    count = Counter(result.state for result in results)
    skipped = count["skipped"] + count["not run"]
    left_out = f", {len(LEFT_OUT)} left out" if groups is QUICK else ""
    print(f"stages: {count['passed']} passed, {count['FAILED']} failed, {skipped} skipped{left_out}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="leave out nothing")
    groups = ALL if parser.parse_args().all else QUICK
    LOGS.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    results: list[Result] = []
    for group in groups:
        with ThreadPoolExecutor(max_workers=2) as pool:
            results += pool.map(partial(run, alone=len(group) == 1, quick=groups is QUICK), group)
        if failed := any(result.state == "FAILED" for result in results):
            break
    summary(groups, results, time.monotonic() - started)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
