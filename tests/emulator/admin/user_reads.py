# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verbs that read users, in the forms of the vendor's samples. Every user may read its own data (documented)."""

from __future__ import annotations

from typing import Any

from ..facts import role_facts, state_of, user_facts
from ..models import Model
from ..oauth.authority import authority_of
from ..scim.groups import SYSTEM_ADMINISTRATOR
from ..scim.user_attributes import PHONES, mail_of, phone_of
from .call import READ_USERS, Call, Verb, Verbs
from .directories import CLOUD, right_row, services
from .envelope import UNKNOWN_USER_NAME, Refusal, rows
from .superrights import CATALOGUE
from .users import found_user


def readable(call: Call, user: Model) -> Model:
    """Return a user whom the caller may read."""
    if str(user.id) != call.caller_id:
        call.check(READ_USERS)
    return user


def get_user(call: Call) -> dict[str, Any]:
    """Return a user by id."""
    return details(call, readable(call, found_user(call, call.required("ID"))))


def get_user_by_name(call: Call) -> dict[str, Any]:
    """Return a user by login name; without one, the caller."""
    name = call.text("username")
    if not name:
        return details(call, found_user(call, call.caller_id))
    found = call.storage.find("User", "userName", name)
    if not found:
        raise Refusal(f"User {name} not found.", UNKNOWN_USER_NAME)
    return details(call, readable(call, found[0]))


def details(call: Call, user: Model) -> dict[str, Any]:
    """Return the details of a user. Unset values are left out, except for the manager."""
    facts = user_facts(call.storage, str(user.id))
    shown = {
        "Uuid": user.id,
        "State": state_of(user, facts),
        "DisplayName": user.display_name,
        "Version": "1",
        "Mail": mail_of(user),
        "Name": user.user_name,
        "ReportsTo": manager_of(user) or "Unassigned",
        "Description": facts.description or None,
        **{name: phone_of(user, kind) for name, kind in PHONES.items()},
        "Alias": str(user.user_name).partition("@")[2],
        "InEverybodyRole": facts.in_everybody,
        "OauthClient": facts.oauth_client,
    }
    return {name: value for name, value in shown.items() if value is not None}


def get_users(call: Call) -> dict[str, Any]:
    """Return all users of the cloud directory, with null for unset values."""
    return rows(
        [
            {
                "Uuid": user.id,
                "DisplayName": user.display_name,
                "Name": user.user_name,
                "Mail": mail_of(user),
                "ReportsTo": manager_of(user),
                "PreferredCulture": user.preferred_language,
                **{name: phone_of(user, kind) for name, kind in PHONES.items()},
                "Description": user_facts(call.storage, str(user.id)).description or None,
            }
            for user in call.storage.all("User")
            if user.LinkedObject is None
        ],
        "CDUser",
        "Uuid",
    )


def get_user_info(call: Call) -> dict[str, Any]:
    """Return the data of a user that the portal shows."""
    user = readable(call, found_user(call, call.required("ID")))
    source = user.LinkedObject.source if user.LinkedObject is not None else CLOUD
    directory = next(each for each in services(call) if each.service == source)
    return {
        "TenantId": call.tenant.tenant_id,
        "Id": user.id,
        "ExternalUuid": user.id,
        "Name": user.user_name,
        "DisplayName": user.display_name,
        "EmailAddress": mail_of(user),
        "MobileNumber": phone_of(user, "mobile"),
        "DirectoryServiceType": directory.service,
        "DirectoryServiceId": directory.id,
        "DirectoryServiceName": directory.name,
        "DirectoryServiceLocalizedName": directory.localized,
        "IsSysAdmin": SYSTEM_ADMINISTRATOR in authority_of(call.storage, str(user.id)).roles,
        "PreferredCulture": user.preferred_language,
    }


def get_roles_and_rights(call: Call) -> dict[str, Any]:
    """Return the roles of a user, direct and nested, with their rights."""
    user = readable(call, found_user(call, call.required("ID")))
    held = authority_of(call.storage, str(user.id)).roles
    roles = [role for role in call.storage.all("Group") if role.id in held]
    return rows([role_row(call, role) for role in roles], "Role", "ID")


def role_row(call: Call, role: Model) -> dict[str, Any]:
    """Return the row of a role of a user."""
    facts = role_facts(call.storage, str(role.id))
    return {
        "ID": role.id,
        "Name": role.display_name,
        "Description": facts.description or None,
        "AdministrativeRights": [right_row(call, path) for path in CATALOGUE if path in facts.rights],
        "Role": role.id,
        "RoleName": role.display_name,
        "OrgPath": None,
    }


def manager_of(user: Model) -> str | None:
    """Return the id of the manager of a user."""
    extension = user.EnterpriseUser
    manager = extension.manager if extension is not None else None
    return manager.value if manager is not None else None


VERBS: Verbs = {
    "cdirectoryservice/getuser": Verb(get_user),
    "cdirectoryservice/getuserbyname": Verb(get_user_by_name),
    "cdirectoryservice/getusers": Verb(get_users, READ_USERS),
    "usermgmt/getuserinfo": Verb(get_user_info),
    "usermgmt/getusersrolesandadministrativerights": Verb(get_roles_and_rights),
}
