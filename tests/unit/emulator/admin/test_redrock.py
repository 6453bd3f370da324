# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Queries with Redrock, the query language."""

from __future__ import annotations

import pytest

QUERY = "Redrock/query"
RIGHTS = "@/lib/get_superrights.js(excludeRight:'')"


def ask(client, script, **arguments):
    return client.ask(QUERY, {"Script": script, "Args": {"Caching": -1, "SortBy": "", **arguments}})


def test_the_form_of_a_result(client):
    user = client.new_user(DisplayName="SCIM client")
    result = ask(client, "SELECT ID, DisplayName AS Shown, ServiceUser FROM User WHERE Username = 'SVC@example.com'")
    assert result["Count"] == result["FullCount"] == 1
    assert [column["Name"] for column in result["Columns"]] == ["ID", "Shown", "ServiceUser"]
    (found,) = result["Results"]
    assert found["Row"] == {"ID": user, "Shown": "SCIM client", "ServiceUser": True}
    assert found["Entities"] == [{"Type": "User", "Key": user, "IsForeignKey": False}]


def test_the_three_tables(empty):
    app, role = empty.new_app(ServiceName="it's", Name="x"), empty.new_role("it's")
    assert empty.rows("SELECT ID FROM Role WHERE Name = 'it''s'") == [{"ID": role}]
    (row,) = empty.rows("select * from application where ServiceName = 'it''s'")
    expected = {"ID": app, "Name": "x", "TemplateName": "OAuth2ServerClient", "WebAppType": "OAuth", "State": "Active"}
    assert {name: row[name] for name in expected} == expected
    names = empty.rows("SELECT Name FROM Role WHERE Name LIKE 'EVERY%' OR Name = 'IT''S' COLLATE NOCASE ORDER BY Name")
    assert [item["Name"] for item in names] == ["Everybody", "it's"]
    left = "SELECT ID FROM Application WHERE ServiceName IS NULL OR ServiceName = ''"
    assert ask(empty, left)["Results"] == []
    other = empty.new_app()
    assert empty.rows(left) == [{"ID": other}]
    assert empty.rows("SELECT COUNT(*) AS n FROM User, Role") == [{"n": 4}]


def test_paging(client):
    for number in range(5):
        client.new_role(f"role {number}")
    script = "SELECT Name FROM Role WHERE Name LIKE 'role %' ORDER BY Name"

    def page(**arguments):
        result = ask(client, script, **arguments)
        return [item["Row"]["Name"][-1] for item in result["Results"]], result["Count"], result["FullCount"]

    assert page(PageNumber=2, PageSize=2, Limit=100) == (["2", "3"], 2, 5)
    assert page(pagenumber="3", pagesize="2") == (["4"], 1, 5)
    assert page(PageNumber=9, PageSize=2) == ([], 0, 5)
    assert page(PageNumber=1, PageSize=10, Limit=3) == (["0", "1", "2"], 3, 3)
    assert page(Limit=3)[1:] == page(PageSize=3)[1:] == page(PageNumber="x", PageSize=2)[1:] == (5, 5)


@pytest.mark.parametrize(
    "script",
    [
        "SELECT Nothing FROM User",
        "SELECT ID FROM Device",
        "SELEKT",
        "DELETE FROM User",
        "UPDATE Role SET Name = 'x'",
        "DROP TABLE User",
        "PRAGMA table_info(User)",
        "ATTACH DATABASE ':memory:' AS x",
        "SELECT ID FROM User; DELETE FROM User",
        "SELECT * FROM sqlite_master",
        "SELECT ID FROM User WHERE Username = 'it's'",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT MAX(x) FROM n",
        "@@Web Applications",
        "@/lib/nothing.js()",
        "SELECT \0",
        "",
    ],
)
def test_what_is_no_query(client, script):
    assert client.refusal(QUERY, {"Script": script})[1]
    assert len(client.rows("SELECT ID FROM User")) == 2


