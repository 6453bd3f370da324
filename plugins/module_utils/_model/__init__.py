# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of attributes, and what follows from them: compare, plan, filter, show.

It is pure: no I/O, and no names of endpoints outside its tables.
"""
