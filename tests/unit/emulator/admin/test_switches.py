# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The switches of the administration API, on both sides."""

from __future__ import annotations

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.emulator.admin_client import PASSWORD

CREATE, RESET = "CDirectoryService/CreateUser", "UserMgmt/ResetUserPassword"
UPDATE_APP, ALLOW = "SaasManage/UpdateApplicationDE", "SaasManage/SetApplicationPermissions"
REMOVE = "UserMgmt/RemoveUsers"
ASSIGN = "SaasManage/AssignSuperRights"
CATALOGUE = {"Script": "@/lib/get_superrights.js(excludeRight:'')"}


# -- Requests -----------------------------------------------------------------


def test_switch_native_header_required(client):
    for path in ("Security/Whoami", "Security/StartAuthentication"):
        assert client.verb(path, {}, headers={}).headers["Content-Type"].startswith("application/json")
    client.switch(native_header_required=True)
    for path in ("Security/Whoami", "Security/StartAuthentication"):
        answer = client.verb(path, {}, headers={})
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert client.ask("Security/Whoami", {}, headers={"X-CENTRIFY-NATIVE-CLIENT": "1"})


@pytest.mark.parametrize(("value", "kind"), [("envelope", "application/json"), ("page", "text/html")])
def test_switch_unknown_verb(client, value, kind):
    client.switch(unknown_verb=value)
    answer = client.verb("UserMgmt/Nothing", {})
    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (404, kind)


# -- Refusals -----------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 403])
def test_switch_unauthorized_status(client, status):
    client.switch(unauthorized_status=status)
    answer = client.verb(CREATE, {}, by=client.limited())
    assert (answer.status_code, answer.json()["success"]) == (status, False)
    assert answer.json()["MessageID"] == "_I18N_System.UnauthorizedAccessException"
    assert client.refusal(CREATE, {})[0] == "_I18N_RequiredParameter"


def test_switch_message_id_shown(client):
    assert client.refusal(CREATE, {})[0] == "_I18N_RequiredParameter"
    client.switch(message_id_shown="message")
    message_id, message = client.refusal(CREATE, {})
    assert message_id is None
    assert "_I18N_RequiredParameter" in message
    assert client.refusal("SaasManage/GetRole", {"Name": "nothing"}) == (None, "Role nothing not found.")


# -- Queries ------------------------------------------------------------------


def test_switch_empty_query_result(client):
    query = {"Script": "SELECT ID FROM Role WHERE Name = 'nothing'"}
    assert client.ask("Redrock/query", query)["Results"] == []
    client.switch(empty_query_result="null")
    assert client.ask("Redrock/query", query) is None
    assert client.rows("SELECT ID FROM Role")


def test_switch_query_rows_twice(client):
    rows = client.rows("SELECT ID FROM Role")
    client.switch(query_rows_twice=True)
    assert client.rows("SELECT ID FROM Role") == [row for row in rows for _time in range(2)]


@pytest.mark.parametrize(("value", "shown"), [("empty", ""), ("null", None)])
def test_switch_unset_texts(client, value, shown):
    client.new_user()
    client.rows("SELECT ID FROM User")
    client.switch(unset_texts=value)
    (row,) = client.rows("SELECT Email, MobileNumber, LastLogin FROM User WHERE Username = 'svc@example.com'")
    assert row == {"Email": shown, "MobileNumber": shown, "LastLogin": None}
    app = client.new_app()
    assert client.rows(f"SELECT Description FROM Application WHERE ID = '{app}'") == [{"Description": shown}]


def test_switch_like_case_sensitive(client):
    client.new_role("Operators")

    def found(filter_text):
        result = client.ask("UserMgmt/DirectoryServiceQuery", {"roles": filter_text})
        return [item["Row"]["Name"] for item in result["roles"]["Results"]]

    plain, said = '{"Name":{"_like":"OPER"}}', '{"Name":{"_like":{"value":"OPER","ignoreCase":true}}}'
    assert found(plain) == found(said) == ["Operators"]
    client.switch(like_case_sensitive=True)
    assert (found(plain), found(said), found(plain.replace("OPER", "Oper"))) == ([], ["Operators"], ["Operators"])


