# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of the tenant, which every endpoint shares."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from scim2_models import Context, ScimPolicy, ScimProvider

from .admin.database import Database
from .clock import Clock
from .control.faults import Faults
from .control.loading import custom_attributes_of, load, suffixes_of
from .control.starting import TWO_CLIENTS, Start, fill, grant_client_rights
from .control.switches import Switches
from .control.tenant_file import NO_OBJECTS, Document
from .failures import Failure
from .models import Model, build_provider
from .oauth.authority import Authority, authority_of
from .oauth.tokens import Tokens
from .scim.directories import CLOUD, VAULT_RIGHT, directory_of
from .scim.handler import TenantHandler
from .scim.indexes import composed
from .scim.references import rekey_permissions
from .scim.rules import PAM_TYPES, RULES
from .scim.service import TenantService
from .storage import Snapshot, TenantStorage

SUFFIXES = ("example.com", "example.org")
SCIM_PREFIX = "/Scim/v2"
CONTROL = "_control"
# Characters in the names of safes and members that links keep.
UNQUOTED = ":@$"


# The types whose ids consist of names.
CASELESS = PAM_TYPES - {"PrivilegedData"}


@dataclass(frozen=True)
class Credentials:
    """The clients of the tenant; their secrets are new at every start."""

    app_id: str = "scim-client"
    scope: str = "scim"
    client_id: str = "scim-service$@example.com"
    client_secret: str = field(default_factory=lambda: f"Aa1{secrets.token_urlsafe(24)}", repr=False)
    vault_app_id: str = "scim-vault"
    vault_client_id: str = "scim-vault$@example.com"
    vault_client_secret: str = field(default_factory=lambda: f"Aa1{secrets.token_urlsafe(24)}", repr=False)
    admin_client_id: str = "admin-service$@example.com"
    admin_client_secret: str = field(default_factory=lambda: f"Aa1{secrets.token_urlsafe(24)}", repr=False)


@dataclass
class Entry:
    """One request in the log. The status is None while it is served, and after a dropped connection."""

    method: str
    path: str
    query: str
    status: int | None = None


