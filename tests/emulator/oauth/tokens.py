# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The valid tokens."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

APP = "app"
PLATFORM = "platform"
SIGN_IN = "sign-in"  # accepted only in exchange for a platform token


def _encoded(part: Mapping[str, str | int]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Token:
    """An issued token: its user, its endpoint and its expiry.

    A token of an app gives access to the paths that match an expression of its scopes.
    """

    user_id: str
    origin: str
    expires: float
    app_id: str = ""
    scoped: bool = False
    expressions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Login:
    """A login in progress: its session, the name of its user, and the challenge."""

    id: str
    user: str
    mechanism: str


class Tokens:
    """The issued tokens that are not revoked, and the logins in progress."""

    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}
        self._logins: dict[str, Login] = {}
        self._refreshes: dict[str, str] = {}

    def issue(self, token: Token, claims: Mapping[str, str | int] | None = None) -> str:
        """Return the value of a new token: a JWT (RFC 7519) with these claims, or an opaque one."""
        value = secrets.token_urlsafe(48)
        if claims is not None:
            header, payload = (_encoded(part) for part in ({"alg": "RS256", "typ": "JWT"}, claims))
            value = f"{header}.{payload}.{value}"
        self._tokens[value] = token
        return value

    def find(self, value: str, now: float) -> Token | None:
        """Return the token with this value, or None if it is unknown or expired."""
        token = self._tokens.get(value)
        return token if token is not None and token.expires > now else None

    def start_login(self, user: str) -> Login:
        """Return a new login."""
        login = Login(secrets.token_urlsafe(16), user, secrets.token_urlsafe(16))
        self._logins[login.id] = login
        return login

    def end_login(self, session: str) -> Login | None:
        """End a login, and return it."""
        return self._logins.pop(session, None)

    def issue_refresh(self, user_id: str) -> str:
        """Return a token that renews a session of a user once."""
        value = secrets.token_urlsafe(32)
        self._refreshes[value] = user_id
        return value

    def end_refresh(self, value: str) -> str | None:
        """Use up a token that renews a session, and return its user."""
        return self._refreshes.pop(value, None)

    def revoke_all(self) -> None:
        """Revoke every token, and end every login."""
        self._tokens, self._logins, self._refreshes = {}, {}, {}
