# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Handle objects without an entry: remove those of pruned kinds, and report those of watched kinds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .._base.paths import Object
from .._model.plan import Task, make_plan
from .._model.resources import USER
from .._model.rows import LINKED_OBJECT, Resource
from .drift import Scope, unmanaged
from .guard_rails import GuardRails, Loss, Rules
from .relations import Relations
from .values import Desired, Found, Step


class Unlisted:
    """Decides about one object at a time. ``reported`` are the remaining objects in the form of results."""

    def __init__(self, rules: Rules, listed: Iterable[Desired], relations: Relations, rails: GuardRails) -> None:
        self._rules = rules
        self._scope = Scope(listed)
        self._relations = relations
        self._rails = rails
        self.reported: list[Object] = []

    def see(self, found: Found) -> None:
        """Note the name of a safe that was found by its id: objects on it are in the scope."""
        self._scope.see(found)

    def wants(self, resource: Resource) -> bool:
        """Return whether objects of a kind that have no entry must be read."""
        watched = resource.plural in self._rules.watched and self._scope.has_any(resource)
        return watched or resource.plural in self._rules.prune

    def step(self, resource: Resource, item: Object) -> Step | None:
        """Return the removal of an object of a pruned kind. Otherwise, report it if its kind is watched."""
        pruned = resource.plural in self._rules.prune and self._scope.prunes(resource, item)
        removal = self._removal(resource, item) if pruned else None
        watched = resource.plural in self._rules.watched and self._scope.watches(resource, item)
        if watched and not removal and not self._is_spared(resource, item):
            self.reported.append(unmanaged(resource, item))
        return removal

    def _is_spared(self, resource: Resource, item: Object) -> bool:
        """Return whether an object is not reported, usually because prune keeps it as well.

        If the user that runs the task has a right through a group, the right is reported: the whole group has it. A
        right of the service user for users and groups is reported if the vault has its own service user: it needs no
        right on a safe.
        """
        if item.get(LINKED_OBJECT) or resource.is_disabled(item):
            return True
        if resource.is_permission:
            users = [who for who in resource.members(item) if who[0] == USER.endpoint]
            own = any(self._relations.is_vault_user(who, [shown]) for _endpoint, who, shown in users)
        else:
            own = bool(self._relations.is_own_object(resource, item))
        return self._rails.keeps(self._loss_of(resource, item, own=own))

    def _removal(self, resource: Resource, item: Object) -> Step | None:
        """Return the removal of an object, or None if it must stay."""
        keys = resource.keys_of(item)
        loss = self._loss_of(resource, item, own=self._relations.is_own_object(resource, item))
        if item.get(LINKED_OBJECT) or self._rails.keeps(loss):
            return None
        task = Task(resource, keys, identifier=item["id"], absent=True)
        if resource.enabled_by and not self._rules.delete_users:
            task = replace(task, desired={resource.enabled_by: False}, absent=False)
            if not resource.attribute(resource.enabled_by).read(item):
                return None
        desired = Desired(f"prune: {loss.label}", resource, {}, lambda kind, options: task)
        return Step(desired, item, {}, make_plan(task, task.desired, item))

    def _loss_of(self, resource: Resource, item: Object, *, own: bool | None) -> Loss:
        return self._relations.loss_of(resource, item, own=own, named=bool(self._rules.protected))
