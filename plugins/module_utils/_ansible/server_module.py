# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Run the module that reads the features of the SCIM server."""

from __future__ import annotations

from typing import Any

from .._base.errors import trying
from .scim_module import ScimModule


def run_server_info() -> None:
    """Run the module that reads the features of the SCIM server."""
    module = ScimModule({})

    def work() -> dict[str, Any]:
        with module.scim() as scim, trying("read the features of the SCIM server"):
            config = scim.service_provider_config()
        offers = {name: value for name, value in config.items() if name not in ("schemas", "meta")}
        return {"changed": False, "msg": "service provider configuration read", "service_provider_config": offers}

    module.run(work)
