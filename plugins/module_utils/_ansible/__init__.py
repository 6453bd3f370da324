# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Argument specs, connection options, module runs, results and failures. Only this package knows AnsibleModule."""
