# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Run the module that reports who can reach which safe."""

from __future__ import annotations

import time
from itertools import islice
from typing import Any

from .._access.document import access_document
from .._access.query import NAME_LISTS, Query
from .._access.rows import Access
from .._access.state import State
from .._base.errors import InvalidError
from .._base.misfits import Spec
from .._base.paths import Object
from .._directory.export import export
from .._model.resources import RESOURCES
from .access_files import write_document
from .scim_module import ScimModule
from .sentences import sentence_of_reading

OPTIONS: Spec = {
    "include": {"type": "list", "elements": "str", "choices": [resource.plural for resource in RESOURCES.values()]},
    **{option: {"type": "list", "elements": "str"} for option in NAME_LISTS},
    "expired": {"type": "bool", "default": True},
    "inactive": {"type": "bool", "default": True},
    "limit": {"type": "int", "default": 1000},
    "document_path": {"type": "path"},
}


def run_access_info() -> None:
    """Run the module that reports access."""
    module = ScimModule(OPTIONS, for_vault=True)

    def work() -> dict[str, Any]:
        with module.scim() as scim:
            query, limit = Query.of(module.params), module.params["limit"]
            if limit < 0:
                raise InvalidError("limit is less than 0", hint="Use 0 to return only the summary")
            included = module.params["include"]
            gaps: list[str] = []
            directory = export(
                scim, [each.plural for each in scim.served] if included is None else included, gaps.append
            )
            now, url = time.time(), scim.client.connection.tenant_url
            document = access_document("tenant", directory, now, tenant=url, gaps=gaps)
            found = access_of_directory(directory, now, query, limit)
            if path := module.params["document_path"]:
                write_document(path, document, module.secrets, "document_path")
            read = [(len(directory[kind.plural]), kind) for kind in RESOURCES.values() if kind.plural in directory]
            return {"changed": False, "msg": sentence_of_reading(read), **found, "gaps": document["gaps"]}

    module.run(work)


def access_of_directory(directory: Object, now: float, query: Query, limit: int) -> Object:
    """Return the first rows of access in a directory, and the counts of all rows."""
    access = Access.of(State.of(directory), now, query)
    summary = access.summary()
    rows = list(islice(access.rows(), limit))
    return {"access": rows, "summary": summary, "complete": len(rows) == summary["rows"]}
