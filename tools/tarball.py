# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the tarball of the collection: tarball.py FOLDER. Builds of one commit are identical, byte for byte.

ansible-galaxy packs every file of the folder in the file system's order, with the times of the files and of the build.
It is therefore given a copy of the tracked files, and its result is packed again: sorted, with the date of the commit.
https://reproducible-builds.org/docs/archives/ lists the other sources of differences.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from ansible_test import ROOT, copy_tree

# These come first, for readers that stream the tarball.
MANIFEST, FILES = "MANIFEST.json", "FILES.json"


def commit_date() -> int:
    """Return the date of the commit in seconds since 1970, or SOURCE_DATE_EPOCH if it is set.

    See https://reproducible-builds.org/specs/.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH")
    return int(given or subprocess.check_output(["git", "log", "-1", "--format=%ct"], cwd=ROOT))


def as_json(value: object) -> bytes:
    """Format JSON as ansible-galaxy does."""
    return json.dumps(value, indent=1).encode()


def in_order(contents: dict[str, bytes]) -> dict[str, bytes]:
    """Sort the files and the list of files, and update the list's checksum in the manifest."""
    listed, manifest = json.loads(contents[FILES]), json.loads(contents[MANIFEST])
    listed["files"].sort(key=lambda entry: entry["name"])
    files = as_json(listed)
    manifest["file_manifest_file"]["chksum_sha256"] = hashlib.sha256(files).hexdigest()
    return {MANIFEST: as_json(manifest), FILES: files} | {
        name: contents[name] for name in sorted(contents.keys() - {MANIFEST, FILES})
    }


def pack_again(packed: Path, target: Path, date: int) -> None:
    """Repack the members with only the name, type, mode and content that ansible-galaxy sets."""
    with tarfile.open(packed) as tar:
        members = {member.name: member for member in tar}
        contents = {name: file.read() if (file := tar.extractfile(name)) else b"" for name in members}
    # With an empty name: gzip would otherwise put the file's name into its header.
    with (
        target.open("wb") as file,
        gzip.GzipFile("", "wb", fileobj=file, mtime=date) as stream,
        tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for name, content in in_order(contents).items():
            member = tarfile.TarInfo(name)
            member.type, member.mode = members[name].type, members[name].mode
            member.size, member.mtime = len(content), date
            tar.addfile(member, io.BytesIO(content))


def build(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    ansible_galaxy = Path(sys.executable).with_name("ansible-galaxy")
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        tree, packed = Path(temporary, "tree"), Path(temporary, "packed")
        copy_tree(tree)
        command = (ansible_galaxy, "collection", "build", tree, "--output-path", packed)
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        (tarball,) = packed.iterdir()
        pack_again(tarball, folder / tarball.name, commit_date())
        return folder / tarball.name


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where to put the tarball; its path is printed")
    print(build(parser.parse_args().folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
