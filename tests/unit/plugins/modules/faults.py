# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Broken set-ups, each with the first diagnosis that the doctor has to give.

A fault prepares a world and returns options of the module. What it breaks is the emulator, a small server or the
environment; no part of the collection is replaced.
"""

from __future__ import annotations

import base64
import errno
import json
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import trustme
from ansible_collections.idops.cyberark_identity.tests.unit.harness import CORE_USER, Tenant
from ansible_collections.idops.cyberark_identity.tests.unit.hostile import Seen, Serve, reply
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from urllib3.util import ssl_

Options = dict[str, Any]
NAME = "tenant.example.com"
PAGE = b"<html>Sign in</html>"


@dataclass(frozen=True)
class World:
    """What a fault can break."""

    tenant: Tenant
    tls_tenant: Tenant
    serve: Serve
    patch: pytest.MonkeyPatch
    folder: Path

    def front(self, context: ssl.SSLContext | None = None, **changes: Any) -> Options:
        """Serve the tenant through a small server that may change answers, and return the options for it.

        ``changes`` are answers by a part of the path; ``headers`` are those of every answer.
        """
        headers = changes.pop("headers", {})

        def answer(seen: Seen) -> Iterable[bytes]:
            for part, given in changes.items():
                if part.lower() in seen.target.lower():
                    return given(seen) if callable(given) else given
            sent = dict(line.split(": ", 1) for line in seen.head.splitlines()[1:] if ": " in line)
            kept = {name: sent[name] for name in sent if name.lower() not in ("host", "content-length", "connection")}
            url = self.tenant.info["tenant_url"] + seen.target
            with requests.Session() as session:
                session.trust_env = False
                got = session.request(seen.method, url, data=seen.body, headers=kept, timeout=10)
            fields = {"Content_Type": got.headers.get("Content-Type", "text/html"), "Date": got.headers["Date"]}
            content = got.content.replace(urlsplit(url).netloc.encode(), urlsplit(server.url).netloc.encode())
            return reply(content, f"{got.status_code} {got.reason}", **{**fields, **headers})

        server = self.serve(context, answer)
        return {"tenant_url": server.url}

    def named(self, hostile_url: str, *more: str) -> Options:
        """Let NAME resolve to the small server, behind other addresses, and return the options for it."""
        look_up = socket.getaddrinfo

        def resolve(host: str, port: Any, *args: Any, **kwargs: Any) -> Any:
            if host != NAME:
                return look_up(host, port, *args, **kwargs)
            return [entry for each in (*more, "127.0.0.1") for entry in look_up(each, port, *args, **kwargs)]

        self.patch.setattr(socket, "getaddrinfo", resolve)
        return {"tenant_url": hostile_url.replace("127.0.0.1", NAME)}

    def trusting(self, ca: trustme.CA) -> Options:
        path = self.folder / "authority.pem"
        ca.cert_pem.write_to_path(str(path))
        return {"ca_path": str(path)}


Prepare = Callable[[World], Options]


@dataclass(frozen=True)
class Fault:
    """A broken set-up. ``expected`` is the first diagnosis, and those that have to follow it."""

    expected: str
    what: str
    prepare: Prepare = field(repr=False)
    more: tuple[str, ...] = ()
    says: tuple[str, ...] = ()  # parts of the first diagnosis


def given(**options: Any) -> Prepare:
    """Return a fault of these options alone."""
    return lambda world: options


def switched(**switches: Any) -> Prepare:
    """Return a fault of the emulator's switches."""

    def prepare(world: World) -> Options:
        world.tenant.switch(**switches)
        return {}

    return prepare


def faulty(path: str, **fault: Any) -> Prepare:
    """Return a fault of the emulator's answers to a path."""

    def prepare(world: World) -> Options:
        world.tenant.fault(path=path, count=None, **fault)
        return {"timeout": 0.3} if "latency" in fault else {}

    return prepare


def both(*faults: Prepare) -> Prepare:
    """Return several faults at once. Later options win."""

    def prepare(world: World) -> Options:
        options: Options = {}
        for each in faults:
            options.update(each(world))
        return options

    return prepare


def fronted(**changes: Any) -> Prepare:
    """Return a fault of a device before the tenant."""
    return lambda world: world.front(**changes)


def answered(*answer: Any, **headers: str) -> Prepare:
    """Return a fault in which a server has one answer for everything."""
    return lambda world: {"tenant_url": world.serve(None, lambda seen: reply(*answer, **headers)).url}


# -- Proxy and network --------------------------------------------------------


def proxied(answer: Callable[[Seen], Iterable[bytes]] | str, variable: str = "HTTPS_PROXY") -> Prepare:
    """Return a fault of a proxy: its answer to every request, or the text that names it."""

    def prepare(world: World) -> Options:
        proxy = answer if isinstance(answer, str) else world.serve(None, answer).url.replace("//", "//me:proxy-word-1@")
        world.patch.setenv(variable, proxy)
        return {"tenant_url": f"https://{NAME}"}

    return prepare


