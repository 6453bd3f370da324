# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The discovery endpoints, and paths in general."""

from __future__ import annotations

import pytest
from ansible_collections.idops.cyberark_identity.tests.emulator.models import CUSTOM_URN, ENTERPRISE_URN, LINKED_URN

PAM = "urn:ietf:params:scim:schemas:pam:1.0:"
CYBERARK = "urn:ietf:params:scim:schemas:cyberark:1.0:"
CORE = "urn:ietf:params:scim:schemas:core:2.0:"


def test_service_provider_config(client):
    body = client.get("ServiceProviderConfig").json()
    meta = body.pop("meta")
    assert meta["location"] == f"{client.base}/Scim/v2/ServiceProviderConfig"
    assert body == {
        "schemas": [f"{CORE}ServiceProviderConfig"],
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 1, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": 1000},
        "changePassword": {"supported": False},
        "sort": {"supported": False},
        "etag": {"supported": False},
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "OAuth Bearer Token",
                "description": "Authentication scheme using the OAuth Bearer Token Standard",
            }
        ],
    }


def test_resource_types(client):
    body = client.get("ResourceTypes").json()
    assert body["totalResults"] == 6
    found = [
        (item["id"], item["endpoint"], item["schema"], [part["schema"] for part in item.get("schemaExtensions", [])])
        for item in body["Resources"]
    ]
    assert found == [
        ("Container", "/Containers", f"{PAM}Container", [f"{CYBERARK}Safe"]),
        ("ContainerPermission", "/ContainerPermissions", f"{PAM}ContainerPermission", [f"{CYBERARK}SafeMember"]),
        ("PrivilegedData", "/PrivilegedData", f"{PAM}PrivilegedData", [f"{CYBERARK}PrivilegedData"]),
        ("PrivilegedDataPermission", "/PrivilegedDataPermissions", f"{PAM}PrivilegedDataPermission", []),
        ("User", "/Users", f"{CORE}User", [ENTERPRISE_URN, CUSTOM_URN, LINKED_URN]),
        ("Group", "/Groups", f"{CORE}Group", [LINKED_URN]),
    ]
    for item in body["Resources"]:
        assert item["schemas"] == [f"{CORE}ResourceType"]
        assert item["name"] == item["id"]
        assert item["meta"]["location"] == f"{client.base}/Scim/v2/ResourceTypes/{item['id']}"
        assert not any(part["required"] for part in item.get("schemaExtensions", []))
    assert "schemaExtensions" not in body["Resources"][3]


def test_one_resource_type(client, error):
    assert client.get("ResourceTypes/Group").json()["endpoint"] == "/Groups"
    assert error(client.get("ResourceTypes/Groups")) == (404, None, "Resource type Groups not found")


def test_schemas(client):
    body = client.get("Schemas").json()
    assert body["totalResults"] == 11
    assert [item["name"] for item in body["Resources"]] == [
        "Container",
        "CyberArkSafe",
        "ContainerPermission",
        "CyberArk ContainerPermission",
        "PrivilegedData",
        "CyberArkPrivilegedData",
        "User",
        "EnterpriseUser",
        "CustomData",
        "LinkedObject",
        "Group",
    ]
    for item in body["Resources"]:
        keys = ["name", "description", "attributes", "id", "meta"]
        assert list(item) == [key for key in keys if key != "description" or item["name"] != "Group"]
        for attribute in item["attributes"]:
            simple = attribute["type"] not in ("boolean", "integer", "dateTime", "complex")
            assert ("caseExact" in attribute) == simple, attribute["name"]
            assert attribute["name"] != "externalId"


@pytest.mark.parametrize("name", ["User", "user", f"{CORE}User"])
def test_one_schema(client, name):
    attributes = {item["name"]: item for item in client.get(f"Schemas/{name}").json()["attributes"]}
    assert attributes["userName"]["caseExact"] is True
    assert attributes["password"]["mutability"] == "writeOnly"
    assert attributes["groups"]["mutability"] == "readOnly"
    formatted = next(sub for sub in attributes["name"]["subAttributes"] if sub["name"] == "formatted")
    assert formatted["mutability"] == "readOnly"


def test_unknown_schema_is_a_server_error(client, error):
    answer = client.get("Schemas/Nothing")
    assert error(answer) == (500, None, "Object reference not set to an instance of an object. ")


def test_discovery_is_read_only(client):
    assert client.call("POST", "Schemas", {}).status_code == 405


@pytest.mark.parametrize("path", ["/scim/Users", "/Scim/V2/users", "/SCIM/v2/USERS/", "/scim/USERS"])
def test_scim_paths_ignore_case(client, path):
    answer = client.session.get(client.base + path)
    assert answer.status_code == 200
    assert answer.json()["totalResults"] == 2


@pytest.mark.parametrize("endpoint", ["PrivilegedDataPermissions", "privilegeddatapermissions/a"])
def test_a_resource_type_nobody_documents_is_not_implemented(client, error, endpoint):
    assert error(client.get(endpoint)) == (501, None, "PrivilegedDataPermission is not implemented")


@pytest.mark.parametrize("endpoint", ["Containers", "containerpermissions", "PRIVILEGEDDATA"])
def test_the_vault_is_served_with_the_directory(client, endpoint):
    """A tenant recorded in 2024 served both to one client."""
    assert [client.get(name).status_code for name in (endpoint, "Users", "Groups")] == [200, 200, 200]


@pytest.mark.parametrize("path", ["Nothing", "", "Users/a/b"])
def test_unknown_scim_paths(client, error, path):
    assert error(client.get(path))[0] == 404


def test_unsupported_methods(client, error):
    assert error(client.call("DELETE", "Users"))[0] == 405
    assert error(client.call("POST", "Users/x", {}))[0] == 405


def test_paths_outside_the_apis_are_web_pages(client):
    answer = client.session.get(f"{client.base}/login")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.text.startswith("<!DOCTYPE html>")
