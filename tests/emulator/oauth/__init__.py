# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens: the token endpoint, the apps' profiles, and the access that tokens give."""
