# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One tenant over HTTP: token, retries, limits, and the meaning of an answer.

It knows neither SCIM nor Ansible.
"""
