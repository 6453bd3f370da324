# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verbs about the tenant and the caller."""

from __future__ import annotations

from typing import Any

from .call import USERS, Call, Verb, Verbs
from .envelope import rows
from .superrights import PORTAL

LOGIN_TO_PORTAL = frozenset({PORTAL})


def get_aliases(call: Call) -> dict[str, Any]:
    """Return the login suffixes of the tenant, to a caller with both of two rights (documented)."""
    for needed in (LOGIN_TO_PORTAL, USERS):
        call.check(needed)
    aliases = [{"ID": suffix, "CdsAlias": True, "ReplaceDomain": suffix} for suffix in sorted(call.tenant.suffixes)]
    return rows(aliases, "TenantAlias", "ID")


def who_am_i(call: Call) -> dict[str, Any]:
    """Return the user of the token; the keys come from a sample."""
    assert call.caller is not None
    return {"TenantId": call.tenant.tenant_id, "User": call.caller.user_name, "UserUuid": call.caller.id}


VERBS: Verbs = {
    "core/getcdsaliasesfortenant": Verb(get_aliases),
    "security/whoami": Verb(who_am_i),
}
