# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Call each function that ark-sdk-python has for identity administration, and print the outcome of each as JSON.

Run it with the Python of the environment that holds the SDK. The environment variable ``TENANT`` has the address, the
person who signs in, and the service user.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

from ark_sdk_python.auth import ArkISPAuth
from ark_sdk_python.auth.identity import ArkIdentity, ArkIdentityServiceUser
from ark_sdk_python.models.auth import ArkAuthMethod, ArkAuthProfile, ArkSecret, IdentityArkAuthMethodSettings
from ark_sdk_python.models.services.identity.directories import (
    ArkIdentityListDirectories,
    ArkIdentityListDirectoriesEntities,
)
from ark_sdk_python.models.services.identity.roles import (
    ArkIdentityAddAdminRightsToRole,
    ArkIdentityAddGroupToRole,
    ArkIdentityAddRoleToRole,
    ArkIdentityAddUserToRole,
    ArkIdentityAdminRights,
    ArkIdentityCreateRole,
    ArkIdentityDeleteRole,
    ArkIdentityListRoleMembers,
    ArkIdentityRemoveRoleFromRole,
    ArkIdentityRemoveUserFromRole,
    ArkIdentityRoleIdByName,
    ArkIdentityUpdateRole,
)
from ark_sdk_python.models.services.identity.users import (
    ArkIdentityCreateUser,
    ArkIdentityDeleteUser,
    ArkIdentityDeleteUsers,
    ArkIdentityResetUserPassword,
    ArkIdentityUpdateUser,
    ArkIdentityUserById,
    ArkIdentityUserByName,
    ArkIdentityUserIdByName,
)
from ark_sdk_python.services.identity.directories import ArkIdentityDirectoriesService
from ark_sdk_python.services.identity.roles import ArkIdentityRolesService
from ark_sdk_python.services.identity.users import ArkIdentityUsersService

TENANT = json.loads(os.environ["TENANT"])
URL, PERSON, PASSWORD = TENANT["url"], TENANT["person"], TENANT["password"]
ADA = "ada@example.com"


def call(name: str, function: Callable[[], Any]) -> Any:
    """Call a function of the SDK, print whether it works, and return its result."""
    try:
        result = function()
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        print(json.dumps({"call": name, "error": said}), flush=True)
        return None
    shown = result.model_dump(mode="json") if hasattr(result, "model_dump") else result
    print(json.dumps({"call": name, "result": shown}, default=str), flush=True)
    return result


def signed_in() -> ArkISPAuth:
    """Sign in as a person, and return the session that the services take."""
    settings = IdentityArkAuthMethodSettings(identity_url=URL, identity_mfa_interactive=False)
    profile = ArkAuthProfile(username=PERSON, auth_method=ArkAuthMethod.Identity, auth_method_settings=settings)
    session = ArkISPAuth(cache_authentication=False)
    session.authenticate(auth_profile=profile, secret=ArkSecret(secret=PASSWORD))
    return session


def sign_in_again() -> str | None:
    """Sign in, and renew the session."""
    identity = ArkIdentity(PERSON, PASSWORD, identity_url=URL, cache_authentication=False)
    identity.auth_identity()
    before = identity.session_token
    identity.refresh_auth_identity()
    assert identity.session_token not in (None, before)
    return identity.session_details.token_lifetime if identity.session_details else None


def sign_in_as_service() -> bool:
    """Sign in as a service user, and use the token."""
    user = ArkIdentityServiceUser(
        TENANT["service"], TENANT["secret"], "__idaptive_cybr_user_oidc", identity_url=URL, cache_authentication=False
    )
    user.auth_identity()
    answer = user.session.post(f"{URL}/Security/Whoami", json={})
    assert answer.json()["Result"]["User"] == TENANT["service"]
    return True


def entities(service: ArkIdentityDirectoriesService, **arguments: Any) -> list[str]:
    """Return the names of all entities of a search."""
    pages = service.list_directories_entities(ArkIdentityListDirectoriesEntities(**arguments))
    return [entity.name for page in pages for entity in page.items]


