# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory of privileged accounts over HTTP, read by the plugin itself and by Ansible's commands."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest
import yaml
from ansible_collections.idops.cyberark_identity.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.idops.cyberark_identity.plugins.inventory import scim_pam
from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.connection import (
    CONNECTION,
    VAULT_IDENTITY,
    variable,
)
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT, Tenant

BIN = Path(sys.executable).parent
NAME = "idops.cyberark_identity.scim_pam"
SECRET = "Geheim-4711"
UNIX = {"username": "root", "platformId": "UnixSSH", "Port": "2222"}
# A property with the name of a secret is no variable. Reader searches all output for its value.
WEB1, WEB2 = ({**UNIX, "address": f"{name}.example.com", "apiToken": SECRET} for name in ("web1", "web2"))
ORACLE = {"userName": "oracle", "Address": "WEB1.example.com", "PlatformID": "Oracle"}
ACCOUNTS: list[dict[str, Any]] = [
    {"container": "APP-PRD", "name": "root@web1", "secret": SECRET, "properties": WEB1},
    {"container": "APP-PRD", "name": "root@web2", "secret": SECRET, "properties": WEB2},
    {"container": "DB-PRD", "name": "oracle", "secret": SECRET, "properties": ORACLE},
    {"container": "DB-PRD", "name": "nowhere", "secret": SECRET, "properties": {"username": "x"}},
]


@dataclass
class Inventory:
    """The result of one reading."""

    hosts: dict[str, dict[str, Any]]
    groups: dict[str, list[str]]
    error: str | None
    wanted: bool
    screen: str

    @property
    def text(self) -> str:
        """Return the output without line breaks, which Ansible inserts anywhere."""
        return " ".join(self.screen.split())


