# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Run a module in the process of the task. Ansible would start a new process.

The module runs the same ``main()`` with the same options, and Ansible's own code prepares the options and reads the
result. This saves the start of Python, the imports and the transport of the module. In a loop, it also saves a token
and a connection for each item.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from ansible import constants as C
from ansible.errors import AnsibleActionFail
from ansible.executor import module_common
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action.normal import ActionModule as NormalAction

from ..module_utils._ansible import module as own_module
from ..module_utils._ansible.in_process import run_main
from ..module_utils._base.errors import InvalidError
from ..module_utils._http.answers import REQUESTS_IMPORT_ERROR
from ._as_json import SINCE_2_19, encoded

SWITCH = "cyberark_identity_in_process"  # the variable that disables this
# Values of interpreter_python that leave the choice to Ansible.
ANY_PYTHON = ("auto", "auto_legacy", "auto_silent", "auto_legacy_silent")
PAYLOAD = b"in process"  # replaces the payload of a module


class InProcessAction(NormalAction):  # type: ignore[misc]
    """Run the module of the same name in this process, or as Ansible does if this process could change the result.

    ``_execute_module`` remains Ansible's own. Two of its steps are replaced: building a payload, and running it. Each
    action plugin imports its ``module``. Strategies load action plugins before they start a process for a task, so a
    play imports a module only once.
    """

    module: ModuleType
    _here = False

    def _execute_module(self, *args: Any, task_vars: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
        _end_if_orphaned()
        self._here = self._may_run_here(task_vars or {})
        # The journal takes the name of the task from this variable.
        named = {"ansible_target_log_info": self._task.get_name(), **(task_vars or {})}
        result: dict[str, Any] = super()._execute_module(*args, task_vars=named, **options)
        return result

    def _may_run_here(self, variables: Mapping[str, Any]) -> bool:
        return (
            self._connection.transport == "local"
            and not self._connection.become
            and not self._task.async_val
            and not REQUESTS_IMPORT_ERROR
            and self._is_switched_on(variables)
            and _is_this_python(self._python(variables))
        )

    def _is_switched_on(self, variables: Mapping[str, Any]) -> bool:
        """Return whether the variable allows this. An empty or null value counts as not set."""
        given = self._templar.template(variables.get(SWITCH, True))
        if given in (None, ""):
            return True
        try:
            return bool(boolean(given))
        except TypeError:
            raise refusal(f"{SWITCH} is {given!r}", hint="Write true or false") from None

    def _python(self, variables: Mapping[str, Any]) -> str:
        """Return the Python interpreter that the task uses."""
        delegated = (variables.get("ansible_delegated_vars") or {}).get(self._task.delegate_to)
        given = (variables if delegated is None else delegated).get("ansible_python_interpreter")
        setting = given or C.config.get_config_value("INTERPRETER_PYTHON", variables=dict(variables))
        return str(self._templar.template(setting))

    def _is_pipelining_enabled(self, *args: Any, **options: Any) -> bool:
        return self._here or bool(super()._is_pipelining_enabled(*args, **options))

    def _configure_module(self, module_name: str, module_args: dict[str, Any], task_vars: Any) -> Any:
        if not self._here:
            return super()._configure_module(module_name, module_args, task_vars)
        self._arguments = encoded({"ANSIBLE_MODULE_ARGS": module_args})
        shebang, path = f"#!{sys.executable}", str(self.module.__file__)
        if not SINCE_2_19:
            return "new", shebang, PAYLOAD, path
        built = module_common._BuiltModule(
            module_style="new", shebang=shebang, b_module_data=PAYLOAD, serialization_profile="legacy"
        )
        return built, path

    def _low_level_execute_command(self, cmd: Any, *args: Any, in_data: Any = None, **options: Any) -> dict[str, Any]:
        if in_data is not PAYLOAD:
            result: dict[str, Any] = super()._low_level_execute_command(cmd, *args, in_data=in_data, **options)
            return result
        environment: dict[str, Any] = {}
        self._compute_environment_string(environment)
        own_module.keep_connections()
        with _environment(environment):
            output = run_main(self.module.main, self._arguments)
        return {"rc": output.status, **_text("stdout", output.text), **_text("stderr", output.errors)}


def refusal(reason: str, hint: str | None = None) -> AnsibleActionFail:
    """Return the error of a wrong value, with a failure as those of modules."""
    wrong = InvalidError(reason, hint=hint)
    return AnsibleActionFail(str(wrong), result={"failure": wrong.failure()})


def _end_if_orphaned() -> None:
    """End the process of the task if its parent was killed. It would go on with the remaining items of a loop."""
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid != os.getppid():
        os._exit(1)  # Any other way waits until the result is taken, and nobody takes it.


def _is_this_python(python: str) -> bool:
    """Return whether a setting lets Ansible choose, or is a path of the Python that runs Ansible."""
    if python in (sys.executable, *ANY_PYTHON):
        return True
    return os.path.isabs(python) and _environment_of(python) == _environment_of(sys.executable)


def _environment_of(python: str) -> tuple[str, str]:
    """Return the real path of a Python, and the path of its pyvenv.cfg or "".

    Python searches for pyvenv.cfg in the folder of the path that was called, and in the folder above (PEP 405). So a
    virtual environment and the system can have the same real path of Python, but different packages.
    """
    folder = os.path.dirname(python)
    settings = (os.path.join(place, "pyvenv.cfg") for place in (folder, os.path.dirname(folder)))
    return os.path.realpath(python), next((os.path.realpath(path) for path in settings if os.path.isfile(path)), "")


def _text(name: str, text: str) -> dict[str, Any]:
    return {name: text, f"{name}_lines": text.splitlines()}


@contextlib.contextmanager
def _environment(added: Mapping[str, Any]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update({name: str(value) for name, value in added.items()})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
