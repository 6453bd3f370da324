# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection of every module to the tenant, and its failures. Tested with scim_user."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible import info_module, module
from ansible_collections.idops.cyberark_identity.plugins.module_utils._ansible.connection import (
    ALL_OPTIONS,
    OTHER_VARIABLES,
)
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT, Result, Tenant, run_module
from ansible_collections.idops.cyberark_identity.tests.unit.plugins.modules.sequences import IN_THIS_PROCESS

Run = Callable[..., Result]
SOURCES = (".py", ".yml", ".md", ".sh", ".cfg", ".toml")
READ = "scim_user_info"


def read(run: Run, **options: Any) -> Result:
    return run(READ, user_name="ada@example.com", **options)


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Page(BaseHTTPRequestHandler):
    """A web server that is not a tenant: it answers every request with a page, or with ``status``."""

    status = 200
    seen: list[str] = []  # noqa: RUF012

    def answer(self) -> None:
        self.seen.append(str(self.headers.get("Authorization")))
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(self.status)
        if self.status in (301, 302, 307):
            self.send_header("Location", "https://elsewhere.example/login?token=1")
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<html>Sign in</html>")

    do_GET = do_POST = do_CONNECT = answer

    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture
def web_server(request: pytest.FixtureRequest) -> Iterator[tuple[str, type[Page]]]:
    page = type("OnePage", (Page,), {"status": getattr(request, "param", 200), "seen": []})
    with HTTPServer(("127.0.0.1", 0), page) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", page
        server.shutdown()
        thread.join()


@pytest.fixture
def web_echo() -> Iterator[str]:
    """Run a token endpoint that fails and quotes the request in its answer."""

    class Echo(Page):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            detail = f"cannot serve {body} and {self.headers.get('Authorization')}"
            encoded = json.dumps({"error": "down", "error_description": detail}).encode()
            self.send_response(503)
            self.send_header("Content-Type", "application/json")
            self.send_header("Retry-After", "0")
            self.send_header("Content-Length", str(len(encoded)))
            self.end_headers()
            self.wfile.write(encoded)

        do_POST = answer

    with HTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://tenant.example.com", "unencrypted"),
        ("http://127.0.0.1.example.com", "unencrypted"),
        ("https://user:s3cret-word@tenant.example.com", "user name or a password"),  # pragma: allowlist secret
        ("https://user@tenant.example.com", "user name or a password"),
        ("ftp://tenant.example.com", "not the address"),
        ("https://tenant.example.com/scim/v2", "Leave off '/scim/v2' and"),
        ("https://tenant.example.com/scim/", "give https://tenant.example.com."),
        ("tenant.example.com:8443/admin", "give https://tenant.example.com:8443."),
        ("https://tenant.example.com/admin#/users", "Leave off '/admin' and what follows it"),
        ("https://tenant.example.com/oauth2/token/scim-client", "Leave off '/oauth2/token/scim-client'"),
        ("https://tenant.example.com/my?customerId=ABC", "Leave off '/my' and what follows it"),
        ("https://tenant.example.com/my?token=s3cret-word", "not the address"),  # pragma: allowlist secret
        ("https://tenant.example.com?x=1", "not the address"),
        ("https://", "not the address"),
        ("https://tenant.example.com:port", "not the address"),
        ("", "not the address"),
        ("https://[::1", "not the address"),
        ("https://[bad]", "not the address"),
        ("https://user:p%40ss-word-7@tenant.example.com", "user name or a password"),  # pragma: allowlist secret
        ("https://ghp_sometoken@tenant.example.com", "user name or a password"),
        ("https://tenant.example.com?token=s3cret-word", "not the address"),
    ],
)
def test_addresses_that_are_refused(tenant: Tenant, run: Run, url: str, words: str) -> None:
    result = read(run, tenant_url=url)
    assert result.code == "invalid"
    assert words in result["msg"]
    shown = result["msg"] if "?token" in url else result.output  # Ansible repeats the options in its output
    assert not [secret for secret in ("s3cret-word", "ss-word-7", "ghp_sometoken") if secret in shown]
    assert tenant.requests() == []


@pytest.mark.parametrize("form", ["{url}/", "{host}"])
def test_addresses_that_are_taken(tenant: Tenant, run: Run, form: str) -> None:
    url = tenant.info["tenant_url"]
    result = read(run, tenant_url=form.format(url=url, host=url.partition("://")[2]))
    # A bare host means https://, which this tenant does not speak; the failure shows that.
    assert result.json.get("users") == [] if "://" in form.format(url=url, host="") else result.code == "transport"


