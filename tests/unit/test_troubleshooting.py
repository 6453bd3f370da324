# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module gives each message of docs/troubleshooting.md in the case that the page names."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.idops.cyberark_identity.tests.unit.harness import ROOT, Result, Tenant, run_module

PAGE = (ROOT / "docs/troubleshooting.md").read_text()
MESSAGES = re.findall(r"^\| `(.+?)` \|", PAGE.partition("## By message")[2].partition("\n## ")[0], re.MULTILINE)
Case = Callable[[Tenant], dict[str, Any]]


def given(**options: Any) -> Case:
    """Return a case with these options of the connection."""
    return lambda tenant: options


def fault(**what: Any) -> Case:
    """Return a case with this answer of the server."""

    def prepare(tenant: Tenant) -> dict[str, Any]:
        tenant.fault(path="/scim/", count=None, **what)
        return {}

    return prepare


def https(tenant: Tenant) -> dict[str, Any]:
    return {"tenant_url": tenant.info["tenant_url"].replace("http:", "https:")}


def without_right(tenant: Tenant) -> dict[str, Any]:
    tenant.switch(granted_rights=[])
    return {}


def slow(tenant: Tenant) -> dict[str, Any]:
    tenant.fault(path="/scim/", latency=None)
    return {"timeout": 0.2}


def without_client_creds(tenant: Tenant) -> dict[str, Any]:
    tenant.switch(client_creds_enabled=False)
    return {}


def app_of_others(tenant: Tenant) -> dict[str, Any]:
    scopes = [{"Scope": "scim", "Description": "", "AllowedRest": ["scim*"]}]
    profile = {"AllowedAuth": "ClientCreds", "KnownScopes": scopes, "MustBeOauthClient": True}
    tenant.seed(apps=[{"ServiceName": "others", "Name": "Others", "OAuthProfile": profile}])
    return {"app_id": "others"}


NOWHERE = "http://127.0.0.1:1"
CASES: dict[str, Case] = {
    "missing required arguments: tenant_url": given(tenant_url=None),
    "is not the address of a tenant": given(tenant_url="https://example.id.cyberark.cloud/admin"),
    "Failed to resolve": given(tenant_url="https://example.id.cyberark.invalid"),
    "no connection": given(tenant_url=NOWHERE),
    "the proxy does not let it through": given(tenant_url="https://example.id.cyberark.cloud"),
    "407 Proxy Authentication Required": fault(status=407),
    "the server's certificate is not trusted": given(ca_path=None),
    "the server does not speak TLS at this port": https,
    "invalid client creds or client not allowed": given(client_secret="not-this-one-1"),  # pragma: allowlist secret
    "unknown app": given(app_id="another"),
    "unknown scope requested": given(scope="another"),
    "auth mode not allowed": without_client_creds,
    "user not allowed access to app": app_of_others,
    "401 Unauthorized": given(client_id=None, client_secret=None, access_token="of.another.tenant"),
    "403 Forbidden": without_right,
    "404 Not Found": given(scim_path="/scim/v3"),
    "something that is not a JSON object": fault(status=200, body="html"),
    "a redirect to another path, which is not followed": fault(status=302),
    "no answer within": slow,
    "429 Too Many Requests": fault(status=429),
    "no user has the name or the id": given(),
}


def test_no_message_is_forgotten() -> None:
    assert [*CASES] == MESSAGES


@pytest.mark.parametrize("message", CASES)
def test_the_message_is_given_in_its_case(
    tenant: Tenant, tls_tenant: Tenant, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("HTTPS_PROXY", "https_proxy", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    if "proxy does not" in message:
        monkeypatch.setenv("HTTPS_PROXY", NOWHERE)
    server = tls_tenant if "certificate" in message else tenant
    options = {**server.connection, **CASES[message](server)}
    if message == "no user has the name or the id":
        result = run_module("scim_group", {**options, "display_name": "team", "users": {"add": ["nobody"]}})
    else:
        result = run_module("scim_user_info", options)
    assert failed(result)
    assert message in result["msg"], result["msg"]


def failed(result: Result) -> bool:
    """Return whether the module failed with a code."""
    return result.failed and bool(result.code)
