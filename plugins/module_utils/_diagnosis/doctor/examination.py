# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""List all checks in order, and the checks that each of them needs. Writes nothing to the tenant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from ..._base.errors import IdentityError, InvalidError
from ..._http.client import VAULT_PREFIX, Connection
from . import identity, network, server
from .administration import as_administrator, check_administrator, check_app, check_roles, check_user
from .values import Check, Finding, Patient, examine, sick

NETWORK: tuple[Check, ...] = (
    Check("versions", identity.check_versions),
    Check("options", identity.check_options),
    Check("scim_path", server.check_scim_path, ("options",)),
    Check("address", identity.check_address, ("options",)),
    Check("proxy", network.check_proxy, ("address",)),
    Check("name", network.check_name, ("proxy",)),
    Check("port", network.check_port, ("name",)),
    Check("tls", network.check_tls, ("port",)),
    Check("tenant", identity.check_tenant, ("tls",)),
    Check("clock", identity.check_clock, ("tenant",)),
    Check("discovery", identity.check_discovery, ("tenant",)),
)
# Of each identity, in order, each after the one before.
OF_PORTAL: tuple[tuple[str, Callable[[Connection, Patient], Finding]], ...] = (
    ("portal_app", partial(as_administrator, "apps", check_app)),
    ("portal_user", partial(as_administrator, "users", check_user)),
    ("portal_roles", partial(as_administrator, "roles", check_roles)),
)
OF_IDENTITY: tuple[tuple[str, Callable[[Connection, Patient], Finding], tuple[str, ...]], ...] = (
    ("token", identity.check_token, ()),
    ("claims", identity.check_claims, ("token",)),
    ("scim", server.check_path, ("claims",)),
    ("reading", server.check_reading, ("scim",)),
    ("vault", server.check_vault, ("reading",)),
    ("pace", server.check_pace, ("scim",)),
)


def examination(connections: Sequence[Connection], *, administrator: bool = False) -> list[Check]:
    """Return the checks for these identities: one, or two with the vault's."""
    prefixes = [each.prefix for each in connections] or [""]
    checks = [*NETWORK]
    if administrator:
        checks.append(Check("administrator", check_administrator, ("tenant",)))
    for number, prefix in enumerate(prefixes):
        for name, look in OF_PORTAL if administrator else ():
            checks.append(Check(f"{prefix}{name}", partial(_with_identity, look, number), ("scim_path", "tenant")))
        for name, run, needs in OF_IDENTITY:
            of_first = name == "vault" and prefix != VAULT_PREFIX and len(prefixes) > 1
            if of_first:
                continue  # the other identity is for the vault
            after = tuple(f"{prefix}{need}" for need in needs) or ("scim_path", "tenant")
            checks.append(Check(f"{prefix}{name}", partial(_with_identity, run, number), after))
    return checks


def _with_identity(run: Callable[[Connection, Patient], Finding], number: int, patient: Patient) -> Finding:
    """Run a check of one identity. Its texts name the options of this identity."""
    connection = patient.connections[number]
    finding = run(connection, patient)
    if not finding.diagnosis:
        return finding
    prefix, options = connection.prefix, patient.options
    names = {name: f"{prefix}{name}" for name in ("client_id", "client_secret", "access_token")}
    # The vault's identity has the app and the scope of the first one unless it has its own.
    app, scope = (f"{prefix if options.get(prefix + name) else ''}{name}" for name in ("app_id", "scope"))
    names.update(app_id=app, scope_option=scope)
    names["token_variable"] = f"CYBERARK_IDENTITY_{names['access_token'].upper()}"
    return replace(finding, facts={**names, **finding.facts})


def look_at(patient: Patient) -> list[Finding]:
    """Run the whole examination."""
    try:
        connections, administrator = patient.connect(), patient.find_administrator()
    except InvalidError:  # the check of the options reports it
        connections, administrator = [], None
    return examine(patient, examination(connections, administrator=administrator is not None), _otherwise)


def _otherwise(error: IdentityError) -> Finding:
    return sick("failed_otherwise", error.attempt or "", error.reason, reason=error.reason)
