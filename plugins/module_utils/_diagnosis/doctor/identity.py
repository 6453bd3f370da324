# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Check the address, the tenant behind it, and the token. Each identity logs in at most once.

A refused login counts towards the lock of the user, so no login is tried again in another way.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

from ..._base.errors import AuthenticationError, IdentityError, InvalidError, ProtocolError, RateLimitedError
from ..._base.paths import fold
from ..._http.answers import Seen
from ..._http.client import ADMINISTRATOR_PREFIX, VAULT_PREFIX, Connection, claims_of, lifetime_of, scope_of
from ..._http.statuses import status_of
from .blame import from_error
from .diagnoses import FAILED, WARNING
from .network import Route, clock_in, clocks, clocks_differ, speaks_tls
from .values import Finding, Patient, healthy, identity_name, sick

PLATFORM = ".cyberark.cloud"
TENANTS = ".id.cyberark.cloud"
FILES = ("ca_path", "client_cert", "client_key")
BETWEEN = (403, 407, 451, 511)  # of a device in between, where no credentials are sent
SHORT = 600  # seconds
PORTAL = ("portal_app", "portal_user", "portal_roles")  # the checks by which an administrator sees the set-up
# The diagnoses, by a part of the token endpoint's text in lower case, or by its error code.
REFUSALS = {
    "user not allowed access to app": "app_not_permitted",
    "unknown app": "app_unknown",
    "unknown scope": "scope_unknown",
    "auth mode not allowed": "grant_not_allowed",
    "invalid grant type": "grant_lost",
    "invalid client creds": "client_refused",
    "unsupported_grant_type": "grant_lost",
    "invalid_scope": "scope_unknown",
    "invalid_client": "client_refused",
    "invalid_request": "app_unknown",
}


# -- Options and address ----------------------------------------------------


def check_options(patient: Patient) -> Finding:
    """Turn the options into connections."""
    tried = "read the options of the connection and the environment"
    incomplete = _incomplete(patient.options)
    if incomplete:
        given, missing = incomplete
        facts = {"given": given, "option": missing, "variable": f"CYBERARK_IDENTITY_{missing.upper()}"}
        return sick("credentials_incomplete", tried, f"{given} without {missing}", **facts)
    try:
        connections = [replace(each, retries=0) for each in patient.connect()]
        administrator = patient.find_administrator()
    except InvalidError as error:
        return _refused_option(error, tried)
    who = ", ".join(each.client_id or "a given token" for each in connections)
    app = connections[0].app_id or "no app: platform tokens"
    return healthy(
        tried,
        f"{connections[0].tenant_url} as {who}; {app}",
        (connections, administrator and replace(administrator, retries=0)),
    )


