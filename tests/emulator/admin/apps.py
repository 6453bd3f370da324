# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stored web apps of the tenant, and the permissions on them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..storage import TenantStorage

APPS = "App"
DEFAULT_LIFETIME = "0.05:00:00"
OAUTH = "OAuth"


@dataclass(frozen=True)
class Template:
    """A template of apps: the initial name, the type, and the initial OAuth profile if the type has one."""

    name: str
    web_app_type: str
    profile: Mapping[str, Any] | None = None


def oauth_profile(*, client: bool) -> Mapping[str, Any]:
    """Return the profile of a new app. It allows flows that guides tell integrators to disable."""
    return {
        "TargetIsUs": client,
        "ClientIDType": 0,
        "AllowPublic": True,
        "AllowedAuth": "AuthorizationCode,Implicit",
        "TokenType": "JwtRS256",
        "TokenLifetimeString": DEFAULT_LIFETIME,
    }


# The ids are seen in clients; the initial names are guesses.
TEMPLATES: Mapping[str, Template] = {
    "OAuth2ServerClient": Template("OAuth2 Client", OAUTH, oauth_profile(client=True)),
    "OAuth2Server": Template("OAuth2 Server", OAUTH, oauth_profile(client=False)),
    "GenericSaml": Template("SAML", "SAML"),
}
TEMPLATE_BY_ID = {template_id.casefold(): template_id for template_id in TEMPLATES}


@dataclass(frozen=True)
class Permission:
    """The rights of a principal on an app, as bits."""

    kind: str
    grant: int


@dataclass(frozen=True)
class App:
    """A web app. It is never changed in place."""

    id: str
    template: str
    values: Mapping[str, Any]
    profile: Mapping[str, Any] | None
    permissions: Mapping[str, Permission] = field(default_factory=dict)

    @property
    def service_name(self) -> str:
        """The application ID of the token endpoint. Empty if there is none."""
        return str(self.values.get("ServiceName") or "")


def new_app(template_id: str) -> App:
    """Return an app in its state right after the import."""
    template = TEMPLATES[template_id]
    return App(str(uuid.uuid4()), template_id, {"Name": template.name}, template.profile)


def keep(storage: TenantStorage, app: App) -> None:
    """Store an app."""
    storage.remember(APPS, app.id, app)


def all_apps(storage: TenantStorage) -> Iterator[App]:
    """Return the apps in the order of their creation."""
    return iter(storage.all(APPS))


def app_of_id(storage: TenantStorage, app_id: str) -> App | None:
    """Return the app with a row key."""
    app: App | None = storage.recall(APPS, app_id)
    return app


def app_of_name(storage: TenantStorage, service_name: str) -> App | None:
    """Return the app with an application ID, in any case."""
    wanted = service_name.casefold()
    return next((app for app in all_apps(storage) if wanted and app.service_name.casefold() == wanted), None)


def forget_principal(storage: TenantStorage, principal_id: str) -> None:
    """Remove the permissions of a deleted user or role."""
    for app in list(all_apps(storage)):
        if principal_id in app.permissions:
            left = {key: item for key, item in app.permissions.items() if key != principal_id}
            keep(storage, replace(app, permissions=left))
