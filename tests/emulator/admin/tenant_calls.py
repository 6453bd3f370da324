# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verbs about the tenant and the caller."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from .call import Call, Verb, Verbs
from .envelope import Refusal

TENANT_ID = "ABC1234"


def get_aliases(call: Call) -> dict[str, Any]:
    """Return the login suffixes of the tenant."""
    entities = [[{"Type": "Alias", "Key": suffix, "IsForeignKey": False}] for suffix in sorted(call.tenant.suffixes)]
    results = [{"Entities": entity, "Row": {"ID": entity[0]["Key"]}} for entity in entities]
    return {"FullCount": len(results), "Count": len(results), "Results": results}


def who_am_i(call: Call) -> dict[str, Any]:
    """Return the user of the token; the keys come from a sample."""
    assert call.caller is not None
    return {"TenantId": TENANT_ID, "User": call.caller.user_name, "UserUuid": call.caller.id}


def start_authentication(call: Call) -> dict[str, Any]:
    """Return the host on which a user signs in. There is no challenge, as the emulator has no browser login."""
    suffix = call.required("User").rpartition("@")[2]
    if suffix.casefold() not in call.tenant.suffixes:
        raise Refusal(f"The suffix {suffix} belongs to no tenant.")
    return {"PodFqdn": urlsplit(call.tenant.base_url).netloc}


VERBS: Verbs = {
    "core/getcdsaliasesfortenant": Verb(get_aliases),
    "security/whoami": Verb(who_am_i),
    "security/startauthentication": Verb(start_authentication, open=True),
}
