# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every file states the same version, and "make release" refuses an inconsistent tree."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT
from ansible_collections.idops.cyberark_identity.tools import release

NOTHING: list[str] = []


def test_the_version_is_the_same_everywhere() -> None:
    assert list(release.in_the_tree(ROOT)) == NOTHING


@pytest.mark.parametrize(
    ("version", "released", "fragments", "wrong"),
    [
        pytest.param("0.1.0", [], ["first.yml"], "", id="before the first release"),
        pytest.param("0.1.0", ["0.1.0"], [], "", id="just released"),
        pytest.param("0.2.0", ["0.1.0"], [], "", id="the next one, and nothing in it yet"),
        pytest.param("0.10.0", ["0.1.0", "0.9.0"], ["new.yml"], "", id="numbers are numbers"),
        pytest.param("0.1.0", ["0.1.0"], ["new.yml"], "new.yml", id="news without a new version"),
        pytest.param("0.1.0", ["0.1.0", "0.2.0"], [], "older than 0.2.0", id="an old version"),
    ],
)
def test_the_changelog_agrees(version: str, released: list[str], fragments: list[str], wrong: str) -> None:
    found = "\n".join(release.in_the_changelog(version, released, fragments))
    assert wrong in found
    assert bool(found) == bool(wrong)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository with all files that state the version. Its HEAD can be released."""
    version = release.version_of(ROOT)
    for name in ("galaxy.yml", *(name for name, _pattern in release.PLACES)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "changelogs").mkdir()
    (tmp_path / "changelogs/changelog.yaml").write_text(yaml.safe_dump({"releases": {version: {}}}))
    escaped = version.replace(".", r"\.")
    (tmp_path / "CHANGELOG.md").write_text(f"## v{escaped}\n")
    (tmp_path / "CHANGELOG.rst").write_text(f"v{version}\n======\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(
        tmp_path, "-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "--quiet", "--message", "Release"
    )
    git(tmp_path, "tag", version)
    return tmp_path


def git(repository: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=repository, check=True)


def test_consistent_tree_can_be_released(repository: Path) -> None:
    assert list(release.in_the_way(repository)) == NOTHING


def replace(repository: Path, name: str, old: str, new: str) -> None:
    text = (repository / name).read_text()
    assert old in text
    (repository / name).write_text(text.replace(old, new))


def without_a_tag(repository: Path) -> None:
    git(repository, "tag", "--delete", release.version_of(repository))


def with_a_prefix(repository: Path) -> None:
    git(repository, "tag", f"v{release.version_of(repository)}")
    without_a_tag(repository)


def with_a_file_of_somebody(repository: Path) -> None:
    (repository / "plugins/notes.txt").write_text("to be done")


def without_an_entry(repository: Path) -> None:
    (repository / "changelogs/changelog.yaml").write_text(yaml.safe_dump({"releases": {}}))


def with_a_fragment(repository: Path) -> None:
    (repository / "changelogs/fragments").mkdir()
    (repository / "changelogs/fragments/news.yml").write_text("bugfixes: [Something was mended.]")


def elsewhere(name: str) -> Callable[[Path], None]:
    """Return a function that changes the version in one file; in galaxy.yml, this contradicts all others."""
    return lambda repository: replace(repository, name, release.version_of(repository), "9.9.9")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        pytest.param(without_a_tag, "the tag of HEAD: nothing instead of", id="no tag"),
        pytest.param(with_a_prefix, "the tag of HEAD: v", id="a tag with a prefix"),
        pytest.param(with_a_file_of_somebody, "plugins/notes.txt", id="a file that git does not track"),
        pytest.param(without_an_entry, "changelogs/changelog.yaml: no ", id="a changelog without the version"),
        pytest.param(with_a_fragment, "news.yml will be in another version", id="a fragment that was left"),
        *(pytest.param(elsewhere(name), f"{name}: ", id=name) for name, _pattern in release.PLACES),
        pytest.param(lambda repository: (repository / "CHANGELOG.md").write_text(""), "CHANGELOG.md: no ", id="md"),
        pytest.param(lambda repository: (repository / "CHANGELOG.rst").write_text(""), "CHANGELOG.rst: no ", id="rst"),
        pytest.param(elsewhere("galaxy.yml"), "instead of 9.9.9", id="galaxy.yml"),
    ],
)
def test_inconsistent_tree_is_refused(repository: Path, spoil: Callable[[Path], object], reason: str) -> None:
    spoil(repository)
    assert reason in "\n".join(release.in_the_way(repository))
