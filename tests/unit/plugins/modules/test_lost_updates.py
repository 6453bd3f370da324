# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two writers on one object: another client writes to it before each of a task's requests.

The server has no ETags for conditional writes. These guarantees hold without them:

- PATCH sends only the differences. Concurrent changes to other attributes are never lost. Phone numbers are the
  exception: they are one list, which is sent whole, as it was when the user was looked up.
- PUT sends the whole object, right after reading it again. Only changes between these two requests are lost.
- The task's own values are in place when it ends, whatever others wrote before. Concurrently added members of a group
  with ``set`` stay, and the task warns.
- A value that was right when the task looked is not written. The task does not notice later changes to it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import CORE_USER, Result, Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.sequences import (
    IN_THIS_PROCESS,
    before_request,
    good,
)

Run = Callable[..., Result]
Object = dict[str, Any]
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CUSTOM = "urn:scim:schemas:extension:custom:2.0"
SAFE = "urn:ietf:params:scim:schemas:cyberark:1.0:Safe"
ACCOUNT = "urn:ietf:params:scim:schemas:cyberark:1.0:PrivilegedData"
NO_PATCH = {"patch_supported": {"Users": 405, "Groups": 501}}


@dataclass(frozen=True)
class Kind:
    """A kind of object: its entry in a task, its endpoint, and the facts that are compared."""

    module: str
    plural: str
    endpoint: str
    name: Object
    is_it: Callable[[Object], bool]
    facts: Callable[[Object], set[str]]


def user_facts(user: Object) -> set[str]:
    return {
        f"name={user['displayName']}",
        *(f"{key}={value}" for key, value in user.get(CUSTOM, {}).items()),
        *(f"{key}={value}" for key, value in user.get(ENTERPRISE, {}).items()),
        *(f"{phone['type']}={phone['value']}" for phone in user.get("phoneNumbers", ())),
    }


USER = Kind(
    "scim_user",
    "users",
    "Users",
    {"user_name": "ada@example.com"},
    lambda item: item["userName"] == "ada@example.com",
    user_facts,
)
GROUP = Kind(
    "scim_group",
    "groups",
    "Groups",
    {"display_name": "team"},
    lambda item: item["displayName"] == "team",
    lambda item: {member["display"].partition("@")[0] for member in item.get("members", ())},
)
CONTAINER = Kind(
    "scim_pam_object",
    "containers",
    "Containers",
    {"name": "APP"},
    lambda item: item["name"] == "APP",
    lambda item: {f"description={item.get('description')}", *(f"{k}={v}" for k, v in item.get(SAFE, {}).items())},
)
PERMISSION = Kind(
    "scim_pam_object",
    "container_permissions",
    "ContainerPermissions",
    {"container": "APP", "user": "ada@example.com"},
    lambda item: item.get("user", {}).get("display") == "ada@example.com",
    lambda item: set(item["rights"]),
)
DATA = Kind(
    "scim_pam_object",
    "privileged_data",
    "PrivilegedData",
    {"container": "APP", "name": "root"},
    lambda item: item["name"] == "root",
    lambda item: {f"{entry['key']}={entry['value']}" for entry in item[ACCOUNT].get("properties", ())},
)


def prepare(tenant: Tenant, switches: Object) -> None:
    """Create one object of each kind."""
    tenant.reset()
    tenant.switch(**switches)
    tenant.seed(
        users=[{"schemas": [CORE_USER], "userName": f"{name}@example.com"} for name in ("ada", "alan", "grace")],
        groups=[{"displayName": "team", "members": ["alan@example.com"]}, {"displayName": "inner"}],
        containers=[{"name": "APP", "description": "old"}],
        permissions=[{"container": "APP", "user": "ada@example.com", "rights": ["useAccounts"]}],
        accounts=[{"container": "APP", "name": "root"}],
    )


def held(tenant: Tenant, kind: Kind) -> Object:
    (item,) = filter(kind.is_it, tenant.resources(kind.endpoint))
    return item


# The change of the other client to an object that it has just read.
Other = Callable[[Object, Tenant], object]
OTHERS: dict[str, Other] = {
    "organization": lambda user, tenant: user.update({ENTERPRISE: {"organization": "Poetry"}}),
    "site": lambda user, tenant: user.setdefault(CUSTOM, {}).update(site="London"),
    "display name": lambda user, tenant: user.update(displayName="Countess", name={}),
    "mobile": lambda user, tenant: user.setdefault("phoneNumbers", []).append({"type": "mobile", "value": "2"}),
    "member": lambda group, tenant: group.setdefault("members", []).append(
        {"value": tenant.user("grace@example.com")["id"]}
    ),
    "retention": lambda safe, tenant: safe.update({SAFE: {"NumberOfDaysRetention": 30}}),
    "description": lambda safe, tenant: safe.update(description="of another"),
    "right": lambda permission, tenant: permission["rights"].append("viewAuditLog"),
    "property": lambda account, tenant: (
        account[ACCOUNT].setdefault("properties", []).append({"key": "Port", "value": "22"})
    ),
}


