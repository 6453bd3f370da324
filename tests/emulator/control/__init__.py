# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controls of the emulator: seeds, switches, faults and state. A tenant has none of this."""
