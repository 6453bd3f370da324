# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Send the requests of a probe, and create and remove its temporary objects."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlencode

from ..._base.errors import IdentityError, ProtocolError
from ..._base.paths import Object, fold
from ..._http.client import Client
from ..._model.resources import ACCOUNT, CONTAINER, GROUP, PRIVILEGED_DATA, RESOURCES, USER
from ..._scim.protocol import Scim
from .values import Exchange, UnclearError, folded

# The prefix of all names in a probe, by which a later run finds the objects that an interrupted run left.
PREFIX = "scim-probe-"
MOST_TRIES = 5  # of a request that the tenant answers with 429
LONGEST_WAIT = 30.0  # seconds
MOST_PASSES = 5  # of a sweep over one kind
NO_RIGHT = (401, 403)
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
# The kinds of objects that a probe makes, in the order in which they can be deleted. A safe takes its members with it.
KINDS = (PRIVILEGED_DATA, CONTAINER, GROUP, USER)


class Session:
    """One run of the probe. Objects are created when a fact needs them."""

    def __init__(self, scim: Scim, suffix: str, protect: Callable[[str], None]) -> None:
        self.scim = scim
        self.name = f"{PREFIX}{secrets.token_hex(3)}"
        self.suffix = suffix
        self.last: Exchange | None = None
        self.written = False
        self._protect = protect
        self._sees_vault: bool | None = None  # None if that is not known yet
        self._made: dict[str, Object] = {}
        self._missing: dict[str, UnclearError] = {}

    # -- requests

    def send(
        self,
        method: str,
        endpoint: str,
        *segments: str,
        body: Any = None,
        params: Mapping[str, Any] | None = None,
        client: Client | None = None,
        token: str | None = None,
    ) -> Exchange:
        """Send a request to an endpoint and return the answer, even if it is an error. Only a 429 is repeated."""
        client = client or self.scim.client_of(endpoint)
        path = "/".join([self.scim.base_path, endpoint, *(quote(part, safe=":") for part in segments)])
        content = {} if body is None else {"json": body}
        self.written = self.written or method != "GET"
        for _try in range(MOST_TRIES):
            seen = client.try_request(method, path, token=token, params=params, **content)
            if seen.status != 429:
                break
            wait = seen.headers.get("Retry-After", "")
            time.sleep(min(float(wait) if wait.isdigit() else 1.0, LONGEST_WAIT))
        query = f"?{urlencode(params)}" if params else ""
        self.last = Exchange(method, path + query, body, seen.status, seen.headers, seen.body)
        return self.last

    def get(self, endpoint: str, *segments: str, **params: Any) -> Exchange:
        return self.send("GET", endpoint, *segments, params=params or None)

    def patch(self, endpoint: str, identifier: str, *operations: Object) -> Exchange:
        return self.send("PATCH", endpoint, identifier, body={"schemas": [PATCH], "Operations": list(operations)})

    def ask_token(self, app_id: str | None, **form: str) -> Exchange:
        """Request a token, with ``client_id`` in the form as an unknown user."""
        client = self.scim.client
        if not client.connection.client_secret:
            raise UnclearError("there is no client_secret to ask for a token with")
        stranger = form.pop("client_id", None)
        seen = client.try_token(app_id, form, client_id=stranger)
        path = "/oauth2/token/ID" if app_id else "/oauth2/platformtoken"
        self.last = Exchange(
            "POST", path, dict.fromkeys(["grant_type", *form], ""), seen.status, seen.headers, seen.body
        )
        return self.last

    # -- throw-away objects

    def login(self, part: str) -> str:
        """Return a login name of this run."""
        return f"{self.name}-{part}@{self.suffix}"

    def password(self) -> str:
        """Return a random password or secret. It is registered as a secret before it is sent."""
        made = f"Aa1-{secrets.token_urlsafe(18)}"
        self._protect(made)
        return made

    def create(self, endpoint: str, body: Object) -> Exchange:
        return self.send("POST", endpoint, body=body)

    def user_body(self, part: str, **attributes: Any) -> Object:
        names = [name for name in attributes if name.startswith("urn:")]
        return {
            "schemas": [USER.schema, *names],
            "userName": self.login(part),
            "displayName": f"Probe {part}",
            "active": True,
            "password": self.password(),
            **attributes,
        }

    def once(self, what: str, endpoint: str, body: Callable[[], Object]) -> Object:
        """Return an object of this run. Create it at the first use."""
        if what in self._missing:
            raise self._missing[what]
        if what not in self._made:
            evidence = self.last
            answer = self.create(endpoint, body())
            found = answer.folded if answer.ok and answer.folded.get("id") else None
            if found is None and answer.ok:
                found = self.find(endpoint, what)
            if found is None:
                self._missing[what] = UnclearError(f"{what} could not be created: {endpoint} answered {answer.status}")
                raise self._missing[what]
            self._made[what] = {**found, "id": str(found["id"])}
            self.last = evidence
        return self._made[what]

    def find(self, endpoint: str, part: str) -> Object | None:
        """Return the object of this run with a name. Works with servers that ignore filters."""
        with suppress(IdentityError):
            for item in self.every(endpoint):
                if self.is_named(endpoint, item, part):
                    return item
        return None

    def every(self, endpoint: str) -> list[Object]:
        """Return all objects of a kind, with names in small letters. The count of the server does not matter."""
        found: list[Object] = []
        try:
            found.extend(dict(folded(item)) for item in self.scim.query(endpoint, on_short=lambda text: None))
        except ProtocolError:  # the count is wrong, or a page
            if not found:
                raise
        return found

    def is_named(self, endpoint: str, item: Object, part: str) -> bool:
        """Return whether an object of a list is this one of the run."""
        names = (self.login(part), f"{self.name}-{part}")
        return fold(item.get(_name_key(endpoint))) in map(fold, names)

    def user(self, part: str = "u1") -> Object:
        return self.once(part, "Users", lambda: self.user_body(part))

    def group(self, part: str = "g1") -> Object:
        return self.once(
            part, "Groups", lambda: {"schemas": [GROUP.schema], "displayName": f"{self.name}-{part}", "members": []}
        )

    def safe_body(self, part: str, **attributes: Any) -> Object:
        names = [name for name in attributes if name.startswith("urn:")]
        return {"schemas": [CONTAINER.schema, *names], "name": f"{self.name}-{part}", **attributes}

    def safe(self, part: str = "s1") -> Object:
        """Return a safe. None is created if its creator could not see and delete it."""
        if self._sees_vault is None:
            client = self.scim.client_of("Containers")
            listed = self.get("Containers", count=1)
            others = (self.send("POST", endpoint, body={}, client=client).status for endpoint in ("Users", "Groups"))
            # A user that may not list safes cannot create one. Without other rights, a user sees an empty vault.
            self._sees_vault = bool(not listed.ok or listed.resources or all(status in NO_RIGHT for status in others))
        if not self._sees_vault:
            raise UnclearError(
                "the service user has rights beside Vault Management and sees no safe: a safe that is made might be "
                "hidden from it, too, and stay"
            )
        return self.once(part, "Containers", lambda: self.safe_body(part))

    def account_body(self, part: str, safe: str, *properties: tuple[str, str], **extension: Any) -> Object:
        items = [{"key": key, "value": value} for key, value in properties]
        return {
            "schemas": [PRIVILEGED_DATA.schema, ACCOUNT],
            "name": f"{self.name}-{part}",
            "type": "password",
            ACCOUNT: {"safe": safe, "properties": items, **extension},
        }

    def account(self, part: str = "a1") -> Object:
        safe = self.safe()["id"]
        properties = (("USERNAME", "probe"), ("address", "probe.invalid"), ("platformId", "UnixSSH"))
        return self.once(
            part,
            "PrivilegedData",
            lambda: self.account_body(part, safe, *properties, ("secret", self.password())),
        )

    def grant_body(self, kind: str, holder: Object, rights: list[str]) -> Object:
        return {
            "schemas": [RESOURCES["ContainerPermissions"].schema],
            "container": {"name": self.safe()["id"]},
            kind: {"value": holder["id"]},
            "rights": rights,
        }

    def grant_once(self, user: Object) -> None:
        """Make a user a member of the safe. The permission goes with the safe."""
        if "permission" not in self._made:
            answer = self.grant("user", user, ["useAccounts", "listAccounts"])
            if not answer.ok:
                raise UnclearError(f"a permission could not be created: the server answered {answer.status}")
            self._made["permission"] = {}

    def grant(self, kind: str, holder: Object, rights: list[str]) -> Exchange:
        """Make a user or group a member of the safe."""
        return self.create("ContainerPermissions", self.grant_body(kind, holder, rights))

    def revoke(self, granted: Exchange) -> None:
        """Delete a permission that was granted, and keep the evidence of the grant."""
        if granted.ok and (identifier := granted.folded.get("id")):
            self.send("DELETE", "ContainerPermissions", str(identifier))
        self.last = granted

    def put_group(self, group: Object, *members: str, **attributes: Any) -> Exchange:
        """Replace the members of a group."""
        listed = {"members": [{"value": value} for value in members]}
        body = {"schemas": [GROUP.schema], "displayName": group["displayname"], **listed, **attributes}
        return self.send("PUT", "Groups", group["id"], body=body)

    def members_of(self, group: Object) -> set[str]:
        """Return the ids of the members of a group, as reading it by id shows them."""
        shown = self.get("Groups", group["id"])
        if not shown.ok:
            raise UnclearError(f"reading the group by its id answered {shown.status}")
        return {str(member.get("value")) for member in shown.folded.get("members") or ()}

    # -- removal

    def sweep(self) -> tuple[int, int]:
        """Delete every object whose name begins with the prefix. Return the numbers of deleted and remaining ones."""
        sums = [self._sweep_kind(resource.endpoint) for resource in KINDS]
        return sum(gone for gone, _left in sums), sum(left for _gone, left in sums)

    def _sweep_kind(self, endpoint: str) -> tuple[int, int]:
        """Delete the objects of one kind. List them again until there are none, because a list may be out of date."""
        if self.get(endpoint, count=1).status in NO_RIGHT:
            return 0, 0  # a user that may not list them has created none
        gone: set[str] = set()
        left: set[str] = set()
        for _pass in range(MOST_PASSES):
            found = self.every(endpoint)
            mine = {str(item["id"]) for item in found if fold(item.get(_name_key(endpoint))).startswith(PREFIX)}
            if not mine - gone - left:
                break
            for identifier in mine - gone:
                answer = self.send("DELETE", endpoint, identifier)
                (gone if answer.ok or answer.status == 404 else left).add(identifier)
        return len(gone), len(left - gone)


def _name_key(endpoint: str) -> str:
    """Return the attribute that holds the name of an object, in small letters."""
    return "name" if endpoint == PRIVILEGED_DATA.endpoint else fold(RESOURCES[endpoint].key_attribute)
