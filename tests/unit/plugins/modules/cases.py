# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the contract test needs to know of each module: the life of one object, or what there is to read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.idops.cyberark_identity.tests.unit.harness import Tenant

Options = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A module and its task's options, step by step.

    ``life`` is what one object goes through, in order. The steps of a module that only reads change nothing.
    ``secrets`` are the options whose values must not come back. ``result`` is the key that holds the object.
    """

    module: str
    result: str
    life: dict[str, Options]
    prepare: Callable[[Tenant], object] = lambda tenant: None
    reads_only: bool = False
    secrets: tuple[str, ...] = ()
    bad: dict[str, Options] = field(default_factory=dict)


def _boss(tenant: Tenant) -> object:
    return tenant.seed_user(userName="boss@example.com", displayName="Boss")


def _people(tenant: Tenant) -> object:
    for name in ("ada", "grace", "alan"):
        tenant.seed_user(userName=f"{name}@example.com")
    return tenant.seed(groups=[{"displayName": "operators", "members": ["alan@example.com"]}])


EVERY_USER_OPTION: Options = {
    "user_name": "ada@example.com",
    "display_name": "Ada Lovelace",
    "given_name": "Ada",
    "family_name": "Lovelace",
    "email": "ada@example.org",
    "phone_numbers": {"work": "+441632960001", "mobile": "+441632960002", "home": "+441632960003"},
    "preferred_language": "en_US",
    "active": True,
    "organization": "Analytical Engines",
    "manager": "boss@example.com",
    "custom_attributes": {"costCenter": "4711", "badge": "7"},
    "password": "Initial-pass-1",
}

CASES = [
    Case(
        module="scim_user",
        result="user",
        prepare=_boss,
        secrets=("password",),
        life={
            "create": EVERY_USER_OPTION,
            "change one attribute": {"user_name": "ada@example.com", "display_name": "Ada King"},
            "change every attribute": {
                "user_name": "ADA@example.com",
                "display_name": "A. King",
                "given_name": "A.",
                "family_name": "King",
                "email": "king@example.org",
                "phone_numbers": {"work": "", "mobile": "+441632960009"},
                "preferred_language": "fr_FR",
                "active": False,
                "organization": "Poetry",
                "manager": "",
                "custom_attributes": {"costCenter": "", "badge": 8, "site": "London"},
            },
            "clear": {
                "user_name": "ada@example.com",
                "given_name": "",
                "family_name": "",
                "email": "",
                "phone_numbers": {"mobile": "", "home": ""},
                "preferred_language": "",
                "organization": "",
                "custom_attributes": {"badge": "", "site": ""},
            },
            "delete": {"user_name": "ada@example.com", "state": "absent"},
        },
        bad={
            "a value of the wrong type": {"user_name": "ada@example.com", "active": "perhaps"},
            "no name": {"display_name": "Ada"},
            "an empty name": {"user_name": ""},
            "an empty id": {"user_name": "ada@example.com", "id": ""},
            "a password cleared": {"user_name": "ada@example.com", "password": ""},
            "a nested custom attribute": {"user_name": "ada@example.com", "custom_attributes": {"badge": [1]}},
            "a password that would mask every message": {"user_name": "ada@example.com", "password": "invalid"},
            "a list for a text": {"user_name": "ada@example.com", "organization": ["a", "b"]},
            "a map for a name": {"user_name": {"a": "b"}},
            "an unknown option": {"user_name": "ada@example.com", "colour": "red"},
            "an unknown kind of phone": {"user_name": "ada@example.com", "phone_numbers": {"fax": "1"}},
        },
    ),
    Case(
        module="scim_user_info",
        result="users",
        prepare=_boss,
        reads_only=True,
        life={
            "by key": {"user_name": "boss@example.com"},
            "by filter": {"filter": 'userName sw "boss"'},
            "all": {},
        },
        bad={
            "two ways at once": {"user_name": "boss@example.com", "id": "1"},
            "an empty id": {"id": ""},
            "an empty name": {"user_name": ""},
            "an empty filter": {"filter": ""},
        },
    ),
    Case(
        module="scim_group",
        result="group",
        prepare=_people,
        life={
            "create": {
                "display_name": "db-admins",
                "users": {"set": ["ADA@example.com", "alan@example.com"]},
                "groups": {"add": ["operators"]},
            },
            "set users": {"display_name": "DB-Admins", "users": {"set": ["grace@example.com", "alan@example.com"]}},
            "add and remove": {
                "display_name": "db-admins",
                "users": {"add": ["ada@example.com"], "remove": ["Grace@example.com", "nobody@example.com"]},
                "groups": {"remove": ["Operators"]},
            },
            "empty": {"display_name": "db-admins", "users": {"set": []}, "groups": {"set": []}},
            "delete": {"display_name": "db-admins", "state": "absent"},
        },
        bad={
            "no name": {"users": {"set": []}},
            "an empty name": {"display_name": ""},
            "set with add": {"display_name": "x", "users": {"set": [], "add": ["ada@example.com"]}},
            "set with remove": {"display_name": "x", "groups": {"set": [], "remove": ["operators"]}},
            "the same added and removed": {"display_name": "x", "users": {"add": ["a@b"], "remove": ["A@b"]}},
            "an unknown policy": {"display_name": "x", "unknown_members": "perhaps"},
        },
    ),
    Case(
        module="scim_group_info",
        result="groups",
        prepare=_people,
        reads_only=True,
        life={
            "by key": {"display_name": "Operators"},
            "by filter": {"filter": 'displayName sw "oper"'},
            "by member": {"filter": 'members.display eq "alan@example.com"'},
            "all": {},
        },
        bad={
            "two ways at once": {"display_name": "operators", "id": "1"},
            "an empty name": {"display_name": ""},
        },
    ),
]
