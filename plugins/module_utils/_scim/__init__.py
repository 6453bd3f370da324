# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The SCIM server: its protocol, and objects with references to other objects.

It knows nothing of options, modules or many objects at once.
"""
