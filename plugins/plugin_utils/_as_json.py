# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Convert values of a task to JSON as Ansible does for a module: without tags and marks, and decrypted."""

from __future__ import annotations

import json
from typing import Any

from ansible.executor import module_common
from ansible.module_utils.common import json as encoders

SINCE_2_19 = hasattr(module_common, "_BuiltModule")


def encoded(value: Any) -> bytes:
    if SINCE_2_19:
        legacy = encoders.get_module_encoder("legacy", encoders.Direction.CONTROLLER_TO_MODULE)
        return json.dumps(value, cls=legacy).encode()
    return json.dumps(value, cls=encoders.AnsibleJSONEncoder, vault_to_text=True).encode()


def as_a_module_reads(value: Any) -> Any:
    """Return the value that a module would get. It has only the types of JSON."""
    return json.loads(encoded(value))
