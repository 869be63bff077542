"""Strict rules for the fields of a certificate: encoding, version, serial number, names, key and signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.chain.context import Remark
from certprobe.pki import algorithms
from certprobe.pki.signature import is_weak, signature_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.chain.path import PathView, Result
    from certprobe.pki.certificate import Certificate

_MOST_SERIAL_OCTETS: Final = 20
_LEAST_RSA_BITS: Final = 2048
_MICROSOFT: Final = "1.3.6.1.4.1.311."
_CURVES: Final = ("secp256r1", "secp384r1", "secp521r1")
_SCHEMES: Final = (algorithms.Scheme.RSASSA_PKCS1_V1_5, algorithms.Scheme.RSASSA_PSS, algorithms.Scheme.ECDSA)
_HASHES: Final = ("sha256", "sha384", "sha512")


def check_encoding_strictly(path: PathView) -> Iterator[Result]:
    """What a strict parser refuses."""
    for index, certificate in enumerate(path.certificates):
        if certificate.strict_fault:
            yield index, Remark("RFC 5280 4.1", f"a strict parser refuses it: {certificate.strict_fault}")


def check_extension_faults(path: PathView) -> Iterator[Result]:
    """Every extension that stands twice or cannot be decoded, critical or not; Microsoft's own are left alone."""
    for index, certificate in enumerate(path.certificates):
        for fault in certificate.extension_faults:
            if not fault.oid.startswith(_MICROSOFT):
                yield index, Remark("RFC 5280 4.2", f"the extension {fault.oid}: {fault.message}")


def check_version(path: PathView) -> Iterator[Result]:
    """Every certificate is v3."""
    for index, certificate in enumerate(path.certificates):
        if certificate.version != 3:
            yield index, Remark("RFC 5280 4.1.2.1, BR 7.1.1", f"the certificate is v{certificate.version}, not v3")


def check_serial_number(path: PathView) -> Iterator[Result]:
    """Positive and of at most 20 octets; an anchor's may be zero, as some of the oldest are."""
    for index, certificate in enumerate(path.certificates):
        number = certificate.serial_number
        octets = certificate.layout.serial_number
        length = octets.end - octets.value_start if octets else 0
        if number < 0 or (number == 0 and index != path.anchor):
            yield index, Remark("RFC 5280 4.1.2.2, BR 7.1.2.2.1", f"the serial number is {number}, not positive")
        if length > _MOST_SERIAL_OCTETS:
            yield (
                index,
                Remark("RFC 5280 4.1.2.2", f"the serial number has {length} octets, over {_MOST_SERIAL_OCTETS}"),
            )


def check_names(path: PathView) -> Iterator[Result]:
    """An issuer has a name, and so has the subject of a CA."""
    for index, certificate in enumerate(path.certificates):
        if not certificate.issuer.rdns:
            yield index, Remark("RFC 5280 4.1.2.4", "the issuer is empty")
        if index > 0 and not certificate.subject.rdns:
            yield index, Remark("RFC 5280 4.1.2.6", "the subject of a CA is empty")


def check_named_curve(path: PathView) -> Iterator[Result]:
    """An elliptic curve is named and not spelled out."""
    for index, certificate in enumerate(path.certificates):
        if certificate.public_key.algorithm.oid == algorithms.EC_PUBLIC_KEY and certificate.public_key_curve is None:
            yield (
                index,
                Remark("RFC 5480 2.1.1, BR 7.1.3.1.2", "an elliptic curve that is spelled out instead of named"),
            )


def check_weakness(path: PathView) -> Iterator[Result]:
    """What Windows takes for no signature at all, whenever it was made; an anchor's own proves nothing."""
    for index, certificate in enumerate(path.certificates):
        reason = is_weak(certificate) if index != path.anchor or index == 0 else None
        if reason is not None:
            yield index, Remark("RFC 6151 2, NIST SP 800-131A", reason)


def check_hash(path: PathView) -> Iterator[Result]:
    """SHA-1 is no better by now."""
    for index, certificate in enumerate(path.certificates):
        if (index != path.anchor or index == 0) and signature_hash(certificate) == "sha1":
            yield index, Remark("RFC 6194, NIST SP 800-131A", f"signed with {certificate.signature_algorithm}")


def check_key(path: PathView) -> Iterator[Result]:
    """RSA from 2048 bits in whole octets, or one of three named curves."""
    for index, certificate in enumerate(path.certificates):
        complaint = _complaint_of_key(certificate)
        if complaint:
            yield index, Remark("BR 6.1.5, 7.1.3.1", complaint)


def _complaint_of_key(certificate: Certificate) -> str | None:
    match certificate.public_key.algorithm.oid:
        case algorithms.RSA_ENCRYPTION:
            bits = certificate.public_key_bits or 0
            if bits < _LEAST_RSA_BITS or bits % 8:
                return f"an RSA key of {bits} bits: at least {_LEAST_RSA_BITS} are required, and whole octets"
        case algorithms.EC_PUBLIC_KEY:
            curve = certificate.public_key_curve
            if curve is not None and curve not in _CURVES:
                return f"a key on the curve {curve}: only P-256, P-384 and P-521 are allowed"
        case _:
            return f"a {certificate.public_key_algorithm or 'nameless'} key: only RSA and ECDSA are allowed"
    return None


def check_signature_algorithm(path: PathView) -> Iterator[Result]:
    """RSA or ECDSA with SHA-2; how an anchor is signed proves nothing, and does not matter."""
    for index, certificate in enumerate(path.certificates):
        if index == path.anchor and index > 0:
            continue
        known = algorithms.SIGNATURE_ALGORITHMS.get(certificate.signature_algorithm_oid)
        if known is None or known.scheme not in _SCHEMES or signature_hash(certificate) not in (*_HASHES, "sha1"):
            name = certificate.signature_algorithm or "an unreadable algorithm"
            yield index, Remark("BR 7.1.3.2", f"signed with {name}: only RSA and ECDSA with SHA-2 are allowed")
