# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Run the modules that manage one object of the SCIM server."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Protocol

from .._base.errors import IdentityError
from .._base.paths import quoted
from .._model.ensure import Outcome, ensure
from .._model.new_values import suffix_of, unknowns, warn_of_suffix
from .._model.options import kind_shown
from .._model.plan import Task
from .._model.rows import Resource
from .._scim.guarded import GuardedObjects
from .._scim.objects import ScimObjects
from .object_module import asked, object_module, result_of
from .scim_module import ScimModule


class Change(Protocol):
    """A function that brings an object to its desired state unless ``check`` is set."""

    def __call__(self, objects: ScimObjects, task: Task, *, check: bool) -> tuple[Outcome, dict[str, Any]]:
        """Return the outcome, and the results that only this module returns."""


def run_scim_object(*resources: Resource, result: str, change: Change | None = None) -> None:
    """Run a module that manages one object of one of these kinds. ``change`` replaces the usual function."""
    module = object_module(ScimModule, resources)

    def work() -> dict[str, Any]:
        with module.scim() as scim:
            objects = GuardedObjects(scim, module.bystanders)
            task = asked(module, resources)
            outcome, further = (change or change_object)(objects, task, check=module.check_mode)
            entity = outcome.entity and {**kind_shown(resources, task.resource), **outcome.entity}
            return result_of(module, task, outcome, {result: entity, **further})

    module.run(work)


def change_object(objects: ScimObjects, task: Task, *, check: bool) -> tuple[Outcome, dict[str, Any]]:
    """Bring an object to its desired state unless ``check`` is set. Return the outcome and no further results."""
    outcome = ensure(objects, task, check=check)
    if check and outcome.action == "create":
        _foresee(objects, task)
    return outcome, {}


def _foresee(objects: ScimObjects, task: Task) -> None:
    """Warn about an unknown login suffix of a new object, and about facts that check mode cannot know."""
    resource, warn = task.resource, objects.client.warn
    row = resource.suffixed
    if row and (suffix := suffix_of(task.desired[row.option])):
        with suppress(IdentityError):  # the plan does not depend on it
            if objects.scim.count(resource.endpoint, filter=f"{row.filter} ew {quoted(f'@{suffix}')}") == 0:
                warn_of_suffix(warn, suffix, [task.desired[row.option]])
    if text := unknowns([(resource, task.desired)]):
        warn(text)
