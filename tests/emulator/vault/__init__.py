# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vault behind the SCIM server: safes, permissions, accounts, and the effects of changes on other objects."""
