# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the ways to run a module in all tests of modules: ways.py [--every N] [arguments of pytest].

The ways are those of WAY in tests/unit/harness.py: main, task, and for one test in N process. Each run is recorded with
its result, warnings, status and requests, and compared with that of main. A test with a difference is repeated in both
ways, because several workers of one run make their requests in any order. A run is

equal      if both ways had the same record at least once
unstable   if main had several records, and none of them in common with the other way
different  otherwise

Exit with 1 if a test fails or a run is different.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RECORDS = ROOT / "build/ways"
TESTS = ["tests/unit/plugins/modules"]
EVERY = 10  # one test in this many starts processes: they take ten times as long
AGAIN = 3  # times that a test with a difference is repeated
LONGEST = 200  # characters of a value that are shown
NONE = "(none)"
NUMBER = re.compile(r"\[\d+\]")

# The records of a harness, as JSON, by test and number of the run.
Records = dict[tuple[str, int], str]


def run(way: str, folder: str, tests: Sequence[str], every: int = 1) -> bool:
    """Run one test in ``every`` in one way, record its runs in a folder, and return whether all passed."""
    shutil.rmtree(RECORDS / folder, ignore_errors=True)
    environment = {
        "MODULE_HARNESS": way,
        "MODULE_RECORD": str(RECORDS / folder),
        "MODULE_SAMPLE": str(every),
        "PYTHONHASHSEED": "0",  # for the order of sets in tests
    }
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "worksteal", *tests]
    print(f"----- {folder} -----", flush=True)
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False).returncode == 0


def records_of(folder: str) -> Records:
    """Return what was recorded in a folder."""
    records = {}
    for path in (RECORDS / folder).glob("*.jsonl"):
        for line in path.read_text().splitlines():
            record = json.loads(line)
            records[record.pop("test"), record.pop("run")] = json.dumps(record, sort_keys=True)
    return records


def differing(main: Records, other: Records) -> set[tuple[str, int]]:
    """Return the runs that differ, of the tests that ran in both ways."""
    tests = {test for test, _number in main} & {test for test, _number in other}
    return {run for run in main.keys() | other.keys() if run[0] in tests and main.get(run) != other.get(run)}


def differences(one: Any, other: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield the place and both values of each difference."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            yield from differences(one.get(key, NONE), other.get(key, NONE), f"{place}.{key}".lstrip("."))
    elif isinstance(one, list) and isinstance(other, list):
        for number, (mine, theirs) in enumerate(itertools.zip_longest(one, other, fillvalue=NONE)):
            yield from differences(mine, theirs, f"{place}[{number}]")
    elif one != other:
        yield place, one, other


def judge(way: str, main: list[Records], other: list[Records]) -> int:
    """Compare the records of all attempts. Print each difference and the counts, and return the number of runs."""
    tests = {test for test, _number in main[0]} & {test for test, _number in other[0]}
    runs = sum(test in tests for test, _number in main[0].keys() | other[0].keys())
    unstable, different, places = 0, 0, Counter[str]()
    for key in sorted(differing(main[0], other[0])):
        ours, theirs = ([records.get(key, "{}") for records in attempts] for attempts in (main, other))
        if set(ours) & set(theirs):
            continue
        if len(set(ours)) > 1:
            unstable += 1
            continue
        different += 1
        for place, one, another in differences(json.loads(ours[0]), json.loads(theirs[0])):
            places[NUMBER.sub("", place)] += 1
            print(f"DIFFERENT: {key[0]}, run {key[1]}: {place}")
            print(f"  main: {str(one)[:LONGEST]}\n  {way}: {str(another)[:LONGEST]}")
    equal = runs - unstable - different
    print(
        f"main and {way}: {runs} runs of {len(tests)} tests: {equal} equal, {unstable} unstable, {different} different"
    )
    for place, count in places.most_common():
        print(f"  {count} differ in {place}")
    return different


def compare(way: str, main: Records, other: Records) -> int:
    """Repeat the tests with differences, and return the number of runs that are different."""
    again = sorted({test for test, _number in differing(main, other)})
    attempts = {"main": [main], way: [other]}
    for number in range(1, AGAIN + 1) if again else ():
        for each, found in attempts.items():
            run(each, f"{each}-{number}", again)
            found.append(records_of(f"{each}-{number}"))
    return judge(way, attempts["main"], attempts[way])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=EVERY, help="one test in this many for process, 0 for none")
    options, arguments = parser.parse_known_args()
    samples = {"main": 1, "task": 1, **({"process": options.every} if options.every else {})}
    started = time.monotonic()
    passed = [run(way, way, arguments or TESTS, every) for way, every in samples.items()]
    records = {way: records_of(way) for way in samples}
    different = sum(compare(way, records["main"], found) for way, found in records.items() if way != "main")
    print(f"{time.monotonic() - started:.0f} s", flush=True)
    return int(different > 0 or not all(passed))


if __name__ == "__main__":
    sys.exit(main())
