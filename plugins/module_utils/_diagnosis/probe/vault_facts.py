# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Measure facts of the vault: safes, their members and accounts. One function each, and one row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..._base.errors import IdentityError
from ..._base.paths import Object, fold, quoted
from ..._model.resources import ACCOUNT, CONTAINER, CUSTOM, PRIVILEGED_DATA, SAFE, SAFE_MEMBER
from .directory_facts import FAR
from .judgements import accepted, good, refusal, replaced, status_of
from .session import Session
from .values import VAULT, Exchange, Fact, UnclearError

RIGHTS = ["useAccounts", "listAccounts"]
LEVELS = ["requestsAuthorizationLevel1", "requestsAuthorizationLevel2"]
RETENTION = fold("NumberOfDaysRetention")
OTHER_ADDRESS = "other.probe.invalid"


def _shown_safe(session: Session, part: str = "s1") -> Object:
    return _shown(session, "Containers", session.safe(part)["id"])


def _shown_account(session: Session, part: str = "a1") -> Object:
    return _shown(session, "PrivilegedData", session.account(part)["id"])


def _shown(session: Session, endpoint: str, identifier: str) -> Object:
    """Return an object as the server shows it, by its id or from the list."""
    answer = session.get(endpoint, identifier)
    return answer.folded if answer.ok else _listed(session, endpoint, identifier)


def _listed(session: Session, endpoint: str, identifier: str) -> Object:
    """Return an object from the list of its kind."""
    try:
        for item in session.every(endpoint):
            if fold(item["id"]) == fold(identifier):
                session.get(endpoint, count=1)  # the exchange that shows the form of one
                return item
    except IdentityError as error:
        raise UnclearError(f"the list cannot be read: {error.reason}") from error
    raise UnclearError("the object that was made is in no list")


def _permission(session: Session) -> tuple[Object, Object]:
    """Return a user and its permission on the safe, made once."""
    user = session.user()
    session.safe()
    session.grant_once(user)
    for item in session.every("ContainerPermissions"):
        if _is_of(item, session, user):
            session.get("ContainerPermissions", count=1)  # the exchange that shows the form of one
            return user, item
    raise UnclearError("the permission that was made is in no list")


def _is_of(permission: Object, session: Session, user: Object) -> bool:
    """Return whether a permission is that of a user on the safe of this run."""
    container, holder = permission.get("container") or {}, permission.get("user") or {}
    safe = fold(session.safe()["id"])
    return (
        safe in (fold(container.get("value")), fold(container.get("name"))) and str(holder.get("value")) == user["id"]
    )


# -- reading


def pam_get_by_id(session: Session) -> Any:
    answer = session.get("Containers", session.safe()["id"])
    return True if answer.ok else status_of(answer, 404, 501)


def pam_paging(session: Session) -> bool:
    session.safe()
    return not good(session.get("Containers", startIndex=FAR, count=1), "a list").resources


def pam_sorting(session: Session) -> bool:
    for part in ("a1", "a2"):
        session.account(part)
    answer = good(session.get("PrivilegedData", sortBy="name", sortOrder="descending"), "a list")
    names = [item.get("name") for item in answer.resources]
    ours = [f"{session.name}-{part}" for part in ("a2", "a1")]
    found = [name for name in names if name in ours]
    if sorted(found) != sorted(ours):
        raise UnclearError("the first page does not hold both accounts")
    return found == ours


def pam_filters(session: Session) -> Any:
    user, permission = _permission(session)
    safe = session.safe()["id"]
    none = good(session.get("Containers", filter=f"name eq {quoted(session.name + '-none')}"), "a filter")
    if none.resources:
        return "ignored"
    text = f"container.value eq {quoted(safe)} and user.value eq {quoted(user['id'])}"
    answer = session.get("ContainerPermissions", filter=text)
    if answer.status == 400:
        return "one_clause"
    found = [str(item.get("id")) for item in good(answer, "a filter").resources]
    if found != [str(permission.get("id"))]:
        raise UnclearError("the filter with two clauses did not find the one permission")
    return True


def pam_id_case_sensitive(session: Session) -> bool:
    identifier = session.safe()["id"]
    good(session.get("Containers", identifier), "reading by id")
    return not session.get("Containers", identifier.upper()).ok


# -- writing


def _put_safe(session: Session, part: str, **attributes: Any) -> Exchange:
    safe = session.safe(part)
    return session.send("PUT", "Containers", safe["id"], body=session.safe_body(part, **attributes))


def immutable_change(session: Session) -> str:
    answer = _put_safe(session, "s1", name=f"{session.name}-s9")
    if answer.status == 400:
        return "refused"
    shown = _shown_safe(session)
    session.last = good(answer, "a PUT")
    if fold(shown.get("name")) != fold(session.safe()["id"]):
        raise UnclearError("the safe was renamed")
    return "ignored"


