# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of the tenant as tests see it: the dump, the empty tenant, and seeds."""

from __future__ import annotations

import json

import pytest
import requests
from ansible_collections.idops.cyberark_identity.tests.unit.emulator.admin_client import PASSWORD

KINDS = ["users", "roles", "apps", "vault_users", "vault_groups", "containers", "permissions", "accounts"]


def state(client):
    return client.control("GET", "state")


def test_every_change_shows_and_can_be_undone(client):
    before = state(client)
    assert list(before) == KINDS
    user = client.new_user(Description="d")
    role = client.new_role("ops", user, rights=("dsman",))
    app = client.new_app(ServiceName="x")
    client.allow(app, role, "View")
    client.container("APP")
    account = client.account("APP", secret="A-secret-1")
    filled = state(client)
    changes = [
        lambda: client.ask("UserMgmt/ResetUserPassword", {"ID": user, "newPassword": "Another-pass-2"}),
        lambda: client.ask("CDirectoryService/ChangeUser", {"ID": user, "PasswordNeverExpire": True}),
        lambda: client.ask("CDirectoryService/SetUserState", {"ID": user, "state": "Locked"}),
        lambda: client.ask("Roles/UpdateRole", {"Name": role, "Users": {"Delete": [user]}}),
        lambda: client.ask("Roles/UpdateRole", {"Name": role, "Description": "x"}),
        lambda: client.new_role("other", rights=("appman",)),
        lambda: client.change_profile(app, AllowPublic=False),
        lambda: client.allow(app, role, "View,Execute"),
        lambda: client.put_account(account, secret="Another-secret-2"),
        lambda: client.put_container("APP", description="x"),
    ]
    seen = [filled]
    for change in changes:
        change()
        seen.append(state(client))
        assert seen[-1] not in seen[:-1]
    client.control("POST", "reset")
    assert state(client) == before


def test_the_order_of_members_does_not_matter(client):
    one, two = client.user("1@example.com")["id"], client.user("2@example.com")["id"]
    role = client.new_role("ops", one, two)
    before = state(client)
    for change in ({"Delete": [one]}, {"Add": [one]}):
        client.ask("Roles/UpdateRole", {"Name": role, "Users": change})
    assert state(client) == before


def test_the_state_holds_no_secret(client):
    client.new_user()
    client.container("APP")
    client.account("APP", secret="A-secret-1")
    client.seed(vault_users=[{"userName": "v", "password": "Vault-pass-1"}])
    text = json.dumps(state(client))
    info = client.info
    for secret in (PASSWORD, "A-secret-1", "Vault-pass-1", info["client_secret"], info["admin_client_secret"]):
        assert secret not in text


def test_new_attributes_leave_passwords_and_facts_alone(client):
    before = state(client)
    client.switch(custom_attributes=["shoeSize"])
    assert state(client) == before


# -- The first state --------------------------------------------------------------


def test_the_tenant_starts_with_a_client_for_scim(client):
    (app,) = client.rows("SELECT ID, ServiceName, Name FROM Application")
    assert app["ServiceName"] == client.info["app_id"]
    (role,) = client.rows("SELECT ID FROM Role WHERE Name = 'SCIM client'")
    (user,) = client.rows(f"SELECT ID, ServiceUser FROM User WHERE Username = '{client.info['client_id']}'")
    assert user["ServiceUser"] is True
    assert client.attributes(user["ID"])["OauthClient"] is True
    assert client.grants(app["ID"]) == {role["ID"]: 132}
    members = client.ask("Roles/GetRoleMembers", {"Name": role["ID"]})["Results"]
    assert [item["Row"]["Guid"] for item in members] == [user["ID"]]
    location = client.get(f"Groups/{role['ID']}").json()["members"][0]["$ref"]
    assert location == f"{client.base}/Scim/v2/Users/{user['ID']}"


def test_an_empty_tenant(client):
    client.seed(users=3)
    client.control("POST", "reset", {"empty": True})
    assert {kind: len(items) for kind, items in state(client).items() if items} == {
        "users": 1,
        "roles": 3,
        "vault_users": 1,
    }
    assert client.rows("SELECT Username FROM User") == [{"Username": client.info["admin_client_id"]}]
    assert client.token().status_code == 400
    client.switch(granted_rights=["RoleManagement"])
    client.control("POST", "reset")
    client.login()
    assert client.get("Users").json()["totalResults"] == 2


