# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where Ansible meets the rest: argument specs, connection options, module runs, results and failures."""