@dataclass(frozen=True)
class Meeting:
    """The change of a task, the concurrent change of another client, and the combined result.

    ``loses`` is the method of the request before which the other client's change is lost, if there is one.
    """

    kind: Kind
    options: Object
    other: str
    both: set[str]
    loses: str = ""
    switches: Object = field(default_factory=dict)

    def write(self, tenant: Tenant) -> None:
        """Write as the other client, without a gap between its read and its write."""
        item = copy.deepcopy(held(tenant, self.kind))
        OTHERS[self.other](item, tenant)
        item["schemas"] = sorted({*item["schemas"], *(name for name in item if name.startswith("urn:"))})
        tenant.scim("PUT", f"{self.kind.endpoint}/{item['id']}", item)

    def task(self, way: str) -> tuple[str, Object]:
        """Return the module and its options: for the one object, or for a directory."""
        options = {**self.kind.name, **self.options}
        if way == "directory":
            return "scim_directory", {self.kind.plural: [options], "workers": 1}
        kind = {"kind": self.kind.plural.removesuffix("s")} if self.kind.module == "scim_pam_object" else {}
        return self.kind.module, {**options, **kind}


BADGE = {"display_name": "Ada King", "custom_attributes": {"badge": "8"}}
MEMBERS = {"users": {"add": ["ada@example.com"], "remove": ["alan@example.com"]}}
SAFE_FACTS = {"description=new", "NumberOfDaysRetention=30"}
UNMANAGED = {
    "a user by PATCH": Meeting(USER, BADGE, "organization", {"name=Ada King", "badge=8", "organization=Poetry"}),
    "an attribute beside by PATCH": Meeting(USER, BADGE, "site", {"name=Ada King", "badge=8", "site=London"}),
    "a user by PUT": Meeting(USER, BADGE, "site", {"name=Ada King", "badge=8", "site=London"}, "PUT", NO_PATCH),
    "phone numbers by PATCH": Meeting(
        USER, {"phone_numbers": {"work": "1"}}, "mobile", {"name=ada", "work=1", "mobile=2"}, "PATCH"
    ),
    "a group by PATCH": Meeting(GROUP, MEMBERS, "member", {"ada", "grace"}),
    "nested groups by PATCH": Meeting(GROUP, {"groups": {"set": ["inner"]}}, "member", {"alan", "grace", "inner"}),
    "a group by PUT": Meeting(GROUP, MEMBERS, "member", {"ada", "grace"}, "PUT", NO_PATCH),
    "a container": Meeting(CONTAINER, {"description": "new"}, "retention", SAFE_FACTS, "PUT"),
    "a permission": Meeting(
        PERMISSION,
        {"rights": {"add": ["retrieveAccounts"]}},
        "right",
        {"useAccounts", "retrieveAccounts", "viewAuditLog"},
        "PUT",
    ),
    "an account": Meeting(DATA, {"properties": {"address": "web1"}}, "property", {"address=web1", "Port=22"}, "PUT"),
}
WAYS = pytest.mark.parametrize("way", ["module", "directory"])


def methods(meeting: Meeting, way: str, tenant: Tenant, run: Run) -> list[str]:
    """Return the methods of the task's requests when no other client writes."""
    prepare(tenant, meeting.switches)
    tenant.forget_requests()
    module, options = meeting.task(way)
    assert good(run(module, **options))["changed"] is True
    return [seen["method"] for seen in tenant.requests()]


def meet(meeting: Meeting, way: str, number: int, tenant: Tenant, run: Run) -> tuple[Result, set[str]]:
    """Run the task, let the other client write before the request with this number, and return the final facts."""
    prepare(tenant, meeting.switches)
    module, options = meeting.task(way)
    with before_request(number, lambda request: meeting.write(tenant)):
        result = good(run(module, **options))
    return result, meeting.kind.facts(held(tenant, meeting.kind))


@WAYS
@pytest.mark.parametrize("meeting", UNMANAGED.values(), ids=UNMANAGED)
@IN_THIS_PROCESS
def test_concurrent_changes_to_unmanaged_values(meeting: Meeting, way: str, tenant: Tenant, run: Run) -> None:
    """Other changes are lost only where documented, and the task's values are in place even then."""
    for number, method in enumerate(methods(meeting, way, tenant, run), 1):
        _result, facts = meet(meeting, way, number, tenant, run)
        if method == meeting.loses:
            assert facts < meeting.both, f"{method} as request {number} loses nothing any more"
        else:
            assert facts == meeting.both, f"before request {number}, {method}"


