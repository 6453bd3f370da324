# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""CSV files in the formats of common tools: the meaning of their rows, and refusals."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import InvalidError
from ansible_collections.idops.cyberark_identity.plugins.module_utils._directory.csv import (
    HEADERS,
    Reading,
    entries_of_csv,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import RIGHTS

CLASSIC = [right[0].upper() + right[1:] for right in RIGHTS[:-2]]  # the older API has one number for the last two


def read(text: str, kind: str, **how: Any) -> list[dict[str, Any]]:
    return entries_of_csv(text, Reading(kind, **how))


def table(*rows: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


# --- formats


def test_an_export_of_an_hr_system() -> None:
    text = (
        "Benutzername;Vorname;Nachname;E-Mail;Mobile;Kostenstelle;Gesperrt;Bemerkung\r\n"
        'ada@example.com; Ada ;Lovelace;ada@example.com;"+441632960001";00471;no;"sagt ""hallo"""\r\n'
        "grace@example.com;Grace;Hopper;;;;TRUE;\r\n"
        ";;;;;;;\r\n"
    )
    columns = {
        "Benutzername": "user_name",
        "Vorname": "given_name",
        "Nachname": "family_name",
        "E-Mail": "email",
        "Kostenstelle": "custom_attributes.costCenter",
        "gesperrt": "not active",
    }
    assert read(text, "users", columns=columns, ignore=["Bemerkung"]) == [
        {
            "user_name": "ada@example.com",
            "given_name": "Ada",
            "family_name": "Lovelace",
            "email": "ada@example.com",
            "phone_numbers": {"mobile": "+441632960001"},
            "custom_attributes": {"costCenter": "00471"},
            "active": True,
        },
        {"user_name": "grace@example.com", "given_name": "Grace", "family_name": "Hopper", "active": False},
    ]


@pytest.mark.parametrize(
    "text",
    [
        "userPrincipalName,displayName,surname,mail,givenName,accountEnabled\nada@x.org,Ada,L,ada@x.org,A,True\n",
        "Login,Display Name,Last Name,Email Address,First Name,Enabled\nada@x.org,Ada,L,ada@x.org,A,yes\n",
        '"User_Name"\t"display_name"\t"family_name"\t"email"\t"given_name"\t"active"\nada@x.org\tAda\tL\tada@x.org\tA\tActive\n',
    ],
    ids=["Entra ID", "Okta", "options"],
)
def test_an_export_of_another_directory_needs_no_explanation(text: str) -> None:
    assert read(text, "users") == [
        {
            "user_name": "ada@x.org",
            "display_name": "Ada",
            "family_name": "L",
            "email": "ada@x.org",
            "given_name": "A",
            "active": True,
        }
    ]


def test_safes() -> None:
    text = "Safename,Description,ManagingCPM,numDaysRetention,EnableOLAC\nONE,The first,CPM1,7,FALSE\nTWO,,,,\n"
    assert read(text, "containers", ignore=["enableolac"]) == [
        {"name": "ONE", "description": "The first", "managing_cpm": "CPM1", "number_of_days_retention": 7},
        {"name": "TWO"},
    ]


def test_a_report_of_safe_members() -> None:
    header = ["UserName", "Source", "memberType", "safeName", "numberOfDaysRetention", *sorted(RIGHTS)]
    some = ["True" if right in ("useAccounts", "listAccounts") else "False" for right in sorted(RIGHTS)]
    text = table(
        header,
        ["ada@example.com", "CyberArk", "User", "ONE", "7", *some],
        ["Team, Oracle", "", "Group", "ONE", "7", *(["False"] * len(RIGHTS))],
        ["readers", "", "Role", "TWO", "", *(str(right != RIGHTS[-1]).upper() for right in sorted(RIGHTS))],
    )
    assert read(text, "container_permissions", ignore=["Source", "numberOfDaysRetention"]) == [
        {"container": "ONE", "user": "ada@example.com", "rights": {"set": ["useAccounts", "listAccounts"]}},
        {"container": "ONE", "group": "Team, Oracle", "rights": {"set": []}},
        {"container": "TWO", "group": "readers", "rights": {"set": [*RIGHTS[:-1]]}},
    ]


@pytest.mark.parametrize(("level", "granted"), [("0", []), ("1", [RIGHTS[-2]]), ("2", [RIGHTS[-1]])])
def test_a_file_of_members_of_the_older_api(level: str, granted: list[str]) -> None:
    text = table(
        ["Safename", "Member", "MemberLocation", "MemberType", *CLASSIC, "RequestsAuthorizationLevel"],
        ["ONE", "ada", "example.com", "", *(["TRUE"] * len(CLASSIC)), level],
    )
    (entry,) = read(text, "container_permissions", defaults={"member_type": "user"})
    rights = {"set": [*RIGHTS[:-2], *granted]}
    assert entry == {"container": "ONE", "user": "ada", "search_in": "example.com", "rights": rights}


def test_rights_in_words_and_times_in_seconds() -> None:
    text = (
        "Safe,Group,Use accounts,Access Safe without confirmation,membershipExpirationDate\n"
        "ONE,team,Yes,No,1893456000\nTWO,team,,no,2030-01-01\nTHREE,team,yes,,0\n"
    )
    assert read(text, "container_permissions") == [
        {
            "container": "ONE",
            "group": "team",
            "rights": {"add": ["useAccounts"], "remove": ["accessWithoutConfirmation"]},
            "membership_expiration": "2030-01-01T00:00:00Z",
        },
        {
            "container": "TWO",
            "group": "team",
            "rights": {"remove": ["accessWithoutConfirmation"]},
            "membership_expiration": "2030-01-01",
        },
        {"container": "THREE", "group": "team", "rights": {"add": ["useAccounts"]}, "membership_expiration": ""},
    ]


def test_a_right_that_a_file_does_not_mention_is_not_taken_away() -> None:
    """A row without a value for one right is not a complete list."""
    text = table(["safe", "user", *RIGHTS], ["ONE", "ada", "", *(["no"] * (len(RIGHTS) - 1))])
    (entry,) = read(text, "container_permissions")
    assert entry["rights"] == {"remove": [*RIGHTS[1:]]}


def test_accounts_of_a_bulk_upload() -> None:
    text = (
        "username,address,safe,platformID,password,disableAutoMgmt,Port\n"
        'root,web1.example.com,ONE,UnixSSH," P6]x""l,E7L",,22\nsys,db1.example.com,ONE,Oracle,,,\n'
    )
    how = {"ignore": ["disableAutoMgmt"], "columns": {"Port": "properties.Port"}}
    assert read(text, "privileged_data", **how, defaults={"name": "{username}@{Address}", "type": "password"}) == [
        {
            "container": "ONE",
            "name": "root@web1.example.com",
            "type": "password",
            "secret": ' P6]x"l,E7L',
            "properties": {
                "username": "root",
                "address": "web1.example.com",
                "platformId": "UnixSSH",
                "Port": "22",
            },
        },
        {
            "container": "ONE",
            "name": "sys@db1.example.com",
            "type": "password",
            "properties": {"username": "sys", "address": "db1.example.com", "platformId": "Oracle"},
        },
    ]


def test_lists_in_a_cell() -> None:
    assert read("display_name,users\nteam,ada@x.org; grace@x.org\nidle,\n", "groups") == [
        {"display_name": "team", "users": {"set": ["ada@x.org", "grace@x.org"]}},
        {"display_name": "idle"},
    ]
    assert read("safe,name,remote_machines\nONE,root,web1|web2\n", "privileged_data", separator="|") == [
        {"container": "ONE", "name": "root", "remote_machines": ["web1", "web2"]}
    ]


def test_keys_and_descriptions_may_have_several_lines() -> None:
    key = "-----BEGIN K-----\r\nAAAA\r\n-----END K-----\r\n"
    text = table(["safe", "name", "secret", "note"], ["ONE", "root", key, "first, of two\nsecond\n"])
    (account,) = read(text, "privileged_data", ignore=["note"])
    assert account["secret"] == key
    text = table(["safe", "description", "retention"], ["ONE", "first, of two\nsecond", "7"])
    (safe,) = read(text, "containers", columns={"retention": "number_of_days_retention"})
    assert safe["description"] == "first, of two\nsecond"


@pytest.mark.parametrize("line", ["sep=;\r\n", '"sep=;"\n', "SEP=;\n"])
def test_the_first_line_may_name_the_delimiter(line: str) -> None:
    text = f"{line}user_name;Name, given\na;Ada\nb;NULL\n"
    with pytest.raises(InvalidError, match=r"row 3, column Name, given"):  # Excel does not count the line
        read(text, "users", columns={"Name, given": "given_name"})
    text = f"{line}user_name;Name, given\na;Ada\n"
    assert read(text, "users", columns={"Name, given": "given_name"}) == [{"user_name": "a", "given_name": "Ada"}]


def test_a_tab_may_be_the_delimiter_of_the_first_line() -> None:
    assert read("sep=\t\nuser_name\tmail\na\tb\n", "users") == [{"user_name": "a", "email": "b"}]


def test_the_type_that_powershell_writes_is_left_out() -> None:
    text = '#TYPE Selected.Microsoft.ActiveDirectory.Management.ADUser\r\n"login","mail"\r\n"a","b"\r\n'
    assert read(text, "users") == [{"user_name": "a", "email": "b"}]
    with pytest.raises(InvalidError, match="row 4, column mail"):
        read(text + "c,NULL\n", "users")


@pytest.mark.parametrize(("status", "active"), [("ACTIVE", True), ("SUSPENDED", False), ("DEPROVISIONED", False)])
def test_the_status_of_an_okta_user(status: str, active: bool) -> None:
    text = f"login,status\na,{status}\n"
    assert read(text, "users", columns={"status": "active"}) == [{"user_name": "a", "active": active}]


def test_groups_of_two_directories_are_two_members() -> None:
    text = "safe,group,MemberLocation,useAccounts\nA,team,one.example.com,yes\nA,team,two.example.com,no\n"
    assert [entry["search_in"] for entry in read(text, "container_permissions")] == [
        "one.example.com",
        "two.example.com",
    ]


def test_rows_that_say_the_same_are_one_entry() -> None:
    assert read("safe,member,membertype\nONE,a,User\nONE,a,user\nONE,a,Group\n", "container_permissions") == [
        {"container": "ONE", "user": "a"},
        {"container": "ONE", "group": "a"},
    ]


@pytest.mark.parametrize("kind", HEADERS)
def test_a_header_means_one_option_only(kind: str) -> None:
    headers = [header for names in HEADERS[kind].values() for header in names]
    assert len(headers) == len(set(headers))


# --- refusals

REFUSED: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "an unknown column": (
        "user_name,Colour,Shoe size\na,red,7\n",
        "users",
        {},
        "the columns Colour, Shoe size are unknown. Name an option for each in columns, or list it in",
    ),
    "one unknown column": ("user_name,Shoe\na,7\n", "users", {}, "the column Shoe is unknown. Name an"),
    "a version before the header": (
        "version:v1.0,,\nuserPrincipalName,mail\na,b\n",
        "users",
        {},
        "row 1 holds 'version:v1.0' instead of a header. Delete this row: the header is in the next one",
    ),
    "an unknown state": (
        "login,status\na,STAGED\n",
        "users",
        {"columns": {"status": "active"}},
        "row 2, column status: 'STAGED' is neither yes nor no, nor one of active, enabled, inactive, disabled",
    ),
    "two columns for one option": (
        "UserName,user_name\na,b\n",
        "users",
        {},
        "the columns UserName and user_name both hold user_name",
    ),
    "a header twice": ("username,mail,Mail\na,b,c\n", "users", {}, "the columns mail and Mail both hold email"),
    "too many cells": ("username,mail\na,b,c\n", "users", {}, "row 2 has 3 cells, and the header 2"),
    "too few cells": ("username,mail\na,b\nc\n", "users", {}, "row 3 has 1 cells, and the header 2"),
    "a value without a header": (
        "username,\na,b\n",
        "users",
        {},
        "row 2, column 2: there is a value, but the header is empty",
    ),
    "no boolean": (
        "username,active\na,yes\n\nb,maybe\nc,2\n",
        "users",
        {},
        "disabled, suspended, deprovisioned; row 5, column active: '2' is neither yes nor no, nor one of active",
    ),
    "no number": (
        "safe,number_of_days_retention\nA,7 days\n",
        "containers",
        {},
        "row 2, column number_of_days_retention: '7 days' is not a whole number",
    ),
    "no time": (
        "safe,user,expiration date\nA,b,1/31/2027\n",
        "container_permissions",
        {},
        "row 2, column expiration date: '1/31/2027' is neither an ISO 8601 time",
    ),
    "milliseconds": (
        "safe,user,expiration date\nA,b,1893456000000\n",
        "container_permissions",
        {},
        "row 2, column expiration date: '1893456000000' is neither an ISO 8601 time",
    ),
    "no choice": ("safe,name,type\nA,b,ssh\n", "privileged_data", {}, "column type: 'ssh' is none of password, key"),
    "no level": (
        "safe,user,RequestsAuthorizationLevel\nA,b,3\n",
        "container_permissions",
        {},
        "row 2: the authorization level '3' is none of 0, 1, 2",
    ),
    "levels in two ways": (
        "safe,user,RequestsAuthorizationLevel,Authorize account requests (level 2)\nA,b,1,yes\n",
        "container_permissions",
        {},
        "the columns RequestsAuthorizationLevel and Authorize account requests (level 2) both hold "
        "rights.requestsAuthorizationLevel2",
    ),
    "both levels": (
        "safe,user,requestsAuthorizationLevel1,requestsAuthorizationLevel2\nA,b,True,False\nA,c,True,True\n",
        "container_permissions",
        {},
        "row 3: requestsAuthorizationLevel1 and requestsAuthorizationLevel2 exclude each other, but both are yes",
    ),
    "both levels in a list": (
        "safe,user,rights\nA,b,useAccounts;requestsauthorizationlevel1; Authorize account requests (level 2)\n",
        "container_permissions",
        {},
        "row 2: requestsAuthorizationLevel1 and requestsAuthorizationLevel2 exclude each other",
    ),
    "an empty name": ("UPN,mail\n,b\n", "users", {}, "row 2: column UPN is empty"),
    "no name at all": (
        "mail\na\n",
        "users",
        {},
        "no column holds the user_name of a user. Name the column in columns, or give a text for all rows in defaults",
    ),
    "no member at all": ("safe\nA\n", "container_permissions", {}, "no column holds the user, group or member"),
    "a member without a type": (
        "safe,member\nA,b\n",
        "container_permissions",
        {},
        "row 2: the type of the member b is missing: add a column or a default for member_type",
    ),
    "a member of another type": (
        "safe,member,membertype\nA,b,Robot\n",
        "container_permissions",
        {},
        "row 2: the type 'Robot' of the member b is none of user, group, role",
    ),
    "two rows that disagree": (
        "safe,description\nA,one\nB,\na,two\n",
        "containers",
        {},
        "row 4 is about the same container as row 2, but has other values",
    ),
    "a column that is not there": (
        "username\na\n",
        "users",
        {"columns": {"Mail": "email"}},
        "the file has no column Mail. It has username",
    ),
    "an option that is not there": (
        "username,Mail\na,b\n",
        "users",
        {"columns": {"Mail": "e_mail"}},
        "e_mail is no option of a user. Its options are active, custom_attributes",
    ),
    "a map without a key": (
        "username,Phone\na,b\n",
        "users",
        {"columns": {"Phone": "phone_numbers"}},
        "the column Phone needs a key of phone_numbers. Write phone_numbers.work, phone_numbers.mobile",
    ),
    "the opposite of a text": (
        "username,Mail\na,b\n",
        "users",
        {"columns": {"Mail": "not email"}},
        "the column Mail cannot be the opposite of email",
    ),
    "a default of an empty cell": (
        "safe,username,address\nA,root,\n",
        "privileged_data",
        {"defaults": {"name": "{username}@{address}"}},
        "row 2: column address, which a default uses, is empty or missing",
    ),
    "rights in two ways": (
        "safe,user,Use accounts,rights\nA,b,yes,listAccounts\n",
        "container_permissions",
        {},
        "row 2: single rights are given in columns, and other rights in another option: use one of the two",
    ),
    "a long delimiter": ("user||mail\na||b\n", "users", {"delimiter": "||"}, "the delimiter '||' is not one character"),
    "two delimiters": ("user,name;mail\na;b\n", "users", {}, "the header holds ',' and ';'. Set the option delimiter"),
    "a quote that ends in another row": (
        'user name,address,safe,platformId,password,name\nroot,w1,APP,U,"ab,nm\nroot,w2,APP,U,cd",nn\n',
        "privileged_data",
        {"columns": {"user name": "properties.username"}},
        "row 2, column password: the cell holds a line break: is a quotation mark not closed?",
    ),
    "a quote that ends after a Windows line break": (
        'safe,name,address\r\n\r\nA,b,"c\r\nA,d,e"\r\n',
        "privileged_data",
        {},
        "row 3, column address: the cell holds a line break",
    ),
    "a description that ends in another row": (
        'safe,description,retention\nA,"one,7\nB,two",7\n',
        "containers",
        {"columns": {"retention": "number_of_days_retention"}},
        "row 2, column description: the cell holds a line break",
    ),
    "a column to leave out that ends in another row": (
        'username,note\na,"one\nb,two"\n',
        "users",
        {"ignore": ["note"]},
        "row 2, column note: the cell holds a line break",
    ),
    "a key that ends in another row": (
        'safe,name,secret\nA,b,"-----BEGIN K-----\nx\n-----END K-----\nA,c,d"\n',
        "privileged_data",
        {},
        "row 2, column secret: the cell holds a line break",
    ),
    "a form feed": ("username,mail\na,b\f\n", "users", {}, "row 2, column mail: the cell holds a form feed (U+000C)"),
    "a vertical tab": ("username,mail\na,b\vc\n", "users", {}, "row 2, column mail: the cell holds a vertical tab"),
    "a line separator": ("username,mail\na,b\u2028c\n", "users", {}, "the cell holds a line separator (U+2028)"),
    "a bell in a secret": ("safe,name,secret\nA,b,c\ad\n", "privileged_data", {}, "holds a control character (U+0007)"),
    "a null character": ("username,mail\na,b\0\n", "users", {}, "row 2"),
    "a quote that does not end": (
        'username,mail\n\na,"b\nc,d\n',
        "users",
        {},
        "row 3 has a quotation mark that is not closed",
    ),
    "a quote in the middle": ('username,mail\na,"b"c\n', "users", {}, "row 2 is not CSV: ',' expected after"),
    "nothing": ("\n", "users", {}, "the file is empty: it has no header"),
}

# Cells that a spreadsheet or a database has damaged, and the message for each.
DAMAGED = {
    '"=""+441632960001"""': "is a formula",
    "=441632960001": "is a formula",
    "'0163": "begins with an apostrophe",
    "'+441632960001": "begins with an apostrophe",
    "4.41632E+11": "is a number that lost digits",
    '"4,41632E+11"': "is a number that lost digits",
    "1E+15": "is a number that lost digits",
    "#N/A": "is an error value",
    "#NV": "is an error value",
    "#REF!": "is an error value",
    "#BEZUG!": "is an error value",
    "#VALUE!": "is an error value",
    "#NAME?": "is an error value",
    "#DIV/0!": "is an error value",
    "########": "is an error value",
    "NULL": "stands for no value",
    "null": "stands for no value",
    "(null)": "stands for no value",
    "\\N": "stands for no value",
    "NaN": "stands for no value",
    "N/A": "stands for no value",
    "n/a": "stands for no value",
    "<NA>": "stands for no value",
    "none": "stands for no value",
    "None": "stands for no value",
    "nil": "stands for no value",
    "undefined": "stands for no value",
    "-": "stands for no value",
}


@pytest.mark.parametrize("cell", DAMAGED)
@pytest.mark.parametrize("title", ["workphone", "given_name", "active", "custom_attributes.costCenter"])
def test_damage_by_a_spreadsheet_is_refused(title: str, cell: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        read(f"username,{title}\na,{cell}\n", "users", columns={title: title} if "." in title else {})
    assert f"row 2, column {title}: " in str(refusal.value)
    assert DAMAGED[cell] in str(refusal.value)


@pytest.mark.parametrize("cell", [cell for cell, said in DAMAGED.items() if said == "is an error value"])
def test_an_error_value_is_no_description_and_no_part_of_a_default(cell: str) -> None:
    with pytest.raises(InvalidError, match=r"row 2, column description: .* is an error value"):
        read(f"safe,description\na,{cell}\n", "containers")
    with pytest.raises(InvalidError, match=r"row 2: column Room: .* is an error value"):
        read(f"safe,Room\na,{cell}\n", "containers", ignore=["room"], defaults={"description": "in {Room}"})


@pytest.mark.parametrize("cell", ["NULL", "=1+2", "'0163", "4.41632E+11", "see #N/A"])
def test_descriptions_and_secrets_may_look_like_formulas(cell: str) -> None:
    assert read(f"safe,description\na,{cell}\n", "containers") == [{"name": "a", "description": cell}]
    (account,) = read(f"safe,name,password\na,b,{cell}\n", "privileged_data")
    assert account["secret"] == cell


@pytest.mark.parametrize("cell", list(DAMAGED))
def test_secrets_are_left_alone(cell: str) -> None:
    (account,) = read(f"safe,name,password\na,b,{cell}\n", "privileged_data")
    assert account["secret"] == next(csv.reader([cell]))[0]


@pytest.mark.parametrize(
    "name",
    [
        "Null",
        "'t Hooft",
        "Nan",
        "#1",
        "1E5",
        "12E-4x",
        "C#",
        "+441632960001",
        "Nil",
        "NA",
        "1.50",
        "00471",
        "#channel",
        "É+10",
    ],
)
def test_names_that_only_resemble_damage_are_names(name: str) -> None:
    assert read(f"username,lastname\na,{name}\n", "users") == [{"user_name": "a", "family_name": name}]


@pytest.mark.parametrize(
    ("header", "how"),
    [
        ("password", {}),
        ("Kennwort", {"columns": {"Kennwort": "secret"}}),
        ("root pwd", {"ignore": ["Root PWD"]}),
    ],
)
def test_a_name_is_never_made_of_a_secret(header: str, how: dict[str, Any]) -> None:
    text = f"safe,username,{header}\nA,root,Ii9-secret\n"
    with pytest.raises(InvalidError) as refusal:
        read(text, "privileged_data", defaults={"name": f"{{username}}-{{{header.upper()}}}"}, **how)
    assert f"the default of name uses the column {header}, which holds a secret" in str(refusal.value)
    assert "Ii9" not in str(refusal.value)


@pytest.mark.parametrize("secret", ["=Ii9-secret", "NULL", "'9Ii"])
def test_a_default_of_a_secret_is_left_alone(secret: str) -> None:
    how = {"ignore": ["Initial password"], "defaults": {"password": "{initial password}"}}
    assert read(f"username,Initial password\nada,{secret}\n", "users", **how)[0]["password"] == secret


@pytest.mark.parametrize("rights", [["useAccounts"], {"add": None}, {"set": [True]}, "useAccounts"])
def test_rights_of_a_default_are_for_the_module_to_check(rights: Any) -> None:
    (entry,) = read("safe,user\nA,b\n", "container_permissions", defaults={"rights": rights})
    assert entry["rights"] == rights


def test_a_secret_may_be_made_of_a_secret() -> None:
    text = "username,Initial password\nada,Ii9-secret\n"
    how = {"ignore": ["Initial password"], "defaults": {"password": "{initial password}"}}
    assert read(text, "users", **how) == [{"user_name": "ada", "password": "Ii9-secret"}]


@pytest.mark.parametrize("port", ["22.0", '"22,0"', "ssh", "-22", "2.2E+01", "0x16"])
def test_a_port_is_a_whole_number(port: str) -> None:
    with pytest.raises(InvalidError, match=r"row 2, column port: .*(is not a whole number|lost digits)"):
        read(f"safe,name,port\nA,b,{port}\n", "privileged_data", columns={"port": "properties.Port"})


@pytest.mark.parametrize(("text", "kind", "how", "message"), REFUSED.values(), ids=REFUSED)
def test_ambiguous_files_are_refused(text: str, kind: str, how: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        read(text, kind, **how)
    assert message in str(refusal.value)


@pytest.mark.parametrize("cell", ["441632960001.0", "471.0", "-1.0"])
def test_a_number_with_a_decimal_is_no_text(cell: str) -> None:
    for text, kind, how in (
        (f"username,workphone\na,{cell}\n", "users", {}),
        (f"display_name,users\na,b;{cell}\n", "groups", {}),
        (f"safe,Room\na,{cell}\n", "containers", {"ignore": ["room"], "defaults": {"managing_cpm": "in {Room}"}}),
    ):
        with pytest.raises(InvalidError, match=r"is a number with a decimal that a program has added"):
            read(text, kind, **how)
    with pytest.raises(InvalidError, match=r"'7,0' is a number with a decimal"):
        read("username;mail\na;7,0\n", "users")
    assert read(f"safe,description\na,{cell}\n", "containers")[0]["description"] == cell


def test_all_wrong_cells_are_reported_beside_unknown_columns() -> None:
    text = "user_name,active,mail,Shoe,workphone\na,maybe,NULL,7,1E+15\nb,yes\nc,yes,,=1,1.0\n"
    with pytest.raises(InvalidError) as refusal:
        read(text, "users")
    expected = [
        "the column Shoe is unknown",
        "row 2, column active: 'maybe'",
        "row 2, column mail: 'NULL'",
        "row 2, column workphone: '1E+15'",
        "row 3 has 2 cells, and the header 5",
        "row 4, column workphone: '1.0'",
    ]
    places = [str(refusal.value).find(part) for part in expected]
    assert -1 not in places, str(refusal.value)
    assert places == sorted(places)
    with pytest.raises(InvalidError, match=r"the column Benutzer is unknown.*no column holds the user_name of a user"):
        read("Benutzer,mail\na,b\n", "users")


@pytest.mark.parametrize("title", ["lastname", "password"])
def test_a_lost_letter_is_refused_in_each_column_that_is_read(title: str) -> None:
    text = f"username,{title},note\na,J\ufffdrg,\ufffd\n"
    with pytest.raises(
        InvalidError, match=rf"row 2, column {title}: the cell holds a replacement character"
    ) as refusal:
        read(text, "users", ignore=["note"])
    assert "rg" not in str(refusal.value).partition("the cell")[2].replace("wrong", "")
    assert "column note" not in str(refusal.value)


def test_a_refusal_holds_no_secret() -> None:
    text = "safe,name,password,type\nA,b,Ii9-secret,ssh\nA,b,Ii9-secret\nA,b,Ii9-other,key\nA,B,Ii9-secret,key\n"
    with pytest.raises(InvalidError) as refusal:
        read(text, "privileged_data")
    assert "row 5 is about the same" in str(refusal.value)
    assert "Ii9" not in str(refusal.value)
