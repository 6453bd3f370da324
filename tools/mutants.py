# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Break single lines and check that a test fails: mutants.py [WORD ...], only for files whose name has such a word.

Each mutant runs in a copy of the tree. A mutant that survives shows a line that no test covers. The list is fixed:
guard rails, masking, marking and checking of texts, retries and merging, where a wrong line costs access or secrets.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = "build/collections/ansible_collections/idops/cyberark_identity"
MODULE_TESTS, UTILS_TESTS = "tests/unit/plugins/modules", "tests/unit/plugins/module_utils"
RAILS = f"{MODULE_TESTS}/test_guard_rails.py"
FORMER = f"{MODULE_TESTS}/test_former_names.py"
FINDINGS = f"{UTILS_TESTS}/_access/test_findings.py"
KEPT = f"{MODULE_TESTS}/test_kept_access.py"
EDGES = f"{MODULE_TESTS}/test_scim_directory_edges.py"
DIRECTORY = f"{MODULE_TESTS}/test_scim_directory.py"
LINES = f"{UTILS_TESTS}/test_held_lines.py"
TRICKLE = f"{UTILS_TESTS}/_http/test_connections.py::test_answers_that_trickle_are_broken_off"
SECRETS = f"{UTILS_TESTS}/_base/test_secrets.py"
CHARACTERS = f"{MODULE_TESTS}/test_invisible_characters.py"
EVERY_TEXT = "tests/unit/plugins/inventory/test_hostile_texts.py::test_every_text_is_marked"
IN_PROCESS = "tests/unit/test_in_process.py"
OWN_PROCESS = "test_a_module_that_runs_in_a_process_of_its_own"
ANOTHER_USER = "test_a_task_of_another_user_runs_in_a_process_of_that_user"
TWINS = (
    f"{MODULE_TESTS}/test_lost_updates.py::test_a_new_object_is_taken_back_if_another_client_creates_one_of_its_name"
)
TESTS_FAILED = 1  # exit status of pytest; any other status except 0 means that the tests did not run


@dataclass(frozen=True)
class Mutant:
    """A changed line: the file, a unique part of the line, its replacement, and the tests that must fail."""

    file: str
    original: str
    mutated: str
    tests: str


