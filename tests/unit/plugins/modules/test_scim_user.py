# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of users: names, references, foreign directories, and deviating servers."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import CORE_USER, Result, Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.cases import EVERY_USER_OPTION

Run = Callable[..., Result]
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CUSTOM = "urn:scim:schemas:extension:custom:2.0"
PASSWORD = "Initial-pass-1"

ODD_NAMES = [
    "o'neill@example.com",
    'quo"te@example.com',
    "back\\slash@example.com",
    "two words@example.com",
    "plus+tag@example.com",
    "per%20cent@example.com",
    "sla/sh@example.com",
    "question?mark&more=1#x@example.com",
    "zoë.ñandú@example.com",
    "漢字@example.com",
    "emoji😀@example.com",
]


def create(run: Run, name: str = "ada@example.com", **options: Any) -> Result:
    return run("scim_user", user_name=name, **{"password": PASSWORD, **options})


@pytest.mark.parametrize("name", ODD_NAMES)
def test_lifecycle_with_odd_names(tenant: Tenant, run: Run, name: str) -> None:
    # The tenant's own rules for names are bypassed: names from other systems have to be manageable.
    tenant.seed_user(userName=name, displayName="before")
    assert run("scim_user", user_name=name, display_name=name)["changed"] is True
    assert tenant.user(name)["displayName"] == name
    assert run("scim_user", user_name=name, display_name=name)["changed"] is False
    assert [user["user_name"] for user in run("scim_user_info", user_name=name)["users"]] == [name]
    assert run("scim_user", user_name=name, state="absent")["changed"] is True
    assert tenant.users(name) == []


def test_every_attribute_survives_the_round_trip(tenant: Tenant, run: Run) -> None:
    tenant.seed_user(userName="boss@example.com")
    run("scim_user", **EVERY_USER_OPTION)
    (user,) = run("scim_user_info", user_name="ada@example.com")["users"]
    assert user["manager"] == tenant.user("boss@example.com")["id"]
    assert {**user, "manager": "boss@example.com", "id": None} == {
        **{key: value for key, value in EVERY_USER_OPTION.items() if key != "password"},
        "id": None,
    }
    again = run("scim_user", **user)
    assert again["changed"] is False
    assert again["user"] == user


def test_omitted_options_are_left_alone(tenant: Tenant, run: Run) -> None:
    tenant.seed_user(userName="boss@example.com")
    run("scim_user", **EVERY_USER_OPTION)
    before = tenant.user("ada@example.com")
    run("scim_user", user_name="ada@example.com", given_name="Augusta", phone_numbers={"home": ""}, email=None)
    after = tenant.user("ada@example.com")
    assert after["name"].pop("givenName") == "Augusta"
    assert before["name"].pop("givenName") == "Ada"
    before["phoneNumbers"] = [phone for phone in before["phoneNumbers"] if phone["type"] != "home"]
    for volatile in (before, after):
        volatile.pop("meta")
        volatile["phoneNumbers"].sort(key=lambda phone: phone["type"])
    assert after == before


def test_only_the_difference_is_sent(tenant: Tenant, run: Run) -> None:
    identifier = tenant.seed_user(userName="ada@example.com", displayName="Ada", active=True)
    tenant.forget_requests()
    run("scim_user", user_name="ada@example.com", display_name="Ada", given_name="Ada")
    assert tenant.writes() == [f"PATCH /scim/v2/Users/{identifier}"]
    assert len(tenant.requests()) == 3  # token, find, write


@pytest.mark.parametrize("filter_case_sensitive", [True, False])
@pytest.mark.parametrize("filters_ignored", [True, False])
@pytest.mark.parametrize("unique_case_sensitive", [True, False])
def test_other_casing_is_found_and_not_duplicated(
    tenant: Tenant, run: Run, filter_case_sensitive: bool, filters_ignored: bool, unique_case_sensitive: bool
) -> None:
    tenant.switch(
        filter_case_sensitive=filter_case_sensitive,
        filters_ignored=filters_ignored,
        unique_case_sensitive=unique_case_sensitive,
    )
    tenant.seed(users=30)
    tenant.scim("POST", "Users", {"schemas": [CORE_USER], "userName": "Ada.King@Example.com", "password": PASSWORD})
    result = create(run, "ada.king@example.com", display_name="Ada")
    assert result["changed"] is True
    assert tenant.user("ada.king@example.com")["userName"] == "Ada.King@Example.com"
    assert tenant.user("ada.king@example.com")["displayName"] == "Ada"
    assert create(run, "ADA.KING@EXAMPLE.COM", display_name="Ada")["changed"] is False
    assert len(run("scim_user_info", user_name="ada.KING@example.com")["users"]) == 1
    assert run("scim_user", user_name="aDa.king@example.com", state="absent")["changed"] is True
    assert tenant.users("ada.king@example.com") == []