def _incomplete(options: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the given option of an incomplete login, and the missing one. None for complete logins."""
    for prefix in ("", VAULT_PREFIX, ADMINISTRATOR_PREFIX):
        names = (f"{prefix}client_id", f"{prefix}client_secret")
        login, secret = (options.get(name) for name in names)
        # With a token, tasks take an empty half, but not one that is left out.
        halves = (login is None, secret is None) if options.get(f"{prefix}access_token") else (not login, not secret)
        if halves[0] != halves[1]:
            return (names[1], names[0]) if halves[0] else names
    return None


def _refused_option(error: InvalidError, tried: str) -> Finding:
    reason = error.reason
    if "no credentials" in reason:
        return sick("credentials_missing", tried, reason)
    for option in FILES:
        if reason.startswith(f"{option}: there is no file"):
            return sick("file_missing", tried, reason, reason=reason, option=option)
    path = re.search(r"Leave off '(.+?)' and what follows it: give (\S+)", error.hint or "")
    if path:
        return sick("address_with_path", tried, reason, path=path[1], origin=path[2])
    return sick("option_refused", tried, reason, reason=reason.rstrip("."), hint=error.hint or "Correct the option")


def check_address(patient: Patient) -> Finding:
    """Check whether the host name can be that of a tenant."""
    host = str(urlsplit(patient.connection.tenant_url).hostname).lower()
    tried = f"whether {host} can be the name of an identity tenant"
    if re.fullmatch(r"[a-z0-9-]+", host) and host != "localhost":
        return sick("address_is_a_tenant_id", tried, "it has no domain", host=host)
    if host.endswith(PLATFORM) and not host.endswith(TENANTS):
        return sick("address_of_the_platform", tried, "no", host=host, subdomain=host.partition(".")[0])
    return healthy(tried, "it can be one of a tenant")


def check_versions(patient: Patient) -> Finding:
    """Check the versions of the software on this host."""
    tried = "versions of the collection, Ansible, Python and libraries"
    answer = ", ".join(f"{name} {version}" for name, version in patient.versions.items())
    version = patient.versions["requests"]
    numbers = tuple(map(int, re.findall(r"\d+", version)[:2]))
    if numbers < (2, 25):
        return sick("library_old", tried, answer, version=version)
    return healthy(tried, answer)


# -- Tenant -----------------------------------------------------------------


def check_tenant(patient: Patient) -> Finding:
    """Ask which pod has the user's suffix (admin contract 2). This is no login, and sends no credential."""
    connection, route = patient.connection, patient.learned("proxy")
    suffix = (connection.client_id or "").rpartition("@")[2]
    tried = f"POST {connection.tenant_url}/Security/StartAuthentication for @{suffix}, without credentials"
    body = {
        "User": f"@{suffix}",
        "Version": "1.0",
        "PlatformTokenResponse": True,
        "MfaRequestor": "DeviceAgent",
    }
    client = patient.open(connection)
    try:
        seen = client.try_request("POST", "/Security/StartAuthentication", token="", json=body)
    except IdentityError as error:
        if speaks_tls(route):
            return sick("tls_expected", tried, error.reason, port=route.port)
        return from_error(error, tried, connection) or sick("connection_cut", tried, error.reason, reason=error.reason)
    finally:
        client.close()
    said = f"{seen.status} {status_of(seen.status).phrase}".strip()
    kind = seen.headers.get("Content-Type", "no content type").partition(";")[0]
    return _tenant_finding(seen, tried, f"{said} ({kind})", connection, route)


def _tenant_finding(seen: Seen, tried: str, answer: str, connection: Connection, route: Route) -> Finding:
    facts = {"host": route.host, "status": str(seen.status)}
    if 300 <= seen.status < 400:
        target = seen.host_of_redirect or "another path"
        return sick("redirected", tried, f"{answer} to {target}", target=target, **facts)
    envelope = {name.lower(): value for name, value in seen.body.items()} if isinstance(seen.body, dict) else {}
    learned = {"clock": clock_in(seen.headers.get("Date", "")), "pod": ""}
    if "success" not in envelope:
        return _no_tenant(seen, tried, answer, route, learned)
    result = envelope.get("result")
    pod = str(result.get("PodFqdn") or "") if isinstance(result, dict) else ""
    own = urlsplit(connection.tenant_url).netloc.lower()
    if pod and pod.lower() not in (own, route.host):
        learned["pod"] = pod
        login = connection.client_id or "the token"
        return sick("another_pod", tried, f"{answer}: {pod}", learned, pod=pod, host=route.host, login=login)
    return healthy(tried, f"{answer}: an identity tenant", learned)


def _no_tenant(seen: Seen, tried: str, answer: str, route: Route, learned: Mapping[str, Any]) -> Finding:
    facts = {"host": route.host, "status": str(seen.status)}
    if seen.status == 407:
        return sick(
            "proxy_login",
            tried,
            answer,
            proxy=route.shown_proxy if route.proxy else "in between",
            **{"variable": route.variable},
        )
    if seen.status in BETWEEN:
        return sick("blocked_between", tried, answer, **facts)
    if seen.status == 429:
        return sick("rate_limited", tried, answer)
    if seen.status >= 500:
        return sick("tenant_down", tried, answer, **facts)
    if seen.status in (400, 497) and speaks_tls(route):
        return sick("tls_expected", tried, answer, port=route.port)
    if isinstance(seen.body, dict):
        return sick("tenant_not_recognized", tried, answer, learned, **facts)
    return sick("not_a_tenant", tried, answer, **facts)


def check_clock(patient: Patient) -> Finding:
    """Compare the clock of this host with that of the tenant."""
    there = patient.learned("tenant")["clock"]
    tried = "compare the Date header with the clock of this host"
    if there is None:
        return healthy(tried, f"the tenant sends no time; here it is {clocks(None)['here']}")
    if clocks_differ(there):
        found = clocks(there)
        return sick("clock_differs", tried, found["there"], **found)
    return healthy(tried, f"less than two minutes apart; here it is {clocks(there)['here']}")


def check_discovery(patient: Patient) -> Finding:
    """Read the discovery document of the app, which is not certain to exist (admin contract 10)."""
    connection, route = patient.connection, patient.learned("proxy")
    if not connection.app_id:
        return healthy("the discovery document of the app", "not read without app_id")
    path = f"/{quote(connection.app_id, safe='')}/.well-known/openid-configuration"
    tried = f"GET {connection.tenant_url}{path}"
    client = patient.open(connection)
    try:
        seen = client.try_request("GET", path, token="")
    finally:
        client.close()
    issuer = seen.body.get("issuer") if isinstance(seen.body, dict) else None
    if seen.status != 200 or not isinstance(issuer, str):
        return healthy(tried, f"{seen.status}: not offered, which is no problem")
    if (urlsplit(issuer).hostname or "").lower() != route.host:
        return healthy(tried, f"issuer {issuer}: {route.host} is another name of it")
    return healthy(tried, f"issuer {issuer}")


# -- Token ------------------------------------------------------------------


def check_token(connection: Connection, patient: Patient) -> Finding:
    """Get a token, or use the given one."""
    if connection.access_token:
        return healthy("take the given token", "a token is given", {"token": connection.access_token, "given": True})
    tried = f"get a token for {connection.client_id} from {connection.token_url}"
    client = patient.open(connection)
    try:
        answer = client.fetch_token()
    except AuthenticationError as error:
        return _refused_login(error, tried, connection, patient)
    except RateLimitedError as error:
        return sick("rate_limited", tried, error.reason)
    except ProtocolError as error:
        found = from_error(error, tried, connection)
        return found or sick("token_illegible", tried, error.reason)
    except IdentityError as error:
        return from_error(error, tried, connection) or sick(
            "failed_otherwise", tried, error.reason, reason=error.reason
        )
    finally:
        client.close()
    lifetime, scope = lifetime_of(answer.get("expires_in")), scope_of(answer.get("scope"))
    said = "a token" + (f" for {lifetime} s" if lifetime else "") + (f", scope {scope}" if scope else "")
    learned = {"token": answer["access_token"], "given": False, "lifetime": lifetime, "scope": scope}
    return healthy(tried, said, learned)


def _refused_login(error: AuthenticationError, tried: str, connection: Connection, patient: Patient) -> Finding:
    said = f"{error.detail or ''} {error.error_type or ''}".lower()
    answer = f"{error.status} {error.error_type or ''}: {error.detail or 'no reason'}"
    login, host = connection.client_id or "", patient.learned("proxy").host
    facts = {"login": login, "host": host, "app": connection.app_id or "", "scope": connection.scope or ""}
    code = next((code for part, code in REFUSALS.items() if part in said), "")
    if not code and error.status == 404:
        code = "token_endpoint_missing"
    elif not code or (code == "app_unknown" and not connection.app_id):
        code = "client_refused"
    if code == "client_refused":
        code = _why_refused(connection, patient)
    mistake = _mistake(connection, patient)
    if mistake:
        return Finding("", FAILED, tried, f"{answer}, because of what {mistake} found")
    pod = (patient.learned("tenant") or {}).get("pod", "")
    return sick(code, tried, answer, url=connection.token_url, pod=pod, **facts)


def _why_refused(connection: Connection, patient: Patient) -> str:
    """Return more facts about a refused client, because the tenant has one answer for many causes."""
    if "@" not in (connection.client_id or ""):
        return "login_without_suffix"
    if patient.learned("tenant")["pod"]:
        return "login_of_another_tenant"
    if all(patient.learned(identity_name(check, connection)) for check in PORTAL):
        return "password_or_policy"
    if connection.token_endpoint_auth_method == "client_secret_basic":
        return "client_refused_in_header"
    return "client_refused"


def _mistake(connection: Connection, patient: Patient) -> str | None:
    """Return the check of the Admin Portal that found a mistake in the set-up of an identity, or None."""
    checks = (patient.known.get(identity_name(check, connection)) for check in PORTAL)
    return next((finding.check for finding in checks if finding and finding.status == FAILED), None)


def check_claims(connection: Connection, patient: Patient) -> Finding:
    """Compare the claims of the token with the options. The claims are not verified."""
    learned = patient.learned(identity_name("token", connection))
    tried = "read the claims of the token"
    claims = claims_of(learned["token"])
    if not claims:
        return healthy(tried, "it is opaque and says nothing of itself")
    told = (str(claims[name]) for name in ("iss", "unique_name", "scope") if claims.get(name))
    answer = ", ".join(told) or "no issuer and no user"
    looks = (_expiry, _issuer, _user, partial(_scope, learned), _lifetime)
    found = next(filter(None, (look(claims, tried, answer, connection, patient) for look in looks)), None)
    if found is None:
        return healthy(tried, answer)
    # A given token that is bad is replaced, as long as there are credentials.
    renewable = learned["given"] and connection.client_secret
    return replace(found, status=WARNING) if renewable and found.status == FAILED else found


Claims = Mapping[str, Any]


def _expiry(claims: Claims, tried: str, answer: str, connection: Connection, patient: Patient) -> Finding | None:
    expires = _number(claims.get("exp"))
    if expires is None or expires > time.time():
        return None
    seconds = int(time.time() - expires)
    ago = f"{seconds // 3600} hours" if seconds >= 7200 else f"{seconds // 60} minutes"
    return sick("token_expired", tried, answer, ago=ago)


def _issuer(claims: Claims, tried: str, answer: str, connection: Connection, patient: Patient) -> Finding | None:
    issuer = urlsplit(str(claims.get("iss") or ""))
    host = patient.learned("proxy").host
    if not issuer.hostname:
        return None
    if issuer.hostname.lower() != host:
        given = patient.learned(identity_name("token", connection))["given"]
        # A token that the tenant has just issued names the tenant itself, and tenant_url may be another name of it.
        return sick("token_of_another_tenant", tried, answer, issuer=issuer.hostname, host=host) if given else None
    app = issuer.path.strip("/")
    if app and connection.app_id and fold(app) != fold(connection.app_id):
        return sick("token_of_another_app", tried, answer, issued=app, app=connection.app_id)
    return None


def _user(claims: Claims, tried: str, answer: str, connection: Connection, patient: Patient) -> Finding | None:
    user = claims.get("unique_name")
    if isinstance(user, str) and connection.client_id and fold(user) != fold(connection.client_id):
        return sick("token_of_another_user", tried, answer, user=user, login=connection.client_id)
    return None


def _scope(
    learned: Mapping[str, Any], claims: Claims, tried: str, answer: str, connection: Connection, patient: Patient
) -> Finding | None:
    """Compare the scope of an app's token. Platform tokens have none, and some tokens do not contain theirs."""
    told = claims.get("scope", learned.get("scope"))
    granted = told.split() if isinstance(told, str) else told
    if not connection.app_id or not connection.scope or not isinstance(granted, list):
        return None
    if set(connection.scope.split()) <= set(map(str, granted)):
        return None
    facts = {"granted": " ".join(map(str, granted)) or "nothing", "scope": connection.scope, "app": connection.app_id}
    return sick("scope_not_granted", tried, answer, **facts)


def _lifetime(claims: Claims, tried: str, answer: str, connection: Connection, patient: Patient) -> Finding | None:
    begins, ends = (_number(claims.get(name)) for name in ("iat", "exp"))
    if begins is None or ends is None or ends - begins >= SHORT:
        return None
    facts = {"lifetime": f"{ends - begins:.0f}", "app": connection.app_id or "the app"}
    return sick("token_short_lived", tried, answer, **facts)


def _number(value: Any) -> float | None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e15
    return float(value) if number else None
