# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator as a command and as a class."""

from __future__ import annotations

import json
import resource
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from ansible_collections.idops.cyberark_identity.tests.emulator import Emulator

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
