# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""The tables of the SCIM server: one Resource per kind, one Attribute per option. ``rows.py`` has the columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._base.paths import letters
from .rows import Access, Attribute, NewValue, Policy, Resource
from .shapes import (
    KIND,
    Choice,
    Entry,
    Flat,
    Joined,
    Keyed,
    Members,
    Moment,
    Named,
    Names,
    One,
    Reference,
    Single,
    Truth,
)

ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CUSTOM = "urn:scim:schemas:extension:custom:2.0"
SAFE = "urn:ietf:params:scim:schemas:cyberark:1.0:Safe"
SAFE_MEMBER = "urn:ietf:params:scim:schemas:cyberark:1.0:SafeMember"
ACCOUNT = "urn:ietf:params:scim:schemas:cyberark:1.0:PrivilegedData"
PHONES = ("work", "mobile", "home")
# Characters that the vault's integration page excludes from the names of users.
NOT_IN_VAULT = '?<>*"/\\'

FORMERLY: Mapping[str, Policy] = {"formerly": Policy({"type": "list", "elements": "str"})}

USER = Resource(
    name="user",
    plural="users",
    endpoint="Users",
    schema="urn:ietf:params:scim:schemas:core:2.0:User",
    keys=("user_name",),
    attributes=(
        Attribute(
            "user_name",
            ("userName",),
            caseless=True,
            required=True,
            filter="userName",
            new=NewValue(not_in_vault=NOT_IN_VAULT, suffixed=True),
        ),
        Attribute("display_name", ("displayName",), default=lambda user_name: user_name.partition("@")[0]),
        Attribute("given_name", ("name", "givenName")),
        Attribute("family_name", ("name", "familyName")),
        Attribute(
            "email",
            ("emails",),
            shape=Single(),
            caseless=True,
            new=NewValue(unknown="whether another user has the mail address"),
        ),
        Attribute(
            "phone_numbers",
            ("phoneNumbers",),
            type="dict",
            shape=Keyed("type", PHONES),
            spec={"options": {kind: {"type": "str"} for kind in PHONES}},
        ),
        Attribute("preferred_language", ("preferredLanguage",)),
        Attribute("active", ("active",), type="bool", shape=Truth(), default=lambda user_name: True),
        Attribute("organization", (ENTERPRISE_USER, "organization")),
        Attribute("manager", (ENTERPRISE_USER, "manager"), shape=Reference(), refers_to="Users"),
        Attribute(
            "custom_attributes",
            (CUSTOM,),
            type="dict",
            shape=Flat(hidden="password"),
            new=NewValue(unknown="which custom attributes the tenant defines"),
        ),
        Attribute(
            "password",
            ("password",),
            spec={"no_log": True},
            secret=True,
            shortest=8,
            # Required in the documentation of the server, and not in its schema (contract section 5.1).
            new=NewValue(
                unknown="the password policy", unknown_without="whether the tenant takes users without a password"
            ),
        ),
    ),
    policies=FORMERLY,
    former_policy="formerly",
    enabled_by="active",
    known_by=("user_name", "password"),
    # name.formatted mirrors displayName. If it were sent back unchanged, it would undo a change of displayName.
    computed=(("meta",), ("groups",), ("name", "formatted")),
)

MEMBERS: Mapping[str, Any] = {
    "options": {way: {"type": "list", "elements": "str"} for way in ("add", "remove", "set")},
    "mutually_exclusive": [("set", "add"), ("set", "remove")],
}

GROUP = Resource(
    name="group",
    plural="groups",
    endpoint="Groups",
    schema="urn:ietf:params:scim:schemas:core:2.0:Group",
    keys=("display_name",),
    attributes=(
        Attribute("display_name", ("displayName",), caseless=True, required=True, filter="displayName"),
        Attribute("users", ("members",), type="dict", shape=Members("User"), spec=MEMBERS, refers_to="Users"),
        Attribute("groups", ("members",), type="dict", shape=Members("Group"), spec=MEMBERS, refers_to="Groups"),
    ),
    policies=FORMERLY,
    former_policy="formerly",
    access=Access(("users", "groups"), held="memberships", lost="members"),
    known_by=("display_name",),
    # The roles of every tenant. Their ids are not GUIDs (one is on record). The server does not delete these roles.
    built_in=("system administrator", "everybody"),
    built_in_ids=".*_ID|sysadmin",
    computed=(("meta",), ("members", KIND)),
    # Provisioning clients look up users by name, so servers support that filter. Many servers lack it for groups.
    doubtful=True,
)

