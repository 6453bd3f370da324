# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Emulate the interface of the Admin Portal: users, roles, apps, rights and the query language."""