def plain_proxy(status: str, variable: str) -> Prepare:
    """Return a fault of a proxy without TLS whose address begins with https://."""

    def prepare(world: World) -> Options:
        url = world.serve(None, lambda seen: reply(PAGE, status)).url
        world.patch.setenv(variable, url.replace("http://", "https://me:proxy-word-1@"))  # pragma: allowlist secret
        return {"tenant_url": f"https://{NAME}"}

    return prepare


def through_proxy(answer: Callable[[Seen], Iterable[bytes]]) -> Prepare:
    """Return a fault of a proxy that is used for an http:// tenant, which gets whole requests."""

    def prepare(world: World) -> Options:
        world.patch.setenv("HTTP_PROXY", world.serve(None, answer).url)
        return {"tenant_url": "http://localhost:9"}

    return prepare


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def look_up_fails(error: Exception) -> Prepare:
    def prepare(world: World) -> Options:
        def fail(*args: Any, **kwargs: Any) -> Any:
            raise error

        world.patch.setattr(socket, "getaddrinfo", fail)
        return {"tenant_url": f"https://{NAME}"}

    return prepare


def no_name(world: World) -> Options:
    return look_up_fails(socket.gaierror(socket.EAI_NONAME, "Name not known"))(world)


def resolves_to(address: str) -> Prepare:
    def prepare(world: World) -> Options:
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]
        world.patch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
        return {"tenant_url": f"https://{NAME}"}

    return prepare


def connecting_fails(error: OSError) -> Prepare:
    def prepare(world: World) -> Options:
        def fail(*args: Any, **kwargs: Any) -> Any:
            raise error

        resolves_to("192.0.2.1")(world)
        world.patch.setattr(socket, "create_connection", fail)
        return {"tenant_url": f"https://{NAME}"}

    return prepare


def refused_port(world: World) -> Options:
    return {"tenant_url": f"https://127.0.0.1:{closed_port()}"}


def proxy_for_http_alone(world: World) -> Options:
    world.patch.setenv("HTTP_PROXY", "http://proxy.example.com:3128")
    return refused_port(world)


def one_dead_address(world: World) -> Options:
    ca = trustme.CA()
    url = world.front(context_of(ca, NAME), StartAuthentication=pod(NAME))["tenant_url"]
    return {**world.named(url, "127.0.0.9"), **world.trusting(ca)}


# -- TLS ----------------------------------------------------------------------

DAY = timedelta(days=1)


def context_of(ca: trustme.CA, name: str = "127.0.0.1", **dates: datetime) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(name, **dates).configure_cert(context)
    return context


def certified(
    organization: str | None = None,
    *,
    name: str = "127.0.0.1",
    trusted: bool = False,
    clock: timedelta | None = None,
    **days: float,
) -> Prepare:
    """Return a fault of a certificate: its issuer, its name, its dates as days from now, and the server's clock."""

    def prepare(world: World) -> Options:
        ca, now = trustme.CA(organization_name=organization), datetime.now(UTC)
        dates = {name: now + distance * DAY for name, distance in days.items()}
        headers = {"Date": format_datetime(now + clock)} if clock is not None else {}
        options = world.front(context_of(ca, name, **dates), headers=headers)
        return {**options, **(world.trusting(ca) if trusted else {"ca_path": None})}

    return prepare


def other_authority(variable: str) -> Prepare:
    """Return a fault in which the file of authorities lacks the right one."""

    def prepare(world: World) -> Options:
        options = world.front(context_of(trustme.CA()))
        path = world.trusting(trustme.CA())["ca_path"]
        if variable:
            world.patch.setenv(variable, path)
        return {**options, "ca_path": None if variable else path}

    return prepare


def folder_of_authorities(world: World) -> Options:
    """Keep the right certificate in the folder, by a name that OpenSSL does not look for."""
    ca = trustme.CA()
    options = world.front(context_of(ca))
    return {**options, "ca_path": str(Path(world.trusting(ca)["ca_path"]).parent)}


def self_signed(world: World) -> Options:
    ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    path = world.folder / "own.pem"
    path.write_bytes(ca.private_key_pem.bytes() + ca.cert_pem.bytes())
    context.load_cert_chain(path)
    return {**world.front(context), "ca_path": None}


