# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The processor time of one request: by the client of the collection, and by urllib3 alone: requests_cpu.py COUNT.

The server is another process. The two take turns in slices, so that a busy machine slows both. Prints one line of JSON:
milliseconds of processor time (process_time) for each.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable

import urllib3
from ansible_collections.idops.cyberark_identity.plugins.module_utils._http.client import Client, Connection

SLICES = 20
PATH = "/scim/v2/Users/u-0"


def measure(ways: dict[str, Callable[[], object]], count: int) -> dict[str, float]:
    taken = dict.fromkeys(ways, 0.0)
    for send in ways.values():
        send()  # opens the connection
    for _slice in range(SLICES):
        for way, send in ways.items():
            began = time.process_time()
            for _time in range(count // SLICES):
                send()
            taken[way] += time.process_time() - began
    return {way: seconds / (count // SLICES * SLICES) * 1000 for way, seconds in taken.items()}


def main() -> None:
    url, authority = os.environ["CYBERARK_IDENTITY_TENANT_URL"], os.environ["CYBERARK_IDENTITY_CA_PATH"]
    client = Client(Connection(url, access_token="benchmark-token", ca_path=authority))
    pool = urllib3.PoolManager(ca_certs=authority)
    headers = {"Authorization": "Bearer benchmark-token", "Accept": "application/scim+json"}

    def plain() -> object:
        return json.loads(pool.request("GET", url + PATH, headers=headers).data)

    print(json.dumps(measure({"client": lambda: client.request("GET", PATH), "urllib3": plain}, int(sys.argv[1]))))


if __name__ == "__main__":
    main()