def _into_nothing(session: Session) -> Exchange:
    """Grant a right on a safe that does not exist."""
    body = {**session.grant_body("user", session.user(), RIGHTS), "container": {"name": f"{session.name}-none"}}
    return session.create("ContainerPermissions", body)


def unknown_reference_status(session: Session) -> int:
    return status_of(_into_nothing(session), 404, 400)


def pam_error_body(session: Session) -> str:
    answer = _into_nothing(session)
    if answer.ok:
        raise UnclearError("a permission on a safe that does not exist was accepted")
    for name, position in (("errorcode", "pvwa"), ("schemas", "scim")):
        if name in answer.folded:
            return position
    raise UnclearError("the body of the error is of no known form")


def pam_write_bodies(session: Session) -> bool:
    return bool(good(_put_safe(session, "s1", description="Probe"), "a PUT").folded)


# -- safes


def safe_name_rules(session: Session) -> bool:
    body = session.safe_body(f"s-{'x' * 28}")
    return not accepted(session.create("Containers", body))


def container_display_name(session: Session) -> str:
    answer = good(_put_safe(session, "s1", displayName="Probe shown"), "a PUT")
    shown = _shown_safe(session).get("displayname")
    session.last = answer
    known = {fold(session.safe()["id"]): "ignored", fold("Probe shown"): "changed"}
    if fold(shown) not in known:
        raise UnclearError("displayName is neither the name nor what was sent")
    return known[fold(shown)]


def container_type(session: Session) -> str:
    kind = _shown_safe(session).get("type")
    if kind not in ("safe", "Safe"):
        raise UnclearError("the type is neither safe nor Safe")
    return str(kind)


def container_lists_accounts(session: Session) -> bool:
    session.account()
    return bool(_shown_safe(session).get("privilegeddata"))


def owner_empty(session: Session) -> str:
    answer = good(session.get("Containers"), "a list")
    owners = [item.get("owner", "omitted") for item in answer.resources]
    for owner in owners:
        if not owner:
            return "object"
        if owner == "omitted":
            return "omitted"
    raise UnclearError("every safe in the first page has an owner")


def retention_urn(session: Session) -> str:
    good(_put_safe(session, "s1", **{SAFE: {"NumberOfDaysRetention": 3}}), "a PUT")
    shown = _shown_safe(session)
    for urn, position in ((SAFE, "safe"), (CUSTOM, "custom")):
        if RETENTION in (shown.get(fold(urn)) or {}):
            return position
    raise UnclearError("the safe does not show the retention that it was created with")


def delete_nonempty_container(session: Session) -> Any:
    safe = session.safe("s2")
    body = session.account_body("a3", safe["id"], ("username", "probe"), ("platformId", "UnixSSH"))
    good(session.create("PrivilegedData", body), "the creation of an account")
    answer = session.send("DELETE", "Containers", safe["id"])
    return "cascade" if answer.ok else status_of(answer, 409, 400)


# -- members of safes


def permission_id(session: Session) -> str:
    user, permission = _permission(session)
    member = fold(str(permission.get("id")).partition(":")[2])
    known = {fold(user["username"]): "name", fold(user["id"]): "id"}
    if member not in known:
        raise UnclearError("the id ends neither with the name nor with the id of the member")
    return known[member]


def rights_case(session: Session) -> str:
    rights = _permission(session)[1].get("rights") or []
    if not rights:
        raise UnclearError("the permission shows no right")
    return "camel" if str(rights[0])[:1].islower() else "pascal"


def _try_rights(session: Session, rights: list[str]) -> Exchange:
    """Give rights to a group, and take them back."""
    granted = session.grant("group", session.group(), rights)
    session.revoke(granted)
    return granted


def rights_required(session: Session) -> bool:
    return not accepted(_try_rights(session, []))


def unknown_right_status(session: Session) -> int:
    granted = _try_rights(session, ["useAccounts", "probeAccounts"])
    return 201 if granted.ok else status_of(granted, 400)


def authorization_levels(session: Session) -> str:
    return "both" if accepted(_try_rights(session, ["useAccounts", *LEVELS])) else "exclusive"


def role_member_type(session: Session) -> str:
    granted = good(session.grant("group", session.group("g2"), RIGHTS), "a permission for a group")
    identifier = str(granted.folded.get("id") or "")
    shown = granted.folded if identifier else {}
    for item in () if identifier else session.every("ContainerPermissions"):
        if str((item.get("group") or {}).get("value")) == session.group("g2")["id"]:
            shown = item
    if shown.get("id"):
        session.send("DELETE", "ContainerPermissions", str(shown["id"]))
    session.last = granted
    kind = (shown.get(fold(SAFE_MEMBER)) or {}).get("membertype")
    if kind not in ("Role", "Group"):
        raise UnclearError("the permission does not say what its member is")
    return str(kind)


# -- accounts


