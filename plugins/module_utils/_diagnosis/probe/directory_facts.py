# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Measure facts of users, groups and the protocol: one function each, and one row."""

from __future__ import annotations

import unicodedata
from typing import Any

from ..._base.paths import Object, fold, quoted
from ..._model.resources import GROUP, USER
from .judgements import accepted, good, replaced, status_of
from .session import ENTERPRISE, Session
from .values import DIRECTORY, Exchange, Fact, UnclearError

FAR = 100_000_000  # a startIndex beyond every list
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
MANY = 100  # members that a list may be limited to


# -- lists


def honours_paging(endpoint: str) -> Any:
    """Return a function that requests a page behind the end of a list."""

    def measure(session: Session) -> bool:
        (session.user if endpoint == "Users" else session.group)()
        return not good(session.get(endpoint, startIndex=FAR, count=1), "a list").resources

    return measure


def _page_limit(session: Session, **params: int) -> int:
    """Return the number of users on a page, if it is less than the total."""
    session.user("u1"), session.user("u2")
    answer = good(session.get("Users", **params), "a list")
    held = len(answer.resources)
    if not held or int(answer.folded.get("totalresults") or 0) <= held:
        raise UnclearError(f"the tenant has no more than the {held} users that one list holds")
    return held


def max_results(session: Session) -> int:
    return _page_limit(session, startIndex=1, count=FAR)


def default_page_size(session: Session) -> int:
    return _page_limit(session)


def _lookup(session: Session, endpoint: str, text: str) -> Exchange:
    return good(session.get(endpoint, filter=text), "a filter")


def _of_others(session: Session, answer: Exchange) -> bool:
    """Return whether a list contains users that are not from this run."""
    return any(not fold(item.get("username")).startswith(session.name) for item in answer.resources)


def nobody(session: Session) -> Exchange:
    """Look for a user that does not exist."""
    return _lookup(session, "Users", f"userName eq {quoted(session.login('nobody'))}")


def resources_omitted_when_empty(session: Session) -> bool:
    session.user()
    answer = nobody(session)
    if answer.resources:
        raise UnclearError("the filter that finds nobody found users")
    return "resources" not in answer.folded


def list_keys_minimal(session: Session) -> bool:
    return not {"itemsperpage", "startindex"} & set(nobody(session).folded)


def total_results_wrong(session: Session) -> Any:
    made = [session.user(part) for part in ("u1", "u2")]
    answer = _lookup_mine(session, startIndex=1, count=1)
    total = answer.folded.get("totalresults")
    if total == len(made):
        return False
    return "page" if total == len(answer.resources) else True


def _lookup_mine(session: Session, **params: Any) -> Exchange:
    """List the two users of this run by a filter for the prefix of their names."""
    answer = session.get("Users", filter=f"userName sw {quoted(session.name + '-u')}", **params)
    if _of_others(session, good(answer, "a filter")):
        raise UnclearError("the filter is ignored, so that the right count is not known")
    return answer


def short_pages(session: Session) -> bool:
    session.user("u1"), session.user("u2")
    held = len(_lookup_mine(session, startIndex=1, count=2).resources)
    if held not in (1, 2):
        raise UnclearError(f"a page for two users held {held}")
    return held == 1


def stale_reads(session: Session) -> int:
    user = session.user("u2")
    name = f"Probe {session.name[-4:]}"
    body = {**_kept(user), "displayName": name}
    good(session.send("PUT", "Users", user["id"], body=body), "a PUT")
    for number in range(20):
        shown = good(session.get("Users", user["id"]), "reading by id")
        if shown.folded.get("displayname") == name:
            return number
    raise UnclearError("20 reads after a write still showed the state before it")


def _kept(user: Object) -> Object:
    return {"schemas": [USER.schema], "userName": user["username"], "active": True}


def excluded_attributes(session: Session) -> bool:
    text = f"userName eq {quoted(session.user()['username'])}"
    answer = good(session.get("Users", filter=text, excludedAttributes="displayName"), "a filter")
    if not answer.resources:
        raise UnclearError("the filter does not find the user that was made")
    return "displayname" not in answer.resources[0]