def test_the_report_of_web_apps(empty):
    app = empty.new_app(ServiceName="myclient", Name="Payroll")
    empty.new_app(Name="Other", Description="not PAYROLL")

    def names(**arguments):
        result = ask(empty, "@@Web Applications PLV8", PageNumber=1, PageSize=10, Limit=10, **arguments)
        return [item["Row"]["Name"] for item in result["Results"]]

    assert names() == ["Payroll", "Other"]
    assert names(FilterBy=["Name", "AppTypeDisplayName", "Description", "State"], FilterValue="payroll") == names()
    assert names(FilterBy=["Name", "Nothing"], FilterValue="payroll") == ["Payroll"]
    (row,) = ask(empty, "@@Web Applications PLV8", FilterBy=["Name"], FilterValue="Payroll")["Results"]
    assert row["Entities"][0]["Key"] == app
    # The vendor's Go SDK fails on a null in one of these.
    texts = ("DisplayName", "Description", "WebAppType", "WebAppTypeDisplayName", "TemplateName", "State")
    assert all(isinstance(row["Row"][name], str) for name in texts)


def test_the_queries_of_the_vendors_sdks(client):
    user = client.new_user("svc@example.com", DisplayName="it's")
    columns = "ID, Username, DisplayName, Email, MobileNumber, LastLogin, DirectoryServiceUuid"
    for where in (f"ID='{user}'", "Username='svc@example.com'"):
        (row,) = client.rows(f"Select {columns} from User WHERE {where}")
        assert (row["ID"], row["Email"], row["MobileNumber"], row["LastLogin"]) == (user, "", "", None)
    search = "Username LIKE '%SVC@%' OR DisplayName LIKE '%SVC@%' OR Email LIKE '%SVC@%'"
    script = f"Select {columns} from User WHERE {search}"
    result = client.ask(QUERY, {"Script": script, "args": {"PageNumber": 1, "PageSize": 10000, "Limit": 10000}})
    assert [item["Row"]["DisplayName"] for item in result["Results"]] == ["it's"]


def test_rights_limit_the_rows(client):
    count = "SELECT COUNT(*) AS n FROM {}"
    rights = {"User": "User Management", "Role": "Role Management", "Application": "Application Management"}
    for name, right in rights.items():
        token = client.limited(right, name=f"{name}@example.com")
        seen = {table: client.rows(count.format(table), by=token)[0]["n"] > 0 for table in rights}
        assert seen == {table: table == name for table in rights}
    token = client.limited("Read Only System Administration", name="reader@example.com")
    assert all(client.rows(count.format(table), by=token)[0]["n"] for table in rights)


def test_changes_show_at_once(client):
    script = "SELECT ID, DisplayName FROM User WHERE Username = 'svc@example.com'"
    assert client.rows(script) == []
    user = client.new_user()
    client.ask("CDirectoryService/ChangeUser", {"ID": user, "DisplayName": "a"})
    assert client.rows(script) == [{"ID": user, "DisplayName": "a"}]
    client.patch(f"Users/{user}", {"op": "replace", "path": "displayName", "value": "b"})
    assert client.rows(script) == [{"ID": user, "DisplayName": "b"}]
    client.call("DELETE", f"Users/{user}")
    assert client.rows(script) == []
    client.control("POST", "reset", {"empty": True})
    client._administrator = ""
    assert len(client.rows("SELECT ID FROM User")) == 1


def test_the_catalogue_of_rights(client):
    found = {item["Row"]["Description"]: item["Row"]["Path"] for item in ask(client, RIGHTS)["Results"]}
    assert found["User Management"] == "/lib/rights/dsman.json"
    assert found["Vault Management"] == "/lib/rights/vaultman.json"
    assert len(found) == 23
    assert ask(client, RIGHTS, PageNumber=1, PageSize=5, Limit=10000)["Count"] == 5
