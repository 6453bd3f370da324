# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Define the kinds of subjects of policies, and the attributes of each, as tables. No I/O.

docs/policies.md shows these tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from typing import Any

from .._directory.values import POSITION
from .._model.member_names import VAULT
from .._model.resources import CONTAINER, CONTAINER_PERMISSION, GROUP, PRIVILEGED_DATA, RIGHTS_PRESETS, USER
from .graph import numbers
from .kinds import (
    Attribute,
    Key,
    Kind,
    Read,
    alike,
    attributes_of_other,
    kind_of,
    of_users,
    pair_key,
    table_of,
)
from .operators import MOMENT, NAME, NAMES, NUMBER, RIGHT_LIST, SUBJECTS, TRUTH
from .scene import PLAN, Rows, Scene, single
from .state import Permission, in_order

USERS, GROUPS, CONTAINERS = USER.plural, GROUP.plural, CONTAINER.plural
PERMISSIONS, ACCOUNTS = CONTAINER_PERMISSION.plural, PRIVILEGED_DATA.plural
ACCESS_NEEDS = (PERMISSIONS, GROUPS)
REACH_NEEDS = (PERMISSIONS, GROUPS, USERS)  # without users, the inactive ones are unknown
REACHING = "users who reach the safe"
PRESETS = {frozenset(rights): name for name, rights in RIGHTS_PRESETS.items()}


def _users(scene: Scene, numbers: Iterable[int]) -> list[str]:
    return [scene.state.users[number].name for number in numbers]


def _groups(scene: Scene, numbers: Iterable[int]) -> list[str]:
    return [scene.state.groups[number].name for number in numbers]


def _container(scene: Scene, number: int) -> str:
    return scene.state.containers[number].name


def _containers(scene: Scene, numbers: Iterable[int]) -> list[str]:
    return [_container(scene, number) for number in dict.fromkeys(numbers)]


def _accounts(scene: Scene, container: int) -> list[str]:
    return [scene.state.accounts[number].name for number in scene.accounts_on.get(container, ())]


def preset_of(rights: Iterable[str]) -> str | None:
    """Return the preset with exactly these rights, or None."""
    return PRESETS.get(frozenset(rights))


# -- Users, groups, safes and accounts --------------------------------------


def _all_users(scene: Scene) -> Iterator[Rows]:
    return iter([(None, (1 << len(scene.state.users)) - 1)] if scene.state.users else [])


USER_KIND = of_users(
    kind_of(
        USER,
        "a user, also one whom only a list of members names",
        ("user",),
        _all_users,
        lambda scene, key: scene.state.users[key].entry,
        [
            Attribute("user", NAME, "the user name", lambda scene, key: scene.state.users[key].name),
            Attribute(
                "active",
                TRUTH,
                "whether the user is active; not set if unknown",
                lambda s, key: s.state.users[key].active,
            ),
            Attribute(
                "listed", TRUTH, "whether the list of users has the user", lambda s, key: s.state.users[key].listed
            ),
            Attribute(
                "groups",
                NAMES,
                "the groups that the user is in, also through other groups",
                lambda scene, key: _groups(scene, scene.groups_of(key)),
                (GROUPS,),
            ),
            Attribute(
                "direct_groups",
                NAMES,
                "the groups that have the user as a direct member",
                lambda scene, key: _groups(scene, scene.direct_groups.get(key, ())),
                (GROUPS,),
            ),
            Attribute(
                "containers",
                NAMES,
                "the safes that the user reaches now",
                lambda scene, key: _containers(scene, (container for container, _users in scene.reach_of(key))),
                REACH_NEEDS,
            ),
            Attribute(
                "reach",
                SUBJECTS,
                "what the user reaches now",
                lambda s, key: s.reach_of(key),
                REACH_NEEDS,
                "reach",
                "safes that the user reaches",
            ),
            Attribute(
                "access",
                SUBJECTS,
                "the permissions of the user",
                lambda s, key: s.access_of(key),
                ACCESS_NEEDS,
                "access",
                "permissions of the user",
            ),
            Attribute(
                "container_permissions",
                SUBJECTS,
                "the permissions that the user has directly",
                lambda scene, key: single(scene.permissions_of_user.get(key, ())),
                (PERMISSIONS,),
                "container_permission",
                "direct permissions of the user",
            ),
        ],
    )
)

