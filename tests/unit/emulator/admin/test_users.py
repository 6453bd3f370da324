# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verbs of users, whose users are those of SCIM."""

from __future__ import annotations

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.emulator.admin_client import PASSWORD

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CREATE, CHANGE = "CDirectoryService/CreateUser", "CDirectoryService/ChangeUser"
STATE, RESET = "CDirectoryService/SetUserState", "UserMgmt/ResetUserPassword"
REMOVE = "UserMgmt/RemoveUsers"
UNAUTHORIZED = "_I18N_System.UnauthorizedAccessException"


def test_a_new_user(client):
    boss = client.user("boss@example.com")["id"]
    user_id = client.new_user(
        "Svc@example.com",
        DisplayName="SCIM client",
        Mail="svc@example.org",
        Description="for SCIM",
        MobileNumber="1",
        HomeNumber="2",
        OfficeNumber="3",
        ReportsTo=boss,
        PreferredCulture="en_US",
        PasswordNeverExpire="true",
    )
    assert isinstance(user_id, str)
    attributes = client.attributes(user_id)
    directory = attributes.pop("directoryServiceUuid")
    assert attributes == {
        "Uuid": user_id,
        "Name": "Svc@example.com",
        "DisplayName": "SCIM client",
        "Mail": "svc@example.org",
        "Description": "for SCIM",
        "Alias": "example.com",
        "State": "None",
        "CloudState": "None",
        "OauthClient": True,
        "InEverybodyRole": False,
        "ForcePasswordChangeNext": "False",
        "SubjectToCloudLocks": True,
        "MobileNumber": "1",
        "HomeNumber": "2",
        "OfficeNumber": "3",
        "ReportsTo": boss,
        "PreferredCulture": "en_US",
        "Version": "1",
    }
    (row,) = client.rows("SELECT * FROM User WHERE Username = 'svc@example.com'")
    assert (row["ID"], row["ServiceUser"], row["DirectoryServiceUuid"]) == (user_id, True, directory)
    shown = client.get(f"Users/{user_id}").json()
    assert (shown["userName"], shown["displayName"], shown["active"]) == ("Svc@example.com", "SCIM client", True)
    assert shown["emails"][0]["value"] == "svc@example.org"
    assert {item["type"]: item["value"] for item in shown["phoneNumbers"]} == {"mobile": "1", "home": "2", "work": "3"}
    assert shown[ENTERPRISE]["manager"]["value"] == boss
    assert client.control("POST", "check_password", {"userName": "svc@example.com", "password": PASSWORD})["matches"]


def test_what_is_unset_is_not_shown(client):
    attributes = client.attributes(client.user()["id"])
    assert not {"Mail", "Description", "MobileNumber", "OauthClient", "PasswordNeverExpire"} & set(attributes)
    assert (attributes["InEverybodyRole"], attributes["ForcePasswordChangeNext"]) == (True, "False")


def test_service_user_overrides_the_role_everybody(client):
    user = client.new_user(ServiceUser="true", InEverybodyRole=True)
    assert client.attributes(user)["InEverybodyRole"] is False
    user = client.new_user("b@example.com", ServiceUser="False", InEverybodyRole="true")
    assert client.attributes(user)["InEverybodyRole"] is True


@pytest.mark.parametrize(
    ("changes", "message_id"),
    [
        ({"Name": "ADA@example.com"}, None),
        ({"Name": "new@elsewhere.example"}, None),
        ({"Name": "no suffix"}, None),
        ({"Name": "new/name@example.com"}, None),
        ({"Name": ""}, "_I18N_RequiredParameter"),
        ({"SendEmailInvite": True}, "_I18N_RequiredParameter"),
        ({"VerifyEmail": True}, "_I18N_RequiredParameter"),
        ({"Password": "weak"}, "_I18N_SetPasswordFailedNotComplex"),
        ({"ForcePasswordChangeNext": True, "PasswordNeverExpire": True}, None),
        ({"OauthClient": "perhaps"}, None),
        ({"state": "Asleep"}, None),
        ({"ReportsTo": "nobody"}, None),
    ],
)
def test_users_that_are_not_made(client, changes, message_id):
    client.user()
    before = client.control("GET", "state")
    body = {"Name": "new@example.com", "Password": PASSWORD, "SendEmailInvite": False, **changes}
    found, message = client.refusal(CREATE, body)
    assert found == message_id
    assert message
    assert client.control("GET", "state") == before


