# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interface of the Admin Portal: users, roles and OAuth2 client apps, for the set-up of the SCIM server.

It knows nothing of SCIM.
"""
