# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a module as Ansible runs a task: with its executor, the local connection and the action plugin of the module."""

from __future__ import annotations

import gc
import inspect
import json
import sys
from typing import Any

from ansible.executor.task_executor import TaskExecutor
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play import Play
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins import loader as plugins
from ansible.utils.unsafe_proxy import wrap_var
from ansible.vars.manager import VariableManager
from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible import module as own_module
from ansible_collections.idops.cyberark_identity.tests.unit.playbook_runner import COMPILE_ONCE

COLLECTION = "idops.cyberark_identity"
INTERNAL = "_ansible_"
LOADER = DataLoader()


def run_task(module: str, options: dict[str, Any], *, check: bool, here: bool) -> dict[str, Any]:
    """Run a module in this process if ``here``, else in one of its own. Return its result without Ansible's additions.

    Internal arguments such as ``_ansible_no_log`` become keywords of the task. No option is a template.
    """
    keywords = {name.removeprefix(INTERNAL): value for name, value in options.items() if name.startswith(INTERNAL)}
    variables = {
        "ansible_python_interpreter": sys.executable,
        "ansible_pipelining": True,
        "cyberark_identity_in_process": here,
    }
    environment = {} if here else COMPILE_ONCE
    described = {f"{COLLECTION}.{module}": {}, "check_mode": check, "environment": environment, **keywords}
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "vars": variables, "tasks": [described]}
    executor = _executor(play, {name: value for name, value in options.items() if not name.startswith(INTERNAL)})
    try:
        result = _of_module(executor.run())
    finally:
        _end_process()
    # An action plugin may fail before it runs a module.
    assert executor._handler._here == here or "invocation" not in result
    return result


def _executor(described: dict[str, Any], options: dict[str, Any]) -> TaskExecutor:
    """Return what runs the only task of a play."""
    inventory = InventoryManager(LOADER, ["localhost,"])
    manager = VariableManager(LOADER, inventory)
    play = Play.load(described, manager, LOADER)
    task: Task = play.tasks[0].block[0]
    task.args = wrap_var(json.loads(json.dumps(options)))
    host = inventory.get_host("localhost")
    variables = manager.get_vars(play=play, host=host, task=task)
    arguments = {
        "host": host,
        "task": task,
        "job_vars": variables,
        "play_context": PlayContext(play),
        "loader": LOADER,
        "shared_loader_obj": plugins,
        "variable_manager": manager,
    }
    # The others are a queue for results of asynchronous tasks, and in old releases an input.
    return TaskExecutor(**{name: arguments.get(name) for name in inspect.signature(TaskExecutor).parameters})


def _end_process() -> None:
    """Do what the end of the task's process does: close its connections and forget its tokens."""
    for opened in (own_module._opened or {}).values():
        opened.connections.close()
    own_module._opened = None
    gc.unfreeze()


def _of_module(result: dict[str, Any]) -> dict[str, Any]:
    """Return a result without what Ansible adds to that of the module. The exception of a failure repeats its message.

    Since ansible-core 2.19 a warning is a summary of events.
    """
    assert result.get("_ansible_parsed", True), result
    texts = {
        name: [item if isinstance(item, str) else item.event.msg for item in result[name]]
        for name in ("warnings", "deprecations")
        if name in result
    }
    added = [name for name in result if name.startswith(INTERNAL)] + ["exception"]
    added += [] if result["failed"] else ["failed"]
    own: dict[str, Any] = json.loads(json.dumps({**{n: v for n, v in result.items() if n not in added}, **texts}))
    return own
