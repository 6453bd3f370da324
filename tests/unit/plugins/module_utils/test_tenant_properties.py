# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Property tests for any tenant and any task, over HTTP: exports, guard rails, no leaks, and request targets."""

from __future__ import annotations

import fnmatch
import json
import re
import threading
from collections.abc import Callable, Iterator
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import yaml
from ansible_collections.idops.cyberark_identity.plugins.filter.directory_yaml import directory_yaml
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import IdentityError, InvalidError
from ansible_collections.idops.cyberark_identity.plugins.module_utils._http.client import Client, Connection
from ansible_collections.idops.cyberark_identity.plugins.module_utils._identity.resources import (
    ADMINISTRATIVE_RIGHTS,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._identity.shapes import GRANTS
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import RESOURCES
from ansible_collections.idops.cyberark_identity.plugins.module_utils._scim.protocol import Scim
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Result, Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.module_utils.protocol import compared
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.module_utils.strategies import (
    DESIRED_VALUES,
    KIND,
    TEXT,
    examples,
    in_any_case,
    lists,
    tenants,
    ways,
)
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

Object = dict[str, Any]
Run = Callable[..., Result]
PASSWORD = "Initial-pass-1"


def over_http(number: int) -> Callable[[Any], Any]:
    """Limit the examples, which share one tenant and reset it."""
    return settings(examples(number), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def good(result: Result) -> Result:
    assert not result.failed, result.output
    return result


class Loader(yaml.SafeLoader):
    """A YAML loader like Ansible's own, whose import would turn this process into a controller."""


Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


def as_ansible_reads(text: str) -> Any:
    return yaml.load(text, Loader)


# -- Exports -----------------------------------------------------------------------------------------------------------


@over_http(40)
@given(tenants())
def test_an_export_given_back_changes_nothing(tenant: Tenant, run: Run, seeded: Object) -> None:
    """The export also passes through YAML, which converts some texts."""
    tenant.reset()
    tenant.seed(**seeded)
    exported = good(run("scim_directory_info"))["directory"]
    loaded = as_ansible_reads(directory_yaml(exported))
    assert json.dumps(loaded) == json.dumps(exported)
    tenant.forget_requests()
    again = good(run("scim_directory", **json.loads(json.dumps(loaded))))
    assert (again["changed"], again["actions"], tenant.writes()) == (False, [], [])
    counts = {plural: len(entries) for plural, entries in exported.items() if entries}
    assert again["summary"] == {plural: {"unchanged": count} for plural, count in counts.items()}


@examples(300)
@given(TEXT | st.text())
def test_yaml_keeps_every_text(text: str) -> None:
    data = {"users": [{"user_name": text, "custom_attributes": {text: text}}]}
    loaded = as_ansible_reads(directory_yaml(data))
    assert json.dumps(loaded) == json.dumps(data)


# -- One object, twice -------------------------------------------------------------------------------------------------

PEOPLE = ("ada@example.com", "grace@example.com", "alan@example.com")
TEAMS = ("operators", "auditors")
PERSON, TEAM = in_any_case(st.sampled_from(PEOPLE)), in_any_case(st.sampled_from(TEAMS))
GRANTED = st.lists(
    st.fixed_dictionaries({"role": TEAM}, optional={"rights": st.lists(st.sampled_from(list(GRANTS)), unique=True)}),
    max_size=2,
    unique_by=lambda grant: grant["role"].lower(),
)
MEMBERS = {"users": ways(lists(PERSON)), "groups": ways(lists(TEAM)), "roles": ways(lists(TEAM))}
# The module, the name of its object, and the options that refer to other objects or accept only some values.
LIFECYCLES: dict[str, tuple[str, Object, dict[str, Any]]] = {
    "Users": ("scim_user", {"user_name": "new@example.com"}, {"manager": PERSON | st.just("")}),
    "Groups": ("scim_group", {"display_name": "new"}, MEMBERS),
    "Containers": ("scim_pam_object", {"kind": "container", "name": "NEW"}, {}),
    "ContainerPermissions": (
        "scim_pam_object",
        {"kind": "container_permission", "container": "APP", "user": "ada@example.com"},
        {"group": st.none()},  # a permission is for one of the two
    ),
    "PrivilegedData": (
        "scim_pam_object",
        {"kind": "privileged_data", "container": "APP", "name": "new"},
        {"secret": st.just(PASSWORD)},
    ),
    "User": ("identity_user", {"user_name": "new@example.com"}, {}),
    "Role": (
        "identity_role",
        {"name": "new"},
        {
            **MEMBERS,
            "administrative_rights": ways(lists(in_any_case(st.sampled_from(sorted(ADMINISTRATIVE_RIGHTS.values()))))),
        },
    ),
    "Application": (
        "identity_oauth2_app",
        {"application_id": "new-client"},
        {
            "icon_uri": st.just("/vfslow/lib/application/icons/Some.svg"),
            "permissions": st.sampled_from(["add", "remove", "set"]).flatmap(
                lambda way: GRANTED.map(lambda granted: {way: granted})
            ),
        },
    ),
}


def tasks(endpoint: str) -> st.SearchStrategy[Object]:
    """Generate any options of the module for one object of the kind."""
    _module, name, special = LIFECYCLES[endpoint]
    rows = [row for row in KIND[endpoint].attributes if row.option not in name]
    usual = {row.option: DESIRED_VALUES[type(row.shape)](row) for row in rows if row.option not in special}
    options = {**usual, **{row.option: special[row.option] for row in rows if row.option in special}}
    if "password" in options:
        options["password"] = st.just(PASSWORD)
    return st.fixed_dictionaries(
        {option: in_any_case(st.just(value)) if option != "kind" else st.just(value) for option, value in name.items()},
        optional=options,
    )


TASKS = {endpoint: st.lists(tasks(endpoint), min_size=2, max_size=2) for endpoint in LIFECYCLES}


@pytest.mark.parametrize("endpoint", LIFECYCLES)
@over_http(6)
@given(data=st.data())
def test_second_run_changes_nothing(endpoint: str, tenant: Tenant, run: Run, data: st.DataObject) -> None:
    """This holds for a new object and for the resulting one; other objects stay unchanged."""
    module = LIFECYCLES[endpoint][0]
    tenant.reset()
    tenant.seed(
        users=[{"userName": name} for name in PEOPLE],
        groups=[{"displayName": name, "members": ["alan@example.com"]} for name in TEAMS],
        containers=[{"name": "APP"}],
    )
    for options in data.draw(TASKS[endpoint], "tasks"):
        before = tenant.state()
        foretold = run(module, check=True, **options)
        assert tenant.state() == before
        result = run(module, **options)
        if result.failed:
            assert result.code == "invalid", result.output
            assert tenant.state() == before
            continue
        assert (foretold["changed"], foretold["diff"]) == (result["changed"], result["diff"])
        # An end in the past is worth a warning.
        assert [text for text in result.warnings if "is over: it gives no access" not in text] == []
        tenant.forget_requests()
        again = good(run(module, **options))
        assert (again["changed"], tenant.writes()) == (False, [])
        assert again["diff"]["before"] == again["diff"]["after"]
        assert others(tenant.state()) == others(before)


def others(state: Object) -> Object:
    """Return the objects that no task names."""
    return {
        kind: [
            item for item in state[kind] if "new" not in str(item.get("userName") or item.get("displayName")).lower()
        ]
        for kind in ("users", "roles")
    }


# -- Guard rails -------------------------------------------------------------------------------------------------------

NAMES = tuple("abcdefgh")
FLAGS = st.lists(st.booleans(), min_size=8, max_size=8)
PATTERNS = st.lists(st.sampled_from(["a*", "B*", " C@* ", "*", "e@example.com", "?", "g-?", "SAFE-?"]), max_size=2)
RIGHTS = ["listAccounts", "useAccounts", "retrieveAccounts"]
LIMITS = st.integers(0, 8).map(str) | st.sampled_from(["0%", "5%", "12.5%", "33%", "50%", "100%"])
KINDS_PRUNED = ("users", "groups", "containers", "container_permissions")


EMPTY: Object = {"users": {"set": []}}


@st.composite
def populations(draw: Any) -> tuple[Object, Object]:
    """Generate the population of a tenant, and a task for it."""
    there, active, federated, kept, gone = (draw(FLAGS) for _each in range(5))
    logins = [f"{name}@example.com" for name, is_there in zip(NAMES, there, strict=True) if is_there]
    is_active = dict(zip(logins, active, strict=False))
    users = [{"userName": login, "active": is_active[login]} for login in logins]
    linked = [user for user, other in zip(users, federated, strict=False) if other and user["userName"] < "d"]
    seeded = {
        "linked_users": linked,
        "users": [user for user in users if user not in linked],
        "groups": [{"displayName": f"g-{name}", "members": logins[:2]} for name in NAMES[: draw(st.integers(0, 4))]],
        "containers": [{"name": f"SAFE-{name}"} for name in NAMES[: draw(st.integers(0, 3))]],
    }
    seeded["permissions"] = [
        {"container": safe["name"], "user": login, "rights": RIGHTS}
        for safe in seeded["containers"]
        for login in logins[: draw(st.integers(0, 3))]
    ]
    wanted: Object = {
        "users": [{"user_name": user["userName"]} for user, keep in zip(seeded["users"], kept, strict=False) if keep],
        "groups": [
            {"display_name": group["displayName"], **draw(st.sampled_from([{}, {"users": {"set": logins[:1]}}, EMPTY]))}
            for group, keep in zip(seeded["groups"], kept, strict=False)
            if keep
        ],
        "containers": [
            {"name": safe["name"].lower()} for safe, keep in zip(seeded["containers"], kept[3:], strict=False) if keep
        ],
        "container_permissions": [
            {"container": each["container"], "user": each["user"], "rights": {"set": RIGHTS[: draw(st.integers(1, 3))]}}
            for each, keep in zip(seeded["permissions"], kept[2:], strict=False)
            if keep
        ],
    }
    ends = {"users": [{"active": False}, {"state": "absent"}]}
    for kind, entries in wanted.items():
        for entry, goes in zip(entries, gone, strict=False):
            if goes and (kind != "containers" or not wanted["container_permissions"]):
                entry.update(draw(st.sampled_from(ends.get(kind, [{"state": "absent"}]))))
    task = {
        **wanted,
        "prune": draw(st.lists(st.sampled_from(KINDS_PRUNED), unique=True)),
        "prune_users": draw(st.sampled_from(["deactivate", "delete"])),
        "prune_to_nothing": draw(st.booleans()),
        "max_removals": draw(LIMITS),
        "max_access_removals": draw(LIMITS),
        # Without the client's role, the rest of the run would lack its rights.
        "protected": [*draw(PATTERNS), "SCIM client"],
    }
    return seeded, task


@over_http(60)
@given(populations())
def test_guard_rails_limit_removals(tenant: Tenant, run: Run, population: tuple[Object, Object]) -> None:
    """Either nothing is written, or removals stay within the limits and spare protected objects."""
    seeded, task = population
    tenant.reset()
    tenant.seed(**seeded)
    before = tenant.state()
    tenant.forget_requests()
    result = run("scim_directory", **task)
    after, writes = tenant.state(), tenant.writes()
    if result.failed:
        assert result.code in ("guard_rail", "invalid"), result.output
        assert writes == []
        assert after == before
        # Protection never conflicts with prune, only with an entry.
        leaving = _leaving(task, "user_name", "display_name", "name", "container", "user", "group")
        assert "protected or built-in" not in result["msg"] or any(_is_protected(task, name) for name in leaving)
        assert "it is not known whether" not in result["msg"]
        return
    left = {kind: {item["id"]: item for item in after[kind]} for kind in after}
    deactivated = [
        user
        for user in before["users"]
        if user["active"] and user["id"] in left["users"] and not left["users"][user["id"]]["active"]
    ]
    deleted = [path for method, path in map(str.split, writes) if method == "DELETE"]
    assert len(deleted) + len(deactivated) <= _limit(task["max_removals"], before, deleted, deactivated)
    for user in before["users"]:
        if "pam:1.0:LinkedObject" in str(user) or user["userName"] == tenant.info["client_id"]:
            assert left["users"][user["id"]] == user
        if _is_protected(task, user["userName"]):
            assert left["users"][user["id"]]["active"] == user["active"]
    for kind, name in (("roles", "displayName"), ("containers", "name")):
        for item in before[kind]:
            if _is_protected(task, item[name]) or item[name] in ("System Administrator", "Everybody"):
                assert item["id"] in left[kind]
    lost = _lost_access(before, after)
    for kind, shares in lost.items():
        total = sum(len(held) for held in _access(before)[kind].values())
        text = task["max_access_removals"]
        assert sum(map(len, shares.values())) <= (int(total * Fraction(text[:-1]) // 100) if "%" in text else int(text))
        for names, gone in shares.items():
            assert not gone or not any(_is_protected(task, name) for name in names)
    if "%" not in task["max_access_removals"]:
        assert sum(len(gone) for shares in lost.values() for gone in shares.values()) <= int(
            task["max_access_removals"]
        )
    assert _untouched(before, task) <= {(kind, item["id"]) for kind in after for item in after[kind]}


def _limit(text: str, before: Object, deleted: list[str], deactivated: list[Object]) -> int:
    if not text.endswith("%"):
        return int(text)
    kinds = {path.split("/")[3] for path in deleted} | ({"Users"} if deactivated else set())
    names = {"Users": "users", "Groups": "roles", "Containers": "containers", "ContainerPermissions": "permissions"}
    return int(sum(len(before[names[kind]]) for kind in kinds) * Fraction(text[:-1]) / 100)


def _is_protected(task: Object, name: str) -> bool:
    return any(fnmatch.fnmatchcase(name.lower(), pattern.strip().lower()) for pattern in task["protected"])


def _access(state: Object) -> dict[str, dict[tuple[str, str], set[str]]]:
    """Return all access, keyed by the names of the group or safe and of the member."""
    memberships = {
        (role["displayName"], display): {"member"} for role in state["roles"] for _kind, _id, display in role["members"]
    }
    rights = {
        (each["container"]["display"], (each.get("user") or each["group"])["display"]): set(each["rights"])
        for each in state["permissions"]
    }
    return {"memberships": memberships, "rights": rights}


def _lost_access(before: Object, after: Object) -> dict[str, dict[tuple[str, str], set[str]]]:
    """Return the access lost by members that still exist: deleted ones count as objects."""
    there = {user["userName"] for user in after["users"]} | {role["displayName"] for role in after["roles"]}
    now = _access(after)
    return {
        kind: {names: had - now[kind].get(names, set()) for names, had in held.items() if names[1] in there}
        for kind, held in _access(before).items()
    }


def _leaving(task: Object, *options: str) -> set[str]:
    """Return the names in entries that remove or deactivate."""
    return {
        str(entry[option])
        for kind in KINDS_PRUNED
        for entry in task[kind]
        if "state" in entry or "active" in entry
        for option in options
        if option in entry
    }


def _untouched(before: Object, task: Object) -> set[tuple[str, str]]:
    """Return the objects that are neither pruned nor removed by an entry."""
    named = {name.lower() for name in _leaving(task, "user_name", "display_name", "name")}
    kinds = {"users": "users", "groups": "roles", "containers": "containers"}
    return {
        (kind, item["id"])
        for plural, kind in kinds.items()
        if plural not in task["prune"]
        for item in before[kind]
        if str(item.get("userName") or item.get("displayName") or item["name"]).lower() not in named
    }


# -- Secrets -----------------------------------------------------------------------------------------------------------

# Places of secrets in a task, valid or not. Some tasks succeed, others fail in the module or in the tenant.
LEAKS: dict[str, tuple[str, Callable[[str], Object]]] = {
    "a password": ("scim_user", lambda secret: {"user_name": "a@example.com", "password": secret}),
    "a password for a name that is none": ("scim_user", lambda secret: {"user_name": "a@b.c", "password": secret}),
    "a password with an option that is none": (
        "scim_user",
        lambda secret: {"user_name": "a", "colour": 1, "password": secret},
    ),
    "a password as a list": ("scim_user", lambda secret: {"user_name": "a@example.com", "password": [secret]}),
    "a secret": (
        "scim_pam_object",
        lambda secret: {"kind": "privileged_data", "container": "APP", "name": "a", "secret": secret},
    ),
    "a secret among the properties": (
        "scim_pam_object",
        lambda secret: {"kind": "privileged_data", "container": "APP", "name": "a", "properties": {"Secret": secret}},
    ),
    "of an administrator": ("identity_user", lambda secret: {"user_name": "a@example.com", "password": secret}),
    "in a list": ("scim_directory", lambda secret: {"users": [{"user_name": "a@example.com", "password": secret}]}),
    "in a list with a mistake": (
        "scim_directory",
        lambda secret: {
            "users": [{"user_name": "a@example.com", "password": secret, "colour": 1}, {"password": secret}]
        },
    ),
    "in a list of accounts": (
        "scim_directory",
        lambda secret: {"privileged_data": [{"container": "none", "name": "a", "secret": secret}]},
    ),
    "of the client": ("scim_server_info", lambda secret: {"client_secret": secret}),
    "a token": ("scim_server_info", lambda secret: {"access_token": secret, "client_id": None, "client_secret": None}),
}


@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS)
@over_http(8)
@given(secret=st.text(min_size=8, max_size=30) | TEXT.map(lambda text: f"Aa1-{text}-{text}"))
def test_no_output_holds_a_secret(
    tenant: Tenant, run: Run, leak: tuple[str, Callable[[str], Object]], secret: str
) -> None:
    # Exclude words of the collection, which hypothesis takes from its sources: they are keys of a result.
    assume(not re.fullmatch("[a-z_]+", secret))
    tenant.reset()
    tenant.seed(containers=[{"name": "APP"}])
    module, options = leak
    for check in (True, False):
        result = run(module, check=check, **options(secret))
        assert result.code != "internal", result.output
        for text in [*texts(result.json), result.output]:
            assert secret not in text
            assert json.dumps(secret)[1:-1] not in text


def texts(node: Any) -> Iterator[str]:
    """Yield every text of a result, including keys."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from texts(value)
    elif isinstance(node, list):
        for item in node:
            yield from texts(item)
    elif isinstance(node, str):
        yield node


# -- Request targets ---------------------------------------------------------------------------------------------------


class Wire:
    """A server without objects that records requests: methods, raw targets, and bodies."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []
        wire = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # send an answer in one piece, because two pieces would wait for an acknowledgement

            def _answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                wire.seen.append((self.command, self.requestline.split(" ")[1]))
                listing = "?" in self.path
                body = {"totalResults": 0} if listing else {"schemas": ["Error"], "detail": "none", "status": "404"}
                content = json.dumps(body).encode()
                self.send_response(200 if listing else 404)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

            def log_message(self, *arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        self.client = Client(
            Connection(f"http://127.0.0.1:{self.server.server_port}", access_token="a-token", retries=0)
        )

    def close(self) -> None:
        self.client.close()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    server = Wire()
    yield server
    server.close()


ANY = TEXT | st.text(max_size=20) | st.text(st.characters(categories=["Cs", "Lu", "Po"]), max_size=6)
BY_ID: dict[str, Callable[[Scim, str, str], object]] = {
    "GET": lambda scim, endpoint, identifier: scim.get(endpoint, identifier),
    "PUT": lambda scim, endpoint, identifier: scim.replace(endpoint, identifier, {}),
    "PATCH": lambda scim, endpoint, identifier: scim.patch(endpoint, identifier, []),
    "DELETE": lambda scim, endpoint, identifier: scim.delete(endpoint, identifier),
}


@pytest.mark.parametrize("method", BY_ID)
@pytest.mark.parametrize("endpoint", RESOURCES)
@examples(20)
@given(identifier=ANY)
@example("..")
@example(".")
@example("")
@example("%2e%2e")
@example("../Groups/1")
@example("a?b#c")
@example("\ud800")
@example("//x")
@example("\\..\\x")
def test_an_id_is_one_segment_of_the_path(wire: Wire, method: str, endpoint: str, identifier: str) -> None:
    wire.seen.clear()
    try:
        BY_ID[method](Scim(wire.client), endpoint, identifier)
    except InvalidError:
        assert wire.seen == []
        return
    except IdentityError:
        pass
    ((seen, target),) = wire.seen
    segment = re.fullmatch(rf"/scim/v2/{endpoint}/([^/?#\s]+)", target)
    assert segment, target
    assert (seen, unquote(segment[1])) == (method, identifier)
    assert segment[1] not in (".", "..")


@examples(60)
@given(ANY)
def test_a_name_stays_within_its_filter(wire: Wire, name: str) -> None:
    """For any name, only lists of the kind are requested, and the name is one value of the filter."""
    wire.seen.clear()
    try:
        assert Scim(wire.client).find_named("Users", "userName", name) is None
    except InvalidError:
        assert wire.seen == []
        assert any("\ud800" <= character <= "\udfff" for character in name)
        return
    asked = [urlsplit(target) for _method, target in wire.seen]
    assert {parts.path for parts in asked} == {"/scim/v2/Users"}
    filters = [compared(parse_qs(parts.query)["filter"][0]) for parts in asked]
    assert filters[0] == ("userName", name)
    assert {attribute for attribute, _value in filters} == {"userName"}
