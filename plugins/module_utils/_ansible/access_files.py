# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Read a whole tenant for policies and reports of access, write access documents, and read the previous report."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path

from .._access.document import read_document, states_of
from .._access.drift import refuse_other_report
from .._base.errors import AuthorizationError, InvalidError
from .._base.paths import Object
from .._base.secrets import Secrets
from .._directory.export import export
from .._model.rows import Resource
from .._scim.protocol import Scim
from .._scim.sight import may_be_hidden, sees_nothing
from .plan_files import MOST_BYTES, reason_of, write_text


def read_tenant(scim: Scim, *, may_be_empty: bool) -> Object:
    """Return the whole directory without the kinds that cannot be read.

    A vault that shows nothing counts as not read, unless ``may_be_empty`` is set.
    """
    kinds = scim.served
    if may_be_hidden(scim, kinds) and not may_be_empty and sees_nothing(scim):
        kinds = [kind for kind in kinds if not kind.in_vault]
    try:
        return export(scim, [kind.plural for kind in kinds])
    except AuthorizationError:
        return export(scim, [kind.plural for kind in kinds if _is_readable(scim, kind)])


def _is_readable(scim: Scim, kind: Resource) -> bool:
    try:
        scim.is_empty(kind.endpoint)
    except AuthorizationError:
        return False
    return True


def write_document(path: str, document: Object, secrets: Secrets, option: str) -> None:
    """Write an access document without the secrets of the task and of answers."""
    pieces = json.JSONEncoder(indent=1, ensure_ascii=False).iterencode(secrets.masked_values(document))
    write_text(path, chain(pieces, ["\n"]), option)


def previous_report(given: str | None, tenant: str) -> Object | None:
    """Return the report in the option ``previous_access_path``, or None if the file does not exist yet.

    Raise InvalidError for a damaged file, and for a file that is not a drift report of this tenant.
    """
    if given is None:
        return None
    path = Path(given)
    where = f"previous_access_path names {path}, which"
    try:
        with path.open(encoding="utf-8") as file:
            document = read_document(json.loads(file.read(MOST_BYTES)))
        refuse_other_report(document, tenant.rstrip("/").lower(), str(path))
        states_of(document)  # raises an error for an invalid directory
    except FileNotFoundError as error:
        if path.parent.is_dir():
            return None
        raise InvalidError(f"{where} is in a folder that does not exist", hint="Check the path") from error
    except (OSError, UnicodeError) as error:
        raise InvalidError(f"{where} cannot be read: {reason_of(error)}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidError(f"{where} is damaged", hint="Delete it to start with a first report") from error
    return document
