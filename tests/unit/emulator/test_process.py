# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator as a command and as a class."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import ssl
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from ansible_collections.idops.cyberark_identity.tests.emulator import Emulator

LONG = pytest.mark.long(reason="each case starts an emulator")
KEYS = [
    "tenant_url",
    "ca_path",
    "app_id",
    "scope",
    "client_id",
    "client_secret",
    "admin_client_id",
    "admin_client_secret",
    "control_url",
]


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_starts_with_one_line_and_stops_cleanly(start, stop):
    process = start()
    info = json.loads(process.stdout.readline())
    assert list(info) == KEYS
    assert info["ca_path"] is None and info["scope"] == "scim"
    assert "$@" in info["client_id"]
    assert info["tenant_url"].startswith("http://127.0.0.1:")
    assert info["control_url"] == info["tenant_url"] + "/_control"
    process.send_signal(stop)
    rest, errors = process.communicate(timeout=60)
    assert (process.returncode, rest, errors) == (0, "", "")


def test_stops_cleanly_while_a_connection_is_open(start, connect):
    process = start()
    client = connect(json.loads(process.stdout.readline()))
    client.login()
    process.terminate()
    _output, errors = process.communicate(timeout=60)
    client.session.close()
    assert (process.returncode, errors) == (0, "")


