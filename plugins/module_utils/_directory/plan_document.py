# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Build the plan document that people review, and the digest that a later run compares. No I/O.

The same input gives the same bytes: rows are sorted, and nothing depends on the time. A secret is never in it, not even
as a hash. The document only states that a secret will be set.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .._base.errors import InvalidError, PlanChangedError, some
from .._base.paths import Object, fold
from .._model.plan_rows import NameOf, row_of
from .._model.resources import RESOURCES
from .drift import in_order
from .guard_rails import Rules
from .values import Planned, Step

FORMAT = 1  # docs/schemas/plan.schema.json describes it
DIGEST_PREFIX = "sha256:"
ACTIONS = ("create", "update", "rename", "deactivate", "delete")


def document_of(planned: Planned, tenant: str, rules: Rules, kinds: Sequence[str], name_of: NameOf) -> Object:
    """Return the document without its digest, which depends on the masked values."""
    changes = sorted((_row(step, planned.also_removed, name_of) for step in planned.steps), key=_order)
    return {
        "format": FORMAT,
        "tenant": tenant.rstrip("/").lower(),
        "scope": {
            "kinds": list(kinds),
            "prune": sorted(rules.prune),
            "max_removals": rules.max_removals,
            "max_access_removals": rules.max_access_removals,
            "protected": sorted(rules.protected),
        },
        "changes": changes,
        "summary": _summary(planned, changes),
        "unmanaged": in_order(planned.unmanaged),
    }


def with_digest(document: Object) -> Object:
    """Return the document with the digest of the compared parts: the tenant and the changes."""
    return {**document, "digest": digest_of(document)}


def digest_of(document: Object) -> str:
    """Return ``sha256:`` and 64 hexadecimal digits.

    An existing member is identified by its id, because lists may show another name of it. The needs of a change are
    left out, because they follow from the changes.
    """
    compared = [_compared(row) for row in document["changes"]]
    text = _canonical({"format": document["format"], "tenant": document["tenant"], "changes": compared})
    return DIGEST_PREFIX + hashlib.sha256(text.encode()).hexdigest()


def counts_of(document: Object) -> dict[str, int]:
    """Return the number of changes by action, and the number of unchanged objects."""
    counts = Counter(row["action"] for row in document["changes"])
    unchanged = sum(each.get("unchanged", 0) for each in document["summary"].values())
    return {**{action: counts[action] for action in ACTIONS}, "unchanged": unchanged}


def _row(step: Step, also_removed: Mapping[str, Object], name_of: NameOf) -> Object:
    plan = step.plan
    row = {
        **row_of(plan, step.name, step.desired.keys, name_of),
        "needs": sorted(need.label for need in step.needs),
    }
    if step.removes and plan.identifier in also_removed:
        row["also_removed"] = also_removed[plan.identifier]
    return row


def _order(row: Object) -> tuple[int, str, str, str]:
    kinds = [resource.name for resource in RESOURCES.values()]
    return (kinds.index(row["type"]), fold(row["name"]), row["action"], str(row["id"]))


def _summary(planned: Planned, changes: Iterable[Object]) -> Object:
    plurals = {resource.name: resource.plural for resource in RESOURCES.values()}
    summary: dict[str, Counter[str]] = {plural: Counter() for plural in plurals.values()}
    for plural, count in planned.unchanged.items():
        summary[plural]["unchanged"] = count
    for row in changes:
        summary[plurals[row["type"]]][row["action"]] += 1
    return {plural: dict(sorted(counts.items())) for plural, counts in summary.items() if counts}


def _compared(row: Object) -> Object:
    attributes = {option: _by_id(values) for option, values in row["attributes"].items()}
    return {**{part: value for part, value in row.items() if part != "needs"}, "attributes": attributes}


def _by_id(values: Object) -> Object:
    """Return the values with ids for members that exist, and names for those that do not."""
    return {
        side: sorted((_mark(item) for item in value), key=_canonical) if side in ("add", "remove") else value
        for side, value in values.items()
    }


def _mark(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    return {"id": item["id"]} if item["id"] is not None else {"name": item["name"]}


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


# -- What was approved ------------------------------------------------------


def approved_document(text: str, path: str) -> Object:
    """Return the document in a text. Raise InvalidError if it is not a plan, or was modified."""
    try:
        document = json.loads(text)
        digest, found = document["digest"], digest_of(document)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InvalidError(f"approved names {path}, which is not a plan", hint="plan_path writes one") from error
    if document["format"] != FORMAT:
        raise InvalidError(
            f"{path} is a plan of format {document['format']!r}, and this release reads {FORMAT}",
            hint="Make the plan with the release that applies it",
        )
    if digest != found:
        raise InvalidError(f"{path} was changed after it was written", hint="Make the plan again")
    return dict(document)


def refuse_other_plan(planned: Object, digest: str, approved: Object | None) -> None:
    """Raise PlanChangedError unless the plan has the digest; name the differences if the approved plan is given."""
    if planned["digest"] == digest:
        return
    if approved and approved["tenant"] != planned["tenant"]:
        reason = f"the approved plan is one for {approved['tenant']}, and this is {planned['tenant']}"
    elif approved:
        reason = f"the plan is not the one that was approved: {some(_differences(approved, planned))}"
    else:
        changes = len(planned["changes"])
        reason = (
            f"the plan is not the one that was approved: it has {changes} changes and the digest {planned['digest']}"
        )
    raise PlanChangedError(reason, hint="Nothing was written. Review the new plan, and approve that")


def _differences(approved: Object, planned: Object) -> list[str]:
    """Return the differences between two plans, object by object."""
    before, after = ({_identity(row): row for row in document["changes"]} for document in (approved, planned))
    return [
        *(f"{_text(row)} is new" for mark, row in after.items() if mark not in before),
        *(f"{_text(row)} is no longer needed" for mark, row in before.items() if mark not in after),
        *(
            f"{_text(row)} differs in {', '.join(_differing(before[mark], row))}"
            for mark, row in after.items()
            if mark in before and _compared(before[mark]) != _compared(row)
        ),
    ]


def _identity(row: Object) -> tuple[str, str]:
    return (row["type"], row["id"] or fold(row["name"]))


def _text(row: Object) -> str:
    return f"{row['action']} {row['type']} {row['name']!r}"


def _differing(one: Object, other: Object) -> list[str]:
    left, right = _compared(one), _compared(other)
    options = [
        option
        for option in sorted({*left["attributes"], *right["attributes"]})
        if left["attributes"].get(option) != right["attributes"].get(option)
    ]
    parts = [part for part in left if part != "attributes" and left.get(part) != right.get(part)]
    return [*options, *parts]
