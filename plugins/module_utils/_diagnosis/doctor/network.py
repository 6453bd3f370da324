# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Check the path from this host to the server: proxy, name, port, TLS. Sends no HTTP request and no credential.

The connection of requests is made here step by step, so that the failing step is known.
"""

from __future__ import annotations

import errno
import http.client
import os
import re
import socket
import ssl
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from ..._base.errors import shown
from ..._http.answers import NO_TLS, UNUSABLE_FILE
from ..._http.bounds import LateError, within
from ..._http.client import Connection
from .certificate import Certificate, certificate_of
from .values import Finding, Patient, healthy, sick

with suppress(ImportError):  # the module says so
    import requests
    from urllib3.util import ssl_

PORTS = {"https": 443, "http": 80}
LONGEST_TRY = 10.0  # seconds for one address: a healthy network needs less than one
MOST_ADDRESSES = 6
LISTENING = 0.3  # seconds
HTTPS_VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
HTTP_VARIABLES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
NOWHERE = ("0.0.0.0", "::")  # the answers of name servers that block a name
UNREACHABLE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL)
TUNNEL = re.compile(r"Tunnel connection failed: (\d+)")
SOON = timedelta(days=14)
TOLERATED = 120.0  # seconds between two clocks that do no harm
# Codes of OpenSSL for certificates that are out of date, signed by themselves, or of another host or address.
OUT_OF_DATE, SELF_SIGNED, OTHER_NAME = (9, 10), (18,), (62, 64)
STRICT = re.compile("key identifier|basic constraints|key usage", re.IGNORECASE)


@dataclass(frozen=True)
class Route:
    """The way that requests takes to the tenant. ``trust`` is the file or folder of authorities, False for none."""

    scheme: str
    host: str
    port: int
    proxy: str
    trust: Any
    certificate: Any
    timeout: float

    @property
    def shown_proxy(self) -> str:
        parts = urlsplit(self.proxy)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)

    @property
    def variable(self) -> str:
        names = HTTPS_VARIABLES if self.scheme == "https" else HTTP_VARIABLES
        return next((name for name in names if os.environ.get(name)), "the proxy settings")

    @property
    def by_hand(self) -> bool:
        """Return whether a connection can be made without requests: directly, or through a tunnel of an HTTP proxy."""
        return not self.proxy or (urlsplit(self.proxy).scheme == "http" and self.scheme == "https")


def route_of(connection: Connection) -> Route:
    """Return the way to the tenant by the options, the environment and requests' own rules."""
    url = connection.tenant_url
    parts = urlsplit(url)
    with requests.Session() as session:
        used = session.merge_environment_settings(url, {}, None, connection.verify, connection.certificate)
    proxy = requests.utils.select_proxy(url, used["proxies"]) or ""
    if proxy and "://" not in proxy:
        proxy = f"http://{proxy}"
    trust = requests.utils.DEFAULT_CA_BUNDLE_PATH if used["verify"] is True else used["verify"]
    return Route(
        parts.scheme,
        str(parts.hostname),
        parts.port or PORTS[parts.scheme],
        proxy,
        trust,
        used["cert"],
        min(connection.timeout, LONGEST_TRY),
    )


# -- Proxy ------------------------------------------------------------------


def check_proxy(patient: Patient) -> Finding:
    """Find the proxy that is used, and have it open a tunnel."""
    route = route_of(patient.connection)
    tried = "which proxy requests uses for this address"
    if not route.proxy:
        return healthy(tried, "none: a direct connection", route)
    facts = {"variable": route.variable}
    try:
        parts = urlsplit(route.proxy)
        known = parts.hostname and parts.scheme in ("http", "https", "socks4", "socks4a", "socks5", "socks5h")
        facts["proxy"] = route.shown_proxy
    except ValueError:
        known = False
    if not known:
        return sick("proxy_unusable", tried, "one that cannot be read", **facts)
    answer = f"{route.shown_proxy}, from {route.variable}"
    if parts.scheme.startswith("socks"):
        try:
            __import__("socks")
        except ImportError:
            return sick("socks_library_missing", tried, answer, **facts)
    if parts.scheme == "https" and _is_plain_proxy(route):
        return sick("proxy_without_tls", tried, f"{answer}: it answers without TLS", **facts)
    if not route.by_hand:
        return healthy(tried, answer, route)
    tried = f"connect to {route.host}:{route.port} through the proxy {route.shown_proxy}"
    try:
        within(2 * route.timeout, lambda: _tunnel(route)).close()
    except (OSError, http.client.HTTPException, LateError, ValueError) as error:
        return _proxy_failure(error, route, tried, facts)
    return healthy(tried, f"{answer}: a tunnel is open", route)