MANAGED = {
    "a user by PATCH": Meeting(USER, BADGE, "display name", {"name=Ada King", "badge=8"}),
    "a user by PUT": Meeting(USER, BADGE, "display name", {"name=Ada King", "badge=8"}, switches=NO_PATCH),
    "all members by PUT": Meeting(GROUP, {"users": {"set": ["ada@example.com"]}}, "member", {"ada"}, switches=NO_PATCH),
    "a container": Meeting(CONTAINER, {"description": "new"}, "description", {"description=new"}),
}


@WAYS
@pytest.mark.parametrize("meeting", MANAGED.values(), ids=MANAGED)
@IN_THIS_PROCESS
def test_task_values_win_over_earlier_changes(meeting: Meeting, way: str, tenant: Tenant, run: Run) -> None:
    """The task's values win over earlier ones of the other client."""
    for number, _method in enumerate(methods(meeting, way, tenant, run), 1):
        _result, facts = meet(meeting, way, number, tenant, run)
        assert facts == meeting.both, f"before request {number}"


def test_all_members_by_patch(tenant: Tenant, run: Run) -> None:
    """Only the difference is sent: a member added after the lookup stays, and the task warns."""
    meeting = Meeting(GROUP, {"users": {"set": ["ada@example.com"]}}, "member", {"ada"})
    look = 3  # by id, after the token and the lookup of the name
    for number, _method in enumerate(methods(meeting, "module", tenant, run), 1):
        result, facts = meet(meeting, "module", number, tenant, run)
        if number <= look:
            assert (facts, result.warnings) == ({"ada"}, [])
        else:
            assert facts == {"ada", "grace"}
            assert "grace@example.com" in result.warnings[0]
            assert result["group"]["users"]["set"] == ["ada@example.com", "grace@example.com"]


# By kind: a task that creates an object, the number of its next request, and what another client creates before that.
TWINS: dict[str, tuple[str, Object, int, Object]] = {
    "a user": (
        "identity_user",
        {"user_name": "t@example.com", "password": "Initial-pass-1"},
        5,
        {"users": [{"schemas": [CORE_USER], "userName": "T@example.com"}]},
    ),
    "a role": ("identity_role", {"name": "team"}, 4, {"groups": [{"displayName": "Team"}]}),
}


@pytest.mark.parametrize(("module", "options", "after", "twin"), TWINS.values(), ids=TWINS)
@IN_THIS_PROCESS
def test_a_new_object_is_taken_back_if_another_client_creates_one_of_its_name(
    tenant: Tenant, run: Run, module: str, options: Object, after: int, twin: Object
) -> None:
    """The lookup by name after the write finds both. The task continues with the other one."""
    kept: list[str] = []
    with before_request(after, lambda request: kept.extend(*filter(None, tenant.seed(**twin).values()))):
        result = good(run(module, **options))
    assert [result[module.removeprefix("identity_")]["id"]] == kept
    assert result["changed"] is False
    assert [write.rpartition("/")[2] for write in tenant.writes()] in (
        ["CreateUser", "RemoveUsers"],
        ["StoreRole", "DeleteRole"],
    )


@pytest.mark.parametrize("path", ["members", 'members[value eq "ID"]'], ids=["added", "removed"])
@IN_THIS_PROCESS
def test_members_that_others_add_or_remove_are_no_warning(tenant: Tenant, run: Run, path: str) -> None:
    """Ten hosts each add a member to one group at once: each task reports only its own changes."""
    ids = {name: tenant.seed_user(userName=f"{name}@example.com") for name in ("ada", "grace", "alan")}
    group = good(run("scim_group", display_name="team", users={"add": ["alan@example.com"]}))["group"]
    assert tenant.token
    operation = {"op": "add", "path": path, "value": [{"value": ids["grace"]}]}
    if path != "members":
        operation = {"op": "remove", "path": path.replace("ID", ids["alan"])}
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}
    tenant.forget_requests()
    options = {"display_name": "team", "users": {"add": ["ada@example.com"]}}
    assert run("scim_group", check=True, **options)["changed"]
    looks = len(tenant.requests())
    with before_request(looks + 1, lambda request: tenant.scim("PATCH", f"Groups/{group['id']}", body)):
        result = good(run("scim_group", **options))
    assert result.warnings == []
    assert "ada@example.com" in result["group"]["users"]["set"]


def test_values_that_were_right_at_the_lookup_are_not_written(tenant: Tenant, run: Run) -> None:
    """Later changes of the other client stay, as if made after the task; the result shows them."""
    meeting = Meeting(USER, {**BADGE, "display_name": "ada"}, "display name", {"name=Countess", "badge=8"})
    number = methods(meeting, "module", tenant, run).index("PATCH") + 1
    result, facts = meet(meeting, "module", number, tenant, run)
    assert facts == meeting.both
    assert result["user"]["display_name"] == "Countess"
