"""Extensions that are damaged or not understood (RFC 5280 4.2 and 6.1.4 (o))."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.chain.context import Finding
from certprobe.pki import extensions
from certprobe.wincrypt.trust_status import TrustError

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from certprobe.chain.path import PathView, Result
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.extensions import Extension

_APPLICATION_POLICIES: Final = "1.3.6.1.4.1.311.21.10"

# What path validation reads (RFC 5280 6.1): damage here leaves a question of the engine without an answer.
_PROCESSED: Final = {
    extensions.KEY_USAGE: "keyUsage",
    extensions.BASIC_CONSTRAINTS: "basicConstraints",
    extensions.EXTENDED_KEY_USAGE: "extKeyUsage",
    "2.5.29.30": "nameConstraints",
    "2.5.29.32": "certificatePolicies",
    "2.5.29.33": "policyMappings",
    "2.5.29.36": "policyConstraints",
    "2.5.29.54": "inhibitAnyPolicy",
}

# What asks for nothing in path validation, or is looked at elsewhere.
_HARMLESS: Final = {
    extensions.SUBJECT_ALT_NAME: "subjectAltName",
    extensions.SUBJECT_KEY_IDENTIFIER: "subjectKeyIdentifier",
    extensions.AUTHORITY_KEY_IDENTIFIER: "authorityKeyIdentifier",
    "2.5.29.31": "cRLDistributionPoints",
    "2.5.29.46": "freshestCRL",
    "1.3.6.1.5.5.7.1.1": "authorityInfoAccess",
    "1.3.6.1.5.5.7.1.24": "TLS feature",
    "1.3.6.1.5.5.7.48.1.5": "OCSP no check",
}

# Windows is known to understand these too, so that they may be critical.
_UNDERSTOOD: Final = {
    **_PROCESSED,
    **_HARMLESS,
    extensions.OLD_SUBJECT_ALT_NAME: "subjectAltName (2.5.29.7)",
    _APPLICATION_POLICIES: "Microsoft application policies",
    "1.3.6.1.4.1.311.21.11": "Microsoft application policy mappings",
    "1.3.6.1.4.1.311.21.12": "Microsoft application policy constraints",
}


def check_critical_extensions(path: PathView) -> Iterator[Result]:
    """A critical extension that Windows does not understand refuses its certificate, whatever it says."""
    return _not_among(_UNDERSTOOD, path)


def check_unprocessed_extensions(path: PathView) -> Iterator[Result]:
    """A critical extension that is not processed refuses its certificate."""
    return _not_among(_PROCESSED | _HARMLESS, path)


def _not_among(known: Container[str], path: PathView) -> Iterator[Result]:
    for index, certificate in enumerate(path.certificates):
        for extension in certificate.extensions:
            if extension.critical and extension.oid not in known and not _repeats_another(extension, certificate):
                detail = f"the extension {extension.oid} is critical and not understood"
                for bit in (
                    TrustError.CERT_TRUST_HAS_NOT_SUPPORTED_CRITICAL_EXT,
                    TrustError.CERT_TRUST_INVALID_EXTENSION,
                ):
                    yield index, Finding(bit, "RFC 5280 4.2", detail)


def _repeats_another(extension: Extension, certificate: Certificate) -> bool:
    """Microsoft's application policies are an older way to say what extKeyUsage says, and give way to it."""
    return extension.oid == _APPLICATION_POLICIES and certificate.extended_key_usage is not None


def check_extension_contents(path: PathView) -> Iterator[Result]:
    """A damaged extension counts if path validation reads it or if it is critical."""
    for index, certificate in enumerate(path.certificates):
        for fault in certificate.extension_faults:
            if fault.oid == extensions.POLICY_CONSTRAINTS:
                continue  # A bit of its own says so.
            extension = certificate.extension(fault.oid)
            if fault.oid in _PROCESSED or (extension is not None and extension.critical):
                detail = f"the extension {_UNDERSTOOD.get(fault.oid, fault.oid)} cannot be used: {fault.message}"
                yield index, Finding(TrustError.CERT_TRUST_INVALID_EXTENSION, "RFC 5280 4.2", detail)