def _proxy_failure(error: Exception, route: Route, tried: str, facts: dict[str, str]) -> Finding:
    refused = TUNNEL.search(str(error))
    if refused:
        code = "proxy_login" if refused[1] == "407" else "proxy_refuses"
        return sick(code, tried, f"status {refused[1]}", status=refused[1], host=route.host, **facts)
    if isinstance(error, socket.gaierror):
        return sick("proxy_name_unknown", tried, _plain(error), **facts)
    if isinstance(error, (http.client.HTTPException, ValueError)):
        return sick("proxy_speaks_no_http", tried, error.__class__.__name__, **facts)
    return sick("proxy_unreachable", tried, _plain(error), **facts)


def _is_plain_proxy(route: Route) -> bool:
    """Return whether a proxy with an https:// address speaks plain HTTP. It is not sent the password."""
    context: ssl.SSLContext = ssl_.create_urllib3_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    parts = urlsplit(route.proxy)

    def speaks_tls() -> bool:
        place = (str(parts.hostname), parts.port or PORTS[parts.scheme])
        with closing(socket.create_connection(place, route.timeout)) as plain:
            context.wrap_socket(plain, server_hostname=place[0]).close()
        return True

    with suppress(OSError, LateError):
        return not within(2 * route.timeout, speaks_tls)
    try:
        within(2 * route.timeout, lambda: _tunnel(route, with_login=False)).close()
    except (OSError, http.client.HTTPException, LateError) as error:
        return TUNNEL.search(str(error)) is not None
    return True


def _tunnel(route: Route, *, with_login: bool = True) -> socket.socket:
    """Return a connection to the server through the proxy (RFC 9110 section 9.3.6)."""
    parts = urlsplit(route.proxy)
    headers = requests.adapters.HTTPAdapter().proxy_headers(route.proxy) if with_login else {}
    port = parts.port or PORTS[parts.scheme]
    tunnel = http.client.HTTPConnection(str(parts.hostname), port, timeout=route.timeout)
    try:
        tunnel.set_tunnel(route.host, route.port, headers)
        tunnel.connect()
    except BaseException:
        tunnel.close()
        raise
    return tunnel.sock


# -- Name and port ----------------------------------------------------------


def check_name(patient: Patient) -> Finding:
    """Look up the addresses of the host, IPv4 and IPv6."""
    route: Route = patient.learned("proxy")
    tried = f"look up {route.host}"
    if route.proxy:
        return healthy(tried, f"left to the proxy {route.shown_proxy}")
    try:
        found = within(3 * LONGEST_TRY, lambda: socket.getaddrinfo(route.host, route.port, type=socket.SOCK_STREAM))
    except LateError:
        return sick("name_server_silent", tried, "no answer")
    except UnicodeError as error:
        return sick("name_unknown", tried, f"not a host name: {error.__class__.__name__}", host=route.host)
    except OSError as error:
        code = "name_server_silent" if getattr(error, "errno", None) == socket.EAI_AGAIN else "name_unknown"
        return sick("proxy_only_for_http" if _misses_proxy(route) else code, tried, _plain(error), host=route.host)
    addresses = list(dict.fromkeys(str(where[0]) for _family, _type, _protocol, _name, where in found))
    kinds = {"A": [each for each in addresses if ":" not in each], "AAAA": [each for each in addresses if ":" in each]}
    answer = ", ".join(f"{kind} {' '.join(each) or 'none'}" for kind, each in kinds.items())
    if addresses and all(address in NOWHERE for address in addresses):
        return sick("name_blocked", tried, answer, host=route.host, addresses=", ".join(addresses))
    return healthy(tried, answer, addresses)


def check_port(patient: Patient) -> Finding:
    """Connect to each address."""
    route: Route = patient.learned("proxy")
    tried = f"connect to port {route.port} of {route.host}"
    if route.proxy:
        return healthy(tried, f"left to the proxy {route.shown_proxy}")
    dead: dict[str, OSError] = {}
    alive = []
    for address in patient.learned("name")[:MOST_ADDRESSES]:
        try:
            socket.create_connection((address, route.port), route.timeout).close()
            alive.append(address)
        except OSError as error:
            dead[address] = error
    if not alive:
        return _unreachable(next(iter(dead.values())), route, tried)
    if dead and route.host != "localhost":  # which has both kinds of address and is listened to at one of them
        texts = {"dead": ", ".join(dead), "alive": alive[0], "host": route.host}
        return sick("address_partly_dead", tried, f"{_plain(next(iter(dead.values())))} at {texts['dead']}", **texts)
    return healthy(tried, f"connected to {', '.join(alive)}")