# The rights in the spelling that is sent. They are compared by letters only: the schema does not call them caseExact.
RIGHTS = (
    "useAccounts",
    "retrieveAccounts",
    "listAccounts",
    "addAccounts",
    "updateAccountContent",
    "updateAccountProperties",
    "initiateCPMAccountManagementOperations",
    "specifyNextAccountContent",
    "renameAccounts",
    "deleteAccounts",
    "unlockAccounts",
    "manageSafe",
    "manageSafeMembers",
    "backupSafe",
    "viewAuditLog",
    "viewSafeMembers",
    "accessWithoutConfirmation",
    "createFolders",
    "deleteFolders",
    "moveAccountsAndFolders",
    "requestsAuthorizationLevel1",
    "requestsAuthorizationLevel2",
)
# Rights by their label in the vault's web interface (PVWA), if it differs by more than case and blanks.
RIGHT_LABELS: Mapping[str, str] = {
    "Add accounts (includes update properties)": "addAccounts",
    "View audit": "viewAuditLog",
    "View audit logs": "viewAuditLog",
    "Access Safe without confirmation": "accessWithoutConfirmation",
    "Move accounts/folders": "moveAccountsAndFolders",
    "Authorize account requests (level 1)": "requestsAuthorizationLevel1",
    "Authorize account requests (level 2)": "requestsAuthorizationLevel2",
    "Authorize password requests (level 1)": "requestsAuthorizationLevel1",
    "Authorize password requests (level 2)": "requestsAuthorizationLevel2",
}
# All accepted names of rights, by their letters. RIGHTS has the names of SCIM and of the REST APIs.
RIGHT_NAMES: Mapping[str, str] = {
    **{letters(right): right for right in RIGHTS},
    **{letters(label): right for label, right in RIGHT_LABELS.items()},
}
_READ_ONLY = ("useAccounts", "retrieveAccounts", "listAccounts")
RIGHTS_PRESETS: Mapping[str, tuple[str, ...]] = {
    "connect_only": ("useAccounts", "listAccounts"),
    "read_only": _READ_ONLY,
    "approver": ("listAccounts", "viewSafeMembers", "manageSafeMembers", "requestsAuthorizationLevel1"),
    "accounts_manager": (*_READ_ONLY, *RIGHTS[3:11], "viewAuditLog", "viewSafeMembers", "accessWithoutConfirmation"),
    "safe_manager": (
        "listAccounts",
        "manageSafe",
        "manageSafeMembers",
        "backupSafe",
        "viewAuditLog",
        "viewSafeMembers",
    ),
    # The vault accepts only one of the two levels of authorization.
    "full": RIGHTS[:-1],
}

# Hints for a service user that sees nothing in the vault.
OTHER_RIGHT = "has another administrative right beside Vault Management, which hides the whole vault"
TWO_USERS = (
    "Give the vault a service user of its own, with Vault Management and no other right: set vault_client_id and "
    "vault_client_secret"
)
NAME_TAKEN_IN_VAULT = (
    f"The service user sees no {{name}} of this name. It is not a member of the safe, or {OTHER_RIGHT}. {TWO_USERS}. "
    "The vault may also keep one that was deleted, or have one whose name differs only in case or spelling"
)

CONTAINER = Resource(
    name="container",
    plural="containers",
    endpoint="Containers",
    schema="urn:ietf:params:scim:schemas:pam:1.0:Container",
    keys=("name",),
    attributes=(
        Attribute(
            "name",
            ("name",),
            caseless=True,
            required=True,
            immutable=True,
            filter="name",
            # The vault's rules, as its REST clients document them.
            new=NewValue(
                longest=28,
                forbidden='\\/:*<>".|',
                unknown="whether a safe that the service user cannot see has the name",
            ),
        ),
        Attribute("description", ("description",), lines=True),
        Attribute(
            "number_of_days_retention",
            (SAFE, "NumberOfDaysRetention"),
            type="int",
            also=(CUSTOM, "NumberOfDaysRetention"),
        ),
        Attribute("managing_cpm", (SAFE, "ManagingCPM"), new=NewValue(unknown="which CPM users the vault has")),
    ),
    policies={"creator_rights": Policy({"type": "list", "elements": "str"}, Names(RIGHT_NAMES))},
    creator_policy="creator_rights",
    contains=("PrivilegedData", "ContainerPermissions"),
    in_vault=True,
    name_taken=NAME_TAKEN_IN_VAULT,
    computed=(("meta",), ("owner",), ("privilegedData",)),
    patch=False,
    listed=True,
)

