# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens and the state of the tenant: the conditions for a token, its scope and its end."""

from __future__ import annotations

import time

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.emulator.admin_client import PASSWORD

SCOPE = {"Scope": "scim", "Mode": "RestFilter", "AllowedRest": ["scim*"]}
PROFILE = {"ClientIDType": 1, "MustBeOauthClient": True, "AllowedAuth": "ClientCreds", "KnownScopes": [SCOPE]}
NAME = "svc@example.com"
# The error of each mistake: the code and text that clients look for, and the code of the RFC.
APP = ("invalid_request", "unknown app", "invalid_request")
MODE = ("unauthorized_client", "auth mode not allowed", "unauthorized_client")
GRANT = ("unsupported_grant_type", "invalid grant type", "unsupported_grant_type")
CREDENTIALS = ("access_denied", "invalid client creds or client not allowed", "invalid_client")
SCOPES = ("invalid_scope", "unknown scope requested", "invalid_scope")
PERMISSION = ("access_denied", "user not allowed access to app", "unauthorized_client")


class Chain:
    """A client for SCIM as an administrator sets it up."""

    def __init__(self, client):
        self.client = client
        self.user = client.new_user(NAME)
        self.role = client.new_role("SCIM", self.user, rights=("dsman",))
        self.app = client.new_app(Name="SCIM", ServiceName="myclient", OAuthProfile=PROFILE)
        client.allow(self.app, self.role, "View,Execute")

    def token(self, password=PASSWORD, **form):
        return self.client.token("/oauth2/token/MyClient", auth=(NAME, password), **form)

    def login(self, **form):
        answer = self.token(**form)
        assert answer.status_code == 200, answer.text
        self.client.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


@pytest.fixture
def chain(empty):
    return Chain(empty)


def change_user(chain, **changes):
    chain.client.ask("CDirectoryService/ChangeUser", {"ID": chain.user, **changes})


def change_profile(chain, **changes):
    chain.client.change_profile(chain.app, **changes)


def test_the_whole_way(chain):
    body = chain.token().json()
    assert (body["expires_in"], body["scope"]) == (18000, "scim")
    chain.login()
    assert chain.client.get("Users").status_code == 200
    assert chain.client.get("Groups").status_code == chain.client.get("Containers").status_code == 403
    assert chain.client.token_of(NAME)


