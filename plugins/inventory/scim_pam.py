# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: scim_pam
short_description: Read hosts from the privileged accounts of a vault over SCIM
version_added: 0.1.0
author:
  - idops contributors (@idops)
description:
  - Creates a host for every address of a privileged account. Accounts with the same address are one host.
  - The hosts of a safe are in the group C(safe_NAME), those with an account of a platform in C(platform_NAME).
    Characters that a group name may not contain become underscores, so that the safes V(APP-PRD) and V(APP.PRD) share a
    group.
  - An address that is neither a host name nor an IP address, such as that of a web page, is ignored.
  - The name of the file with the options has to end with C(scim_pam.yml) or C(scim_pam.yaml).
  - A host has the variables RV(pam_accounts), RV(ansible_host) and those of its first account, such as
    C(pam_user_name). None of them contains a secret.
extends_documentation_fragment:
  - idops.cyberark_identity.connection
  - idops.cyberark_identity.connection.vault
  - idops.cyberark_identity.connection.plugins
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description: The name of the plugin that this file is for.
    type: str
    choices: [idops.cyberark_identity.scim_pam]
    required: true
  containers:
    description:
      - The names of the safes to take accounts from. Case does not matter. V(*) stands for any text and V(?) for one
        character. When omitted, all safes that the service user sees.
      - The server cannot filter by safe, so all accounts that match O(filter) are read.
    type: list
    elements: str
  filter:
    description: A SCIM filter for accounts, such as V(name eq "root@web1"). Only filters on C(name) and C(id) with
      C(eq) are known to work for accounts.
    type: str
  hostname:
    description:
      - A Jinja2 expression for the name of the host, with the variables C(address), C(name), C(safe), C(platform),
        C(user_name), C(id) and C(properties) of an account. Accounts with the same name, whatever its case, are one
        host.
      - When omitted, the name is the address. An account for which the name is empty is left out, such as one without
        an address. V(address or name) includes such accounts.
      - An expression that fails is an error, even with O(strict=false).
    type: str