MUTANTS = (
    # Runs in the process of Ansible
    Mutant("_in_process", "and not self._connection.become", "", f"{IN_PROCESS}::{ANOTHER_USER}"),
    Mutant("_in_process", "and not self._task.async_val", "", f"{IN_PROCESS}::{OWN_PROCESS}"),
    Mutant(
        "_in_process",
        "return os.path.realpath(python), next(",
        'return os.path.realpath(python), "" and next(',
        f"{IN_PROCESS}::{OWN_PROCESS}",
    ),
    Mutant("_in_process", "and _is_this_python(", "and bool(", f"{IN_PROCESS}::{OWN_PROCESS}"),
    # The journal, and the undo
    Mutant(
        "_base/journal",
        "self._secrets.masked_values(record)}",
        "record}",
        f"{MODULE_TESTS}/test_journal.py::test_a_secret_that_is_quoted_elsewhere_is_masked",
    ),
    Mutant(
        "_base/journal",
        "if self._flushed < line:",
        "if False:",
        f"{MODULE_TESTS}/test_journal.py::test_a_line_is_on_the_disk_before_the_request",
    ),
    Mutant(
        "_directory/undo",
        "or self._unrecorded_use(tracked, name)",
        "",
        f"{MODULE_TESTS}/test_undo.py::test_what_somebody_has_changed_since_is_left_alone",
    ),
    Mutant(
        "_directory/undo",
        "        if changed:",
        "        if False:",
        f"{MODULE_TESTS}/test_undo.py::test_what_somebody_has_changed_since_is_left_alone",
    ),
    # One name for one object of the Admin Portal, and one login for one secret
    Mutant("_identity/objects", 'raise ConflictError(f"another one', 'return None  # (f"another one', TWINS),
    Mutant(
        "_ansible/connection",
        "return bool(named) and not _is_other(",
        "return bool(named) or not _is_other(",
        "tests/unit/test_one_identity.py::test_a_module",
    ),
    Mutant(
        "_ansible/connection",
        'if "access_token" in given and not _names_client(given, environment):',
        'if "access_token" in given:',
        "tests/unit/test_one_identity.py::test_a_module",
    ),
    # Guard rails: limits on removals
    Mutant(
        "_directory/guard_rails",
        "if len(going) > limit:",
        "if len(going) > limit + 1:",
        f"{DIRECTORY}::test_no_more_is_removed_than_allowed",
    ),
    Mutant(
        "_directory/guard_rails",
        "if sum(loss.count for loss in losing) > limit:",
        "if sum(loss.count for loss in losing) > limit + 1:",
        f"{RAILS}::test_limits_of_memberships",
    ),
    Mutant("_directory/guard_rails", "Fraction(text[:-1])", "float(text[:-1])", f"{EDGES}::test_a_percentage_is_exact"),
    Mutant(
        "_directory/guard_rails",
        "and not self._rules.prune_to_nothing",
        "and False",
        f"{RAILS}::test_prune_of_permissions_without_entries_has_to_be_meant",
    ),
    Mutant(
        "_directory/directory",
        "if problems else self._rules",
        "if False else self._rules",
        f"{MODULE_TESTS}/test_errors_at_once.py::test_nothing_is_read_for_prune_while_an_entry_is_illegible",
    ),
    Mutant(
        "_directory/guard_rails",
        "emptied=not after",
        "emptied=False",
        f"{RAILS}::test_ordinary_changes_pass_and_empty_lists_are_named",
    ),
    Mutant(
        "_model/plan",
        "change.before is not False",
        "change.before is True",
        f"{RAILS}::test_deactivating_a_user_whose_state_is_not_shown_counts",
    ),
    Mutant(
        "_directory/losses",
        'if (PRIVILEGED_DATA.name, account["id"]) not in gone',
        "if False",
        f"{RAILS}::test_accounts_count_where_the_safe_does_not_list_them",
    ),
    Mutant(
        "_directory/losses",
        'if (CONTAINER_PERMISSION.name, permission["id"]) not in gone',
        "if True",
        f"{RAILS}::test_rights_on_safes_count",
    ),
    # Guard rails: protected objects
    Mutant(
        "_directory/guard_rails",
        "last=not left",
        "last=False",
        f"{RAILS}::test_the_last_member_of_a_built_in_role_stays",
    ),
    Mutant(
        "_model/people",
        'if not self._can_log_in(group.endpoint, role["id"], plans, set())',
        "if False",
        f"{RAILS}::test_somebody_who_can_log_in_is_left_in_a_built_in_role",
    ),
    Mutant(
        "_model/people",
        "return [] if harmless else self.emptied_roles(plans)",
        "return []",
        f"{KEPT}::test_somebody_who_can_log_in_stays_in_a_built_in_role",
    ),
    Mutant(
        "_model/people",
        "            yield own_access_lost(label, self.advice)",
        "            pass",
        f"{KEPT}::test_who_runs_the_task_keeps_its_access",
    ),
    Mutant(
        "_directory/relations",
        "            if gone:",
        "            if False:",
        f"{RAILS}::test_a_protected_group_or_safe_keeps_members_that_would_be_deleted",
    ),
    Mutant(
        "_access/findings",
        "self.subjects += islice(block.subjects(), MOST - len(self.subjects))",
        "self.subjects += block.subjects()",
        f"{FINDINGS}::test_very_many_findings_are_counted_and_said",
    ),
    Mutant(
        "_access/past",
        "                members &= ~waived",
        "                pass",
        f"{FINDINGS}::test_a_finding_whose_exception_ends_with_the_plan_is_new",
    ),
    Mutant(
        "_access/past",
        "runs.append((number, numbers[mark], 1))",
        "runs.append((number, number, 1))",
        f"{FINDINGS}::test_users_keep_their_findings_when_a_plan_gives_them_other_numbers",
    ),
    Mutant(
        "_access/policies",
        "                block = block.within(block.members & ~members)",
        "                pass",
        f"{FINDINGS}::test_only_the_first_exception_has_a_finding",
    ),
    Mutant(
        "_model/plan",
        "if after != before and is_over(after, now)",
        "if False",
        f"{RAILS}::test_an_end_in_the_past_takes_all_rights_away",
    ),
    Mutant(
        "_directory/guard_rails",
        "for text, loss in changes if loss.built_in or self._protects(loss)",
        "for text, loss in changes if self._protects(loss)",
        f"{FORMER}::test_guard_rails_apply_to_renames_by_former_names",
    ),
    Mutant(
        "_model/former_names",
        "if current and others:",
        "if False:",
        f"{FORMER}::test_more_than_one_object_is_refused",
    ),
    Mutant(
        "_scim/people",
        "[*self.callers.values(), *known]",
        "[*self.callers.values()]",
        f"{MODULE_TESTS}/test_two_service_users.py::"
        "test_a_module_without_the_vault_spares_the_caller_that_the_environment_names",
    ),
    Mutant(
        "_model/former_names",
        "    if held:",
        "    if False:",
        f"{FORMER}::test_invalid_former_names_are_refused",
    ),
    Mutant(
        "_directory/losses",
        'also=(*loss.also, *new, " / ".join(new))',
        "also=loss.also",
        f"{FORMER}::test_guard_rails_apply_to_renames_by_former_names",
    ),
    Mutant(
        "_directory/plan_checks",
        "in mentions_of(desired):",
        "in references_of(desired):",
        f"{FORMER}::test_a_reference_to_a_former_name_is_refused",
    ),
    Mutant(
        "_model/references",
        "for mark, name in added.items() if mark in removed",
        "for mark, name in added.items() if False",
        f"{MODULE_TESTS}/test_scim_group.py::test_a_member_that_is_added_and_removed_by_two_names_is_refused",
    ),
    Mutant(
        "_directory/checks",
        "if owner is not desired:",
        "if False:",
        f"{FORMER}::test_entries_that_claim_one_name_are_refused",
    ),
    Mutant(
        "_directory/guard_rails",
        "for text, loss in changes if loss.built_in or self._protects(loss)",
        "for text, loss in changes if loss.built_in",
        f"{RAILS}::test_the_protected_keep_their_names_and_passwords",
    ),
    Mutant(
        "_directory/guard_rails",
        "any(member.own for member in loss.members)",
        "False",
        f"{RAILS}::test_the_user_that_runs_the_task_keeps_its_roles",
    ),
    Mutant(
        "_directory/guard_rails",
        "for loss in losses if loss.own is None",
        "for loss in losses if False",
        f"{RAILS}::test_a_token_that_does_not_say_whose_it_is_removes_nobody",
    ),
    Mutant(
        "_directory/guard_rails",
        "protects([loss.name, *member.names])",
        "protects([*member.names])",
        f"{RAILS}::test_a_list_takes_nothing_from_the_protected",
    ),
    Mutant(
        "_directory/guard_rails",
        "for form in (fold, look)",
        "for form in (fold,)",
        f"{RAILS}::test_blanks_within_a_protected_name_do_not_matter",
    ),
    Mutant(
        "_http/caller",
        "{look(name): str(name) for name in given if name}",
        "{str(name): str(name) for name in given if name}",
        f"{RAILS}::test_the_own_name_in_another_case_is_the_own_name",
    ),
    Mutant(
        "_model/people",
        "return True if True in found else None if None in found else False",
        "return True in found",
        f"{RAILS}::test_a_token_that_does_not_say_whose_it_is_removes_nobody",
    ),
    Mutant(
        "_directory/drift",
        "(resource.plural, _safe(resource, item)) in self._named",
        "True",
        f"{DIRECTORY}::test_prune_of_permissions_keeps_to_the_safes_that_are_named",
    ),
    Mutant(
        "_directory/unlisted",
        "if item.get(LINKED_OBJECT) or self._rails",
        "if self._rails",
        f"{DIRECTORY}::test_prune_leaves_alone_what_it_must",
    ),
    Mutant(
        "_model/resources",
        'known_by=("user_name", "password")',
        'known_by=("user_name",)',
        f"{RAILS}::test_the_user_that_runs_the_task_keeps_its_name_and_password",
    ),
    Mutant(
        "_directory/entries",
        'params["protected_unmatched"] == "fail"',
        'params["protected_unmatched"] == ""',
        f"{RAILS}::test_a_protected_name_that_nothing_has_is_told",
    ),
    Mutant("_base/paths", '.replace("[", "[[]")', "", f"{RAILS}::test_brackets_in_patterns_are_literal"),
    Mutant(
        "_model/references",
        "if not task.absent or task.resource.matches(keys, current):",
        "if True:",
        f"{RAILS}::test_an_id_with_another_name_deletes_nothing",
    ),
    # Masking
    Mutant("_base/secrets", 'secret.encode("latin-1", "replace")):', "secret.encode()):", LINES),
    Mutant("_base/secrets", "raw.hex()", "str(raw)", LINES),
    Mutant(
        "_base/secrets",
        " or _WORD.fullmatch(key)",
        "",
        f"{SECRETS}::test_a_name_of_a_secret_is_known_in_any_case_and_with_any_separators",
    ),
    # Untrusted texts, and invisible characters
    Mutant("_unsafe", "mark_unsafe(key): mark_unsafe(item)", "key: mark_unsafe(item)", EVERY_TEXT),
    Mutant("_unsafe", "wrap_var(value) if isinstance(value, str) else value", "value", EVERY_TEXT),
    Mutant("_unsafe", "isinstance(value, (list, tuple))", "isinstance(value, list)", EVERY_TEXT),
    Mutant(
        "_base/texts",
        "return place in (0, len(text) - 1)",
        "return place == 0",
        f"{CHARACTERS}::test_a_character_that_nobody_sees_is_named",
    ),
    Mutant(
        "_base/texts",
        '("begins", text[:1]), ("ends", text[-1:])',
        '("begins", text[:1]),',
        f"{CHARACTERS}::test_secrets_that_are_refused_are_not_told",
    ),
    # Retries
    Mutant("_http/client", 'return method == "GET" or repeatable', "return True", LINES),
    Mutant("_http/client", "(not error.uncertain or repeatable or method in IDEMPOTENT)", "True", LINES),
    Mutant("_http/client", "return max(0.0, min(LONGEST_WAIT, wait))", "return max(0.0, wait)", LINES),
    # The total time of a request
    Mutant("_http/watchdog", "first.break_off()", "first.late = True", TRICKLE),
    Mutant("_http/watchdog", "        if exchange.late:\n            raise LateError\n\n    def", "\n    def", TRICKLE),
    # Merging
    Mutant("_model/plan", "put(body, path, None)", "pass", LINES),
    Mutant("_model/plan", "and not write_secrets", "and False", LINES),
    Mutant("_model/shapes", 'if identifier not in given.get("remove", ())', "if True", LINES),
)


