# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Run the modules that manage one object, on any kind of server."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

from .._http.client import Client
from .._model.ensure import Outcome, Store, ensure
from .._model.options import (
    are_in_vault,
    exclusive_options,
    object_spec,
    resource_of,
    rows,
    task_of,
)
from .._model.plan import Task, new_end
from .._model.rows import Resource
from .module import Module
from .sentences import DONE, would_be

AnyModule = TypeVar("AnyModule", bound=Module)


def run_object(resource: Resource, *, result: str, store: Callable[[Client], Store]) -> None:
    """Run a module that manages one object in a ``store``."""
    module = object_module(Module, (resource,))

    def work() -> dict[str, Any]:
        with module.clients() as (client, *_others):
            task = asked(module, (resource,))
            outcome = ensure(store(client), task, check=module.check_mode)
            return result_of(module, task, outcome, {result: outcome.entity})

    module.run(work)


def object_module(kind: type[AnyModule], resources: tuple[Resource, ...]) -> AnyModule:
    """Return the module with its options. With several kinds of objects, the option ``kind`` chooses one."""
    module = kind(
        object_spec(resources), for_vault=are_in_vault(resources), mutually_exclusive=exclusive_options(resources)
    )
    for row in rows(resources):
        given = module.params[row.option] or ""
        if row.secret and len(given) < row.shortest:
            # A secret that is too short is refused. To mask it would hide parts of every message, so show stars here.
            module.no_log_values.discard(given)
            module.params[row.option] = module.params[row.option] and "*" * len(given)
    return module


def asked(module: Module, resources: tuple[Resource, ...]) -> Task:
    """Return the task of the options. Raise InvalidError for options that contradict each other."""
    return task_of(resource_of(resources, module.params), module.params, new=True)


def result_of(module: Module, task: Task, outcome: Outcome, results: dict[str, Any]) -> dict[str, Any]:
    """Return the result of a module. ``results`` are the values that only this module returns."""
    resource = task.resource
    if end := new_end(resource, outcome.diff, time.time()):
        module.hear(f"The {resource.ended_by} {end} of {task.label} is over: it gives no access")
    if resource.member_rows:
        results["removed_members"] = removed_members(resource, outcome.diff)
    msg = sentence_of_object(task, outcome, check=module.check_mode)
    return {"changed": outcome.changed, "msg": msg, **results, "diff": outcome.diff}


def removed_members(resource: Resource, diff: dict[str, Any]) -> int:
    """Return the number of members that a change removes from a group or role. A deletion removes all."""
    before, after = (
        Counter(name for row in resource.member_rows for name in (diff[side].get(row.option) or {}).get("set", ()))
        for side in ("before", "after")
    )
    return sum((before - after).values())


def sentence_of_object(task: Task, outcome: Outcome, *, check: bool) -> str:
    """Return the result for one object: "user 'ada@example.com' created"."""
    if not outcome.changed:
        return f"{task.label} unchanged"
    before, after = (outcome.diff[side].get(task.resource.enabled_by) for side in ("before", "after"))
    deactivated = outcome.action == "update" and before is not False and after is False
    return f"{task.label} {would_be(check)}{DONE['deactivate' if deactivated else outcome.action]}"
