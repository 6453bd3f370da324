# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The web apps of the tenant and who may use them, as they are kept."""

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
    """What an app is made from: the name it is born with, its type, and its OAuth profile when it has one."""

    name: str
    web_app_type: str
    profile: Mapping[str, Any] | None = None


def oauth_profile(*, client: bool) -> Mapping[str, Any]:
    """Return the profile a new app is born with; integrators are told to untick what it allows."""
    return {
        "TargetIsUs": client,
        "ClientIDType": 0,
        "AllowPublic": True,
        "AllowedAuth": "AuthorizationCode,Implicit",
        "TokenType": "JwtRS256",
        "TokenLifetimeString": DEFAULT_LIFETIME,
    }


# The ids are seen in clients; the names of the apps are guesses.
TEMPLATES: Mapping[str, Template] = {
    "OAuth2ServerClient": Template("OAuth2 Client", OAUTH, oauth_profile(client=True)),
    "OAuth2Server": Template("OAuth2 Server", OAUTH, oauth_profile(client=False)),
    "GenericSaml": Template("SAML", "SAML"),
}
TEMPLATE_BY_ID = {template_id.casefold(): template_id for template_id in TEMPLATES}


@dataclass(frozen=True)
class Permission:
    """What a principal may do with an app: its rights as bits."""

    kind: str
    grant: int


@dataclass(frozen=True)
class App:
    """A web app; nothing in it is changed in place."""

    id: str
    template: str
    values: Mapping[str, Any]
    profile: Mapping[str, Any] | None
    permissions: Mapping[str, Permission] = field(default_factory=dict)

    @property
    def service_name(self) -> str:
        """The application ID of the token endpoint, empty when there is none."""
        return str(self.values.get("ServiceName") or "")


def new_app(template_id: str) -> App:
    """Return an app as it is right after it was imported."""
    template = TEMPLATES[template_id]
    return App(str(uuid.uuid4()), template_id, {"Name": template.name}, template.profile)


def keep(storage: TenantStorage, app: App) -> None:
    """Keep an app."""
    storage.remember(APPS, app.id, app)


def all_apps(storage: TenantStorage) -> Iterator[App]:
    """Return the apps in the order they were made."""
    return iter(storage.all(APPS))


def app_of_id(storage: TenantStorage, app_id: str) -> App | None:
    """Return the app with a row key."""
    app: App | None = storage.recall(APPS, app_id)
    return app


def app_of_name(storage: TenantStorage, service_name: str) -> App | None:
    """Return the app with an application ID, whatever its case."""
    wanted = service_name.casefold()
    return next((app for app in all_apps(storage) if wanted and app.service_name.casefold() == wanted), None)


def forget_principal(storage: TenantStorage, principal_id: str) -> None:
    """Take the permissions of a user or role away that was deleted."""
    for app in list(all_apps(storage)):
        if principal_id in app.permissions:
            left = {key: item for key, item in app.permissions.items() if key != principal_id}
            keep(storage, replace(app, permissions=left))
