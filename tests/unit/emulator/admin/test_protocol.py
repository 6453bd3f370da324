# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts that all verbs of the administration API share: the envelope, the header, the token and the rights."""

from __future__ import annotations

import pytest
from ansible_collections.idops.cyberark_identity.tests.emulator.admin import service, switch_rows

UNAUTHORIZED = "_I18N_System.UnauthorizedAccessException"
ENVELOPE = [
    "success",
    "Result",
    "Message",
    "MessageID",
    "Exception",
    "ErrorID",
    "ErrorCode",
    "IsSoftError",
    "InnerExceptions",
]


def test_the_envelope(client):
    body = client.verb("Security/Whoami", {}).json()
    assert list(body) == ENVELOPE
    assert (body["success"], body["Message"], body["IsSoftError"]) == (True, None, False)
    body = client.verb("SaasManage/GetRole", {"Name": "nothing"}).json()
    assert list(body) == ENVELOPE
    assert (body["success"], body["Result"]) == (False, None)
    assert body["Message"] and body["ErrorID"]


@pytest.mark.parametrize("path", ["Security/Whoami", "security/WHOAMI", "SECURITY/whoami/"])
def test_names_in_a_path_ignore_case(client, path):
    assert client.ask(path, {})["User"] == client.info["admin_client_id"]


def test_arguments_ignore_case_and_come_from_the_query_string_too(client):
    user = client.user()["id"]
    for body in ({"ID": user}, {"id": user}):
        assert client.ask("UserMgmt/GetUserAttributes", body)["Uuid"] == user
    assert client.ask("UserMgmt/GetUserAttributes", iD=user)["Uuid"] == user
    assert client.ask("UserMgmt/GetUserAttributes", method="GET", ID=user)["Uuid"] == user


@pytest.mark.parametrize("path", ["api/idadmin/Security/Whoami", "API/IdAdmin/security/whoami"])
def test_the_platform_has_the_same_verbs_below_a_prefix(client, path):
    assert client.ask(path, {}, headers={})["User"] == client.info["admin_client_id"]
    assert client.verb("api/Security/Whoami", {}).status_code == 404


@pytest.mark.parametrize("authorization", ["Bearer nope", "Basic abc", ""])
def test_a_token_is_needed(client, authorization):
    answer = client.verb("Security/Whoami", {}, headers={"X-IDAP-NATIVE-CLIENT": "1", "Authorization": authorization})
    assert (answer.status_code, answer.json()["success"]) == (401, False)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_expired_token_is_none(client):
    token = client.administrator()
    client.control("POST", "expire_tokens")
    assert client.verb("Security/Whoami", {}, by=token).status_code == 401


def test_a_token_of_an_app_needs_a_scope_for_the_path(client):
    client.login(auth=(client.info["admin_client_id"], client.info["admin_client_secret"]))
    token = client.session.headers["Authorization"].split()[1]
    answer = client.verb("Security/Whoami", {}, by=token)
    assert (answer.status_code, answer.json()["MessageID"]) == (403, "_I18N_ServiceUnauthorizedAccess")
    client.switch(missing_right_status=401)
    assert client.verb("Security/Whoami", {}, by=token).status_code == 401
    client.switch(html_on_auth_error=True)
    assert client.verb("Security/Whoami", {}, by=token).text.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("path", ["UserMgmt/X", "SaasManage/X", "Redrock", "Core", "Policy/GetNicePlinks"])
def test_unknown_verbs_are_refused_in_the_envelope(client, path):
    answer = client.verb(path, {})
    assert (answer.status_code, list(answer.json()), answer.json()["success"]) == (404, ENVELOPE, False)


@pytest.mark.parametrize("path", ["", "my", "Nothing/GetUser"])
def test_other_paths_are_web_pages(client, path):
    answer = client.verb(path, {})
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize(("method", "path"), [("GET", "Roles/StoreRole"), ("PUT", "Security/Whoami")])
def test_writes_need_post(client, method, path):
    assert client.verb(path, {}, method=method).status_code == 404


def test_malformed_json(client):
    headers = {"X-IDAP-NATIVE-CLIENT": "1", "Authorization": f"Bearer {client.administrator()}"}
    answer = client.session.post(f"{client.base}/Security/Whoami", data='{"a": "b', headers=headers)
    assert answer.json()["MessageID"] == "_I18N_Newtonsoft.Json.JsonReaderException"