GROUP_KIND = kind_of(
    GROUP,
    "a group, also one that only a permission or another group names",
    ("group",),
    lambda scene: single(range(len(scene.state.groups))),
    lambda scene, key: scene.state.groups[key].entry,
    [
        Attribute("group", NAME, "the display name", lambda scene, key: scene.state.groups[key].name),
        Attribute(
            "listed",
            TRUTH,
            "whether the list of groups has the group; nobody knows the members of others",
            lambda scene, key: scene.state.groups[key].listed,
        ),
        Attribute(
            "users", NAMES, "the direct members that are users", lambda s, key: _users(s, s.state.groups[key].users)
        ),
        Attribute(
            "groups", NAMES, "the direct members that are groups", lambda s, key: _groups(s, s.state.groups[key].groups)
        ),
        Attribute(
            "everybody",
            NAMES,
            "the users in the group, to any depth",
            lambda s, key: _users(s, numbers(s.people_of(key))),
        ),
        Attribute(
            "people",
            SUBJECTS,
            "the users in the group, to any depth",
            lambda scene, key: iter([(None, scene.people_of(key))]),
            (USERS,),
            "user",
            "users in the group",
        ),
        Attribute(
            "member_of",
            NAMES,
            "the groups that the group is in, also through other groups",
            lambda scene, key: _groups(scene, scene.groups_above(key)),
        ),
        Attribute(
            "containers",
            NAMES,
            "the safes on which the group, or one that it is in, has a permission",
            lambda scene, key: _containers(scene, _containers_of(scene, key)),
            (PERMISSIONS,),
        ),
        Attribute(
            "container_permissions",
            SUBJECTS,
            "the permissions of the group itself",
            lambda scene, key: single(scene.permissions_of_group.get(key, ())),
            (PERMISSIONS,),
            "container_permission",
            "permissions of the group",
        ),
    ],
)


def _containers_of(scene: Scene, group: int) -> Iterator[int]:
    for number in (group, *scene.groups_above(group)):
        for permission in scene.permissions_of_group.get(number, ()):
            yield scene.state.permissions[permission].container


CONTAINER_KIND = kind_of(
    CONTAINER,
    "a safe",
    ("container",),
    lambda scene: single(range(len(scene.state.containers))),
    lambda scene, key: scene.state.containers[key].entry,
    [
        Attribute("container", NAME, "the name of the safe", _container),
        Attribute("listed", TRUTH, "whether the list of safes has it", lambda s, key: s.state.containers[key].listed),
        Attribute(
            "privileged_data",
            SUBJECTS,
            "its accounts",
            lambda scene, key: single(scene.accounts_on.get(key, ())),
            (ACCOUNTS,),
            "privileged_data",
            "accounts in the safe",
        ),
        Attribute(
            "container_permissions",
            SUBJECTS,
            "the permissions on the safe",
            lambda scene, key: single(scene.permissions_on.get(key, ())),
            (PERMISSIONS,),
            "container_permission",
            "permissions on the safe",
        ),
        Attribute(
            "reach",
            SUBJECTS,
            "who reaches the safe now",
            lambda s, key: s.reach_to(key),
            REACH_NEEDS,
            "reach",
            REACHING,
        ),
        Attribute(
            "access",
            SUBJECTS,
            "who has a permission on it",
            lambda s, key: s.access_to(key),
            ACCESS_NEEDS,
            "access",
            "users with a permission on the safe",
        ),
    ],
)

ACCOUNT_KIND = kind_of(
    PRIVILEGED_DATA,
    "a privileged account",
    ("container", "name"),
    lambda scene: single(range(len(scene.state.accounts))),
    lambda scene, key: scene.state.accounts[key].entry,
    [
        Attribute("name", NAME, "the name of the account", lambda scene, key: scene.state.accounts[key].name),
        Attribute(
            "container", NAME, "the name of its safe", lambda s, key: _container(s, s.state.accounts[key].container)
        ),
        Attribute(
            "reach",
            SUBJECTS,
            "who reaches its safe now",
            lambda scene, key: scene.reach_to(scene.state.accounts[key].container),
            REACH_NEEDS,
            "reach",
            REACHING,
        ),
    ],
)


# -- Permissions ------------------------------------------------------------


def _member(kind: str, permission: Permission) -> int | None:
    return permission.member if permission.kind == kind else None


def _first(scene: Scene, key: Key) -> Key:
    return key[0]


def _second(scene: Scene, key: Key) -> Key:
    return key[1]


