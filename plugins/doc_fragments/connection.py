# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  tenant_url:
    description:
      - The address of the tenant, such as V(https://example.id.cyberark.cloud). Without a scheme, V(https://) is
        assumed.
      - V(http://) is accepted for this machine only. An address with a user name or a password in it is refused.
      - If not set, the value of the environment variable E(CYBERARK_IDENTITY_TENANT_URL) is used.
    type: str
    required: true
  app_id:
    description:
      - The Application ID of the OAuth2 client app of the tenant. The token is requested from C(/oauth2/token/APP_ID).
      - When omitted, the token is requested from the platform token endpoint, C(/oauth2/platformtoken).
      - If not set, the value of the environment variable E(CYBERARK_IDENTITY_APP_ID) is used.
    type: str
  scope:
    description:
      - The scope to request, as named on the Scope page of the OAuth2 client app. It is not sent without O(app_id).
      - If not set, the value of the environment variable E(CYBERARK_IDENTITY_SCOPE) is used.
    type: str
    default: scim
  client_id:
    description:
      - The full login name of the service user, which is an OAuth confidential client.
      - Required together with O(client_secret). One of O(client_id) and O(access_token) is required.
      - If not set, the value of the environment variable E(CYBERARK_IDENTITY_CLIENT_ID) is used.
    type: str
  client_secret:
    description:
      - The password of the service user. Give O(tenant_url) beside it, because it is not sent to an address that only
        the environment gives.
      - If not set, the value of the environment variable E(CYBERARK_IDENTITY_CLIENT_SECRET) is used.
    type: str
  access_token:
    description:
      - A bearer token to use instead of requesting one. Give O(tenant_url) beside it, as with O(client_secret).
      - If O(client_id) and O(client_secret) are given as well, the token is used until the server refuses it; then a
        new one is requested.
      - If not set, the value of the environment variable E(CYBERARK_IDENTITY_ACCESS_TOKEN) is used.
    type: str
  token_endpoint_auth_method:
    description:
      - The method to send O(client_id) and O(client_secret) to the token endpoint. V(client_secret_post) puts them into
        the form, and V(client_secret_basic) into the header for HTTP Basic authentication.
      - If not set, the value of the environment variable E(CYBERARK_IDENTITY_TOKEN_ENDPOINT_AUTH_METHOD) is used.
    type: str
    choices: [client_secret_post, client_secret_basic]
    default: client_secret_post
  scim_path:
    description:
      - The path of the SCIM server below O(tenant_url). Modules that do not use the SCIM server ignore it.
      - If not set, the value of the environment variable E(CYBERARK_IDENTITY_SCIM_PATH) is used.
    type: str
    default: /scim/v2
  validate_certs:
    description:
      - Whether to verify that the certificate of the tenant is trusted and names its host. Without this check, nobody
        knows who receives the credentials.
      - If not set, the value of the environment variable E(CYBERARK_IDENTITY_VALIDATE_CERTS) is used.
    type: bool
    default: true
  ca_path:
    description:
      - A file with the certificates of the certificate authorities to trust, in PEM format, or a folder of such files
        prepared with C(openssl rehash).
      - When omitted, the authorities that the Python library C(requests) trusts, or those in the file that
        E(REQUESTS_CA_BUNDLE) names.
      - If not set, the value of the environment variable E(CYBERARK_IDENTITY_CA_PATH) is used.
    type: path
  client_cert:
    description:
      - A file with the client certificate for a proxy or gateway that requires one, in PEM format. It may hold the key
        as well.
      - If not set, the value of the environment variable E(CYBERARK_IDENTITY_CLIENT_CERT) is used.
    type: path
  client_key:
    description:
      - A file with the key of O(client_cert), in PEM format and not encrypted.
      - If not set, the value of the environment variable E(CYBERARK_IDENTITY_CLIENT_KEY) is used.
    type: path
  timeout:
    description:
      - The seconds to wait for a connection, and then for each part of an answer. The whole answer has to arrive within
        ten times as long.
      - If not set, the value of the environment variable E(CYBERARK_IDENTITY_TIMEOUT) is used.
    type: float
    default: 30
  retries:
    description:
      - The number of retries of a request, if a retry is safe and may help. Each retry is a warning.
      - If no connection could be made, or after status 425 or 429, the request is always retried. After a broken
        connection, a time-out, or status 408, 502, 503 or 504, it is retried only if it can be repeated without harm.
        After any other write, the object is read again, and only missing changes are written. The table in
        docs/errors.md has every status.
      - A C(Retry-After) header in seconds, as a date or as a Unix time is honoured up to 60 seconds. Otherwise the wait
        begins at half a second and doubles each time. No retry begins later than five minutes after the first attempt.
      - If not set, the value of the environment variable E(CYBERARK_IDENTITY_RETRIES) is used.
    type: int
    default: 5
  journal_path:
    description:
      - A file on the host that runs the task. Each write is appended to it twice, as a line of JSON before it is sent
        and as a line with its outcome. The guide docs/journal.md describes the lines.
      - The file is created with mode 0600. If it cannot be written, the task fails with the code V(journal) before the
        write. A task that writes nothing does not touch the file.
      - If not set, the value of the environment variable E(CYBERARK_IDENTITY_JOURNAL_PATH) is used.
    type: path
  journal_run:
    description:
      - A name for the run in the journal, such as the number of a job, by which all its tasks are found. When omitted,
        each task has a name of its own.
      - If not set, the value of the environment variable E(CYBERARK_IDENTITY_JOURNAL_RUN) is used.
    type: str
requirements:
  - requests >= 2.25
notes:
  - Set options that are the same for many tasks once, with C(module_defaults) for the action group
    C(group/idops.cyberark_identity.scim), or through the environment variables.
  - Tenant, client and app belong together. Variables of the environment that are for another tenant, client or app than
    the options are not used. The table in docs/authentication.md has the rules.
  - Proxies are taken from the environment variables E(HTTPS_PROXY), E(HTTP_PROXY) and E(NO_PROXY). Redirects are
    not followed.
"""

    # A module that reads or writes the vault, which may have a service user of its own.
    VAULT = r"""
options:
  vault_client_id:
    description:
      - The full login name of the service user for the vault, if it is not O(client_id). It reads and writes safes,
        permissions on safes and privileged accounts; O(client_id) reads and writes users and groups.
      - When only one of the two is given, the module uses it for everything.
      - The address, O(token_endpoint_auth_method) and all other options of the connection are the same for both.
      - If not set, the value of the environment variable E(CYBERARK_IDENTITY_VAULT_CLIENT_ID) is used.
    type: str
  vault_client_secret:
    description:
      - The password of O(vault_client_id).
      - If not set, the value of the environment variable E(CYBERARK_IDENTITY_VAULT_CLIENT_SECRET) is used.
    type: str
  vault_access_token:
    description:
      - A bearer token of the service user for the vault, to use instead of requesting one.
      - If not set, the value of the environment variable E(CYBERARK_IDENTITY_VAULT_ACCESS_TOKEN) is used.
    type: str
  vault_app_id:
    description:
      - The Application ID of the OAuth2 client app for the service user for the vault. When omitted, that in O(app_id).
      - If not set, the value of the environment variable E(CYBERARK_IDENTITY_VAULT_APP_ID) is used.
    type: str
  vault_scope:
    description:
      - The scope to request for the service user for the vault. When omitted, that in O(scope).
      - If not set, the value of the environment variable E(CYBERARK_IDENTITY_VAULT_SCOPE) is used.
    type: str
"""

    # A module of the administration API.
    ADMINISTRATOR = r"""
options: {}
notes:
  - The credentials are those of an administrator, a user that is an OAuth confidential client. Without O(app_id) the
    token comes from the platform token endpoint and covers the administration API. With O(app_id), the scope of that
    app has to cover it.
  - Every write is read back. If the tenant reports success but did nothing, the task fails.
"""

    # Additions for plugins. Ansible merges them with the options above, option by option.
    PLUGINS = r"""
options:
  tenant_url:
    env:
      - name: CYBERARK_IDENTITY_TENANT_URL
  app_id:
    env:
      - name: CYBERARK_IDENTITY_APP_ID
  scope:
    env:
      - name: CYBERARK_IDENTITY_SCOPE
  client_id:
    env:
      - name: CYBERARK_IDENTITY_CLIENT_ID
  client_secret:
    env:
      - name: CYBERARK_IDENTITY_CLIENT_SECRET
  access_token:
    env:
      - name: CYBERARK_IDENTITY_ACCESS_TOKEN
  token_endpoint_auth_method:
    env:
      - name: CYBERARK_IDENTITY_TOKEN_ENDPOINT_AUTH_METHOD
  scim_path:
    env:
      - name: CYBERARK_IDENTITY_SCIM_PATH
  validate_certs:
    env:
      - name: CYBERARK_IDENTITY_VALIDATE_CERTS
  ca_path:
    env:
      - name: CYBERARK_IDENTITY_CA_PATH
  client_cert:
    env:
      - name: CYBERARK_IDENTITY_CLIENT_CERT
  client_key:
    env:
      - name: CYBERARK_IDENTITY_CLIENT_KEY
  timeout:
    env:
      - name: CYBERARK_IDENTITY_TIMEOUT
  retries:
    env:
      - name: CYBERARK_IDENTITY_RETRIES
  journal_path:
    env:
      - name: CYBERARK_IDENTITY_JOURNAL_PATH
  journal_run:
    env:
      - name: CYBERARK_IDENTITY_JOURNAL_RUN
  vault_client_id:
    env:
      - name: CYBERARK_IDENTITY_VAULT_CLIENT_ID
  vault_client_secret:
    env:
      - name: CYBERARK_IDENTITY_VAULT_CLIENT_SECRET
  vault_access_token:
    env:
      - name: CYBERARK_IDENTITY_VAULT_ACCESS_TOKEN
  vault_app_id:
    env:
      - name: CYBERARK_IDENTITY_VAULT_APP_ID
  vault_scope:
    env:
      - name: CYBERARK_IDENTITY_VAULT_SCOPE
"""
