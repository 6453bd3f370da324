# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Run the modules that manage or read objects of one kind."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from .._base.errors import (
    IdentityError,
    InvalidError,
    trying,
)
from .._base.paths import quoted
from .._http.client import Client
from .._model.ensure import Outcome, Store, ensure
from .._model.new_values import suffix_of, unknowns, warn_of_suffix
from .._model.options import (
    exclusive_options,
    info_spec,
    object_spec,
    resource_of,
    rows,
    task_of,
)
from .._model.plan import Task, new_end
from .._model.rows import Resource
from .._scim.guarded import GuardedObjects
from .._scim.objects import ScimObjects
from .._scim.protocol import Scim
from .._scim.vault import delete_container, trim_creator
from .module import Module
from .sentences import sentence_of_object, sentence_of_reading


def run_object(*resources: Resource, result: str, store: Callable[[Client], Store] | None = None) -> None:
    """Run a module that manages one object. With several kinds, the option ``kind`` chooses one.

    The object is kept on the SCIM server unless another ``store`` is given.
    """
    spec = object_spec(resources)
    module = Module(spec, for_vault=_in_vault(resources), mutually_exclusive=exclusive_options(resources))
    for row in rows(resources):
        given = module.params[row.option] or ""
        if row.secret and len(given) < row.shortest:
            # Such a short secret is refused. As a mask it would hide parts of every message, so replace it by stars.
            module.no_log_values.discard(given)
            module.params[row.option] = module.params[row.option] and "*" * len(given)

    def work(objects: Store) -> dict[str, Any]:
        resource = resource_of(resources, module.params)
        task = task_of(resource, module.params, new=True)
        extra: dict[str, Any] = {"also_removed": None} if any(each.contains for each in resources) else {}
        if resource.contains and task.absent and isinstance(objects, ScimObjects):
            outcome, extra["also_removed"] = delete_container(objects, task, check=module.check_mode)
        else:
            outcome = ensure(objects, task, check=module.check_mode)
        if module.check_mode and isinstance(objects, ScimObjects) and _is_new(task, outcome):
            _foresee(objects, task)
        if isinstance(objects, ScimObjects) and task.creator_rights is not None and not task.absent:
            outcome = trim_creator(objects, outcome, task.creator_rights, check=module.check_mode)
        if end := new_end(resource, outcome.diff, time.time()):
            objects.client.warn(f"The {resource.ended_by} {end} of {task.label} is over: it gives no access")
        entity = outcome.entity and {**_kind(resources, resource), **outcome.entity}
        if resource.member_rows:
            extra["removed_members"] = removed_members(resource, outcome.diff)
        msg = sentence_of_object(task, outcome, check=module.check_mode)
        return {"changed": outcome.changed, "msg": msg, result: entity, **extra, "diff": outcome.diff}

    if store:
        module.run(lambda client: work(store(client)))
    else:
        module.run_scim(lambda scim: work(GuardedObjects(scim, module.bystanders)))


def _is_new(task: Task, outcome: Outcome) -> bool:
    return outcome.changed and not task.absent and not outcome.diff["before"]


def _foresee(objects: ScimObjects, task: Task) -> None:
    """Warn of an unknown login suffix of a new object, and of the facts that check mode cannot know."""
    resource, warn = task.resource, objects.client.warn
    row = resource.suffixed
    if row and (suffix := suffix_of(task.desired[row.option])):
        with contextlib.suppress(IdentityError):  # the plan does not depend on it
            if objects.scim.count(resource.endpoint, filter=f"{row.filter} ew {quoted(f'@{suffix}')}") == 0:
                warn_of_suffix(warn, suffix, [task.desired[row.option]])
    if text := unknowns([(resource, task.desired)]):
        warn(text)


def removed_members(resource: Resource, diff: dict[str, Any]) -> int:
    """Return the number of members that a change removes from a group or role. A deletion removes all."""
    before, after = (
        Counter(name for row in resource.member_rows for name in (diff[side].get(row.option) or {}).get("set", ()))
        for side in ("before", "after")
    )
    return sum((before - after).values())


def run_info(*resources: Resource, result: str) -> None:
    """Run a module that reads objects: by id, by their keys, by a filter, or all of them."""
    keys = sorted({option for resource in resources for option in resource.finding})
    ways = [("id", "filter"), *((way, option) for way in ("id", "filter") for option in keys)]
    module = Module(info_spec(resources), for_vault=_in_vault(resources), mutually_exclusive=ways)

    def work(scim: Scim) -> dict[str, Any]:
        objects = ScimObjects(scim)
        resource = resource_of(resources, module.params)
        given = {way: module.params[way] for way in ("id", "filter", *keys) if module.params[way] is not None}
        if empty := [way for way in given if not given[way]]:
            raise InvalidError(f"{empty[0]} is empty", hint=f"Leave it out to read all {resource.plural}")
        if resource.elsewhere in given and not set(resource.either) & set(given):
            kinds = " or a ".join(resource.either)
            raise InvalidError(f"{resource.elsewhere} says where to find a {kinds}, and neither is given")
        with trying(f"read {resource.plural}"):
            found = objects.read(resource, given)
        kind = _kind(resources, resource)
        described = [{**kind, **resource.describe(item)} for item in found]
        return {"changed": False, "msg": sentence_of_reading([(len(found), resource)]), result: described}

    module.run_scim(work)


def _in_vault(resources: tuple[Resource, ...]) -> bool:
    return all(resource.in_vault for resource in resources)


def _kind(resources: tuple[Resource, ...], resource: Resource) -> dict[str, str]:
    return {"kind": resource.name} if len(resources) > 1 else {}