def directories(session: ArkISPAuth) -> None:
    """Call the functions about directories."""
    service = ArkIdentityDirectoriesService(session)
    listed = call("list_directories", lambda: service.list_directories(ArkIdentityListDirectories()))
    assert listed
    call("tenant_default_suffix", service.tenant_default_suffix)
    call("list_directories_entities", lambda: entities(service))
    call("list_directories_entities, with a search", lambda: entities(service, search="admin"))
    call("list_directories_entities, of roles", lambda: entities(service, entity_types=["ROLE"]))


def roles(session: ArkISPAuth) -> None:
    """Call the functions about roles."""
    service = ArkIdentityRolesService(session)
    rights = [ArkIdentityAdminRights.UserManagement]
    call("create_role", lambda: service.create_role(ArkIdentityCreateRole(role_name="crew", description="d")))
    call(
        "create_role, with rights",
        lambda: service.create_role(ArkIdentityCreateRole(role_name="staff", admin_rights=rights)),
    )
    call("create_role, again", lambda: service.create_role(ArkIdentityCreateRole(role_name="crew")))
    call("role_id_by_name", lambda: service.role_id_by_name(ArkIdentityRoleIdByName(role_name="crew")))
    call(
        "add_admin_rights_to_role",
        lambda: service.add_admin_rights_to_role(
            ArkIdentityAddAdminRightsToRole(role_name="crew", admin_rights=[ArkIdentityAdminRights.PrivilegeCloud])
        ),
    )
    call("add_user_to_role", lambda: service.add_user_to_role(ArkIdentityAddUserToRole(username=ADA, role_name="crew")))
    call(
        "add_role_to_role",
        lambda: service.add_role_to_role(ArkIdentityAddRoleToRole(role_name_to_add="staff", role_name="crew")),
    )
    call(
        "add_group_to_role",
        lambda: service.add_group_to_role(ArkIdentityAddGroupToRole(group_name="dbas", role_name="crew")),
    )
    call(
        "list_role_members",
        lambda: [m.member_name for m in service.list_role_members(ArkIdentityListRoleMembers(role_name="crew"))],
    )
    call(
        "remove_user_from_role",
        lambda: service.remove_user_from_role(ArkIdentityRemoveUserFromRole(username=ADA, role_name="crew")),
    )
    call(
        "remove_role_from_role",
        lambda: service.remove_role_from_role(
            ArkIdentityRemoveRoleFromRole(role_name_to_remove="staff", role_name="crew")
        ),
    )
    call("list_role_members, of none", lambda: service.list_role_members(ArkIdentityListRoleMembers(role_name="crew")))
    call("update_role", lambda: service.update_role(ArkIdentityUpdateRole(role_name="crew", new_role_name="team")))
    call("delete_role", lambda: service.delete_role(ArkIdentityDeleteRole(role_name="team")))


def users(session: ArkISPAuth) -> None:
    """Call the functions about users."""
    service = ArkIdentityUsersService(session)
    created = call(
        "create_user",
        lambda: service.create_user(
            ArkIdentityCreateUser(username="grace", suffix="example.com", roles=["System Administrator"])
        ),
    )
    other = call(
        "create_user, without roles", lambda: service.create_user(ArkIdentityCreateUser(username="alan", roles=[]))
    )
    name = "grace@example.com"
    call("user_id_by_name", lambda: service.user_id_by_name(ArkIdentityUserIdByName(username=name)))
    call("user_by_name", lambda: service.user_by_name(ArkIdentityUserByName(username=name)))
    call("user_by_id", lambda: service.user_by_id(ArkIdentityUserById(user_id=created.user_id)))
    call(
        "update_user",
        lambda: service.update_user(ArkIdentityUpdateUser(username=name, display_name="Grace", email="g@example.org")),
    )
    call(
        "reset_user_password",
        lambda: service.reset_user_password(ArkIdentityResetUserPassword(username=name, new_password=PASSWORD + "2")),
    )
    call("user_info", service.user_info)
    call("delete_user, by id", lambda: service.delete_user(ArkIdentityDeleteUser(user_id=created.user_id)))
    call("delete_user, by name", lambda: service.delete_user(ArkIdentityDeleteUser(username=other.username)))
    call("delete_users", lambda: service.delete_users(ArkIdentityDeleteUsers(user_ids=[TENANT["ada"]])))


def main() -> None:
    """Call everything."""
    session = call("sign in as a person", signed_in)
    call("renew the session", sign_in_again)
    call("sign in as a service user", sign_in_as_service)
    directories(session)
    roles(session)
    users(session)


main()
