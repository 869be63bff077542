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

# What Windows reads beside: usages by another encoding.
_APPLICATION_POLICIES: Final = {
    extensions.APPLICATION_POLICIES: "application policies",
    extensions.APPLICATION_POLICY_MAPPINGS: "application policy mappings",
    extensions.APPLICATION_POLICY_CONSTRAINTS: "application policy constraints",
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
    **_APPLICATION_POLICIES,
    extensions.OLD_SUBJECT_ALT_NAME: "subjectAltName (2.5.29.7)",
}

_CONSTRAINTS: Final = {extensions.POLICY_CONSTRAINTS, extensions.APPLICATION_POLICY_CONSTRAINTS}


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
    return extension.oid == extensions.APPLICATION_POLICIES and certificate.extended_key_usage is not None


def check_extension_contents(path: PathView) -> Iterator[Result]:
    """A damaged extension counts if Windows reads it or if it is critical.

    A damaged list of usages is a damaged policy too (N). Damaged constraints of policies are nothing else: there is a
    bit of their own.
    """
    for index, certificate in enumerate(path.certificates):
        usages = _usages_that_windows_reads(certificate)
        read = _PROCESSED.keys() - {extensions.EXTENDED_KEY_USAGE} | usages
        for oid, detail in _damaged(certificate, read):
            if oid not in _CONSTRAINTS:
                yield index, Finding(TrustError.CERT_TRUST_INVALID_EXTENSION, "RFC 5280 4.2", detail)
            if oid in usages:
                yield index, Finding(TrustError.CERT_TRUST_INVALID_POLICY_CONSTRAINTS, "RFC 5280 4.2.1.12", detail)


def check_processed_contents(path: PathView) -> Iterator[Result]:
    """A damaged extension counts if path validation reads it or if it is critical; Microsoft's own are left alone."""
    for index, certificate in enumerate(path.certificates):
        for oid, detail in _damaged(certificate, _PROCESSED.keys()):
            if oid not in _CONSTRAINTS and oid not in _APPLICATION_POLICIES:
                yield index, Finding(TrustError.CERT_TRUST_INVALID_EXTENSION, "RFC 5280 4.2", detail)


def _usages_that_windows_reads(certificate: Certificate) -> set[str]:
    """Application policies and what belongs to them, and extKeyUsage in the absence of the former."""
    if certificate.extension(extensions.APPLICATION_POLICIES) is not None:
        return {*_APPLICATION_POLICIES}
    return {*_APPLICATION_POLICIES, extensions.EXTENDED_KEY_USAGE}


def _damaged(certificate: Certificate, read: Container[str]) -> Iterator[tuple[str, str]]:
    """The damaged extensions that are read or critical, as dotted OIDs, with the facts in words."""
    for fault in certificate.extension_faults:
        extension = certificate.extension(fault.oid)
        if fault.oid in read or (extension is not None and extension.critical):
            yield fault.oid, f"the extension {_UNDERSTOOD.get(fault.oid, fault.oid)} cannot be used: {fault.message}"
