"""Strict rules for which extensions must be there, which must not, and which are critical (RFC 5280 4.2, BR 7.1.2)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from certprobe.chain.context import Remark
from certprobe.chain.issuer import IssuerMatch
from certprobe.chain.path import name_of
from certprobe.pki import der, extensions
from certprobe.pki.usage import KeyUsage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.chain.path import PathView, Result
    from certprobe.pki.certificate import Certificate

_CRITICAL: Final = {
    "2.5.29.36": ("policyConstraints", "RFC 5280 4.2.1.11"),
    "2.5.29.54": ("inhibitAnyPolicy", "RFC 5280 4.2.1.14"),
}
_NOT_CRITICAL: Final = {
    extensions.AUTHORITY_KEY_IDENTIFIER: ("authorityKeyIdentifier", "RFC 5280 4.2.1.1"),
    extensions.SUBJECT_KEY_IDENTIFIER: ("subjectKeyIdentifier", "RFC 5280 4.2.1.2"),
    extensions.EXTENDED_KEY_USAGE: ("extKeyUsage", "BR 7.1.2.7.6, 7.1.2.10.6"),
    "2.5.29.9": ("subjectDirectoryAttributes", "RFC 5280 4.2.1.8"),
    "2.5.29.46": ("freshestCRL", "RFC 5280 4.2.1.15"),
    "1.3.6.1.5.5.7.1.1": ("authorityInfoAccess", "RFC 5280 4.2.2.1"),
    "1.3.6.1.5.5.7.1.11": ("subjectInfoAccess", "RFC 5280 4.2.2.2"),
}
_NAME_CONSTRAINTS: Final = "2.5.29.30"
_TLS_FEATURE: Final = "1.3.6.1.5.5.7.1.24"


def check_criticality(path: PathView) -> Iterator[Result]:
    """Some extensions must be critical, and some must not."""
    for index, certificate in enumerate(path.certificates):
        for extension in certificate.extensions:
            if extension.critical and extension.oid in _NOT_CRITICAL:
                name, citation = _NOT_CRITICAL[extension.oid]
                yield index, Remark(citation, f"{name} is critical, and must not be")
            elif not extension.critical and extension.oid in _CRITICAL:
                name, citation = _CRITICAL[extension.oid]
                yield index, Remark(citation, f"{name} is not critical, and must be")


def check_authority_key_identifier(path: PathView) -> Iterator[Result]:
    """All but roots name their issuer's key, by its identifier and by nothing else, and the issuer bears that one."""
    for index, certificate in enumerate(path.certificates):
        identifier = certificate.authority_key_identifier
        if identifier is None:
            if index != path.anchor or not (index > 0 or _is_ca(certificate)):
                yield index, Remark("RFC 5280 4.2.1.1", "authorityKeyIdentifier is missing")
            continue
        if identifier.key_identifier is None:
            yield index, Remark("RFC 5280 4.2.1.1, BR 7.1.2.11.1", "authorityKeyIdentifier has no keyIdentifier")
        if identifier.issuer is not None or identifier.serial_number is not None:
            detail = "authorityKeyIdentifier names its issuer's certificate, and must name no more than its key"
            yield index, Remark("BR 7.1.2.11.1", detail)
        if path.matches[index] is IssuerMatch.CONTRADICTED:
            detail = "authorityKeyIdentifier does not fit the issuer's subjectKeyIdentifier"
            yield index, Remark("RFC 5280 4.2.1.1", detail)


def check_subject_key_identifier(path: PathView) -> Iterator[Result]:
    """Every CA has a name for its key."""
    for index, certificate in enumerate(path.certificates):
        if index > 0 and certificate.extension(extensions.SUBJECT_KEY_IDENTIFIER) is None:
            yield index, Remark("RFC 5280 4.2.1.2", "subjectKeyIdentifier is missing in a CA")


def check_ca_extensions(path: PathView) -> Iterator[Result]:
    """A CA says that it is one, critically, and unless it is an anchor what its key is for."""
    for index, certificate in enumerate(path.certificates[1:], start=1):
        constraints = certificate.extension(extensions.BASIC_CONSTRAINTS)
        if constraints is None:
            yield index, Remark("RFC 5280 4.2.1.9", "basicConstraints is missing in a CA")
        elif not constraints.critical:
            yield index, Remark("RFC 5280 4.2.1.9", "basicConstraints is not critical, and must be in a CA")
        if index != path.anchor and certificate.extension(extensions.KEY_USAGE) is None:
            yield index, Remark("RFC 5280 4.2.1.3", "keyUsage is missing in a CA")


def check_end_entity_extensions(path: PathView) -> Iterator[Result]:
    """Whoever is asked to be good for something is no CA, and who is none has nothing that only a CA may have."""
    certificate = path.certificates[0]
    if _is_ca(certificate):
        if path.question.requested_usage.oids:
            yield 0, Remark("BR 7.1.2.7.8", "the end certificate is a CA")
        return
    constraints, usage = certificate.basic_constraints, certificate.key_usage
    if constraints is not None and constraints.path_length is not None:
        yield 0, Remark("RFC 5280 4.2.1.9", "pathLenConstraint stands in a certificate that is no CA")
    if certificate.extension(_NAME_CONSTRAINTS) is not None:
        yield 0, Remark("RFC 5280 4.2.1.10", "nameConstraints stands in a certificate that is no CA")
    if usage is not None and KeyUsage.keyCertSign in usage:
        yield 0, Remark("RFC 5280 4.2.1.3", "keyUsage has keyCertSign in a certificate that is no CA")


def _is_ca(certificate: Certificate) -> bool:
    return certificate.basic_constraints is not None and certificate.basic_constraints.ca


def check_tls_features(path: PathView) -> Iterator[Result]:
    """What a CA promises of TLS servers, those below it promise too."""
    for index, (certificate, issuer) in enumerate(pairwise(path.certificates)):
        missing = _tls_features(issuer) - _tls_features(certificate)
        if missing:
            listed = ", ".join(map(str, sorted(missing)))
            yield index, Remark("RFC 7633 4.2.2", f"lacks the TLS features {listed} that {name_of(issuer)} has")


def _tls_features(certificate: Certificate) -> frozenset[int]:
    extension = certificate.extension(_TLS_FEATURE)
    if extension is None:
        return frozenset()
    try:
        features = der.children(extension.value, der.whole(extension.value, der.SEQUENCE, "Features"))
        return frozenset(der.integer(der.value(extension.value, feature)) for feature in features)
    except der.DerError:
        return frozenset()
