# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verbs that delete users."""

from __future__ import annotations

from typing import Any

from ..failures import Failure
from .call import USERS, Call, Verb, Verbs
from .envelope import NO_JSON, Refusal
from .users import RULES, found_user


def remove_users(call: Call) -> list[dict[str, Any]] | None:
    """Delete users, or none if the caller is one of them (documented). A user of another directory is only forgotten.

    The result is null, also in the sample of the vendor. A switch has the other form: clients look for an outcome of
    each user.
    """
    ids = listed(call)
    if call.caller_id in ids:
        raise Refusal("The current user cannot be deleted.")
    if call.switches["remove_users_result"] == "each":
        return [removed(call, user_id) for user_id in ids]
    for user in [found_user(call, user_id) for user_id in ids]:
        call.storage.remove("User", user)
    return None


def listed(call: Call) -> list[str]:
    """Return the ids of a call. One of the vendor's SDKs sends a list within a list; no source shows if that works."""
    given = call.get("Users")
    ids: list[str] = []
    for item in given if isinstance(given, list) else ():
        if isinstance(item, list) and not call.switches["remove_users_nested"]:
            raise Refusal("Error reading string. Unexpected token: StartArray. Path 'Users[0]'.", NO_JSON)
        ids += map(str, item) if isinstance(item, list) else [str(item)]
    return ids


def removed(call: Call, user_id: str) -> dict[str, Any]:
    """Delete a user, and return the outcome."""
    try:
        call.storage.remove("User", found_user(call, user_id))
    except (Refusal, Failure) as error:
        return {"success": False, "ID": user_id, "Message": str(error)}
    return {"success": True, "ID": user_id, "Message": None}


def delete_user(call: Call) -> None:
    """Delete a user of the cloud directory. The vendor's SDKs put a login name into ID where they have no id."""
    user_id = call.required("ID")
    named = call.storage.find("User", "userName", user_id)
    user = named[0] if named else found_user(call, user_id)
    RULES.check_delete(call.tenant, user)
    call.storage.remove("User", user)


VERBS: Verbs = {
    "usermgmt/removeusers": Verb(remove_users, USERS, writes=True),
    "usermgmt/removeuser": Verb(delete_user, USERS, writes=True),
    "cdirectoryservice/deleteuser": Verb(delete_user, USERS, writes=True),
}
