# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control API."""

from __future__ import annotations

import pytest
import requests
from ansible_collections.idops.cyberark_identity.tests.emulator.control.switches import SWITCHES


def refused(client, method, path, body=None):
    answer = client.session.request(method, f"{client.info['control_url']}/{path}", json=body)
    assert answer.status_code in (400, 404), answer.text
    return answer.json()["error"]


def test_log_of_requests(client):
    client.token()
    client.get("Users", filter='userName eq "a b+ü"')
    client.get("users/nobody")
    client.session.headers.pop("Authorization")
    client.call("DELETE", "Groups/x")
    app = client.info["app_id"]
    assert client.log() == [
        {"method": "POST", "path": f"/oauth2/token/{app}", "query": "", "status": 200},
        {"method": "GET", "path": "/scim/v2/Users", "query": 'filter=userName eq "a b+ü"', "status": 200},
        {"method": "GET", "path": "/scim/v2/users/nobody", "query": "", "status": 404},
        {"method": "DELETE", "path": "/scim/v2/Groups/x", "query": "", "status": 401},
    ]
    client.control("DELETE", "requests")
    assert client.log() == []


def test_log_holds_no_secrets(client):
    client.token(auth=None, client_id=client.info["client_id"], client_secret=client.info["client_secret"])
    client.user(password="S3cret-pass-1")
    text = str(client.log())
    assert client.info["client_secret"] not in text
    assert "S3cret-pass-1" not in text
    assert client.session.headers["Authorization"].split()[1] not in text


def test_log_shows_injected_faults(client):
    client.fault(status=503)
    client.get("Users")
    assert [entry["status"] for entry in client.log()] == [503]


def test_reset_goes_back_to_what_was_kept(client):
    user = client.user()
    kept = client.control("POST", "keep")["kept"]
    before = client.control("GET", "state")
    client.login()
    client.call("DELETE", f"Users/{user['id']}")
    client.create("grace@example.com")
    for _time in range(2):
        client.control("POST", "reset", {"to": kept})
        assert client.control("GET", "state") == before
    client.control("POST", "reset")
    assert client.session.post(f"{client.info['control_url']}/reset", json={"to": kept}).status_code == 400


def test_reset_goes_back_to_the_start(client):
    before = {endpoint: client.get(endpoint).json()["totalResults"] for endpoint in ("Users", "Groups")}
    names = {user["id"] for user in client.get("Users").json()["Resources"]}
    user = client.user()
    client.group("admins", user["id"])
    client.call(
        "PUT",
        "Groups/Everybody",
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
            "displayName": "Everybody",
            "members": [{"value": user["id"]}],
        },
    )
    client.seed(users=5)
    client.switch(groups_paging=True, throttle={"every": 2}, stale_reads=3, list_service_users=False)
    client.fault(status=503, count=None)
    client.control("POST", "reset")
    assert client.log() == []
    assert client.control("GET", "switches") == {switch.name: switch.default for switch in SWITCHES}
    assert client.control("GET", "faults") == []
    assert client.get("Users").status_code == 401
    client.login()
    after = {endpoint: client.get(endpoint).json()["totalResults"] for endpoint in ("Users", "Groups")}
    assert after == before
    assert {item["id"] for item in client.get("Users").json()["Resources"]} == names
    assert "members" not in client.get("Groups/Everybody").json()
    assert client.create("ada@example.com").status_code == 201


def test_numbered_users_have_full_attributes(client):
    ids = client.seed(users=2)["users"]
    user = client.get(f"Users/{ids[0]}").json()
    assert user["userName"] == "user00001@example.com"
    assert {"name", "displayName", "active", "emails", "phoneNumbers", "preferredLanguage"} <= set(user)
    assert len([key for key in user if key.startswith("urn:")]) == 2
    assert client.get(f"Users/{ids[1]}").json()["userName"] == "user00002@example.com"
    assert client.get(f"Users/{client.seed(users=1)['users'][0]}").json()["userName"] == "user00003@example.com"


def test_seeding_goes_past_the_checks(client):
    twins = client.seed(users=[{"userName": "twin@nowhere"}, {"userName": "twin@nowhere", "password": "weak"}])["users"]
    assert [user["id"] for user in client.find("Users", 'userName eq "twin@nowhere"')] == twins
    client.seed(groups=[{"displayName": "twin"}, {"displayName": "TWIN"}])
    assert len(client.get("Groups").json()["Resources"]) == 6


def test_seeded_groups_and_linked_users(client):
    seeded = client.seed(
        users=[{"userName": "ada@example.com"}],
        linked_users=[{"userName": "fed@corp.example"}],
        groups=[
            {"displayName": "inner", "members": ["ada@example.com", "fed@corp.example"]},
            {"displayName": "outer", "members": ["inner", "Everybody"]},
        ],
    )
    assert [len(seeded[kind]) for kind in ("users", "linked_users", "groups")] == [1, 1, 2]
    outer = client.get(f"Groups/{seeded['groups'][1]}").json()
    assert [item["display"] for item in outer["members"]] == ["inner", "Everybody"]
    linked = client.get(f"Users/{seeded['linked_users'][0]}").json()
    assert linked["groups"][0]["display"] == "inner"


def test_unknown_switch_names_the_known_ones(client):
    message = refused(client, "POST", "switches", {"nothing": 1})
    for name in ("nothing", "groups_paging", "latency"):
        assert name in message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("groups_paging", 1),
        ("duplicate_status", 404),
        ("patch_supported", {"Users": 200}),
        ("patch_supported", {"Things": True}),
        ("patch_supported", True),
        ("throttle", {"retry_after": 1}),
        ("throttle", {"every": 0}),
        ("throttle", {"every": 2, "retry_after": [1]}),
        ("latency", -1),
        ("latency", "1"),
        ("max_results", 0),
        ("max_results", 1.5),
        ("granted_rights", ["Everything"]),
        ("custom_attributes", "site"),
        ("custom_attributes", [""]),
        ("content_type", "xml"),
    ],
)
def test_refused_switch_values_change_nothing(client, name, value):
    assert name in refused(client, "POST", "switches", {"delete_status": 200, name: value})
    assert client.control("GET", "switches")["delete_status"] == 204


def test_unknown_control_request(client):
    assert "POST /reset" in refused(client, "GET", "nothing")
    assert "POST /reset" in refused(client, "GET", "reset")
    assert client.session.post(f"{client.info['control_url']}/switches", data="{").status_code == 400


def test_control_needs_no_token(client):
    assert requests.get(f"{client.info['control_url']}/switches").status_code == 200
