# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Identify the user whose token a task uses."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from .._base.paths import look
from .client import Client, claims_of

# The claims with a login name: the tenant's own, and the one of OpenID Connect (core 1.0 section 5.1).
LOGIN_CLAIMS = ("unique_name", "preferred_username")


class Caller:
    """The service user that runs the task, identified by its options and its token."""

    def __init__(self, login: str | None, claims: Callable[[], dict[str, Any]]) -> None:
        self._login = login
        self._read_claims = claims

    @classmethod
    def of_client(cls, client: Client) -> Caller:
        return cls(client.connection.client_id, client.claims)

    @classmethod
    def of_options(cls, login: str | None, token: str | None) -> Caller:
        """Return a service user by its options. The task does not log in as this user."""
        return cls(login, lambda: claims_of(token or ""))

    @cached_property
    def _claims(self) -> dict[str, Any]:
        return self._read_claims()

    @cached_property
    def names(self) -> dict[str, str]:
        """The login names in the options and in the token, keyed by a form that ignores case and look-alikes."""
        given = [self._login, *(self._claims.get(claim) for claim in LOGIN_CLAIMS)]
        return {look(name): str(name) for name in given if name}

    @property
    def subject(self) -> str | None:
        """The claim ``sub``: the id of the user on this tenant."""
        subject = self._claims.get("sub")
        return subject if isinstance(subject, str) and subject else None

    @property
    def is_known(self) -> bool:
        """Return whether a name or the id of this caller is known."""
        return bool(self.names or self.subject)