# -- Users --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "made"), [("invited", [False, True, True]), (False, [True] * 3), (True, [False, False, True])]
)
def test_switch_mail_mandatory(client, value, made):
    client.switch(mail_mandatory=value)
    forms = [{}, {"SendEmailInvite": False}, {"Mail": "a@example.org"}]
    answers = [client.verb(CREATE, {"Name": f"u{n}@example.com", **form}).json() for n, form in enumerate(forms)]
    assert [answer["success"] for answer in answers] == made
    assert {answer["MessageID"] for answer in answers if not answer["success"]} <= {"_I18N_RequiredParameter"}


def test_switch_remove_users_result(client):
    users = [client.new_user(f"{number}@example.com") for number in range(3)]
    assert client.ask(REMOVE, {"Users": users[:1]}) is None
    client.switch(remove_users_result="each")
    outcomes = client.ask(REMOVE, {"Users": [users[1], "nobody", users[2]]})
    assert [item["success"] for item in outcomes] == [True, False, True]
    assert not client.rows("SELECT ID FROM User WHERE Username LIKE '_@example.com'")


def test_switch_remove_users_nested(client):
    user = client.new_user()
    assert client.refusal(REMOVE, {"Users": [[user]]})[0] == "_I18N_Newtonsoft.Json.JsonReaderException"
    client.switch(remove_users_nested=True)
    assert client.ask(REMOVE, {"Users": [[user]]}) is None
    assert client.rows(f"SELECT ID FROM User WHERE ID = '{user}'") == []


def test_switch_force_change_default(client):
    def forced(name, **more):
        user = client.ask(CREATE, {"Name": name, "Mail": name, "Password": PASSWORD, "OauthClient": True, **more})
        return client.attributes(user)["ForcePasswordChangeNext"]

    assert forced("a@example.com") == "True"
    assert client.token("/oauth2/platformtoken", auth=("a@example.com", PASSWORD)).status_code == 400
    assert forced("b@example.com", ForcePasswordChangeNext=False) == "False"
    assert forced("c@example.com", PasswordNeverExpire=True) == "False"
    client.switch(force_change_default=False)
    assert forced("d@example.com") == "False"
    assert client.token_of("d@example.com")


def test_switch_reset_forces_change(client):
    user = client.new_user()
    client.ask(RESET, {"ID": user, "newPassword": "Another-pass-2"})
    assert client.attributes(user)["ForcePasswordChangeNext"] == "False"
    client.switch(reset_forces_change=True)
    client.ask(RESET, {"ID": user, "newPassword": PASSWORD})
    assert client.attributes(user)["ForcePasswordChangeNext"] == "True"
    assert client.token("/oauth2/platformtoken", auth=("svc@example.com", PASSWORD)).status_code == 400
    client.ask("CDirectoryService/ChangeUser", {"ID": user, "ForcePasswordChangeNext": False})
    assert client.token_of("svc@example.com")


def test_switch_never_expire_readable(client):
    user = client.new_user(PasswordNeverExpire=True)
    assert "PasswordNeverExpire" not in client.attributes(user)
    client.switch(never_expire_readable=True)
    assert client.attributes(user)["PasswordNeverExpire"] is True


def test_switch_same_password_refused(client):
    body = {"ID": client.new_user(), "newPassword": PASSWORD}
    assert client.ask(RESET, body) is None
    client.switch(same_password_refused=True)
    assert client.refusal(RESET, body)[0] == "_I18N_SetPasswordFailedNewSameAsOld"
    assert client.ask(RESET, {**body, "newPassword": "Another-pass-2"}) is None


# -- Roles and their rights -----------------------------------------------------


def test_switch_duplicate_role(client):
    first = client.new_role("ops")
    assert client.refusal("Roles/StoreRole", {"Name": "Ops"})
    client.switch(duplicate_role="made")
    second = client.new_role("ops")
    assert {row["ID"] for row in client.rows("SELECT ID FROM Role WHERE Name = 'ops'")} == {first, second}
    assert len(client.find("Groups", 'displayName eq "ops"')) == 2


def test_switch_update_role_blanks_description(client):
    role = client.ask("Roles/StoreRole", {"Name": "ops", "Description": "d"})["_RowKey"]

    def description_after(**change):
        client.ask("Roles/UpdateRole", {"Name": role, **change})
        return client.ask("SaasManage/GetRole", {"Name": role}).get("Description")

    assert description_after(NewName="x") == "d"
    client.switch(update_role_blanks_description=True)
    assert description_after(Description="e") == "e"
    assert description_after(NewName="y") is None


