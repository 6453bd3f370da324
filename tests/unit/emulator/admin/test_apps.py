# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verbs of web apps and of the permissions on them."""

from __future__ import annotations

import pytest

IMPORT, GET = "SaasManage/ImportAppFromTemplate", "SaasManage/GetApplication"
UPDATE, DELETE = "SaasManage/UpdateApplicationDE", "SaasManage/DeleteApplication"
ALLOW = "SaasManage/SetApplicationPermissions"
SCOPE = {"Scope": "scim", "Description": "SCIM", "Mode": "RestFilter", "AllowedRest": ["scim*"]}
EVERYTHING = 2147483869


def test_every_import_makes_another_app(client):
    results = [client.ask(IMPORT, {"ID": ["OAuth2ServerClient"]}) for _time in range(2)]
    assert [[(item["success"], item["ID"]) for item in result] for result in results] == [
        [(True, "OAuth2ServerClient")]
    ] * 2
    one, two = (client.app(result[0]["_RowKey"]) for result in results)
    assert one["_RowKey"] != two["_RowKey"]
    assert (one["Name"], one["ServiceName"]) == (two["Name"], two["ServiceName"]) == ("OAuth2 Client", "")
    profile = one["OAuthProfile"]
    assert profile["AllowedAuth"] == "AuthorizationCode,Implicit"
    assert profile["TokenLifetimeString"] == "0.05:00:00"
    assert not {"KnownScopes", "MustBeOauthClient", "Redirects"} & set(profile)
    assert one["Icon"].startswith("/vfslow/")


def test_other_templates(client):
    saml, server = client.new_app("GenericSaml", ServiceName="saml"), client.new_app("oauth2server")
    assert "OAuthProfile" not in client.app(saml)
    assert client.app(server)["OAuthProfile"]["TargetIsUs"] is False
    client.change_profile(saml, AllowedAuth="ClientCreds")
    assert "OAuthProfile" not in client.app(saml)
    assert client.token("/oauth2/token/saml").json()["error_description"] == "unknown app"


@pytest.mark.parametrize("body", [{"ID": "OAuth2ServerClient"}, {"ID": {}}, {"ID": []}, {}, ["OAuth2ServerClient"]])
def test_an_import_of_the_wrong_shape_does_nothing(client, body):
    before = client.control("GET", "state")
    assert client.ask(IMPORT, body) == []
    assert client.control("GET", "state") == before


def test_an_unknown_template_fails_alone(client):
    results = client.ask(IMPORT, {"ID": ["Nothing", "OAuth2Server"]})
    assert [item["success"] for item in results] == [False, True]
    assert "_RowKey" not in results[0]


def test_an_update_changes_what_it_names(client):
    app = client.new_app(Name="SCIM client", ServiceName="myclient", Description="d")
    before = client.app(app)
    client.change_app(app, OAuthProfile={"KnownScopes": [SCOPE], "mustbeoauthclient": True, "Nothing": 1}, Colour="red")
    changed = client.app(app)
    profile = changed.pop("OAuthProfile")
    assert changed == {name: value for name, value in before.items() if name != "OAuthProfile"}
    assert profile == {**before["OAuthProfile"], "KnownScopes": [SCOPE], "MustBeOauthClient": True}
    client.change_app(app, name="New", Script="x", AuthRules={"Enabled": True}, WebAppLoginType="AuthenticationRule")
    changed = client.app(app)
    assert (changed["Name"], changed["OpenIDConnectScript"], changed["AuthRules"]) == ("New", "x", {"Enabled": True})
    assert "Script" not in changed


def test_the_list_of_scopes_is_always_whole(client):
    app = client.new_app(OAuthProfile={"KnownScopes": [SCOPE, {**SCOPE, "Scope": "other", "Extra": 1}]})
    assert client.app(app)["OAuthProfile"]["KnownScopes"] == [SCOPE, {**SCOPE, "Scope": "other"}]
    client.change_profile(app, KnownScopes=[{"Scope": "third"}])
    assert client.app(app)["OAuthProfile"]["KnownScopes"] == [{"Scope": "third"}]


def test_an_update_needs_the_row_key(client):
    app = client.new_app()
    for body in ({}, {"ID": app}, {"PVID": app}):
        assert client.refusal(UPDATE, {**body, "Name": "x"}) == (None, "The provided RowKey  is not valid.")
    assert client.refusal(UPDATE, {"_RowKey": "nothing"})[1] == "The provided RowKey nothing is not valid."


@pytest.mark.parametrize(
    "values",
    [
        {"ServiceName": "SCIM-client"},
        {"ServiceName": "my client"},
        {"Name": 5},
        {"OAuthProfile": []},
        {"OAuthProfile": {"AllowPublic": "true"}},
        {"OAuthProfile": {"ClientIDType": True}},
        {"OAuthProfile": {"AllowedAuth": ["ClientCreds"]}},
        {"OAuthProfile": {"TokenLifetimeString": "5h"}},
        {"OAuthProfile": {"TokenLifetimeString": 18000}},
        {"OAuthProfile": {"Redirects": "x"}},
        {"OAuthProfile": {"KnownScopes": {"Scope": "x"}}},
        {"OAuthProfile": {"KnownScopes": ["x"]}},
        {"OAuthProfile": {"KnownScopes": [{"Description": "x"}]}},
        {"OAuthProfile": {"KnownScopes": [{"Scope": "x", "AllowedRest": "scim*"}]}},
    ],
    ids=str,
)
def test_updates_that_are_refused_do_nothing(client, values):
    app = client.new_app()
    before = client.control("GET", "state")
    assert client.refusal(UPDATE, {"_RowKey": app, "Description": "x", **values})
    assert client.control("GET", "state") == before


