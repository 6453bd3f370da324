# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the release that HEAD is tagged as: release.py. It prints the remaining steps, and publishes nothing.

HEAD can be released if its tag equals the version, every file that states the version agrees, and the working tree is
clean. The tag has no prefix, like the tags of most collections in the community package.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import yaml
from ansible.utils.version import SemanticVersion

ROOT = Path(__file__).resolve().parent.parent

# The files that antsibull-changelog writes, and the heading of a release in each.
PAGES = (("CHANGELOG.md", r"^## v(.+)$"), ("CHANGELOG.rst", r"^v(.+)$"))
# A tag of the repository, a release of the collection, or an image of the emulator.
EMULATOR = r"(?:--branch |:==|-emulator:|\.git#)([0-9][^\s:]*)"
# Files other than galaxy.yml that state the version, and the text around it.
PLACES = (
    ("plugins/module_utils/_http/connections.py", r'^VERSION = "(.+)"$'),
    ("docs/awx.md", r"/ee-cyberark-identity:(\S+)"),
    ("docs/awx/project/collections/requirements.yml", r"^    version: (.+)$"),
    ("docs/awx/settings.yml", r"/ee-cyberark-identity:(\S+)"),
    ("docs/emulator.md", EMULATOR),
    ("docs/emulator/compose.yml", EMULATOR),
    ("docs/emulator/github-actions.yml", EMULATOR),
    ("docs/emulator/gitlab-ci.yml", EMULATOR),
)


def version_of(root: Path) -> str:
    return str(yaml.safe_load((root / "galaxy.yml").read_text())["version"])


def releases_of(root: Path) -> dict[str, object]:
    """Return the entries of the changelog by version."""
    return dict(yaml.safe_load((root / "changelogs/changelog.yaml").read_text())["releases"])


def in_the_changelog(version: str, released: Collection[str], fragments: Collection[str]) -> Iterator[str]:
    """Yield the faults of the changelog for a version, released or not."""
    newest = max([version, *released], key=SemanticVersion)
    if version != newest:
        yield f"galaxy.yml: {version} is older than {newest}, which the changelog has"
    if version in released and fragments:
        yield f"galaxy.yml: {version} is released, and {', '.join(sorted(fragments))} will be in another version"


def in_the_tree(root: Path) -> Iterator[str]:
    """Yield each disagreement with the version of galaxy.yml. No commit may have one."""
    version, released = version_of(root), releases_of(root)
    for name, pattern in PLACES:
        found = re.findall(pattern, (root / name).read_text(), re.MULTILINE)
        if set(found) != {version}:
            yield f"{name}: {', '.join(found) or 'nothing'} instead of {version}"
    yield from in_the_changelog(version, released, [path.name for path in root.glob("changelogs/fragments/*.y*ml")])
    for name, pattern in PAGES if released else ():
        headings = re.findall(pattern, (root / name).read_text(), re.MULTILINE)
        if missing := released.keys() - {heading.replace("\\", "") for heading in headings}:
            yield f"{name}: no {', '.join(sorted(missing))}"


def git(root: Path, *arguments: str) -> str:
    return subprocess.check_output(["git", *arguments], cwd=root, text=True)


def in_the_way(root: Path) -> Iterator[str]:
    """Yield each reason why HEAD cannot be released."""
    yield from in_the_tree(root)
    version = version_of(root)
    if version not in releases_of(root):
        yield f"changelogs/changelog.yaml: no {version}"
    if (tags := git(root, "tag", "--points-at", "HEAD").split()) != [version]:
        yield f"the tag of HEAD: {', '.join(tags) or 'nothing'} instead of {version}"
    if changed := git(root, "status", "--porcelain"):
        yield f"the working tree is not as it was committed:\n{changed.rstrip()}"


def main() -> int:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    if reasons := list(in_the_way(ROOT)):
        print("This cannot be released.", *reasons, sep="\n", file=sys.stderr)
        return 1
    subprocess.run(["make", "--no-print-directory", "lint", "package"], cwd=ROOT, check=True)
    folder = ROOT / "build/release"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (checked,) = ROOT.glob("build/package/*.tar.gz")
    tarball = Path(shutil.copy(checked, folder))
    checksum = hashlib.sha256(tarball.read_bytes()).hexdigest()
    (folder / "SHA256SUMS").write_text(f"{checksum}  {tarball.name}\n")
    print(f"\n{tarball.relative_to(ROOT)} is ready, sha256 {checksum}. To publish it:\n")
    print(f"  git push origin {version_of(ROOT)}")
    print(f"  ansible-galaxy collection publish {tarball.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