def list_service_users(session: Session) -> bool:
    own = session.scim.client.connection.client_id
    if not own:
        raise UnclearError("without client_id the service user is not known")
    answer = _lookup(session, "Users", f"userName eq {quoted(own)}")
    return any(fold(item.get("username")) == fold(own) for item in answer.resources)


# -- filters


def filter_case_sensitive(session: Session) -> bool:
    name = str(session.user()["username"])
    answer = _lookup(session, "Users", f"userName eq {quoted(name.upper())}")
    if _of_others(session, answer):
        raise UnclearError("the filter is ignored")
    return not answer.resources


def filters_ignored(session: Session) -> bool:
    session.user()
    return bool(nobody(session).resources)


def canonical_names(session: Session) -> bool:
    """Create a group whose name differs from another one in its normal form only."""
    name = str(session.group("\u00e9")["displayname"])
    other = unicodedata.normalize("NFD", name)
    if other == name:  # the server shows names decomposed
        other = unicodedata.normalize("NFC", name)
    return not accepted(session.create("Groups", {"schemas": [GROUP.schema], "displayName": other}))


def group_filters_blind(session: Session) -> bool:
    name = session.group()["displayname"]
    answer = _lookup(session, "Groups", f"displayName eq {quoted(name)}")
    return not any(item.get("displayname") == name for item in answer.resources)


# -- members


def _entry(session: Session, endpoint: str, holder: Object, key: str, value: str) -> Object:
    """Return the entry of a list in an object that refers to another object."""
    shown = good(session.get(endpoint, holder["id"]), "reading by id").folded
    found = [entry for entry in shown.get(key) or () if str(entry.get("value")) == value]
    if not found:
        raise UnclearError(f"the object does not show its {key}")
    return dict(found[0])


def _member_and_group(session: Session) -> tuple[Object, Object]:
    """Return a user and a group that it is in."""
    user, group = session.user(), session.group()
    good(session.put_group(group, user["id"]), "a PUT")
    return user, group


def _shown_member(session: Session) -> tuple[Object, Object]:
    """Return a user, and its entry as a member of a group."""
    user, group = _member_and_group(session)
    return user, _entry(session, "Groups", group, "members", user["id"])


def member_display(session: Session) -> str:
    user, member = _shown_member(session)
    display = member.get("display")
    if display is None:
        return "omitted"
    names = {fold(user["username"]): "key", fold(user.get("displayname")): "name"}
    if fold(display) not in names:
        raise UnclearError("the member shows neither its login name nor its display name")
    return names[fold(display)]


def member_type(session: Session) -> str:
    _user, member = _shown_member(session)
    kind, ref = fold(member.get("type") or ""), str(member.get("$ref") or "")
    if kind == "user":
        return "typed"
    if kind == "direct" and not ref:
        return "direct"
    if not kind and not ref:
        return "untyped"
    if not kind and "/user/" in ref.lower():
        return "singular_ref"
    raise UnclearError("the type and the $ref of a member are of no known form")


def user_groups_typed(session: Session) -> bool:
    user, group = _member_and_group(session)
    return bool(_entry(session, "Users", user, "groups", group["id"]).get("type"))


def list_members(session: Session) -> str:
    user, group, nested = session.user(), session.group(), session.group("g2")
    good(session.put_group(group, user["id"], nested["id"]), "a PUT")
    answer = good(session.get("Groups"), "a list")
    evidence = session.last
    listed = [item for item in answer.resources if str(item.get("id")) == group["id"]]
    if not listed:
        raise UnclearError("the first page of the groups does not hold the one that was made")
    ids = {str(member.get("value")) for member in listed[0].get("members") or ()}
    full = [item for item in answer.resources if len(item.get("members") or ()) == MANY]
    cut = any(len(session.members_of({"id": str(item["id"])})) > MANY for item in full[:3])
    session.last = evidence
    known = {frozenset(): "omitted", frozenset([user["id"]]): "users_only"}
    known[frozenset([user["id"], nested["id"]])] = "first_100" if cut else "full"
    if frozenset(ids) not in known:
        raise UnclearError("the list shows other members than the group has")
    return known[frozenset(ids)]


# -- writes


def unique_case_sensitive(session: Session) -> bool:
    session.user()
    body = session.user_body("u1")
    return accepted(session.create("Users", {**body, "userName": str(body["userName"]).upper()}))


