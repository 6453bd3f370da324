# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One call of the administration API: its caller and arguments, and the description of its verb."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..models import Model
from ..oauth.authority import Authority
from . import superrights
from .envelope import Refusal, required, unauthorized

if TYPE_CHECKING:
    from ..control.switches import Switches
    from ..storage import TenantStorage
    from ..tenant import Tenant

# A caller needs one of these rights (documented). The effect of the read-only rights is a guess.
APPLICATIONS = frozenset({superrights.APPLICATIONS})
ROLES = frozenset({superrights.ROLES})
USERS = frozenset({superrights.USERS})
SYSTEM: frozenset[str] = frozenset()
READ_APPLICATIONS = APPLICATIONS | {superrights.SYSTEM_READ}
READ_ROLES = ROLES | {superrights.ROLES_READ, superrights.SYSTEM_READ}
READ_USERS = USERS | {superrights.USERS_READ, superrights.SYSTEM_READ}


@dataclass(frozen=True)
class Call:
    """A request. The names of its arguments ignore case, and are stored in lower case."""

    tenant: Tenant
    body: Any
    arguments: Mapping[str, Any]
    caller: Model | None = None
    authority: Authority = field(default_factory=Authority)

    @property
    def caller_id(self) -> str:
        """The id of the caller. Empty for a verb that needs no token."""
        return "" if self.caller is None else str(self.caller.id)

    @property
    def storage(self) -> TenantStorage:
        """The storage of the tenant."""
        return self.tenant.storage

    @property
    def switches(self) -> Switches:
        """The switches of the tenant."""
        return self.tenant.switches

    def check(self, paths: frozenset[str]) -> None:
        """Refuse a caller who has none of these rights."""
        if not self.authority.may(paths):
            raise unauthorized()

    def get(self, name: str) -> Any:
        """Return an argument."""
        return self.arguments.get(name.casefold())

    def text(self, name: str) -> str:
        """Return an argument that is a text. Empty if it is missing."""
        value = self.get(name)
        if value is not None and not isinstance(value, str):
            raise Refusal(f"Type casting failure. Key:{name}.")
        return value or ""

    def required(self, name: str) -> str:
        """Return an argument. Refuse the call if it is missing."""
        value = self.text(name)
        if not value:
            raise required(name)
        return value

    def flag(self, name: str) -> bool | None:
        """Return a boolean argument, which clients send as a boolean or as a string."""
        value = self.get(name)
        if value is None or isinstance(value, bool):
            return value
        if str(value).casefold() not in ("true", "false"):
            raise Refusal(f"Type casting failure. Key:{name}.")
        return str(value).casefold() == "true"


def is_object(value: Any) -> bool:
    """Return whether an entry of a list is an object. Other entries have no effect."""
    return isinstance(value, dict)


@dataclass(frozen=True)
class Verb:
    """A verb: its function, the rights of which a caller needs one, and whether it writes.

    Without ``rights``, every caller may call it. An ``open`` verb needs no token.
    """

    serve: Callable[[Call], Any]
    rights: frozenset[str] | None = None
    writes: bool = False
    open: bool = False


Verbs = Mapping[str, Verb]


def in_both(name: str, verb: Verb) -> Verbs:
    """Return a verb of roles for both areas that have it (seen in clients)."""
    return {f"{area}/{name}": verb for area in ("roles", "saasmanage")}