@pytest.mark.parametrize("body", [[], "x", 7, None])
def test_a_body_that_is_no_object_has_no_arguments(client, body):
    assert client.refusal("SaasManage/GetRole", body)[0] == "_I18N_RequiredParameter"


def test_a_text_must_be_one(client):
    for body in ({"Name": {"a": "b"}}, {"Name": 5}):
        assert "Key:Name" in client.refusal("SaasManage/GetRole", body)[1]


def test_who_am_i(client):
    token = client.limited(name="Eve@example.com")
    me = client.ask("Security/Whoami", {}, by=token)
    assert (me["User"], client.get(f"Users/{me['UserUuid']}").json()["userName"]) == ("Eve@example.com",) * 2


def test_suffixes_of_the_tenant(client):
    found = client.ask("Core/GetCdsAliasesForTenant")
    assert [item["Entities"][0]["Key"] for item in found["Results"]] == ["example.com", "example.org"]
    assert found["Results"][0]["Row"] == {"ID": "example.com", "CdsAlias": True, "ReplaceDomain": "example.com"}
    assert [column["Name"] for column in found["Columns"]] == ["ID", "CdsAlias", "ReplaceDomain"]


def test_the_suffixes_need_two_rights(client):
    rights = ("Admin Portal Login", "User Management")
    for number, right in enumerate(rights):
        token = client.limited(right, name=f"u{number}@example.com")
        assert client.refusal("Core/GetCdsAliasesForTenant", by=token)[0] == UNAUTHORIZED
    assert client.ask("Core/GetCdsAliasesForTenant", by=client.limited(*rights))


USERS, ROLES, APPS = "User Management", "Role Management", "Application Management"
READ_ALL = "Read Only System Administration"
NEEDS = [
    ("UserMgmt/GetUserAttributes", {USERS, "Read Only User Management", READ_ALL}),
    ("CDirectoryService/CreateUser", {USERS}),
    ("CDirectoryService/ChangeUser", {USERS}),
    ("CDirectoryService/SetUserState", {USERS}),
    ("UserMgmt/ResetUserPassword", {USERS}),
    ("UserMgmt/RemoveUsers", {USERS}),
    ("UserMgmt/RemoveUser", {USERS}),
    ("CDirectoryService/DeleteUser", {USERS}),
    ("CDirectoryService/GetUsers", {USERS, "Read Only User Management", READ_ALL}),
    ("Roles/StoreRole", {ROLES}),
    ("SaasManage/StoreRole", {ROLES}),
    ("Roles/UpdateRole", {ROLES}),
    ("SaasManage/AddUsersAndGroupsToRole", {ROLES}),
    ("SaasManage/RemoveUsersAndGroupsFromRole", {ROLES}),
    ("Roles/GetRoleMembers", {ROLES, "Read Only Role Management", READ_ALL}),
    ("SaasManage/GetRoleMembers", {ROLES, "Read Only Role Management", READ_ALL}),
    ("SaasManage/GetRole", {ROLES, "Read Only Role Management", READ_ALL}),
    ("Roles/GetRole", {ROLES, "Read Only Role Management", READ_ALL}),
    ("SaasManage/GetRoleIDFromName", {ROLES, "Read Only Role Management", READ_ALL}),
    ("SaasManage/DeleteRole", {ROLES}),
    ("SaasManage/DeleteRoles", {ROLES}),
    ("Core/GetAssignedAdministrativeRights", {ROLES, "Read Only Role Management", READ_ALL}),
    ("SaasManage/AssignSuperRights", set()),
    ("SaasManage/UnAssignSuperRights", set()),
    ("Roles/AssignSuperRights", set()),
    ("Roles/UnAssignSuperRights", set()),
    ("SaasManage/ImportAppFromTemplate", {APPS}),
    ("SaasManage/GetApplication", {APPS, READ_ALL}),
    ("SaasManage/GetAppIDByServiceName", {APPS, READ_ALL}),
    ("SaasManage/UpdateApplicationDE", {APPS}),
    ("SaasManage/DeleteApplication", {APPS}),
    ("Acl/GetRowAces", {APPS, READ_ALL}),
    ("SaasManage/SetApplicationPermissions", {APPS}),
]


