# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Control the emulator: seeds, switches, faults and state. A real tenant has none of this."""
