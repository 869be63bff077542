"""Certificates of Contoso, whose names are those that the documentation of altSecurityIdentities takes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Unpack

from certprobe.lab.der import oid, sequence, tlv
from certprobe.lab.pki import Authority, Extension, Options
from certprobe.pki.account import SECURITY_EXTENSION, USER_PRINCIPAL_NAME
from certprobe.pki.certificate import Certificate

NOW: Final = datetime(2026, 5, 1, tzinfo=UTC)
SID: Final = "S-1-5-21-1004336348-1177238915-682003330-1104"
OTHER_SID: Final = "S-1-5-21-1004336348-1177238915-682003330-500"
SERIAL: Final = 0x2B0000000011AC0000000012
REVERSED: Final = "1200000000ac11000000002b"
CA: Final = Authority.root("", at=NOW, subject="CN=CONTOSO-DC-CA,DC=contoso,DC=com")
SUBJECT: Final = "CN=Alice,OU=Users,DC=contoso,DC=com"
WINDOWS_CA: Final = "DC=com,DC=contoso,CN=CONTOSO-DC-CA"
WINDOWS_SUBJECT: Final = "DC=com,DC=contoso,OU=Users,CN=Alice"


def certificate(*names: bytes, sid: str | None = None, **options: Unpack[Options]) -> Certificate:
    """Alice's, with these subjectAltNames, and the security extension with this SID."""
    options.setdefault("subject", SUBJECT)
    options.setdefault("serial_number", SERIAL)
    options["subject_alt_names"] = names
    if sid is not None:
        options["extensions"] = (security_extension(sid),)
    return Certificate(CA.client("", **options).der)


def security_extension(sid: str) -> Extension:
    object_sid = tlv(0xA0, oid("1.3.6.1.4.1.311.25.2.1"), tlv(0xA0, tlv(0x04, sid.encode())))
    return Extension(SECURITY_EXTENSION, sequence(object_sid))


def upn(name: str) -> bytes:
    return tlv(0xA0, oid(USER_PRINCIPAL_NAME), tlv(0xA0, tlv(0x0C, name.encode())))


def mail(name: str) -> bytes:
    return tlv(0x81, name.encode())


def dns(name: str) -> bytes:
    return tlv(0x82, name.encode())


def sid_uri(sid: str) -> bytes:
    return tlv(0x86, b"tag:microsoft.com,2022-09-14:sid:" + sid.encode())
