# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read journals in tests. Each line has to be as the schema says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT
from referencing import Registry, Resource

SCHEMAS = ROOT / "docs/schemas"
_PLAN, _JOURNAL = (json.loads((SCHEMAS / f"{name}.schema.json").read_text()) for name in ("plan", "journal"))
VALIDATOR = jsonschema.Draft202012Validator(
    _JOURNAL, registry=Registry().with_resource("plan.schema.json", Resource.from_contents(_PLAN))
)


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a journal."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line in lines:
        VALIDATOR.validate(line)
    return lines


def writes_of(path: Path) -> list[tuple[dict[str, Any], dict[str, Any] | None]]:
    """Return the two lines of each write, None for an outcome that is not known. Each stands behind its beginning."""
    begun: dict[str, dict[str, Any]] = {}
    ended: dict[str, dict[str, Any]] = {}
    for line in lines_of(path):
        if line["event"] == "begin":
            assert line["write"] not in begun
            begun[line["write"]] = line
        else:
            assert line["write"] in begun
            assert line["write"] not in ended
            ended[line["write"]] = line
    return [(line, ended.get(write)) for write, line in begun.items()]
