# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""The tables of the administration API: users with their flags, roles with their rights, OAuth2 client apps.

Paths point into the objects that the classes of this package build from several answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._model.resources import GROUP, MEMBERS, NOT_IN_VAULT
from .._model.rows import Attribute, NewValue, Policy, Resource
from .._model.shapes import Choice, Joined, Members, Names, Truth
from .shapes import GRANTS, Grants, Scopes, Timespan

AUTH_METHODS = ("AuthorizationCode", "Implicit", "ClientCreds", "ResourceCreds")
_GRANT: Mapping[str, Any] = {
    "role": {"type": "str", "required": True},
    "rights": {"type": "list", "elements": "str", "choices": list(GRANTS)},
}
_GRANTS: Mapping[str, Any] = {
    "options": {way: {"type": "list", "elements": "dict", "options": _GRANT} for way in ("add", "remove", "set")},
    "mutually_exclusive": [("set", "add"), ("set", "remove")],
}
_SCOPE: Mapping[str, Any] = {
    "name": {"type": "str", "required": True},
    "description": {"type": "str"},
    "allowed_rest": {"type": "list", "elements": "str"},
}

IDENTITY_USER = Resource(
    name="user",
    plural="users",
    endpoint="User",
    keys=("user_name",),
    attributes=(
        Attribute(
            "user_name",
            ("Name",),
            caseless=True,
            required=True,
            pattern=r"[^@\s]+@[^@\s]+",
            pattern_hint="It is the full login name, such as scim-service@example.com",
            new=NewValue(not_in_vault=NOT_IN_VAULT),
        ),
        Attribute("display_name", ("DisplayName",), default=lambda user_name: user_name.partition("@")[0]),
        # Some clients treat it as mandatory; others leave it out (admin contract 5.2).
        Attribute("email", ("Mail",), caseless=True, default=lambda user_name: user_name),
        Attribute("description", ("Description",), lines=True),
        Attribute("active", ("Active",), type="bool", shape=Truth(), default=lambda user_name: True),
        Attribute("oauth_client", ("OauthClient",), type="bool", shape=Truth(), default=lambda user_name: False),
        Attribute("service_user", ("ServiceUser",), type="bool", shape=Truth(), default=lambda user_name: False),
        Attribute(
            "force_password_change",
            ("ForcePasswordChangeNext",),
            type="bool",
            shape=Truth(),
            spec={"no_log": False},
            default=lambda user_name: False,
        ),
        Attribute(
            "password_never_expires", ("PasswordNeverExpire",), type="bool", shape=Truth(), spec={"no_log": False}
        ),
        Attribute("password", ("Password",), spec={"no_log": True}, required=True, secret=True, shortest=8),
    ),
    enabled_by="active",
)

ROLE = Resource(
    name="role",
    plural="roles",
    endpoint="Role",
    keys=("name",),
    attributes=(
        Attribute(
            "name",
            ("Name",),
            caseless=True,
            required=True,
            pattern=r"\S(.*\S)?",
            pattern_hint="It must not be empty, nor begin or end with a blank",
        ),
        Attribute("description", ("Description",), lines=True),
        Attribute("administrative_rights", ("AdministrativeRights",), type="dict", shape=Names(), spec=MEMBERS),
        Attribute("users", ("Members",), type="dict", shape=Members("User"), spec=MEMBERS, refers_to="User"),
        Attribute("roles", ("Members",), type="dict", shape=Members("Role"), spec=MEMBERS, refers_to="Role"),
    ),
    policies={"allow_mixed_rights": Policy({"type": "bool", "default": False})},
    built_in=GROUP.built_in,
    built_in_ids=GROUP.built_in_ids,
)

