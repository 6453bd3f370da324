# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Check the SCIM server: its path, the rights of each identity, its view of the vault, and its speed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from ..._base.errors import (
    AuthenticationError,
    AuthorizationError,
    IdentityError,
    InvalidError,
    NotFoundError,
    ProtocolError,
    UnsupportedError,
)
from ..._base.paths import fold
from ..._http.client import VAULT_PREFIX, Client, Connection
from ..._model.resources import PAM_OBJECTS, RESOURCES
from ..._model.rows import Resource
from ..._scim.protocol import Scim
from .administration import Granted
from .blame import from_error
from .diagnoses import WARNING
from .values import Finding, Patient, healthy, identity_name, sick

USUAL_PATHS = ("/scim/v2", "/scim")
REFUSED = "refused"
SLOW = 2.0  # seconds
SAMPLES = 3  # requests that are timed
DIRECTORY = tuple(resource for resource in RESOURCES.values() if not resource.in_vault)
WORDS = {
    "Users": "users",
    "Groups": "groups",
    "Containers": "safes",
    "ContainerPermissions": "permissions on safes",
    "PrivilegedData": "accounts",
}
MISSING = {"Users": "user_management_missing", "Groups": "role_management_missing"}


@dataclass(frozen=True)
class Read:
    """The list of one kind: the number of its objects, or the reason why it cannot be read."""

    kind: Resource
    count: int | None = None
    refused: bool = False
    error: str = ""

    @property
    def name(self) -> str:
        return WORDS[self.kind.endpoint]

    @property
    def is_good(self) -> bool:
        return not (self.refused or self.error)

    def __str__(self) -> str:
        if self.refused:
            return f"{self.name} {REFUSED}"
        return f"{self.name} failed" if self.error else f"{self.name} {'?' if self.count is None else self.count}"


def _client(connection: Connection, patient: Patient) -> Client:
    """Return a client with the token of an earlier check. If the token is refused, only this client stops."""
    learned = patient.learned(identity_name("token", connection))
    if not learned["given"]:
        connection = replace(connection, access_token=learned["token"], client_secret=None)
    return patient.open(connection)


def check_path(connection: Connection, patient: Patient) -> Finding:
    """Read the features of the server. A token needs only access to the path for that."""
    path = patient.options["scim_path"]
    tried = f"GET {connection.tenant_url}{path.rstrip('/')}/ServiceProviderConfig"
    client = _client(connection, patient)
    try:
        config = Scim(client, path).service_provider_config()
    except IdentityError as error:
        return _path_failure(error, tried, connection, patient)
    finally:
        client.close()
    patched = "PATCH" if (config.get("patch") or {}).get("supported") else "no PATCH"
    largest = (config.get("filter") or {}).get("maxResults")
    return healthy(tried, f"{patched}, lists of at most {largest} objects")


def _path_failure(error: IdentityError, tried: str, connection: Connection, patient: Patient) -> Finding:
    path, learned = patient.options["scim_path"], patient.learned(identity_name("token", connection))
    app, scope = connection.app_id or "", connection.scope or ""
    facts = {"path": path, "app": app, "scope": scope, "host": patient.learned("proxy").host}
    if isinstance(error, AuthenticationError):
        issued = "token_refused" if connection.app_id else "platform_token_refused"
        return sick("given_token_refused" if learned["given"] else issued, tried, error.reason, **facts)
    if isinstance(error, AuthorizationError):
        return sick("scope_too_narrow", tried, error.reason, **facts)
    if isinstance(error, NotFoundError) or error.status in (404, 405, 410):
        return sick("scim_path_wrong", tried, error.reason, advice=_other_path(connection, patient), path=path)
    found = _blame(error, tried, connection, patient)
    if found:
        return found
    if isinstance(error, ProtocolError):
        return sick("scim_foreign", tried, error.reason, **facts)
    return sick("failed_otherwise", tried, error.reason, reason=error.reason)


def _blame(error: IdentityError, tried: str, connection: Connection, patient: Patient) -> Finding | None:
    """Return the finding of a failure that any request may have. An earlier check has found the tenant."""
    found = from_error(error, tried, connection)
    if found and found.diagnosis == "not_a_tenant":
        path = patient.options["scim_path"]
        return sick("scim_page", tried, error.reason, path=path, host=patient.learned("proxy").host)
    return found


def _other_path(connection: Connection, patient: Patient) -> str:
    """Return a hint about the path, after trying the usual ones."""
    given = patient.options["scim_path"].strip("/")
    for path in USUAL_PATHS:
        if path.strip("/") != given:
            client = _client(connection, patient)
            with suppress(IdentityError):
                Scim(client, path).service_provider_config()
                return f"There is one at {path}: set scim_path to it, or leave scim_path out"
            client.close()
    return "Leave scim_path out, and check tenant_url: the SCIM server may be off for this tenant"


def check_reading(connection: Connection, patient: Patient) -> Finding:
    """Read one object of each kind, which shows the administrative rights of the identity."""
    login, reads = _who(connection), _read_all(connection, patient)
    tried, answer = f"read one object of each kind as {login}", ", ".join(map(str, reads.values()))
    facts = {"login": login}
    failed = next((read for read in reads.values() if read.error), None)
    if failed:
        return sick("kind_unreadable", tried, answer, reads, kind=failed.name, reason=failed.error)
    vault_is_open = any(reads[kind.endpoint].is_good for kind in PAM_OBJECTS)
    if connection.prefix == VAULT_PREFIX:
        if not vault_is_open:
            first = _who(patient.connection)
            return sick(_why_no_vault(connection, patient), tried, answer, reads, first=first, **facts)
        return healthy(tried, f"{answer}: the service user for the vault", reads)
    if not any(read.is_good for read in reads.values()):
        held = patient.learned(identity_name("portal_roles", connection))
        if held and not held.rights:
            return sick("role_without_rights", tried, answer, reads, roles=", ".join(held.roles), **facts)
        return sick("no_rights", tried, answer, reads, **facts)
    closed = [kind.endpoint for kind in DIRECTORY if not reads[kind.endpoint].is_good]
    if len(closed) == 1 and not vault_is_open:
        return sick(MISSING[closed[0]], tried, answer, reads, **facts)
    return healthy(tried, f"{answer}: {_profile(closed, vault_is_open)}", reads)


