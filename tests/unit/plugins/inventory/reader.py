# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read inventories with the plugin in a process of its own: one order per line of input, one answer per line of output.

Ansible finds the plugins of a collection only if its loader was imported before the collection. The process of the
tests has imported the collection already, so a second process, started once, reads the inventories of many tests.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from typing import Any


def read(order: dict[str, Any]) -> dict[str, Any]:
    """Return hosts with their variables and groups with their hosts, or the error, and the output on the screen."""
    from ansible.inventory.data import InventoryData
    from ansible.parsing.dataloader import DataLoader
    from ansible.plugins.loader import inventory_loader
    from ansible.utils.display import Display

    for name in [name for name in os.environ if name.startswith("CYBERARK_")]:
        del os.environ[name]
    os.environ.update(order["environment"])
    Display()._warns.clear()  # a warning is shown once
    inventory, screen = InventoryData(), io.StringIO()
    answer: dict[str, Any] = {"wanted": False, "error": None}
    with contextlib.redirect_stderr(screen), contextlib.redirect_stdout(screen):
        plugin = inventory_loader.get("idops.cyberark_identity.scim_pam")
        try:
            answer["wanted"] = plugin.verify_file(order["path"])
            plugin.parse(inventory, DataLoader(), order["path"], order["cache"])
            with contextlib.suppress(AttributeError):  # as in Ansible, there is no cache without the option
                plugin.update_cache_if_changed()
        except Exception as error:
            answer["error"] = [type(error).__name__, str(error)]
    answer["hosts"] = {name: host.get_vars() for name, host in inventory.hosts.items()}
    answer["groups"] = {
        name: sorted(host.name for host in group.hosts) for name, group in inventory.groups.items() if group.hosts
    }
    answer["screen"] = screen.getvalue()
    return answer


def main() -> None:
    from ansible.plugins.loader import init_plugin_loader

    init_plugin_loader([sys.argv[1]])
    for line in sys.stdin:
        print(json.dumps(read(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
