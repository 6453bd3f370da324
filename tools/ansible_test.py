# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-test for one release of ansible-core: ansible_test.py CORE [sanity] [units] [integration].

With QUICK in the environment it runs only what the table QUICK lists, and prints what it leaves out.

ansible-test restricts where it runs, so each release gets a folder of its own, build/ansible-test-CORE:

venv/                 the release, with requirements-test.txt
home/                 its HOME: the virtual environments of the sanity tests are kept there
ansible_collections/  a real copy of the tree (a symlink is refused), replaced on every run
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Core:
    """A release of ansible-core, and the Pythons to test it with. The first one found is used."""

    version: str
    pythons: tuple[str, ...]


CORES = {
    "2.16": Core("2.16.19", ("3.11", "3.12")),
    "2.19": Core("2.19.14", ("3.11", "3.12", "3.13")),
    "2.21": Core("2.21.5", ("3.13", "3.12", "3.14")),
}
# The oldest Python that modules support. If it is installed, sanity also compiles and imports the modules with it.
OLDEST_PYTHON = "3.9"
# Replacement for get-pip.py, see make_home.
BOOTSTRAP = """\
import subprocess
import sys

subprocess.check_output([sys.executable, "-m", "ensurepip", "--upgrade"])
"""
# Tests that depend on ansible-core: options, results, warnings, and plugins that it loads. All others test the product.
# Templates depend on it most, and the oldest release treats the most texts as templates.
TEMPLATES = "tests/unit/plugins/inventory/test_hostile_texts.py"
DEPENDENT = (
    "tests/unit/plugins/inventory/",
    "tests/unit/plugins/modules/test_connection.py",
    "tests/unit/plugins/modules/test_contract.py",
)
COMMANDS = ("sanity", "units", "integration")


@dataclass(frozen=True)
class Quick:
    """The runs of each command in a quick run, and the reason for each command that is left out or reduced."""

    commands: dict[str, tuple[tuple[str, ...], ...]]  # the arguments of each run; {oldest} is the oldest Python here
    left_out: dict[str, str]


# Integration runs on the oldest release and the rest on the newest: both then take the same time.
QUICK = {
    "2.16": Quick(
        {"units": ((TEMPLATES,),), "integration": (("role_admin_portal", "scim_directory"),)},
        {
            "sanity": "2.21 has it",
            "units": "all but hostile texts: unit has the tests on 2.19, in one process",
            "integration": "the other targets: unit runs the examples of the other modules that write, on 2.19",
        },
    ),
    "2.21": Quick(
        {
            "sanity": (
                ("--skip-test", "pylint", "--skip-test", "pep8", "--skip-test", "compile", "--skip-test", "import"),
                ("--test", "pylint", "plugins/"),
                ("--test", "compile", "--test", "import", "--python", "{oldest}"),
            ),
            "units": (DEPENDENT,),
        },
        {
            "sanity": "pylint for tests, roles and tools, and pep8: ruff checks and formats them; newer Pythons import"
            " the modules in units and in unit",
            "integration": "2.16 has some of it",
            "units": "what does not depend on ansible-core: unit has it on 2.19",
        },
    ),
}


def find_python(version: str) -> Path | None:
    """Find a working interpreter of a version that can create virtual environments.

    Running it is the only proof: a shim of pyenv exists for every version and fails for those that are not active.
    """
    name = f"python{version}"
    folders = [Path(sys.base_prefix, "bin"), *map(Path, os.get_exec_path())]
    pyenvs = [Path.home() / ".pyenv", *(folder.parent for folder in folders if folder.name == "shims")]
    for pyenv in pyenvs:
        folders += sorted(pyenv.glob(f"versions/{version}.*/bin"))
    probe = "import ensurepip, ssl, sys, venv; print('%d.%d' % sys.version_info[:2], sys.executable)"
    for path in (folder / name for folder in folders):
        if not os.access(path, os.X_OK):
            continue
        answer = subprocess.run([path, "-I", "-c", probe], capture_output=True, text=True, check=False)
        if answer.returncode == 0 and answer.stdout.startswith(f"{version} "):
            return Path(answer.stdout.split(maxsplit=1)[1].strip())
    return None


