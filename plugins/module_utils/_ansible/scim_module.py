# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Define the class of the modules that use the SCIM server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .._base.errors import AuthorizationError
from .._model.resources import RESOURCES
from .._model.shapes import Flat
from .._scim.protocol import Scim
from .module import Module


class ScimModule(Module):
    """A module that uses the SCIM server. ``free_maps`` are its attributes that are maps with any keys."""

    free_maps = frozenset(
        row.option for resource in RESOURCES.values() for row in resource.attributes if isinstance(row.shape, Flat)
    )
    examined = (*Module.examined, AuthorizationError)

    @contextmanager
    def scim(self) -> Iterator[Scim]:
        """Yield the SCIM server. Raise InvalidError for wrong connection options."""
        with self.clients() as clients:
            yield Scim(clients[0], self.params["scim_path"], vault=clients[-1])
