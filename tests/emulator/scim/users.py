# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of users: checks of writes, and computed attributes of answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from scim2_models import Context

from ..admin.apps import forget_principal
from ..facts import USER_FACTS
from ..failures import Failure, duplicate, invalid_value
from ..models import CUSTOM_URN, ENTERPRISE_URN, Model
from .base import BaseRules, kept_display_name
from .bodies import pruned
from .directories import CLOUD, Directory
from .groups import refresh_member
from .references import refresh_holder, refresh_owner

if TYPE_CHECKING:
    from ..tenant import Tenant

PHONE_TYPES = ("work", "home", "mobile")
# The characters that the documentation allows before the @. Names of service users contain a $.
LOGIN_NAME = re.compile(r"[\w+.$'-]+@(?P<suffix>[\w.-]+)")
PASSWORD_PARTS = ((r"[0-9]", "a digit"), (r"[a-z]", "a lower-case letter"), (r"[A-Z]", "an upper-case letter"))
PASSWORD_LENGTH = range(8, 65)


class UserRules(BaseRules):
    """Users of the cloud directory, and read-only users of other directories."""

    def check_body(self, tenant: Tenant, body: dict[str, Any], *, creating: bool) -> None:
        """Refuse additional attributes that the tenant does not define, and a missing password."""
        accept_manager(body)
        custom = body.get(CUSTOM_URN) or {}
        if not isinstance(custom, dict):
            raise invalid_value(f"{CUSTOM_URN} must be an object")
        # Attribute names are case-insensitive (RFC 7643 section 2.1) and are stored in the tenant's spelling.
        defined = {name.casefold(): name for name in tenant.switches["custom_attributes"]}
        if unknown := sorted(name for name in custom if name.casefold() not in defined):
            raise invalid_value(f"The tenant does not define the attribute {', '.join(unknown)}")
        if custom:
            body[CUSTOM_URN] = {defined[name.casefold()]: value for name, value in custom.items()}
        if creating and tenant.switches["password_required"] and not body.get("password"):
            raise invalid_value("password is required")

    def check_writable(self, tenant: Tenant, user: Model) -> None:
        """Refuse a write to a user of another directory; the answer to it is not on record."""
        if user.LinkedObject is not None:
            raise Failure(tenant.switches["linked_write_status"], f"User {user.user_name} is read-only")

    def check_delete(self, tenant: Tenant, resource: Model) -> None:
        """Refuse to delete a user of another directory."""
        self.check_writable(tenant, resource)

    def replaced(self, tenant: Tenant, current: Model, replacement: Model) -> Model:
        """Return the state after a PUT."""
        return kept_display_name(tenant, current, replacement)

    def prepare(self, tenant: Tenant, resource: Model, previous: Model | None) -> Model:
        """Return the state to store after a write, or refuse it."""
        if previous is not None:
            self.check_writable(tenant, previous)
        settle_names(resource, previous)
        password = resource.password
        data = pruned(resource.model_dump(scim_ctx=Context.DEFAULT))
        data.pop("groups", None)
        settle_emails(data)
        settle_phones(data)
        settle_manager(tenant, data)
        prepared = type(resource).model_validate(data)
        prepared.password = password
        prepared.LinkedObject = None
        if prepared.active is None:
            prepared.active = True
        check_login_name(tenant, prepared, previous)
        if password is not None and (previous is None or password != previous.password):
            check_password(password)
        return prepared

    def published(self, tenant: Tenant, resource: Model) -> dict[str, Any]:
        """Return the computed fields: the roles of the user and the details of the manager."""
        added = roles_of(tenant, resource, CLOUD)
        extension = resource.EnterpriseUser
        if extension is not None and extension.manager is not None:
            added["EnterpriseUser"] = extension.model_copy(update={"manager": manager_details(tenant, extension)})
        return added

    def finished(self, tenant: Tenant, body: dict[str, Any]) -> None:
        """Set the form of the manager as the switch says."""
        how, extension = tenant.switches["manager_shape"], body.get(ENTERPRISE_URN, {})
        if "manager" in extension and how != "object":
            manager = extension["manager"]
            extension["manager"] = [manager] if how == "list" else manager["value"]

    def changed(self, tenant: Tenant, old: Model | None, new: Model | None) -> None:
        """Update other resources after a user was renamed or deleted."""
        refresh_user(tenant, old, new, CLOUD)
        if new is None and old is not None:
            tenant.storage.forget(USER_FACTS, str(old.id))
            forget_principal(tenant.storage, str(old.id))


def refresh_user(tenant: Tenant, old: Model | None, new: Model | None, directory: Directory) -> None:
    """Update groups, permissions and containers after a change of a user."""
    refresh_member(tenant, old, new, directory)
    refresh_holder(tenant, "user", old, new)
    refresh_owner(tenant, old, new)


