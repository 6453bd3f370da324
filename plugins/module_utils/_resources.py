# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""The tables: one Resource per SCIM type, one Attribute row per option.

From a row come the argument spec, the comparison, the request bodies, the diff, the result and the redaction,
so that a name is declared once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CUSTOM = "urn:scim:schemas:extension:custom:2.0"
LINKED_OBJECT = "urn:ietf:params:scim:schemas:pam:1.0:LinkedObject"

Object = dict[str, Any]
# The way to a value inside a resource; the first part is an extension's URN or an attribute's name.
Path = tuple[str, ...]
# What is to stand at a path; None removes it.
Write = tuple[Path, Any]


class Shape:
    """How an option's value stands in the resource: here, as it is.

    ``None`` stands for nothing on both sides. ``merge`` says what a desired value makes of the current one.
    """

    def read(self, node: Any) -> Any:
        return node

    def merge(self, current: Any, desired: Any) -> Any:
        return None if desired in ("", [], {}) else desired

    def writes(self, path: Path, before: Any, after: Any) -> list[Write]:
        return [(path, after)]


class Single(Shape):
    """One value, in a list that holds at most one: the directory has a single mail field."""

    def read(self, node: Any) -> Any:
        values = [item.get("value") for item in _objects(node)]
        return values[0] if values else None

    def writes(self, path: Path, before: Any, after: Any) -> list[Write]:
        return [(path, None if after is None else [{"type": "work", "primary": True, "value": after}])]


class Reference(Shape):
    """The id of another object, as the ``value`` of a complex attribute."""

    def read(self, node: Any) -> Any:
        return node.get("value") if isinstance(node, dict) else None

    def writes(self, path: Path, before: Any, after: Any) -> list[Write]:
        return [(path, None if after is None else {"value": after})]


class Flat(Shape):
    """A map in an object of its own: the keys that are given are managed, and ``''`` clears one."""

    def read(self, node: Any) -> Any:
        items = node.items() if isinstance(node, dict) else ()
        return {key: value for key, value in items if value not in (None, "")} or None

    def merge(self, current: Any, desired: Any) -> Any:
        merged = {**(current or {}), **{key: value for key, value in desired.items() if value is not None}}
        return {key: value for key, value in merged.items() if value != ""} or None

    def writes(self, path: Path, before: Any, after: Any) -> list[Write]:
        old, new = before or {}, after or {}
        return [((*path, key), new.get(key)) for key in sorted({**old, **new}) if not same(old.get(key), new.get(key))]


class Keyed(Flat):
    """A map in a list of ``{key, value}`` objects, which is written whole."""

    def __init__(self, key: str) -> None:
        self.key = key

    def read(self, node: Any) -> Any:
        pairs = [(item.get(self.key), item.get("value")) for item in _objects(node)]
        return {str(key).lower(): value for key, value in pairs if key and value} or None

    def writes(self, path: Path, before: Any, after: Any) -> list[Write]:
        return [(path, [{self.key: key, "value": value} for key, value in sorted((after or {}).items())] or None)]


@dataclass(frozen=True)
class Attribute:
    """One option of a module and the place of its value in the resource.

    ``spec`` goes to the argument spec as it is. ``caseless`` compares without case. ``secret`` is written and never
    read back (RFC 7643 section 7: mutability writeOnly). ``required`` cannot be cleared. ``refers_to`` is the
    endpoint of the object that the value names, by natural key or by id.
    """

    option: str
    path: Path
    type: str = "str"
    shape: Shape = field(default_factory=Shape)
    spec: Mapping[str, Any] = field(default_factory=dict)
    caseless: bool = False
    required: bool = False
    secret: bool = False
    refers_to: str | None = None

    def read(self, resource: Object) -> Any:
        return self.shape.read(get(resource, self.path))

    def same(self, one: Any, other: Any) -> bool:
        return same(one, other, caseless=self.caseless)