def test_rename_by_id(tenant: Tenant, run: Run) -> None:
    identifier = tenant.seed_user(userName="ada@example.com", displayName="Ada")
    result = run("scim_user", id=identifier, user_name="ada.king@example.com")
    assert result["diff"] == {
        "before": {"user_name": "ada@example.com"},
        "after": {"user_name": "ada.king@example.com"},
    }
    assert tenant.user("ada.king@example.com")["id"] == identifier
    assert tenant.users("ada@example.com") == []
    assert run("scim_user", id=identifier, user_name="ada.king@example.com")["changed"] is False


@pytest.mark.parametrize("check", [True, False])
def test_rename_onto_an_existing_name_is_refused(tenant: Tenant, run: Run, check: bool) -> None:
    identifier = tenant.seed_user(userName="ada@example.com")
    other = tenant.seed_user(userName="grace@example.com")
    tenant.forget_requests()
    result = run("scim_user", id=identifier, user_name="Grace@example.com", check=check)
    assert result.code == "conflict"
    assert other in result["msg"]
    assert result["diff"]["after"] == {"user_name": "Grace@example.com"}
    assert tenant.writes() == []


def test_unknown_id(tenant: Tenant, run: Run) -> None:
    result = run("scim_user", id="no-such-id", display_name="x")
    assert result.code == "not_found"
    assert "leave out id" in result["msg"]
    assert run("scim_user", id="no-such-id", state="absent")["changed"] is False
    assert run("scim_user_info", id="no-such-id")["users"] == []


@pytest.mark.parametrize("identifier", [".", ".."])
def test_an_id_never_names_the_collection(tenant: Tenant, run: Run, identifier: str) -> None:
    assert run("scim_user", id=identifier, state="absent").code == "invalid"
    assert tenant.writes() == []


@pytest.mark.parametrize("state", ["present", "absent"])
def test_two_users_that_match_are_ambiguous(tenant: Tenant, run: Run, state: str) -> None:
    tenant.switch(filter_case_sensitive=False)
    ids = [tenant.seed_user(userName=name) for name in ("ada@example.com", "Ada@example.com")]
    tenant.forget_requests()
    result = run("scim_user", user_name="ada@example.com", state=state)
    assert result.code == "ambiguous"
    assert all(identifier in result["msg"] for identifier in ids)
    assert tenant.writes() == []


@pytest.mark.parametrize("change", [{"display_name": "x"}, {"state": "absent"}, {"active": False}])
@pytest.mark.parametrize("check", [True, False])
def test_user_of_another_directory_is_read_only(tenant: Tenant, run: Run, change: dict[str, Any], check: bool) -> None:
    tenant.seed(
        linked_users=[{"schemas": [CORE_USER], "userName": "ada@example.com", "displayName": "Ada", "active": True}]
    )
    tenant.forget_requests()
    result = run("scim_user", user_name="ada@example.com", check=check, **change)
    assert result.code == "read_only"
    assert tenant.writes() == []
    assert run("scim_user", user_name="ada@example.com", display_name="Ada")["changed"] is False
    assert len(run("scim_user_info", user_name="ada@example.com")["users"]) == 1


def test_password_is_written_on_create_only_by_default(tenant: Tenant, run: Run) -> None:
    first = create(run)
    assert first["diff"]["after"]["password"] == "********"
    credentials = {"userName": "ada@example.com", "password": PASSWORD}
    assert tenant.control("POST", "check_password", credentials) == {"matches": True}
    tenant.forget_requests()
    assert create(run, password="Another-pass-2")["changed"] is False
    assert tenant.writes() == []
    result = create(run, password="Another-pass-2", update_password="always")
    assert result["changed"] is True
    assert len(tenant.writes()) == 1
    assert "Another-pass-2" not in result.output
    credentials = {"userName": "ada@example.com", "password": "Another-pass-2"}
    assert tenant.control("POST", "check_password", credentials) == {"matches": True}