def old_authority(world: World) -> Options:
    """As Python 3.13 checks: the certificate says not which key signed it."""
    key, ca_key, now = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
        datetime.now(UTC),
    )

    def built(name: str, public: Any, *extensions: tuple[Any, bool]) -> Any:
        def dn(text: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

        builder = x509.CertificateBuilder().subject_name(dn(name)).issuer_name(dn("Old Company CA")).public_key(public)
        builder = builder.serial_number(7).not_valid_before(now - DAY).not_valid_after(now + DAY * 90)
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(ca_key, hashes.SHA256())

    own = x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key())
    usage = x509.KeyUsage(*[number in (5, 6) for number in range(9)])  # to sign certificates and lists of them
    ca = built(
        "Old Company CA", ca_key.public_key(), (x509.BasicConstraints(True, None), True), (own, False), (usage, True)
    )
    leaf = built("server", key.public_key(), (x509.SubjectAlternativeName([x509.DNSName(NAME)]), False))
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    chain, authority = world.folder / "chain.pem", world.folder / "old.pem"
    chain.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + leaf.public_bytes(pem))
    authority.write_bytes(ca.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    usual = ssl_.create_urllib3_context

    def strict(*args: Any, **kwargs: Any) -> ssl.SSLContext:
        made: ssl.SSLContext = usual(*args, **kwargs)
        made.verify_flags |= ssl.VERIFY_X509_STRICT
        return made

    world.patch.setattr(ssl_, "create_urllib3_context", strict)
    return {**world.named(world.front(context)["tenant_url"]), "ca_path": str(authority)}


def plain_text_port(world: World) -> Options:
    return {"tenant_url": world.tenant.info["tenant_url"].replace("http:", "https:")}


def tls_port(world: World) -> Options:
    return {"tenant_url": world.tls_tenant.info["tenant_url"].replace("https:", "http:")}


def cut_in_the_handshake(world: World) -> Options:
    listener = socket.create_server(("127.0.0.1", 0))

    def close_all() -> None:
        while True:
            try:
                listener.accept()[0].close()
            except OSError:
                return

    import threading

    threading.Thread(target=close_all, daemon=True).start()
    return {"tenant_url": f"https://127.0.0.1:{listener.getsockname()[1]}"}


def old_tls(world: World) -> Options:
    ca = trustme.CA()
    context = context_of(ca)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    return {**world.front(context), **world.trusting(ca)}


def client_certificate(world: World) -> Options:
    ca = trustme.CA()
    context = context_of(ca)
    context.verify_mode = ssl.CERT_REQUIRED
    ca.configure_trust(context)
    return {**world.front(context), **world.trusting(ca)}


def no_pem(option: str) -> Prepare:
    def prepare(world: World) -> Options:
        path = world.folder / "file.pem"
        path.write_text("not a certificate")
        return {**world.tls_tenant.connection, option: str(path)}

    return prepare


def over_tls(**options: Any) -> Prepare:
    def prepare(world: World) -> Options:
        world.tls_tenant.seed(containers=[{"name": "APP"}])
        return {**world.tls_tenant.connection, **options}

    return prepare


# -- Tenant, token and SCIM server ----------------------------------------------


def silent(world: World) -> Options:
    def answer(seen: Seen) -> Iterator[bytes]:
        time.sleep(2)
        yield b""

    return {"tenant_url": world.serve(None, answer).url, "timeout": 0.2}


def pod(name: str) -> list[bytes]:
    return reply({"success": True, "Result": {"PodFqdn": name}})


def user(**facts: Any) -> Prepare:
    """Return a fault of the service user: another one that has these facts, and the same rights."""

    def prepare(world: World) -> Options:
        password = "Service-pass-1"
        body = {"schemas": [CORE_USER], "userName": "svc@example.com", "password": password, "oauthClient": True}
        world.tenant.seed(users=[{**body, "inEverybodyRole": False, **facts}])
        rights = ["User Management", "Role Management"]
        world.tenant.seed(groups=[{"displayName": "svc", "members": ["svc@example.com"], "rights": rights}])
        world.tenant.seed(apps=[{**APP, "permissions": {"svc": "View,Execute"}}])
        return {"client_id": "svc@example.com", "client_secret": password, "app_id": "other-app"}

    return prepare


SCOPES = [{"Scope": "scim", "Description": "", "Mode": "RestFilter", "AllowedRest": ["scim*"]}]
PROFILE = {"AllowedAuth": "ClientCreds", "KnownScopes": SCOPES, "MustBeOauthClient": True, "ClientIDType": 1}
APP: dict[str, Any] = {"ServiceName": "other-app", "Name": "Other", "OAuthProfile": PROFILE}


def app(permissions: Mapping[str, str] | None = None, **changes: Any) -> Prepare:
    """Return a fault of the app: one that differs in these points."""

    def prepare(world: World) -> Options:
        profile = {**PROFILE, **changes.get("profile", {})}
        template = {"TemplateName": changes["template"]} if "template" in changes else {"OAuthProfile": profile}
        rights = {"SCIM client": "View,Execute"} if permissions is None else permissions
        body = {name: value for name, value in APP.items() if name != "OAuthProfile"}
        world.tenant.seed(apps=[{**body, **template, "permissions": rights}])
        return {"app_id": "other-app"}

    return prepare


def narrow(*expressions: str) -> dict[str, Any]:
    return {"KnownScopes": [{**SCOPES[0], "AllowedRest": list(expressions)}]}


def jwt(**claims: Any) -> str:
    parts = [json.dumps(part).encode() for part in ({"alg": "RS256"}, claims)]
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), "c2lnbmF0dXJl"])


def given_token(**claims: Any) -> Prepare:
    """Return a fault of a given token with these claims."""
    return lambda world: {"access_token": jwt(**claims), "client_secret": None, "client_id": None}


