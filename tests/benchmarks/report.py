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
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .bench import Bar, Run

GREY = "#757b84"  # legible on white and on black
COLOURS = {"uri": "#c2663a", "scim_user": "#b08a1e", "scim_directory": "#2f81c7", "bare script": "#4a9a5c"}
LINE = {0: "--", 0.05: "-"}
HEAD = """<!--
SPDX-FileCopyrightText: 2026 idops contributors
SPDX-License-Identifier: GPL-3.0-or-later
-->

<!-- Written by make bench. -->

# Benchmarks

This page compares four ways to do the same work, in one run on one machine, over TLS: `ansible.builtin.uri` in a loop
(look up, then create), `scim_user` in a loop, one `scim_directory` task with {workers} workers, and a bare `requests`
script as a lower bound (the *floor*). The script sends the same requests as `scim_directory` with as many workers, but
reads one page after the other, where `scim_directory` requests several at once. The server is a minimal one in a
separate process. It answers immediately or after 50 ms.

![Milliseconds for a new user, four ways; seconds and memory for unchanged users, by their number](benchmarks.svg)

"""
NOTES = """
- *Seconds* of a loop are the time of `ansible-playbook` without its start. For `scim_directory` and the bare script,
  they are the time of the process from start to end: Python, imports, reading the options, all requests, the result.
- *In all* is the time of `ansible-playbook`, which also reads the desired state from a file of variables.
- *MB* is the peak memory of the process (`ru_maxrss` of `wait4`).
- *Server* is the processor time of the server in seconds. It runs on the same processors.
- Repeated runs are shown by their median.
"""


def write(
    folder: Path,
    workers: int,
    runs: Sequence[Run],
    bars: Sequence[Bar],
    start: float,
    took: float,
    loads: Sequence[float],
) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "benchmarks.md").write_text(
        HEAD.format(workers=workers) + _table(runs) + NOTES + _bars(bars) + _machine(start, took, loads)
    )
    _picture(folder / "benchmarks.svg", runs)


def _table(runs: Sequence[Run]) -> str:
    lines = [
        "| work | latency | way | seconds | ms each | to the floor | times faster than uri | in all | MB | server |",
        "| --- | --: | --- | --: | --: | --: | --: | --: | --: | --: |",
    ]
    floors = {run.place: run for run in runs if run.way == "bare script"}
    loops = {run.latency: run for run in runs if run.way == "uri"}
    for run in sorted(runs, key=lambda run: (run.latency, run.work, run.count)):
        floor = floors.get(run.place)
        ratio = f"{run.seconds / floor.seconds:.2f}" if floor and floor is not run else ""
        faster = f"{loops[run.latency].each / run.each:,.0f}" if run.work == "new users" and run.way != "uri" else ""
        cells = [f"{run.count:,} {run.work}", f"{run.latency * 1000:.0f} ms", run.way, f"{run.seconds:.2f}"]
        cells += [f"{run.each * 1000:,.2f}", ratio, faster, f"{run.whole:.2f}"]
        cells += [f"{run.megabytes:.0f}" if run.megabytes else "", f"{run.server_cpu:.2f}" if run.server_cpu else ""]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _bars(bars: Sequence[Bar]) -> str:
    lines = ["", "## Bars", "", "| what | measured | bar | |", "| --- | --: | --: | --- |"]
    for one in bars:
        limit = f"{'≥' if one.least else '≤'} {one.limit:g}"
        lines.append(f"| {one.what} | {one.value:.2f} | {limit} | {'met' if one.met else '**missed**'} |")
    return "\n".join(lines) + "\n"


def _machine(start: float, took: float, loads: Sequence[float]) -> str:
    names = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    versions = ", ".join(f"{name} {version(name)}" for name in ("ansible-core", "requests", "urllib3"))
    return f"""
## The machine

{names[0] if names else platform.processor()}, {os.cpu_count()} processors, {platform.system()} {platform.machine()},
Python {platform.python_version()}, {ssl.OPENSSL_VERSION}, {versions}, on {date.today().isoformat()}.
`ansible-playbook` with a play that does nothing takes {start:.2f} s. The whole benchmark took {took / 60:.0f} minutes.
The load of the machine in the minute before was {loads[0]:.1f}, in the last minute {loads[1]:.1f}. If the load before
the start is much larger than 0, other processes were running, and the ratios are less reliable.

## Run it yourself

```sh
make bench         # all of it; writes this page, and fails if a bar is missed
make bench-quick   # at most 1,000 users; writes to build
```
"""


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if os.path.exists(path) else []


def _picture(path: Path, runs: Sequence[Run]) -> None:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "benchmarks", "text.color": GREY, "axes.labelcolor": GREY})
    matplotlib.rcParams.update({"axes.edgecolor": GREY, "xtick.color": GREY, "ytick.color": GREY, "font.size": 11})
    from matplotlib import pyplot

    figure, (each, time, memory) = pyplot.subplots(1, 3, figsize=(13, 4.2), layout="constrained")
    shown = [run for run in runs if run.work == "new users" and run.count in (20, 1_000)]
    latencies = sorted({run.latency for run in shown})
    for place, way in enumerate(COLOURS):
        heights = [
            run.each * 1000 for latency in latencies for run in shown if (run.way, run.latency) == (way, latency)
        ]
        where = [number + place * 0.2 - 0.3 for number in range(len(heights))]
        bars = each.bar(where, heights, 0.19, color=COLOURS[way], label=way)
        each.bar_label(bars, fmt="{:,.3g}", fontsize=9, color=GREY)
    each.set(yscale="log", title="A new user", ylabel="ms")
    each.set_xticks(range(len(latencies)), [f"{latency * 1000:.0f} ms latency" for latency in latencies])
    for way in ("scim_directory", "bare script"):
        for latency in latencies:
            mine = [run for run in runs if (run.way, run.work, run.latency) == (way, "unchanged users", latency)]
            label = f"{way}, {latency * 1000:.0f} ms"
            for axes, heights in ((time, [run.seconds for run in mine]), (memory, [run.megabytes for run in mine])):
                counts = [run.count for run in mine]
                axes.plot(counts, heights, LINE[latency], marker="o", color=COLOURS[way], label=label)
    time.set(xscale="log", yscale="log", title="Unchanged users: time", xlabel="users", ylabel="seconds")
    memory.set(xscale="log", yscale="log", title="Unchanged users: memory", xlabel="users", ylabel="MB")
    for axes in (each, time, memory):
        axes.grid(axis="y", color=GREY, alpha=0.3)
        axes.set_axisbelow(True)
        axes.patch.set_alpha(0)
        axes.legend(frameon=False, fontsize=9)
    each.set_ylim(top=max(run.each for run in shown) * 80_000)
    figure.savefig(path, transparent=True, metadata={"Date": None})