OAUTH2_APP = Resource(
    name="client app",
    plural="client apps",
    endpoint="Application",
    keys=("application_id",),
    attributes=(
        Attribute(
            "application_id",
            ("ServiceName",),
            caseless=True,
            required=True,
            pattern=r"[^\s/?#]+",
            pattern_hint="It is part of the address of the token endpoint: no blanks, slashes, question marks or "
            "hashes",
        ),
        Attribute("name", ("Name",), default=lambda application_id: application_id),
        Attribute("description", ("Description",), lines=True),
        Attribute(
            "icon_uri",
            ("Icon",),
            pattern=r"/\S+",
            pattern_hint="It is a path on the tenant, such as /vfslow/lib/application/icons/GenericSaml.svg",
        ),
        Attribute(
            "client_id_type",
            ("OAuthProfile", "ClientIDType"),
            shape=Choice({"confidential": (1, "confidential"), "anything": (0, "anything", "list")}),
            spec={"choices": ["anything", "confidential"]},
            default=lambda application_id: "confidential",
        ),
        Attribute(
            "must_be_oauth_client",
            ("OAuthProfile", "MustBeOauthClient"),
            type="bool",
            shape=Truth(),
            default=lambda application_id: True,
        ),
        Attribute(
            "auth_methods",
            ("OAuthProfile", "AllowedAuth"),
            type="list",
            shape=Joined(),
            spec={"elements": "str", "choices": list(AUTH_METHODS)},
            default=lambda application_id: ["ClientCreds"],
        ),
        Attribute(
            "token_type",
            ("OAuthProfile", "TokenType"),
            spec={"choices": ["JwtRS256", "Opaque"], "no_log": False},
            default=lambda application_id: "JwtRS256",
        ),
        Attribute(
            "token_lifetime",
            ("OAuthProfile", "TokenLifetimeString"),
            type="int",
            shape=Timespan(),
            spec={"no_log": False},
            default=lambda application_id: 18000,
        ),
        Attribute(
            "scopes",
            ("OAuthProfile", "KnownScopes"),
            type="list",
            shape=Scopes(),
            spec={"elements": "dict", "options": _SCOPE},
        ),
        Attribute("permissions", ("Grants",), type="dict", shape=Grants(), spec=_GRANTS),
    ),
    policies={"orphans": Policy({"type": "str", "choices": ["report", "adopt", "ignore"], "default": "report"})},
)

IDENTITY_RESOURCES = {resource.endpoint: resource for resource in (IDENTITY_USER, ROLE, OAUTH2_APP)}

# The names of administrative rights by path, for tenants that do not show the names (admin contract 6.4). A right that
# manages something has "man" in the name of its file.
VAULT_MANAGEMENT = "/lib/rights/vaultman.json"
ADMINISTRATIVE_RIGHTS = {
    "/lib/rights/adminportallogin.json": "Admin Portal Login",
    "/lib/rights/appman.json": "Application Management",
    "/lib/rights/fedman.json": "Federation Management",
    "/lib/rights/identityverification.json": "Identity Verification",
    "/lib/rights/mfaunlock.json": "MFA Unlock",
    "/lib/rights/radiusman.json": "Radius Management",
    "/lib/rights/roleman.json": "Role Management",
    "/lib/rights/roroleman.json": "Read Only Role Management",
    "/lib/rights/rouserman.json": "Read Only User Management",
    "/lib/rights/proxycode.json": "Register and Administer Connectors",
    "/lib/rights/reportman.json": "Report Management",
    "/lib/rights/sharedcredentials.json": "Shared Credentials",
    "/lib/rights/dsman.json": "User Management",
    "/lib/rights/monitor.json": "Read Only System Administration",
    "/lib/rights/agentmanjoin.json": "System Enrollment",
    VAULT_MANAGEMENT: "Vault Management",
    "ServiceRight/auditShowTile": "Audit",
    "ServiceRight/dpaShowTile": "SIA",
    "ServiceRight/cloudonboardingShowTile": "Cloud Onboarding",
    "ServiceRight/connectormanagementShowTile": "Connector Management",
    "ServiceRight/passwordvaultShowTile": "Privilege Cloud",
    "ServiceRight/smShowTile": "Session Monitoring",
    "ServiceRight/accesstoresourcesShowTile": "Access to Resources",
}
