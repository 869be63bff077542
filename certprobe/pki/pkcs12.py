"""PKCS#12 (RFC 7292): the certificates and the key of a PFX, and why it does not open."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, NamedTuple

from certprobe.errors import DecodeError, PasswordRequired, UnsupportedError, WrongPassword
from certprobe.pki import der, encryption, fields
from certprobe.pki.algorithms import HASHES
from certprobe.pki.certificate import Certificate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates

    from certprobe.pki.credential import PrivateKey
    from certprobe.pki.fields import AlgorithmIdentifier

_DATA = "1.2.840.113549.1.7.1"
_ENCRYPTED_DATA = "1.2.840.113549.1.7.6"
_PKCS8_SHROUDED_KEY_BAG = "1.2.840.113549.1.12.10.1.2"
_CIPHERS_OF_OPENSSL = (
    "1.2.392.200011.61.1.1.1.2",
    "1.2.392.200011.61.1.1.1.3",
    "1.2.392.200011.61.1.1.1.4",
)  # Camellia; keys of PKCS#8 are decrypted without OpenSSL and lack it


class NamedCertificate(NamedTuple):
    """A certificate and its friendlyName."""

    certificate: Certificate
    friendly_name: str | None


class Pfx(NamedTuple):
    """What is in a PFX: the first key, its certificate first among all certificates."""

    private_key: PrivateKey | None
    certificates: tuple[NamedCertificate, ...]


def load(data: bytes, password: bytes | None) -> Pfx:
    """Open a PFX with `password`, or without one; keys beyond the first are not read.

    Raises PasswordRequired, WrongPassword (also for a file damaged inside its encrypted parts, which looks the same),
    UnsupportedError, or DecodeError.
    """
    try:
        unsupported = _inspect(data)
    except der.DerError as error:
        # Indefinite lengths, as some exporters write them, are left to the library.
        if data[1:2] != b"\x80":
            raise DecodeError(f"PKCS#12: {error}") from None
        unsupported = None
    opened = _open(data, password) or _open(data, None)  # one password may be meant for another of several files
    if opened is not None:
        return _contents(opened)
    if unsupported:
        raise UnsupportedError(f"PKCS#12: {unsupported} is not supported")
    if password is None:
        raise PasswordRequired("PKCS#12 file is encrypted")
    raise WrongPassword("password does not open the PKCS#12 file, or the file is damaged")


def _open(data: bytes, password: bytes | None) -> PKCS12KeyAndCertificates | None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import pkcs12

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of BER where DER should be
        try:
            return pkcs12.load_pkcs12(data, password)
        except UnsupportedAlgorithm as error:
            raise UnsupportedError(f"PKCS#12: {error}") from None
        except (ValueError, TypeError):
            return None


def _contents(opened: PKCS12KeyAndCertificates) -> Pfx:
    from cryptography.hazmat.primitives.serialization import Encoding

    certificates = [opened.cert] if opened.cert else []
    return Pfx(
        opened.key,
        tuple(
            NamedCertificate(
                Certificate(found.certificate.public_bytes(Encoding.DER)),
                found.friendly_name.decode("utf-8", "replace") if found.friendly_name else None,
            )
            for found in [*certificates, *opened.additional_certs]
        ),
    )


def _inspect(data: bytes) -> str | None:
    """Walk through what lies open and name the first algorithm that is not known to be supported.

    Raises DerError where the structure is broken, UnsupportedError for an excess of iterations.
    """
    pfx = der.whole(data, der.SEQUENCE, "PFX")
    version = der.expect(data, der.INTEGER, pfx.value_start, pfx.end, "version")
    auth_safe = der.expect(data, der.SEQUENCE, version.end, pfx.end, "authSafe")
    unsupported = None
    if auth_safe.end < pfx.end:
        unsupported = _inspect_mac(data, der.expect(data, der.SEQUENCE, auth_safe.end, pfx.end, "macData"))
    for algorithm in _encryption_algorithms(data, auth_safe):
        encryption.refuse_excess(algorithm)
        unsupported = unsupported or encryption.unsupported(algorithm, and_ciphers=_CIPHERS_OF_OPENSSL)
    return unsupported


def _inspect_mac(data: bytes, mac_data: der.Tlv) -> str | None:
    digest_info, *rest = der.members(data, mac_data, 1, limit=3)
    algorithm = fields.algorithm_identifier(
        data, der.expect(data, der.SEQUENCE, digest_info.value_start, digest_info.end, "mac")
    )
    if algorithm.oid == encryption.PBMAC1:
        encryption.refuse_excess(algorithm)
        return None
    if len(rest) == 2:
        encryption.refuse_iterations(der.integer(der.value(data, rest[1])))
    return None if algorithm.oid in HASHES else f"MAC digest {algorithm.oid}"


def _encryption_algorithms(data: bytes, auth_safe: der.Tlv) -> Iterator[AlgorithmIdentifier]:
    """Iterate over the algorithms of encrypted contents, and of shrouded keys in contents that lie open."""
    kind, safe = _content(data, auth_safe)
    if kind != _DATA:
        raise UnsupportedError(f"PKCS#12: content type {kind} (public-key integrity) is not supported")
    octets = der.value(data, safe)
    for content_info in der.children(octets, der.whole(octets, der.SEQUENCE, "AuthenticatedSafe")):
        kind, content = _content(octets, content_info)
        if kind == _ENCRYPTED_DATA:
            _, encrypted = der.members(octets, content, 2, limit=2)
            _, algorithm, *_ = der.members(octets, encrypted, 2, limit=3)
            yield fields.algorithm_identifier(octets, algorithm)
        elif kind == _DATA:
            yield from _shrouded_keys(der.value(octets, content))


def _shrouded_keys(safe_contents: bytes) -> Iterator[AlgorithmIdentifier]:
    for bag in der.children(safe_contents, der.whole(safe_contents, der.SEQUENCE, "SafeContents"), limit=100_000):
        kind, value = _content(safe_contents, bag)
        if kind == _PKCS8_SHROUDED_KEY_BAG:
            algorithm = der.expect(safe_contents, der.SEQUENCE, value.value_start, value.end, "encryptionAlgorithm")
            yield fields.algorithm_identifier(safe_contents, algorithm)


def _content(data: bytes, outer: der.Tlv) -> tuple[str, der.Tlv]:
    """Decode what ContentInfo and SafeBag begin with: an OBJECT IDENTIFIER and a value in an explicit [0]."""
    kind = der.expect(data, der.OBJECT_IDENTIFIER, outer.value_start, outer.end, "contentType")
    explicit = der.expect(data, 0xA0, kind.end, outer.end, "content")
    return der.object_identifier(der.value(data, kind)), der.read(data, explicit.value_start, explicit.end)
