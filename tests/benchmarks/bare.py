# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A lower bound for scim_directory: the same requests sent by a bare script, with as many workers and one session.

The script compares whole objects. It handles no failures, no references and no check mode.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

from .people import Object, body

PAGE = 1000
BATCH = 500
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class Client:
    def __init__(self) -> None:
        self._url = os.environ["CYBERARK_IDENTITY_TENANT_URL"]
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = os.environ["CYBERARK_IDENTITY_CA_PATH"]
        form = {"grant_type": "client_credentials", "scope": "scim"}
        form["client_id"] = os.environ["CYBERARK_IDENTITY_CLIENT_ID"]
        form["client_secret"] = os.environ["CYBERARK_IDENTITY_CLIENT_SECRET"]
        answer = self._session.post(f"{self._url}/oauth2/token/benchmark", data=form, timeout=30)
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def send(self, method: str, path: str, **content: Any) -> Object:
        answer = self._session.request(method, f"{self._url}/scim/v2/{path}", timeout=30, **content)
        answer.raise_for_status()
        found: Object = answer.json()
        return found

    def users(self) -> list[Object]:
        self.send("GET", "Users", params={"startIndex": 1, "count": 1})
        found: list[Object] = []
        while page := self.send("GET", "Users", params={"startIndex": len(found) + 1, "count": PAGE})["Resources"]:
            found += page
        return found


def users(client: Client, wanted: list[Object], workers: int) -> None:
    held = {item["userName"].lower(): item for item in client.users()}
    new = []
    for options in wanted:
        item = held.get(options["user_name"].lower())
        content = body(options)
        if item is None:
            new.append(content)
        elif {key: item.get(key) for key in content} != content:
            raise SystemExit(f"{options['user_name']} has changed, which this script does not care for")
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(lambda content: client.send("POST", "Users", json=content), new))


def groups(client: Client, wanted: list[Object]) -> None:
    ids = {item["userName"].lower(): item["id"] for item in client.users()}
    for options in wanted:
        found = client.send("GET", "Groups", params={"filter": f'displayName eq "{options["display_name"]}"'})
        (group,) = found["Resources"]
        members = {ids[name.lower()] for name in options["users"]["set"]}
        held = {member["value"] for member in group["members"]}
        add = [{"value": new, "type": "User"} for new in members - held]
        remove = [{"op": "remove", "path": f'members[value eq "{gone}"]'} for gone in held - members]
        batches: list[list[Object]] = [
            [{"op": "add", "path": "members", "value": add[at : at + BATCH]}] for at in range(0, len(add), BATCH)
        ]
        batches += [remove[at : at + BATCH] for at in range(0, len(remove), BATCH)]
        for operations in batches:
            client.send("PATCH", f"Groups/{group['id']}", json={"schemas": [PATCH_OP], "Operations": operations})


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        wanted = json.load(file)
    client = Client()
    if wanted["benchmark_groups"]:
        groups(client, wanted["benchmark_groups"])
    else:
        users(client, wanted["benchmark_users"], int(sys.argv[2]))


if __name__ == "__main__":
    main()
