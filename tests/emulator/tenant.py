# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of the tenant, which every endpoint shares."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from scim2_models import Context, ScimPolicy, ScimProvider

from .directories import CLOUD, VAULT, directory_of
from .failures import Failure
from .faults import Faults
from .groups import BUILT_IN
from .handler import TenantHandler
from .models import GROUP_URN, USER_URN, Model, build_provider
from .references import rekey_permissions
from .rules import PAM_TYPES, RULES
from .seed import numbered_users, seed_users
from .service import TenantService
from .storage import Snapshot, TenantStorage
from .switch_types import RIGHTS
from .switches import Switches
from .tokens import Token, Tokens

SUFFIXES = ("example.com", "example.org")
SCIM_PREFIX = "/Scim/v2"
# Names of safes and members are parts of links.
UNQUOTED = ":@$"


# The ids that are made of names.
CASELESS = PAM_TYPES - {"PrivilegedData"}


@dataclass(frozen=True)
class Credentials:
    """The clients of the tenant; their secrets are new at every start."""

    app_id: str = "scim-client"
    scope: str = "scim"
    client_id: str = "scim-service$@example.com"
    client_secret: str = field(default_factory=lambda: f"Aa1{secrets.token_urlsafe(24)}", repr=False)
    admin_client_id: str = "admin-service$@example.com"
    admin_client_secret: str = field(default_factory=lambda: f"Aa1{secrets.token_urlsafe(24)}", repr=False)

    @property
    def secrets(self) -> dict[str, str]:
        """The secrets by client id."""
        return {self.client_id: self.client_secret, self.admin_client_id: self.admin_client_secret}


@dataclass
class Entry:
    """One request in the log; the status stays empty when the connection was dropped."""

    method: str
    path: str
    query: str
    status: int | None = None