@dataclass
class Reader:
    """Read inventories in a folder of its own, with the tenant in the environment."""

    process: subprocess.Popen[str]
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __call__(self, *, fresh: bool = False, file: str = "accounts.scim_pam.yml", **options: Any) -> Inventory:
        return self.read(yaml.safe_dump({"plugin": NAME, **options}, allow_unicode=True), fresh=fresh, file=file)

    def read(self, text: str, *, fresh: bool = False, file: str = "accounts.scim_pam.yml") -> Inventory:
        path = self.folder / file
        path.write_text(text, encoding="utf-8")
        assert self.process.stdin and self.process.stdout
        order = {"path": str(path), "cache": not fresh, "environment": self.environment}
        self.process.stdin.write(f"{json.dumps(order)}\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        kind, message = answer["error"] or (None, None)
        assert kind in (None, "AnsibleParserError"), message
        for secret in (SECRET, self.environment.get("CYBERARK_IDENTITY_CLIENT_SECRET") or SECRET):
            assert secret not in json.dumps(answer)
        assert "Traceback" not in json.dumps(answer)
        return Inventory(answer["hosts"], answer["groups"], message, answer["wanted"], answer["screen"])

    def command(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command of Ansible as on a command line."""
        done = subprocess.run(
            [BIN / arguments[0], *arguments[1:]],
            env={**ansible_environment(self.folder), **self.environment, **environment},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        for secret in (SECRET, self.environment["CYBERARK_IDENTITY_CLIENT_SECRET"]):
            assert secret not in done.stdout + done.stderr
        return done


def ansible_environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "CYBERARK_"))}
    return {**kept, "HOME": str(home), "ANSIBLE_COLLECTIONS_PATH": str(ROOT.parents[2]), "ANSIBLE_NOCOLOR": "1"}


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, Path(__file__).with_name("reader.py"), str(ROOT.parents[2])]
    environment = ansible_environment(tmp_path_factory.mktemp("home"))
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as started:
        yield started


@pytest.fixture
def read(tenant: Tenant, process: subprocess.Popen[str], tmp_path: Path) -> Reader:
    """Return a reader for the tenant, which has some accounts."""
    tenant.seed(containers=[{"name": "APP-PRD"}, {"name": "DB-PRD"}], accounts=ACCOUNTS)
    tenant.forget_requests()
    connection = {name: value for name, value in tenant.connection.items() if value is not None}
    return Reader(
        process,
        tmp_path,
        {f"CYBERARK_IDENTITY_{name.upper()}": str(value) for name, value in connection.items()},
    )


def reads(tenant: Tenant) -> list[str]:
    """Return the queries for accounts."""
    return [seen["query"] for seen in tenant.requests() if seen["path"].endswith("/PrivilegedData")]


# --- hosts and groups


def test_hosts_and_groups(tenant: Tenant, read: Reader) -> None:
    found = read()
    assert found.error is None and found.text == ""
    assert found.groups == {
        "safe_APP_PRD": ["web1.example.com", "web2.example.com"],
        "safe_DB_PRD": ["web1.example.com"],
        "platform_UnixSSH": ["web1.example.com", "web2.example.com"],
        "platform_Oracle": ["web1.example.com"],
    }
    web1 = found.hosts["web1.example.com"]
    root, oracle = web1["pam_accounts"]
    assert root == {
        "id": root["id"],
        "name": "root@web1",
        "safe": "APP-PRD",
        "platform": "UnixSSH",
        "user_name": "root",
        "address": "web1.example.com",
        "properties": {"Port": "2222"},
    }
    assert (oracle["name"], oracle["user_name"], oracle["properties"]) == ("oracle", "oracle", {})
    assert web1["ansible_host"] == "web1.example.com"
    assert {f"pam_{name}": value for name, value in root.items()}.items() <= web1.items()
    assert tenant.tokens() == 1
    assert tenant.writes() == []


def test_variables_are_documented(read: Reader) -> None:
    documented = yaml.safe_load(scim_pam.RETURN)
    for host in read().hosts.values():
        assert set(documented) <= set(host)
        assert set(documented["pam_accounts"]["contains"]) == set(host["pam_accounts"][0])


def test_long_listings_are_read_to_the_end_with_one_token(tenant: Tenant, read: Reader) -> None:
    accounts = [{"container": "APP-PRD", "name": f"a{i}", "properties": {"address": f"h{i}"}} for i in range(1200)]
    tenant.seed(accounts=accounts)
    assert len(read(containers=["app-prd"]).hosts) == 1202
    assert len(reads(tenant)) > 1
    assert tenant.tokens() == 1


@pytest.mark.parametrize("address", ["https://console.example.com/", "-oProxyCommand=id", "a b", "a;b", "{{ 7 }}", " "])
def test_invalid_address_makes_no_host(tenant: Tenant, read: Reader, address: str) -> None:
    tenant.seed(accounts=[{"container": "APP-PRD", "name": "odd", "properties": {"address": address}}])
    assert set(read().hosts) == {"web1.example.com", "web2.example.com"}
    odd = read(hostname="address or name").hosts["odd"]
    assert odd["pam_address"] is None and "ansible_host" not in odd


@pytest.mark.parametrize("address", ["10.0.0.7", "fe80::1%eth0", "db_1", "hôte.example.com"])
def test_valid_address_makes_a_host(tenant: Tenant, read: Reader, address: str) -> None:
    tenant.seed(accounts=[{"container": "APP-PRD", "name": "odd", "properties": {"address": f" {address} "}}])
    assert read().hosts[address]["ansible_host"] == address


def test_invalid_characters_of_group_names_are_replaced(tenant: Tenant, read: Reader) -> None:
    tenant.switch(safe_name_rules=False)
    names = ["Größe & mehr", "7 [x]", "APP PRD"]
    tenant.seed(
        containers=[{"name": name} for name in names],
        accounts=[
            {"container": name, "name": "root", "properties": {"address": f"h{i}", "platformId": "Win.Server-1"}}
            for i, name in enumerate(names)
        ],
    )
    groups = read().groups
    assert groups["safe_Größe___mehr"] == ["h0"]
    assert groups["safe_7__x_"] == ["h1"]
    assert groups["safe_APP_PRD"] == ["h2", "web1.example.com", "web2.example.com"]
    assert groups["platform_Win_Server_1"] == ["h0", "h1", "h2"]


def test_accounts_of_the_same_name(tenant: Tenant, read: Reader) -> None:
    """They are in one safe and in two; their order does not depend on the server."""
    same = {"name": "root@web2", "properties": {**UNIX, "address": "web2.example.com"}}
    tenant.seed(accounts=[{"container": "DB-PRD", **same}, {"container": "APP-PRD", **same}])
    accounts = read().hosts["web2.example.com"]["pam_accounts"]
    assert [account["safe"] for account in accounts] == ["APP-PRD", "APP-PRD", "DB-PRD"]
    assert len({account["id"] for account in accounts}) == 3


def test_names_of_hosts(read: Reader) -> None:
    assert set(read(hostname='safe ~ "/" ~ name').hosts) == {
        "APP-PRD/root@web1",
        "APP-PRD/root@web2",
        "DB-PRD/oracle",
        "DB-PRD/nowhere",
    }
    assert read(hostname="platform").hosts["UnixSSH"]["ansible_host"] == "web1.example.com"
    assert "nowhere" in read(hostname="address or name").hosts


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("adress", "adress"),
        ("properties.Port", "Port"),
        ("address ~", "hostname"),
        ("'-x' ~ name", "not a host name"),
    ],
)
def test_names_of_hosts_that_fail(read: Reader, expression: str, words: str) -> None:
    found = read(hostname=expression)
    assert found.error and found.error.startswith("Could not name the host of the account '")
    assert words in found.error


def test_texts_of_the_vault_are_no_templates(tenant: Tenant, read: Reader) -> None:
    template = "{{ lookup('ansible.builtin.pipe', 'echo run') }}"
    properties = {"username": template, "address": "web3.example.com", "Note": template}
    tenant.seed(accounts=[{"container": "APP-PRD", "name": template, "properties": properties}])
    read(hostname="name", compose={"composed": "pam_user_name"})
    shown = "{{ [pam_name, composed, pam_properties.Note, inventory_hostname] | join('|') }}"
    done = read.command(
        *("ansible", "-i", "accounts.scim_pam.yml", "-c", "local", "-m", "ansible.builtin.debug"),
        *("-a", f"msg={shown}", "all"),
    )
    assert "|".join([template] * 4) in done.stdout
    assert "run|" not in done.stdout


# --- filters


@pytest.mark.parametrize(
    ("containers", "hosts"),
    [
        (["app-prd"], {"web1.example.com", "web2.example.com"}),
        (["DB-*"], {"WEB1.example.com"}),
        (["d?-PRD"], {"WEB1.example.com"}),
        (["*-PRD"], {"web1.example.com", "web2.example.com"}),
        ([], set()),
        (None, {"web1.example.com", "web2.example.com"}),
    ],
)
def test_containers(read: Reader, containers: list[str] | None, hosts: set[str]) -> None:
    found = read(containers=containers)
    assert set(found.hosts) == hosts
    assert found.text == ""


def test_a_container_without_accounts_is_a_warning(read: Reader) -> None:
    found = read(containers=["APP-PRD", "APP-[P]RD"])
    assert set(found.hosts) == {"web1.example.com", "web2.example.com"}
    assert "There is no account in a safe 'APP-[P]RD'" in found.text
    assert "'APP-PRD'" not in found.text


def test_filter(tenant: Tenant, read: Reader) -> None:
    assert set(read(filter='name eq "oracle"').hosts) == {"WEB1.example.com"}
    assert reads(tenant)
    assert all('filter=name eq "oracle"' in unquote_plus(query) for query in reads(tenant))


def test_filter_that_the_server_refuses_or_ignores(tenant: Tenant, read: Reader) -> None:
    assert "cannot be filtered on" in (read(filter='safe eq "APP-PRD"').error or "")
    tenant.switch(pam_filters="ignored")
    assert "ignored the filter" in (read(filter='name eq "oracle"').error or "")


# --- the cache


def cached(folder: Path) -> dict[str, Any]:
    return {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(folder / "cache")}


def test_the_cache_saves_requests(tenant: Tenant, read: Reader, tmp_path: Path) -> None:
    first = read(**cached(tmp_path))
    tenant.forget_requests()
    second = read(**cached(tmp_path))
    assert second == first and len(second.hosts) == 2
    assert tenant.requests() == []
    (file,) = (tmp_path / "cache").iterdir()
    text = file.read_text()
    assert "root@web1" in text
    for secret in (SECRET, tenant.info["client_secret"], "Bearer"):
        assert secret not in text


def test_cache_depends_on_the_query(tenant: Tenant, read: Reader, tmp_path: Path) -> None:
    read(**cached(tmp_path))
    assert set(read(**cached(tmp_path), containers=["DB-PRD"]).hosts) == {"WEB1.example.com"}
    assert set(read(**cached(tmp_path), filter='name eq "root@web2"').hosts) == {"web2.example.com"}
    assert len(read(**cached(tmp_path)).hosts) == 2
    tenant.forget_requests()
    # Options that turn accounts into hosts are not part of the query.
    assert len(read(**cached(tmp_path), hostname="name").hosts) == 4
    assert tenant.requests() == []


def test_cache_is_refreshed_on_demand(tenant: Tenant, read: Reader, tmp_path: Path) -> None:
    read(**cached(tmp_path))
    tenant.seed(accounts=[{"container": "APP-PRD", "name": "new", "properties": {"address": "new.example.com"}}])
    assert len(read(**cached(tmp_path)).hosts) == 2
    assert len(read(**cached(tmp_path), fresh=True).hosts) == 3
    assert len(read(**cached(tmp_path)).hosts) == 3


def test_nothing_is_cached_of_a_failure(tenant: Tenant, read: Reader, tmp_path: Path) -> None:
    tenant.fault(path="/PrivilegedData", status=403)
    assert read(**cached(tmp_path)).error
    assert len(read(**cached(tmp_path)).hosts) == 2


# --- the connection


def test_options_of_the_connection_are_those_of_the_modules() -> None:
    fragments = (ModuleDocFragment.DOCUMENTATION, ModuleDocFragment.VAULT)
    documented = {name: row for text in fragments for name, row in yaml.safe_load(text)["options"].items()}
    variables = yaml.safe_load(ModuleDocFragment.PLUGINS)["options"]
    assert set(documented) == set(variables) == {*CONNECTION, *VAULT_IDENTITY}
    for name, spec in {**CONNECTION, **VAULT_IDENTITY}.items():
        for key in ("type", "default", "required", "choices"):
            assert documented[name].get(key) == spec.get(key), (name, key)
        assert variables[name]["env"] == [{"name": variable(name)}]


def test_connection_from_the_file_goes_before_the_environment(tenant: Tenant, read: Reader) -> None:
    read.environment["CYBERARK_IDENTITY_TENANT_URL"] = "http://127.0.0.1:9"
    connection = {name: value for name, value in tenant.connection.items() if value is not None}
    assert len(read(**connection).hosts) == 2


def test_an_empty_variable_and_null_are_as_not_set(tenant: Tenant, read: Reader) -> None:
    for name in CONNECTION:
        read.environment.setdefault(f"CYBERARK_IDENTITY_{name.upper()}", "")
    assert len(read(**dict.fromkeys((*CONNECTION, "containers", "filter", "hostname"))).hosts) == 2


def test_an_empty_variable_does_not_turn_verification_off(tls_tenant: Tenant, read: Reader) -> None:
    for name in ("tenant_url", "client_secret"):
        read.environment[f"CYBERARK_IDENTITY_{name.upper()}"] = tls_tenant.info[name]
    read.environment["CYBERARK_IDENTITY_VALIDATE_CERTS"] = ""
    assert "certificate" in (read().error or "")
    assert read(ca_path=tls_tenant.info["ca_path"]).error is None
    assert "not verified" in read(validate_certs=False).text


def test_templates(tenant: Tenant, read: Reader) -> None:
    read.environment["SOME_SECRET"] = read.environment.pop("CYBERARK_IDENTITY_CLIENT_SECRET")
    read.environment["SOME_SAFE"] = "DB-PRD"
    found = read(
        tenant_url="{{ lookup('ansible.builtin.env', 'CYBERARK_IDENTITY_TENANT_URL') }}",
        client_secret="{{ lookup('ansible.builtin.env', 'SOME_SECRET') }}",
        containers=["{{ lookup('ansible.builtin.env', 'SOME_SAFE') }}"],
        retries="{{ 1 + 1 }}",
        filter="{{ 'name eq ' ~ ('oracle' | to_json) }}",
    )
    assert (found.error, set(found.hosts)) == (None, {"WEB1.example.com"})


def test_failing_templates_leak_nothing(read: Reader) -> None:
    """Ansible quotes the lines around the failing one."""
    found = read.read(f"plugin: {NAME}\nclient_secret: {SECRET}\nfilter: '{{{{ undefined_thing }}}}'\n")
    assert found.error and "undefined_thing" in found.error


def test_a_password_in_the_environment_is_no_template(tenant: Tenant, read: Reader) -> None:
    read.environment["CYBERARK_IDENTITY_CLIENT_SECRET"] = "a{{ 7 * 7 }}"
    assert "invalid client creds" in (read().error or "")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"client_secret": "Wrong-secret-1"}, ("Could not get a token", "Check client_id")),
        ({"tenant_url": "http://127.0.0.1:9"}, ("http://127.0.0.1:9", "127.0.0.1")),
        ({"tenant_url": "https://a:Wrong-secret-1@b.example"}, ("must not hold",)),  # pragma: allowlist secret
        ({"scim_path": "/elsewhere"}, ("Could not read the privileged accounts", "Check tenant_url and scim_path")),
        ({"timeout": "soon"}, ("timeout",)),
        ({"retries": True}, ("retries takes a number",)),
        ({"client_secret": ["Wrong-secret-1"]}, ("client_secret takes one value",)),
        ({"token_endpoint_auth_method": "carrier_pigeon"}, ("token_endpoint_auth_method", "client_secret_basic")),
        ({"client_key": "/a/key"}, ("client_cert",)),
        ({"containers": ["APP", 10]}, ("containers[1] takes a text, but YAML reads it as the number 10",)),
        ({"client_secret": "Wrong-secret-1\n"}, ("client_secret ends with a line break (U+000A)",)),
        ({"cache_timeout": "soon"}, ("cache_timeout",)),
        ({"plugin": "ansible.builtin.yaml"}, ("Incorrect plugin name",)),
    ],
)
def test_failures(read: Reader, options: dict[str, Any], words: tuple[str, ...]) -> None:
    found = read(**{"tenant_url": read.environment["CYBERARK_IDENTITY_TENANT_URL"], **options})
    assert found.error and not found.hosts
    for word in words:
        assert word in found.error
    assert "Wrong-secret-1" not in found.error + found.screen


@pytest.mark.parametrize(
    ("missing", "words"),
    [("TENANT_URL", "CYBERARK_IDENTITY_TENANT_URL"), ("CLIENT_ID", "client_id"), ("CLIENT_SECRET", "client_secret")],
)
def test_missing_options_are_named(read: Reader, missing: str, words: str) -> None:
    del read.environment[f"CYBERARK_IDENTITY_{missing}"]
    assert words in (read().error or "")


@pytest.mark.parametrize("body", ["html", "empty", "invalid_json", "wrong_shape", "truncated"])
def test_invalid_answers_fail(tenant: Tenant, read: Reader, body: str) -> None:
    tenant.fault(path="/PrivilegedData", status=200, body=body, count=None)
    assert (read().error or "").startswith("Could not read the privileged accounts: ")


def test_a_retry_is_a_warning(tenant: Tenant, read: Reader) -> None:
    tenant.fault(path="/PrivilegedData", status=429, retry_after=0)
    found = read(retries=1)
    assert len(found.hosts) == 2
    assert "try 2 of 2 follows" in found.text


class Leaky(BaseHTTPRequestHandler):
    """A server that returns secrets, repeats the token and sends numbers instead of texts."""

    def do_GET(self) -> None:
        data: dict[str, Any] = {"safe": 7, "password": SECRET, "properties": [{"key": "Secret", "value": SECRET}]}
        data["properties"] += [{"key": "address", "value": "web1"}, {"key": "Port", "value": 22}]
        account = {
            "id": 7,
            "name": 8,
            "password": SECRET,
            scim_pam.PRIVILEGED_DATA.attribute("container").path[0]: data,
        }
        good = json.dumps({"totalResults": 1, "Resources": [account]})
        refusal = json.dumps({"detail": f"no {self.headers['Authorization']}"})
        refused = "filter" in self.path
        self.send_response(400 if refused else 200)
        self.end_headers()
        self.wfile.write((refusal if refused else good).encode())

    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture
def leaky_url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Leaky) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_leaky_server_leaves_no_secret(read: Reader, leaky_url: str, tmp_path: Path) -> None:
    token = "Some-token-4711"
    read.environment = {"CYBERARK_IDENTITY_TENANT_URL": leaky_url, "CYBERARK_IDENTITY_ACCESS_TOKEN": token}
    refused = read(filter='name eq "x"')
    assert "no Bearer ****" in (refused.error or "")
    assert token not in str(refused)
    account = read(**cached(tmp_path)).hosts["web1"]["pam_accounts"][0]
    assert (account["id"], account["name"], account["safe"], account["properties"]) == ("7", "8", "7", {"Port": "22"})
    assert all(SECRET not in file.read_text() for file in (tmp_path / "cache").iterdir())


# --- Ansible's commands


@pytest.mark.parametrize("number", [0, 1, 2])
def test_examples(tenant: Tenant, read: Reader, number: int) -> None:
    (first,) = re.findall(r"^plugin: .*\n", scim_pam.EXAMPLES, re.MULTILINE)
    elsewhere = re.sub("^# ", "", scim_pam.EXAMPLES.partition("from elsewhere:\n")[2], flags=re.MULTILINE)
    example = [first, scim_pam.EXAMPLES, first + elsewhere][number]
    read.environment |= {
        "TENANT": tenant.info["tenant_url"],
        "SERVICE_SECRET": tenant.info["client_secret"],
        "HOME": str(read.folder),
    }
    example = example.replace("scim-directory", tenant.info["app_id"])
    example = example.replace("scim-service@example.com", tenant.info["client_id"])
    example = example.replace("~/", f"{read.folder}/")
    found = read.read(example)
    assert found.error is None
    if number == 1:
        host = found.hosts["web2.example.com"]
        assert (host["ansible_user"], int(host["ansible_port"])) == ("root", 2222)  # a text before ansible-core 2.19
        assert found.groups["web"] == found.groups["location_nowhere"] == ["web1.example.com", "web2.example.com"]
    assert set(found.hosts) >= {{0: "web1.example.com", 1: "web1.example.com", 2: "DB-PRD/oracle"}[number]}


def test_strict_reports_a_wrong_expression(read: Reader) -> None:
    assert "wrong" not in read(compose={"wrong": "nothing_of_that_name"}).hosts["web1.example.com"]
    assert "wrong" in (read(compose={"wrong": "nothing_of_that_name"}, strict=True).error or "")


@pytest.mark.parametrize(
    ("file", "wanted"),
    [("scim_pam.yml", True), ("a.scim_pam.yaml", True), ("accounts.yml", False), ("scim_pam.json", False)],
)
def test_only_matching_file_names_are_read(read: Reader, file: str, wanted: bool) -> None:
    assert read(file=file).wanted is wanted


def test_ansible_inventory(read: Reader) -> None:
    read()
    listed = read.command("ansible-inventory", "-i", "accounts.scim_pam.yml", "--list")
    assert listed.returncode == 0
    assert listed.stderr == ""
    assert json.loads(listed.stdout)["safe_DB_PRD"] == {"hosts": ["web1.example.com"]}
    graph = read.command("ansible-inventory", "-i", "accounts.scim_pam.yml", "--graph")
    assert re.search(r"@platform_Oracle:\n  \|  \|--web1\.example\.com", graph.stdout)


def test_ansible_inventory_that_fails(read: Reader) -> None:
    """The highest verbosity is used, at which Ansible shows the origin of an error."""
    read.environment["CYBERARK_IDENTITY_CLIENT_ID"] = "nobody@example.com"
    read()
    done = read.command(
        *("ansible-inventory", "-i", "accounts.scim_pam.yml", "--list", "-vvvv"),
        ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED="true",
    )
    assert done.returncode != 0
    assert "Could not get a token for nobody@example.com" in " ".join((done.stdout + done.stderr).split())


def test_vaulted_secret_and_extra_variable(tenant: Tenant, read: Reader) -> None:
    """The secret is encrypted in the file, and another option is an extra variable."""
    secret = read.environment["CYBERARK_IDENTITY_CLIENT_SECRET"]
    (read.folder / "password").write_text("vault-password")
    encrypted = subprocess.run(
        [BIN / "ansible-vault", "encrypt_string", "--vault-password-file", "password", "--stdin-name", "client_secret"],
        input=secret,
        env=ansible_environment(read.folder),
        cwd=read.folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    file = read.folder / "vault.scim_pam.yml"
    url = tenant.info["tenant_url"]
    file.write_text(f"plugin: {NAME}\ntenant_url: {url}\ncontainers: ['{{{{ safe }}}}']\n{encrypted}")
    done = read.command(
        *("ansible-inventory", "-i", file.name, "--list", "--vault-password-file", "password", "-e", "safe=DB-PRD"),
        CYBERARK_IDENTITY_CLIENT_SECRET="",
    )
    assert done.stderr == ""
    assert json.loads(done.stdout)["safe_DB_PRD"] == {"hosts": ["WEB1.example.com"]}