def issued_token(**claims: Any) -> Prepare:
    """Return a fault of the claims of a token that the tenant issues. The SCIM server takes it."""

    def prepare(world: World) -> Options:
        token = jwt(**claims)
        return world.front(
            **{
                "/oauth2/": reply({"access_token": token, "expires_in": 18000}),
                "ServiceProviderConfig": reply({"patch": {"supported": True}, "filter": {"maxResults": 100}}),
                "/scim/": reply({"totalResults": 1, "Resources": [{"id": "1"}]}),
            }
        )

    return prepare


def platform_client(**more: Any) -> Prepare:
    return both(switched(**more), given(app_id=None))


def vault_client(world: World) -> Options:
    """Two service users, and that of the vault lost its right."""
    second = world.tenant.reset_with_two_clients()
    world.tenant.seed(containers=[{"name": "APP"}])
    (role,) = [each for each in world.tenant.state()["roles"] if each["displayName"] == "SCIM vault client"]
    rights = [{"Role": role["id"], "Path": path} for path in role["rights"]]
    connection = world.tenant.administrator
    token = requests.post(
        f"{connection['tenant_url']}/oauth2/platformtoken",
        data={"grant_type": "client_credentials", **{k: connection[k] for k in ("client_id", "client_secret")}},
        timeout=10,
    ).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "X-IDAP-NATIVE-CLIENT": "true"}
    url = f"{connection['tenant_url']}/SaasManage/UnAssignSuperRights"
    assert requests.post(url, json=rights, headers=headers, timeout=10).json()["success"]
    return second


def vault_with(**options: Any) -> Prepare:
    """Return a fault of the options of the vault's service user."""

    def prepare(world: World) -> Options:
        second = world.tenant.reset_with_two_clients()
        world.tenant.seed(containers=[{"name": "APP"}])
        return {**second, **options}

    return prepare


def swapped(world: World) -> Options:
    second = vault_with()(world)
    names = ("app_id", "client_id", "client_secret")
    first = {f"vault_{name}": world.tenant.connection[name] for name in names}
    return {**first, **{name: second[f"vault_{name}"] for name in names}}


def same_user(*, two: bool) -> Prepare:
    """Return a fault of one user given twice: without the right on the vault, or with all rights, which hide it."""

    def prepare(world: World) -> Options:
        (vault_with() if two else switched(mixed_rights_hide_vault=True))(world)
        names = ("app_id", "client_id", "client_secret")
        options = {f"vault_{name}": world.tenant.connection[name] for name in names}
        return {**options, "vault_client_id": options["vault_client_id"].upper()}

    return prepare


def empty_vault(*, alone: bool = False) -> Prepare:
    """Return a fault of a vault without objects, and a service user whose role is right."""

    def prepare(world: World) -> Options:
        second = world.tenant.reset_with_two_clients()
        names = ("app_id", "client_id", "client_secret")
        return {name: second[f"vault_{name}"] for name in names} if alone else second

    return prepare


def page_once(world: World) -> Options:
    world.tenant.fault(path="ServiceProviderConfig", body="html")
    return {}


def from_environment(**options: str) -> Prepare:
    """Return a fault of variables of the environment, which has the tenant's address as well."""

    def prepare(world: World) -> Options:
        connection = {**world.tenant.connection, **options}
        for name in ("tenant_url", *options):
            world.patch.setenv(f"CYBERARK_IDENTITY_{name.upper()}", connection[name])
        return {}

    return prepare


def seen_by_administrator(prepare: Prepare) -> Prepare:
    """Return a fault that an administrator looks at, too."""

    def prepared(world: World) -> Options:
        options = prepare(world)
        administrator = world.tenant.administrator
        return {f"administrator_{name}": administrator[name] for name in ("client_id", "client_secret")} | options

    return prepared


def stranger(world: World) -> Options:
    """Return a fault in which the service user is in none of the roles of the app."""
    world.tenant.seed_user(userName="ada@example.com")
    world.tenant.seed(groups=[{"displayName": "others", "members": ["ada@example.com"]}])
    return app(permissions={"others": "View,Execute"})(world)


def weak_administrator(world: World) -> Options:
    """Return a fault of an administrator who may not read apps and roles."""
    weak = world.tenant.seed_administrator("User Management")
    return {f"administrator_{name}": value for name, value in weak.items()}


def old_requests(world: World) -> Options:
    world.patch.setattr(requests, "__version__", "2.20.1")
    return {}


def slow_answers(world: World) -> Options:
    from ansible_collections.idops.cyberark_identity.plugins.module_utils._diagnosis.doctor import server

    world.patch.setattr(server, "SLOW", 0.05)
    world.tenant.fault(path="ServiceProviderConfig", count=None, latency=0.1)
    return {}


def skewed(world: World) -> Options:
    return world.front(headers={"Date": format_datetime(datetime.now(UTC) + DAY)})


WRONG = "not-this-one-1"  # pragma: allowlist secret