notes:
  - O(compose), O(groups), O(keyed_groups) and O(hostname) are expressions. All other options may be templates, with
    lookups and extra variables, and may be encrypted with Ansible Vault.
  - The cache contains the values of the variables, and no secret. It belongs to one combination of O(tenant_url),
    O(scim_path), O(app_id), O(client_id), O(vault_app_id), O(vault_client_id), O(containers) and O(filter); with any
    other, or with C(--flush-cache), the accounts are read again.
  - Every text of the vault is marked as unsafe, so that none is rendered as a template. C(ansible-inventory --list)
    shows such a text as a map with the key C(__ansible_unsafe), from which Ansible and AWX read the text back. Names of
    hosts and RV(ansible_host) are plain texts there, unless they hold C({) or C(#).
  - When an inventory fails, Ansible continues without its hosts, unless E(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED) is
    set.
"""

EXAMPLES = r"""
# A file such as accounts.scim_pam.yml. The connection comes from the environment variables CYBERARK_IDENTITY_TENANT_URL
# and so on. With this line alone, every address of a privileged account is a host.
plugin: idops.cyberark_identity.scim_pam

# Only the accounts of production. Connect to their port, as their user.
containers: ["*-PRD"]
compose:
  ansible_user: pam_user_name
  ansible_port: pam_properties.Port | default(22) | int
groups:
  web: inventory_hostname is match("web")
keyed_groups:
  - key: pam_properties.Location | default("nowhere")
    prefix: location

# Keep the accounts for an hour.
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/ansible
cache_timeout: 3600

# A host for each account, and the connection from elsewhere:
# hostname: safe ~ "/" ~ name
# tenant_url: "{{ lookup('ansible.builtin.env', 'TENANT') }}"
# app_id: scim-directory
# client_id: scim-service@example.com
# client_secret: "{{ lookup('ansible.builtin.env', 'SERVICE_SECRET') }}"
"""

RETURN = r"""
ansible_host:
  description: The address.
  type: str
  returned: when there is one
  sample: web1.example.com
pam_accounts:
  description:
    - The accounts of the host, in the order of safe, name and id.
    - Each field of the first one is a variable as well, with C(pam_) before its name.
  type: list
  elements: dict
  returned: always
  contains:
    id:
      description: The id of the account.
      type: str
      returned: always
      sample: "212_21"
    name:
      description: The name.
      type: str
      returned: always
      sample: root@web1
    safe:
      description: The name of the safe.
      type: str
      returned: always
      sample: APP-PRD
    platform:
      description: The platform.
      type: str
      returned: always
      sample: UnixSSH
    user_name:
      description: The login name.
      type: str
      returned: always
      sample: root
    address:
      description: The address, if it is that of a host.
      type: str
      returned: always
      sample: web1.example.com
    properties:
      description: The other properties of the account, as the server spells them.
      type: dict
      returned: always
      sample:
        Port: "22"
"""

import hashlib
import json
import re
import sys
from typing import Any

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.connection import (
    checked_options,
    connections_of,
    environment_options,
    given_options,
    resolve_all,
    secrets_among,
    with_unused,
    without_nulls,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.errors import (
    IdentityError,
    InvalidError,
    report_of,
    shown,
    trying,
)
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.misfits import refuse_misfits
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.paths import Object, as_text, fold, is_like
from ansible_collections.idops.cyberark_identity.plugins.module_utils._base.secrets import Secrets
from ansible_collections.idops.cyberark_identity.plugins.module_utils._http.answers import REQUESTS_IMPORT_ERROR
from ansible_collections.idops.cyberark_identity.plugins.module_utils._http.client import VAULT_PREFIX, Client
from ansible_collections.idops.cyberark_identity.plugins.module_utils._http.connections import VERSION
from ansible_collections.idops.cyberark_identity.plugins.module_utils._model.resources import PRIVILEGED_DATA
from ansible_collections.idops.cyberark_identity.plugins.module_utils._scim.protocol import Scim
from ansible_collections.idops.cyberark_identity.plugins.module_utils._scim.reading import read
from ansible_collections.idops.cyberark_identity.plugins.plugin_utils._unsafe import mark_name, mark_unsafe

# The property of an account for each field. Its spelling differs between servers, and its case does not matter.
PROPERTIES = {"platformid": "platform", "username": "user_name", "address": "address"}
GROUPED_BY = ("safe", "platform")
# Ansible's own expressions, which are evaluated for each host; all other options are templates.
EXPRESSIONS = ("hostname", "compose", "groups", "keyed_groups")
CHOICE = {"containers": {"type": "list", "elements": "str"}, "filter": {"type": "str"}}
# Other settings that the accounts depend on, besides the file.
ASKED = ("tenant_url", "scim_path", "app_id", "client_id", "vault_app_id", "vault_client_id", "containers", "filter")
# The name or number of a host: nothing that ssh could take for an option or a shell for more than a word.
ADDRESS = re.compile(r"(?!-)[\w.:%-]+")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):  # type: ignore[misc]
    """Reads the accounts from the vault or the cache, and creates hosts and groups for them."""

    NAME = "idops.cyberark_identity.scim_pam"

    def verify_file(self, path: str) -> bool:
        return path.endswith(("scim_pam.yml", "scim_pam.yaml")) and bool(super().verify_file(path))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        if REQUESTS_IMPORT_ERROR:
            raise AnsibleParserError(
                f"The Python library requests is missing. Install it with: {sys.executable} -m pip install requests"
            )
        self._secrets: set[str] = set()
        self._unused: dict[str, str] = {}
        try:
            self._read_config_data(path)
            accounts = self._accounts(self.get_cache_key(path), cache)
            self._fill(mark_unsafe(accounts))
        except (IdentityError, AnsibleError) as error:  # Ansible's own quote lines of the file
            raise AnsibleParserError(self._masked(with_unused(str(error), self._unused))) from None
        except Exception as error:  # a mistake of ours: its text could hold anything, a secret included
            raise AnsibleParserError(report_of(error)) from None

    def set_options(self, task_keys: Any = None, var_options: Any = None, direct: Any = None) -> None:
        """Read the options of the file. Render templates, and check the connection as for a module."""
        written = dict(direct or {})
        environment = environment_options()
        self._secrets |= secrets_among(environment) | secrets_among(written)
        self.templar.available_variables = self._vars or {}
        given = {name: value if name in EXPRESSIONS else self._rendered(value) for name, value in written.items()}
        self._secrets |= secrets_among(given)
        options, self._unused = resolve_all(given_options(given), environment, prefixes=[VAULT_PREFIX])
        self._connection = checked_options(options)
        refuse_misfits(CHOICE, without_nulls(given))
        super().set_options(task_keys, var_options, {**given, **self._connection})

    def _rendered(self, value: Any) -> Any:
        text = self.templar.template(value)
        # Before ansible-core 2.19 a text that Ansible Vault has encrypted is an object until it is asked for as a text.
        return str(text) if getattr(text, "__ENCRYPTED__", False) else text

    def _accounts(self, key: str, may_be_cached: bool) -> list[Object]:
        """Return the accounts to make hosts of, sorted."""
        if not self.get_option("cache"):
            return self._read()
        options = {**self._connection, **{name: self.get_option(name) for name in ("containers", "filter")}}
        asked = json.dumps([VERSION, *(options[name] for name in ASKED)])
        key = f"{key}_{hashlib.sha256(asked.encode()).hexdigest()[:16]}"
        if not may_be_cached or key not in self._cache:
            self._cache[key] = self._read()
        accounts: list[Object] = self._cache[key]
        return accounts

    def _read(self) -> list[Object]:
        connection = connections_of(self._connection)[-1]  # that of the vault, if it has one of its own
        client = Client(connection, warn=self._warn, protect=self._secrets.add, mask=self._masked)
        try:
            with trying("read the privileged accounts"):
                scim = Scim(client, self._connection["scim_path"])
                filter = self.get_option("filter")
                found = read(scim, PRIVILEGED_DATA, {"filter": filter} if filter else {})
        finally:
            client.close()
        accounts = [_account_of(account) for account in found]
        return sorted(self._chosen(accounts), key=lambda item: (fold(item["safe"]), fold(item["name"]), item["id"]))

    def _chosen(self, accounts: list[Object]) -> list[Object]:
        containers = self.get_option("containers")
        if containers is None:
            return accounts
        for name in containers:
            if not any(is_like(account["safe"], name) for account in accounts):
                self._warn(f"There is no account in a safe {name!r} that the service user sees")
        return [account for account in accounts if any(is_like(account["safe"], name) for name in containers)]

    def _warn(self, text: str) -> None:
        self.display.warning(self._masked(shown(text)))

    def _masked(self, text: str) -> str:
        return Secrets(self._secrets).masked(text)

    def _fill(self, accounts: list[Object]) -> None:
        hosts: dict[str, tuple[str, list[Object]]] = {}
        left_out = 0
        for account in accounts:
            if name := self._name_of(account):
                hosts.setdefault(fold(name), (name, []))[1].append(account)
            else:
                left_out += 1
        for name, its_accounts in hosts.values():
            self._add(name, its_accounts)
        self.display.vv(f"{self.NAME}: {len(hosts)} hosts of {len(accounts)} accounts, {left_out} left out")

    def _name_of(self, account: Object) -> Any:
        """Return the host name of an account, or an empty text."""
        expression = self.get_option("hostname")
        if not expression:
            return account["address"] and mark_name(account["address"])
        with trying(f"name the host of the account {account['name']!r}"):
            try:
                name = as_text(self._compose(expression, account)).strip()
            except Exception as error:
                raise InvalidError(f"hostname fails: {error}") from None
            if name.startswith("-"):  # ssh would take it for an option
                raise InvalidError(f"hostname gives {name!r}, which is not a host name")
        return mark_name(name)

    def _add(self, host: str, accounts: list[Object]) -> None:
        """Add a host with its variables, to its groups."""
        variables = {f"pam_{field}": value for field, value in accounts[0].items()}
        variables["pam_accounts"] = accounts
        if addresses := [account["address"] for account in accounts if account["address"]]:
            variables["ansible_host"] = mark_name(addresses[0])
        self.inventory.add_host(host)
        for name, value in variables.items():
            self.inventory.set_variable(host, name, value)
        for field in GROUPED_BY:
            for value in dict.fromkeys(account[field] for account in accounts if account[field]):
                group = self.inventory.add_group(self._sanitize_group_name(f"{field}_{value}"))
                self.inventory.add_child(group, host)
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, host, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, host, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host, strict=strict)


def _account_of(resource: Object) -> Object:
    """Return the fields of an account without its secret: texts, or None for a missing one."""
    options = PRIVILEGED_DATA.describe(resource)
    properties = {key: as_text(value) for key, value in (options["properties"] or {}).items()}
    known = {PROPERTIES[fold(key)]: value for key, value in properties.items() if fold(key) in PROPERTIES}
    address = known.get("address", "").strip()
    return {
        "id": options["id"],
        "name": as_text(options["name"]),
        "safe": as_text(options["container"]),
        "platform": known.get("platform"),
        "user_name": known.get("user_name"),
        "address": address if ADDRESS.fullmatch(address) else None,
        "properties": {key: value for key, value in properties.items() if fold(key) not in PROPERTIES},
    }
