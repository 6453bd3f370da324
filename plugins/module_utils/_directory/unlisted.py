# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Deal with objects that no entry names: remove those that are pruned, report those whose kind is watched."""

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
    """Decides about one object at a time. ``reported`` are those that stay, as a result shows them."""

    def __init__(self, rules: Rules, listed: Iterable[Desired], relations: Relations, rails: GuardRails) -> None:
        self._rules = rules
        self._scope = Scope(listed)
        self._relations = relations
        self._rails = rails
        self.reported: list[Object] = []

    def see(self, found: Found) -> None:
        """Note the name of a safe that is found by its id: objects on it are in the scope."""
        self._scope.see(found)

    def wants(self, resource: Resource) -> bool:
        """Return whether the objects of a kind have to be read that no entry names."""
        watched = resource.plural in self._rules.watched and self._scope.has_any(resource)
        return watched or resource.plural in self._rules.prune

    def step(self, resource: Resource, item: Object) -> Step | None:
        """Return the removal of an object if it is pruned; else report it if its kind is watched."""
        pruned = resource.plural in self._rules.prune and self._scope.prunes(resource, item)
        removal = self._removal(resource, item) if pruned else None
        watched = resource.plural in self._rules.watched and self._scope.watches(resource, item)
        if watched and not removal and not self._is_spared(resource, item):
            self.reported.append(unmanaged(resource, item))
        return removal

    def _is_spared(self, resource: Resource, item: Object) -> bool:
        """Return whether an object is not reported: in general, because prune spares it, too.

        A right that the user that runs the task has through a group is reported: the whole group has it. So is one of
        the service user for users and groups, if the vault has a service user of its own: it needs none on a safe.
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
        """Return the removal of an object, None if it must stay."""
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
