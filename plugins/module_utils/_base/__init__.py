# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Failures, texts, secrets and YAML types, for every other package.

It imports nothing of the collection and does no I/O.
"""