def _permission_attributes(of: Callable[[Scene, Key], Permission]) -> list[Attribute]:
    """Return the shared attributes of a permission and of the access that it gives."""

    def text(read: Callable[[Permission], Any]) -> Read:
        return lambda scene, key: read(of(scene, key))

    return [
        Attribute("container", NAME, "the name of the safe", lambda s, key: _container(s, of(s, key).container)),
        Attribute("group", NAME, "the group that has the permission; not set for a user", _group_reader(of)),
        Attribute("rights", RIGHT_LIST, "the rights", text(lambda each: each.rights)),
        Attribute(
            "preset", NAME, "the preset whose rights these are exactly", text(lambda each: preset_of(each.rights))
        ),
        Attribute(
            "search_in",
            NAME,
            "the other directory in which the member is; not set for one of the vault",
            text(lambda each: each.search_in if each.search_in and each.search_in.lower() != VAULT else None),
        ),
        Attribute("membership_expiration", MOMENT, "when the permission ends", text(lambda each: each.expiration)),
        Attribute("expired", TRUTH, "whether the permission has ended", lambda s, key: s.is_expired(of(s, key))),
    ]


def _group_reader(of: Callable[[Scene, Key], Permission]) -> Read:
    def read(scene: Scene, key: Key) -> str | None:
        number = _member("group", of(scene, key))
        return None if number is None else scene.state.groups[number].name

    return read


def _permission(scene: Scene, key: Key) -> Permission:
    return scene.state.permissions[key]


def _user_with(scene: Scene, key: Key) -> str | None:
    number = _member("user", _permission(scene, key))
    return None if number is None else scene.state.users[number].name


PERMISSION_KIND = Kind(
    CONTAINER_PERMISSION.name,
    "a permission of a user or a group on a safe",
    (PERMISSIONS,),
    ("container", "user", "group"),
    lambda scene: single(range(len(scene.state.permissions))),
    lambda scene, key: scene.state.permissions[key].entry,
    table_of(
        [
            Attribute("user", NAME, "the user who has the permission; not set for a group", _user_with),
            *_permission_attributes(_permission),
            *attributes_of_other("user", USER_KIND, lambda s, key: _member("user", _permission(s, key))),
            *attributes_of_other("group", GROUP_KIND, lambda s, key: _member("group", _permission(s, key))),
            *attributes_of_other("container", CONTAINER_KIND, lambda s, key: _permission(s, key).container),
        ]
    ),
)

ACCESS_KIND = Kind(
    "access",
    "a user and a permission, which the user has directly or through groups; it may have ended, or the user left",
    ACCESS_NEEDS,
    ("user", "container", "group"),
    lambda scene: scene.access(),
    lambda scene, key: scene.state.permissions[key[1]].entry,
    table_of(
        [
            Attribute(
                "user",
                NAME,
                "the user; not set for the unknown members of a group",
                lambda scene, key: None if key[0] is None else scene.state.users[key[0]].name,
                of_user=True,
            ),
            *(
                replace(attribute, split=alike)
                for attribute in _permission_attributes(lambda scene, key: scene.state.permissions[key[1]])
            ),
            Attribute(
                "direct",
                TRUTH,
                "whether the permission is the user's own",
                lambda scene, key: scene.state.permissions[key[1]].kind == "user",
                split=alike,
            ),
            Attribute(
                "path",
                NAMES,
                "the groups from one of the user's own to that of the permission, on the shortest way",
                lambda scene, key: _groups(scene, scene.path(key)),
            ),
            Attribute(
                "other_paths",
                NUMBER,
                "how many other groups of the user lead to the same permission",
                lambda scene, key: scene.other_paths(key),
            ),
            *attributes_of_other("user", USER_KIND, _first, of_user=True),
            *attributes_of_other(
                "container", CONTAINER_KIND, lambda s, key: s.state.permissions[key[1]].container, split=alike
            ),
        ]
    ),
    pair_key,
)


def _rights(scene: Scene, key: Key) -> tuple[str, ...]:
    return _union(tuple(permission.rights for permission in scene.permissions_in(key)))