@pytest.mark.parametrize("check", [True, False])
def test_unknown_manager(tenant: Tenant, run: Run, check: bool) -> None:
    result = create(run, manager="nobody@example.com", check=check)
    if check:
        assert result["changed"] is True
        assert "nobody@example.com" in result.warnings[0]
    else:
        assert result.code == "not_found"
        assert "resolve manager of user 'ada@example.com'" in result["msg"]
        assert "'nobody@example.com'" in result["msg"]
    assert tenant.writes() == []


def test_manager_by_id_costs_no_request_once_set(tenant: Tenant, run: Run) -> None:
    boss = tenant.seed_user(userName="boss@example.com")
    assert create(run, manager=boss)["user"]["manager"] == boss
    tenant.forget_requests()
    assert create(run, manager=boss)["changed"] is False
    assert len(tenant.requests()) == 2  # token, find


@pytest.mark.parametrize("status", [409, 400, 500])
@pytest.mark.ways("main", "task", reason="another client writes at a moment that the time of a process shifts")
def test_another_writer_creates_the_user_first(tenant: Tenant, run: Run, status: int) -> None:
    """The name is free at the lookup and taken at the POST: the task then updates that user."""
    tenant.switch(duplicate_status=status)
    tenant.fault(method="POST", path="/Users$", latency=0.5)
    other = {"schemas": [CORE_USER], "userName": "ADA@example.com", "password": PASSWORD, "displayName": "Other"}
    timer = threading.Timer(0.25, lambda: tenant.scim("PUT", f"Users/{renamed}", other))
    renamed = tenant.seed_user(userName="other@example.com")
    timer.start()
    result = create(run, display_name="Ada")
    timer.join()
    assert not result.failed, result.output
    assert result["changed"] is True
    assert tenant.user("ada@example.com")["displayName"] == "Ada"
    assert tenant.user("ada@example.com")["id"] == renamed


@pytest.mark.parametrize(
    ("options", "detail"),
    [
        ({"name": "ada"}, "ada"),
        ({"name": "ada@nowhere.example"}, "nowhere.example"),
        ({"name": "ada@example.com", "password": "lowercase"}, None),
        ({"name": "ada@example.com", "custom_attributes": {"colour": "red"}}, "colour"),
    ],
)
def test_refusals_quote_the_tenant(tenant: Tenant, run: Run, options: dict[str, Any], detail: str | None) -> None:
    result = create(run, **options)
    assert result.code == "invalid"
    assert result["failure"]["status"] == 400
    assert result["failure"]["detail"] in result["msg"]
    assert detail is None or detail in result["msg"]
    assert "Could not create user" in result["msg"]
    assert tenant.users(options["name"]) == []


# Switches that do not affect each other share a server. test_switches.py has each of them alone.
SERVERS: list[dict[str, Any]] = [
    {"patch_supported": {"Users": 405}, "delete_status": 200, "list_keys_minimal": True},
    {"patch_supported": {"Users": 501}, "users_paging": False, "content_type": "scim+json"},
    {"patch_paths": "core_only", "default_page_size": 1, "max_results": 1, "password_required": True},
    {"patch_status": 204, "resources_omitted_when_empty": False, "location_header": False},
    {"filters_ignored": True, "list_service_users": False},
    {"filter_case_sensitive": False, "short_pages": True},
    {"put_drops_display_name": True, "patch_supported": {"Users": 405}},
    {"throttle": {"every": 3, "retry_after": 0}},
]


@pytest.mark.parametrize("switches", SERVERS, ids=str)
def test_every_kind_of_server(tenant: Tenant, run: Run, switches: dict[str, Any]) -> None:
    tenant.seed(users=7)
    tenant.seed_user(userName="boss@example.com")
    tenant.switch(**switches)
    retries = 1 if "throttle" in switches else 0
    run = functools.partial(run, retries=retries)
    first = run("scim_user", **EVERY_USER_OPTION)
    assert not first.failed, first.output
    change = {
        "user_name": "ada@example.com",
        "display_name": "Ada King",
        "given_name": "",
        "organization": "Poetry",
        "manager": "",
        "custom_attributes": {"badge": "", "site": "London"},
        "phone_numbers": {"work": "", "mobile": "1"},
        "email": "",
    }
    changed = run("scim_user", **change)
    assert changed["changed"] is True
    known = ("429", "The server counts")  # expected of a throttling and of a miscounting server
    assert [warning for warning in changed.warnings if not any(text in warning for text in known)] == []
    tenant.switch(throttle=None)
    user = tenant.user("ada@example.com")
    assert user["displayName"] == "Ada King"
    assert "givenName" not in user["name"]
    assert user["name"]["familyName"] == "Lovelace"
    assert user[ENTERPRISE] == {"organization": "Poetry"}
    assert user[CUSTOM] == {"costCenter": "4711", "site": "London"}
    assert {phone["type"]: phone["value"] for phone in user["phoneNumbers"]} == {"home": "+441632960003", "mobile": "1"}
    assert "emails" not in user
    assert run("scim_user", **change)["changed"] is False
    assert len(run("scim_user_info")["users"]) >= 9
    assert run("scim_user", user_name="ada@example.com", state="absent")["changed"] is True
    assert tenant.users("ada@example.com") == []


