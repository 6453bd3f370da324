# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check the emulator with scim2-tester. Each deviation from the RFCs is listed with its reason.

A switch that has a side of the RFC is set to that side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import Tenant
from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import ResourceType, Schema, ScimProvider, ServiceProviderConfig
from scim2_tester import Status, check_server

CORE = "urn:ietf:params:scim:schemas:core:2.0:"
PAM = "urn:ietf:params:scim:schemas:pam:1.0:"
ACCOUNT = "urn:ietf:params:scim:schemas:cyberark:1.0:PrivilegedData"
# The library does not accept a URN whose last part begins with a digit as a path.
CUSTOM = "urn:scim:schemas:extension:custom:2.0"
RFC = {
    "discovery": "rfc",
    "excluded_attributes": True,
    "groups_paging": True,
    "patch_supported": dict.fromkeys(("Users", "Groups", "Containers", "PrivilegedData"), True),
    "properties_patch": "replace",
    "resources_omitted_when_empty": False,
}
# Rules of a tenant for values that no schema states. The tester derives values from the type alone.
SAFE = "APP"
VALUES: dict[str, dict[str, list[str]]] = {
    f"{CORE}User": {
        "userName": [f"user{number}@example.com" for number in range(1_000_000)],
        "password": [f"Secret-pass-{number}" for number in range(1000)],
    },
    f"{PAM}Container": {"name": [f"SAFE-{number}" for number in range(10_000)]},
    f"{PAM}PrivilegedData": {"type": ["password", "key"]},
    ACCOUNT: {"safe": [SAFE], "properties.key": [f"Key{number}" for number in range(10_000)]},
}
REQUIRED = {ACCOUNT: ("safe", "properties.key")}
KINDS = ("User", "Group", "Container", "PrivilegedData")


@dataclass(frozen=True)
class Difference:
    """A remaining deviation: part of its message, and the reason."""

    kinds: tuple[str, ...]
    word: str
    why: str

    def explains(self, kind: str, reason: str) -> bool:
        return kind in self.kinds and self.word in reason


KNOWN = (
    Difference(KINDS, "'externalId'", "No resource of the tenant has one."),
    Difference(KINDS, "Resource .search not found", "Nothing shows that the tenant knows it; RFC 7644 leaves it open."),
    Difference(("User", "Group"), ":LinkedObject'", "Read-only as a whole; the tester adds and expects an empty one."),
    Difference(("User",), "value for 'name'", "The server computes name.formatted, which is published as read-only."),
    Difference(("User",), "value for 'emails'", "The server computes type and primary, published as read-only."),
    Difference(("User",), ":User:manager'", "The server computes displayName, which is published as read-only."),
    Difference(("User",), "extension:enterprise:2.0:User'", "The same, of the extension as a whole."),
    Difference(("User",), "not remove attribute 'name'", "The server puts name.formatted there again."),
    Difference(("User",), "not remove attribute 'displayName'", "The server puts its default there."),
    Difference(("User",), "not remove attribute 'active'", "The same."),
    Difference(("PrivilegedData",), f"value for '{ACCOUNT}:properties'", "Additions join what is there (3.5.2.1)."),
    Difference(("PrivilegedData",), f"not remove attribute '{ACCOUNT}'", "An account cannot leave its safe."),
    Difference(("Group",), "value for 'members'", "The server computes display from the member's id."),
)


def suited(attributes: list[dict[str, Any]], urn: str, prefix: str = "") -> None:
    """Add to a schema the rules that the tester needs to create objects that a tenant accepts."""
    for attribute in attributes:
        path = prefix + attribute["name"]
        if values := VALUES.get(urn, {}).get(path):
            attribute["canonicalValues"] = values
        if path in REQUIRED.get(urn, ()):
            attribute.update(required=True, mutability="readWrite")
        suited(attribute.get("subAttributes", []), urn, f"{path}.")


@pytest.fixture
def client(tenant: Tenant) -> Iterator[SyncSCIMClient]:
    tenant.switch(**RFC)
    tenant.seed(containers=[{"name": SAFE}])
    config, types, schemas = (
        tenant.scim("GET", path).json() for path in ("ServiceProviderConfig", "ResourceTypes", "Schemas")
    )
    for item in types["Resources"]:
        item["schemaExtensions"] = [one for one in item.get("schemaExtensions", []) if one["schema"] != CUSTOM]
    described = [item for item in schemas["Resources"] if item["id"] != CUSTOM]
    for item in described:
        suited(item["attributes"], item["id"])
    provider = ScimProvider.from_discovery(
        map(Schema.model_validate, described),
        map(ResourceType.model_validate, types["Resources"]),
        ServiceProviderConfig.model_validate(config),
    )
    headers = {"Authorization": f"Bearer {tenant.token}"}
    with Client(base_url=f"{tenant.info['tenant_url']}/scim/v2", headers=headers, trust_env=False) as http:
        yield SyncSCIMClient(http, provider=provider)


@pytest.mark.parametrize("kind", ["discovery", *KINDS])
def test_conformance(client: SyncSCIMClient, kind: str) -> None:
    if kind == "discovery":
        results = check_server(client, include_tags={"discovery", "misc"})
    else:
        results = check_server(client, include_tags={"crud", "patch"}, resource_types=[kind])
    errors = [f"{one.title}: {one.reason}" for one in results if one.status == Status.ERROR]
    assert [error for error in errors if not any(row.explains(kind, error) for row in KNOWN)] == []
    unseen = [row.word for row in KNOWN if kind in row.kinds and not any(row.word in error for error in errors)]
    assert unseen == []
    assert sum(one.status == Status.SUCCESS for one in results) > 3
