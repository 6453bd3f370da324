# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""``python -m tests.emulator``: the emulator as a process of its own.

Once it accepts connections, it prints one JSON line, or what a shell takes for its environment. It ends on TERM or INT.
"""

from __future__ import annotations

import signal

STOP = {signal.SIGTERM, signal.SIGINT}
# Blocked before the slow imports, so that a signal during the start ends the process cleanly too.
signal.pthread_sigmask(signal.SIG_BLOCK, STOP)

import argparse  # noqa: E402
import gc  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import shlex  # noqa: E402
from typing import Any  # noqa: E402

from .server import Emulator  # noqa: E402


def exports(info: dict[str, Any]) -> str:
    """Return the connection and the control API as lines for a shell. The administrator is in comments."""
    lines = []
    for name, value in info.items():
        line = f"export CYBERARK_IDENTITY_{name.upper()}={shlex.quote(str(value))}"
        if name.startswith("admin_"):
            line = f"# {name}={shlex.quote(str(value))}"
        lines += [line] if value is not None else []
    return "\n".join(lines)


def main() -> None:
    """Run until a signal arrives."""
    parser = argparse.ArgumentParser(prog="tests.emulator", description="Emulate a CyberArk Identity tenant.")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--tls", metavar="DIR", help="serve TLS, and write the CA to DIR/ca.pem")
    parser.add_argument("--seed-users", type=int, default=0, metavar="N", help="start with N users")
    parser.add_argument("--empty", action="store_true", help="start without the SCIM client, its role and its app")
    parser.add_argument("--two-clients", action="store_true", help="start with a client for the vault, as real tenants")
    parser.add_argument("--export", action="store_true", help="print lines for a shell instead of JSON")
    arguments = parser.parse_args()
    # Resources have no reference cycles, and garbage collection doubles the time of a large seed.
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    with Emulator(
        tls_dir=arguments.tls,
        port=arguments.port,
        seed_users=arguments.seed_users,
        empty=arguments.empty,
        two_clients=arguments.two_clients,
    ) as emulator:
        print(exports(emulator.info) if arguments.export else json.dumps(emulator.info), flush=True)
        signal.sigwait(STOP)
    # Skip the clean-up of the interpreter: freeing a large tenant takes long.
    os._exit(0)


if __name__ == "__main__":
    main()
