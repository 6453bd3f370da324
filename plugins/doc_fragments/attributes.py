# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # Attributes of every module of the collection.
    DOCUMENTATION = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/idops.cyberark_identity.scim) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - idops.cyberark_identity.scim
  check_mode:
    description: Can run in check mode and report what it would change, without writing anything.
    support: full
"""

    # A module that brings an object to its desired state.
    OBJECT = r"""
options: {}
attributes:
  diff_mode:
    description: In diff mode, returns what it changed or, in check mode, would change.
    support: full
    details:
      - The diff holds the attributes that the task manages, under the names of the options. A secret that is written
        appears as V(********).
  idempotent:
    description:
      - When run twice in a row outside check mode, with the same arguments, the second run changes nothing.
    support: full
"""

    # A module that only reads.
    INFO = r"""
options: {}
attributes:
  diff_mode:
    description: In diff mode, returns what it changed or, in check mode, would change.
    support: N/A
    details:
      - This module changes nothing.
  idempotent:
    description:
      - When run twice in a row outside check mode, with the same arguments, the second run changes nothing.
    support: full
"""
