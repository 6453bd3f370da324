# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Read, compare and write values that only the administration API has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from .._base.errors import InvalidError
from .._base.paths import Object, Path, Write, fold, objects
from .._base.texts import check_name
from .._model.shapes import Shape, check_names, refuse_contradictions, refuse_doubles

# The permissions on an app, and their bits (admin contract 8).
GRANTS = {
    "Grant": 1,
    "View": 4,
    "Admin": 8,
    "ViewDetail": 16,
    "Delete": 64,
    "Execute": 128,
    "Automatic": 1 << 31,
}
LONGEST_LIFETIME = 10 * 365 * 24 * 3600  # seconds
# The bits of permissions that include others, on tenants that combine them (admin contract 8 and 12).
COMPOSED = {"Admin": 28, "ViewDetail": 20}


class Timespan(Shape):
    """A duration: seconds in the option, and ``[days.]hours:minutes:seconds`` in the object."""

    def read(self, node: Any) -> int | None:
        parts = re.fullmatch(r"(?:(\d+)\.)?(\d+):(\d+):(\d+)(?:\.\d+)?", str(node).strip())
        if not parts:
            return None
        days, hours, minutes, seconds = (int(part or 0) for part in parts.groups())
        return ((days * 24 + hours) * 60 + minutes) * 60 + seconds

    def writes(self, path: Path, node: Any, before: Any, after: Any) -> list[Write]:
        minutes, seconds = divmod(after, 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        return [(path, f"{days}.{hours:02}:{minutes:02}:{seconds:02}")]

    def validate(self, option: str, value: Any) -> None:
        if not 0 < value <= LONGEST_LIFETIME:
            raise InvalidError(f"{option} must be more than 0 and at most {LONGEST_LIFETIME} seconds")


class Scopes(Shape):
    """Scopes by name, each with a description and the regular expressions of the paths that it allows.

    The list is always complete. Other keys of a scope are preserved.
    """

    def read(self, node: Any) -> list[Object]:
        return _sorted(
            {
                "name": str(scope["Scope"]),
                "description": scope.get("Description") or "",
                "allowed_rest": sorted(map(str, scope.get("AllowedRest") or ())),
            }
            for scope in objects(node)
            if scope.get("Scope")
        )

    def merge(self, current: Any, desired: Any) -> list[Object]:
        held = {fold(scope["name"]): scope for scope in current or ()}
        blank: Object = {"description": "", "allowed_rest": []}
        given = [{key: value for key, value in scope.items() if value is not None} for scope in desired]
        merged = ({**held.get(fold(scope["name"]), blank), **scope} for scope in given)
        return _sorted({**scope, "allowed_rest": sorted(set(scope["allowed_rest"]))} for scope in merged)

    def same(self, one: Any, other: Any, *, caseless: bool) -> bool:
        return list(one or ()) == list(other or ())

    def writes(self, path: Path, node: Any, before: Any, after: Any) -> list[Write]:
        held = {fold(scope.get("Scope")): scope for scope in objects(node)}
        return [
            (
                path,
                [
                    {
                        "Mode": "RestFilter",
                        **held.get(fold(scope["name"]), {}),
                        "Scope": scope["name"],
                        "Description": scope["description"],
                        "AllowedRest": scope["allowed_rest"],
                    }
                    for scope in after
                ],
            )
        ]

    def validate(self, option: str, value: Any) -> None:
        refuse_doubles(option, [scope["name"] for scope in value])
        if any(not re.fullmatch(r"\S+", scope["name"]) for scope in value):
            raise InvalidError(f"{option} holds a scope with an empty name or a blank in its name")

    def check_characters(self, option: str, value: Any, held: Any) -> None:
        for number, scope in enumerate(value):
            check_name(f"{option}[{number}].name", scope["name"])


class Grants(Shape):
    """Permissions of roles: a map from the id of a role to ``{role, rights}``.

    A desired value has such maps under ``add`` and ``remove``, or under ``set`` alone. Permissions that a given one
    implies are added, so that all tenants show the same, whether they combine permissions or not.
    """

    def read(self, node: Any) -> dict[str, Object]:
        return {key: {**grant, "rights": _settled(grant["rights"])} for key, grant in (node or {}).items()}

    def merge(self, current: Any, desired: Mapping[str, Mapping[str, Object]]) -> dict[str, Object]:
        held = self.read(current)
        if (wanted := desired.get("set")) is not None:
            return {
                identifier: {**grant, "rights": with_implied(grant["rights"])}
                for identifier, grant in wanted.items()
                if grant["rights"]
            }
        for identifier, grant in (desired.get("add") or {}).items():
            rights = [*held.get(identifier, {}).get("rights", ()), *with_implied(grant["rights"])]
            held[identifier] = {"role": grant["role"], "rights": _settled(rights)}
        for identifier, grant in (desired.get("remove") or {}).items():
            left = set(held.get(identifier, {}).get("rights", ())) - set(grant["rights"])
            held[identifier] = {"role": grant["role"], "rights": _settled(left)}
        return {identifier: grant for identifier, grant in held.items() if grant["rights"]}

    def same(self, one: Any, other: Any, *, caseless: bool) -> bool:
        return {*one} == {*other} and all(one[key]["rights"] == other[key]["rights"] for key in one)

    def show(self, value: Any) -> Any:
        return {"set": sorted((dict(grant) for grant in (value or {}).values()), key=lambda grant: fold(grant["role"]))}

    def validate(self, option: str, value: Any) -> None:
        roles = _roles_of(value)
        for names in roles.values():
            refuse_doubles(option, names)
        refuse_contradictions(option, roles)

    def check_characters(self, option: str, value: Any, held: Any) -> None:
        check_names(option, _roles_of(value), of_object=True)


def _roles_of(value: Mapping[str, list[Object] | None]) -> dict[str, list[str]]:
    """Return the names of the roles in each list of a desired value."""
    return {way: [grant["role"] for grant in grants] for way, grants in value.items() if grants is not None}


def rights_in(mask: Any) -> list[str]:
    """Return the permissions of a bit mask. The mask is a number or a text, and may be signed."""
    try:
        bits = int(mask)
    except (TypeError, ValueError):
        return []
    return _settled(right for right, bit in GRANTS.items() if bits & bit)


def with_implied(rights: Iterable[str]) -> list[str]:
    """Return permissions and those that their bits include (admin contract 8)."""
    bits = 0
    for right in rights:
        bits |= COMPOSED.get(right, GRANTS[right])
    return rights_in(bits)


def needed_by(right: str, rights: Iterable[str]) -> list[str]:
    """Return the permissions among these that imply the given one."""
    return [other for other in _settled(rights) if other != right and right in with_implied([other])]


def _settled(rights: Iterable[str]) -> list[str]:
    """Return the permissions in their usual order without duplicates."""
    given = set(rights)
    return [right for right in GRANTS if right in given]


def _sorted(scopes: Iterable[Object]) -> list[Object]:
    return sorted(scopes, key=lambda scope: str(scope["name"]))