class Tenant:
    """The state that the endpoints read and change, guarded by one lock."""

    def __init__(self, start: Start | None = None) -> None:
        start = start or Start()
        self.lock = threading.RLock()
        self.base_url = ""
        self.ca_path: str | None = None
        self.beginning = start
        self.clock = Clock(start.now)
        self.tenant_id = "ABC1234"
        self.credentials = Credentials()
        self.switches = Switches()
        self.faults = Faults()
        self.tokens = Tokens()
        self.storage = TenantStorage()
        self.storage.on_change = self.changed
        self.log: list[Entry] = []
        self.deferred_failure: Failure | None = None
        self.throttled = 0
        self.numbered = start.users
        # Databases for queries, by the tables that a caller may read.
        self.databases: dict[frozenset[str], Database] = {}
        # The client of the current SCIM request, its rights, and the directory it sees.
        self.client_id = ""
        self.authority = Authority()
        self.directory = CLOUD
        self.has_two_clients = start.two_clients
        self._stale: tuple[Snapshot, int] | None = None
        self._kept: list[Snapshot] = []
        self._providers: dict[tuple[str, ...], ScimProvider] = {}
        # Each comparison reads the switch, so that setting it needs no new models.
        self.policy = ScimPolicy(
            unknown=ScimPolicy.Unknown.ignore,
            remove_value_as_filter=ScimPolicy.RemoveValue.apply,
            comparison_key=lambda binding, value: self.compared(
                value if self.switches["filter_case_sensitive"] else value.casefold()
            ),
        )
        self._set_first_switches()
        self.build()
        self.apply_switches()

    def _set_first_switches(self) -> None:
        """Set the switches as the tenant starts with them."""
        self.switches.reset()
        if self.has_two_clients:
            self.switches.update(TWO_CLIENTS)
        self.switches.update(self.beginning.switches)
        document = self.beginning.document or NO_OBJECTS
        defined = [*dict.fromkeys((*self.switches["custom_attributes"], *custom_attributes_of(document)))]
        self.switches.update({"custom_attributes": defined})
        given = {suffix.casefold() for suffix in (*SUFFIXES, *self.beginning.suffixes)}
        self.suffixes = given | suffixes_of(document)

    def compared(self, text: str) -> str:
        """Return a text as the tenant compares it: by its bytes, or in one normal form."""
        return composed(text) if self.switches["canonical_names"] else text

    def is_same_name(self, one: str, other: str) -> bool:
        """Return whether two names that differ at most in case and normal form exclude each other."""
        return self.compared(one) == self.compared(other) or not self.switches["unique_case_sensitive"]

    def start(self, base_url: str) -> None:
        """Fill the tenant, and take the snapshots that a reset returns to. Links need the address of the server."""
        self.base_url = base_url
        self._nothing = self.storage.snapshot()
        fill(self, 0, empty=True)
        self._empty = self.storage.snapshot()
        self._starts: dict[bool, Snapshot] = {}
        self.storage.restore(self._first_state())

    def _first_state(self) -> Snapshot:
        """Return the state right after the start, with one client for SCIM or with two."""
        if self.has_two_clients not in self._starts:
            self.storage.restore(self._nothing)
            fill(self, self.numbered, empty=self.beginning.empty)
            if self.beginning.document is not None:
                load(self, self.beginning.document)
            self._starts[self.has_two_clients] = self.storage.snapshot()
        return self._starts[self.has_two_clients]

    def build(self) -> None:
        """Build the models for the tenant's additional attributes, and the objects that use these models."""
        self.custom_attributes = tuple(self.switches["custom_attributes"])
        # Kept, so that a return to earlier attributes reuses their models.
        if self.custom_attributes not in self._providers:
            self._providers[self.custom_attributes] = build_provider(self.custom_attributes, self.policy)
        self.provider = self._providers[self.custom_attributes]
        self.service = TenantService(self)
        self.handler = TenantHandler(self.service, self)

    def model(self, type_name: str) -> type[Model]:
        """Return the model of a resource type."""
        return self.service.get_model(self.service.get_resource_type(type_name))

    def insert(self, type_name: str, resource: Model, resource_id: str | None = None) -> str:
        """Store a resource without any check, and return its id."""
        return self.storage.insert(type_name, resource, resource_id)

    def changed(self, type_name: str, old: Model | None, new: Model | None) -> None:
        """Update other resources after a change."""
        RULES[type_name].rules.changed(self, old, new)

    def location(self, endpoint: str, resource_id: str) -> str:
        """Return the link to a resource. Links are written with a capital S (recorded in 2024)."""
        return f"{self.base_url}{SCIM_PREFIX}/{endpoint}/{quote(resource_id, safe=UNQUOTED)}"

    def enter(self, user: Model) -> None:
        """Set the client of the current request."""
        self.client_id = str(user.user_name)
        self.authority = authority_of(self.storage, str(user.id))
        self.directory = directory_of(self.authority.scim_rights, self.switches["vault_overrides_directory"])
        hidden = self.switches["mixed_rights_hide_vault"] and self.authority.mixed
        self.storage.veiled = PAM_TYPES if hidden else frozenset()

    def reads_shared_directory(self, type_name: str) -> bool:
        """Return whether a client with only the vault right may read this type as part of a shared directory."""
        shared = self.switches["vault_overrides_directory"] == "shared"
        return shared and self.authority.scim_rights == {VAULT_RIGHT} and type_name in (CLOUD.user, CLOUD.group)

    def check_right(self, right: str) -> None:
        """Refuse a client without an administrative right."""
        if right not in self.authority.scim_rights:
            raise Failure(self.switches["missing_right_status"], f"The right {right} is missing")

    def set_switches(self, values: dict[str, Any]) -> None:
        """Set switches. New additional attributes need new models."""
        self.switches.update(values)
        self.apply_switches()
        if "permission_id" in values:
            rekey_permissions(self)
        if "granted_rights" in values:
            grant_client_rights(self)
        if tuple(self.switches["custom_attributes"]) == self.custom_attributes:
            return
        self.build()
        model = self.model("User")
        with self.provider:
            for user in list(self.storage.all("User")):
                self.storage.put("User", model.model_validate(user.model_dump(scim_ctx=Context.DEFAULT)))

    def apply_switches(self) -> None:
        """Pass the switches that the storage needs to it."""
        self.storage.hides_service_users = not self.switches["list_service_users"]
        self.storage.canonical = self.switches["canonical_names"]
        self.storage.caseless = frozenset() if self.switches["pam_id_case_sensitive"] else CASELESS

    def keep(self) -> int:
        """Take a snapshot of the objects, and return its number for a reset."""
        self._kept.append(self.storage.snapshot())
        return len(self._kept) - 1

    @property
    def second_client(self) -> dict[str, str]:
        """The credentials of the client for the vault, where there are two."""
        names = ("vault_app_id", "vault_client_id", "vault_client_secret") if self.has_two_clients else ()
        return {name: getattr(self.credentials, name) for name in names}

    def reset(self, *, empty: bool | None = None, to: int | None = None, two_clients: bool | None = None) -> None:
        """Return to the state right after the start, to an empty tenant, or to a kept snapshot. Credentials are kept.

        With ``two_clients``, the start has a second client for the vault.
        """
        self.has_two_clients = self.beginning.two_clients if two_clients is None else two_clients
        if to is None:
            self._kept = []
        self._set_first_switches()
        self.faults.clear()
        self.tokens.revoke_all()
        self.log = []
        self.throttled = 0
        self.clock.reset()
        self.numbered = 0 if empty else self.beginning.users
        self._stale = None
        self.apply_switches()
        if tuple(self.switches["custom_attributes"]) != self.custom_attributes:
            self.build()
        self.storage.restore(self._kept[to] if to is not None else self._empty if empty else self._first_state())

    def load(self, document: Document) -> None:
        """Return to the start with the objects of a document instead of those of an earlier one."""
        before = self.beginning
        try:
            self._begin(replace(before, document=document))
        except Exception:
            self._begin(before)
            raise

    def _begin(self, start: Start) -> None:
        self.beginning = start
        self._starts = {}
        self.reset()

    @property
    def info(self) -> dict[str, Any]:
        """The addresses of the tenant, and the credentials of its clients."""
        credentials, empty = self.credentials, self.beginning.empty
        names = ("app_id", "scope", "client_id", "client_secret")
        return {
            "tenant_url": self.base_url,
            "ca_path": self.ca_path,
            # An empty tenant has no client yet.
            **{name: None if empty else getattr(credentials, name) for name in names},
            **({} if empty else self.second_client),
            "admin_client_id": credentials.admin_client_id,
            "admin_client_secret": credentials.admin_client_secret,
            "control_url": f"{self.base_url}/{CONTROL}",
        }

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Serve a read. If stale_reads asks for it, serve it from the state before the last write."""
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
        """Serve a write, and keep the state before it for stale reads."""
        reads = self.switches["stale_reads"]
        before = self.storage.snapshot() if reads else None
        yield
        self._stale = (before, reads) if before is not None else None