def _unreachable(error: OSError, route: Route, tried: str) -> Finding:
    facts = {"host": route.host, "port": str(route.port)}
    if _misses_proxy(route):
        code = "proxy_only_for_http"
    elif isinstance(error, ConnectionRefusedError):
        code = "port_closed"
    elif error.errno in UNREACHABLE:
        code = "no_route"
    else:
        code = "port_silent"
    return sick(code, tried, _plain(error), **facts)


def _misses_proxy(route: Route) -> bool:
    """Return whether there is a proxy for http:// alone, and the tenant is reached without one."""
    return route.scheme == "https" and any(os.environ.get(name) for name in ("http_proxy", "HTTP_PROXY"))


# -- TLS --------------------------------------------------------------------


def check_tls(patient: Patient) -> Finding:
    """Do a TLS handshake by the rules that requests uses, and check the certificate."""
    route: Route = patient.learned("proxy")
    tried = f"TLS with {route.host}"
    if route.scheme == "http":
        return healthy(tried, "none: tenant_url begins with http://")
    if not route.by_hand:
        return healthy(tried, "left to requests, because of the kind of proxy")
    try:
        context = _context(route)
    except (OSError, ValueError) as error:
        return _unusable_file(route, tried, error)
    try:
        version, certificate = within(2 * route.timeout, lambda: _handshake(route, context))
    except ssl.SSLCertVerificationError as error:
        return _untrusted(error, route, tried)
    except (OSError, LateError, http.client.HTTPException) as error:
        return _tls_failure(error, route, tried)
    answer = f"{version}, certificate by {certificate.issuer}, valid until {certificate.ends:%Y-%m-%d}"
    facts = {"host": route.host, "issuer": certificate.issuer, "until": f"{certificate.ends:%Y-%m-%d}"}
    if not route.trust:
        return sick("certificate_not_verified", tried, answer)
    if certificate.is_inspected:
        return sick("inspected_and_trusted", tried, answer, **facts)
    if certificate.ends - datetime.now(timezone.utc) < SOON:
        return sick("certificate_expires_soon", tried, answer, **facts)
    return healthy(tried, answer)


def _context(route: Route) -> ssl.SSLContext:
    context: ssl.SSLContext = ssl_.create_urllib3_context()
    if route.trust:
        folder = os.path.isdir(route.trust)
        context.load_verify_locations(
            cafile=None if folder else str(route.trust), capath=str(route.trust) if folder else None
        )
        context.verify_mode = ssl.CERT_REQUIRED
        context.check_hostname = True
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if route.certificate:
        certificate, key = (route.certificate, None) if isinstance(route.certificate, str) else route.certificate
        context.load_cert_chain(certificate, key, lambda: "")  # without it, OpenSSL would ask the terminal
    return context


def _unusable_file(route: Route, tried: str, error: Exception) -> Finding:
    name = str(route.trust)
    with suppress(OSError, ValueError):
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(name)
        name = "client_cert" if isinstance(route.certificate, str) else "client_cert or client_key"
    return sick("certificate_file_unusable", tried, _plain(error), file=name)


def _open(route: Route) -> socket.socket:
    if route.proxy:
        return _tunnel(route)
    return socket.create_connection((route.host, route.port), route.timeout)


def _handshake(route: Route, context: ssl.SSLContext) -> tuple[str, Certificate]:
    with closing(_open(route)) as plain, context.wrap_socket(plain, server_hostname=route.host) as tls:
        certificate = certificate_of(tls.getpeercert(True) or b"")
        if certificate is None:
            raise OSError("the certificate cannot be read")
        # With TLS 1.3 a server that wants a client certificate says so after the handshake.
        tls.settimeout(LISTENING)
        with suppress(socket.timeout):
            tls.recv(1)
        return str(tls.version()), certificate


def _tls_failure(error: Exception, route: Route, tried: str) -> Finding:
    facts = {"host": route.host, "port": str(route.port)}
    reason = str(getattr(error, "reason", "") or "")
    if reason in NO_TLS:
        return sick("no_tls_at_port", tried, reason, **facts)
    if "CERTIFICATE_REQUIRED" in reason:
        return sick("client_certificate_required", tried, reason)
    if reason in UNUSABLE_FILE:
        return _unusable_file(route, tried, error)
    if isinstance(error, ssl.SSLError) and not isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return sick("tls_refused", tried, reason or _plain(error))
    return sick("tls_cut", tried, _plain(error), **facts)


