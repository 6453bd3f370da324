# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Measure facts of tokens and rights: one function each, and one row.

No request has a wrong secret of an existing user: that could lock the user.
"""

from __future__ import annotations

from typing import Any

from ..._base.paths import fold
from ..._http.client import Client, lifetime_of
from .judgements import good, status_of
from .session import NO_RIGHT, Session
from .values import DIRECTORY, TOKENS, VAULT, Exchange, Fact, UnclearError

# A request that needs the right, and that creates nothing.
NEEDED = {"UserManagement": "Users", "RoleManagement": "Groups", "VaultManagement": "Containers"}


def _own_token(session: Session, *, scope: bool = True) -> Exchange:
    """Request a token as the collection does, or without the scope."""
    connection = session.scim.client.connection
    form = {"scope": connection.scope} if scope and connection.app_id and connection.scope else {}
    return good(session.ask_token(connection.app_id, **form), "a request for a token")


def _app(session: Session) -> str:
    app = session.scim.client.connection.app_id
    if not app:
        raise UnclearError("without app_id the token comes from no app")
    return app


def _stranger(session: Session) -> Exchange:
    """Request a token as a user that does not exist."""
    return session.ask_token(
        _app(session), scope=session.scim.client.connection.scope or "", client_id=session.login("x")
    )


def token_error_status(session: Session) -> int:
    return status_of(_stranger(session), 400, 401)


def token_errors(session: Session) -> str:
    known = {"access_denied": "described", "invalid_client": "rfc"}
    said = _stranger(session).folded.get("error")
    if said not in known:
        raise UnclearError("the error is neither access_denied nor invalid_client")
    return known[said]


def unknown_app_status(session: Session) -> int:
    return status_of(session.ask_token(f"{session.name}-app", client_id=session.login("x")), 400, 404)


def client_creds_enabled(session: Session) -> bool:
    _app(session)
    _own_token(session)
    return True


def expires_in_sent(session: Session) -> bool:
    return "expires_in" in _own_token(session).folded


def token_lifetime(session: Session) -> int:
    lifetime = lifetime_of(_own_token(session).folded.get("expires_in"))
    if lifetime is None:
        raise UnclearError("the answer with a token does not state its lifetime")
    return lifetime


def token_type(session: Session) -> str:
    return "jwt" if str(_own_token(session).folded.get("access_token")).count(".") == 2 else "opaque"


def platform_token_accepted(session: Session) -> bool:
    answer = good(session.ask_token(None), "a request for a platform token")
    return _opens(session, answer)


def scopeless_token_allowed(session: Session) -> bool:
    _app(session)
    return _opens(session, _own_token(session, scope=False))


def _opens(session: Session, answer: Exchange) -> bool:
    """Return whether a token opens the SCIM server."""
    tried = session.send("GET", "ServiceProviderConfig", token=str(answer.folded.get("access_token")))
    if not tried.ok and tried.status not in NO_RIGHT:
        raise UnclearError(f"the request with this token was answered with {tried.status}")
    return tried.ok


def _without_token(session: Session) -> Exchange:
    return session.send("GET", "Users", token="unknown")


def html_on_auth_error(session: Session) -> bool:
    return _without_token(session).media_type == "text/html"


def auth_error_body(session: Session) -> str:
    answer = _without_token(session)
    if answer.media_type == "text/html":
        raise UnclearError("the answer is a web page")
    if answer.body is None:
        return "empty"
    for name, position in (("success", "envelope"), ("schemas", "scim")):
        if name in answer.folded:
            return position
    raise UnclearError("the body is of no known form")


def _may(session: Session, client: Client, endpoint: str) -> bool:
    """Return whether a client may create objects. If it may, the server refuses an empty object as invalid."""
    return session.send("POST", endpoint, body={}, client=client).status not in NO_RIGHT


def granted_rights(session: Session) -> list[str]:
    client = session.scim.client
    return [right for right, endpoint in NEEDED.items() if _may(session, client, endpoint)]


def missing_right_status(session: Session) -> int:
    for client in session.scim.clients:
        for endpoint in NEEDED.values():
            answer = session.send("POST", endpoint, body={}, client=client)
            if answer.status in NO_RIGHT:
                return answer.status
    raise UnclearError("no service user lacks a right")


def vault_overrides_directory(session: Session) -> Any:
    """Read one user as a client with all rights, and as one with the right to the vault alone."""
    first, second = session.scim.client, session.scim.clients[-1]
    if first is second:
        raise UnclearError("this takes a second service user, with the right Vault Management alone")
    if not _may(session, first, "Containers"):
        raise UnclearError("this takes a service user with all rights besides the one for the vault")
    user = session.user()
    if not session.send("GET", "Users", user["id"], client=first).ok or not _is_cloud_id(user["id"]):
        return True
    seen = session.send("GET", "Users", user["id"], client=second)
    if seen.status in NO_RIGHT:
        return False
    if not seen.ok:
        return "alone"
    if _may(session, second, "Users"):
        raise UnclearError("the second service user has the right User Management itself")
    session.last = seen
    return "shared"


def _is_cloud_id(identifier: str) -> bool:
    """Return whether an id is one of the cloud directory: those of the vault are small numbers."""
    return not identifier.isdigit()


def mixed_rights_hide_vault(session: Session) -> bool:
    """Look up the safe of one service user as another one that also has the other rights."""
    client = session.scim.client
    if not all(_may(session, client, endpoint) for endpoint in ("Users", "Containers")):
        raise UnclearError("this takes a service user with rights of both kinds")
    safe = session.safe()
    answer = good(session.send("GET", "Containers", client=client), "a list")
    return not any(fold(item.get("id")) == fold(safe["id"]) for item in answer.resources)


FACTS = (
    Fact("token_error_status", TOKENS, token_error_status),
    Fact("token_errors", TOKENS, token_errors),
    Fact("unknown_app_status", TOKENS, unknown_app_status),
    Fact("client_creds_enabled", TOKENS, client_creds_enabled),
    Fact("expires_in_sent", TOKENS, expires_in_sent),
    Fact("token_lifetime", TOKENS, token_lifetime),
    Fact("token_type", TOKENS, token_type),
    Fact("platform_token_accepted", TOKENS, platform_token_accepted),
    Fact("scopeless_token_allowed", TOKENS, scopeless_token_allowed),
    Fact("html_on_auth_error", TOKENS, html_on_auth_error),
    Fact("auth_error_body", TOKENS, auth_error_body),
    Fact("granted_rights", TOKENS, granted_rights),
    Fact("missing_right_status", TOKENS, missing_right_status),
    Fact("vault_overrides_directory", DIRECTORY, vault_overrides_directory),
    Fact("mixed_rights_hide_vault", VAULT, mixed_rights_hide_vault),
)
