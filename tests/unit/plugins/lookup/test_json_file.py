# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every error names the file, its reason and the next step, and quotes nothing of the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleLookupError
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible.template import Templar
from ansible_collections.idops.cyberark_identity.plugins.lookup.json_file import LookupModule

SECRETS = [("default", VaultSecret(b"the-key"))]


def look_up(path: Path | str, named_by: str | None = None) -> Any:
    loader = DataLoader()
    loader.set_vault_secrets(SECRETS)
    lookup = LookupModule(loader=loader, templar=Templar(loader=loader))
    lookup.set_options = lambda **_options: None
    lookup.get_option = {"named_by": named_by}.__getitem__
    (value,) = lookup.run([str(path)])
    return value


def refusal(path: Path, named_by: str | None = None) -> str:
    with pytest.raises(AnsibleLookupError) as caught:
        look_up(path, named_by)
    return str(caught.value)


def test_the_value_of_a_file_is_returned(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text('\ufeff{"changes": ["ü"]}', encoding="utf-8")
    assert look_up(path) == {"changes": ["ü"]}


def test_a_file_of_ansible_vault_is_read(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(VaultLib(SECRETS).encrypt(json.dumps({"changes": []})))
    assert look_up(path) == {"changes": []}


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    assert refusal(path, "directory_plan_path") == (
        f"{path}, which directory_plan_path names, does not exist. Correct the path, or write the file first."
    )
    path.symlink_to("nowhere")
    assert refusal(path).startswith(f"{path} is a link to a file that does not exist. ")


def test_a_file_without_permission_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "plan.json"
    path.write_text("{}")

    def refuse(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert refusal(path) == f"{path} cannot be read: permission denied. Let the user who runs Ansible read it."


def test_a_folder_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"{tmp_path} is a folder. Name a file."


DAMAGED = {
    b'{"password": "canary",\n "x": }': "is not JSON: Expecting value: line 2, column 7",
    b'{"password": "cana': "is not JSON: Unterminated string starting at: line 1, column 14",
    b"": "is empty",
    b"[" * 100_000: "is nested too deep to be read",
}


@pytest.mark.parametrize(("content", "reason"), DAMAGED.items(), ids=DAMAGED.values())
def test_a_damaged_file_is_refused_with_the_place(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    assert refusal(path) == f"{path} {reason}. Write the file again with the task that made it."


def test_a_file_of_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(b'{"password": "canary",\n "x": "\xff"}')
    assert refusal(path) == f"{path} is not UTF-8, line 2. Save it as UTF-8."


def test_a_file_of_another_vault_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(VaultLib([("default", VaultSecret(b"other"))]).encrypt("{}"))
    assert refusal(path) == f"{path} cannot be decrypted. Give its password to Ansible."
