# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Run the module that gets a token."""

from __future__ import annotations

from typing import Any

from .._base.errors import InvalidError
from .._http.client import Client, lifetime_of, scope_of
from .module import Module


def run_token() -> None:
    """Run the module that returns a token."""
    module = Module({})

    def work() -> dict[str, Any]:
        with module.clients() as (client, *_others):
            return _token_of(module, client)

    module.run(work)


def _token_of(module: Module, client: Client) -> dict[str, Any]:
    if not module.no_log:
        raise InvalidError("the result would show the token", hint="Set no_log: true for this task")
    if not client.connection.client_secret:
        raise InvalidError("client_id and client_secret are missing: they are needed to get a token")
    answer = client.fetch_token()
    # Only the result may contain the token. Ansible would mask it there as well.
    module.no_log_values.discard(answer["access_token"])
    lifetime, scope = lifetime_of(answer.get("expires_in")), scope_of(answer.get("scope"))
    msg = "token received" if lifetime is None else f"token received, valid for {lifetime} seconds"
    return {
        "changed": False,
        "msg": msg,
        "tenant_url": client.connection.tenant_url,
        "client_id": client.connection.client_id,
        "access_token": answer["access_token"],
        "expires_in": lifetime,
        "scope": scope,
    }
