# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Other directories, such as Active Directory. Their users and groups can be members of safes, but are in no list.

Integrators report that such a group is added by its object GUID and searchIn, and that about half of the groups on real
safes are of this kind. Its form in a permission is not on record, so that a switch decides.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..tenant import Tenant

TABLE = "OtherDirectories"


@dataclass(frozen=True)
class Outsider:
    """A user or group of another directory."""

    kind: str
    directory: str
    name: str
    guid: str

    def shown(self, form: str) -> str:
        """Return the name in one of the forms of Active Directory."""
        first = self.directory.partition(".")[0]
        components = ",".join(f"DC={part}" for part in self.directory.split("."))
        return {
            "plain": self.name,
            "upn": f"{self.name}@{self.directory}",
            "nt": f"{first.upper()}\\{self.name}",
            "dn": f"CN={self.name},OU=People,{components}",
        }[form]

    def is_meant(self, text: str) -> bool:
        """Return whether a text is the GUID or a form of the name."""
        forms = (self.guid, *(self.shown(form) for form in ("plain", "upn", "nt", "dn")))
        return text.casefold() in {form.casefold() for form in forms}


def seed_outsiders(tenant: Tenant, bodies: Iterable[dict[str, Any]]) -> list[str]:
    """Store users and groups of other directories, and return their GUIDs."""
    guids = []
    for body in bodies:
        kind = "user" if "user" in body else "group"
        guid = str(body.get("id") or uuid.uuid4())
        tenant.storage.remember(TABLE, guid, Outsider(kind, str(body["directory"]), str(body[kind]), guid))
        guids.append(guid)
    return guids


def find_outsider(tenant: Tenant, kind: str, directory: str, text: str) -> tuple[Outsider | None, bool]:
    """Return a user or group of a directory, and whether the directory has any."""
    listed = [each for each in tenant.storage.kept(TABLE) if each.directory.casefold() == directory.casefold()]
    return next((each for each in listed if each.kind == kind and each.is_meant(text)), None), bool(listed)
