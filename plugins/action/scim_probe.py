# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run scim_probe in the process of the task if possible."""

from __future__ import annotations

from ansible_collections.idops.cyberark_identity.plugins.modules import scim_probe
from ansible_collections.idops.cyberark_identity.plugins.plugin_utils._in_process import InProcessAction


class ActionModule(InProcessAction):
    """The class that Ansible loads."""

    module = scim_probe