def test_unknown_fields_are_ignored(client):
    assert client.new_user(Colour="red", Password2="x")


def test_a_new_system_administrator_needs_one(client):
    body = {"Name": "eve@example.com", "Password": PASSWORD, "InSysAdminRole": True, "Mail": "eve@example.org"}
    token = client.limited("User Management")
    assert client.refusal(CREATE, body, by=token)[0] == UNAUTHORIZED
    assert client.rows("SELECT ID FROM User WHERE Username = 'eve@example.com'") == []
    eve = client.ask(CREATE, body)
    found = client.ask("Roles/GetRoleMembers", {"Name": "sysadmin"})["Results"]
    assert eve in [item["Row"]["Guid"] for item in found]


def test_a_change_leaves_the_rest_alone(client):
    user = client.new_user(Mail="svc@example.org", MobileNumber="1", Description="d", PasswordNeverExpire=True)
    before = client.control("GET", "state")["users"]
    client.ask(CHANGE, {"ID": user, "DisplayName": "New", "Password": "undefined", "Nothing": 1})
    assert client.attributes(user)["DisplayName"] == client.get(f"Users/{user}").json()["displayName"] == "New"
    client.ask(CHANGE, {"ID": user, "DisplayName": "svc"})
    assert client.control("GET", "state")["users"] == before


def test_every_attribute_can_change(client):
    user = client.new_user(Mail="svc@example.org", MobileNumber="1", HomeNumber="2")
    changes = {"Name": "new@example.com", "Mail": "", "MobileNumber": "", "HomeNumber": "7", "Description": "d"}
    flags = {"OauthClient": False, "InEverybodyRole": "true", "ForcePasswordChangeNext": "True", "state": "Locked"}
    client.ask(CHANGE, {"ID": user, **changes, **flags})
    attributes = client.attributes(user)
    assert not {"Mail", "MobileNumber", "OauthClient"} & set(attributes)
    shown = {name: attributes[name] for name in ("Name", "HomeNumber", "Description", "InEverybodyRole", "State")}
    assert list(shown.values()) == ["new@example.com", "7", "d", True, "Locked"]
    assert attributes["ForcePasswordChangeNext"] == "True"
    assert client.refusal(CHANGE, {"ID": user, "Name": client.info["client_id"]})


def test_an_eternal_password_needs_no_change(client):
    client.switch(never_expire_readable=True)
    user = client.new_user(PasswordNeverExpire=True)
    client.ask(CHANGE, {"ID": user, "ForcePasswordChangeNext": True})
    attributes = client.attributes(user)
    assert (attributes["ForcePasswordChangeNext"], attributes["PasswordNeverExpire"]) == ("True", False)
    client.ask(CHANGE, {"ID": user, "PasswordNeverExpire": True})
    attributes = client.attributes(user)
    assert (attributes["ForcePasswordChangeNext"], attributes["PasswordNeverExpire"]) == ("False", True)


def test_disabled_and_inactive_are_one_thing(client):
    user = client.new_user()
    client.ask(STATE, {"ID": user, "state": "Disabled"})
    assert client.get(f"Users/{user}").json()["active"] is False
    client.patch(f"Users/{user}", {"op": "replace", "path": "active", "value": True})
    assert client.attributes(user)["State"] == "None"
    client.patch(f"Users/{user}", {"op": "replace", "path": "active", "value": False})
    assert client.attributes(user)["State"] == "Disabled"
    for state in ("Locked", "Expired", "None"):
        client.ask(STATE, {"ID": user, "state": state})
        assert client.attributes(user)["State"] == state
        assert client.get(f"Users/{user}").json()["active"] is True
    assert client.refusal(STATE, {"ID": user, "state": "Asleep"})