def test_switch_rights_assigned_by(client):
    token = client.limited("Role Management")
    body = [{"Role": client.new_role(), "Path": "/lib/rights/dsman.json"}]
    assert client.refusal(ASSIGN, body, by=token)[0] == "_I18N_System.UnauthorizedAccessException"
    client.switch(rights_assigned_by="role_management")
    assert client.ask(ASSIGN, body, by=token) is None
    assert client.ask("SaasManage/UnAssignSuperRights", body) is None


@pytest.mark.parametrize(("value", "count"), [("full", 23), ("empty", 0)])
def test_switch_rights_catalogue(client, value, count):
    client.switch(rights_catalogue=value)
    assert len(client.ask("Redrock/query", CATALOGUE)["Results"]) == count
    client.switch(rights_catalogue="refused")
    assert client.refusal("Redrock/query", CATALOGUE)


@pytest.mark.parametrize(("value", "name"), [("spaced", "User Management"), ("joined", "UserManagement")])
def test_switch_right_names(client, value, name):
    client.switch(right_names=value)
    role = client.new_role(rights=("dsman",))
    listed = [item["Row"]["Description"] for item in client.ask("Redrock/query", CATALOGUE)["Results"]]
    (held,) = client.ask("Core/GetAssignedAdministrativeRights", {"Role": role})["Results"]
    assert name in listed
    assert held["Row"]["Description"] == name


# -- Apps ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("given", ["5:00:00", "1.02:03:04", "0.05:00:00"]),
        ("full", ["0.05:00:00", "1.02:03:04", "0.05:00:00"]),
        ("short", ["5:00:00", "1.2:03:04", "5:00:00"]),
    ],
)
def test_switch_lifetime_shown(client, value, shown):
    client.switch(lifetime_shown=value)
    for given, expected in zip(["5:00:00", "1.02:03:04", "0.05:00:00"], shown, strict=True):
        app = client.new_app(OAuthProfile={"TokenLifetimeString": given})
        assert client.app(app)["OAuthProfile"]["TokenLifetimeString"] == expected


@pytest.mark.parametrize(("value", "shown"), [("number", [1, 0]), ("text", ["confidential", "anything"])])
def test_switch_client_id_type_shown(client, value, shown):
    client.switch(client_id_type_shown=value)
    apps = [client.new_app(OAuthProfile={"ClientIDType": given}) for given in (1, 0)]
    assert [client.app(app)["OAuthProfile"]["ClientIDType"] for app in apps] == shown


def test_switch_client_id_type_accepted(client):
    app = client.new_app()

    def after(value):
        client.change_profile(app, ClientIDType=value)
        return client.app(app)["OAuthProfile"]["ClientIDType"]

    assert [after(1), after("anything"), after("Confidential")] == [1, 0, 1]
    client.switch(client_id_type_accepted="text")
    assert [after(0), after("list"), after(1), after("confidential")] == [1, 0, 0, 1]


def test_switch_oauth_profile_update(client):
    app = client.new_app(OAuthProfile={"AllowRefresh": True})
    before = client.app(app)["OAuthProfile"]
    client.change_profile(app, MustBeOauthClient=True)
    assert client.app(app)["OAuthProfile"] == {**before, "MustBeOauthClient": True}
    client.switch(oauth_profile_update="replaced")
    client.change_app(app, Name="x")
    assert client.app(app)["OAuthProfile"] == {**before, "MustBeOauthClient": True}
    client.change_profile(app, AllowPublic=False)
    assert client.app(app)["OAuthProfile"] == {"AllowPublic": False}


def test_switch_duplicate_service_name(client):
    client.new_app(ServiceName="myclient")
    app = client.new_app()
    assert client.refusal(UPDATE_APP, {"_RowKey": app, "ServiceName": "MYCLIENT"})
    assert client.app(app)["ServiceName"] == ""
    client.switch(duplicate_service_name="accepted")
    client.change_app(app, ServiceName="MYCLIENT")
    assert len(client.rows("SELECT ID FROM Application WHERE ServiceName LIKE 'myclient'")) == 2


@pytest.mark.parametrize(("value", "shown"), [("empty", ""), ("null", None)])
def test_switch_unset_service_name(client, value, shown):
    app = client.new_app()
    client.rows("SELECT ID FROM Application")
    client.switch(unset_service_name=value)
    assert client.app(app)["ServiceName"] == shown
    assert client.rows(f"SELECT ServiceName FROM Application WHERE ID = '{app}'") == [{"ServiceName": shown}]


