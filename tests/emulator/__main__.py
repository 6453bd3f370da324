# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m tests.emulator``: the emulator as a process of its own.

It prints one JSON line once it accepts connections, and ends on TERM or INT.
"""

from __future__ import annotations

import signal

STOP = {signal.SIGTERM, signal.SIGINT}
# Blocked before the slow imports, so that a signal during the start ends the
# process as cleanly as a later one.
signal.pthread_sigmask(signal.SIG_BLOCK, STOP)

import argparse  # noqa: E402
import gc  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402

from .server import Emulator  # noqa: E402


def main() -> None:
    """Run until a signal arrives."""
    parser = argparse.ArgumentParser(prog="tests.emulator", description="Emulate a CyberArk Identity tenant.")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--tls", metavar="DIR", help="serve TLS, and write the CA to DIR/ca.pem")
    parser.add_argument("--seed-users", type=int, default=0, metavar="N", help="start with N users")
    parser.add_argument("--empty", action="store_true", help="start without the SCIM client, its role and its app")
    arguments = parser.parse_args()
    # Resources hold no cycles, and looking for some doubles the time a large seed takes.
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    users, empty = arguments.seed_users, arguments.empty
    with Emulator(tls_dir=arguments.tls, port=arguments.port, seed_users=users, empty=empty) as emulator:
        print(json.dumps(emulator.info), flush=True)
        signal.sigwait(STOP)
    # Freeing a large tenant would take longer than everything else at the end.
    os._exit(0)


if __name__ == "__main__":
    main()
