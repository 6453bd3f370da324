# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The resource models, built from the schema files.

The files in ``schemas/`` hold what the tenant publishes. The tenant accepts writes to some attributes that it publishes
as read-only; :data:`WRITABLE` lists those.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, create_model
from scim2_models import (
    URN,
    Bulk,
    ChangePassword,
    ETag,
    Extension,
    Filter,
    Mutability,
    Patch,
    Resource,
    ResourceType,
    Schema,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
)

FOLDER = Path(__file__).parent / "schemas"
USER_URN = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP_URN = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE_URN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CONTAINER_URN = "urn:ietf:params:scim:schemas:pam:1.0:Container"
SAFE_URN = "urn:ietf:params:scim:schemas:cyberark:1.0:Safe"
PERMISSION_URN = "urn:ietf:params:scim:schemas:pam:1.0:ContainerPermission"
SAFE_MEMBER_URN = "urn:ietf:params:scim:schemas:cyberark:1.0:SafeMember"
ACCOUNT_URN = "urn:ietf:params:scim:schemas:pam:1.0:PrivilegedData"
ACCOUNT_DATA_URN = "urn:ietf:params:scim:schemas:cyberark:1.0:PrivilegedData"
CUSTOM_URN = "urn:scim:schemas:extension:custom:2.0"
LINKED_URN = "urn:ietf:params:scim:schemas:pam:1.0:LinkedObject"

COMMON = ("schemas", "id", "meta")

# Published as read-only or immutable, yet accepted in writes: a PATCH of name.formatted worked (recorded in 2024), and
# clients that merge what they read send the others back. For immutable attributes of the vault, its rules and a switch
# decide whether a change is refused or ignored.
WRITABLE: Mapping[str, tuple[str, ...]] = {
    USER_URN: ("name.formatted", "emails.type", "emails.primary"),
    GROUP_URN: ("members.*",),
    ENTERPRISE_URN: ("manager.displayName",),
    CONTAINER_URN: ("name", "displayName"),
    PERMISSION_URN: ("container", "container.*", "user", "user.*", "group", "group.*"),
    ACCOUNT_DATA_URN: ("safe", "properties.key"),
}
# Published as required; the switch rights_required decides.
OPTIONAL: Mapping[str, tuple[str, ...]] = {PERMISSION_URN: ("rights",)}

# The resource types that are served. Each also needs a row in rules.RULES.
IMPLEMENTED = ("User", "Group", "Container", "ContainerPermission", "PrivilegedData")

# The models are built at run time, so a type checker knows nothing about their attributes.
Model = Any

Scalar = bool | int | float | str


@cache
def published_schemas() -> tuple[dict[str, Any], ...]:
    """Return the schemas in the order the tenant lists them."""
    return tuple(json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("[0-9]*.json")))


@cache
def published_resource_types() -> tuple[dict[str, Any], ...]:
    """Return the resource types in the order the tenant lists them."""
    return tuple(json.loads((FOLDER / "resource_types.json").read_text("utf-8")))


@cache
def vault_documents() -> dict[str, Any]:
    """Return the resource types and extensions of the vault's users and groups, which discovery does not show."""
    documents: dict[str, Any] = json.loads((FOLDER / "vault.json").read_text("utf-8"))
    return documents


@cache
def published_config() -> dict[str, Any]:
    """Return the service provider configuration, without its meta."""
    config: dict[str, Any] = json.loads((FOLDER / "service_provider_config.json").read_text("utf-8"))
    return config


def served_config() -> ServiceProviderConfig:
    """Return the features the library implements. Sorting works although the tenant does not announce it (recorded)."""
    return ServiceProviderConfig(
        patch=Patch(supported=True),
        bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
        filter=Filter(supported=True),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=True),
        etag=ETag(supported=False),
        authentication_schemes=published_config()["authenticationSchemes"],
    )


@cache
def schema_models() -> dict[str, type[Resource[Any]] | type[Extension]]:
    """Return the models of every schema but the custom one, by URN."""
    models: dict[str, type[Resource[Any]] | type[Extension]] = {}
    for document in (*published_schemas(), *vault_documents()["schemas"]):
        if document["id"] != CUSTOM_URN:
            is_resource = any(attribute["name"] == "id" for attribute in document["attributes"])
            base = Resource if is_resource else Extension
            models[document["id"]] = base.from_schema(Schema.model_validate(writable(document)))
    return models


def without_common(document: dict[str, Any]) -> dict[str, Any]:
    """Return a schema without the attributes that every resource has (RFC 7643 section 3.1)."""
    return {**document, "attributes": [item for item in document["attributes"] if item["name"] not in COMMON]}


def writable(document: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with the mutability that the tenant applies."""
    urn = document["id"]
    relaxed = [with_mutability(item, "", WRITABLE.get(urn, ())) for item in without_common(document)["attributes"]]
    return {
        **document,
        "attributes": [
            {**item, "required": False} if item["name"] in OPTIONAL.get(urn, ()) else item for item in relaxed
        ],
    }


def with_mutability(attribute: dict[str, Any], prefix: str, names: Iterable[str]) -> dict[str, Any]:
    """Return an attribute, writable when it is one of the names."""
    path = f"{prefix}{attribute['name']}"
    result = dict(attribute)
    if path in names or f"{prefix}*" in names:
        result["mutability"] = "readWrite"
    if "subAttributes" in attribute:
        result["subAttributes"] = [with_mutability(sub, f"{path}.", names) for sub in attribute["subAttributes"]]
    return result


def custom_model(names: tuple[str, ...]) -> type[Extension]:
    """Return the extension that holds the additional attributes of the tenant as a flat map."""
    fields: dict[str, Any] = {
        name: (
            Annotated[Scalar | None, Mutability.read_write],
            Field(default=None, serialization_alias=name, validation_alias=name),
        )
        for name in names
    }
    model: type[Extension] = create_model("CustomData", __base__=Extension, **fields)
    model.__schema__ = URN(CUSTOM_URN)
    # The library registers the schema of a model when it completes the model.
    model.__pydantic_on_complete__()
    return model


def build_provider(custom: tuple[str, ...], policy: ScimPolicy) -> ScimProvider:
    """Describe the service for the library, with some additional user attributes."""
    documents = [item for item in published_resource_types() if item["name"] in IMPLEMENTED]
    types = [ResourceType.model_validate(item) for item in (*documents, *vault_documents()["resourceTypes"])]
    wanted = {str(item.schema_) for item in types}
    wanted |= {str(extension.schema_) for item in types for extension in item.schema_extensions or []}
    models = [model for urn, model in schema_models().items() if urn in wanted]
    return ScimProvider([*models, custom_model(custom)], types, config=served_config(), policy=policy)
