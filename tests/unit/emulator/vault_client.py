# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The part of the test client that writes and reads objects of the vault."""

from __future__ import annotations

from typing import Any

import requests
from ansible_collections.idops.cyberark_identity.tests.emulator.models import (
    ACCOUNT_DATA_URN,
    ACCOUNT_URN,
    CONTAINER_URN,
    PERMISSION_URN,
)


class VaultClient:
    """Requests for containers, permissions and privileged data; the rest is in the client."""

    call: Any
    control: Any
    find: Any
    get: Any

    def send(self, method: str, path: str, core: str, **attributes: Any) -> requests.Response:
        """Write an object of the vault, naming the schemas of what it carries."""
        urns = [key for key in attributes if key.startswith("urn:")]
        return self.call(method, path, {"schemas": [core, *urns], **attributes})

    def post_container(self, name: str, /, **attributes: Any) -> requests.Response:
        return self.send("POST", "Containers", CONTAINER_URN, name=name, **attributes)

    def container(self, name: str = "APP-PRD", /, **attributes: Any) -> dict[str, Any]:
        return created(self.post_container(name, **attributes))

    def put_container(self, name: str, /, **attributes: Any) -> requests.Response:
        return self.send("PUT", f"Containers/{name}", CONTAINER_URN, **{"name": name, **attributes})

    def post_permission(self, container: str, /, *rights: str, **attributes: Any) -> requests.Response:
        body = {"container": {"name": container}, "rights": list(rights or ("useAccounts",)), **attributes}
        return self.send("POST", "ContainerPermissions", PERMISSION_URN, **body)

    def permission(self, container: str, /, *rights: str, **attributes: Any) -> dict[str, Any]:
        return created(self.post_permission(container, *rights, **attributes))

    def put_permission(self, permission: dict[str, Any], /, **attributes: Any) -> requests.Response:
        body = {"container": {"value": permission["container"]["value"]}, "rights": permission["rights"], **attributes}
        return self.send("PUT", f"ContainerPermissions/{permission['id']}", PERMISSION_URN, **body)

    def post_account(self, safe: str, name: str = "root@web1", /, **properties: str) -> requests.Response:
        return self.send("POST", "PrivilegedData", ACCOUNT_URN, **account_body(safe, name, **properties))

    def account(self, safe: str, name: str = "root@web1", /, **properties: str) -> dict[str, Any]:
        return created(self.post_account(safe, name, **properties))

    def put_account(self, account: dict[str, Any], /, **properties: str) -> requests.Response:
        safe = account[ACCOUNT_DATA_URN]["safe"]
        return self.send(
            "PUT", f"PrivilegedData/{account['id']}", ACCOUNT_URN, **account_body(safe, account["name"], **properties)
        )

    def has_secret(self, account: dict[str, Any], secret: str) -> bool:
        return self.control("POST", "check_secret", {"id": account["id"], "secret": secret})["matches"]

    def permission_of(self, name: str = "ada@example.com", container: str = "APP-PRD") -> dict[str, Any]:
        """Return the permission of a user."""
        (found,) = self.find("ContainerPermissions", f'user.display eq "{name}" and container.value eq "{container}"')
        return found

    def first_account(self) -> dict[str, Any]:
        return self.get("PrivilegedData").json()["Resources"][0]


def created(answer: requests.Response) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    return answer.json()


def account_body(safe: str, name: str, /, **properties: str) -> dict[str, Any]:
    listed = [{"key": key, "value": value} for key, value in properties.items()]
    return {"name": name, "type": "password", ACCOUNT_DATA_URN: {"safe": safe, "properties": listed}}


def properties(account: dict[str, Any]) -> dict[str, str]:
    """Return the properties of an account."""
    return {item["key"]: item["value"] for item in account[ACCOUNT_DATA_URN].get("properties", [])}
