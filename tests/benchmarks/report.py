# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the results of a benchmark as a page and a chart."""

from __future__ import annotations

import os
import platform
import ssl
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from . import values
from .values import Bar, Run

GREY = "#757b84"  # legible on white and on black
BLUE, RED, GREEN = "#2f81c7", "#c2663a", "#4a9a5c"  # this collection, other ways, floors
HEAD = """<!--
SPDX-FileCopyrightText: 2026 idops contributors
SPDX-License-Identifier: GPL-3.0-or-later
-->

<!-- Written by make bench. -->

# Benchmarks

![Milliseconds for a user of a loop, and seconds for a directory of 10,000 users, by the way to do it](benchmarks.svg)

All figures are from one run on one machine, over TLS, with a minimal server in another process. The server answers
at once, or after 50 ms. The same work is done in several ways:

- *uri loop*: `ansible.builtin.uri` in a loop, as people write it: look up, then create.
- *scim_user loop*: the module in a loop, in [Ansible's own process](in_process.md). *Own processes* is the same with
  `cyberark_identity_in_process: false`.
- *scim_directory*: one task with all users in a variable, with 16 workers.
- *apply_directory*: the [playbook](bulk.md), with the users in 40 YAML files.
- *floor*: a bare script that sends the same requests with 16 connections and knows only this one kind of work: with
  threads and `requests`, or with asyncio and `aiohttp`.

"""
NOTES = """
- *Whole* is the time of the whole command, from start to end: a script, or `ansible-playbook`, which reads the desired
  state from a file.
- *Work* is the part of the whole that the work takes. For a script, it is the whole. For `scim_directory` in its own
  process, it is the process of the module. Otherwise it is the whole without the time of a play that does nothing.
- *MB* is the peak memory of the process of the module or script. *MB of the whole* is that of the largest process of
  `ansible-playbook`: of the controller, of its process for the task, or of the module (`ru_maxrss` of `wait4`).
- *To the floor* is the work divided by the work of the faster floor.
- *Sent* is the number of requests. *Server* is the processor time of the server in seconds, on the same processors.
- Repeated runs are shown by their median.
"""


def write(
    folder: Path, runs: Sequence[Run], bars: Sequence[Bar], start: float, took: float, loads: Sequence[float]
) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "benchmarks.md").write_text(HEAD + _table(runs) + NOTES + _bars(bars) + _machine(start, took, loads))
    _picture(folder / "benchmarks.svg", runs)


def _table(runs: Sequence[Run]) -> str:
    lines = [
        "| work | latency | way | whole, s | work, s | ms each | to the floor | MB | MB of the whole | sent | server |",
        "| --- | --: | --- | --: | --: | --: | --: | --: | --: | --: | --: |",
    ]
    for run in sorted(runs, key=lambda run: (run.work, run.count, run.latency)):
        place = (run.work, run.count, run.latency)
        floors = [other.seconds for other in runs if other.way in values.FLOORS and _place(other) == place]
        ratio = f"{run.seconds / min(floors):.2f}" if floors and run.way not in values.FLOORS else ""
        cells = [f"{run.count:,} {run.work}" if run.count > 1 else run.work, f"{run.latency * 1000:.0f} ms", run.way]
        cells += [f"{run.whole:.2f}", f"{run.seconds:.2f}", f"{run.each * 1000:,.2f}" if run.count > 1 else "", ratio]
        cells += [f"{run.megabytes:.0f}" if run.megabytes else ""]
        cells += [f"{run.whole_megabytes:.0f}" if run.whole_megabytes else ""]
        cells += [f"{run.sent:,}", f"{run.server_cpu:.2f}" if run.server_cpu else ""]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _place(run: Run) -> tuple[str, int, float]:
    return (run.work, run.count, run.latency)


def _bars(bars: Sequence[Bar]) -> str:
    lines = ["", "## Bars", "", "| what | measured | bar | |", "| --- | --: | --: | --- |"]
    for each in bars:
        limit = f"{'≥' if each.least else '≤'} {each.limit:.3g}"
        lines.append(f"| {each.what} | {each.value:.2f} | {limit} | {'met' if each.met else '**missed**'} |")
    return "\n".join(lines) + "\n"


def _machine(start: float, took: float, loads: Sequence[float]) -> str:
    names = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    versions = ", ".join(f"{name} {version(name)}" for name in ("ansible-core", "requests", "urllib3", "aiohttp"))
    return f"""
## The machine

{names[0] if names else platform.processor()}, {os.cpu_count()} processors, {platform.system()} {platform.machine()},
Python {platform.python_version()}, {ssl.OPENSSL_VERSION},
{versions}, on {date.today().isoformat()}.
`ansible-playbook` with a play that does nothing takes {start:.2f} s. The whole benchmark took {took / 60:.0f} minutes.
The load of the machine in the minute before was {loads[0]:.1f}, in the last minute {loads[1]:.1f}. If the load before
the start is much larger than 0, other processes were running, and the ratios are less reliable.

## Run it yourself

```sh
make bench         # all of it, in about a quarter of an hour; writes this page, and fails if a bar is missed
make bench-quick   # less of it, in two or three minutes; writes to build
```
"""


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if os.path.exists(path) else []


def _shown(runs: Sequence[Run], work: str, count: int | None = None) -> dict[str, Run]:
    """Return the runs of a work without latency by their way."""
    return {run.way: run for run in runs if (run.work, run.latency) == (work, 0) and count in (None, run.count)}


def _picture(path: Path, runs: Sequence[Run]) -> None:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "benchmarks", "text.color": GREY, "axes.labelcolor": GREY})
    matplotlib.rcParams.update({"axes.edgecolor": GREY, "xtick.color": GREY, "ytick.color": GREY, "font.size": 12})
    from matplotlib import pyplot

    figure, (loop, directory) = pyplot.subplots(1, 2, figsize=(13, 3.2), layout="constrained")
    looped, whole = _shown(runs, "new users"), _shown(runs, "unchanged users", 10_000)
    in_a_loop = [
        (name, colour, looped[way].each * 1000)
        for name, colour, way in (
            ("scim_user", BLUE, values.ONE_BY_ONE),
            ("scim_user, own processes", RED, values.ONE_BY_ONE_APART),
            ("uri", RED, values.URI),
        )
    ]
    at_once = [
        (name, colour, whole[way].whole)
        for name, colour, way in (
            ("script without Ansible", GREEN, values.THREADS),
            ("apply_directory, 40 files", BLUE, values.FILES),
            ("scim_directory", BLUE, values.AT_ONCE),
            ("scim_directory, own process", RED, values.AT_ONCE_APART),
        )
    ]
    _panel(loop, "A new user in a loop: milliseconds", in_a_loop)
    _panel(directory, "10,000 unchanged users, the whole command: seconds", at_once)
    figure.savefig(path, transparent=True, metadata={"Date": None})


def _figure(value: float) -> str:
    """Return a number with three digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _panel(axes: Any, title: str, rows: Sequence[tuple[str, str, float]]) -> None:
    names, colours, figures = zip(*rows, strict=True)
    axes.bar_label(axes.barh(names, figures, color=colours), fmt=_figure, padding=4, color=GREY)
    axes.set_title(title, loc="left")
    axes.set_xlim(right=max(figures) * 1.12)
    axes.xaxis.set_visible(False)
    axes.spines[:].set_visible(False)
    axes.tick_params(left=False)
    axes.patch.set_alpha(0)