def unnamed_extensions(session: Session) -> str:
    body = {**session.user_body("u8"), ENTERPRISE: {"organization": "Probe"}}
    return "accepted" if accepted(session.create("Users", body)) else "refused"


def duplicate_status(session: Session) -> int:
    session.user()
    return status_of(session.create("Users", session.user_body("u1")), 409, 400, 500)


def password_required(session: Session) -> bool:
    body = session.user_body("u4")
    del body["password"]
    return not accepted(session.create("Users", body))


def put_drops_display_name(session: Session) -> bool:
    user = session.user()
    named = {**_kept(user), "displayName": "Probe named"}
    good(session.send("PUT", "Users", user["id"], body=named), "a PUT")
    answer = session.send("PUT", "Users", user["id"], body=_kept(user))
    shown = good(session.get("Users", user["id"]), "reading by id").folded.get("displayname")
    session.last = answer
    session.send("PUT", "Users", user["id"], body={**_kept(user), "displayName": user.get("displayname")})
    session.last = answer
    return bool(good(answer, "a PUT") and shown != "Probe named")


def put_keeps_members(session: Session) -> bool:
    user, group = session.user(), session.group()
    good(session.put_group(group, user["id"]), "a PUT")
    body = {"schemas": [GROUP.schema], "displayName": group["displayname"]}
    answer = good(session.send("PUT", "Groups", group["id"], body=body), "a PUT")
    held = session.members_of(group)
    session.last = answer
    return bool(held)


def group_created_on_member_error(session: Session) -> bool:
    body = {"schemas": [GROUP.schema], "displayName": f"{session.name}-g4", "members": [{"value": UNKNOWN_ID}]}
    answer = session.create("Groups", body)
    if answer.ok:
        raise UnclearError("a group with an unknown member was accepted")
    found = session.find("Groups", "g4")
    session.last = answer
    return found is not None


def manager_shape(session: Session) -> str:
    user, manager = session.user("u2"), session.user()
    body = {**_kept(user), "schemas": [USER.schema, ENTERPRISE], ENTERPRISE: {"manager": {"value": manager["id"]}}}
    good(session.send("PUT", "Users", user["id"], body=body), "a PUT")
    shown = good(session.get("Users", user["id"]), "reading by id").folded
    held = (shown.get(fold(ENTERPRISE)) or {}).get("manager")
    for kind, position in ((dict, "object"), (list, "list"), (str, "text")):
        if isinstance(held, kind):
            return position
    raise UnclearError("the user does not show the manager")


def create_status(session: Session) -> int:
    return status_of(session.create("Users", session.user_body("u5")), 201, 200)


def delete_status(session: Session) -> int:
    made = session.create("Groups", {"schemas": [GROUP.schema], "displayName": f"{session.name}-g5"})
    identifier = str(good(made, "a creation").folded.get("id"))
    return status_of(session.send("DELETE", "Groups", identifier), 204, 200)


def location_header(session: Session) -> bool:
    answer = good(session.create("Users", session.user_body("u6")), "a creation")
    return "Location" in answer.headers


# -- PATCH


def patch_paths(session: Session) -> str:
    answer = session.patch("Users", session.user()["id"], replaced(f"{ENTERPRISE}:organization", "Probe"))
    if not answer.ok and answer.status != 400:
        raise UnclearError(f"a PATCH was answered with {answer.status}")
    return "full" if answer.ok else "core_only"


def patch_status(session: Session) -> int:
    return status_of(session.patch("Users", session.user()["id"], replaced("active", True)), 200, 204)


def remove_absent_member(session: Session) -> int:
    user, other, group = session.user(), session.user("u2"), session.group()
    good(session.put_group(group, user["id"]), "a PUT")
    gone = {"op": "remove", "path": f"members[value eq {quoted(other['id'])}]"}
    answer = session.patch("Groups", group["id"], gone)
    return 200 if answer.ok else status_of(answer, 400)


def remove_with_value(session: Session) -> str:
    user, other, group = session.user(), session.user("u2"), session.group()
    good(session.put_group(group, user["id"], other["id"]), "a PUT")
    answer = session.patch("Groups", group["id"], {"op": "remove", "path": "members", "value": [{"value": user["id"]}]})
    if answer.status == 400:
        return "refuse"
    held = session.members_of(group)
    session.last = good(answer, "a PATCH")
    known: dict[frozenset[str], str] = {frozenset([other["id"]]): "apply", frozenset(): "ignore"}
    if frozenset(held) not in known:
        raise UnclearError("the group has other members afterwards than either reading would leave")
    return known[frozenset(held)]