def test_put_keeps_concurrent_changes(tenant: Tenant, run: Run) -> None:
    """Another client writes between the read and the refused PATCH; the following PUT must not undo it."""
    identifier = tenant.seed_user(userName="ada@example.com", displayName="Ada", name={"familyName": "Lovelace"})
    tenant.switch(patch_supported={"Users": 501})
    # Only the second read shows the other writer's change, which is made while the PATCH is under way.
    tenant.fault(method="PATCH", path="/Users/", status=501, latency=0.5)
    other = {
        "schemas": [CORE_USER],
        "userName": "ada@example.com",
        "name": {"familyName": "King"},
        "displayName": "Ada",
    }
    timer = threading.Timer(0.25, lambda: tenant.scim("PUT", f"Users/{identifier}", other))
    timer.start()
    run("scim_user", user_name="ada@example.com", given_name="Augusta")
    timer.join()
    assert tenant.user("ada@example.com")["name"]["familyName"] == "King"
    assert tenant.user("ada@example.com")["name"]["givenName"] == "Augusta"


def test_user_deleted_before_the_put(tenant: Tenant, run: Run) -> None:
    tenant.seed_user(userName="ada@example.com", displayName="Ada")
    tenant.switch(patch_supported={"Users": 501})
    tenant.fault(method="GET", path="/Users/", status=404)
    result = run("scim_user", user_name="ada@example.com", display_name="x")
    assert result.code == "not_found"
    assert "deleted while" in result["msg"]


def test_a_warning_names_values_that_the_server_dropped(tenant: Tenant, run: Run) -> None:
    tenant.seed_user(userName="ada@example.com", displayName="Ada King")
    # The PUT reports success and has no effect.
    tenant.switch(patch_supported={"Users": 405})
    tenant.fault(method="PUT", path="/Users/", status=200, body="empty")
    result = run("scim_user", user_name="ada@example.com", organization="Poetry")
    assert result["changed"] is True
    assert result.warnings == [
        f"The server accepted organization = 'Poetry' of user {tenant.user('ada@example.com')['id']} but holds None"
    ]


@pytest.mark.parametrize("patch", [True, 405])
def test_an_empty_display_name_is_the_servers_default(tenant: Tenant, run: Run, patch: Any) -> None:
    tenant.seed_user(userName="ada@example.com", displayName="Ada King")
    tenant.switch(patch_supported={"Users": patch})
    for changed in (True, False):
        result = run("scim_user", user_name="ada@example.com", display_name="")
        assert result["changed"] is changed
        assert result["diff"]["after"]["display_name"] == "ada"
        assert result.warnings == []


def test_check_mode_knows_the_servers_defaults(tenant: Tenant, run: Run) -> None:
    predicted, actual = (create(run, check=check)["user"] for check in (True, False))
    assert predicted == {**actual, "id": None}


def test_deleting_makes_sure_that_there_is_no_other_casing(tenant: Tenant, run: Run) -> None:
    tenant.seed_user(userName="ada@example.com")
    tenant.seed_user(userName="ADA@example.com")
    result = run("scim_user", user_name="ada@example.com", state="absent")
    assert result.code == "ambiguous"
    assert tenant.writes() == []


def test_a_create_answered_500_that_took_effect_is_a_change(tenant: Tenant, run: Run) -> None:
    tenant.fault(method="POST", path="/Users$", status=500, effect=True)
    result = create(run, display_name="Ada")
    assert result["changed"] is True
    assert result["diff"]["before"] == {}