def make_venv(venv: Path, python: Path, core: Core) -> None:
    """Create the virtual environment, unless it is up to date."""
    requirements = ROOT / "requirements-test.txt"
    pins = [path.read_text() for path in (requirements, ROOT / "tests/emulator/requirements.txt")]
    wanted = json.dumps([str(python), core.version, *pins])
    stamp = venv / "installed.json"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    shutil.rmtree(venv, ignore_errors=True)
    subprocess.run([python, "-m", "venv", venv], check=True)
    pip = [str(venv / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-r", str(requirements), f"ansible-core=={core.version}"], check=True)
    stamp.write_text(wanted)


def make_home(home: Path, venv: Path) -> None:
    """Give ansible-test a HOME in which its own pip works.

    ansible-test drops the environment, which may hold the address of the package index. A file passes it on.
    ansible-test also downloads get-pip.py from a site that may be unreachable. The ensurepip of Python does the same.
    """
    listing = subprocess.check_output([venv / "bin/python", "-m", "pip", "config", "list"], text=True)
    settings = {"cache-dir": str(ROOT / "build/cache/pip"), "quiet": "1"}
    for key, value in re.findall(r"^(?:global|install|:env:)\.([a-z-]+)=(.*)$", listing, re.MULTILINE):
        settings.setdefault(key, ast.literal_eval(value))
    for key, names in {
        "cert": ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"),
        "proxy": ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"),
    }.items():
        value = next((os.environ[name] for name in names if os.environ.get(name)), None)
        if value:
            settings.setdefault(key, value)
    config = home / ".config/pip/pip.conf"
    config.parent.mkdir(parents=True, exist_ok=True)
    lines = (f"{key} = {value}".replace("\n", "\n  ") for key, value in settings.items())
    config.write_text("\n".join(["[global]", *lines, ""]))

    (source,) = venv.glob("lib/python*/site-packages/ansible_test/_internal/python_requirements.py")
    match = re.search(r"default_packages = dict\(\s*pip='([\d.]+)'", source.read_text())
    if not match:
        sys.exit(f"{source}: cannot tell which pip this release of ansible-test bootstraps")
    bootstrap = home / f".ansible/test/cache/get_pip_{match[1].replace('.', '_')}.py"
    bootstrap.parent.mkdir(parents=True, exist_ok=True)
    bootstrap.write_text(BOOTSTRAP)


def copy_tree(target: Path) -> None:
    """Copy the files that git tracks or would track, as a repository, so that ansible-test heeds .gitignore."""
    shutil.rmtree(target, ignore_errors=True)
    listing = subprocess.check_output(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, text=True
    )
    for name in filter(None, listing.split("\0")):
        if not os.path.lexists(ROOT / name):  # deleted, but not yet committed
            continue
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name, follow_symlinks=False)
    subprocess.run(["git", "init", "--quiet", target], check=True)


def search_path(venv: Path, oldest: Path | None) -> str:
    """Build a PATH that has the oldest Python, if there is one, and no shims, at which ansible-test would stop."""
    folders = [folder for folder in os.get_exec_path() if Path(folder).name != "shims"]
    return os.pathsep.join([str(venv / "bin"), *folders, *([str(oldest.parent)] if oldest else [])])


def own_environment(home: Path, venv: Path, oldest: Path | None) -> dict[str, str]:
    """Return the environment of ansible-test, without the caller's variables that point at files other than its own."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("ANSIBLE_") and name not in ("PYTHONPATH", "VIRTUAL_ENV")
    }
    return {**inherited, "HOME": str(home), "PATH": search_path(venv, oldest)}


def selections(command: str, quick: Quick | None) -> tuple[tuple[str, ...], ...]:
    """Return the arguments of each run of a command.

    The tests of the emulator are left out: they do not depend on Ansible, and "make unit" runs them. Here each test is
    forked, so that they would take minutes.
    """
    everything = (("tests/unit/plugins/",) if command == "units" else (),)
    return quick.commands.get(command, everything) if quick else everything


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("core", choices=CORES)
    parser.add_argument("commands", nargs="*", metavar="command", help=f"one or more of {', '.join(COMMANDS)}; all")
    options = parser.parse_args()
    core = CORES[options.core]
    quick = QUICK.get(options.core) if os.environ.get("QUICK") else None
    commands = options.commands or list(quick.commands if quick else COMMANDS)
    if unknown := set(commands) - set(COMMANDS):
        parser.error(f"unknown command: {', '.join(sorted(unknown))}")

    version, python = next(((v, p) for v in core.pythons if (p := find_python(v))), (None, None))
    if version is None or python is None:
        # tools/suite.py repeats this line in its summary.
        print(f"SKIPPED: ansible-core {options.core}: it needs Python {' or '.join(core.pythons)}, and none was found")
        return 0

    base = ROOT / "build" / f"ansible-test-{options.core}"
    venv, home, tree = base / "venv", base / "home", base / "ansible_collections/idops/cyberark_identity"
    make_venv(venv, python, core)
    make_home(home, venv)
    copy_tree(tree)
    for command, reason in quick.left_out.items() if quick else ():
        print(f"LEFT OUT: {command}: {reason}", flush=True)  # tools/suite.py repeats it
    oldest = find_python(OLDEST_PYTHON)
    environment = own_environment(home, venv, oldest)
    for command in commands:
        print(f"--- ansible-test {command}: ansible-core {core.version}, Python {version}", flush=True)
        started = time.monotonic()
        arguments = [venv / "bin/ansible-test", command, "--local", "--color", "no"]
        if command != "sanity":  # without --python, sanity compiles and imports with every Python on the PATH
            arguments += ["--python", version]
        for words in selections(command, quick):
            selected = [word.format(oldest=OLDEST_PYTHON if oldest else version) for word in words]
            status = subprocess.run([*arguments, *selected], cwd=tree, env=environment, check=False).returncode
            if status:
                print(f"--- ansible-test {command} failed on ansible-core {core.version}")
                return status
        print(f"--- ansible-test {command}: {time.monotonic() - started:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
