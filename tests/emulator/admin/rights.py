# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verbs of the administrative rights of roles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..facts import ROLE_FACTS, role_facts
from .call import READ_ROLES, ROLES, SYSTEM, Call, Verb, Verbs, in_both, is_object
from .envelope import Refusal, rows
from .roles import found_role
from .superrights import CATALOGUE, shown_name

Rights = frozenset[str]


def get_assigned_rights(call: Call) -> dict[str, Any]:
    """Return the rights of a role."""
    role = found_role(call, call.required("Role"))
    held = role_facts(call.storage, str(role.id)).rights
    return rows([{"Description": shown_name(path, call.switches), "Path": path} for path in CATALOGUE if path in held])


def assign_rights(call: Call) -> None:
    """Give rights to roles."""
    change_rights(call, lambda held, path: held | {path})


def unassign_rights(call: Call) -> None:
    """Take rights from roles."""
    change_rights(call, lambda held, path: held - {path})


def change_rights(call: Call, change: Callable[[Rights, str], Rights]) -> None:
    """Change the rights of all listed roles, or of none on an error. A body that is not an array has no effect.

    The right that a caller needs is not documented.
    """
    call.check(ROLES if call.switches["rights_assigned_by"] == "role_management" else SYSTEM)
    entries = call.body if isinstance(call.body, list) else []
    rights: dict[str, Rights] = {}
    for entry in filter(is_object, entries):
        fields = {name.casefold(): str(value) for name, value in entry.items()}
        role_id, path = str(found_role(call, fields.get("role", "")).id), fields.get("path", "")
        if path not in CATALOGUE:
            raise Refusal(f"The right {path} does not exist.")
        rights[role_id] = change(rights.get(role_id, role_facts(call.storage, role_id).rights), path)
    for role_id, held in rights.items():
        call.storage.remember(ROLE_FACTS, role_id, replace(role_facts(call.storage, role_id), rights=held))


VERBS: Verbs = {
    "core/getassignedadministrativerights": Verb(get_assigned_rights, READ_ROLES),
    **in_both("assignsuperrights", Verb(assign_rights, writes=True)),
    **in_both("unassignsuperrights", Verb(unassign_rights, writes=True)),
}
