"""What a key may be used for: keyUsage bits and extended key usages (RFC 5280 4.2.1.3 and 4.2.1.12)."""

from __future__ import annotations

import enum
from typing import Final


class KeyUsage(enum.IntFlag):
    """The KeyUsage bits; the values are the octets of the BIT STRING, the first one lowest, as wincrypt.h has them."""

    digitalSignature = 0x80
    nonRepudiation = 0x40
    keyEncipherment = 0x20
    dataEncipherment = 0x10
    keyAgreement = 0x08
    keyCertSign = 0x04
    cRLSign = 0x02
    encipherOnly = 0x01
    decipherOnly = 0x8000


ANY_EXTENDED_KEY_USAGE: Final = "2.5.29.37.0"
ANY_APPLICATION_POLICY: Final = "1.3.6.1.4.1.311.10.12.1"
SERVER_AUTH: Final = "1.3.6.1.5.5.7.3.1"
CLIENT_AUTH: Final = "1.3.6.1.5.5.7.3.2"
CODE_SIGNING: Final = "1.3.6.1.5.5.7.3.3"
EMAIL_PROTECTION: Final = "1.3.6.1.5.5.7.3.4"
TIME_STAMPING: Final = "1.3.6.1.5.5.7.3.8"
OCSP_SIGNING: Final = "1.3.6.1.5.5.7.3.9"
SMARTCARD_LOGON: Final = "1.3.6.1.4.1.311.20.2.2"
KERBEROS_PKINIT_CLIENT: Final = "1.3.6.1.5.2.3.4"
KERBEROS_PKINIT_KDC: Final = "1.3.6.1.5.2.3.5"

_NAMES: Final = {
    ANY_EXTENDED_KEY_USAGE: "anyExtendedKeyUsage",
    SERVER_AUTH: "serverAuth",
    CLIENT_AUTH: "clientAuth",
    CODE_SIGNING: "codeSigning",
    EMAIL_PROTECTION: "emailProtection",
    "1.3.6.1.5.5.7.3.5": "ipsecEndSystem",
    "1.3.6.1.5.5.7.3.6": "ipsecTunnel",
    "1.3.6.1.5.5.7.3.7": "ipsecUser",
    TIME_STAMPING: "timeStamping",
    OCSP_SIGNING: "OCSPSigning",
    "1.3.6.1.5.5.7.3.13": "eapOverPPP",
    "1.3.6.1.5.5.7.3.14": "eapOverLAN",
    "1.3.6.1.5.5.7.3.17": "ipsecIKE",
    "1.3.6.1.5.5.7.3.21": "secureShellClient",
    "1.3.6.1.5.5.7.3.22": "secureShellServer",
    KERBEROS_PKINIT_CLIENT: "pkinit-KPClientAuth",
    KERBEROS_PKINIT_KDC: "pkinit-KPKdc",
    SMARTCARD_LOGON: "smartcardLogon",
    ANY_APPLICATION_POLICY: "anyApplicationPolicy",
    "1.3.6.1.4.1.311.10.3.4": "encryptingFileSystem",
    "1.3.6.1.4.1.311.10.3.3": "serverGatedCrypto",
    "2.16.840.1.113730.4.1": "netscapeServerGatedCrypto",
}


def usage_name(oid: str) -> str:
    """Return the standard's name of an extended key usage, or the dotted OID if there is none."""
    return _NAMES.get(oid, oid)
