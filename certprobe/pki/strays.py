"""What lies among certificates and keys and is neither: requests, CRLs, keys of other programs, foreign stores."""

from __future__ import annotations

import enum
import re
from binascii import Error as Base64Error
from binascii import a2b_base64
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.pki import der, pem
from certprobe.pki.crl import CertificateList

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_BLOCKS: Final = 100_000
_LOOKED_AT: Final = 1 << 16


class StrayKind(enum.Enum):
    """What it is."""

    CERTIFICATION_REQUEST = "certification-request"
    CRL = "crl"
    OCSP_RESPONSE = "ocsp-response"
    PUBLIC_KEY = "public-key"
    PARAMETERS = "parameters"
    ATTRIBUTE_CERTIFICATE = "attribute-certificate"
    OPENSSH_PRIVATE_KEY = "openssh-private-key"
    SSH_PUBLIC_KEY = "ssh-public-key"
    PUTTY_PRIVATE_KEY = "putty-private-key"
    PGP = "pgp"
    JSON_WEB_KEY = "json-web-key"
    PVK = "pvk"
    SERIALIZED_STORE = "serialized-store"
    BOUNCY_CASTLE_STORE = "bouncy-castle-store"
    NSS_DATABASE = "nss-database"
    BARE_BASE64 = "bare-base64"
    WEB_PAGE = "web-page"


class Stray(NamedTuple):
    """One such thing, where it was found, and its octets where they are DER."""

    kind: StrayKind
    source: str
    der: bytes = b""


_LABELS: Final = {
    "CERTIFICATE REQUEST": StrayKind.CERTIFICATION_REQUEST,
    "NEW CERTIFICATE REQUEST": StrayKind.CERTIFICATION_REQUEST,
    "X509 CRL": StrayKind.CRL,
    "CRL": StrayKind.CRL,
    "OCSP RESPONSE": StrayKind.OCSP_RESPONSE,
    "PUBLIC KEY": StrayKind.PUBLIC_KEY,
    "RSA PUBLIC KEY": StrayKind.PUBLIC_KEY,
    "DH PARAMETERS": StrayKind.PARAMETERS,
    "DSA PARAMETERS": StrayKind.PARAMETERS,
    "ATTRIBUTE CERTIFICATE": StrayKind.ATTRIBUTE_CERTIFICATE,
    "OPENSSH PRIVATE KEY": StrayKind.OPENSSH_PRIVATE_KEY,
}
_BEGINNINGS: Final = (
    (b"PuTTY-User-Key-File-", StrayKind.PUTTY_PRIVATE_KEY),
    (b"---- BEGIN SSH2 PUBLIC KEY", StrayKind.SSH_PUBLIC_KEY),
    (b"\x1e\xf1\xb5\xb0", StrayKind.PVK),
    (b"\x00\x00\x00\x00CERT", StrayKind.SERIALIZED_STORE),
    # BKS and UBER alike: version, and the length of the salt that follows.
    (b"\x00\x00\x00\x01\x00\x00\x00\x14", StrayKind.BOUNCY_CASTLE_STORE),
    (b"\x00\x00\x00\x02\x00\x00\x00\x14", StrayKind.BOUNCY_CASTLE_STORE),
    (b"SQLite format 3\x00", StrayKind.NSS_DATABASE),
    (b"\x00\x06\x15\x61", StrayKind.NSS_DATABASE),
)
_SSH_PUBLIC_KEY: Final = rb"\s*(ssh-(rsa|dss|ed25519)|ecdsa-sha2-[a-z0-9-]+|sk-[a-z0-9@.-]+) [A-Za-z0-9+/]"
_WEB_PAGE: Final = rb"\s*(<!--.{0,4096}?-->\s*)?<(!doctype html|html|head)"
_TEXTS: Final = (
    (re.compile(_SSH_PUBLIC_KEY), StrayKind.SSH_PUBLIC_KEY),
    (re.compile(rb'\s*[{\[][^\x00]{0,4096}"kty"\s*:'), StrayKind.JSON_WEB_KEY),
    (re.compile(_WEB_PAGE, re.IGNORECASE | re.DOTALL), StrayKind.WEB_PAGE),
)


def strays(data: bytes, source: str) -> Iterator[Stray]:
    """Iterate over what is recognised in a file; certificates, private keys and their containers are not named.

    Nothing is verified, and of PEM the label is believed.
    """
    if pem.is_pem(data):
        yield from _of_pem(data, source)
        return
    kind = next((kind for beginning, kind in _BEGINNINGS if data.startswith(beginning)), None)
    if kind is None and data[:1] == b"\x30":
        kind = _of_der(data)
        if kind is not None:
            yield Stray(kind, source, data)
        return
    head = pem.as_ascii(data[:_LOOKED_AT])
    kind = kind or next((kind for pattern, kind in _TEXTS if pattern.match(head)), None)
    if kind is None and _is_base64(data):
        kind = StrayKind.BARE_BASE64
    if kind is not None:
        yield Stray(kind, source)


def _of_pem(data: bytes, source: str) -> Iterator[Stray]:
    for block in pem.split(data):
        if block.number > _MOST_BLOCKS:
            return
        kind = StrayKind.PGP if block.label.startswith("PGP ") else _LABELS.get(block.label)
        if kind is not None and (block.der or kind is StrayKind.PGP):
            yield Stray(kind, f"{source} #{block.number}", block.der)


def _of_der(data: bytes) -> StrayKind | None:
    """Tell them apart by the tags of what is inside."""
    try:
        outer = der.read(data)
        first, *rest = der.members(data, outer, 1, limit=8)
        tags = tuple(member.tag for member in rest)
        if first.tag == der.ENUMERATED:
            return StrayKind.OCSP_RESPONSE
        if first.tag != der.SEQUENCE:
            return None
        inner = tuple(member.tag for member, _ in zip(der.children(data, first), range(8), strict=False))
    except der.DerError:
        return None
    if tags == (der.SEQUENCE,) and inner == (der.SEQUENCE, der.OCTET_STRING):
        return StrayKind.BOUNCY_CASTLE_STORE  # BCFKS: ObjectStore of EncryptedObjectStoreData
    if tags == (der.BIT_STRING,) and inner[:1] == (der.OBJECT_IDENTIFIER,):
        return StrayKind.PUBLIC_KEY
    if tags != (der.SEQUENCE, der.BIT_STRING):
        return None
    if inner[:3] == (der.INTEGER, der.SEQUENCE, der.SEQUENCE) and inner[3:] in ((), (0xA0,)):
        return StrayKind.CERTIFICATION_REQUEST
    return StrayKind.CRL if CertificateList(data).this_update is not None else None


def _is_base64(data: bytes) -> bool:
    """Whether the whole is base64 of DER, as PEM is without its first and last line."""
    try:
        octets = a2b_base64(pem.as_ascii(data).translate(None, b" \t\r\n"), strict_mode=True)
        return octets[:1] == b"\x30" and der.read(octets).end == len(octets)
    except (Base64Error, der.DerError):
        return False
