# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Run the module that manages one object of the vault."""

from __future__ import annotations

from typing import Any

from .._model.ensure import Outcome
from .._model.plan import Task
from .._model.resources import PAM_OBJECTS
from .._scim.objects import ScimObjects
from .._scim.vault import delete_container, trim_creator
from .scim_object_module import change_object, run_scim_object


def run_pam_object() -> None:
    """Run the module that manages a safe, a permission on a safe or an account."""
    run_scim_object(*PAM_OBJECTS, result="pam_object", change=change_pam_object)


def change_pam_object(objects: ScimObjects, task: Task, *, check: bool) -> tuple[Outcome, dict[str, Any]]:
    """Bring an object to its desired state unless ``check`` is set. Return the outcome, and the contents of a safe."""
    if task.resource.contains and task.absent:
        outcome, contents = delete_container(objects, task, check=check)
        return outcome, {"also_removed": contents}
    outcome, _none = change_object(objects, task, check=check)
    if task.creator_rights is not None and not task.absent:
        outcome = trim_creator(objects, outcome, task.creator_rights, check=check)
    return outcome, {"also_removed": None}