@pytest.mark.parametrize(
    ("given", "shown"), [(1, 1), (0, 0), ("confidential", 1), ("Anything", 0), ("list", 0), (7, 1), ("x", 1)]
)
def test_client_id_types(client, given, shown):
    """An unknown type is ignored."""
    app = client.new_app(OAuthProfile={"ClientIDType": 1})
    client.change_profile(app, ClientIDType=given)
    assert client.app(app)["OAuthProfile"]["ClientIDType"] == shown


def test_an_app_keeps_its_own_service_name(client):
    app = client.new_app(ServiceName="myclient")
    client.change_app(app, ServiceName="MyClient")
    client.change_app(app, ServiceName="")
    assert client.app(app)["ServiceName"] == ""


def test_only_the_row_key_leads_to_an_app(client):
    app = client.new_app(ServiceName="myclient")
    assert client.ask(GET, _RowKey=app)["ServiceName"] == "myclient"
    for key in ("myclient", "", "nothing"):
        assert "not exist" in client.refusal(GET, {"_RowKey": key})[1]


def test_deletion(client):
    app = client.new_app()
    assert client.ask(DELETE, {"_RowKey": app}) == []
    outcomes = client.ask(DELETE, {"_RowKey": [app, "nothing"]})
    assert [(item["success"], item["_RowKey"]) for item in outcomes] == [(True, app), (False, "nothing")]
    assert client.rows(f"SELECT ID FROM Application WHERE ID = '{app}'") == []


# -- Permissions --------------------------------------------------------------


def test_permissions(client):
    app, role, user = client.new_app(), client.new_role(), client.new_user()
    assert client.allow(app, role, "View,Execute") is None
    client.allow(app, user, "view, Execute,Automatic", "User")
    assert client.grants(app) == {role: 132, user: 2147483780}
    client.allow(app, role, "Grant,View,Admin,ViewDetail,Delete,Execute,Automatic")
    assert client.grants(app) == {role: EVERYTHING, user: 2147483780}
    client.allow(app, role, "None")
    assert client.grants(app) == {user: 2147483780}


def test_the_rows_of_permissions(client):
    app, role = client.new_app(), client.new_role()
    client.allow(app, role, "View,Execute")
    inherited, direct = client.ask("Acl/GetRowAces", {"RowKey": app})
    assert (inherited["Inherited"], inherited["Type"], inherited["PrincipalName"], inherited["Grant"]) == (
        True,
        "Super",
        "System Administrator",
        EVERYTHING,
    )
    assert direct.pop("AceId")
    assert direct == {
        "Principal": role,
        "PrincipalName": "ops",
        "PrincipalType": "Role",
        "Type": "Role",
        "Inherited": False,
        "Grant": 132,
        "GrantStr": "View, Execute",
    }
    assert client.refusal("Acl/GetRowAces", {"RowKey": "nothing"})


@pytest.mark.parametrize(
    "change",
    [
        {"PrincipalId": "nobody"},
        {"PrincipalId": None, "Principal": "nobody"},
        {"PrincipalId": None, "PType": "User", "Type": "User"},
        {"PType": "Group", "Type": "Group"},
        {"PType": "User"},
        {"Rights": "View,Run"},
        {"Rights": ["View"]},
        {"Rights": None},
    ],
    ids=str,
)
def test_permissions_that_are_refused_do_nothing(client, change):
    app, role = client.new_app(), client.new_role()
    good = {"Principal": "ops", "PrincipalId": role, "PType": "Role", "Type": "Role", "Rights": "View"}
    assert client.refusal(ALLOW, {"ID": app, "RowKey": app, "PVID": app, "Grants": [good, {**good, **change}]})
    assert client.grants(app) == {}


@pytest.mark.parametrize("named", [{"Principal": "OPS"}, {"SystemName": "ops"}])
def test_a_role_may_be_granted_by_its_name_alone(client, named):
    app, role = client.new_app(), client.new_role("ops")
    grant = {**named, "PType": "Role", "Type": "Role", "Rights": "View,Execute"}
    client.ask(ALLOW, {"ID": app, "Grants": [grant]})
    assert client.grants(app) == {role: 132}


def test_an_app_is_found_by_its_application_id(client):
    app = client.new_app(ServiceName="myclient")
    assert client.ask("SaasManage/GetAppIDByServiceName", {"Name": "MyClient"}) == app
    assert client.ask("SaasManage/GetAppIDByServiceName?name=myclient") == app
    assert client.refusal("SaasManage/GetAppIDByServiceName", {"Name": "nothing"})


@pytest.mark.parametrize("grants", [None, {}, "x", ["x"]])
def test_permissions_of_the_wrong_shape_do_nothing(client, grants):
    app = client.new_app()
    assert client.ask(ALLOW, {"ID": app, "RowKey": app, "PVID": app, "Grants": grants}) is None
    assert client.refusal(ALLOW, {"ID": "nothing"})