def processor_time(start, *arguments):
    """Return the processor time of a process until it has written a line."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = start(*arguments)
    assert process.stdout.readline()
    process.terminate()
    process.communicate(timeout=60)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_starts_quickly(start):
    """The start takes at most three times the processor time of importing its libraries."""
    imports = [sys.executable, "-c", "import cheroot.wsgi, scim2_server.service; print(flush=True)"]
    libraries = processor_time(lambda: subprocess.Popen(imports, stdout=subprocess.PIPE))
    assert processor_time(start) < 3 * libraries


def test_listens_on_loopback_only(start):
    process = start()
    port = int(json.loads(process.stdout.readline())["tenant_url"].rpartition(":")[2])
    listening = {
        line.split()[1]
        for name in ("tcp", "tcp6")
        for line in Path(f"/proc/{process.pid}/net/{name}").read_text().splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[1].endswith(f":{port:04X}")
    }
    assert listening == {f"0100007F:{port:04X}"}


def test_warns_when_other_machines_can_reach_it(start):
    process = start("--listen", "0.0.0.0", "--url", "http://localhost:8080/", "--export", "env")
    lines = dict(process.stdout.readline().rstrip("\n").split("=", 1) for _line in range(6))
    assert lines["CYBERARK_IDENTITY_TENANT_URL"] == "http://localhost:8080"
    assert lines["CYBERARK_IDENTITY_CLIENT_ID"] == "scim-service$@example.com"
    process.terminate()
    assert "other machines can reach this emulator" in process.communicate(timeout=60)[1]


@LONG
def test_another_name_is_in_the_certificate_and_in_links(start, tmp_path):
    process = start("--tls", str(tmp_path), "--url", "https://tenant:8443")
    info = json.loads(process.stdout.readline())
    assert info["tenant_url"] == "https://tenant:8443"
    certificate = (tmp_path / "ca.pem").read_text()
    ports = [
        int(line.split()[1].rpartition(":")[2], 16)
        for line in Path(f"/proc/{process.pid}/net/tcp").read_text().splitlines()[1:]
        if line.split()[9] in inodes_of(process.pid) and line.split()[3] == "0A"
    ]
    context = ssl.create_default_context(cadata=certificate)
    with (
        socket.create_connection(("127.0.0.1", ports[0]), timeout=60) as plain,
        context.wrap_socket(plain, server_hostname="tenant") as secured,
    ):
        secured.sendall(b"GET /_control/ca.pem HTTP/1.0\r\n\r\n")
        assert certificate.encode() in b"".join(iter(lambda: secured.recv(65536), b""))


def inodes_of(pid):
    """Return the inodes of the sockets of a process."""
    links = [os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir() if path.is_symlink()]
    return {link.removeprefix("socket:[").removesuffix("]") for link in links if link.startswith("socket:")}


def test_a_tenant_is_saved_at_the_end_and_loaded_at_the_start(start, connect, tmp_path):
    saved, again = tmp_path / "tenant.yml", tmp_path / "again.yml"
    process = start("--save", str(saved))
    client = connect(json.loads(process.stdout.readline()))
    client.login()
    client.user()
    client.container("APP")
    client.account("APP", secret="A-secret-1")
    process.terminate()
    assert process.wait(timeout=60) == 0
    client.session.close()
    assert stat.S_IMODE(saved.stat().st_mode) == 0o640
    assert "ada@example.com" in saved.read_text() and "A-secret-1" not in saved.read_text()
    process = start("--state", str(saved), "--save", str(again), "--suffix", "corp.example", "--now", "2030-01-31")
    client = connect(json.loads(process.stdout.readline()))
    assert client.login() is None
    assert client.create("ada@corp.example").status_code == 201
    assert client.control("GET", "clock")["now"].startswith("2030-01-31")
    process.terminate()
    assert process.wait(timeout=60) == 0
    client.session.close()
    assert again.read_text().replace("ada@corp.example", "") != saved.read_text()
    assert set(saved.read_text().splitlines()) < set(again.read_text().splitlines())


@LONG
def test_a_folder_of_files_is_one_tenant(start, connect, tmp_path):
    (tmp_path / "users.yml").write_text("users:\n  - user_name: ada@example.com\n    display_name: !unsafe '{{ 1 }}'\n")
    (tmp_path / "groups.yml").write_text("groups:\n  - {display_name: admins, users: {set: [ada@example.com]}}\n")
    client = connect(json.loads(start("--state", str(tmp_path)).stdout.readline()))
    client.login()
    (group,) = client.find("Groups", 'displayName eq "admins"')
    assert [member["display"] for member in group["members"]] == ["ada@example.com"]
    client.session.close()


@LONG
@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--state", "/nowhere.yml"], "No such file"),
        (["--state", "{folder}"], "is not a map of kinds that no other file has"),
        (["--now", "soon"], "'soon' is not a time such as 2030-01-31T12:00:00Z"),
        (["--url", "tenant"], "'tenant' is not an address such as https://tenant:8443"),
        (["--save", "{folder}"], "it is a folder, and not a file"),
        (["--save", "{folder}/missing/tenant.yml"], "missing: No such file"),
        (["--save", "{folder}/a.yml/tenant.yml"], "a.yml: Not a directory"),
        (["--save", "/proc/tenant.yml"], "cannot write to the folder /proc"),
        (["--listen", "tenant"], "'tenant' does not appear to be an IPv4 or IPv6 address"),
    ],
)
def test_what_cannot_be_used_is_refused_without_a_traceback(start, tmp_path, arguments, reason):
    (tmp_path / "a.yml").write_text("users: []\n")
    (tmp_path / "b.yml").write_text("users: []\n")
    process = start(*(argument.format(folder=tmp_path) for argument in arguments))
    _output, errors = process.communicate(timeout=60)
    assert process.returncode == 2 and reason in errors and "Traceback" not in errors


def test_takes_the_port_it_is_given(start):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    info = json.loads(start("--port", str(port)).stdout.readline())
    assert info["tenant_url"] == f"http://127.0.0.1:{port}"


def test_seeds_users_at_the_start_and_keeps_them_over_a_reset(start, connect):
    client = connect(json.loads(start("--seed-users", "3").stdout.readline()))
    client.login()
    assert client.get("Users", filter='userName sw "user0000"').json()["totalResults"] == 3
    client.seed(users=1)
    assert client.get("Users", filter='userName sw "user0000"').json()["totalResults"] == 4
    client.control("POST", "reset")
    client.login()
    assert [user["userName"] for user in client.find("Users", 'userName sw "user0000"')] == [
        "user00001@example.com",
        "user00002@example.com",
        "user00003@example.com",
    ]
    client.session.close()


def test_secrets_are_new_at_every_start():
    with Emulator() as one, Emulator() as other:
        for name in ("client_secret", "admin_client_secret"):
            assert one.info[name] != other.info[name]
            assert len(one.info[name]) >= 20


def test_tls_with_a_private_authority(start, connect, tmp_path):
    folder = tmp_path / "new" / "tls"
    info = json.loads(start("--tls", str(folder)).stdout.readline())
    assert info["tenant_url"].startswith("https://127.0.0.1:")
    assert info["ca_path"] == str(folder / "ca.pem")
    assert [path.name for path in folder.iterdir()] == ["ca.pem"]
    assert "PRIVATE" not in (folder / "ca.pem").read_text()
    client = connect(info)
    client.login()
    user = client.user()
    assert user["meta"]["location"] == f"{info['tenant_url']}/Scim/v2/Users/{user['id']}"
    client.base = client.base.replace("127.0.0.1", "localhost")
    assert client.get("Users").status_code == 200
    client.session.close()


def test_tls_is_not_trusted_without_the_authority(start, tmp_path):
    info = json.loads(start("--tls", str(tmp_path)).stdout.readline())
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(info["tenant_url"])


def test_in_process_use(connect):
    with Emulator(tls_dir=None, port=0) as emulator:
        assert list(emulator.info) == KEYS
        client = connect(emulator.info)
        client.login()
        assert client.user()["userName"] == "ada@example.com"
        client.session.close()
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get(emulator.info["tenant_url"])


def test_two_clients_as_a_real_tenant_has_them(start, connect):
    info = json.loads(start("--two-clients").stdout.readline())
    client = connect(info)
    client.login()
    assert client.get("Users").status_code == 200
    assert client.get("Containers").status_code == 403
    vault = (info["vault_client_id"].encode(), info["vault_client_secret"].encode())
    client.login(path=f"/oauth2/token/{info['vault_app_id']}", auth=vault)
    client.container("APP")
    assert client.get("Containers").json()["totalResults"] == 1
    assert client.get("Users").status_code == 200
    assert client.create("ada@example.com").status_code == 403
    client.control("POST", "reset")
    assert client.control("GET", "switches")["mixed_rights_hide_vault"] is True
    client.session.close()


def test_a_shell_takes_the_connection(start):
    process = start("--two-clients", "--export")
    lines = [process.stdout.readline() for _line in range(11)]
    shown = subprocess.run(["sh"], input="".join([*lines, "env\n"]), capture_output=True, text=True, check=True).stdout
    found = dict(line.partition("=")[::2] for line in shown.splitlines() if line.startswith("CYBERARK_IDENTITY_"))
    names = ("TENANT_URL", "APP_ID", "SCOPE", "CLIENT_ID", "CLIENT_SECRET")
    second = ("VAULT_APP_ID", "VAULT_CLIENT_ID", "VAULT_CLIENT_SECRET")
    assert set(found) == {f"CYBERARK_IDENTITY_{name}" for name in (*names, *second, "CONTROL_URL")}
    assert found["CYBERARK_IDENTITY_CLIENT_ID"] == "scim-service$@example.com"
