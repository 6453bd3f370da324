# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every other package builds on: failures, texts, secrets and YAML types.

It imports nothing of the collection and does no I/O.
"""
