# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""The access document: a directory with where it comes from, its date, and what could not be seen. No I/O.

Rows, counts, findings and pages are derived from it. docs/schemas/access.schema.json describes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from .._base.errors import InvalidError
from .._base.paths import Object
from .._model.resources import RESOURCES
from .state import State

FORMAT = 1
SOURCES = ("tenant", "files", "plan")


def access_document(
    source: str,
    directory: Object,
    now: float,
    *,
    tenant: str | None = None,
    after: Object | None = None,
    findings: Sequence[Object] | None = None,
    gaps: Sequence[str] = (),
) -> Object:
    """Return the document about a directory. ``after`` is the same directory after a plan.

    ``gaps`` are further sentences about what could not be seen. Raise InvalidError for what is no directory.
    """
    states = [State.of(directory), *([State.of(after)] if after is not None else [])]
    seen = (gap for state in states for gap in state.gaps)
    return {
        "format": FORMAT,
        "source": source,
        "tenant": tenant.rstrip("/").lower() if tenant else None,
        "date": datetime.fromtimestamp(int(now), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "kinds": [resource.plural for resource in RESOURCES.values() if resource.plural in states[0].kinds],
        "gaps": list(dict.fromkeys([*gaps, *seen])),
        "directory": directory,
        "after": after,
        "findings": None if findings is None else list(findings),
    }


def is_access_document(value: Any) -> bool:
    """Return whether a value is meant as an access document, of any format."""
    return isinstance(value, Mapping) and {"format", "source", "directory", "gaps"} <= set(value)


def read_document(value: Any) -> Object:
    """Return a document of this format. Raise InvalidError for anything else."""
    if not is_access_document(value):
        raise InvalidError(
            "this is no access document",
            hint="The option document_path of scim_access_info writes one, and the filter directory_access returns one",
        )
    if value["format"] != FORMAT or value["source"] not in SOURCES:
        raise InvalidError(
            f"the access document has the format {value['format']!r}, and this release reads {FORMAT}",
            hint="Make the document with this release",
        )
    return dict(value)