MISTAKES = {
    "another password": (lambda chain: {"password": "x"}, CREDENTIALS),
    "an unknown grant type": (lambda chain: {"grant_type": "password"}, GRANT),
    "an unknown scope": (lambda chain: {"scope": "scim other"}, SCOPES),
    "not confidential": (lambda chain: change_user(chain, OauthClient=False), CREDENTIALS),
    "locked": (lambda chain: change_user(chain, State="Locked"), CREDENTIALS),
    "disabled": (lambda chain: change_user(chain, State="Disabled"), CREDENTIALS),
    "expired": (lambda chain: change_user(chain, State="Expired"), CREDENTIALS),
    "a pending change of the password": (lambda chain: change_user(chain, ForcePasswordChangeNext=True), CREDENTIALS),
    "renamed": (lambda chain: change_user(chain, Name="new@example.com"), CREDENTIALS),
    "another mode": (lambda chain: change_profile(chain, AllowedAuth="Implicit, ResourceCreds"), MODE),
    "scopes gone": (lambda chain: change_profile(chain, KnownScopes=[]), SCOPES),
    "no permission": (lambda chain: chain.client.allow(chain.app, chain.role, "None"), PERMISSION),
    "permissions on something else": (lambda chain: chain.client.allow(chain.app, chain.role, "Delete"), PERMISSION),
    "no member": (
        lambda chain: chain.client.ask("Roles/UpdateRole", {"Name": chain.role, "Users": {"Delete": [chain.user]}}),
        PERMISSION,
    ),
    "the role gone": (lambda chain: chain.client.ask("SaasManage/DeleteRole", {"Name": chain.role}), PERMISSION),
    "the app gone": (
        lambda chain: chain.client.ask("SaasManage/DeleteApplication", {"_RowKey": [chain.app]}) and None,
        APP,
    ),
    "another application ID": (lambda chain: chain.client.change_app(chain.app, ServiceName="other"), APP),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_switch_token_errors(chain, mistake):
    make, (error, description, rfc_error) = MISTAKES[mistake]
    form = make(chain) or {}
    answer = chain.token(**form)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert description in answer.json()["error_description"]
    chain.client.switch(token_errors="rfc")
    answer = chain.token(**form)
    assert (answer.status_code, answer.json()["error"]) == (400, rfc_error)
    assert description not in answer.json()["error_description"]


def test_a_platform_token_is_for_confidential_clients_only(chain):
    change_profile(chain, MustBeOauthClient=False)
    change_user(chain, OauthClient=False)
    assert chain.token().status_code == 200
    answer = chain.client.token("/oauth2/platformtoken", auth=(NAME, PASSWORD))
    assert (answer.status_code, answer.json()["error"]) == (400, "access_denied")


def test_a_user_without_a_password_gets_no_token(chain):
    (user,) = chain.client.seed(users=[{"userName": "none@example.com", "oauthClient": True}])["users"]
    assert user
    assert chain.client.token("/oauth2/platformtoken", auth=("none@example.com", "")).status_code == 400


def test_a_permission_of_the_user_or_of_everybody_will_do(chain):
    client = chain.client
    client.allow(chain.app, chain.role, "View")
    client.allow(chain.app, chain.user, "Execute", "User")
    assert chain.token().status_code == 200
    for principal, kind in ((chain.role, "Role"), (chain.user, "User")):
        client.allow(chain.app, principal, "None", kind)
    client.allow(chain.app, "Everybody", "View,Execute")
    assert chain.token().status_code == 400
    change_user(chain, InEverybodyRole=True)
    assert chain.token().status_code == 200


def test_the_lifetime_is_that_of_the_app(chain):
    change_profile(chain, TokenLifetimeString="0.00:00:01")
    assert chain.token().json()["expires_in"] == 1
    change_profile(chain, TokenLifetimeString="1.01:00:00")
    assert chain.token().json()["expires_in"] == 90000
    chain.client.switch(token_lifetime=0.1)
    chain.login()
    time.sleep(0.15)
    assert chain.client.get("Users").status_code == 401


def test_a_token_dies_with_its_user(chain):
    chain.login()
    chain.client.ask("UserMgmt/RemoveUsers", {"Users": [chain.user]})
    assert chain.client.get("Users").status_code == 401


def test_a_token_follows_its_user(chain):
    chain.login()
    change_user(chain, Name="new@example.com")
    chain.client.ask("SaasManage/AssignSuperRights", [{"Role": chain.role, "Path": "/lib/rights/vaultman.json"}])
    assert chain.client.container("APP")["owner"]["display"] == "new@example.com"


def test_several_scopes_reach_what_any_of_them_does(chain):
    other = {"Scope": "core", "AllowedRest": ["/security/", "("]}
    change_profile(chain, KnownScopes=[SCOPE, other])
    chain.login(scope="core")
    token = chain.client.session.headers["Authorization"].split()[1]
    assert chain.client.get("Users").status_code == 403
    assert chain.client.ask("Security/Whoami", {}, by=token)["User"] == NAME
    assert chain.client.verb("UserMgmt/GetUserAttributes", {}, by=token).status_code == 403
    chain.login(scope="core scim")
    assert chain.client.get("Users").status_code == 200


def test_switch_token_permission(chain):
    chain.client.allow(chain.app, chain.role, "View")
    assert chain.token().json()["error_description"] == "user not allowed access to app"
    chain.client.switch(token_permission="View")
    assert chain.token().status_code == 200


def test_switch_expires_in_sent(chain):
    assert chain.token().json()["expires_in"] == 18000
    chain.client.switch(expires_in_sent=False)
    assert "expires_in" not in chain.token().json()
    chain.login()
    assert chain.client.get("Users").status_code == 200


def test_switch_tokens_outlive_app(chain):
    chain.login()
    chain.client.ask("SaasManage/DeleteApplication", {"_RowKey": [chain.app]})
    assert chain.client.get("Users").status_code == 401
    chain.client.switch(tokens_outlive_app=True)
    assert chain.client.get("Users").status_code == 200


def test_switch_scopeless_token_allowed(chain):
    chain.login(scope=None)
    assert chain.client.get("Users").status_code == 403
    chain.client.switch(missing_right_status=401)
    assert chain.client.get("Users").status_code == 401
    chain.client.switch(scopeless_token_allowed=True)
    assert chain.client.get("Users").status_code == 200


@pytest.mark.parametrize(
    ("expression", "anywhere", "anchored"),
    [
        ("scim*", True, True),
        ("SCIM", True, True),
        ("/scim/v2/Users", True, True),
        ("Users", True, False),
        ("scim/v2/Groups", False, False),
        (".*", True, True),
        ("^/?scim/", True, True),
        ("(", False, False),
    ],
)
def test_switch_allowed_rest_anchored(chain, expression, anywhere, anchored):
    change_profile(chain, KnownScopes=[{**SCOPE, "AllowedRest": [expression]}])
    chain.login()
    assert (chain.client.get("Users").status_code == 200) == anywhere
    chain.client.switch(allowed_rest_anchored=True)
    assert (chain.client.get("Users").status_code == 200) == anchored


def test_switch_scope_mode_required(chain):
    change_profile(chain, KnownScopes=[{"Scope": "scim", "AllowedRest": ["scim*"]}])
    chain.login()
    assert chain.client.get("Users").status_code == 200
    chain.client.switch(scope_mode_required=True)
    chain.login()
    assert chain.client.get("Users").status_code == 403
    change_profile(chain, KnownScopes=[SCOPE])
    chain.login()
    assert chain.client.get("Users").status_code == 200


def test_switch_mixed_rights_hide_vault(client):
    container = client.container("APP")
    account = client.account("APP")
    paths = (f"Containers/{container['id']}", f"PrivilegedData/{account['id']}")
    client.switch(mixed_rights_hide_vault=True)
    for endpoint in ("Containers", "ContainerPermissions", "PrivilegedData"):
        assert client.get(endpoint).json()["totalResults"] == 0
    assert client.find("Containers", 'name eq "APP"') == []
    assert [client.get(path).status_code for path in paths] == [404, 404]
    assert [client.call("DELETE", path).status_code for path in paths] == [404, 404]
    assert client.get("Users").json()["totalResults"] == 2
    client.switch(granted_rights=["VaultManagement"])
    assert [client.get(path).status_code for path in paths] == [200, 200]
    client.switch(granted_rights=["VaultManagement", "RoleManagement"])
    assert [client.get(path).status_code for path in paths] == [404, 404]
    client.switch(mixed_rights_hide_vault=False)
    assert [client.get(path).status_code for path in paths] == [200, 200]


def test_a_client_that_the_vault_does_not_know_owns_nothing(client):
    client.limited("Vault Management", name=NAME)
    client.switch(vault_overrides_directory=True)
    client.session.headers["Authorization"] = f"Bearer {client.token_of(NAME)}"
    assert "owner" not in client.container("NEW")
    assert client.get("ContainerPermissions").json()["totalResults"] == 0
