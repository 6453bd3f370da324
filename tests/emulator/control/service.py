# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Serve the control API: tests use it to seed, inspect and disturb the tenant. Clients of a tenant never see it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..clock import parse_moment
from ..scim.directories import DIRECTORIES
from ..vault.containers import SECRETS
from ..wire import Request, Response, json_response, text_response
from .connection import shell_lines, variable_lines
from .loading import document_of
from .seed import seed
from .state import state
from .tenant_file import checked

if TYPE_CHECKING:
    from ..tenant import Tenant

Action = Callable[["Tenant", Any], Any]


def read_requests(tenant: Tenant, payload: Any) -> Any:
    """Return the logged requests in the order of arrival."""
    return [asdict(entry) for entry in tenant.log]


def clear_requests(tenant: Tenant, payload: Any) -> Any:
    """Empty the log of requests."""
    tenant.log = []
    return {}


def reset(tenant: Tenant, payload: Any) -> Any:
    """Return to the state right after the start, to an empty tenant, or to a kept snapshot.

    With two clients, the answer has the credentials of the second.
    """
    tenant.reset(empty=payload.get("empty"), to=payload.get("to"), two_clients=payload.get("two_clients"))
    return tenant.second_client


def keep(tenant: Tenant, payload: Any) -> Any:
    """Take a snapshot of all objects for a later reset."""
    return {"kept": tenant.keep()}


def read_switches(tenant: Tenant, payload: Any) -> Any:
    """Return all switches."""
    return tenant.switches.as_dict()


def set_switches(tenant: Tenant, payload: Any) -> Any:
    """Set some switches, and return all of them."""
    if not isinstance(payload, dict):
        raise ValueError("Switches are a mapping")
    tenant.set_switches(payload)
    return tenant.switches.as_dict()


def read_faults(tenant: Tenant, payload: Any) -> Any:
    """Return the pending faults."""
    return tenant.faults.as_list()


def add_faults(tenant: Tenant, payload: Any) -> Any:
    """Add one fault or several."""
    tenant.faults.add(payload)
    return tenant.faults.as_list()


def clear_faults(tenant: Tenant, payload: Any) -> Any:
    """Remove every fault."""
    tenant.faults.clear()
    return []


def expire_tokens(tenant: Tenant, payload: Any) -> Any:
    """Revoke every token."""
    tenant.tokens.revoke_all()
    return {}


def check_password(tenant: Tenant, payload: Any) -> Any:
    """Return whether a user has this password, which no other answer reveals."""
    name = str(payload.get("userName", ""))
    users = [user for directory in DIRECTORIES for user in tenant.storage.find(directory.user, "userName", name)]
    return {"matches": any(user.password == payload.get("password") for user in users)}


def check_secret(tenant: Tenant, payload: Any) -> Any:
    """Return whether privileged data has this secret, which no other answer reveals."""
    secret = tenant.storage.recall(SECRETS, str(payload.get("id", "")))
    return {"matches": secret is not None and secret == payload.get("secret")}


def read_connection(tenant: Tenant, payload: Any) -> Any:
    """Return the addresses and the credentials, as the process prints them at its start."""
    return tenant.info


def read_shell_lines(tenant: Tenant, payload: Any) -> Response:
    """Return the connection as lines for a shell."""
    return text_response(shell_lines(tenant.info))


def read_variable_lines(tenant: Tenant, payload: Any) -> Response:
    """Return the connection as a file of variables."""
    return text_response(variable_lines(tenant.info))


def read_authority(tenant: Tenant, payload: Any) -> Response:
    """Return the certificate of the authority that the tenant's own is from."""
    if tenant.ca_path is None:
        raise ValueError("This tenant has no certificate; --tls DIR makes one")
    return text_response(Path(tenant.ca_path).read_text("ascii"))


def read_tenant(tenant: Tenant, payload: Any) -> Response:
    """Return the objects as a file that a tenant can start with."""
    from ..yaml_files import dump

    return text_response(dump(document_of(tenant)))


def load_tenant(tenant: Tenant, payload: Any) -> Any:
    """Return to the start, with the objects of a file."""
    tenant.load(checked(payload))
    return {}


def read_clock(tenant: Tenant, payload: Any) -> Any:
    """Return the time."""
    return {"now": tenant.clock.utc().isoformat()}


def set_clock(tenant: Tenant, payload: Any) -> Any:
    """Set the time, or move it."""
    if not isinstance(payload, dict) or len(payload) != 1 or set(payload) - {"now", "advance"}:
        raise ValueError('The clock takes {"now": a time in ISO 8601} or {"advance": seconds}')
    if "now" in payload:
        tenant.clock.set(parse_moment(str(payload["now"])))
    else:
        tenant.clock.set(tenant.clock.now() + float(payload["advance"]))
    return read_clock(tenant, payload)


def decoded(request: Request) -> Any:
    """Return the content of a body: JSON, or YAML."""
    try:
        return json.loads(request.body or b"{}")
    except ValueError:
        from ..yaml_files import parse

        return parse(request.body)


ACTIONS: Mapping[tuple[str, str], Action] = {
    ("GET", "requests"): read_requests,
    ("DELETE", "requests"): clear_requests,
    ("POST", "reset"): reset,
    ("POST", "keep"): keep,
    ("GET", "state"): state,
    ("POST", "seed"): seed,
    ("GET", "switches"): read_switches,
    ("POST", "switches"): set_switches,
    ("GET", "faults"): read_faults,
    ("POST", "faults"): add_faults,
    ("DELETE", "faults"): clear_faults,
    ("POST", "expire_tokens"): expire_tokens,
    ("POST", "check_password"): check_password,
    ("POST", "check_secret"): check_secret,
    ("GET", "connection"): read_connection,
    ("GET", "connection.sh"): read_shell_lines,
    ("GET", "connection.env"): read_variable_lines,
    ("GET", "ca.pem"): read_authority,
    ("GET", "tenant.yml"): read_tenant,
    ("POST", "tenant.yml"): load_tenant,
    ("GET", "clock"): read_clock,
    ("POST", "clock"): set_clock,
}


def serve(tenant: Tenant, request: Request, segments: list[str]) -> Response:
    """Answer a request below /_control."""
    name = "/".join(segments)
    action = ACTIONS.get((request.method, name))
    if action is None:
        known = ", ".join(f"{method} /{path}" for method, path in ACTIONS)
        return json_response(404, {"error": f"Unknown control request. Known: {known}"})
    try:
        with tenant.lock:
            result = action(tenant, decoded(request))
        return result if isinstance(result, Response) else json_response(200, result)
    except Exception as error:  # a test needs the reason of any error
        return json_response(400, {"error": str(error)})