@lru_cache(100_000)
def _union(rights: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    return rights[0] if len(rights) == 1 else in_order(chain.from_iterable(rights))


def _by_permission(scene: Scene, container: int) -> Iterable[int]:
    return map(scene.holders_of, scene.permissions_now_on.get(container, ()))


def _by_rights(scene: Scene, container: int) -> Iterable[int]:
    """Return the holders of each set of rights. Many permissions on a safe have the same set."""
    holders: dict[tuple[str, ...], int] = {}
    for permission in scene.permissions_now_on.get(container, ()):
        holders[permission.rights] = holders.get(permission.rights, 0) | scene.holders_of(permission)
    return holders.values()


def _entry_of_reach(scene: Scene, key: Key) -> Mapping[str, Any]:
    """Return the entry of one of the permissions, preferably one with a position."""
    entries = sorted(
        (permission.entry for permission in scene.permissions_in(key)), key=lambda each: POSITION not in each
    )
    return next(iter(entries), {})


REACH_KIND = Kind(
    "reach",
    "a user who is not inactive and a safe that the user reaches now, with the rights of all permissions together",
    REACH_NEEDS,
    ("user", "container"),
    lambda scene: scene.reach(),
    _entry_of_reach,
    table_of(
        [
            Attribute("user", NAME, "the user", lambda scene, key: scene.state.users[key[0]].name, of_user=True),
            Attribute(
                "container", NAME, "the name of the safe", lambda scene, key: _container(scene, key[1]), split=alike
            ),
            Attribute("rights", RIGHT_LIST, "the rights of all permissions together", _rights, split=_by_rights),
            Attribute(
                "presets",
                NAMES,
                "the presets whose rights single permissions are exactly",
                lambda s, key: [name for each in s.permissions_in(key) if (name := preset_of(each.rights))],
                split=_by_permission,
            ),
            Attribute(
                "direct",
                TRUTH,
                "whether one of the permissions is the user's own",
                lambda scene, key: any(each.kind == "user" for each in scene.permissions_in(key)),
                split=_by_permission,
            ),
            Attribute(
                "permission_groups",
                NAMES,
                "the groups whose permissions these are",
                lambda s, key: _groups(s, [each.member for each in s.permissions_in(key) if each.kind == "group"]),
                split=_by_permission,
            ),
            Attribute(
                "privileged_data",
                NAMES,
                "the accounts in the safe",
                lambda scene, key: _accounts(scene, key[1]),
                (ACCOUNTS,),
                split=alike,
            ),
            *attributes_of_other("user", USER_KIND, _first, of_user=True),
            *attributes_of_other("container", CONTAINER_KIND, _second, split=alike),
        ]
    ),
    pair_key,
)


# -- Changes of a plan ------------------------------------------------------


def _key_of_change(option: str) -> Read:
    return lambda scene, key: key["keys"].get(option)


def _items_of_change(options: tuple[str, ...], way: str) -> Read:
    """Return a function that reads the items that a change adds or removes. A deletion removes everything."""

    def read(scene: Scene, key: Key) -> list[str]:
        found: list[str] = []
        for option in options:
            values = key["attributes"].get(option) or {}
            if way in values:
                found += [item["name"] if isinstance(item, dict) else item for item in values[way]]
            elif way == "remove" and key["action"] == "delete":
                found += (values.get("before") or {}).get("set") or ()
        return found

    return read


MEMBERS = tuple(row.option for row in GROUP.member_rows)
RIGHTS_OPTION = CONTAINER_PERMISSION.access.options if CONTAINER_PERMISSION.access else ()
CHANGE_KIND = Kind(
    "change",
    "a change of a plan; every one counts as new",
    (PLAN,),
    ("type", "name", "action"),
    lambda scene: single(scene.changes or ()),
    lambda scene, key: key,
    table_of(
        [
            Attribute("type", NAME, "the kind of object, such as `group`", lambda scene, key: key["type"]),
            Attribute("name", NAME, "the name of the object", lambda scene, key: key["name"]),
            Attribute(
                "action",
                NAME,
                "`create`, `update`, `rename`, `deactivate` or `delete`",
                lambda scene, key: key["action"],
            ),
            Attribute("container", NAME, "the safe of a permission or an account", _key_of_change("container")),
            Attribute("user", NAME, "the user of a permission", _key_of_change("user")),
            Attribute("group", NAME, "the group of a permission", _key_of_change("group")),
            Attribute("changed", NAMES, "the options that change", lambda scene, key: list(key["attributes"])),
            Attribute("members_added", NAMES, "new members of a group", _items_of_change(MEMBERS, "add")),
            Attribute("members_removed", NAMES, "members that a group loses", _items_of_change(MEMBERS, "remove")),
            Attribute("rights_added", RIGHT_LIST, "new rights", _items_of_change(RIGHTS_OPTION, "add")),
            Attribute("rights_removed", RIGHT_LIST, "rights that are lost", _items_of_change(RIGHTS_OPTION, "remove")),
        ]
    ),
)

SUBJECT_KINDS = {
    kind.name: kind
    for kind in (
        REACH_KIND,
        ACCESS_KIND,
        PERMISSION_KIND,
        CONTAINER_KIND,
        USER_KIND,
        GROUP_KIND,
        ACCOUNT_KIND,
        CHANGE_KIND,
    )
}
