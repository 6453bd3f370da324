# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""The causes that the doctor can name, one row each. docs/doctor.md has the same rows. No I/O.

The pages and boxes are those of the Admin Portal (set-up contract). ``{names}`` stand for facts of the tenant or of the
options. Where several causes give one answer of the tenant, the row names all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

OK, WARNING, FAILED, SKIPPED = "ok", "warning", "failed", "skipped"


@dataclass(frozen=True)
class Diagnosis:
    """A cause that the doctor can name. ``symptom`` is what a task shows without the doctor."""

    code: str
    status: str
    symptom: str
    meaning: str
    fix: str


USERS_PAGE = "Core Services > Users > All Service Users > {login}"
APP_PAGE = "Web Apps > {app}"

# By area, each in the order of the checks.
AREAS: Mapping[str, tuple[Diagnosis, ...]] = {
    "Options and address": (
        Diagnosis(
            "library_old",
            WARNING,
            "odd failures of TLS and proxies",
            "requests {version} is older than 2.25.",
            "Run: python -m pip install --upgrade requests, for the Python that runs the modules.",
        ),
        Diagnosis(
            "option_refused", FAILED, "the message names an option", "An option cannot be used: {reason}.", "{hint}."
        ),
        Diagnosis(
            "credentials_missing",
            FAILED,
            "`There are no credentials`",
            "Neither a login nor a token is given.",
            "Set client_id and client_secret, or CYBERARK_IDENTITY_CLIENT_ID and CYBERARK_IDENTITY_CLIENT_SECRET. "
            "sudo, cron and AWX do not pass on the variables of your shell.",
        ),
        Diagnosis(
            "credentials_incomplete",
            FAILED,
            "`parameters are required together`, or `There are no credentials`",
            "{given} is set, and {option} is not, or is empty.",
            "Set the option {option}, or the environment variable {variable}. sudo, cron and AWX do not pass on the "
            "variables of your shell.",
        ),
        Diagnosis(
            "file_missing",
            FAILED,
            "`there is no file`",
            "A certificate file is not on the host that runs the module: {reason}.",
            "Copy the file there, or correct the option {option}.",
        ),
        Diagnosis(
            "address_with_path",
            FAILED,
            "`is not the address of a tenant`",
            "tenant_url has the path {path}, such as the portal or the SCIM server add.",
            "Set tenant_url to {origin}. The collection appends the paths itself.",
        ),
        Diagnosis(
            "address_is_a_tenant_id",
            FAILED,
            "`Failed to resolve`",
            "tenant_url is {host}: a name without a domain, such as the id of a tenant.",
            "Set tenant_url to https://{host}.id.cyberark.cloud, or to the address that the Admin Portal has in the "
            "browser, up to the first slash.",
        ),
        Diagnosis(
            "address_of_the_platform",
            FAILED,
            "`something that is not a JSON object`, or `404 Not Found`",
            "{host} is an address of the platform or of Privilege Cloud, and not that of the identity tenant.",
            "Find the tenant with: curl https://platform-discovery.cyberark.cloud/api/identity-endpoint/{subdomain} "
            "and set tenant_url to its endpoint.",
        ),
    ),
    "Proxy": (
        Diagnosis(
            "proxy_unusable",
            FAILED,
            "`Check tenant_url and the proxy settings`",
            "{variable} is not the address of a proxy.",
            "Set {variable} to http://HOST:PORT. A password in it has to be URL-encoded.",
        ),
        Diagnosis(
            "socks_library_missing",
            FAILED,
            "`InvalidSchema`",
            "{variable} names a SOCKS proxy, and the Python library for it is missing.",
            "Run: python -m pip install 'requests[socks]' for the Python that runs the modules, or name an HTTP proxy.",
        ),
        Diagnosis(
            "proxy_without_tls",
            FAILED,
            "`the server does not speak TLS at this port`",
            "The proxy {proxy} of {variable} does not speak TLS, and its address begins with https://.",
            "Begin {variable} with http:// instead: TLS with the tenant goes through the proxy all the same.",
        ),
        Diagnosis(
            "proxy_name_unknown",
            FAILED,
            "`the proxy does not let it through`",
            "The proxy {proxy} of {variable} has a name that this host cannot resolve.",
            "Correct {variable}, or unset it if this host needs no proxy.",
        ),
        Diagnosis(
            "proxy_unreachable",
            FAILED,
            "`the proxy does not let it through`",
            "The proxy {proxy} of {variable} does not answer.",
            "Correct the host and the port in {variable}, or unset it if this host needs no proxy.",
        ),
        Diagnosis(
            "proxy_login",
            FAILED,
            "`407 Proxy Authentication Required`",
            "The proxy {proxy} wants a login.",
            "Put it into {variable}, before the host: USER:PASSWORD@, with the password URL-encoded.",
        ),
        Diagnosis(
            "proxy_refuses",
            FAILED,
            "`the proxy does not let it through`",
            "The proxy {proxy} answers {status} for {host}: its rules do not allow this host.",
            "Ask the network team to allow *.id.cyberark.cloud, port 443. If the host needs no proxy, add {host} to "
            "NO_PROXY.",
        ),
        Diagnosis(
            "proxy_speaks_no_http",
            FAILED,
            "`the proxy does not let it through`",
            "The server at {proxy} is no HTTP proxy.",
            "Correct the port in {variable}.",
        ),
    ),
    "Name and network": (
        Diagnosis(
            "name_unknown",
            FAILED,
            "`Failed to resolve`",
            "No name server knows {host}: the address is misspelt, or only a proxy can resolve names of the internet.",
            "Compare tenant_url with the address bar of the Admin Portal. Behind a proxy, set HTTPS_PROXY.",
        ),
        Diagnosis(
            "name_server_silent",
            FAILED,
            "`Temporary failure in name resolution`",
            "This host gets no answer from its name server.",
            "Check /etc/resolv.conf and the network of this host, or of the container that runs the modules.",
        ),
        Diagnosis(
            "name_blocked",
            FAILED,
            "`no connection`",
            "The name server answers {addresses} for {host}, which leads nowhere: a filter blocks the name.",
            "Ask the network team to take {host} off the filter.",
        ),
        Diagnosis(
            "proxy_only_for_http",
            FAILED,
            "`no connection`",
            "{host} cannot be reached. HTTP_PROXY is set, but HTTPS_PROXY is not, so no proxy is used for the tenant.",
            "Set HTTPS_PROXY to the same value as HTTP_PROXY.",
        ),
        Diagnosis(
            "port_closed",
            FAILED,
            "`Connection refused`",
            "{host} refuses connections to port {port}.",
            "Remove the port from tenant_url, unless the tenant is an emulator. Otherwise a firewall refuses it: ask "
            "for port 443.",
        ),
        Diagnosis(
            "port_silent",
            FAILED,
            "`no connection`, after a time-out",
            "Nothing answers at port {port} of {host}: a firewall drops the packets, or a proxy is required.",
            "Set HTTPS_PROXY if this network has a proxy. Otherwise ask for {host}, port {port}, to be allowed.",
        ),
        Diagnosis(
            "no_route",
            FAILED,
            "`Network is unreachable`",
            "This host has no route to {host}.",
            "Check the network of this host, its gateway, and whether it has the IP version of the address.",
        ),
        Diagnosis(
            "address_partly_dead",
            WARNING,
            "each task takes some seconds to connect",
            "{dead} of {host} does not answer, and {alive} does: each connection may try the dead one first.",
            "Have the route to {dead} repaired, which is often IPv6, or the address removed from the name server.",
        ),
    ),
    "TLS": (
        Diagnosis(
            "certificate_file_unusable",
            FAILED,
            "`a certificate file cannot be used`",
            "{file} holds no certificate, or no key, that can be read.",
            "Give files in PEM format, which begin with -----BEGIN, and a key that is not encrypted.",
        ),
        Diagnosis(
            "no_tls_at_port",
            FAILED,
            "`the server does not speak TLS at this port`",
            "Port {port} of {host} speaks plain text.",
            "Remove the port from tenant_url. Only an emulator takes http:// instead of https://.",
        ),
        Diagnosis(
            "tls_expected",
            FAILED,
            "`If the server expects TLS, tenant_url begins with https://`",
            "The server at port {port} expects TLS, and tenant_url begins with http://.",
            "Begin tenant_url with https://.",
        ),
        Diagnosis(
            "tls_cut",
            FAILED,
            "`EOF occurred in violation of protocol`",
            "The connection to {host} is cut while TLS begins: most often a firewall that filters by host name.",
            "Ask the network team to allow TLS to {host}.",
        ),
        Diagnosis(
            "tls_refused",
            FAILED,
            "`alert handshake failure`, or `protocol version`",
            "The server ends the handshake: it has no version or cipher of TLS in common with this host, or wants a "
            "client certificate.",
            "Update OpenSSL on this host. If a proxy decrypts TLS, ask for TLS 1.2 or newer there. If a gateway "
            "wants a certificate, set client_cert.",
        ),
        Diagnosis(
            "client_certificate_required",
            FAILED,
            "`alert certificate required`",
            "The server wants a client certificate.",
            "Set client_cert and client_key to one that it knows. A tenant asks for none: a gateway in front of it "
            "does.",
        ),
        Diagnosis(
            "clock_wrong",
            FAILED,
            "`certificate has expired`, or `is not yet valid`",
            "The clock of this host is wrong. It shows {here}, the server's {there}.",
            "Set the clock, and let NTP or chrony keep it.",
        ),
        Diagnosis(
            "certificate_expired",
            FAILED,
            "`certificate has expired`",
            "The certificate of {host} was valid until {until}. The clock of this host is right.",
            "The tenant renews its own in time: a proxy or an emulator has to renew this one. It was issued by "
            "{issuer}.",
        ),
        Diagnosis(
            "certificate_of_another_name",
            FAILED,
            "`certificate is not valid for`",
            "The certificate is for {names}, and not for {host}.",
            "Set tenant_url to a name that the certificate has, which is the tenant's own address and not an alias "
            "or an IP address.",
        ),
        Diagnosis(
            "authority_too_old",
            FAILED,
            "`Missing Authority Key Identifier`, with Python 3.13 or newer",
            "A certificate of the private authority {issuer} lacks what Python 3.13 demands: {reason}.",
            "Have the certificates of the authority issued anew by RFC 5280, or run the modules with Python 3.12.",
        ),
        Diagnosis(
            "tls_inspected",
            FAILED,
            "`certificate verify failed`",
            "A proxy decrypts TLS: the certificate of {host} was issued by {issuer}, and {trust} does not trust that.",
            "Get the certificate of this authority from the network team, and set ca_path to its file. Better, have "
            "{host} exempted: the proxy would read the password of the service user.",
        ),
        Diagnosis(
            "ca_path_without_issuer",
            FAILED,
            "`certificate verify failed`",
            "The certificate of {host} was issued by {issuer}, which is not in {trust}. This file replaces the "
            "usual authorities.",
            "Add the certificate of {issuer} to the file, or leave the setting out if the tenant is reached directly.",
        ),
        Diagnosis(
            "ca_folder_without_issuer",
            FAILED,
            "`certificate verify failed`",
            "{trust} is a folder, and TLS finds no certificate of {issuer} in it.",
            "Set it to a file in PEM format that has the certificate of {issuer}. In a folder, OpenSSL finds only "
            "certificates with the names that the command openssl rehash makes.",
        ),
        Diagnosis(
            "certificate_self_signed",
            FAILED,
            "`self-signed certificate`",
            "The certificate of {host} is signed by itself. No tenant has such a one: another device answers.",
            "Check tenant_url and the network. For an emulator, set ca_path to its certificate.",
        ),
        Diagnosis(
            "authorities_incomplete",
            FAILED,
            "`unable to get local issuer certificate`",
            "{issuer} is a public authority, and {trust} does not lead to it: the list of this host is too old, or a "
            "device in between leaves out certificates of the chain.",
            "Run: python -m pip install --upgrade certifi, for the Python that runs the modules, or set ca_path to "
            "the list of the system.",
        ),
        Diagnosis(
            "private_authority",
            FAILED,
            "`the server's certificate is not trusted`",
            "The certificate of {host} was issued by {issuer}, an authority that {trust} does not have. It may be a "
            "proxy of your company that decrypts TLS.",
            "Get the certificate of this authority, and set ca_path to its file.",
        ),
        Diagnosis(
            "certificate_not_verified",
            WARNING,
            "nothing: it works",
            "validate_certs is false: nobody knows who receives the password of the service user.",
            "Remove validate_certs, and set ca_path if the authority is a private one.",
        ),
        Diagnosis(
            "inspected_and_trusted",
            WARNING,
            "nothing: it works",
            "A proxy decrypts TLS: the certificate of {host} was issued by {issuer}. It can read the password of the "
            "service user and every token.",
            "Have {host} exempted from inspection.",
        ),
        Diagnosis(
            "certificate_expires_soon",
            WARNING,
            "nothing yet",
            "The certificate of {host}, issued by {issuer}, expires on {until}.",
            "Tell whoever runs the server. After that day, no task can connect.",
        ),
    ),
    "Tenant": (
        Diagnosis(
            "redirected",
            FAILED,
            "`a redirect to ..., which is not followed`",
            "{host} redirects to {target}: it is an alias, or the portal of another host.",
            "Set tenant_url to the tenant's own address: https://ID.id.cyberark.cloud, with the id that the portal "
            "shows under your name > About.",
        ),
        Diagnosis(
            "not_a_tenant",
            FAILED,
            "`something that is not a JSON object`",
            "A web server answers at {host}, but no identity tenant.",
            "Set tenant_url to the address of the tenant. Open it in a browser on this host: a login page of your "
            "network has to be answered first.",
        ),
        Diagnosis(
            "blocked_between",
            FAILED,
            "`403 Forbidden` or `451` with a page",
            "A proxy, a web filter or an IP restriction answers {status} before the tenant does.",
            "Ask the network team to allow {host}, and the owner of the tenant whether it is restricted to IP ranges.",
        ),
        Diagnosis(
            "tenant_down",
            FAILED,
            "`502`, `503` or `504`",
            "The tenant, or a gateway before it, answers {status}.",
            "Try again later, and look at the status page of the vendor.",
        ),
        Diagnosis(
            "rate_limited",
            FAILED,
            "`429 Too Many Requests`",
            "The tenant refuses requests because there are too many of them, from all clients together.",
            "Run fewer jobs at once, lower workers of scim_directory, raise retries.",
        ),
        Diagnosis(
            "no_answer_in_time",
            FAILED,
            "`no answer within`",
            "The server takes the connection, and does not answer within {timeout} s.",
            "Raise the option timeout. If that does not help, a device in between holds the answer back.",
        ),
        Diagnosis(
            "connection_cut",
            FAILED,
            "`the connection broke`",
            "The connection is closed before an answer came: {reason}.",
            "Try again. If it happens again, a firewall or a proxy in between closes the connection.",
        ),
        Diagnosis(
            "tenant_not_recognized",
            WARNING,
            "none, or `404 Not Found` later",
            "{host} answers, but not as an identity tenant does ({status}).",
            "Check tenant_url. For another SCIM server this is no problem.",
        ),
        Diagnosis(
            "another_pod",
            WARNING,
            "`invalid client creds or client not allowed`",
            "The users with the suffix of {login} belong to {pod}, and tenant_url leads to {host}.",
            "Set tenant_url to https://{pod}, unless {host} is another name of the same tenant.",
        ),
        Diagnosis(
            "clock_differs",
            WARNING,
            "tokens and certificates seem to expire too early",
            "The clock of this host differs from that of the tenant. It shows {here}, the tenant's {there}.",
            "Set the clock, and let NTP or chrony keep it.",
        ),
    ),
    "Admin Portal": (
        Diagnosis(
            "administrator_refused",
            WARNING,
            "none",
            "The administrator {login} gets no token: {reason}.",
            "Check administrator_client_id and administrator_client_secret: the box 'Is OAuth confidential client' "
            "has to be ticked for this user. The other checks do not need it.",
        ),
        Diagnosis(
            "administrator_sees_too_little",
            WARNING,
            "none",
            "The administrator may not read {what}.",
            "Put the administrator into the role System Administrator.",
        ),
        Diagnosis(
            "user_missing",
            FAILED,
            "`invalid client creds or client not allowed`",
            "Step 1 of the set-up is missing: there is no user {login} in the cloud directory.",
            "Core Services > Users > Add User, or the playbook setup_scim_server. Or correct {client_id}.",
        ),
        Diagnosis(
            "suffix_unknown",
            FAILED,
            "`invalid client creds or client not allowed`",
            "The tenant has no login suffix {suffix}. It has {suffixes}.",
            "Correct {client_id}.",
        ),
        Diagnosis(
            "user_locked",
            FAILED,
            "`invalid client creds or client not allowed`",
            "The user {login} is locked, most often after wrong passwords.",
            f"{USERS_PAGE}: Unlock. Then find the job that has the old password, or it is locked again.",
        ),
        Diagnosis(
            "user_disabled",
            FAILED,
            "`invalid client creds or client not allowed`",
            "The user {login} is disabled.",
            f"{USERS_PAGE}: Status, enable it.",
        ),
        Diagnosis(
            "user_expired",
            FAILED,
            "`invalid client creds or client not allowed`",
            "The user {login} or its password has expired.",
            f"{USERS_PAGE}: set a new password, and tick 'Password never expires'.",
        ),
        Diagnosis(
            "user_not_confidential",
            FAILED,
            "`invalid client creds or client not allowed`",
            "The user {login} is no OAuth confidential client.",
            f"{USERS_PAGE}: Status, tick 'Is OAuth confidential client'.",
        ),
        Diagnosis(
            "user_password_due",
            FAILED,
            "`invalid client creds or client not allowed`",
            "The user {login} has to set a new password at the next login, which a client cannot do.",
            f"{USERS_PAGE}: Status, untick 'Require password change at next login', and set a password.",
        ),
        Diagnosis(
            "app_missing",
            FAILED,
            "`unknown app`",
            "Step 5 of the set-up is missing: no app has the Application ID {app}.",
            "Web Apps > Add Web Apps > Custom > OAuth2 Client, then Settings: Application ID. Or correct {app_id}.",
        ),
        Diagnosis(
            "app_of_another_kind",
            FAILED,
            "`unknown app`",
            "The Application ID {app} belongs to an app of the kind {kind}, which issues no tokens.",
            "Add an app of the kind OAuth2 Client (Web Apps > Add Web Apps > Custom) and set {app_id} to its "
            "Application ID.",
        ),
        Diagnosis(
            "app_without_client_creds",
            FAILED,
            "`auth mode not allowed`",
            "Step 7 of the set-up is missing: the app {app} issues no tokens to clients.",
            f"{APP_PAGE} > Tokens: tick 'Client Creds'.",
        ),
        Diagnosis(
            "app_without_scope",
            FAILED,
            "`unknown scope requested`",
            "Step 8 of the set-up is missing: the app {app} has no scope {scope}. It has {scopes}.",
            f"{APP_PAGE} > Scope > Add: name {{scope}}, Allowed REST APIs scim*. Or correct the option "
            "{scope_option}.",
        ),
        Diagnosis(
            "scope_does_not_cover",
            FAILED,
            "`403 Forbidden` or `401 Unauthorized` at every request",
            "The scope {scope} of the app {app} allows {allowed}, which does not match {path}.",
            f"{APP_PAGE} > Scope > {{scope}}: add scim* to Allowed REST APIs.",
        ),
        Diagnosis(
            "app_not_deployed",
            FAILED,
            "`user not allowed access to app`",
            "Step 9 of the set-up is missing: no role has the permissions View and Run on the app {app}.",
            f"{APP_PAGE} > Permissions > Add: the role of the service user, View and Run.",
        ),
        Diagnosis(
            "user_not_a_member",
            FAILED,
            "`user not allowed access to app`",
            "Step 4 of the set-up is missing: {login} is in none of the roles that may use the app {app}: {roles}.",
            "Core Services > Roles > the role > Members > Add: {login}.",
        ),
        Diagnosis(
            "role_without_rights",
            FAILED,
            "`403 Forbidden`",
            "Step 3 of the set-up is missing: the roles {roles} of {login} have no administrative right that the SCIM "
            "server asks for.",
            "Core Services > Roles > the role > Administrative Rights > Add: User Management and Role Management for "
            "users and groups, or Vault Management alone for safes.",
        ),
        Diagnosis(
            "rights_hide_the_vault",
            WARNING,
            "lists of safes and accounts are empty",
            "{login} has {rights} beside Vault Management, and then sees no object of the vault.",
            "Use two service users, each with a role of its own: run the playbook setup_scim_server with "
            "admin_portal_profile=vault for the second, and set vault_client_id.",
        ),
        Diagnosis(
            "app_too_open",
            WARNING,
            "nothing: it works",
            "The app {app} issues tokens to users that are no OAuth confidential clients.",
            f"{APP_PAGE} > General Usage: Client ID type Confidential, tick 'Must be OAuth Client'.",
        ),
    ),
    "Token": (
        Diagnosis(
            "login_without_suffix",
            FAILED,
            "`invalid client creds or client not allowed`",
            "{client_id} is {login}: a login name without a suffix.",
            "Give the full login name, such as {login}@example.com: Core Services > Users shows it.",
        ),
        Diagnosis(
            "login_of_another_tenant",
            FAILED,
            "`invalid client creds or client not allowed`",
            "{login} belongs to the tenant {pod}, and was refused by {host}.",
            "Set tenant_url to https://{pod}, or {client_id} to a user of {host}.",
        ),
        Diagnosis(
            "password_or_policy",
            FAILED,
            "`invalid client creds or client not allowed`",
            "Nothing in the set-up of {login} is wrong: the password is, or a policy asks this user for a second "
            "factor.",
            "Compare {client_secret} with the password. Then see whether a policy of the portal applies to the user: "
            "Core Services > Policies, Authentication Policies. A service user must not need a second factor.",
        ),
        Diagnosis(
            "client_refused_in_header",
            FAILED,
            "`invalid client creds or client not allowed`",
            "{login} is refused. The login was sent in a header (client_secret_basic), which clients and servers "
            "encode in different ways.",
            "Set token_endpoint_auth_method to client_secret_post. If that is refused as well, the cause is the user: "
            "see client_refused.",
        ),
        Diagnosis(
            "client_refused",
            FAILED,
            "`invalid client creds or client not allowed`",
            "{login} is refused. The tenant has one answer for all of these: no such user, a wrong password, no OAuth "
            "confidential client, locked, disabled, due for a new password, or a policy that asks for a second factor.",
            f"{USERS_PAGE}: Status has the boxes 'Is OAuth confidential client' and 'Locked'. Do not try again with "
            "the same password, which locks the user. With administrator_client_id the doctor says which it is.",
        ),
        Diagnosis(
            "app_unknown",
            FAILED,
            "`unknown app`",
            "The tenant has no OAuth2 client app with the Application ID {app}.",
            "Web Apps > the app > Settings: copy the Application ID, which is not the name of the app, into {app_id}.",
        ),
        Diagnosis(
            "app_not_permitted",
            FAILED,
            "`user not allowed access to app`",
            "No role of {login} may use the app {app}: it is not deployed to the user.",
            f"{APP_PAGE} > Permissions: View and Run for a role whose Members page has {{login}}.",
        ),
        Diagnosis(
            "scope_unknown",
            FAILED,
            "`unknown scope requested`",
            "The app {app} defines no scope {scope}.",
            f"{APP_PAGE} > Scope: add it with Allowed REST APIs scim*, or set the option {{scope_option}} to one of "
            "those there.",
        ),
        Diagnosis(
            "grant_not_allowed",
            FAILED,
            "`auth mode not allowed`",
            "The app {app} does not issue tokens to clients.",
            f"{APP_PAGE} > Tokens: tick 'Client Creds'.",
        ),
        Diagnosis(
            "grant_lost",
            FAILED,
            "`invalid grant type`",
            "The tenant did not see the grant type that was sent: a device in between changes the request.",
            "Bypass the proxy or gateway for {host}.",
        ),
        Diagnosis(
            "token_endpoint_missing",
            FAILED,
            "`404 Not Found`",
            "There is no token endpoint at {url}.",
            "Check {app_id}: it is the Application ID, without slashes. Check tenant_url.",
        ),
        Diagnosis(
            "token_illegible",
            FAILED,
            "`the answer holds no access_token`",
            "The token endpoint answers, but not with a token.",
            "Check tenant_url: a login page or another server answers.",
        ),
        Diagnosis(
            "token_expired",
            FAILED,
            "`401 Unauthorized`",
            "The given token expired {ago} ago.",
            "Remove {access_token} and {token_variable}, and let the task request one; or get a new one "
            "with scim_token.",
        ),
        Diagnosis(
            "token_of_another_tenant",
            FAILED,
            "`401 Unauthorized`",
            "The given token was issued by {issuer}, and tenant_url is {host}.",
            "Give a token of this tenant, or the address of that one.",
        ),
        Diagnosis(
            "token_of_another_app",
            WARNING,
            "`401 Unauthorized`, or `403 Forbidden`",
            "The token was issued by the app {issued}, and {app_id} is {app}.",
            "Give a token of this app, or remove {app_id}.",
        ),
        Diagnosis(
            "token_of_another_user",
            WARNING,
            "rights are missing that the user of client_id has",
            "The token is of {user}, and {client_id} is {login}.",
            "Remove {access_token} and {token_variable}.",
        ),
        Diagnosis(
            "scope_not_granted",
            FAILED,
            "`403 Forbidden` at every request",
            "The token has the scope {granted}, and not {scope}: it opens nothing for which that scope is needed.",
            f"Set the option {{scope_option}}, and see {APP_PAGE} > Scope.",
        ),
        Diagnosis(
            "token_short_lived",
            WARNING,
            "tokens are refused in the middle of a long run",
            "A token lives {lifetime} s: each long task has to request several.",
            f"{APP_PAGE} > Tokens: a token lifetime of at least ten minutes.",
        ),
    ),
    "SCIM server": (
        Diagnosis(
            "platform_token_refused",
            FAILED,
            "`401 Unauthorized`",
            "The SCIM server does not take platform tokens, which tasks without app_id request.",
            "Set {app_id} to the Application ID of the OAuth2 client app: Web Apps > the app > Settings.",
        ),
        Diagnosis(
            "token_refused",
            FAILED,
            "`401 Unauthorized`",
            "The SCIM server refuses a token that the tenant has just issued: most often its scope {scope} does not "
            "cover {path}.",
            f"{APP_PAGE} > Scope > {{scope}}: Allowed REST APIs has to be scim*.",
        ),
        Diagnosis(
            "given_token_refused",
            FAILED,
            "`401 Unauthorized`",
            "The given token is refused: it has expired, was revoked, or is for another tenant.",
            "Remove {access_token} and {token_variable}, and give {client_id} and {client_secret}.",
        ),
        Diagnosis(
            "scope_too_narrow",
            FAILED,
            "`403 Forbidden` at every request",
            "The token does not open {path}, which needs no administrative right: its scope {scope} does not cover it.",
            f"{APP_PAGE} > Scope > {{scope}}: Allowed REST APIs has to be scim*.",
        ),
        Diagnosis(
            "scim_path_wrong",
            FAILED,
            "`404 Not Found`",
            "There is no SCIM server at {path}.",
            "{advice}.",
        ),
        Diagnosis(
            "scim_foreign",
            FAILED,
            "`answered for ServiceProviderConfig with something else`",
            "The server at {path} is no SCIM server.",
            "Leave scim_path out, and check tenant_url.",
        ),
        Diagnosis(
            "scim_page",
            FAILED,
            "`something that is not a JSON object`",
            "The address {path} sent a page instead of SCIM, although the tenant answers at {host}.",
            "Run this again. If the page stays, leave scim_path out, and ask the network team which gateway or web "
            "filter answers for {path}.",
        ),
        Diagnosis(
            "no_rights",
            FAILED,
            "`403 Forbidden`",
            "{login} may read nothing that the SCIM server has: its role has no administrative right.",
            "Core Services > Roles > the role > Administrative Rights > Add: User Management and Role Management for "
            "users and groups, or Vault Management alone for safes. See that the user is on the Members page.",
        ),
        Diagnosis(
            "user_management_missing",
            WARNING,
            "`403 Forbidden` for users",
            "{login} may read groups, but no users.",
            "Core Services > Roles > the role > Administrative Rights > Add: User Management.",
        ),
        Diagnosis(
            "role_management_missing",
            WARNING,
            "`403 Forbidden` for groups",
            "{login} may read users, but no groups.",
            "Core Services > Roles > the role > Administrative Rights > Add: Role Management.",
        ),
        Diagnosis(
            "vault_management_missing",
            FAILED,
            "`403 Forbidden` for safes",
            "{login}, the service user for the vault, may read no safes.",
            "Core Services > Roles > the role > Administrative Rights: Vault Management, and no other management "
            "right.",
        ),
        Diagnosis(
            "identities_swapped",
            FAILED,
            "`403 Forbidden` for users, groups and safes",
            "The two service users are swapped: {first} sees the vault, and {login}, the one for the vault, may read "
            "users or groups, and nothing of the vault.",
            "Swap client_id, client_secret and app_id with vault_client_id, vault_client_secret and vault_app_id.",
        ),
        Diagnosis(
            "vault_user_is_the_first",
            FAILED,
            "`403 Forbidden` for safes, or lists of safes and accounts are empty",
            "vault_client_id is the same user as client_id: {login}, who sees no object of the vault.",
            "Set vault_client_id, vault_client_secret and vault_app_id to the second service user, whose role has "
            "Vault Management alone. Give {login} no right on the vault: a user with rights of both kinds sees an "
            "empty vault.",
        ),
        Diagnosis(
            "vault_is_empty",
            WARNING,
            "lists of safes and accounts are empty",
            "{login}, the service user for the vault, sees no safe, no permission and no account.",
            "Create a safe, or make the user a member of one. If it is a member of safes, its role has another "
            "management right beside Vault Management: remove that.",
        ),
        Diagnosis(
            "vault_seen_as_empty",
            WARNING,
            "lists of safes and accounts are empty",
            "{login} sees no safe, no permission and no account. Either the vault is empty, or the user has another "
            "management right beside Vault Management, or it is a member of no safe.",
            "If the role has Vault Management alone, create a safe, or make the user a member of one. Otherwise use a "
            "second service user for the vault, whose role has Vault Management and no other right, make it a member "
            "of the safes, and set vault_client_id.",
        ),
        Diagnosis(
            "kind_unreadable",
            FAILED,
            "a failure for one kind of objects",
            "The list of {kind} cannot be read: {reason}.",
            "If it happens again, report it to whoever runs the tenant, with the answer.",
        ),
        Diagnosis(
            "slow",
            WARNING,
            "tasks take long",
            "An answer takes {seconds} s.",
            "Manage many objects in one task with scim_directory, which sends requests in parallel. Raise timeout if "
            "tasks fail.",
        ),
        Diagnosis(
            "failed_otherwise",
            FAILED,
            "a failure that no other row has",
            "The check failed in a way that it does not know: {reason}.",
            "Report it with this text.",
        ),
    ),
}
DIAGNOSES: Mapping[str, Diagnosis] = {row.code: row for rows in AREAS.values() for row in rows}
