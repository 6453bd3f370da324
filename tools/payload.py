# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Print what each module ships to the managed host, and how long the import of that takes.

Ansible packs the files that a module imports, and those that they import. Their empty ``__init__.py`` are not counted.
The time is that of the processor for our own files alone: with ``cold`` from their source, as modules and Ansible's
own process import them, and with ``warm`` from compiled files, as the tests do.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COLLECTION = "ansible_collections.idops.cyberark_identity"
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))
RUNS = 7
# Imports a module once for everything else that it needs, then again and again without our own files.
MEASURE = f"""
import importlib, sys, tempfile, time
name, runs, sys.dont_write_bytecode = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "cold"
sys.pycache_prefix = tempfile.mkdtemp()
importlib.import_module(name)
took = []
for _run in range(runs):
    for own in [each for each in sys.modules if each.startswith("{COLLECTION}.plugins")]:
        del sys.modules[own]
    began = time.process_time()
    importlib.import_module(name)
    took.append(time.process_time() - began)
print(min(took))
"""


@cache
def imported(path: Path) -> frozenset[Path]:
    """Return the files of this collection that a file imports."""
    found: set[Path] = set()
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.ImportFrom):
            continue
        parts = tuple((node.module or "").split(".")) if node.module else ()
        if node.level:
            parts = (*package[: len(package) - node.level + 1], *parts)
        elif (node.module or "").startswith(f"{COLLECTION}."):
            parts = parts[len(COLLECTION.split(".")) :]
        else:
            continue
        targets = [ROOT.joinpath(*parts), *(ROOT.joinpath(*parts, alias.name) for alias in node.names)]
        found.update(file for target in targets if (file := target.with_suffix(".py")).is_file())
    return frozenset(found)


def shipped(module: str) -> list[Path]:
    """Return the files that a module ships besides its own, sorted."""
    found: set[Path] = set()
    waiting = [ROOT / f"plugins/modules/{module}.py"]
    while waiting:
        new = imported(waiting.pop()) - found
        found |= new
        waiting += new
    return sorted(found)


def lines_of(files: list[Path]) -> int:
    return sum(len(file.read_text().splitlines()) for file in files)


def import_time(module: str, how: str) -> float:
    """Return the least milliseconds that several imports took, ``cold`` or ``warm``."""
    command = [sys.executable, "-c", MEASURE, f"{COLLECTION}.plugins.modules.{module}", str(RUNS), how]
    ran = subprocess.run(command, cwd=ROOT / "build/collections", stdout=subprocess.PIPE, text=True, check=True)
    return float(ran.stdout) * 1000


def main() -> None:
    print("| module | files | lines | cold import | warm import |\n| --- | --- | --- | --- | --- |")
    for module in MODULES:
        files = shipped(module)
        cold, warm = (import_time(module, how) for how in ("cold", "warm"))
        print(f"| `{module}` | {len(files)} | {lines_of(files):,} | {cold:.0f} ms | {warm:.0f} ms |", flush=True)


if __name__ == "__main__":
    main()
