# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Detect a vault that is empty, or hidden from the service user. Writes nothing.

A service user with Vault Management and another administrative right sees nothing in the vault: lists are empty, and
objects are unknown (documentation of the SCIM server, v3.0). Answers of the server are the same for an empty vault.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from .._base.errors import AuthorizationError, UnsupportedError
from .._model.resources import CONTAINER, OTHER_RIGHT, PAM_OBJECTS, TWO_USERS
from .._model.rows import Resource
from .protocol import Scim


def sees_nothing(scim: Scim) -> bool:
    """Return whether the vault shows no safe, no permission and no account."""
    # An error says that the right is missing, so nothing is hidden.
    with suppress(AuthorizationError, UnsupportedError):
        return all(scim.is_empty(resource.endpoint) for resource in PAM_OBJECTS)
    return False


def may_be_hidden(scim: Scim, kinds: Collection[Resource]) -> bool:
    """Return whether one service user manages both the directory and the vault in a task with these kinds."""
    directory, vault = scim.client, scim.client_of(CONTAINER.endpoint)
    name = vault.connection.client_id
    is_one = directory is vault or (name is not None and name == directory.connection.client_id)
    return is_one and not all(kind.in_vault for kind in kinds)


def advice(scim: Scim) -> str:
    """Return the hint for a vault that shows nothing. It depends on whether the vault has its own service user."""
    if scim.client is scim.client_of(CONTAINER.endpoint):
        return TWO_USERS
    return "Let its role have Vault Management and no other right, and make it a member of the safes"


def unseen(scim: Scim) -> str:
    """Return a sentence that the service user sees nothing in the vault, with the possible reasons."""
    name = scim.client_of(CONTAINER.endpoint).connection.client_id
    subject = f"The service user {name!r}" if name else "The service user"
    return f"{subject} sees nothing in the vault. If the vault is not empty, that user {OTHER_RIGHT}, or is on no safe"
