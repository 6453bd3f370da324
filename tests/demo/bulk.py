# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the directory of the demonstration as YAML files: people in teams, and safes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

TEAMS, PEOPLE_IN_A_TEAM = 12, 25
SAFES = TEAMS  # each team has one
USERS = TEAMS * PEOPLE_IN_A_TEAM
GROUPS = [f"team-{number:02}" for number in range(1, TEAMS + 1)]
LEAVING = f"team-{TEAMS:02}"
SUSPENDED = f"{LEAVING}.{PEOPLE_IN_A_TEAM:02}@example.com"


def _names(team: str) -> list[str]:
    return [f"{team}.{number:02}@example.com" for number in range(1, PEOPLE_IN_A_TEAM + 1)]


def write(folder: Path) -> None:
    """Write a file for each team, and one with the safes."""
    for number in range(1, TEAMS + 1):
        team = f"team-{number:02}"
        names = _names(team)
        users = [
            {
                "user_name": name,
                "display_name": f"Person {place} of {team}",
                "email": name,
                "organization": team,
                "manager": names[0] if place > 1 else None,
                "active": True,
                "password": "{{ initial_password }}",
            }
            for place, name in enumerate(names, 1)
        ]
        _write(folder / f"{team}.yml", {"users": users, "groups": [{"display_name": team, "users": {"set": names}}]})
    safes = [{"name": f"TEAM-{number:02}", "number_of_days_retention": 7} for number in range(1, SAFES + 1)]
    rights = [
        {"container": f"TEAM-{number:02}", "group": f"team-{number:02}", "rights_preset": "connect_only"}
        for number in range(1, SAFES + 1)
    ]
    _write(folder / "safes.yml", {"containers": safes, "container_permissions": rights})


def dismiss(exported: Path) -> None:
    """Remove the people of one team from an export."""
    path = exported / "users.yml"
    users = yaml.safe_load(path.read_text())["users"]
    leaving = set(_names(LEAVING))
    _write(path, {"users": [user for user in users if user["user_name"] not in leaving]})


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, sort_keys=False))