def test_switch_unknown_application(client):
    assert client.refusal("SaasManage/GetApplication", {"_RowKey": "nothing"})
    client.switch(unknown_application="null")
    assert client.ask("SaasManage/GetApplication", {"_RowKey": "nothing"}) is None
    assert client.app(client.new_app())


def test_switch_icon_shows_uri(client):
    app = client.new_app(IconUri="/vfslow/x.svg")
    assert client.app(app)["Icon"] == "/vfslow/x.svg"
    client.switch(icon_shows_uri=False)
    assert client.app(app)["Icon"] == f"/vfs/Application/Icons/{app}"
    assert client.rows(f"SELECT Icon FROM Application WHERE ID = '{app}'")[0]["Icon"].startswith("/vfs/")


@pytest.mark.parametrize("value", [True, False])
def test_switch_ace_type(client, value):
    client.switch(ace_type=value)
    app = client.new_app()
    client.allow(app, client.new_role(), "View")
    rows = client.ask("Acl/GetRowAces", {"RowKey": app})
    assert ["Type" in row for row in rows] == [value, value]
    assert [row["Inherited"] for row in rows] == [True, False]


@pytest.mark.parametrize("value", [True, False])
def test_switch_update_role_members(client, value):
    user, role = client.new_user("ada@example.com"), client.new_role()
    client.switch(update_role_members=value)
    names = {"Name": role, "Users": ["ada@example.com"], "Groups": [], "Roles": []}

    def members_after(verb, body):
        client.ask(verb, body)
        return [item["Row"]["Guid"] for item in client.ask("Roles/GetRoleMembers", {"Name": role})["Results"]]

    added = members_after("Roles/UpdateRole", {"Name": role, "Users": {"Add": [user]}})
    assert added == ([user] if value else [])
    assert members_after("SaasManage/AddUsersAndGroupsToRole", names) == [user]
    assert members_after("SaasManage/RemoveUsersAndGroupsFromRole", names) == []
    assert client.refusal("SaasManage/AddUsersAndGroupsToRole", {**names, "Users": ["nobody@example.com"]})


@pytest.mark.parametrize(("value", "bits"), [("single", (8, 16)), ("composed", (28, 20))])
def test_switch_permission_bits(client, value, bits):
    client.switch(permission_bits=value)
    app, role = client.new_app(), client.new_role()
    for right, expected in zip(("Admin", "ViewDetail"), bits, strict=True):
        client.allow(app, role, right)
        assert client.grants(app) == {role: expected}


def test_switch_permissions_need_every_id(client):
    app, role = client.new_app(), client.new_role()
    grants = {"Grants": [{"PrincipalId": role, "PType": "Role", "Rights": "View"}]}
    assert client.ask(ALLOW, {"ID": app, **grants}) is None
    client.switch(permissions_need_every_id=True)
    assert client.refusal(ALLOW, {"ID": app, **grants})[0] == "_I18N_RequiredParameter"
    assert client.refusal(ALLOW, {"ID": app, "RowKey": app, "PVID": "x", **grants})
    client.allow(app, role, "View,Execute")
    assert client.grants(app) == {role: 132}


# -- Writes -------------------------------------------------------------------


def test_switch_ignored_writes(client):
    role = client.new_role()
    client.switch(ignored_writes=["UpdateRole", "CreateUser"])
    before = client.control("GET", "state")
    assert client.ask("Roles/UpdateRole", {"Name": role, "NewName": "x"}) is None
    assert client.ask(CREATE, {}) is None
    assert client.control("GET", "state") == before
    client.switch(ignored_writes=[])
    client.ask("Roles/UpdateRole", {"Name": role, "NewName": "x"})
    assert client.control("GET", "state") != before


def test_stale_reads_hold_here_too(client):
    role = client.new_role()
    client.switch(stale_reads=2)
    client.ask("SaasManage/DeleteRole", {"Name": role})
    script = f"SELECT ID FROM Role WHERE ID = '{role}'"
    assert [len(client.rows(script)) for _time in range(3)] == [1, 1, 0]
    app = client.new_app()
    assert client.refusal("SaasManage/GetApplication", {"_RowKey": app})
    assert client.rows("SELECT ID FROM Application WHERE ServiceName = ''") == []
    assert client.app(app)
