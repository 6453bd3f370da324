# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""What has to be done to bring one object to its desired state. Pure: nothing here reads or writes a server."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from ._resources import Attribute, Resource
from ._shapes import Object, put

HIDDEN = "********"  # what a diff shows in place of a secret that will be written


@dataclass(frozen=True)
class Change:
    """One attribute that will be written. ``before`` and ``after`` are in the option vocabulary."""

    attribute: Attribute
    before: Any
    after: Any

    @property
    def operations(self) -> list[Object]:
        return self.attribute.shape.operations(self.attribute.path, self.before, self.after)

    def apply(self, resource: Object) -> None:
        self.attribute.shape.apply(resource, self.attribute.path, self.before, self.after)


@dataclass(frozen=True)
class Plan:
    """``action`` is none, create, update or delete. ``before`` and ``after`` are what a diff shows."""

    resource: Resource
    action: str
    current: Object | None
    changes: tuple[Change, ...]
    before: Object
    after: Object

    @property
    def changed(self) -> bool:
        return self.action != "none"

    @property
    def diff(self) -> dict[str, Object]:
        return {"before": self.before, "after": self.after}

    @property
    def operations(self) -> list[Object]:
        """The changes as PATCH operations."""
        return [operation for change in self.changes for operation in change.operations]

    @property
    def body(self) -> Object:
        """The whole object after the plan, as POST and PUT want it: whatever else it holds is preserved."""
        body = self.expected
        for path in self.resource.computed:
            put(body, path, None)
        extensions = [name for name in body if name.startswith("urn:")]
        body["schemas"] = [self.resource.schema, *extensions]
        return body

    @property
    def expected(self) -> Object:
        """The resource as it will be, but for what the server adds to it; empty where there will be none."""
        if self.action == "delete":
            return {}
        expected = copy.deepcopy(self.current or {})
        for change in self.changes:
            change.apply(expected)
        return expected


def plan_present(resource: Resource, current: Object | None, desired: Object, *, write_secrets: bool) -> Plan:
    """Compare the options that were given with the object as it is, None if it does not exist.

    An option that is None is not managed; one that is empty clears. Secrets cannot be compared: they are written
    when the object is created and, with ``write_secrets``, always.
    """
    existing = current or {}
    changes = []
    before: Object = {}
    after: Object = {}
    for attribute in resource.attributes:
        wanted = desired.get(attribute.option)
        if wanted is None or (attribute.secret and current is not None and not write_secrets):
            continue
        held = attribute.read(existing)
        merged = attribute.shape.merge(held, wanted)
        change = Change(attribute, held, merged)
        if attribute.secret:
            after[attribute.option] = HIDDEN
            changes.append(change)
        elif attribute.same(held, merged):
            before[attribute.option] = after[attribute.option] = attribute.shape.show(held)
        else:
            before[attribute.option], after[attribute.option] = map(attribute.shape.show, (held, merged))
            changes.append(change)
    if current is None:
        return Plan(resource, "create", None, tuple(changes), {}, after)
    return Plan(resource, "update" if changes else "none", current, tuple(changes), before, after)


def plan_absent(resource: Resource, current: Object | None) -> Plan:
    if current is None:
        return Plan(resource, "none", None, (), {}, {})
    held = resource.describe(current).items()
    before = {option: value for option, value in held if option != "id" and value is not None}
    return Plan(resource, "delete", current, (), before, {})
