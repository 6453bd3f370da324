# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Run the modules that manage one object of the SCIM server."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from .._base.errors import IdentityError
from .._base.paths import quoted
from .._model.ensure import Outcome, ensure
from .._model.new_values import suffix_of, unknowns, warn_of_suffix
from .._model.plan import Task
from .._model.rows import Resource
from .._scim.guarded import GuardedObjects
from .._scim.objects import ScimObjects
from .._scim.protocol import Scim
from .object_module import changed, object_module
from .scim_module import ScimModule


def run_scim_object(resource: Resource, *, result: str) -> None:
    """Run a module that manages one object."""
    run_with(change_object, resource, result=result)


def change_object(objects: ScimObjects, task: Task, *, check: bool) -> tuple[Outcome, dict[str, Any]]:
    """Bring an object to its desired state unless ``check`` is set. Return the outcome and no further results."""
    outcome = ensure(objects, task, check=check)
    if check and outcome.action == "create":
        _foresee(objects, task)
    return outcome, {}


def run_with(change: Callable[..., tuple[Outcome, dict[str, Any]]], *resources: Resource, result: str) -> None:
    """Run a module that makes this change to an object of one of these kinds."""
    module = object_module(ScimModule, resources)

    def work(scim: Scim) -> dict[str, Any]:
        objects = GuardedObjects(scim, module.bystanders)
        return changed(module, resources, result, lambda task: change(objects, task, check=module.check_mode))

    module.run_scim(work)


def _foresee(objects: ScimObjects, task: Task) -> None:
    """Warn of an unknown login suffix of a new object, and of the facts that check mode cannot know."""
    resource, warn = task.resource, objects.client.warn
    row = resource.suffixed
    if row and (suffix := suffix_of(task.desired[row.option])):
        with suppress(IdentityError):  # the plan does not depend on it
            if objects.scim.count(resource.endpoint, filter=f"{row.filter} ew {quoted(f'@{suffix}')}") == 0:
                warn_of_suffix(warn, suffix, [task.desired[row.option]])
    if text := unknowns([(resource, task.desired)]):
        warn(text)