def survives(mutant: Mutant | None, tests: list[str], tree: Path) -> bool:
    """Return whether the tests pass with the mutant, or without one. Raises SystemExit if they do not run."""
    place = next(tree.glob(f"plugins/*/{mutant.file}.py")) if mutant else None
    text = place.read_text() if place else ""
    if mutant and place:
        if text.count(mutant.original) != 1:
            raise SystemExit(f"{place.name} holds {mutant.original!r} {text.count(mutant.original)} times, not once")
        place.write_text(text.replace(mutant.original, mutant.mutated))
    try:
        command = [sys.executable, "-m", "pytest", "-q", "-x", "--no-header", *tests]
        ran = subprocess.run(
            command, cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
    finally:
        if place:
            place.write_text(text)
    if ran.returncode not in (0, TESTS_FAILED):
        raise SystemExit(f"{' '.join(tests)} did not run:\n{ran.stdout}")
    return ran.returncode == 0


def copied(tree: Path) -> None:
    """Copy tracked and untracked files, with the link by which Ansible finds the collection."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    (tree / LINK).parent.mkdir(parents=True)
    (tree / LINK).symlink_to(tree)


def main(words: list[str]) -> int:
    chosen = [mutant for mutant in MUTANTS if not words or any(word in mutant.file for word in words)]
    if not chosen:
        raise SystemExit(f"No mutant is in a file whose name has {' or '.join(words)}")
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        tree.mkdir()
        copied(tree)
        if not survives(None, sorted({mutant.tests for mutant in chosen}), tree):
            raise SystemExit("The tests fail without a mutant")
        survivors = 0
        for mutant in chosen:
            survived = survives(mutant, [mutant.tests], tree)
            survivors += survived
            print(f"{'SURVIVES' if survived else 'killed  '} {mutant.file}: {mutant.original}", flush=True)
    print(f"{len(chosen) - survivors} of {len(chosen)} mutants killed")
    return bool(survivors)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