def test_rights_of_the_verbs(client):
    rights = [
        USERS,
        "Read Only User Management",
        ROLES,
        "Read Only Role Management",
        APPS,
        READ_ALL,
        "Vault Management",
    ]
    tokens = {right: client.limited(right, name=f"u{number}@example.com") for number, right in enumerate(rights)}
    for path, needed in NEEDS:
        refused = {
            right
            for right, token in tokens.items()
            if client.verb(path, {"ID": "x"}, by=token).json()["MessageID"] == UNAUTHORIZED
        }
        assert refused == set(rights) - needed, path
        assert client.verb(path, {"ID": "x"}).json()["MessageID"] != UNAUTHORIZED


# Verbs that need no right, that answer with what the caller may read, or whose rights other tests are about.
EVERYONE = {"redrock/query", "security/whoami", "security/startauthentication", "security/advanceauthentication"}
APART = {
    "core/getcdsaliasesfortenant",
    "core/getdirectoryservices",
    "usermgmt/directoryservicequery",
    "cdirectoryservice/getuser",
    "cdirectoryservice/getuserbyname",
    "usermgmt/getuserinfo",
    "usermgmt/getusersrolesandadministrativerights",
}


def test_every_verb_has_its_rights_tested():
    assert {path.casefold() for path, _needed in NEEDS} | EVERYONE | APART == set(service.VERBS)


def test_the_verbs_that_write_are_those_a_switch_may_name():
    writes = {path.partition("/")[2] for path, verb in service.VERBS.items() if verb.writes}
    assert writes == {name.casefold() for name in switch_rows.WRITES}


def test_rights_come_from_all_roles_direct_and_nested(client):
    token = client.limited(name="eve@example.com")
    eve = client.find("Users", 'userName eq "eve@example.com"')[0]["id"]
    assert client.refusal("UserMgmt/GetUserAttributes", {"ID": client.user()["id"]}, by=token)[0] == UNAUTHORIZED
    inner = client.new_role("inner", eve)
    outer = client.new_role("outer", rights=("dsman",))
    client.ask("Roles/UpdateRole", {"Name": outer, "Roles": {"Add": [inner]}})
    client.new_role("other", eve, rights=("appman",))
    assert client.ask("UserMgmt/GetUserAttributes", {"ID": eve}, by=token)
    assert client.rows(f"SELECT ID FROM User WHERE ID = '{eve}'", by=token)
    assert client.ask("SaasManage/ImportAppFromTemplate", {"ID": ["OAuth2ServerClient"]}, by=token)
    assert client.refusal("Roles/StoreRole", {"Name": "x"}, by=token)[0] == UNAUTHORIZED
    client.ask("Roles/UpdateRole", {"Name": outer, "Roles": {"Delete": [inner]}})
    assert client.refusal("CDirectoryService/CreateUser", {}, by=token)[0] == UNAUTHORIZED


def test_the_role_everybody_counts_for_those_who_are_in_it(client):
    token, other = client.limited(name="a@example.com"), client.new_user("b@example.com")
    client.ask("SaasManage/AssignSuperRights", [{"Role": "Everybody", "Path": "/lib/rights/dsman.json"}])
    assert client.ask("UserMgmt/GetUserAttributes", {"ID": other}, by=token)
    body = {"ID": client.user()["id"]}
    assert client.refusal("UserMgmt/GetUserAttributes", body, by=client.token_of("b@example.com"))[0] == UNAUTHORIZED


def test_everyone_may_look_at_himself(client):
    token = client.limited(name="eve@example.com")
    me = client.ask("Security/Whoami", {}, by=token)["UserUuid"]
    assert client.ask("UserMgmt/GetUserAttributes", {"ID": me}, by=token)["Uuid"] == me


def test_injected_faults_and_the_log(client):
    client.administrator()
    client.control("DELETE", "requests")
    client.fault(path="/Redrock/", status=429, retry_after=1)
    answer = client.verb("Redrock/query", {"Script": "SELECT 1"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert client.ask("Redrock/query", {"Script": "SELECT 1"})
    assert [(entry["path"], entry["status"]) for entry in client.log()] == [
        ("/Redrock/query", 429),
        ("/Redrock/query", 200),
    ]