@dataclass(frozen=True)
class Resource:
    """A SCIM type: its endpoint, its rows and what a server computes in it.

    ``key`` is the option that names an object among its kind. ``computed`` paths are the server's own: they are
    not sent back in a PUT.
    """

    name: str
    plural: str
    endpoint: str
    schema: str
    key: str
    attributes: tuple[Attribute, ...]
    computed: tuple[Path, ...] = (("meta",),)

    def attribute(self, option: str) -> Attribute:
        return next(attribute for attribute in self.attributes if attribute.option == option)

    @property
    def key_attribute(self) -> str:
        """The SCIM name of the natural key."""
        return self.attribute(self.key).path[0]

    def describe(self, resource: Object) -> Object:
        """The object in the option vocabulary, plus ``id``: nothing that could not be given to the module."""
        options = {row.option: row.read(resource) for row in self.attributes if not row.secret}
        return {"id": resource.get("id"), **options}


USER = Resource(
    name="user",
    plural="users",
    endpoint="Users",
    schema="urn:ietf:params:scim:schemas:core:2.0:User",
    key="user_name",
    attributes=(
        Attribute("user_name", ("userName",), caseless=True, required=True),
        Attribute("display_name", ("displayName",)),
        Attribute("given_name", ("name", "givenName")),
        Attribute("family_name", ("name", "familyName")),
        Attribute("email", ("emails",), shape=Single(), caseless=True),
        Attribute(
            "phone_numbers",
            ("phoneNumbers",),
            type="dict",
            shape=Keyed("type"),
            spec={"options": {kind: {"type": "str"} for kind in ("work", "mobile", "home")}},
        ),
        Attribute("preferred_language", ("preferredLanguage",)),
        Attribute("active", ("active",), type="bool"),
        Attribute("organization", (ENTERPRISE_USER, "organization")),
        Attribute("manager", (ENTERPRISE_USER, "manager"), shape=Reference(), refers_to="Users"),
        Attribute("custom_attributes", (CUSTOM,), type="dict", shape=Flat()),
        Attribute("password", ("password",), spec={"no_log": True}, required=True, secret=True),
    ),
    # name.formatted mirrors displayName: sent back unchanged, it would undo a change of the latter.
    computed=(("meta",), ("groups",), ("name", "formatted")),
)


def get(resource: Object, path: Path) -> Any:
    """What stands at the path, None if nothing does."""
    node: Any = resource
    for part in path:
        node = node.get(part) if isinstance(node, dict) else None
    return node


def _objects(node: Any) -> list[Object]:
    return [item for item in node if isinstance(item, dict)] if isinstance(node, list) else []


def put(resource: Object, path: Path, value: Any) -> None:
    """Let ``value`` stand at the path; None removes it, and with it what has become empty on the way."""
    head, *rest = path
    if rest:
        inner = resource.get(head)
        inner = inner if isinstance(inner, dict) else {}
        put(inner, tuple(rest), value)
        value = inner or None
    if value is None:
        resource.pop(head, None)
    else:
        resource[head] = value


def path_text(path: Path) -> str:
    """The path as PATCH wants it (RFC 7644 section 3.10): a URN ends with a colon, a name with a dot."""
    head, *rest = path
    if not rest:
        return head
    return head + (":" if head.startswith("urn:") else ".") + ".".join(rest)


def same(one: Any, other: Any, *, caseless: bool = False) -> bool:
    """Whether two values are the same to this server: 7 and "7" are, true and "True", nothing and the empty string."""
    if isinstance(one, dict) or isinstance(other, dict):
        one, other = one or {}, other or {}
        if not (isinstance(one, dict) and isinstance(other, dict)):
            return False
        return all(same(one.get(key), other.get(key), caseless=caseless) for key in {**one, **other})
    texts = ["" if value is None else str(value) for value in (one, other)]
    if caseless or isinstance(one, bool) or isinstance(other, bool):
        texts = [text.casefold() for text in texts]
    return texts[0] == texts[1]
