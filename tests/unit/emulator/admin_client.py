# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The part of the test client that speaks the administration API."""

from __future__ import annotations

from typing import Any

import requests

PASSWORD = "A-pass-word-1"  # pragma: allowlist secret
NATIVE = {"X-IDAP-NATIVE-CLIENT": "true"}
RIGHTS = "/lib/rights/"


class AdminClient:
    """Calls verbs as the administrator, or with another token; the rest is in the client."""

    base: str
    info: dict[str, Any]
    session: requests.Session
    seed: Any
    token: Any
    _administrator: str = ""

    def token_of(self, name: str, password: str = PASSWORD) -> str:
        """Return a token of the platform."""
        answer = self.token("/oauth2/platformtoken", auth=None, client_id=name, client_secret=password, scope=None)
        assert answer.status_code == 200, answer.text
        return answer.json()["access_token"]

    def administrator(self) -> str:
        """Return a token of the administrator."""
        if not self._administrator:
            self._administrator = self.token_of(self.info["admin_client_id"], self.info["admin_client_secret"])
        return self._administrator

    def limited(self, *rights: str, name: str = "limited@example.com") -> str:
        """Return a token of a new user with some rights."""
        self.seed(
            users=[{"userName": name, "password": PASSWORD, "oauthClient": True}],
            groups=[{"displayName": f"rights of {name}", "members": [name], "rights": list(rights)}],
        )
        return self.token_of(name)

    def verb(
        self, path: str, body: Any = None, *, by: str = "", method: str = "POST", headers: Any = None, **params: str
    ) -> requests.Response:
        """Call a verb, and return the answer."""
        authorization = {"Authorization": f"Bearer {by or self.administrator()}"}
        given = NATIVE if headers is None else headers
        url = f"{self.base}/{path}"
        return self.session.request(method, url, json=body, headers={**authorization, **given}, params=params)

    def ask(self, path: str, body: Any = None, **arguments: Any) -> Any:
        """Call a verb that succeeds, and return its result."""
        answer = self.verb(path, body, **arguments)
        assert answer.status_code == 200, answer.text
        assert answer.json()["success"] is True, answer.text
        return answer.json()["Result"]

    def refusal(self, path: str, body: Any = None, **arguments: Any) -> tuple[str | None, str]:
        """Call a verb that fails, and return the id and the text of the message."""
        answer = self.verb(path, body, **arguments)
        assert answer.status_code == 200, answer.text
        envelope = answer.json()
        assert (envelope["success"], envelope["Result"]) == (False, None)
        return envelope["MessageID"], envelope["Message"]

    def rows(self, script: str, **arguments: Any) -> list[dict[str, Any]]:
        """Return the rows of a query."""
        return [item["Row"] for item in self.ask("Redrock/query", {"Script": script}, **arguments)["Results"]]

    def new_user(self, name: str = "svc@example.com", /, **attributes: Any) -> str:
        """Make a user the way a client for SCIM is made, and return the id."""
        flags = {
            "OauthClient": True,
            "ServiceUser": True,
            "InEverybodyRole": False,
            "ForcePasswordChangeNext": False,
            "SendEmailInvite": False,
        }
        return self.ask("CDirectoryService/CreateUser", {"Name": name, "Password": PASSWORD, **flags, **attributes})

    def attributes(self, user_id: str) -> dict[str, Any]:
        return self.ask("UserMgmt/GetUserAttributes", {"ID": user_id})

    def new_role(self, name: str = "ops", *users: str, rights: tuple[str, ...] = ()) -> str:
        """Make a role with members and rights, and return the id."""
        role = self.ask("Roles/StoreRole", {"Name": name, "Users": list(users)})["_RowKey"]
        if rights:
            paths = [{"Role": role, "Path": f"{RIGHTS}{right}.json"} for right in rights]
            self.ask("SaasManage/AssignSuperRights", paths)
        return role

    def new_app(self, template: str = "OAuth2ServerClient", **values: Any) -> str:
        """Import an app, change what is given, and return the row key."""
        key = self.ask("SaasManage/ImportAppFromTemplate", {"ID": [template]})[0]["_RowKey"]
        if values:
            self.change_app(key, **values)
        return key

    def change_app(self, key: str, **values: Any) -> None:
        assert self.ask("SaasManage/UpdateApplicationDE", {"_RowKey": key, **values}) == {"State": 0}

    def change_profile(self, key: str, **profile: Any) -> None:
        self.change_app(key, OAuthProfile=profile)

    def app(self, key: str) -> dict[str, Any]:
        return self.ask("SaasManage/GetApplication", {"_RowKey": key})

    def allow(self, key: str, principal: str, rights: str, kind: str = "Role", **more: Any) -> Any:
        grant = {"Principal": "-", "PrincipalId": principal, "PType": kind, "Type": kind, "Rights": rights}
        body = {"ID": key, "RowKey": key, "PVID": key, "Grants": [grant], **more}
        return self.ask("SaasManage/SetApplicationPermissions", body)

    def grants(self, key: str) -> dict[str, int]:
        """Return the direct permissions on an app."""
        aces = self.ask("Acl/GetRowAces", {"RowKey": key, "Table": "Application", "ReduceSysadmin": True})
        return {ace["Principal"]: ace["Grant"] for ace in aces if not ace["Inherited"]}
