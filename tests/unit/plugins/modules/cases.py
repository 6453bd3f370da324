# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cases of the contract test: the lifecycle of one object for each module, or the objects that a module reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.idops.cyberark_identity.tests.unit.harness import Tenant

Options = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A module and the options of its tasks, step by step. A module for several kinds of objects has one case per kind.

    ``lifecycle`` has the steps of one object in order. The steps of a read-only module change nothing.
    ``secrets`` are the options whose values must not come back. ``result`` is the key that holds the object.
    """

    module: str
    result: str
    lifecycle: dict[str, Options]
    kind: str = ""
    prepare: Callable[[Tenant], object] = lambda tenant: None
    reads_only: bool = False
    secrets: tuple[str, ...] = ()
    bad: dict[str, Options] = field(default_factory=dict)


def _boss(tenant: Tenant) -> object:
    return tenant.seed_user(userName="boss@example.com", displayName="Boss")


def _people(tenant: Tenant) -> object:
    for name in ("ada", "grace", "alan"):
        tenant.seed_user(userName=f"{name}@example.com")
    return tenant.seed(groups=[{"displayName": "operators", "members": ["alan@example.com"]}])


def _safe(tenant: Tenant) -> object:
    _people(tenant)
    return tenant.seed(
        containers=[{"name": "APP-PRD"}],
        permissions=[{"container": "APP-PRD", "user": "ada@example.com", "rights": ["listAccounts", "useAccounts"]}],
        accounts=[{"container": "APP-PRD", "name": "root@web1", "properties": {"username": "root"}}],
    )


def _empty_safe(tenant: Tenant) -> object:
    _people(tenant)
    return tenant.seed(containers=[{"name": "APP-PRD"}])


EVERY_USER_OPTION: Options = {
    "user_name": "ada@example.com",
    "display_name": "Ada Lovelace",
    "given_name": "Ada",
    "family_name": "Lovelace",
    "email": "ada@example.org",
    "phone_numbers": {"work": "+441632960001", "mobile": "+441632960002", "home": "+441632960003"},
    "preferred_language": "en_US",
    "active": True,
    "organization": "Analytical Engines",
    "manager": "boss@example.com",
    "custom_attributes": {"costCenter": "4711", "badge": "7"},
    "password": "Initial-pass-1",
}

SERVICE_USER: Options = {
    "user_name": "client@example.com",
    "display_name": "Client",
    "description": "For a test",
    "oauth_client": True,
    "force_password_change": False,
    "active": True,
    "password": "Initial-pass-1",
}
APP: Options = {
    "application_id": "some-client",
    "name": "Some client",
    "description": "For a test",
    "icon_uri": "/vfslow/lib/application/icons/Some.svg",
    "scopes": [{"name": "scim", "description": "SCIM", "allowed_rest": ["scim*"]}],
    "permissions": {"set": [{"role": "operators"}]},
}

CASES = [
    Case(
        module="scim_user",
        result="user",
        prepare=_boss,
        secrets=("password",),
        lifecycle={
            "create": EVERY_USER_OPTION,
            "change one attribute": {"user_name": "ada@example.com", "display_name": "Ada King"},
            "change every attribute": {
                "user_name": "ADA@example.com",
                "display_name": "A. King",
                "given_name": "A.",
                "family_name": "King",
                "email": "king@example.org",
                "phone_numbers": {"work": "", "mobile": "+441632960009"},
                "preferred_language": "fr_FR",
                "active": False,
                "organization": "Poetry",
                "manager": "",
                "custom_attributes": {"costCenter": "", "badge": "8", "site": "London"},
            },
            "clear": {
                "user_name": "ada@example.com",
                "given_name": "",
                "family_name": "",
                "email": "",
                "phone_numbers": {"mobile": "", "home": ""},
                "preferred_language": "",
                "organization": "",
                "custom_attributes": {"badge": "", "site": ""},
            },
            "delete": {"user_name": "ada@example.com", "state": "absent"},
        },
        bad={
            "a value of the wrong type": {"user_name": "ada@example.com", "active": "perhaps"},
            "no name": {"display_name": "Ada"},
            "an empty name": {"user_name": ""},
            "an empty id": {"user_name": "ada@example.com", "id": ""},
            "a password cleared": {"user_name": "ada@example.com", "password": ""},
            "a nested custom attribute": {"user_name": "ada@example.com", "custom_attributes": {"badge": [1]}},
            "a password that would mask every message": {"user_name": "ada@example.com", "password": "invalid"},
            "a list for a text": {"user_name": "ada@example.com", "organization": ["a", "b"]},
            "a map for a name": {"user_name": {"a": "b"}},
            "an unknown option": {"user_name": "ada@example.com", "colour": "red"},
            "an unknown kind of phone": {"user_name": "ada@example.com", "phone_numbers": {"fax": "1"}},
        },
    ),
    Case(
        module="scim_user_info",
        result="users",
        prepare=_boss,
        reads_only=True,
        lifecycle={
            "by key": {"user_name": "boss@example.com"},
            "by filter": {"filter": 'userName sw "boss"'},
            "all": {},
        },
        bad={
            "two ways at once": {"user_name": "boss@example.com", "id": "1"},
            "an empty id": {"id": ""},
            "an empty name": {"user_name": ""},
            "an empty filter": {"filter": ""},
        },
    ),
    Case(
        module="scim_group",
        result="group",
        prepare=_people,
        lifecycle={
            "create": {
                "display_name": "db-admins",
                "users": {"set": ["ADA@example.com", "alan@example.com"]},
                "groups": {"add": ["operators"]},
            },
            "set users": {"display_name": "DB-Admins", "users": {"set": ["grace@example.com", "alan@example.com"]}},
            "add and remove": {
                "display_name": "db-admins",
                "users": {"add": ["ada@example.com"], "remove": ["Grace@example.com", "nobody@example.com"]},
                "groups": {"remove": ["Operators"]},
            },
            "empty": {"display_name": "db-admins", "users": {"set": []}, "groups": {"set": []}},
            "delete": {"display_name": "db-admins", "state": "absent"},
        },
        bad={
            "no name": {"users": {"set": []}},
            "an empty name": {"display_name": ""},
            "set with add": {"display_name": "x", "users": {"set": [], "add": ["ada@example.com"]}},
            "set with remove": {"display_name": "x", "groups": {"set": [], "remove": ["operators"]}},
            "the same added and removed": {"display_name": "x", "users": {"add": ["a@b"], "remove": ["A@b"]}},
            "an unknown policy": {"display_name": "x", "unknown_members": "perhaps"},
            "an empty member": {"display_name": "x", "users": {"add": [""]}},
            "a member that is null": {"display_name": "x", "users": {"add": [None]}},
            "a member that is a map": {"display_name": "x", "users": {"add": [{"a": "b"}]}},
        },
    ),
    Case(
        module="scim_group_info",
        result="groups",
        prepare=_people,
        reads_only=True,
        lifecycle={
            "by key": {"display_name": "Operators"},
            "by filter": {"filter": 'displayName sw "oper"'},
            "by member": {"filter": 'members.display eq "alan@example.com"'},
            "all": {},
        },
        bad={
            "two ways at once": {"display_name": "operators", "id": "1"},
            "an empty name": {"display_name": ""},
        },
    ),
    Case(
        module="scim_pam_object",
        kind="container",
        result="pam_object",
        lifecycle={
            "create": {
                "kind": "container",
                "name": "APP-PRD",
                "description": "accounts",
                "number_of_days_retention": 7,
                "managing_cpm": "PasswordManager",
                "creator_rights": ["listAccounts", "managesafemembers", "viewSafeMembers"],
            },
            "change": {"kind": "container", "name": "app-prd", "description": "other", "number_of_days_retention": 14},
            "clear": {"kind": "container", "name": "APP-PRD", "description": ""},
            "delete": {"kind": "container", "name": "APP-PRD", "state": "absent"},
        },
        bad={
            "no kind": {"name": "APP-PRD"},
            "no name": {"kind": "container", "description": "x"},
            "an empty name": {"kind": "container", "name": ""},
            "an option of another kind": {"kind": "container", "name": "x", "rights": {"set": ["useAccounts"]}},
            "a preset of another kind": {"kind": "container", "name": "x", "rights_preset": "full"},
            "an unknown right": {"kind": "container", "name": "x", "creator_rights": ["fly"]},
            "a number that is none": {"kind": "container", "name": "x", "number_of_days_retention": "many"},
            "true for a number": {"kind": "container", "name": "x", "number_of_days_retention": True},
        },
    ),
    Case(
        module="scim_pam_object",
        kind="container_permission",
        result="pam_object",
        prepare=_empty_safe,
        lifecycle={
            "create": {
                "kind": "container_permission",
                "container": "APP-PRD",
                "user": "ada@example.com",
                "rights": {"set": ["listaccounts", "UseAccounts"]},
                "membership_expiration": "2030-01-31T18:00:00+01:00",
            },
            "add and remove": {
                "kind": "container_permission",
                "container": "app-prd",
                "user": "ADA@example.com",
                "rights": {"add": ["RETRIEVEACCOUNTS", "viewAuditLog"], "remove": ["useAccounts", "manageSafe"]},
            },
            "preset": {
                "kind": "container_permission",
                "container": "APP-PRD",
                "user": "ada@example.com",
                "rights_preset": "accounts_manager",
                "membership_expiration": "",
            },
            "a group": {
                "kind": "container_permission",
                "container": "APP-PRD",
                "group": "operators",
                "rights_preset": "read_only",
            },
            "delete": {
                "kind": "container_permission",
                "container": "APP-PRD",
                "user": "ada@example.com",
                "state": "absent",
            },
        },
        bad={
            "no member": {"kind": "container_permission", "container": "APP-PRD", "rights_preset": "full"},
            "two members": {"kind": "container_permission", "container": "x", "user": "a@b", "group": "c"},
            "no container": {"kind": "container_permission", "user": "a@b"},
            "an unknown right": {
                "kind": "container_permission",
                "container": "x",
                "user": "a@b",
                "rights": {"add": ["fly"]},
            },
            "rights and a preset": {
                "kind": "container_permission",
                "container": "x",
                "user": "a@b",
                "rights": {"set": []},
                "rights_preset": "full",
            },
            "a right added and removed": {
                "kind": "container_permission",
                "container": "x",
                "user": "a@b",
                "rights": {"add": ["useAccounts"], "remove": ["USEACCOUNTS"]},
            },
            "a time that is none": {
                "kind": "container_permission",
                "container": "x",
                "user": "a@b",
                "membership_expiration": "tomorrow",
            },
            "an option of another kind": {
                "kind": "container_permission",
                "container": "x",
                "user": "a@b",
                "creator_rights": [],
            },
        },
    ),
    Case(
        module="scim_pam_object",
        kind="privileged_data",
        result="pam_object",
        prepare=_empty_safe,
        secrets=("secret",),
        lifecycle={
            "create": {
                "kind": "privileged_data",
                "container": "APP-PRD",
                "name": "root@web1",
                "type": "password",
                "properties": {"username": "root", "address": "web1", "platformId": "UnixSSH", "Port": 22},
                "remote_machines": ["web1", "web2"],
                "restrict_to_remote_machines": True,
                "secret": "An-account-secret-1",
            },
            "change": {
                "kind": "privileged_data",
                "container": "app-prd",
                "name": "ROOT@web1",
                "properties": {"ADDRESS": "web1.example.com", "Port": ""},
                "remote_machines": ["web3"],
            },
            "clear": {
                "kind": "privileged_data",
                "container": "APP-PRD",
                "name": "root@web1",
                "remote_machines": [],
                "restrict_to_remote_machines": False,
            },
            "delete": {"kind": "privileged_data", "container": "APP-PRD", "name": "root@web1", "state": "absent"},
        },
        bad={
            "no container": {"kind": "privileged_data", "name": "root@web1"},
            "the secret among the properties": {
                "kind": "privileged_data",
                "container": "x",
                "name": "y",
                "properties": {"Secret": "z"},
            },
            "a key twice": {
                "kind": "privileged_data",
                "container": "x",
                "name": "y",
                "properties": {"Port": "1", "port": "2"},
            },
            "an empty secret": {"kind": "privileged_data", "container": "x", "name": "y", "secret": ""},
            "an unknown type": {"kind": "privileged_data", "container": "x", "name": "y", "type": "token"},
        },
    ),
    Case(
        module="scim_pam_object_info",
        kind="container",
        result="pam_objects",
        prepare=_safe,
        reads_only=True,
        lifecycle={
            "by name": {"kind": "container", "name": "app-prd"},
            "by id": {"kind": "container", "id": "APP-PRD"},
            "by filter": {"kind": "container", "filter": 'name sw "APP"'},
            "all": {"kind": "container"},
        },
        bad={"an option of another kind": {"kind": "container", "container": "x"}},
    ),
    Case(
        module="scim_pam_object_info",
        kind="container_permission",
        result="pam_objects",
        prepare=_safe,
        reads_only=True,
        lifecycle={
            "by keys": {"kind": "container_permission", "container": "APP-PRD", "user": "ada@example.com"},
            "of a safe": {"kind": "container_permission", "container": "app-prd"},
            "of a user": {"kind": "container_permission", "user": "ada@example.com"},
            "all": {"kind": "container_permission"},
        },
        bad={"two ways at once": {"kind": "container_permission", "container": "x", "id": "y"}},
    ),
    Case(
        module="scim_pam_object_info",
        kind="privileged_data",
        result="pam_objects",
        prepare=_safe,
        reads_only=True,
        lifecycle={
            "by keys": {"kind": "privileged_data", "container": "APP-PRD", "name": "root@web1"},
            "of a safe": {"kind": "privileged_data", "container": "app-prd"},
            "by name": {"kind": "privileged_data", "name": "root@web1"},
            "all": {"kind": "privileged_data"},
        },
        bad={"an empty name": {"kind": "privileged_data", "name": ""}},
    ),
    Case(
        module="identity_user",
        result="user",
        secrets=("password",),
        lifecycle={
            "create": SERVICE_USER,
            "change": {
                "user_name": "CLIENT@example.com",
                "display_name": "Another client",
                "email": "client@example.org",
                "active": False,
                "oauth_client": False,
                "service_user": False,
                "force_password_change": True,
            },
            "clear": {"user_name": "client@example.com", "description": "", "active": True},
            "delete": {"user_name": "client@example.com", "state": "absent"},
        },
        bad={
            "no name": {"display_name": "Client"},
            "no suffix": {"user_name": "client"},
            "an empty name": {"user_name": ""},
            "a blank in the name": {"user_name": "a client@example.com"},
            "a short password": {"user_name": "client@example.com", "password": "short"},
            "a list for a text": {"user_name": "client@example.com", "description": ["a"]},
            "an unknown option": {"user_name": "client@example.com", "colour": "red"},
        },
    ),
    Case(
        module="identity_role",
        result="role",
        prepare=_people,
        lifecycle={
            "create": {
                "name": "clients",
                "description": "For a test",
                "administrative_rights": {"set": ["user management", "/lib/rights/roleman.json"]},
                "users": {"set": ["ADA@example.com"]},
                "roles": {"add": ["operators"]},
            },
            "add and remove": {
                "name": "CLIENTS",
                "administrative_rights": {"add": ["ReportManagement"], "remove": ["Role Management"]},
                "users": {"add": ["grace@example.com"], "remove": ["ada@example.com"]},
            },
            "clear": {
                "name": "clients",
                "description": "",
                "administrative_rights": {"set": []},
                "users": {"set": []},
                "roles": {"set": []},
            },
            "delete": {"name": "clients", "state": "absent"},
        },
        bad={
            "no name": {"description": "x"},
            "an empty name": {"name": ""},
            "a line break in the name": {"name": "a\nb"},
            "set and add": {"name": "x", "users": {"set": ["a"], "add": ["b"]}},
            "added and removed": {"name": "x", "administrative_rights": {"add": ["a"], "remove": ["A"]}},
            "an empty right": {"name": "x", "administrative_rights": {"add": [""]}},
            "an unknown way": {"name": "x", "roles": {"replace": ["b"]}},
        },
    ),
    Case(
        module="identity_oauth2_app",
        result="app",
        prepare=_people,
        lifecycle={
            "create": APP,
            "change": {
                "application_id": "SOME-client",
                "name": "Another client",
                "icon_uri": "/vfslow/lib/application/icons/GenericSaml.svg",
                "client_id_type": "anything",
                "must_be_oauth_client": False,
                "auth_methods": ["Implicit", "ClientCreds"],
                "token_type": "Opaque",
                "token_lifetime": 90061,
                "scopes": [
                    {"name": "scim", "allowed_rest": ["scim/v2", "redrock"]},
                    {"name": "all", "description": "Everything", "allowed_rest": [".*"]},
                ],
                "permissions": {"add": [{"role": "operators", "rights": ["Automatic"]}]},
            },
            "clear": {
                "application_id": "some-client",
                "description": "",
                "scopes": [],
                "permissions": {"remove": [{"role": "OPERATORS", "rights": ["View", "Automatic"]}]},
            },
            "no permissions": {"application_id": "some-client", "permissions": {"set": []}},
            "delete": {"application_id": "some-client", "state": "absent"},
        },
        bad={
            "no id": {"name": "x"},
            "a blank in the id": {"application_id": "some client"},
            "a slash in the id": {"application_id": "some/client"},
            "no lifetime": {"application_id": "x", "token_lifetime": 0},
            "a scope twice": {"application_id": "x", "scopes": [{"name": "a"}, {"name": "A"}]},
            "a scope without a name": {"application_id": "x", "scopes": [{"description": "a"}]},
            "an unknown permission": {
                "application_id": "x",
                "permissions": {"add": [{"role": "a", "rights": ["Run"]}]},
            },
            "a role twice": {"application_id": "x", "permissions": {"add": [{"role": "a"}, {"role": "A"}]}},
            "an unknown method": {"application_id": "x", "auth_methods": ["Password"]},
        },
    ),
    Case(
        module="scim_server_info",
        result="service_provider_config",
        reads_only=True,
        lifecycle={"read": {}},
        bad={"an unknown option": {"colour": "red"}},
    ),
    Case(
        module="scim_token",
        result="scope",
        reads_only=True,
        lifecycle={"get": {"_ansible_no_log": True}},
        bad={"no no_log": {}, "no credentials": {"client_id": None, "client_secret": None, "access_token": "x" * 20}},
    ),
    Case(
        module="scim_access_info",
        result="access",
        prepare=_safe,
        reads_only=True,
        lifecycle={"all": {}, "some": {"include": ["containers", "container_permissions"], "rights": ["Use accounts"]}},
        bad={
            "an unknown kind": {"include": ["devices"]},
            "an unknown right": {"rights": ["usAccounts"]},
            "an empty name": {"users": [""]},
            "a limit below zero": {"limit": -1},
        },
    ),
    Case(
        module="scim_directory_info",
        result="directory",
        prepare=_safe,
        reads_only=True,
        lifecycle={"all": {}, "some": {"include": ["users", "groups"]}},
        bad={"an unknown kind": {"include": ["devices"]}},
    ),
]
