"""How single facts are spelled in a document: times, codes, statuses, bytes and certificates."""

from __future__ import annotations

from binascii import b2a_base64
from typing import TYPE_CHECKING

from certprobe.pki import algorithms, fields
from certprobe.pki.usage import KeyUsage, usage_name
from certprobe.tls.enums import ProtocolVersion, name_of

if TYPE_CHECKING:
    import enum
    from collections.abc import Iterable
    from datetime import datetime

    from certprobe.pki.certificate import Certificate
    from certprobe.report import shape, shape_pki, shape_values
    from certprobe.report.model import Cause
    from certprobe.wincrypt.hresult import HResult


def time(at: datetime) -> str:
    """ "2026-01-02T03:04:05Z", of an aware time in UTC; fractions of a second are dropped."""
    return at.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def time_or_none(at: datetime | None) -> str | None:
    """As `time`; None stays None."""
    return None if at is None else time(at)


def base64(data: bytes) -> str:
    """RFC 4648 4, in one line."""
    return b2a_base64(data, newline=False).decode("ascii")


def version(code: int) -> str:
    """ "TLS 1.3", or the number in hexadecimal digits."""
    known = {member.value: member.label for member in ProtocolVersion}
    return known.get(code) or f"0x{code:04x}"


def code(registry: type[enum.IntEnum], number: int) -> shape_values.Code:
    """A code point and its name."""
    return {"name": name_of(registry, number), "code": number}


def codes(registry: type[enum.IntEnum], numbers: Iterable[int] | None) -> list[shape_values.Code] | None:
    """Code points and their names; None stays None."""
    return None if numbers is None else [code(registry, number) for number in numbers]


def status(value: HResult) -> shape_pki.Status:
    """An HRESULT in its three spellings."""
    return {"symbol": value.symbol, "hex": value.hexadecimal, "signed": value.signed}


def bits(value: enum.IntFlag) -> shape_pki.Bits:
    """A status word of wincrypt.h: the names of its known bits, lowest first."""
    return {"names": [bit.name or "" for bit in type(value) if bit & value], "hex": f"0x{int(value):08X}"}


def cause(told: Cause) -> shape.Cause:
    """A cause in words and by its code."""
    return {
        "code": told.code,
        "weight": told.weight.value,
        "title": told.title,
        "detail": told.detail,
        "advice": told.advice,
    }


def summary(certificate: Certificate) -> shape_pki.Summary:
    """A certificate in short."""
    return {
        "subject": certificate.subject.rfc4514,
        "issuer": certificate.issuer.rfc4514,
        "thumbprint": certificate.thumbprint,
        "not_before": time_or_none(certificate.not_before),
        "not_after": time_or_none(certificate.not_after),
    }


def key_facts(key: fields.PublicKeyInfo) -> shape_pki.PublicKey:
    """What kind of key it is that stands in no certificate."""
    oid, curve = key.algorithm.oid, fields.named_curve(key)
    return {
        "algorithm": algorithms.PUBLIC_KEY_ALGORITHMS.get(oid, oid),
        "bits": fields.key_bits(key),
        "curve": algorithms.CURVES[curve].name if curve in algorithms.CURVES else curve,
    }


def public_key(certificate: Certificate) -> shape_pki.PublicKey:
    """What kind of key a certificate holds."""
    return {
        "algorithm": certificate.public_key_algorithm,
        "bits": certificate.public_key_bits,
        "curve": certificate.public_key_curve,
    }


def certificate_facts(certificate: Certificate) -> shape_pki.Certificate:
    """Everything that is read from a certificate, and what could not be read."""
    names = certificate.subject_alt_names
    usage = certificate.key_usage
    constraints = certificate.basic_constraints
    key_identifier = certificate.subject_key_identifier
    return {
        **summary(certificate),
        "sha256": certificate.sha256,
        "version": certificate.version,
        "serial_number": certificate.serial_hex,
        "public_key": public_key(certificate),
        "signature_algorithm": certificate.signature_algorithm,
        "subject_alt_names": None
        if names is None
        else [{"kind": name.kind.name, "value": name.value} for name in names],
        "key_usage": None if usage is None else [bit.name or "" for bit in KeyUsage if bit in usage],
        "extended_key_usage": _usages(certificate.extended_key_usage),
        "application_policies": _usages(certificate.application_policies),
        "basic_constraints": constraints and {"ca": constraints.ca, "path_length": constraints.path_length},
        "subject_key_identifier": None if key_identifier is None else key_identifier.hex(),
        "fault": certificate.fault,
        "strict_fault": certificate.strict_fault,
        "extension_faults": [{"oid": fault.oid, "message": fault.message} for fault in certificate.extension_faults],
        "der": base64(certificate.der),
    }


def _usages(oids: tuple[str, ...] | None) -> list[shape_pki.Usage] | None:
    return None if oids is None else [{"oid": oid, "name": usage_name(oid)} for oid in oids]