def replace_members(session: Session) -> bool:
    user, other, group = session.user(), session.user("u2"), session.group()
    good(session.put_group(group, user["id"]), "a PUT")
    answer = session.patch("Groups", group["id"], replaced("members", [{"value": other["id"]}]))
    if not accepted(answer):
        return False
    held = session.members_of(group)
    session.last = answer
    if held != {other["id"]}:
        raise UnclearError("the PATCH was accepted, and the members are not those that it named")
    return True


# -- answers


def discovery(session: Session) -> str:
    status = session.get("Schemas", f"{session.name}-schema").status
    known = {500: "recorded", 404: "rfc"}
    if status not in known:
        raise UnclearError(f"an unknown schema was answered with {status}")
    return known[status]


def content_type(session: Session) -> str:
    known = {"application/json": "json", "application/scim+json": "scim+json"}
    media = nobody(session).media_type
    if media not in known:
        raise UnclearError(f"the media type is {media or 'not sent'}")
    return known[media]


def key_case(session: Session) -> str:
    names = good(session.get("Users", session.user()["id"]), "reading by id").body or {}
    for name, position in (("userName", "camel"), ("username", "lower"), ("UserName", "pascal")):
        if name in names:
            return position
    raise UnclearError("no name in the answer is a spelling of userName")


FACTS = (
    Fact("users_paging", DIRECTORY, honours_paging("Users")),
    Fact("groups_paging", DIRECTORY, honours_paging("Groups")),
    Fact("max_results", DIRECTORY, max_results),
    Fact("default_page_size", DIRECTORY, default_page_size),
    Fact("resources_omitted_when_empty", DIRECTORY, resources_omitted_when_empty),
    Fact("list_keys_minimal", DIRECTORY, list_keys_minimal),
    Fact("total_results_wrong", DIRECTORY, total_results_wrong),
    Fact("short_pages", DIRECTORY, short_pages),
    Fact("stale_reads", DIRECTORY, stale_reads),
    Fact("excluded_attributes", DIRECTORY, excluded_attributes),
    Fact("list_service_users", DIRECTORY, list_service_users),
    Fact("filter_case_sensitive", DIRECTORY, filter_case_sensitive),
    Fact("canonical_names", DIRECTORY, canonical_names),
    Fact("filters_ignored", DIRECTORY, filters_ignored),
    Fact("group_filters_blind", DIRECTORY, group_filters_blind),
    Fact("member_display", DIRECTORY, member_display),
    Fact("member_type", DIRECTORY, member_type),
    Fact("user_groups_typed", DIRECTORY, user_groups_typed),
    Fact("list_members", DIRECTORY, list_members),
    Fact("unique_case_sensitive", DIRECTORY, unique_case_sensitive),
    Fact("unnamed_extensions", DIRECTORY, unnamed_extensions),
    Fact("duplicate_status", DIRECTORY, duplicate_status),
    Fact("password_required", DIRECTORY, password_required),
    Fact("put_drops_display_name", DIRECTORY, put_drops_display_name),
    Fact("put_keeps_members", DIRECTORY, put_keeps_members),
    Fact("group_created_on_member_error", DIRECTORY, group_created_on_member_error),
    Fact("manager_shape", DIRECTORY, manager_shape),
    Fact("create_status", DIRECTORY, create_status),
    Fact("delete_status", DIRECTORY, delete_status),
    Fact("patch_paths", DIRECTORY, patch_paths),
    Fact("patch_status", DIRECTORY, patch_status),
    Fact("remove_absent_member", DIRECTORY, remove_absent_member),
    Fact("remove_with_value", DIRECTORY, remove_with_value),
    Fact("replace_members", DIRECTORY, replace_members),
    Fact("discovery", DIRECTORY, discovery),
    Fact("content_type", DIRECTORY, content_type),
    Fact("key_case", DIRECTORY, key_case),
    Fact("location_header", DIRECTORY, location_header),
)
