# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""The tables: one Resource per SCIM type, one Attribute row per option.

From a row come the argument spec, the comparison, the request bodies, the diff, the result and the redaction,
so that a name is declared once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ._shapes import Flat, Keyed, Members, Object, Path, Reference, Shape, Single, Truth, get

ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CUSTOM = "urn:scim:schemas:extension:custom:2.0"
PHONES = ("work", "mobile", "home")
LINKED_OBJECT = "urn:ietf:params:scim:schemas:pam:1.0:LinkedObject"


@dataclass(frozen=True)
class Attribute:
    """One option of a module and the place of its value in the resource.

    ``spec`` goes to the argument spec as it is. ``caseless`` compares without case. ``secret`` is written and never
    read back (RFC 7643 section 7: mutability writeOnly), and has at least ``shortest`` characters. ``required`` cannot
    be cleared. ``refers_to`` is the endpoint of the object that the value names, by natural key or by id. ``default``
    is what the server puts in place of nothing, from the object's natural key.
    """

    option: str
    path: Path
    type: str = "str"
    shape: Shape = field(default_factory=Shape)
    spec: Mapping[str, Any] = field(default_factory=dict)
    caseless: bool = False
    required: bool = False
    secret: bool = False
    shortest: int = 0
    refers_to: str | None = None
    default: Callable[[str], Any] | None = None

    def read(self, resource: Object) -> Any:
        return self.shape.read(get(resource, self.path))

    def same(self, one: Any, other: Any) -> bool:
        return self.shape.same(one, other, caseless=self.caseless)


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
        options = {row.option: row.shape.show(row.read(resource)) for row in self.attributes if not row.secret}
        return {"id": resource.get("id"), **options}


USER = Resource(
    name="user",
    plural="users",
    endpoint="Users",
    schema="urn:ietf:params:scim:schemas:core:2.0:User",
    key="user_name",
    attributes=(
        Attribute("user_name", ("userName",), caseless=True, required=True),
        Attribute("display_name", ("displayName",), default=lambda user_name: user_name.partition("@")[0]),
        Attribute("given_name", ("name", "givenName")),
        Attribute("family_name", ("name", "familyName")),
        Attribute("email", ("emails",), shape=Single(), caseless=True),
        Attribute(
            "phone_numbers",
            ("phoneNumbers",),
            type="dict",
            shape=Keyed("type", PHONES),
            spec={"options": {kind: {"type": "str"} for kind in PHONES}},
        ),
        Attribute("preferred_language", ("preferredLanguage",)),
        Attribute("active", ("active",), type="bool", shape=Truth(), default=lambda user_name: True),
        Attribute("organization", (ENTERPRISE_USER, "organization")),
        Attribute("manager", (ENTERPRISE_USER, "manager"), shape=Reference(), refers_to="Users"),
        Attribute("custom_attributes", (CUSTOM,), type="dict", shape=Flat()),
        Attribute("password", ("password",), spec={"no_log": True}, required=True, secret=True, shortest=8),
    ),
    # name.formatted mirrors displayName: sent back unchanged, it would undo a change of the latter.
    computed=(("meta",), ("groups",), ("name", "formatted")),
)

MEMBERS: Mapping[str, Any] = {
    "options": {way: {"type": "list", "elements": "str"} for way in ("add", "remove", "set")},
    "mutually_exclusive": [("set", "add"), ("set", "remove")],
}

GROUP = Resource(
    name="group",
    plural="groups",
    endpoint="Groups",
    schema="urn:ietf:params:scim:schemas:core:2.0:Group",
    key="display_name",
    attributes=(
        Attribute("display_name", ("displayName",), caseless=True, required=True),
        Attribute("users", ("members",), type="dict", shape=Members("User"), spec=MEMBERS, refers_to="Users"),
        Attribute("groups", ("members",), type="dict", shape=Members("Group"), spec=MEMBERS, refers_to="Groups"),
    ),
)

RESOURCES = {resource.endpoint: resource for resource in (USER, GROUP)}