def test_no_tenant_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CYBERARK_IDENTITY_TENANT_URL", raising=False)
    result = run_module(READ, {"access_token": "a-token"})
    assert result.code == "invalid"
    assert "tenant_url" in result["msg"]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"client_id": "a"},
        {"client_secret": "b-secret"},
        {"access_token": ""},
        {"client_id": "", "client_secret": ""},
    ],
)
def test_missing_credentials_are_named(options: dict[str, Any]) -> None:
    result = run_module(READ, {"tenant_url": "http://127.0.0.1:9", **options})
    assert result.code == "invalid"
    assert "client_id" in result["msg"]


@IN_THIS_PROCESS
def test_a_missing_library_names_the_fix(tenant: Tenant, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REQUESTS_IMPORT_ERROR", "ImportError")
    result = read(run)
    assert result.code == "missing_library"
    assert "pip install requests" in result["msg"]
    assert tenant.requests() == []


def test_an_unknown_variable_of_the_environment_is_a_warning(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CYBERARK_IDENTITY_JOURNAL_PAHT", "/nowhere")
    monkeypatch.setenv("CYBERARK_IDENTITY_XYZZY", "Misplaced-pass-1")
    monkeypatch.setenv("cyberark_identity_retries", "1")
    for known in (*ALL_OPTIONS, "user_password", "control_url"):
        monkeypatch.setenv(f"CYBERARK_IDENTITY_{known.upper()}", "")
    result = run("scim_server_info")
    assert result.warnings == [
        "The environment variable CYBERARK_IDENTITY_JOURNAL_PAHT is unknown and not used. Did you mean "
        "CYBERARK_IDENTITY_JOURNAL_PATH?",
        "The environment variable CYBERARK_IDENTITY_XYZZY is unknown and not used.",
        "The environment variable cyberark_identity_retries is unknown and not used. Did you mean "
        "CYBERARK_IDENTITY_RETRIES?",
    ]
    assert "Misplaced" not in result.output


def test_the_variables_of_the_repository_are_known() -> None:
    folders = ("plugins", "playbooks", "roles", "docs", "tests/emulator", "tests/integration", "tests/demo")
    texts = (path.read_text() for name in folders for path in (ROOT / name).rglob("*") if path.suffix in SOURCES)
    found = {each for text in texts for each in re.findall(r"\bCYBERARK_IDENTITY_([A-Z_]*[A-Z])\b", text)}
    assert {name.lower() for name in found} <= {*ALL_OPTIONS, *OTHER_VARIABLES}


def test_everything_can_come_from_the_environment(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in tenant.connection.items():
        if value is not None:
            monkeypatch.setenv(f"CYBERARK_IDENTITY_{name.upper()}", str(value))
    monkeypatch.setenv("CYBERARK_IDENTITY_SCIM_PATH", "scim/")
    assert run_module(READ, {"user_name": "ada@example.com"})["users"] == []
    assert tenant.requests()[-1]["path"] == "/scim/Users"


@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic"])
@pytest.mark.parametrize("app", [True, False])
def test_client_authentication_methods(tenant: Tenant, run: Run, method: str, app: bool) -> None:
    app_id = tenant.info["app_id"] if app else None
    assert read(run, token_endpoint_auth_method=method, app_id=app_id)["users"] == []
    path = f"/oauth2/token/{app_id}" if app else "/oauth2/platformtoken"
    assert tenant.requests()[0]["path"] == path


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize(("errors", "error"), [("described", "access_denied"), ("rfc", "invalid_client")])
def test_wrong_secret(tenant: Tenant, run: Run, status: int, errors: str, error: str) -> None:
    tenant.switch(token_error_status=status, token_errors=errors)
    result = read(run, client_secret="a-wrong-secret")
    assert result.code == "authentication"
    assert result["failure"]["type"] == error
    assert "client_secret" in result["msg"]
    assert "Core Services > Users" in result["msg"]
    assert "a-wrong-secret" not in result.output
    assert tenant.tokens() == len(tenant.requests()) == 1


@pytest.mark.parametrize("status", [404, 400])
@pytest.mark.parametrize("errors", ["described", "rfc"])
def test_unknown_app(tenant: Tenant, run: Run, status: int, errors: str) -> None:
    tenant.switch(unknown_app_status=status, token_errors=errors)
    result = read(run, app_id="no such/app")
    assert result.code == "authentication"
    assert "app_id" in result["msg"]
    assert "no%20such%2Fapp" in result["msg"]


@pytest.mark.parametrize("errors", ["described", "rfc"])
def test_unknown_scope(tenant: Tenant, run: Run, errors: str) -> None:
    tenant.switch(token_errors=errors)
    result = read(run, scope="other")
    assert result.code == "authentication"
    assert result["failure"]["type"] == "invalid_scope"
    assert "other" in result["failure"]["detail"]
    assert result["failure"]["detail"] in result["msg"]


def test_given_token_is_used_without_asking_for_one(tenant: Tenant, run: Run) -> None:
    tenant.scim("GET", "Users?count=1")
    token = tenant._token
    tenant.forget_requests()
    assert read(run, access_token=token, client_id=None, client_secret=None)["users"] == []
    assert tenant.tokens() == 0


def test_given_token_that_is_refused_is_replaced_once(tenant: Tenant, run: Run) -> None:
    result = read(run, access_token="a-stale-token")
    assert result["users"] == []
    assert tenant.tokens() == 1
    assert "a-stale-token" not in result.output


def test_given_token_that_is_refused_without_credentials(tenant: Tenant, run: Run) -> None:
    result = read(run, access_token="a-stale-token", client_id=None, client_secret=None)
    assert result.code == "authentication"
    assert "token was refused" in result["msg"]
    assert len(tenant.requests()) == 1


@pytest.mark.parametrize("token", ["Tok-secret\nvalue", "Tok-secret-\u6f22", "Tok secret-value"])
def test_a_token_that_cannot_be_one(tenant: Tenant, run: Run, token: str) -> None:
    result = read(run, access_token=token)
    assert result.code == "invalid"
    assert "access_token" in result["msg"]
    assert "Tok" not in result.output
    assert tenant.requests() == []


def test_blanks_around_a_token_do_no_harm(tenant: Tenant, run: Run) -> None:
    tenant.scim("GET", "Users?count=1")
    assert read(run, access_token=f"{tenant._token}\n", client_id=None, client_secret=None)["users"] == []


def test_a_token_endpoint_that_quotes_secrets(web_echo: str, run: Run) -> None:
    """Texts of the server are shown, also in warnings, which Ansible has not redacted since ansible-core 2.19."""
    secret = 'S3cr"et w&rd-7'
    for method in ("client_secret_post", "client_secret_basic"):
        result = read(run, tenant_url=web_echo, client_secret=secret, token_endpoint_auth_method=method, retries=1)
        assert result.failed
        assert len(result.warnings) == 1
        assert "grant_type" in result.warnings[0]
        for spelling in (secret, "S3cr%22et", 'S3cr\\"et', "S3cr"):
            assert spelling not in result.output


def test_empty_variables_count_as_unset(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    for option in (
        "VALIDATE_CERTS",
        "TOKEN_ENDPOINT_AUTH_METHOD",
        "CLIENT_KEY",
        "SCIM_PATH",
        "TIMEOUT",
        "ACCESS_TOKEN",
    ):
        monkeypatch.setenv(f"CYBERARK_IDENTITY_{option}", "")
    assert run_module(READ, {**tenant.connection, "user_name": "ada@example.com"})["users"] == []


@pytest.mark.parametrize("options", [{"timeout": 0}, {"timeout": "nan"}, {"retries": -1}, {"app_id": ".."}], ids=str)
def test_invalid_values_are_refused(tenant: Tenant, run: Run, options: dict[str, Any]) -> None:
    result = read(run, **options)
    assert result.code == "invalid"
    assert next(iter(options)) in result["msg"]
    assert tenant.requests() == []


@IN_THIS_PROCESS
def test_internal_error_is_not_a_traceback(tenant: Tenant, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*arguments: Any, **options: Any) -> None:
        raise KeyError("some secret")

    monkeypatch.setattr(info_module, "read", stumble)
    result = read(run)
    assert result.code == "internal"
    assert "KeyError in line" in result["msg"]
    assert "some secret" not in result.output


def test_endlessly_refused_token_ends_in_a_failure(tenant: Tenant, run: Run) -> None:
    tenant.fault(path="/scim/", status=401, count=None)
    assert read(run).code == "authentication"
    assert tenant.tokens() == 2
    assert len(tenant.requests()) == 4


@pytest.mark.parametrize(
    "switches",
    [{}, {"html_on_auth_error": True}, {"auth_error_body": "empty"}, {"auth_error_body": "envelope"}],
    ids=str,
)
@pytest.mark.parametrize("status", [403, 401])
def test_missing_right(tenant: Tenant, run: Run, status: int, switches: dict[str, Any]) -> None:
    tenant.switch(granted_rights=["RoleManagement"], missing_right_status=status, **switches)
    result = read(run)
    assert result.code == {403: "authorization", 401: "authentication"}[status]
    assert result["failure"]["status"] == status
    assert ("User Management" in result["msg"]) == (status == 403)
    assert "<" not in result["msg"]


@pytest.mark.parametrize("errors", ["described", "rfc"])
def test_client_credentials_not_enabled(tenant: Tenant, run: Run, errors: str) -> None:
    tenant.switch(client_creds_enabled=False, token_errors=errors)
    result = read(run)
    assert result.code == "authentication"
    assert "'Client Creds'" in result["msg"]


@pytest.mark.parametrize("accepted", [True, False])
def test_platform_token(tenant: Tenant, run: Run, accepted: bool) -> None:
    tenant.switch(platform_token_accepted=accepted)
    result = read(run, app_id=None)
    assert result.code == (None if accepted else "authentication")


def test_netrc_does_not_replace_the_token(
    tenant: Tenant, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert read(run)["users"] == []


@pytest.mark.parametrize("web_server", [200, 404, 503], indirect=True)
def test_a_host_that_answers_with_a_page(web_server: tuple[str, Any], run: Run) -> None:
    result = read(run, tenant_url=web_server[0])
    assert result.failed
    assert result.code in ("protocol", "authentication", "unavailable")
    assert web_server[0] in result["msg"]
    assert "<html>" not in result.output


@pytest.mark.parametrize("web_server", [302, 307], indirect=True)
def test_redirects_are_not_followed(web_server: tuple[str, Any], run: Run) -> None:
    result = read(run, tenant_url=web_server[0], access_token="a-token-of-mine", client_id=None, client_secret=None)
    assert result.code == "protocol"
    assert "elsewhere.example" in result["msg"]
    assert len(web_server[1].seen) == 1


@pytest.mark.parametrize("web_server", [403], indirect=True)
def test_a_proxy_that_refuses(web_server: tuple[str, Any], run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = web_server[0].replace("http://", "http://me:proxy-pass-word@")
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    result = read(run, tenant_url="https://tenant.example.com", ca_path=None)
    assert result.code == "transport"
    assert "proxy" in result["msg"]
    assert "403" in result["msg"]
    assert "proxy-pass-word" not in result.output


def test_a_closed_port_is_a_transport_error(run: Run, closed_port: int) -> None:
    result = read(run, tenant_url=f"http://127.0.0.1:{closed_port}")
    assert result.code == "transport"
    assert "refused" in result["msg"].lower()
    assert "0x" not in result["msg"]


def test_a_host_that_does_not_exist(run: Run) -> None:
    result = read(run, tenant_url="https://tenant.invalid", ca_path=None)
    assert result.code == "transport"
    assert "no connection" in result["msg"]


class TestTls:
    def test_a_trusted_certificate_is_accepted(self, tls_tenant: Tenant) -> None:
        assert run_module(READ, {**tls_tenant.connection, "user_name": "x@example.com"})["users"] == []

    def test_the_bundle_of_the_environment_is_used(self, tls_tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", tls_tenant.info["ca_path"])
        options = {**tls_tenant.connection, "ca_path": None, "user_name": "x@example.com"}
        assert run_module(READ, options)["users"] == []

    @pytest.mark.parametrize("bundle", [True, False])
    def test_an_untrusted_certificate_is_refused(
        self, tls_tenant: Tenant, monkeypatch: pytest.MonkeyPatch, bundle: bool
    ) -> None:
        # A bundle of the environment must not replace a ca_path that does not know the server.
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", tls_tenant.info["ca_path"]) if bundle else None
        import certifi

        tls_tenant.forget_requests()
        result = run_module(READ, {**tls_tenant.connection, "ca_path": certifi.where(), "retries": 3})
        assert result.code == "transport"
        assert "ca_path" in result["msg"]
        assert result.warnings == []
        assert tls_tenant.requests() == []

    @pytest.mark.parametrize("bundle", [True, False])
    def test_an_unverified_certificate_causes_a_warning(
        self, tls_tenant: Tenant, monkeypatch: pytest.MonkeyPatch, bundle: bool
    ) -> None:
        import certifi

        monkeypatch.setenv("REQUESTS_CA_BUNDLE", certifi.where()) if bundle else None
        options = {**tls_tenant.connection, "ca_path": None, "validate_certs": False, "user_name": "x@example.com"}
        result = run_module(READ, options)
        assert result["users"] == []
        assert "not verified" in result.warnings[0]

    def test_missing_files(self, tls_tenant: Tenant) -> None:
        for option in ("ca_path", "client_cert"):
            result = run_module(READ, {**tls_tenant.connection, option: "/nowhere/file.pem"})
            assert result.code == "invalid"
            assert option in result["msg"]

    def test_file_that_is_no_certificate(self, tls_tenant: Tenant, tmp_path: Path) -> None:
        (tmp_path / "empty.pem").write_text("nothing")
        for option in ("ca_path", "client_cert"):
            result = run_module(READ, {**tls_tenant.connection, option: str(tmp_path / "empty.pem"), "retries": 3})
            assert result.code == "invalid", result.output
            assert option in result["msg"]
            assert result.warnings == []

    def test_https_to_a_port_without_tls_is_explained(self, tenant: Tenant) -> None:
        url = tenant.info["tenant_url"].replace("http://", "")
        result = run_module(READ, {**tenant.connection, "tenant_url": url, "retries": 3})
        assert result.code == "transport"
        assert "does not speak TLS" in result["msg"]
        assert result.warnings == []


def test_http_where_the_server_expects_tls(tls_tenant: Tenant, run: Run) -> None:
    url = tls_tenant.info["tenant_url"].replace("https:", "http:")
    result = run("scim_server_info", **{**tls_tenant.connection, "tenant_url": url})
    assert result.code == "transport"
    assert "If the server expects TLS, tenant_url has to begin with https://" in result["msg"]


@pytest.mark.parametrize(
    ("given", "empty"),
    [({"client_id": "svc"}, "CLIENT_SECRET"), ({}, "CLIENT_ID"), ({}, "CLIENT_SECRET"), ({}, "ACCESS_TOKEN")],
)
def test_missing_credentials_name_an_empty_variable(
    tenant: Tenant, run: Run, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], empty: str
) -> None:
    monkeypatch.setenv(f"CYBERARK_IDENTITY_{empty}", "")
    nothing = dict.fromkeys(("client_id", "client_secret", "access_token"))
    result = run("scim_user_info", **{**nothing, **given})
    assert result.code == "invalid"
    assert result["msg"].endswith(f". Set, but empty: CYBERARK_IDENTITY_{empty}"), result["msg"]


@pytest.mark.parametrize(
    ("option", "wrong"), [("timeout", "soon"), ("retries", "-1"), ("scim_path", "https://x/"), ("ca_path", "/no-such")]
)
def test_a_wrong_value_of_the_environment_is_reported_with_its_variable(
    tenant: Tenant, run: Run, monkeypatch: pytest.MonkeyPatch, option: str, wrong: str
) -> None:
    variable = f"CYBERARK_IDENTITY_{option.upper()}"
    monkeypatch.setenv(variable, wrong)
    result = run("scim_user_info", **{option: None})
    assert result.code == "invalid"
    assert result["msg"].endswith(f"From the environment: {variable}."), result["msg"]
    assert "From the environment" not in run("scim_user_info", **{option: wrong})["msg"]


def test_a_refused_login_says_which_credentials_are_of_the_environment(
    tenant: Tenant, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for option in ("tenant_url", "app_id", "client_id"):
        monkeypatch.setenv(f"CYBERARK_IDENTITY_{option.upper()}", tenant.info[option])
    monkeypatch.setenv("CYBERARK_IDENTITY_CLIENT_SECRET", "Wrong-secret-1")
    for option in ("client_id", "client_secret"):  # which this module does not use
        monkeypatch.setenv(f"CYBERARK_IDENTITY_VAULT_{option.upper()}", "Vault-secret-1")
    options = dict.fromkeys(("tenant_url", "app_id", "client_id", "client_secret"))
    result = run("scim_server_info", **options)
    assert result.code == "authentication"
    assert result["msg"].endswith(
        "From the environment: CYBERARK_IDENTITY_CLIENT_ID, CYBERARK_IDENTITY_CLIENT_SECRET."
    ), result["msg"]
    given = run("scim_server_info", **{option: tenant.info[option] for option in options} | {"app_id": "other"})
    assert "From the environment" not in given["msg"]