def roles_of(tenant: Tenant, user: Model, directory: Directory) -> dict[str, Any]:
    """Return the field ``groups`` of an answer, if the user has any."""
    entry = type(user).Groups
    kind = {"type": "direct"} if tenant.switches["user_groups_typed"] else {}
    groups = [
        entry.model_construct(
            _fields_set={"display", "value", "ref", *kind},
            **kind,
            display=group.display_name,
            value=group.id,
            ref=tenant.location("Groups", str(group.id)),
        )
        for group in tenant.storage.find(directory.group, "members.value", str(user.id))
    ]
    return {"groups": groups} if groups else {}


def settle_names(user: Model, previous: Model | None) -> None:
    """Set displayName and name.formatted to the one of them that changed (recorded in 2024).

    Without either, displayName is the login name up to the ``@`` (recorded).
    """
    old = previous.display_name if previous is not None else None
    formatted = user.name.formatted if user.name is not None else None
    if previous is not None and user.display_name == old and formatted and formatted != old:
        user.display_name = formatted
    if not user.display_name:
        user.display_name = (user.user_name or "").partition("@")[0] or None
    if user.name is None:
        user.name = type(user).Name()
    user.name.formatted = user.display_name


def settle_emails(data: dict[str, Any]) -> None:
    """Refuse a second e-mail address: the directory has a single field for it."""
    emails = [item for item in data.get("emails", []) if item.get("value")]
    if len(emails) > 1:
        raise invalid_value("A user has one e-mail address at most")
    data["emails"] = [{"type": "work", "primary": True, "value": item["value"]} for item in emails]


def settle_phones(data: dict[str, Any]) -> None:
    """Refuse a second phone number of a type: the directory has one field for each."""
    phones = [item for item in data.get("phoneNumbers", []) if item.get("value")]
    kinds = [str(item.get("type", "work")).lower() for item in phones]
    for kind in kinds:
        if kind not in PHONE_TYPES:
            raise invalid_value(f"The phone number type {kind} is not one of {', '.join(PHONE_TYPES)}")
        if kinds.count(kind) > 1:
            raise invalid_value(f"A user has one phone number of type {kind} at most")
    data["phoneNumbers"] = [{"type": kind, "value": item["value"]} for kind, item in zip(kinds, phones, strict=True)]


def accept_manager(body: dict[str, Any]) -> None:
    """Accept the manager in each form that answers may have."""
    extension = body.get(ENTERPRISE_URN)
    manager = extension.get("manager") if isinstance(extension, dict) else None
    if isinstance(extension, dict) and isinstance(manager, list):
        extension["manager"] = manager[0] if manager else None
    elif isinstance(extension, dict) and isinstance(manager, str):
        extension["manager"] = {"value": manager}


def settle_manager(tenant: Tenant, data: dict[str, Any]) -> None:
    """Store the id of the manager only, and refuse a manager who does not exist."""
    manager = data.get(ENTERPRISE_URN, {}).pop("manager", None)
    if not manager or not manager.get("value"):
        return
    if tenant.storage.peek("User", manager["value"]) is None:
        raise invalid_value(f"Manager not found. Manager value: {manager['value']}")
    data[ENTERPRISE_URN]["manager"] = {"value": manager["value"]}


def manager_details(tenant: Tenant, extension: Any) -> Any:
    """Return the manager with link and name, or None if the manager was deleted."""
    manager = tenant.storage.peek("User", extension.manager.value)
    if manager is None:
        return None
    return extension.manager.model_copy(
        update={"ref": tenant.location("Users", str(manager.id)), "display_name": manager.display_name}
    )


def check_login_name(tenant: Tenant, user: Model, previous: Model | None) -> None:
    """Refuse a login name without a suffix of the tenant, or one that is already used.

    An unchanged name is not checked, so that a seeded user can be updated.
    """
    name = str(user.user_name)
    if previous is not None and previous.user_name == name:
        return
    match = LOGIN_NAME.fullmatch(name)
    if match is None:
        raise invalid_value(f"userName {name} is not of the form name@suffix")
    if match["suffix"].casefold() not in tenant.suffixes:
        raise invalid_value(f"userName {name} has a suffix the tenant does not have: {match['suffix']}")
    for other in tenant.storage.find("User", "userName", name):
        same = tenant.is_same_name(str(other.user_name), name)
        if same and (previous is None or other.id != previous.id):
            raise duplicate(tenant.switches["duplicate_status"], "User", name)


def check_password(password: str) -> None:
    """Refuse a password outside the policy of the directory: 8 to 64 characters of three kinds."""
    missing = [what for pattern, what in PASSWORD_PARTS if not re.search(pattern, password)]
    if len(password) not in PASSWORD_LENGTH:
        missing.insert(0, "8 to 64 characters")
    if missing:
        raise invalid_value(f"The password does not have {', '.join(missing)}")
