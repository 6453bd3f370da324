# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A floor for scim_directory: the same requests by a bare script with threads: bare.py FILE WORKERS.

The script compares whole objects. It handles no failures, no references and no check mode.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

from .people import Object, Write, group_writes, user_writes

PAGE = 1000


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

    def write(self, write: Write) -> None:
        method, path, content = write
        self.send(method, path, json=content)

    def page(self, start: int, count: int = PAGE) -> Object:
        return self.send("GET", "Users", params={"startIndex": start, "count": count})

    def find(self, kind: str, attribute: str, name: str) -> list[Object]:
        found: list[Object] = self.send("GET", kind, params={"filter": f'{attribute} eq "{name}"'})["Resources"]
        return found

    def users(self, pool: ThreadPoolExecutor) -> list[Object]:
        """Return all users. The first page tells how many there are, and the others are read at once."""
        total = self.page(1, 1)["totalResults"]
        pages = pool.map(self.page, range(1, total + 1, PAGE))
        return [item for page in pages for item in page["Resources"]]


def run(wanted: Object, workers: int) -> None:
    client = Client()
    users, groups = wanted["benchmark_users"], wanted["benchmark_groups"]
    with ThreadPoolExecutor(workers) as pool:
        if wanted["benchmark_reads"] == "filter":
            found = pool.map(lambda options: client.find("Users", "userName", options["user_name"]), users)
            held = [item for items in found for item in items]
        else:
            held = client.users(pool)
        list(pool.map(client.write, user_writes(users, held)))
        for options in groups:
            (group,) = client.find("Groups", "displayName", options["display_name"])
            for write in group_writes(group, options["users"]["set"], held):
                client.write(write)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        run(json.load(file), int(sys.argv[2]))
