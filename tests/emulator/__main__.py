# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the emulator as a process: ``python -m tests.emulator``.

When it accepts connections, it prints one line of JSON, or its address for a shell. It ends on TERM or INT.
"""

from __future__ import annotations

import signal

STOP = {signal.SIGTERM, signal.SIGINT}
# Blocked before the slow imports, so that a signal during the start ends the process cleanly too.
signal.pthread_sigmask(signal.SIG_BLOCK, STOP)

import argparse  # noqa: E402
import gc  # noqa: E402
import ipaddress  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402
from urllib.parse import urlsplit  # noqa: E402

from .clock import parse_moment  # noqa: E402
from .control.connection import shell_lines, variable_lines  # noqa: E402
from .control.loading import document_of  # noqa: E402
from .control.starting import Start  # noqa: E402
from .control.tenant_file import Document, checked  # noqa: E402
from .server import HOST, Emulator  # noqa: E402

EXPORTS = {"shell": shell_lines, "env": variable_lines}
OPEN = (
    "WARNING: other machines can reach this emulator. Whoever does can read its credentials and change everything in "
    "it: the control API asks for no password. Never put data of real people or real secrets into it."
)


def moment(text: str) -> float:
    """Return an ISO 8601 time in seconds since 1970."""
    try:
        return parse_moment(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time such as 2030-01-31T12:00:00Z") from None


def tenant_url(text: str) -> str:
    """Return the address of a tenant without a slash at its end."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise argparse.ArgumentTypeError(f"{text!r} is not an address such as https://tenant:8443")
    return text.rstrip("/")


def options() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(prog="tests.emulator", description="Emulate a CyberArk Identity tenant.")
    parser.add_argument("--port", type=int, default=0, help="port (default: a free one)")
    parser.add_argument(
        "--listen", default=HOST, metavar="ADDRESS", help="IP address to listen on (default: %(default)s)"
    )
    parser.add_argument("--url", type=tenant_url, help="the address by which clients reach it, if it is another one")
    parser.add_argument("--tls", metavar="DIR", help="serve TLS, and write the CA to DIR/ca.pem")
    parser.add_argument("--seed-users", type=int, default=0, metavar="N", help="start with N users")
    parser.add_argument("--empty", action="store_true", help="start without the SCIM client, its role and its app")
    parser.add_argument("--two-clients", action="store_true", help="start with a client for the vault, as real tenants")
    parser.add_argument("--state", type=Path, metavar="FILE", help="start with the objects of a file or folder of YAML")
    parser.add_argument("--save", type=Path, metavar="FILE", help="write the objects to this file at the end")
    parser.add_argument("--facts", type=Path, metavar="FILE", help="behave as the module scim_probe measured a tenant")
    parser.add_argument("--suffix", action="append", default=[], metavar="NAME", help="another login suffix")
    parser.add_argument("--now", type=moment, metavar="TIME", help="start at this time (ISO 8601)")
    parser.add_argument(
        "--export", nargs="?", const="shell", choices=EXPORTS, help="print lines for a shell, or a file of variables"
    )
    return parser


def read_state(path: Path) -> Document:
    """Return the objects of a file or folder."""
    from .yaml_files import read

    return checked(read(path))


def read_switches(path: Path) -> dict[str, Any]:
    """Return the positions of switches in a file of facts."""
    from .yaml_files import read_facts

    return read_facts(path)


def check_target(path: Path) -> None:
    """Raise ValueError if a file could not be written at the end."""
    if path.is_dir():
        raise ValueError(f"--save {path}: it is a folder, not a file")
    part = part_of(path)
    try:
        part.touch(mode=0o640)
        part.unlink()
    except OSError as error:
        raise ValueError(f"--save {path}: cannot write to the folder {path.parent}: {error.strerror}") from None


def part_of(path: Path) -> Path:
    """Return the path of the temporary file that replaces another file."""
    return path.with_name(f"{path.name}.part")


def save_state(emulator: Emulator, path: Path) -> None:
    """Write the objects to a file atomically."""
    from .yaml_files import dump

    part = part_of(path)
    part.touch(mode=0o640)
    part.write_text(dump(document_of(emulator.tenant)), "utf-8")
    part.replace(path)


def beginning(arguments: argparse.Namespace) -> Start:
    """Return the initial state of the tenant. Raise OSError or ValueError for unusable files."""
    return Start(
        users=arguments.seed_users,
        empty=arguments.empty,
        two_clients=arguments.two_clients,
        document=read_state(arguments.state) if arguments.state else None,
        switches=read_switches(arguments.facts) if arguments.facts else {},
        suffixes=tuple(arguments.suffix),
        now=arguments.now,
    )


def run(arguments: argparse.Namespace) -> None:
    """Serve until a signal arrives."""
    if arguments.save:
        check_target(arguments.save)
    with Emulator(
        tls_dir=arguments.tls,
        port=arguments.port,
        host=arguments.listen,
        url=arguments.url,
        start=beginning(arguments),
    ) as emulator:
        info: dict[str, Any] = emulator.info
        sys.stdout.write(EXPORTS[arguments.export](info) if arguments.export else json.dumps(info) + "\n")
        sys.stdout.flush()
        signal.sigwait(STOP)
        if arguments.save:
            save_state(emulator, arguments.save)


def main() -> None:
    """Run the command."""
    parser = options()
    arguments = parser.parse_args()
    try:
        if not ipaddress.ip_address(arguments.listen).is_loopback:
            print(OPEN, file=sys.stderr, flush=True)
        # Resources have no reference cycles, and garbage collection doubles the time of a large seed.
        gc.freeze()
        gc.set_threshold(100_000, 50, 100)
        run(arguments)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    # Skip the clean-up of the interpreter: freeing a large tenant takes long.
    os._exit(0)


if __name__ == "__main__":
    main()
