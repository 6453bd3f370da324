# SPDX-FileCopyrightText: 2026 idops contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release.

"""Read a certificate (RFC 5280, in DER) that was not verified: Python's ssl module describes verified ones only."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone

# Bytes of object identifiers.
COMMON_NAME, ORGANIZATION, SUBJECT_ALT_NAME = b"\x55\x04\x03", b"\x55\x04\x0a", b"\x55\x1d\x11"
SEQUENCE, SET, IDENTIFIER, OCTETS, EXTENSIONS, VERSION = 0x30, 0x31, 0x06, 0x04, 0xA3, 0xA0
UTC_TIME, DNS_NAME, IP_ADDRESS = 0x17, 0x82, 0x87


# Devices and services that decrypt TLS, by a word in the name of their authority.
INSPECTORS = (
    *("zscaler", "netskope", "palo alto", "fortinet", "fortigate", "blue coat", "bluecoat", "symantec web"),
    *("forcepoint", "websense", "mcafee", "skyhigh", "umbrella", "check point", "checkpoint", "sophos", "barracuda"),
    *("cato networks", "iboss", "menlo", "squid", "mitmproxy", "charles proxy", "fiddler", "burp", "smoothwall"),
    *("sonicwall", "watchguard", "untangle", "cloudflare gateway", "cloudflare for teams", "kaspersky", "bitdefender"),
    *("eset ssl", "avast", "avg web", "ssl inspection", "tls inspection", "decryption", "web gateway", "trend micro"),
)
# Public authorities, by the organization or the name in their certificates.
PUBLIC = (
    *("digicert", "amazon", "let's encrypt", "isrg", "globalsign", "sectigo", "comodo", "entrust", "godaddy"),
    *(
        "google trust",
        "microsoft",
        "geotrust",
        "thawte",
        "rapidssl",
        "usertrust",
        "starfield",
        "identrust",
        "baltimore",
    ),
)


@dataclass(frozen=True)
class Certificate:
    """The content of a certificate, which is not verified."""

    issuer: str
    names: tuple[str, ...]
    begins: datetime
    ends: datetime

    @property
    def is_inspected(self) -> bool:
        """Return whether the issuer is a device that decrypts TLS."""
        return any(word in self.issuer.lower() for word in INSPECTORS)

    @property
    def is_public(self) -> bool:
        """Return whether the issuer has the name of a public authority."""
        return any(word in self.issuer.lower() for word in PUBLIC)


def certificate_of(der: bytes) -> Certificate | None:
    """Return the description of a certificate, None for bytes that are none."""
    with suppress(IndexError, ValueError, OverflowError, StopIteration):
        return _read(der)
    return None


def _read(der: bytes) -> Certificate:
    body = _content(_content(der, SEQUENCE), SEQUENCE)
    parts = [part for part in _parts(body) if part[0] != VERSION]
    _serial, _algorithm, (_tag, issuer), (_sequence, validity), (_subject_tag, subject), *rest = parts
    begins, ends = (_time(tag, text) for tag, text in _parts(validity))
    extensions = next((content for tag, content in rest if tag == EXTENSIONS), b"")
    alternatives = list(_alternatives(extensions)) if extensions else []
    own = _name(subject).get(COMMON_NAME)
    by = _name(issuer)
    issuer_parts = [by[part].rstrip(".") for part in (ORGANIZATION, COMMON_NAME) if by.get(part)]
    issuer_name = " / ".join(issuer_parts) or "an authority without a name"
    return Certificate(issuer_name, tuple(alternatives or filter(None, [own])), begins, ends)


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the tag and the content of each value in a row of them (X.690 section 8.1)."""
    at = 0
    while at < len(data):
        tag, length, start = data[at], data[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, start = int.from_bytes(data[start : start + size], "big"), start + size
        if start + length > len(data):
            raise ValueError("cut")
        yield tag, data[start : start + length]
        at = start + length


def _content(data: bytes, wanted: int) -> bytes:
    tag, content = next(iter(_parts(data)))
    if tag != wanted:
        raise ValueError("another type")
    return content


def _name(data: bytes) -> dict[bytes, str]:
    """Return the parts of a distinguished name, by the identifier of each."""
    found = {}
    for _set, group in _parts(data):
        for _sequence, pair in _parts(group):
            (_tag, identifier), (_kind, text) = _parts(pair)
            found[identifier] = text.decode("utf-8", "replace")
    return found


def _time(tag: int, text: bytes) -> datetime:
    written = text.decode("ascii")
    if tag == UTC_TIME:  # two digits of the year (RFC 5280 section 4.1.2.5.1)
        written = ("19" if written >= "50" else "20") + written
    return datetime.strptime(written, "%Y%m%d%H%M%SZ").replace(tzinfo=timezone.utc)


def _alternatives(data: bytes) -> Iterator[str]:
    for _tag, extension in _parts(_content(data, SEQUENCE)):
        (_identifier, identifier), *_critical, (_octets, value) = _parts(extension)
        if identifier == SUBJECT_ALT_NAME:
            for kind, name in _parts(_content(value, SEQUENCE)):
                if kind == DNS_NAME:
                    yield name.decode("ascii", "replace")
                elif kind == IP_ADDRESS:
                    yield str(ipaddress.ip_address(name))
