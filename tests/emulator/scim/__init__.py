# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The SCIM server of the tenant: users, groups, discovery, lists, filters and PATCH."""