def _properties(account: Object) -> dict[str, str]:
    listed = (account.get(fold(ACCOUNT)) or {}).get("properties") or []
    return {str(item.get("key")): str(item.get("value")) for item in listed if isinstance(item, dict)}


def property_case(session: Session) -> str:
    known = {"username": "username", "userName": "userName", "USERNAME": "sent"}
    for key in _properties(_shown_account(session)):
        if key in known:
            return known[key]
    raise UnclearError("the account shows no user name in a known spelling")


def properties_added(session: Session) -> bool:
    sent = {"username", "address", "platformid", "secret"}
    return bool({fold(key) for key in _properties(_shown_account(session))} - sent)


def properties_patch(session: Session) -> str:
    account = session.account("a2")
    change = replaced(f"{ACCOUNT}.properties", [{"key": "address", "value": OTHER_ADDRESS}])
    answer = good(session.patch("PrivilegedData", account["id"], change), "a PATCH")
    held = {fold(key): value for key, value in _properties(_shown_account(session, "a2")).items()}
    session.last = answer
    if held.get("address") != OTHER_ADDRESS:
        raise UnclearError("the PATCH did not change the property")
    return "merge" if "username" in held else "replace"


def _put_account(session: Session, *properties: tuple[str, str], **extension: Any) -> Exchange:
    account, safe = session.account("a1"), session.safe()["id"]
    given = (("username", "probe"), ("address", "probe.invalid"), ("platformId", "UnixSSH"), *properties)
    return session.send(
        "PUT", "PrivilegedData", account["id"], body=session.account_body("a1", safe, *given, **extension)
    )


def remote_machines_separator(session: Session) -> str:
    taken = ""
    for separator in ";,":
        machines = {"remoteMachines": f"one{separator}two", "accessRestrictedToRemoteMachines": True}
        taken += separator if accepted(_put_account(session, remoteMachinesAccess=machines)) else ""
    if not taken:
        raise UnclearError("no separator is accepted")
    return "any" if len(taken) > 1 else taken


def secret_update(session: Session) -> str:
    answer = _put_account(session, ("secret", session.password()))
    if answer.status == 400:
        return "refused"
    good(answer, "a PUT")
    raise UnclearError("a new secret was accepted, and no answer shows whether it took effect")


# -- PATCH of every kind


def patch_supported(session: Session) -> Object:
    """Change one attribute of each kind of object that could be made."""
    found: Object = {}
    reasons = []
    kinds: tuple[tuple[str, Callable[[], Object], str], ...] = (
        ("Users", session.user, "active"),
        ("Groups", session.group, "displayName"),
        (CONTAINER.endpoint, session.safe, "description"),
        ("ContainerPermissions", lambda: _permission(session)[1], "rights"),
        (PRIVILEGED_DATA.endpoint, session.account, "description"),
    )
    for endpoint, make, attribute in kinds:
        try:
            item = make()
            value = {"active": True, "displayName": item.get("displayname"), "rights": RIGHTS}.get(attribute, "Probe")
            found[endpoint] = refusal(session.patch(endpoint, str(item["id"]), replaced(attribute, value)))
        except UnclearError as error:
            reasons.append(str(error))
    if not found:
        raise UnclearError("; ".join(reasons))
    return found


FACTS = (
    Fact("pam_get_by_id", VAULT, pam_get_by_id),
    Fact("pam_paging", VAULT, pam_paging),
    Fact("pam_sorting", VAULT, pam_sorting),
    Fact("pam_filters", VAULT, pam_filters),
    Fact("pam_id_case_sensitive", VAULT, pam_id_case_sensitive),
    Fact("immutable_change", VAULT, immutable_change),
    Fact("unknown_reference_status", VAULT, unknown_reference_status),
    Fact("pam_error_body", VAULT, pam_error_body),
    Fact("pam_write_bodies", VAULT, pam_write_bodies),
    Fact("safe_name_rules", VAULT, safe_name_rules),
    Fact("container_display_name", VAULT, container_display_name),
    Fact("container_type", VAULT, container_type),
    Fact("container_lists_accounts", VAULT, container_lists_accounts),
    Fact("owner_empty", VAULT, owner_empty),
    Fact("retention_urn", VAULT, retention_urn),
    Fact("delete_nonempty_container", VAULT, delete_nonempty_container),
    Fact("permission_id", VAULT, permission_id),
    Fact("rights_case", VAULT, rights_case),
    Fact("rights_required", VAULT, rights_required),
    Fact("unknown_right_status", VAULT, unknown_right_status),
    Fact("authorization_levels", VAULT, authorization_levels),
    Fact("role_member_type", VAULT, role_member_type),
    Fact("property_case", VAULT, property_case),
    Fact("properties_added", VAULT, properties_added),
    Fact("properties_patch", VAULT, properties_patch),
    Fact("remote_machines_separator", VAULT, remote_machines_separator),
    Fact("secret_update", VAULT, secret_update),
    Fact("patch_supported", VAULT, patch_supported),
)
