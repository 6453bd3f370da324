# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of privileged data, which are the accounts in the safes of the vault.

No exchange with a tenant is recorded for them. These rules follow the published schema, one client, and the vault's own
API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..failures import invalid_value
from ..models import ACCOUNT_DATA_URN, Model
from ..scim.base import BaseRules, Operation
from ..scim.references import constructed, find_container, kept
from .containers import SECRETS, list_accounts
from .properties import SECRET, Properties, change_properties, property_operations, read_properties, shown_key

if TYPE_CHECKING:
    from ..tenant import Tenant

# The library names the field of an extension after the name of its schema.
DATA = "CyberArkPrivilegedData"
FIRST_SAFE = 21


class AccountRules(BaseRules):
    """Accounts; their names need not be unique."""

    dotted_paths = True

    def own_operations(self, operations: list[Operation]) -> tuple[list[Operation], list[Operation]]:
        """Return the operations on the properties, which one client expects to be merged by key."""
        return property_operations(operations)

    def apply_own(self, tenant: Tenant, current: Model, operations: list[Operation]) -> Model:
        """Return an account after operations on its properties."""
        data = data_of(current)
        held = read_properties(data.properties)
        for operation in operations:
            change_properties(held, operation, tenant.switches)
        return current.model_copy(update={DATA: data.model_copy(update={"properties": entries(current, held)})})

    def prepare(self, tenant: Tenant, resource: Model, previous: Model | None) -> Model:
        """Return the state to store after a write, or refuse it."""
        if not resource.name:
            raise invalid_value("name is required")
        data = data_of(resource)
        check_machines(tenant, data)
        held = read_properties(data.properties)
        secret = held.pop(SECRET, ("", ""))[1]
        if previous is None:
            if not data.safe:
                raise invalid_value("safe is required")
            safe = str(find_container(tenant, data.safe).name)
            account_id = new_id(tenant, safe)
        else:
            safe = str(kept(tenant, "safe", data_of(previous).safe, data.safe))
            account_id = str(previous.id)
        if previous is None and tenant.switches["properties_added"]:
            held.setdefault("creationmethod", ("CreationMethod", "SCIM"))
        keep_secret(tenant, account_id, secret, creating=previous is None)
        stored = data.model_copy(update={"safe": safe, "properties": entries(resource, held)})
        return resource.model_copy(update={"id": account_id, DATA: stored})

    def published(self, tenant: Tenant, resource: Model) -> dict[str, Any]:
        """Return the properties in the spelling of answers, which never show the secret."""
        data = data_of(resource)
        held = {
            name: (shown_key(key, tenant.switches), value)
            for name, (key, value) in read_properties(data.properties).items()
        }
        return {DATA: data.model_copy(update={"properties": entries(resource, held)})}

    def changed(self, tenant: Tenant, old: Model | None, new: Model | None) -> None:
        """Update the container's list of accounts, and delete the secret of a deleted account."""
        list_accounts(tenant, str(data_of(new or old).safe))
        if new is None and old is not None:
            tenant.storage.forget(SECRETS, str(old.id))


def data_of(account: Model) -> Any:
    """Return the vault's extension of an account, empty when it is missing."""
    data = getattr(account, DATA)
    return data if data is not None else data_model(account)()


def data_model(account: Model) -> Any:
    """Return the model of the vault's extension."""
    return type(account).get_extension_models()[ACCOUNT_DATA_URN]


def entries(account: Model, held: Properties) -> list[Any] | None:
    """Return properties as the entries of a model."""
    entry = data_model(account).Properties
    return [constructed(entry, key=key, value=value) for key, value in held.values()] or None


def check_machines(tenant: Tenant, data: Any) -> None:
    """Refuse a list of machines with another separator than the vault's, about which sources differ."""
    wanted = tenant.switches["remote_machines_separator"]
    access = data.remote_machines_access
    text = str((access and access.remote_machines) or "")
    if wanted != "any" and any(other in text for other in ";," if other != wanted):
        raise invalid_value(f"remoteMachines {text} is not a machine, nor machines separated by {wanted}")


def new_id(tenant: Tenant, safe: str) -> str:
    """Return the id of a new account: the number of its safe and a number that is never used again (documented)."""
    storage = tenant.storage
    number = storage.recall("SafeNumber", safe.casefold())
    if number is None:
        number = storage.count("safes", FIRST_SAFE)
        storage.remember("SafeNumber", safe.casefold(), number)
    return f"{number}_{storage.count(f'accounts of {number}')}"


def keep_secret(tenant: Tenant, account_id: str, secret: str, *, creating: bool) -> None:
    """Store the secret of an account apart from the resource. The effect of an update is not on record."""
    if not secret:
        return
    policy = "changed" if creating else tenant.switches["secret_update"]
    if policy == "refused":
        raise invalid_value("The secret cannot be changed")
    if policy == "changed":
        tenant.storage.remember(SECRETS, account_id, secret)
