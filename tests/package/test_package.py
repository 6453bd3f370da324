# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tarball: it holds the listed files, it installs, Galaxy accepts it, and the build is reproducible."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT

BIN = Path(sys.executable).parent
NAME = "idops.cyberark_identity"

# Every entry that is allowed at the root of the tarball, with its purpose. Add new entries here.
ENTRIES = {
    "FILES.json": "the checksum of every file",
    "LICENSES": "the licence",
    "MANIFEST.json": "what galaxy.yml says, and the checksum of FILES.json",
    "README.md": "the page that Galaxy shows",
    "REUSE.toml": "the licence of the files that cannot say it themselves",
    "SECURITY.md": "where to report what is found in the files",
    "changelogs": "changelog.yaml, of which the community package makes its own changelog",
    "docs": "the guides, which the README links to, and docs/awx, which users copy from here",
    "meta": "requires_ansible, action groups, what an execution environment has to have",
    "playbooks": "run as idops.cyberark_identity.NAME",
    "plugins": "modules and what they import",
    "requirements.txt": "named by meta/execution-environment.yml",
    "roles": "run as idops.cyberark_identity.NAME",
}
# These files exist from the first release on.
CHANGELOGS = {"CHANGELOG.md", "CHANGELOG.rst"}

# The importer is configured as on Automation Hub, which requires one of its tags. ansible-test is off, because it has
# stages of its own. flake8 is off by default and stays off: its checks E203 and W503 contradict the formatter.
IMPORTER = {
    "GALAXY_IMPORTER_CHECK_CHANGELOG": "true",
    "GALAXY_IMPORTER_CHECK_REQUIRED_TAGS": "true",
    "GALAXY_IMPORTER_RUN_ANSIBLE_TEST": "false",
    "GALAXY_IMPORTER_RUN_FLAKE8": "false",
}

# The quick suite has ansible-lint in "lint", on more files. Twice it would take half of the time of this file.
LINTED = "QUICK" not in os.environ
if not LINTED:
    IMPORTER["GALAXY_IMPORTER_RUN_ANSIBLE_LINT"] = "false"

# Expected warnings of ansible-lint in the importer. Each must occur, so that an entry goes when its reason is gone.
EXPECTED = (
    # docs/awx needs the collection awx.awx. In the repository .ansible-lint handles that.
    r"docs/awx/configure\.yml:\d+:\d+: syntax-check\[unknown-module\]: couldn't resolve module/action 'awx\.awx\.",
    # The importer runs ansible-lint in ansible_collections, not in the folder above, where it would find the playbooks.
    r"ERROR    Failed to find idops\.cyberark_identity\.\w+ playbook\.$",
)

# List every folder in reverse order, as another file system could.
OTHER_ORDER = """\
import os

listdir = os.listdir
os.listdir = lambda *given: sorted(listdir(*given), reverse=True)
"""


def clean(home: Path) -> dict[str, str]:
    """Return an environment that finds only programs installed below home and writes only there."""
    return {"PATH": f"{BIN}:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(home), "ANSIBLE_NOCOLOR": "1"}


def done(*command: str | Path, cwd: Path, environment: dict[str, str]) -> str:
    """Run a command that must succeed, and return its output."""
    process = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout


@pytest.fixture(scope="session")
def tarball() -> Path:
    """Build the tarball that "make package" leaves, and return its path."""
    command = (BIN / "python", "tools/tarball.py", ROOT / "build/package")
    return Path(done(*command, cwd=ROOT, environment=clean(ROOT / "build/cache")).strip())


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory, tarball: Path) -> Path:
    """Return a home in which the tarball is installed."""
    home = tmp_path_factory.mktemp("home")
    command = (BIN / "ansible-galaxy", "collection", "install", "--offline", tarball)
    done(*command, cwd=home, environment=clean(home))
    return home


@pytest.fixture(scope="session")
def installed(home: Path) -> Path:
    return home / ".ansible/collections/ansible_collections/idops/cyberark_identity"


def test_tarball_holds_only_listed_entries(installed: Path) -> None:
    assert {path.name for path in installed.iterdir()} - CHANGELOGS == set(ENTRIES)
    assert [path.name for path in (installed / "changelogs").iterdir()] == ["changelog.yaml"]
    hidden = [path for path in installed.rglob("*") if path.name.startswith((".", "__pycache__"))]
    assert hidden == []


def test_tarball_holds_all_linked_files(installed: Path) -> None:
    links = {
        page.parent / link
        for page in installed.rglob("*.md")
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())
        if "://" not in link
    }
    assert len(links) > 20
    assert [str(path) for path in links if not path.exists()] == []


def test_every_checksum_is_right(home: Path, installed: Path) -> None:
    """A changed file is detected."""
    command = (BIN / "ansible-galaxy", "collection", "verify", "--offline", NAME)
    done(*command, cwd=home, environment=clean(home))
    runtime = installed / "meta/runtime.yml"
    runtime.write_text(runtime.read_text() + "\n")
    try:
        with pytest.raises(AssertionError, match=r"meta/runtime\.yml"):
            done(*command, cwd=home, environment=clean(home))
    finally:
        runtime.write_text(runtime.read_text()[:-1])


def test_installed_modules_are_found(home: Path) -> None:
    listed = done(BIN / "ansible-doc", "--type", "module", "--list", NAME, cwd=home, environment=clean(home))
    modules = {f"{NAME}.{path.stem}" for path in (ROOT / "plugins/modules").glob("*.py")}
    assert {line.split()[0] for line in listed.splitlines()} == modules


def test_galaxy_accepts_the_tarball(tarball: Path, tmp_path: Path) -> None:
    environment = {**clean(tmp_path), **IMPORTER, "GALAXY_IMPORTER_TMP_ROOT_DIR": str(tmp_path)}
    said = done(BIN / "python", "-m", "galaxy_importer.main", tarball, cwd=tmp_path, environment=environment)
    assert ("...ansible-lint run complete" in said) is LINTED
    warnings = re.findall(r"^(?:WARNING|ERROR|CRITICAL): (.*)", said, re.MULTILINE)
    assert [warning for warning in warnings if not any(re.match(pattern, warning) for pattern in EXPECTED)] == []
    missing = [pattern for pattern in EXPECTED if not any(re.match(pattern, warning) for warning in warnings)]
    assert missing == ([] if LINTED else [*EXPECTED])


def test_build_is_reproducible(tarball: Path, tmp_path: Path) -> None:
    """The bytes do not depend on the folder, the time, the permissions or the order in which files are listed."""
    date = done("git", "log", "-1", "--format=%ct", cwd=ROOT, environment=clean(tmp_path)).strip()
    clone = tmp_path / "clone"
    listing = done(
        "git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT, environment=clean(tmp_path)
    )
    for name in listing.splitlines():
        if (ROOT / name).exists():
            (clone / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copyfile(ROOT / name, clone / name)
            (clone / name).chmod(0o700 if os.access(ROOT / name, os.X_OK) else 0o600)
            os.utime(clone / name, (1, 1))
    (clone / "plugins/left_over").mkdir()
    done("git", "init", "--quiet", cwd=clone, environment=clean(tmp_path))
    (tmp_path / "sitecustomize.py").write_text(OTHER_ORDER)
    environment = {**clean(tmp_path), "SOURCE_DATE_EPOCH": date, "PYTHONPATH": str(tmp_path)}
    built = done(BIN / "python", "tools/tarball.py", "built", cwd=clone, environment=environment)
    assert (clone / built.strip()).read_bytes() == tarball.read_bytes()