def test_a_user_that_the_server_took_and_does_not_show(tenant: Tenant, run: Run) -> None:
    tenant.fault(method="POST", path="/Users$", status=201, body="empty")
    result = create(run, display_name="Ada")
    assert result.json.get("changed") is True, result.output
    assert "does not show it" in result.warnings[0]


def test_phone_numbers_that_no_option_knows_are_left_alone(tenant: Tenant, run: Run) -> None:
    from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.plan import plan_present
    from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import USER

    held = [
        {"type": "Fax", "value": "1", "display": "the fax"},
        {"value": "2"},
        {"type": "Work", "value": "3", "primary": True},
        {"type": "work", "value": "4"},
        {"type": "home", "value": "5"},
    ]
    user = {"id": "1", "userName": "ada@example.com", "phoneNumbers": held}
    plan = plan_present(USER, user, {"phone_numbers": {"mobile": "6", "home": ""}}, write_secrets=False)
    assert plan.body["phoneNumbers"] == [*held[:4], {"type": "mobile", "value": "6"}]
    assert plan.before == {"phone_numbers": {"work": "3", "home": "5"}}
    plan = plan_present(USER, user, {"phone_numbers": {"work": "7"}}, write_secrets=False)
    assert plan.body["phoneNumbers"] == [*held[:2], {"type": "Work", "value": "7", "primary": True}, held[4]]


def test_case_of_custom_attribute_names_does_not_matter(tenant: Tenant, run: Run) -> None:
    create(run, custom_attributes={"costCenter": "1", "badge": "7.0"})
    tenant.forget_requests()
    assert create(run, custom_attributes={"COSTCENTER": "1", "badge": "7.0"})["changed"] is False
    assert create(run, custom_attributes={"costcenter": "2"})["changed"] is True
    assert tenant.user("ada@example.com")[CUSTOM]["costCenter"] == "2"


@pytest.mark.parametrize("reads", [1, 4])
def test_stale_reads_duplicate_nothing(tenant: Tenant, run: Run, reads: int) -> None:
    tenant.switch(stale_reads=reads)
    assert create(run, display_name="Ada")["changed"] is True
    create(run, display_name="Ada")
    tenant.switch(stale_reads=0)
    assert len(tenant.users("ada@example.com")) == 1
    assert create(run, display_name="Ada")["changed"] is False


def test_info_reads_every_page(tenant: Tenant, run: Run) -> None:
    tenant.seed(users=2500)
    users = run("scim_user_info")["users"]
    assert len({user["id"] for user in users}) == len(users) >= 2500
    assert len(run("scim_user_info", filter='userName sw "user0000"')["users"]) == 9


@pytest.mark.parametrize("filter", ['userName eq "user00001@example.com"', 'name.givenName co "zzz"'])
def test_info_with_a_filter_that_the_server_ignores(tenant: Tenant, run: Run, filter: str) -> None:
    """The result must not list all users as matches."""
    tenant.seed(users=3)
    tenant.switch(filters_ignored=True)
    result = run("scim_user_info", filter=filter)
    assert result.code == "protocol"
    assert "ignored the filter" in result["msg"]


def test_rename_onto_a_name_that_two_have(tenant: Tenant, run: Run) -> None:
    identifier = tenant.seed_user(userName="ada@example.com")
    for name in ("grace@example.com", "Grace@example.com"):
        tenant.seed_user(userName=name)
    tenant.switch(filter_case_sensitive=False)
    assert run("scim_user", id=identifier, user_name="grace@example.com").code == "conflict"


def test_info_with_a_filter_that_the_server_does_not_know(tenant: Tenant, run: Run) -> None:
    result = run("scim_user_info", filter="userName pr")
    assert result.code == "invalid"
    assert result["failure"]["type"] == "invalidFilter"


@pytest.mark.parametrize(("held", "given", "sent"), [(7, "8", 8), (True, "false", False), (7, "007", "007")])
def test_a_custom_attribute_keeps_its_type(tenant: Tenant, run: Run, held: object, given: str, sent: object) -> None:
    tenant.seed_user(userName="ada@example.com", **{CUSTOM: {"badge": held}})
    shown = run("scim_user_info", user_name="ada@example.com")["users"][0]["custom_attributes"]
    assert shown == {"badge": str(held)}
    assert create(run, custom_attributes=shown)["changed"] is False
    assert create(run, custom_attributes={"badge": given})["changed"] is True
    assert tenant.user("ada@example.com")[CUSTOM]["badge"] == sent
