# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Run the modules that read objects of one kind."""

from __future__ import annotations

from typing import Any

from .._base.errors import InvalidError, trying
from .._model.options import are_in_vault, info_spec, kind_shown, resource_of
from .._model.rows import Resource
from .._scim.reading import read
from .scim_module import ScimModule
from .sentences import sentence_of_reading


def run_info(*resources: Resource, result: str) -> None:
    """Run a module that reads objects: by id, by their keys, by a filter, or all of them."""
    keys = sorted({option for resource in resources for option in resource.finding})
    ways = [("id", "filter"), *((way, option) for way in ("id", "filter") for option in keys)]
    module = ScimModule(info_spec(resources), for_vault=are_in_vault(resources), mutually_exclusive=ways)

    def work() -> dict[str, Any]:
        with module.scim() as scim:
            resource = resource_of(resources, module.params)
            given = {way: module.params[way] for way in ("id", "filter", *keys) if module.params[way] is not None}
            if empty := [way for way in given if not given[way]]:
                raise InvalidError(f"{empty[0]} is empty", hint=f"Leave it out to read all {resource.plural}")
            if resource.elsewhere in given and not set(resource.either) & set(given):
                kinds = " or a ".join(resource.either)
                raise InvalidError(f"{resource.elsewhere} says where to find a {kinds}, but neither is given")
            with trying(f"read {resource.plural}"):
                found = read(scim, resource, given)
            kind = kind_shown(resources, resource)
            described = [{**kind, **resource.describe(item)} for item in found]
            return {"changed": False, "msg": sentence_of_reading([(len(found), resource)]), result: described}

    module.run(work)
