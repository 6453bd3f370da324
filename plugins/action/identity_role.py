# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run identity_role in Ansible's own process if possible."""

from __future__ import annotations

from ansible_collections.idops.cyberark_identity.plugins.modules import identity_role
from ansible_collections.idops.cyberark_identity.plugins.plugin_utils._in_process import InProcessAction


class ActionModule(InProcessAction):
    """The class that Ansible loads."""

    module = identity_role