def powerless_and_slow(world: World) -> Options:
    world.tenant.switch(granted_rights=[])
    return skewed(world)


INCOMPLETE: tuple[tuple[str, str, Options], ...] = (
    ("no secret", "client_secret", {"client_secret": None}),
    ("an empty secret", "client_secret", {"client_secret": ""}),
    ("no login", "client_id", {"client_id": None}),
    ("no login beside a token", "client_id", {"client_id": None, "access_token": "abc"}),
    ("no secret of the vault", "vault_client_secret", {"vault_client_id": "v@example.com"}),
    ("an empty secret of the vault", "vault_client_secret", {"vault_client_id": "v@x.com", "vault_client_secret": ""}),
    ("no login of the vault", "vault_client_id", {"vault_client_secret": WRONG}),
    ("no secret of the administrator", "administrator_client_secret", {"administrator_client_id": "a@example.com"}),
)
HOUR = 3600
NOW = int(time.time())
FAULTS: tuple[Fault, ...] = (
    # Options and address
    Fault("address_with_path", "the SCIM path in the address", given(tenant_url="https://x.id.cyberark.cloud/scim/v2")),
    Fault("address_with_path", "the portal", given(tenant_url="https://x.id.cyberark.cloud/admin#/users")),
    Fault("option_refused", "http:// elsewhere", given(tenant_url="http://tenant.example.com")),
    Fault(
        "option_refused",
        "a login in the address",
        given(tenant_url="https://me:pass-word-9@x.id.cyberark.cloud"),  # pragma: allowlist secret
    ),
    Fault("option_refused", "no address", given(tenant_url="https://[bad]")),
    Fault("option_refused", "a path that is none", given(scim_path="scim v2")),
    Fault("option_refused", "an invisible character", given(app_id="scim-client\u200b")),
    Fault("option_refused", "no timeout", given(timeout=0)),
    Fault("credentials_missing", "empty variables", given(client_id="", client_secret="")),
    *(
        Fault("credentials_incomplete", what, given(**options), says=(missing, f"CYBERARK_IDENTITY_{missing.upper()}"))
        for what, missing, options in INCOMPLETE
    ),
    Fault(
        "credentials_incomplete",
        "an administrator of the environment",
        from_environment(administrator_client_id="admin@example.com"),
        says=("administrator_client_id is set", "CYBERARK_IDENTITY_ADMINISTRATOR_CLIENT_SECRET"),
    ),
    Fault("credentials_missing", "nothing", given(client_id=None, client_secret=None)),
    Fault("option_refused", "a token with its scheme", given(access_token="Bearer abc"), says=("Leave out 'Bearer '",)),
    Fault(
        "option_refused",
        "a header as the token of the vault",
        given(vault_access_token="authorization: bearer abc"),
        says=("vault_access_token begins with 'Bearer'", "Leave out 'Bearer '"),
    ),
    Fault("file_missing", "no file of authorities", given(ca_path="/nowhere/ca.pem")),
    Fault("file_missing", "no client certificate", given(client_cert="/nowhere/cert.pem")),
    Fault("address_is_a_tenant_id", "the id of the tenant", given(tenant_url="abc1234")),
    Fault("address_of_the_platform", "the shared portal", given(tenant_url="https://acme.cyberark.cloud")),
    Fault("address_of_the_platform", "Privilege Cloud", given(tenant_url="https://acme.privilegecloud.cyberark.cloud")),
    Fault("library_old", "an old requests", old_requests),
    # Proxy
    Fault("proxy_unusable", "a proxy that cannot be read", proxied("http://[bad:3128")),
    Fault("proxy_unusable", "a proxy of another protocol", proxied("ftp://proxy.example.com")),
    Fault("socks_library_missing", "a SOCKS proxy", proxied("socks5h://127.0.0.1:9")),
    *(
        Fault("proxy_without_tls", f"{status} by {name}", plain_proxy(status, name), says=(name, "with http://"))
        for name, status in (("HTTPS_PROXY", "200 OK"), ("HTTPS_PROXY", "407 No"), ("ALL_PROXY", "403 Forbidden"))
    ),
    Fault("proxy_name_unknown", "a misspelt proxy", proxied("http://proxy.invalid:3128")),
    Fault("proxy_unreachable", "a proxy that is off", proxied("http://127.0.0.1:1")),
    Fault("proxy_login", "a proxy with a login", proxied(lambda seen: reply(PAGE, "407 No"))),
    Fault("proxy_refuses", "a proxy with rules", proxied(lambda seen: reply(PAGE, "403 Forbidden"))),
    Fault("proxy_refuses", "a proxy without the host", proxied(lambda seen: reply(PAGE, "502 Bad Gateway"))),
    Fault("proxy_speaks_no_http", "the port of SSH", proxied(lambda seen: [b"SSH-2.0-OpenSSH_9.6\r\n\r\n"])),
    Fault("proxy_login", "a login for whole requests", through_proxy(lambda seen: reply(PAGE, "407 No"))),
    # Name and network
    Fault("name_unknown", "a misspelt name", no_name),
    Fault("name_unknown", "no name", given(tenant_url=f"https://{'a' * 70}.example.com")),
    Fault("name_server_silent", "no name server", look_up_fails(socket.gaierror(socket.EAI_AGAIN, "Not now"))),
    Fault("name_blocked", "a filter of names", resolves_to("0.0.0.0")),
    Fault("port_closed", "a closed port", refused_port),
    Fault("port_silent", "a firewall", connecting_fails(TimeoutError("timed out"))),
    Fault("no_route", "no network", connecting_fails(OSError(errno.ENETUNREACH, "Network is unreachable"))),
    Fault("proxy_only_for_http", "a proxy in the wrong variable", proxy_for_http_alone),
    Fault("proxy_only_for_http", "names for a proxy", both(proxied("http://x:1", "HTTP_PROXY"), no_name)),
    Fault("address_partly_dead", "a dead address", one_dead_address),
    # TLS
    Fault("certificate_expired", "an expired certificate", certified(not_before=-9, not_after=-1, trusted=True)),
    Fault("clock_wrong", "a clock that is fast", certified(not_before=-9, not_after=-1, trusted=True, clock=-2 * DAY)),
    Fault("clock_wrong", "a clock that is slow", certified(not_before=1, not_after=9, trusted=True, clock=2 * DAY)),
    Fault("clock_wrong", "a slow clock, without another", certified(not_before=1, not_after=9, trusted=True)),
    Fault("certificate_of_another_name", "an alias", certified(name="sso.example.com", trusted=True)),
    Fault("tls_inspected", "a proxy that decrypts", certified("Zscaler Inc.")),
    Fault("tls_inspected", "a firewall that decrypts", certified("Palo Alto Networks")),
    Fault("private_authority", "an authority of the company", certified("Example Corp")),
    Fault("ca_path_without_issuer", "another file", other_authority("")),
    Fault("ca_path_without_issuer", "another file of the environment", other_authority("REQUESTS_CA_BUNDLE")),
    Fault("ca_folder_without_issuer", "a folder without hashed names", folder_of_authorities, says=("openssl rehash",)),
    Fault("certificate_self_signed", "no authority", self_signed),
    Fault("authorities_incomplete", "a chain with a gap", certified("DigiCert Inc")),
    Fault("authority_too_old", "an authority as before RFC 5280", old_authority),
    Fault("no_tls_at_port", "a port for plain text", plain_text_port),
    Fault("tls_expected", "http:// for TLS", tls_port),
    Fault("tls_cut", "a filter of host names", cut_in_the_handshake),
    Fault("tls_refused", "TLS 1.0", old_tls),
    Fault("client_certificate_required", "mutual TLS", client_certificate),
    Fault("certificate_file_unusable", "authorities that are none", no_pem("ca_path")),
    Fault("certificate_file_unusable", "a client certificate that is none", no_pem("client_cert")),
    Fault("certificate_not_verified", "validate_certs: false", over_tls(validate_certs=False, ca_path=None)),
    Fault("inspected_and_trusted", "a trusted proxy that decrypts", certified("Netskope Inc", trusted=True)),
    Fault("certificate_expires_soon", "ten days left", certified(not_before=-9, not_after=10, trusted=True)),
    # Tenant
    Fault("redirected", "a vanity address", answered(PAGE, "302 Found", Location="https://abc.id.cyberark.cloud/my")),
    Fault("redirected", "a login page", answered(PAGE, "302 Found", Location="/login")),
    Fault("not_a_tenant", "a web server", answered(PAGE, "200 OK", Content_Type="text/html")),
    Fault("not_a_tenant", "a web server without the page", answered(PAGE, "404 Not Found", Content_Type="text/html")),
    Fault("blocked_between", "a web filter", answered(PAGE, "403 Forbidden", Content_Type="text/html")),
    Fault("blocked_between", "a hotel", answered(PAGE, "511 Network Authentication Required")),
    Fault("tenant_down", "a gateway without a tenant", answered(PAGE, "503 Service Unavailable")),
    Fault("tenant_down", "a token endpoint that is down", faulty("/oauth2/", status=503)),
    Fault("rate_limited", "too many requests", answered({}, "429 Too Many Requests")),
    Fault("rate_limited", "too many logins", faulty("/oauth2/", status=429, retry_after=1)),
    Fault("rate_limited", "too many SCIM requests", faulty("ServiceProviderConfig", status=429, skip=1)),
    Fault("no_answer_in_time", "a server that never answers", silent),
    Fault("connection_cut", "a connection that breaks", faulty("/Security/", drop="before")),
    Fault("tenant_not_recognized", "another SCIM server", fronted(StartAuthentication=reply({}, "404 No"))),
    Fault("another_pod", "another name of the tenant", fronted(StartAuthentication=pod("abc1234.id.cyberark.cloud"))),
    Fault(
        "clock_differs",
        "a slow clock",
        skewed,
    ),
    # Token
    Fault("login_without_suffix", "no suffix", given(client_id="scim-service")),
    Fault(
        "login_of_another_tenant",
        "a login of another tenant",
        both(fronted(StartAuthentication=pod("abc1234.id.cyberark.cloud")), given(client_id="me@elsewhere.example")),
        ("another_pod",),
    ),
    Fault("client_refused", "a wrong password", given(client_secret=WRONG)),
    Fault("client_refused", "an unknown user", given(client_id="nobody@example.com")),
    Fault("client_refused", "a locked user", user(state="Locked")),
    Fault("client_refused", "a disabled user", user(state="Disabled")),
    Fault("client_refused", "a password that is due", user(forcePasswordChangeNext=True)),
    Fault("client_refused", "no confidential client", user(oauthClient=False)),
    Fault("client_refused", "RFC 6749", both(switched(token_errors="rfc"), given(client_id="x@example.com"))),
    Fault("client_refused", "status 401", both(switched(token_error_status=401), given(client_id="x@example.com"))),
    Fault("client_refused", "a platform token for nobody", given(app_id=None, client_id="x@example.com")),
    Fault(
        "client_refused_in_header",
        "a wrong password in a header",
        given(token_endpoint_auth_method="client_secret_basic", client_secret=WRONG),
    ),
    Fault("app_unknown", "the name of the app", given(app_id="SCIM app")),
    Fault("app_unknown", "an unknown app by RFC 6749", both(switched(token_errors="rfc"), given(app_id="x"))),
    Fault("app_unknown", "the app of the vault", vault_with(vault_app_id="x"), says=("into vault_app_id",)),
    Fault(
        "login_without_suffix",
        "the user of the vault",
        vault_with(vault_client_id="vault"),
        says=("vault_client_id is vault",),
    ),
    Fault("app_unknown", "an app of another kind", app(template="GenericSaml")),
    Fault("app_not_permitted", "an app that is not deployed", app(permissions={})),
    Fault("app_not_permitted", "an app with View alone", app(permissions={"SCIM client": "View"})),
    Fault("scope_unknown", "a misspelt scope", given(scope="scmi")),
    Fault("scope_unknown", "a misspelt scope by RFC 6749", both(switched(token_errors="rfc"), given(scope="scmi"))),
    Fault("grant_not_allowed", "no client credentials", switched(client_creds_enabled=False)),
    Fault("grant_not_allowed", "an app for browsers", app(profile={"AllowedAuth": "AuthorizationCode"})),
    Fault(
        "grant_lost",
        "a gateway that drops the form",
        fronted(**{"/oauth2/": reply({"error": "x", "error_description": "invalid grant type"}, "400 Bad Request")}),
    ),
    Fault("token_endpoint_missing", "no token endpoint", fronted(**{"/oauth2/": reply(PAGE, "404 Not Found")})),
    Fault("token_illegible", "no token in the answer", fronted(**{"/oauth2/": reply({"ok": True})})),
    Fault("not_a_tenant", "a page instead of a token", fronted(**{"/oauth2/": reply(PAGE, Content_Type="text/html")})),
    Fault("token_expired", "an old token", given_token(exp=NOW - HOUR, iat=NOW - 6 * HOUR)),
    Fault("token_of_another_tenant", "a token of staging", given_token(iss="https://stage.id.cyberark.cloud/app/")),
    Fault("token_of_another_app", "a token of another app", issued_token(iss="http://127.0.0.1/other/")),
    Fault("token_of_another_user", "a token of somebody", issued_token(unique_name="ada@example.com")),
    Fault("scope_not_granted", "a token for less", issued_token(scope="openid profile")),
    Fault("token_short_lived", "a minute", issued_token(iat=NOW + HOUR, exp=NOW + HOUR + 90)),
    # Admin Portal
    Fault(
        "administrator_refused",
        "a wrong administrator",
        given(administrator_client_id="x@example.com", administrator_client_secret=WRONG),
    ),
    Fault("administrator_sees_too_little", "an administrator without rights", weak_administrator),
    Fault("app_missing", "no app", seen_by_administrator(given(app_id="nothing"))),
    Fault("app_of_another_kind", "an app for browsers", seen_by_administrator(app(template="GenericSaml"))),
    Fault("app_without_client_creds", "step 7", seen_by_administrator(app(profile={"AllowedAuth": "Implicit"}))),
    Fault("app_without_scope", "step 8", seen_by_administrator(app(profile={"KnownScopes": []}))),
    Fault("app_without_scope", "a misspelt scope", seen_by_administrator(given(scope="scmi"))),
    Fault(
        "scope_does_not_cover",
        "step 8 in part",
        seen_by_administrator(app(profile=narrow("Redrock/.*"))),
        ("scope_too_narrow",),
    ),
    Fault("app_not_deployed", "step 9", seen_by_administrator(app(permissions={}))),
    Fault("app_too_open", "step 6", seen_by_administrator(app(profile={"MustBeOauthClient": False}))),
    Fault("user_missing", "step 1", seen_by_administrator(given(client_id="nobody@example.com"))),
    Fault("suffix_unknown", "a misspelt suffix", seen_by_administrator(given(client_id="scim-service$@exmaple.com"))),
    Fault("user_locked", "a locked user", seen_by_administrator(user(state="Locked"))),
    Fault("user_disabled", "a disabled user", seen_by_administrator(user(state="Disabled"))),
    Fault("user_expired", "an expired user", seen_by_administrator(user(state="Expired"))),
    Fault("user_password_due", "a password that is due", seen_by_administrator(user(forcePasswordChangeNext=True))),
    Fault("user_not_confidential", "an unticked box", seen_by_administrator(user(oauthClient=False))),
    Fault("user_not_a_member", "step 4", seen_by_administrator(stranger)),
    Fault("role_without_rights", "step 3", seen_by_administrator(switched(granted_rights=[]))),
    Fault("rights_hide_the_vault", "mixed rights", seen_by_administrator(switched(mixed_rights_hide_vault=True))),
    Fault("password_or_policy", "a wrong password", seen_by_administrator(given(client_secret=WRONG))),
    # SCIM server
    Fault("platform_token_refused", "no app_id", platform_client(platform_token_accepted=False)),
    Fault(
        "token_refused",
        "a scope for something else, told by 401",
        both(switched(missing_right_status=401), app(profile=narrow("Redrock/.*"))),
    ),
    Fault("scope_too_narrow", "a scope for something else", app(profile=narrow("Redrock/.*"))),
    Fault("scope_too_narrow", "no scope in the request", given(scope="")),
    Fault("given_token_refused", "a revoked token", given(access_token="x" * 30, client_id=None, client_secret=None)),
    Fault("scim_path_wrong", "another version", given(scim_path="/scim/v3")),
    Fault("scim_path_wrong", "another product", given(scim_path="/api/scim")),
    Fault("scim_foreign", "another server at the path", fronted(ServiceProviderConfig=reply({"hello": "world"}))),
    Fault("scim_page", "one page", page_once, says=("Run this again",)),
    Fault("scim_page", "always a page", faulty("ServiceProviderConfig", body="html")),
    Fault("scim_page", "a page later", faulty("ServiceProviderConfig", body="html", skip=2)),
    Fault("no_rights", "a role without rights", switched(granted_rights=[])),
    Fault("no_rights", "told by 401", switched(granted_rights=[], missing_right_status=401)),
    Fault("role_management_missing", "users alone", switched(granted_rights=["UserManagement"])),
    Fault("user_management_missing", "groups alone", switched(granted_rights=["RoleManagement"])),
    Fault("vault_management_missing", "a vault client without its right", vault_client),
    Fault("identities_swapped", "two users and their apps", swapped),
    Fault("identities_swapped", "two users that an administrator looks at", seen_by_administrator(swapped)),
    Fault("vault_user_is_the_first", "a user without the right", same_user(two=True), says=("second service user",)),
    Fault("vault_user_is_the_first", "a user with mixed rights", same_user(two=False)),
    Fault("vault_is_empty", "two service users", empty_vault(), says=("Create a safe, or make the user a member",)),
    Fault("vault_is_empty", "an administrator who looks", seen_by_administrator(empty_vault())),
    Fault("vault_is_empty", "a user for the vault alone", seen_by_administrator(empty_vault(alone=True))),
    Fault(
        "vault_seen_as_empty", "one unknown user", empty_vault(alone=True), says=("create a safe, or make the user",)
    ),
    Fault("vault_seen_as_empty", "mixed rights", switched(mixed_rights_hide_vault=True)),
    Fault("kind_unreadable", "a list that fails", faulty("/Groups", status=500)),
    Fault("slow", "slow answers", slow_answers),
    Fault("failed_otherwise", "an odd system", look_up_fails(RuntimeError("odd"))),
    Fault("failed_otherwise", "a server error at the login", faulty("/oauth2/", status=500)),
)
# Two causes at once: the one that has to be mended first comes first.
PAIRS: tuple[Fault, ...] = (
    Fault("scope_unknown", "and no rights", both(switched(granted_rights=[]), given(scope="scmi"))),
    Fault(
        "no_rights",
        "and a slow clock",
        powerless_and_slow,
        ("clock_differs",),
    ),
    Fault("app_unknown", "and a wrong password", given(app_id="x", client_secret=WRONG)),  # pragma: allowlist secret
    Fault(
        "tls_inspected", "and a wrong password", both(certified("Zscaler Inc."), given(client_secret=WRONG))
    ),  # pragma: allowlist secret
    Fault("proxy_login", "and a tenant id", both(proxied(lambda seen: reply(PAGE, "407 No")), given(scope="scmi"))),
    Fault("scim_path_wrong", "and no rights", both(switched(granted_rights=[]), given(scim_path="/scim/v3"))),
    Fault(
        "given_token_refused",
        "and unverified certificates",
        over_tls(validate_certs=False, access_token="x" * 30, client_id=None, client_secret=None),
        ("certificate_not_verified",),
    ),
)
