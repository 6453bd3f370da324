# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many objects at once: read, plan, guard rails, order, apply, report, export.

It knows nothing of Ansible.
"""