def _untrusted(error: ssl.SSLCertVerificationError, route: Route, tried: str) -> Finding:
    """Return the reason why a certificate is not trusted. The server's certificate is read without trusting it."""
    answer = str(error.verify_message or _plain(error))
    seen, there = _look_at(route)
    issuer = seen.issuer if seen else "an unknown authority"
    facts = {"host": route.host, "issuer": issuer, "trust": _named_trust(route), "reason": answer}
    if error.verify_code in OUT_OF_DATE and seen:
        return _out_of_date(seen, there, tried, answer, facts)
    if error.verify_code in OTHER_NAME or "mismatch" in str(error):
        names = ", ".join(seen.names[:5]) if seen else ""
        return sick("certificate_of_another_name", tried, answer, names=names or "nobody", **facts)
    if STRICT.search(answer):
        return sick("authority_too_old", tried, answer, **facts)
    if os.path.isdir(str(route.trust)):
        code = "ca_folder_without_issuer"
    elif seen and seen.is_inspected:
        code = "tls_inspected"
    elif error.verify_code in SELF_SIGNED:
        code = "certificate_self_signed"
    elif seen and seen.is_public:
        code = "authorities_incomplete"
    else:
        own = route.trust != requests.utils.DEFAULT_CA_BUNDLE_PATH
        code = "ca_path_without_issuer" if own else "private_authority"
    return sick(code, tried, f"{answer}; certificate by {issuer}", **facts)


def _out_of_date(seen: Certificate, there: datetime | None, tried: str, answer: str, facts: dict[str, str]) -> Finding:
    here = datetime.now(timezone.utc)
    if there and seen.begins <= there <= seen.ends:
        return sick("clock_wrong", tried, answer, here=_clock(here), there=_clock(there))
    if here < seen.begins:  # no clock to compare with, and no certificate is issued for the future
        return sick("clock_wrong", tried, answer, here=_clock(here), there="a certificate of a later time")
    return sick("certificate_expired", tried, answer, until=f"{seen.ends:%Y-%m-%d %H:%M} UTC", **facts)


def _look_at(route: Route) -> tuple[Certificate | None, datetime | None]:
    """Return the certificate of a server that is not trusted, and its clock. Nothing secret is sent to it."""
    context: ssl.SSLContext = ssl_.create_urllib3_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE

    def look() -> tuple[Certificate | None, datetime | None]:
        with closing(_open(route)) as plain, context.wrap_socket(plain, server_hostname=route.host) as tls:
            certificate = certificate_of(tls.getpeercert(True) or b"")
            there = None
            with suppress(OSError, ValueError):
                tls.sendall(f"GET / HTTP/1.1\r\nHost: {route.host}\r\nConnection: close\r\n\r\n".encode())
                head = tls.recv(2**14).decode("latin-1")
                there = clock_in(next(iter(re.findall(r"(?im)^date:\s*(.*?)\r?$", head)), ""))
            return certificate, there

    with suppress(OSError, LateError, http.client.HTTPException):
        return within(2 * route.timeout, look)
    return None, None


def speaks_tls(route: Route) -> bool:
    """Return whether a server that is addressed with http:// speaks TLS at this port."""
    if route.scheme != "http" or route.proxy:
        return False
    certificate, _there = _look_at(route)
    return certificate is not None


def clock_in(header: str) -> datetime | None:
    """Return the time of a Date header (RFC 9110 section 6.6.1), None for none."""
    try:
        there = parsedate_to_datetime(header)
    except (TypeError, ValueError, IndexError):
        return None
    return there if there.tzinfo else there.replace(tzinfo=timezone.utc)


def clocks_differ(there: datetime) -> bool:
    return abs(there.timestamp() - time.time()) > TOLERATED


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(timezone.utc):%Y-%m-%d %H:%M:%S} UTC"


def clocks(there: datetime | None) -> dict[str, str]:
    """Return both clocks as facts."""
    return {"here": _clock(datetime.now(timezone.utc)), "there": _clock(there) if there else "no time"}


def _named_trust(route: Route) -> str:
    if route.trust == requests.utils.DEFAULT_CA_BUNDLE_PATH:
        return "the list of authorities of Python (certifi)"
    variable = next((name for name in BUNDLES if os.environ.get(name) == str(route.trust)), "ca_path")
    return f"{variable} ({route.trust})"


def _plain(error: BaseException) -> str:
    if isinstance(error, (socket.timeout, LateError)):
        return "no answer in time"
    return shown(str(getattr(error, "strerror", None) or error or error.__class__.__name__))