def test_a_tenant_that_starts_empty(start, connect):
    client = connect(json.loads(start("--empty", "--seed-users", "2").stdout.readline()))
    assert [client.info[name] for name in ("app_id", "scope", "client_id", "client_secret")] == [None] * 4
    first = state(client)
    assert (len(first["users"]), first["apps"]) == (3, [])
    client.new_user()
    client.control("POST", "reset")
    assert state(client) == first
    client.control("POST", "reset", {"empty": True})
    assert len(state(client)["users"]) == 1
    client.session.close()


# -- Seeds --------------------------------------------------------------------


def test_seeded_facts_rights_and_apps(client):
    flags = {"oauthClient": True, "serviceUser": True, "inEverybodyRole": False, "passwordNeverExpire": True}
    seeded = client.seed(
        users=[
            {"userName": "svc@example.com", "password": PASSWORD, "description": "d", **flags},
            {"userName": "off@example.com", "state": "Disabled", "forcePasswordChangeNext": True},
            {"userName": "locked@example.com", "state": "Locked"},
        ],
        groups=[
            {
                "displayName": "ops",
                "members": ["svc@example.com"],
                "rights": ["user management", "/lib/rights/appman.json"],
                "description": "d",
            }
        ],
        apps=[
            {
                "Name": "SCIM",
                "ServiceName": "myclient",
                "OAuthProfile": {"AllowedAuth": "ClientCreds", "KnownScopes": [{"Scope": "x", "AllowedRest": ["."]}]},
                "permissions": {"ops": "View,Execute", "off@example.com": "View", "Everybody": "View"},
            },
            {"TemplateName": "GenericSaml"},
        ],
    )
    service, off, locked = map(client.attributes, seeded["users"])
    assert (service["OauthClient"], service["InEverybodyRole"], service["Description"]) == (True, False, "d")
    assert (off["State"], off["ForcePasswordChangeNext"], locked["State"]) == ("Disabled", "True", "Locked")
    (role,) = seeded["groups"]
    found = client.ask("Core/GetAssignedAdministrativeRights", {"Role": role})["Results"]
    assert [item["Row"]["Description"] for item in found] == ["Application Management", "User Management"]
    assert client.ask("SaasManage/GetRole", {"Name": role})["Description"] == "d"
    app, saml = seeded["apps"]
    assert client.grants(app) == {role: 132, seeded["users"][1]: 4, "Everybody": 4}
    assert client.app(app)["OAuthProfile"]["TargetIsUs"] is True
    assert client.app(saml)["Name"] == "SAML"
    token = client.token("/oauth2/token/myclient", auth=("svc@example.com", PASSWORD), scope="x").json()["access_token"]
    assert client.ask("Security/Whoami", {}, by=token)["User"] == "svc@example.com"


@pytest.mark.parametrize(
    "body",
    [
        [1],
        {"people": 1},
        {"groups": [{"displayName": "x"}, {"displayName": "y", "members": ["nobody"]}]},
        {"users": [{"userName": "a@example.com", "state": "Asleep"}]},
        {"groups": [{"displayName": "x", "rights": ["Everything"]}]},
        {"apps": [{"Title": "x"}]},
        {"apps": [{"TemplateName": "Nothing"}]},
        {"apps": [{"permissions": {"nobody": "View"}}]},
        {"apps": [{"permissions": {"Everybody": "Run"}}]},
        {"apps": [{"OAuthProfile": {"AllowPublic": "yes"}}]},
        {"permissions": [{"container": "nothing", "user": "user00001@example.com"}]},
        {"permissions": [{"container": "one", "user": "nobody"}]},
        {"permissions": [{"container": "one", "group": "nobody"}]},
        {"accounts": [{"container": "nothing", "name": "x"}]},
        {"containers": [{"name": "two", "owner": "nobody"}]},
        {"containers": [{}]},
        {"vault_groups": [{"displayName": "x", "members": ["nobody"]}]},
    ],
    ids=str,
)
def test_a_wrong_seed_changes_nothing(client, body):
    before = state(client)
    if isinstance(body, dict):
        # The part that is right is not kept either.
        body = {"users": 1, "containers": [{"name": "one"}], **body}
    answer = requests.post(f"{client.info['control_url']}/seed", json=body)
    assert answer.status_code == 400 and answer.json()["error"]
    assert state(client) == before