def _why_no_vault(connection: Connection, patient: Patient) -> str:
    """Return the reason why the service user for the vault may read none of its objects."""
    if _is_the_first(connection, patient):
        return "vault_user_is_the_first"
    sees_vault = _sees_vault_alone(patient) if len(patient.connections) > 1 else False
    may_read = [not _read(kind, connection, patient).refused for kind in DIRECTORY] if sees_vault else []
    return "identities_swapped" if any(may_read) else "vault_management_missing"


def _sees_vault_alone(patient: Patient) -> bool:
    """Return whether the first service user is known to have only the right on the vault.

    A vault that shows objects is not hidden by other rights. Reading users proves nothing: the vault has its own users.
    """
    reads, held = patient.learned("reading") or {}, patient.learned("portal_roles")
    vault = [reads[kind.endpoint] for kind in PAM_OBJECTS if kind.endpoint in reads]
    if held:
        return any(read.is_good for read in vault) and not held.beside_vault
    return any(read.count for read in vault)


def _is_the_first(connection: Connection, patient: Patient) -> bool:
    """Return whether the service user for the vault is the one in client_id. A login name has no case."""
    logins = [fold(each.client_id or "") for each in patient.connections]
    return connection.prefix == VAULT_PREFIX and len(logins) > 1 and logins[0] == logins[1] != ""


def _profile(closed: list[str], vault_is_open: bool) -> str:
    if not vault_is_open:
        return "a service user for users and groups; safes and accounts need another one, vault_client_id"
    if closed:
        return "a service user for the vault; users and groups need another one"
    return "a service user for everything"


def _who(connection: Connection) -> str:
    return connection.client_id or "the user of the token"


def _read_all(connection: Connection, patient: Patient) -> dict[str, Read]:
    kinds = PAM_OBJECTS if connection.prefix == VAULT_PREFIX else RESOURCES.values()
    return {kind.endpoint: _read(kind, connection, patient) for kind in kinds}


def _read(kind: Resource, connection: Connection, patient: Patient) -> Read:
    client = _client(connection, patient)
    try:
        return Read(kind, Scim(client, patient.options["scim_path"]).count(kind.endpoint))
    except (AuthorizationError, AuthenticationError, UnsupportedError):
        return Read(kind, refused=True)
    except IdentityError as error:
        return Read(kind, error=error.reason)
    finally:
        client.close()


def check_vault(connection: Connection, patient: Patient) -> Finding:
    """Detect a vault that shows nothing. No answer of the server gives the reason (documentation, v3.0)."""
    reads: Mapping[str, Read] = patient.learned(identity_name("reading", connection))
    vault = [reads[kind.endpoint] for kind in PAM_OBJECTS]
    tried = f"what {_who(connection)} sees of the vault"
    if not any(read.is_good for read in vault):
        return healthy(tried, "nothing, because it has no right on it")
    answer = ", ".join(map(str, vault))
    if all(read.count == 0 for read in vault if read.is_good):
        held = patient.learned(identity_name("portal_roles", connection))
        rights = ", ".join(held.beside_vault) if held else ""
        found = sick(_why_empty(held, connection, patient), tried, answer, login=_who(connection), rights=rights)
        return replace(found, status=WARNING)  # nothing is refused
    return healthy(tried, answer)


def _why_empty(held: Granted | None, connection: Connection, patient: Patient) -> str:
    """Return the reason why no object of the vault is shown. ``held`` are the known rights."""
    if held and not held.beside_vault:
        return "vault_is_empty"
    if _is_the_first(connection, patient):
        return "vault_user_is_the_first"
    if held:
        return "rights_hide_the_vault"
    return "vault_is_empty" if connection.prefix == VAULT_PREFIX else "vault_seen_as_empty"


def check_pace(connection: Connection, patient: Patient) -> Finding:
    """Time some small requests."""
    tried = f"{SAMPLES} small requests, one after the other"
    client = _client(connection, patient)
    times = []
    try:
        scim = Scim(client, patient.options["scim_path"])
        for _number in range(SAMPLES):
            began = time.monotonic()
            scim.service_provider_config()
            times.append(time.monotonic() - began)
    except IdentityError as error:
        found = _blame(error, tried, connection, patient)
        return found or sick("failed_otherwise", tried, error.reason, reason=error.reason)
    finally:
        client.close()
    median = sorted(times)[SAMPLES // 2]
    if median > SLOW:
        return sick("slow", tried, f"{median:.1f} s each", seconds=f"{median:.1f}")
    return healthy(tried, f"{median * 1000:.0f} ms each, none refused")


def check_scim_path(patient: Patient) -> Finding:
    """Check the option scim_path, before anything is sent."""
    path: Any = patient.options["scim_path"]
    tried = "the option scim_path"
    client = patient.open(patient.connection)
    try:
        Scim(client, path)
    except InvalidError as error:
        return sick("option_refused", tried, path, reason=error.reason.rstrip("."), hint=error.hint)
    finally:
        client.close()
    return healthy(tried, path)