def test_a_password_is_one_thing(client):
    user = client.new_user()
    client.ask(RESET, {"ID": user, "newPassword": "Another-pass-2"})
    assert client.token_of("svc@example.com", "Another-pass-2")
    client.patch(f"Users/{user}", {"op": "replace", "path": "password", "value": "Third-pass-3"})
    assert client.token_of("svc@example.com", "Third-pass-3")
    assert client.refusal(RESET, {"ID": user, "newPassword": "weak"})[0] == "_I18N_SetPasswordFailedNotComplex"
    assert client.token_of("svc@example.com", "Third-pass-3")


def test_users_are_deleted_with_what_refers_to_them(client):
    user, other = client.new_user(), client.new_user("other@example.com")
    role, app = client.new_role("ops", user), client.new_app()
    client.allow(app, user, "View", "User")
    assert client.ask(REMOVE, {"Users": [user, other]}) is None
    assert client.get(f"Users/{user}").status_code == client.get(f"Users/{other}").status_code == 404
    assert client.ask("Roles/GetRoleMembers", {"Name": role})["Results"] == []
    assert client.grants(app) == {}


@pytest.mark.parametrize("refused", ["nobody", "{caller}"])
def test_users_are_deleted_all_or_none(client, refused):
    user, caller = client.new_user(), client.ask("Security/Whoami", {})["UserUuid"]
    assert client.refusal(REMOVE, {"Users": [user, refused.format(caller=caller)]})
    assert client.attributes(user)
    assert client.ask(REMOVE, {"Users": user}) is None
    assert client.attributes(user)


@pytest.mark.parametrize("path", ["CDirectoryService/DeleteUser", "UserMgmt/RemoveUser"])
@pytest.mark.parametrize("known", ["id", "SVC@example.com"])
def test_a_user_is_deleted_by_id_or_name(client, path, known):
    user = client.new_user("svc@example.com")
    assert client.ask(path, {"ID": user if known == "id" else known}) is None
    assert client.get(f"Users/{user}").status_code == 404
    assert client.refusal(path, {"ID": user})[0] == "_I18N_UserIDNotFound"


def test_a_password_is_made_where_none_is_given(client):
    user = client.ask(CREATE, {"Name": "new@example.com", "Mail": "new@example.org"})
    assert client.attributes(user)["Name"] == "new@example.com"
    assert not client.control("POST", "check_password", {"userName": "new@example.com", "password": ""})["matches"]


@pytest.mark.parametrize("path", ["UserMgmt/GetUserAttributes", CHANGE, STATE, RESET])
def test_unknown_users(client, path):
    body = {"ID": "nobody", "state": "None", "newPassword": PASSWORD}
    assert client.refusal(path, body)[0] == "_I18N_UserIDNotFound"
    assert client.refusal(path, {})[0] == "_I18N_RequiredParameter"


def test_users_of_another_directory_are_read_only(client):
    (user,) = client.seed(linked_users=[{"userName": "fed@corp.example"}])["linked_users"]
    before = client.control("GET", "state")
    assert client.attributes(user)["Name"] == "fed@corp.example"
    assert client.rows(f"SELECT SourceDs FROM User WHERE ID = '{user}'") == [{"SourceDs": "FDS"}]
    for path, body in (
        (CHANGE, {"DisplayName": "x"}),
        (STATE, {"state": "Locked"}),
        (RESET, {"newPassword": PASSWORD}),
    ):
        assert "read-only" in client.refusal(path, {"ID": user, **body})[1]
    assert client.refusal("CDirectoryService/DeleteUser", {"ID": user})
    assert client.control("GET", "state") == before
    # The tenant forgets the user, who stays in the other directory (documented).
    assert client.ask(REMOVE, {"Users": [user]}) is None
    assert client.rows(f"SELECT ID FROM User WHERE ID = '{user}'") == []


def test_a_user_of_scim_can_be_changed(client):
    user = client.user(phoneNumbers=[{"type": "work", "value": "1"}], emails=[{"value": "a@example.org"}])
    client.ask(CHANGE, {"ID": user["id"], "OauthClient": True, "MobileNumber": "2"})
    shown = client.get(f"Users/{user['id']}").json()
    assert {item["type"]: item["value"] for item in shown["phoneNumbers"]} == {"work": "1", "mobile": "2"}
    assert shown["emails"] == user["emails"]
    assert client.attributes(user["id"])["OauthClient"] is True
