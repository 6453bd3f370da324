# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The packages of module_utils import each other only as CONTRIBUTING.md says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import RESOURCES
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT

UTILS = ROOT / "plugins/module_utils"
ROW = re.compile(r"^\| `(_\w+)` \| ", re.MULTILINE)  # in CONTRIBUTING.md, the uppermost package first
# Packages on one level: neither imports the other.
STRANGERS = [("_scim", "_identity"), ("_http", "_model")]


def documented() -> list[str]:
    return ROW.findall((ROOT / "CONTRIBUTING.md").read_text())


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the package and the name of each import of a file from module_utils."""
    folder = path.relative_to(UTILS).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = [*folder[: len(folder) - node.level + 1], *(node.module or "").split(".")]
            target, *_rest = (part for part in base if part)
            yield from ((target, alias.name) for alias in node.names)


LONGEST_FUNCTION = 40  # lines
FILES = sorted(UTILS.rglob("*.py"))


def package_of(path: Path) -> str:
    return path.relative_to(UTILS).parts[0].removesuffix(".py")


def test_the_map_names_every_package() -> None:
    assert set(documented()) == {package_of(path) for path in FILES}
    assert len(documented()) <= 10


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(UTILS)))
def test_imports_go_down(path: Path) -> None:
    order = documented()
    own = package_of(path)
    upward = sorted({target for target, _name in imports(path) if order.index(target) < order.index(own)})
    strange = sorted({target for target, _name in imports(path) if {own, target} in map(set, STRANGERS)})
    private = sorted(
        {name for target, name in imports(path) if target != own and name.startswith("_") and name not in order}
    )
    assert (upward, strange, private) == ([], [], [])


IMPURE = {"os", "random", "socket", "subprocess", "threading", "time", "requests", "_base.journal"}


def test_the_model_reads_no_clock_and_no_file() -> None:
    """Its steps that need I/O get a store, and describe it with protocols."""
    used = [
        f"{path.name}: {name}"
        for path in FILES
        if package_of(path) == "_model"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in [getattr(node, "module", None), *(alias.name for alias in node.names)]
        if name in IMPURE
    ]
    assert used == []


def test_no_failure_is_edited_after_it_was_raised() -> None:
    """Several workers may hold a failure: ``with_facts`` returns another one."""
    edits = [
        f"{path.name}: {ast.unparse(target)}"
        for path in FILES
        for handler in ast.walk(ast.parse(path.read_text()))
        if isinstance(handler, ast.ExceptHandler)
        for node in ast.walk(handler)
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign))
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        for part in ast.walk(target)
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == handler.name
    ]
    assert edits == []


def lines_of(function: ast.FunctionDef) -> int:
    """Return the number of lines of a function without its docstring."""
    docstring = function.body[0] if ast.get_docstring(function) else None
    lines = (function.end_lineno or 0) - function.lineno + 1
    return lines - ((docstring.end_lineno or 0) - docstring.lineno + 1 if docstring else 0)


def test_functions_are_short() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {node.name} has {lines_of(node)} lines"
        for folder in ("plugins", "tools", "tests/emulator")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and lines_of(node) > LONGEST_FUNCTION
    ]
    assert long == []


def test_one_file_knows_the_class_of_modules() -> None:
    knowing = [path.name for path in FILES if "AnsibleModule" in ast_names(path)]
    assert knowing == ["module.py"]


# These files are about one kind of object. All others learn from the rows what an option means.
ABOUT_ONE_KIND = {"_model/resources.py", "_scim/contents.py", "_scim/vault.py", "_directory/creators.py"}
# The headers that other tools give their columns.
HEADERS = "_directory/csv.py"
GENERIC = ("_ansible", "_directory", "_scim", "_model")
# Options with names that plans, results and answers use as well.
COMMON = {"name", "type", "description", "secret"}


def test_generic_code_knows_no_option_of_a_kind_by_name() -> None:
    options = {option for resource in RESOURCES.values() for option in resource.options} - COMMON
    known = sorted(
        f"{place}: {node.value}"
        for path in FILES
        for place in [str(path.relative_to(UTILS))]
        if package_of(path) in GENERIC and place not in {*ABOUT_ONE_KIND, HEADERS}
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and node.value in options
    )
    assert known == []


def ast_names(path: Path) -> set[str]:
    return {
        alias.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_the_stages_of_a_directory_run_hand_on_frozen_values() -> None:
    mutable = [
        f"{path.name}: {node.name}"
        for path in FILES
        if package_of(path) == "_directory"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        for decorator in map(ast.unparse, node.decorator_list)
        if decorator.startswith("dataclass") and "frozen=True" not in decorator
    ]
    assert mutable == []