_MEMBER: Mapping[str, Any] = {"shape": One(), "immutable": True}
CONTAINER_PERMISSION = Resource(
    name="container_permission",
    plural="container_permissions",
    endpoint="ContainerPermissions",
    schema="urn:ietf:params:scim:schemas:pam:1.0:ContainerPermission",
    keys=("container", "user", "group"),
    attributes=(
        Attribute(
            "container",
            ("container",),
            shape=Named(),
            caseless=True,
            required=True,
            immutable=True,
            filter="container.value",
            within="Containers",
        ),
        Attribute("user", ("user",), filter="user.value", refers_to="Users", **_MEMBER),
        Attribute("group", ("group",), filter="group.value", refers_to="Groups", **_MEMBER),
        Attribute(
            "rights",
            ("rights",),
            type="dict",
            shape=Names(RIGHT_NAMES),
            spec=MEMBERS,
            required=True,
            presets=RIGHTS_PRESETS,
            none_hint="For a member without rights, give rights: {set: []}",
        ),
        Attribute(
            "search_in",
            (SAFE_MEMBER, "searchIn"),
            on_create=True,
            new=NewValue(unknown="whether the other directory has the member"),
        ),
        Attribute("membership_expiration", (SAFE_MEMBER, "membershipExpirationDate"), shape=Moment()),
    ),
    either=("user", "group"),
    elsewhere="search_in",
    access=Access(("rights",), held="rights", lost="rights"),
    ended_by="membership_expiration",
    in_vault=True,
    name_taken=NAME_TAKEN_IN_VAULT,
    patch=False,
    listed=True,
)

PRIVILEGED_DATA = Resource(
    name="privileged_data",
    plural="privileged_data",
    endpoint="PrivilegedData",
    schema="urn:ietf:params:scim:schemas:pam:1.0:PrivilegedData",
    keys=("container", "name"),
    attributes=(
        Attribute("container", (ACCOUNT, "safe"), caseless=True, required=True, immutable=True, within="Containers"),
        Attribute("name", ("name",), caseless=True, required=True, filter="name"),
        Attribute("description", ("description",), lines=True),
        Attribute(
            "type",
            ("type",),
            shape=Choice({"password": ("password",), "key": ("key",)}),
            spec={"choices": ["password", "key"]},
        ),
        Attribute(
            "properties",
            (ACCOUNT, "properties"),
            type="dict",
            shape=Keyed("key", hidden="secret", numbers=("port",)),
            new=NewValue(unknown="which properties the platform takes"),
        ),
        Attribute(
            "remote_machines",
            (ACCOUNT, "remoteMachinesAccess", "remoteMachines"),
            type="list",
            # The vault's API separates them with semicolons; some servers and files use commas.
            shape=Joined(";,"),
            spec={"elements": "str"},
            needs="restrict_to_remote_machines",
        ),
        Attribute(
            "restrict_to_remote_machines",
            (ACCOUNT, "remoteMachinesAccess", "accessRestrictedToRemoteMachines"),
            type="bool",
            shape=Truth(),
        ),
        # It has to follow the properties, because it is written into the same list.
        Attribute(
            "secret",
            (ACCOUNT, "properties"),
            shape=Entry("secret"),
            spec={"no_log": True},
            secret=True,
            new=NewValue(unknown="the policy for secrets"),
        ),
    ),
    known_by=("name",),
    in_vault=True,
    name_taken=NAME_TAKEN_IN_VAULT,
    patch=False,
    listed=True,
    unique=False,
)

PAM_OBJECTS = (CONTAINER, CONTAINER_PERMISSION, PRIVILEGED_DATA)
RESOURCES = {resource.endpoint: resource for resource in (USER, GROUP, *PAM_OBJECTS)}
# The kinds of objects that can be members of a group or a safe.
MEMBER_ENDPOINTS = frozenset(
    row.refers_to
    for resource in RESOURCES.values()
    for row in resource.references
    if isinstance(row.shape, (Members, One))
)
