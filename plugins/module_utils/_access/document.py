# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Build the access document: a directory with its source, its date and its gaps. No I/O.

Rows, counts, findings and pages are derived from it. docs/schemas/access.schema.json describes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from .._base.errors import InvalidError
from .._base.paths import Object, fold
from .._model.resources import RESOURCES
from .state import State

FORMAT = 1
SOURCES = ("tenant", "files", "plan", "drift")


def access_document(
    source: str,
    directory: Object,
    now: float,
    *,
    tenant: str | None = None,
    after: Object | None = None,
    findings: Sequence[Object] | None = None,
    gaps: Sequence[str] = (),
    renames: Mapping[str, Mapping[str, str]] | None = None,
    date_before: str | None = None,
    drift: Object | None = None,
) -> Object:
    """Return the document of a directory. ``after`` is the directory after a plan, at a later date, or in files.

    ``gaps`` are further sentences about facts that could not be read. ``renames`` are new names by plural and old name,
    None if they are unknown. ``date_before`` is the earlier of two dates. ``drift`` has further differences between
    tenant and files. Raise InvalidError for an invalid directory.
    """
    states = [State.of(directory), *([State.of(after)] if after is not None else [])]
    seen = [gap for state in states for gap in state.gaps]
    if date_before is not None and renames is None:
        seen += _perhaps_renamed(states[0], states[-1])
    return {
        "format": FORMAT,
        "source": source,
        "tenant": tenant.rstrip("/").lower() if tenant else None,
        "date": datetime.fromtimestamp(int(now), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "date_before": date_before,
        "kinds": [resource.plural for resource in RESOURCES.values() if resource.plural in states[0].kinds],
        "gaps": list(dict.fromkeys([*gaps, *seen])),
        "directory": directory,
        "after": after,
        "renames": renames,
        "findings": None if findings is None else list(findings),
        **({} if drift is None else {"drift": drift}),
    }


def _perhaps_renamed(before: State, after: State) -> Iterator[str]:
    """Yield a sentence for each kind with both removed and new objects: one may be a rename of the other."""
    for plural in ("users", "groups", "containers"):
        then, now = ({fold(item.name) for item in getattr(state, plural)} for state in (before, after))
        if then - now and now - then:
            yield (
                f"{plural.capitalize()}: {len(then - now)} are gone, and {len(now - then)} are new. The lists have no "
                "ids, so one that was renamed counts as both."
            )


def states_of(document: Mapping[str, Any]) -> list[State]:
    """Return the state of a document, or the states before and after. Renamed objects have the new name in both.

    For drift, the files are the first state and the tenant is the second.
    """
    states = [State.of(document["directory"]).renamed(document.get("renames") or {})]
    if document.get("after") is not None:
        states.append(State.of(document["after"]))
    return states[::-1] if document["source"] == "drift" else states


def is_access_document(value: Any) -> bool:
    """Return whether a value looks like an access document, of this format or another."""
    return isinstance(value, Mapping) and {"format", "source", "directory", "gaps"} <= set(value)


def read_document(value: Any) -> Object:
    """Return a document of this format. Raise InvalidError for any other value."""
    if not is_access_document(value):
        raise InvalidError(
            "this is not an access document",
            hint="The option document_path of scim_access_info writes one, and the filter directory_access returns one",
        )
    if value["format"] != FORMAT or value["source"] not in SOURCES:
        raise InvalidError(
            f"the access document has the format {value['format']!r}, and this release reads {FORMAT}",
            hint="Make the document with this release",
        )
    return dict(value)