class Tenant:
    """Everything the endpoints read and change, behind one lock."""

    def __init__(self, users: int = 0) -> None:
        self.lock = threading.RLock()
        self.base_url = ""
        self.suffixes = {suffix.casefold() for suffix in SUFFIXES}
        self.credentials = Credentials()
        self.switches = Switches()
        self.faults = Faults()
        self.tokens = Tokens()
        self.storage = TenantStorage()
        self.storage.on_change = self.changed
        self.log: list[Entry] = []
        self.deferred_failure: Failure | None = None
        self.throttled = 0
        self.numbered = users
        # Who asks, and the directory that client sees; set anew by each request.
        self.client_id = self.credentials.client_id
        self.directory = CLOUD
        self._stale: tuple[Snapshot, int] | None = None
        self._service_users: frozenset[str] = frozenset()
        self._providers: dict[tuple[str, ...], ScimProvider] = {}
        # The case rule of filters is looked up at each comparison, so that the
        # switch needs no new models.
        self.policy = ScimPolicy(
            unknown=ScimPolicy.Unknown.ignore,
            remove_value_as_filter=ScimPolicy.RemoveValue.apply,
            comparison_key=lambda binding, value: value if self.switches["filter_case_sensitive"] else value.casefold(),
        )
        self.build()
        self.apply_switches()
        self.add_built_in()
        seed_users(self, numbered_users(1, users))
        self._start = self.storage.snapshot()
        self._start_numbered = users

    def build(self) -> None:
        """Build the models for the additional attributes of the tenant, and what depends on them."""
        self.custom_attributes = tuple(self.switches["custom_attributes"])
        # Kept, so that going back to some attributes goes back to the very models.
        if self.custom_attributes not in self._providers:
            self._providers[self.custom_attributes] = build_provider(self.custom_attributes, self.policy)
        self.provider = self._providers[self.custom_attributes]
        self.service = TenantService(self)
        self.handler = TenantHandler(self.service, self)

    def add_built_in(self) -> None:
        """Add what every tenant has: the built-in roles and the users of the clients."""
        roles = self.model("Group")
        for role_id, name in BUILT_IN.items():
            self.insert("Group", roles.model_validate({"schemas": [GROUP_URN], "displayName": name}), role_id)
        self._service_users = frozenset(
            self.add_service_user(type_name, client_id)
            for client_id in self.credentials.secrets
            for type_name in (CLOUD.user, VAULT.user)
        )

    def add_service_user(self, type_name: str, client_id: str) -> str:
        """Add the user of a client to a directory, and return its id."""
        name = client_id.partition("@")[0]
        body = {"schemas": [USER_URN], "userName": client_id, "displayName": name, "active": True}
        user = self.model(type_name).model_validate({**body, "name": {"formatted": name}})
        stored = RULES[type_name].rules.prepare(self, user, None)
        return self.insert(type_name, stored, stored.id)

    def model(self, type_name: str) -> type[Model]:
        """Return the model of a resource type."""
        return self.service.get_model(self.service.get_resource_type(type_name))

    def insert(self, type_name: str, resource: Model, resource_id: str | None = None) -> str:
        """Store a resource without any check, and return its id."""
        return self.storage.insert(type_name, resource, resource_id)

    def changed(self, type_name: str, old: Model | None, new: Model | None) -> None:
        """Keep other resources in step after a change."""
        RULES[type_name].rules.changed(self, old, new)

    def location(self, endpoint: str, resource_id: str) -> str:
        """Return the link to a resource; links are written with a capital S (recorded in 2024)."""
        return f"{self.base_url}{SCIM_PREFIX}/{endpoint}/{quote(resource_id, safe=UNQUOTED)}"

    def enter(self, token: Token) -> None:
        """Note whose request is served."""
        self.client_id = token.client_id
        self.directory = directory_of(self.rights_of(token), self.switches["vault_overrides_directory"])

    def rights_of(self, token: Token) -> frozenset[str]:
        """Return the administrative rights of a client; the other client is an administrator."""
        if token.client_id != self.credentials.client_id:
            return frozenset(RIGHTS)
        return frozenset(self.switches["granted_rights"])

    def check_right(self, token: Token | None, right: str) -> None:
        """Refuse a client without an administrative right."""
        if token is not None and right not in self.rights_of(token):
            raise Failure(self.switches["missing_right_status"], f"The right {right} is missing")

    def set_switches(self, values: dict[str, Any]) -> None:
        """Set switches; new additional attributes need new models."""
        self.switches.update(values)
        self.apply_switches()
        if "permission_id" in values:
            rekey_permissions(self)
        if tuple(self.switches["custom_attributes"]) == self.custom_attributes:
            return
        self.build()
        model = self.model("User")
        with self.provider:
            for user in list(self.storage.all("User")):
                self.storage.put("User", model.model_validate(user.model_dump(scim_ctx=Context.DEFAULT)))

    def apply_switches(self) -> None:
        """Tell the storage what the switches mean for it."""
        self.storage.hidden = frozenset() if self.switches["list_service_users"] else self._service_users
        self.storage.caseless = frozenset() if self.switches["pam_id_case_sensitive"] else CASELESS

    def reset(self) -> None:
        """Return to the state right after the start; the credentials stay."""
        self.switches.reset()
        self.faults.clear()
        self.tokens.revoke_all()
        self.log = []
        self.throttled = 0
        self.numbered = self._start_numbered
        self._stale = None
        self.apply_switches()
        self.storage.restore(self._start)
        if tuple(self.switches["custom_attributes"]) != self.custom_attributes:
            self.build()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Serve a read, from the state before the last write while the switch says so."""
        if self._stale is None:
            yield
            return
        before, left = self._stale
        self._stale = (before, left - 1) if left > 1 else None
        current = self.storage.exchange(before)
        try:
            yield
        finally:
            self.storage.exchange(current)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Serve a write, and keep the state before it for the reads that follow."""
        reads = self.switches["stale_reads"]
        before = self.storage.snapshot() if reads else None
        yield
        self._stale = (before, reads) if before is not None else None
