# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A floor for scim_directory: the same requests by a bare script with asyncio: bare_async.py FILE WORKERS.

It sends what bare.py sends, with as many connections.
"""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import sys
from typing import Any

import aiohttp

from .bare import PAGE
from .people import Object, Write, group_writes, user_writes


class Client:
    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._headers: dict[str, str] = {}

    async def log_in(self) -> None:
        form = {"grant_type": "client_credentials", "scope": "scim"}
        form["client_id"] = os.environ["CYBERARK_IDENTITY_CLIENT_ID"]
        form["client_secret"] = os.environ["CYBERARK_IDENTITY_CLIENT_SECRET"]
        async with self._session.post("/oauth2/token/benchmark", data=form) as answer:
            self._headers["Authorization"] = f"Bearer {(await answer.json())['access_token']}"

    async def send(self, method: str, path: str, **content: Any) -> Object:
        url = f"/scim/v2/{path}"
        async with self._session.request(method, url, headers=self._headers, **content) as answer:
            answer.raise_for_status()
            return json.loads(await answer.read())  # type: ignore[no-any-return]

    async def write(self, write: Write) -> None:
        method, path, content = write
        await self.send(method, path, json=content)

    async def page(self, start: int, count: int = PAGE) -> Object:
        return await self.send("GET", "Users", params={"startIndex": start, "count": count})

    async def find(self, kind: str, attribute: str, name: str) -> list[Object]:
        found = await self.send("GET", kind, params={"filter": f'{attribute} eq "{name}"'})
        return list(found["Resources"])

    async def users(self) -> list[Object]:
        total = (await self.page(1, 1))["totalResults"]
        pages = await asyncio.gather(*map(self.page, range(1, total + 1, PAGE)))
        return [item for page in pages for item in page["Resources"]]


async def run(wanted: Object, workers: int) -> None:
    users, groups = wanted["benchmark_users"], wanted["benchmark_groups"]
    context = ssl.create_default_context(cafile=os.environ["CYBERARK_IDENTITY_CA_PATH"])
    connector = aiohttp.TCPConnector(limit=workers, ssl=context)
    url = os.environ["CYBERARK_IDENTITY_TENANT_URL"]
    async with aiohttp.ClientSession(url, connector=connector) as session:
        client = Client(session)
        await client.log_in()
        if wanted["benchmark_reads"] == "filter":
            each = (client.find("Users", "userName", options["user_name"]) for options in users)
            held = [item for items in await asyncio.gather(*each) for item in items]
        else:
            held = await client.users()
        await asyncio.gather(*map(client.write, user_writes(users, held)))
        for options in groups:
            (group,) = await client.find("Groups", "displayName", options["display_name"])
            for write in group_writes(group, options["users"]["set"], held):
                await client.write(write)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        asyncio.run(run(json.load(file), int(sys.argv[2])))
