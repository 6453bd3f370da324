# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: drift
type: notification
short_description: Let a run in check mode fail if any task would change something
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Ends C(ansible-playbook) with the exit status 2 if a task of any collection reports a change, and prints the number
    of changes of each host. With C(--check), a change is drift.
  - It does so after all plays and tasks have run.
  - Enable it for checks only. In a run without C(--check), it turns each change into a failure.
requirements:
  - To be enabled, such as with the environment variable C(ANSIBLE_CALLBACKS_ENABLED). Name it last, because the plugins
    after it do not learn that the run has ended.
"""

from typing import Any

from ansible.plugins.callback import CallbackBase

FAILED = 2  # the exit status of ansible-playbook when a task fails


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """Counts changes when all is done."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "idops.cyberark_identity.drift"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Exit with a failure if anything changed."""
        changed = {host: count for host, count in sorted(stats.changed.items()) if count}
        if not changed:
            return
        hosts = ", ".join(f"{host} ({count})" for host, count in changed.items())
        self._display.display(f"Drift: tasks report changes on {hosts}.", stderr=True)
        # A callback has no other way to the exit status: Ansible handles each Exception, and this is none.
        raise SystemExit(FAILED)
