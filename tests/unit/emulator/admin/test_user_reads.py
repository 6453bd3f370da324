# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verbs that read users, in the forms of the vendor's samples."""

from __future__ import annotations

import pytest

UNAUTHORIZED = "_I18N_System.UnauthorizedAccessException"
READS = [
    "CDirectoryService/GetUser",
    "UserMgmt/GetUserInfo",
    "UserMgmt/GetUsersRolesAndAdministrativeRights",
]


def test_the_details_of_a_user(client):
    user = client.user(emails=[{"value": "ada@example.org"}], phoneNumbers=[{"type": "mobile", "value": "1"}])["id"]
    shown = client.ask("CDirectoryService/GetUser", {"ID": user})
    assert shown == client.ask("CDirectoryService/GetUserByName", {"username": "ADA@example.com"})
    assert shown == {
        "Uuid": user,
        "State": "None",
        "DisplayName": "ada",
        "Version": "1",
        "Mail": "ada@example.org",
        "Name": "ada@example.com",
        "ReportsTo": "Unassigned",
        "MobileNumber": "1",
        "Alias": "example.com",
        "InEverybodyRole": True,
        "OauthClient": False,
    }
    assert client.refusal("CDirectoryService/GetUserByName", {"username": "x@example.com"})[0] == "_I18N_UserNotFound"
    assert client.ask("CDirectoryService/GetUserByName")["Name"] == client.info["admin_client_id"]


def test_the_list_of_users(client):
    client.seed(linked_users=[{"userName": "fed@corp.example"}])
    user = client.new_user(Mail="svc@example.org")
    result = client.ask("CDirectoryService/GetUsers")
    found = {item["Row"]["Name"]: item["Row"] for item in result["Results"]}
    assert set(found) == {"svc@example.com", client.info["client_id"], client.info["admin_client_id"]}
    assert result["FullCount"] == 3
    row = found["svc@example.com"]
    assert (row["Uuid"], row["Mail"], row["MobileNumber"], row["ReportsTo"]) == (user, "svc@example.org", None, None)


def test_the_information_about_a_user(client):
    (federated,) = client.seed(linked_users=[{"userName": "fed@corp.example"}])["linked_users"]
    user = client.new_user(Mail="svc@example.org")
    shown = client.ask("UserMgmt/GetUserInfo", {"ID": user})
    expected = {"Id": user, "Name": "svc@example.com", "EmailAddress": "svc@example.org", "MobileNumber": None}
    assert {name: shown[name] for name in expected} == expected
    assert (shown["DirectoryServiceType"], shown["IsSysAdmin"], shown["TenantId"]) == ("CDS", False, "ABC1234")
    assert client.ask("UserMgmt/GetUserInfo", {"ID": federated})["DirectoryServiceType"] == "FDS"
    caller = client.ask("Security/Whoami", {})["UserUuid"]
    assert client.ask("UserMgmt/GetUserInfo", {"ID": caller})["IsSysAdmin"] is True


def test_the_roles_of_a_user(client):
    user = client.user()["id"]
    inner, outer = client.new_role("inner", user), client.new_role("outer", rights=("dsman",))
    client.ask("Roles/UpdateRole", {"Name": outer, "Roles": {"Add": [inner]}})
    result = client.ask("UserMgmt/GetUsersRolesAndAdministrativeRights", {"ID": user})["Results"]
    found = {item["Row"]["RoleName"]: item for item in result}
    assert set(found) == {"Everybody", "inner", "outer"}
    assert found["Everybody"]["Row"]["ID"] == found["Everybody"]["Entities"][0]["Key"] == "Everybody"
    assert [right["Path"] for right in found["outer"]["Row"]["AdministrativeRights"]] == ["/lib/rights/dsman.json"]
    assert found["inner"]["Row"]["AdministrativeRights"] == []


@pytest.mark.parametrize("path", READS)
def test_everyone_reads_himself_and_others_need_a_right(client, path):
    other, token = client.user()["id"], client.limited(name="eve@example.com")
    eve = client.ask("Security/Whoami", {}, by=token)["UserUuid"]
    assert client.ask(path, {"ID": eve}, by=token)
    assert client.refusal(path, {"ID": other}, by=token)[0] == UNAUTHORIZED
    body = {"username": "ada@example.com"}
    assert client.refusal("CDirectoryService/GetUserByName", body, by=token)[0] == UNAUTHORIZED
    reader = client.limited("Read Only User Management")
    assert client.ask(path, {"ID": other}, by=reader)
    assert client.refusal(path, {"ID": "nobody"})[0] == "_I18N_UserIDNotFound"
